/* SPDX-License-Identifier: ISC */
/* turnshim: measuring-only LD_PRELOAD that tells for how long the first thread
 * of a program is busy between two waits for events. LG_TURNS names a file that
 * gets a line for each turn of more than a millisecond: its microseconds, less
 * those in which the thread waited for a core, and never less than it computed.
 * What the program starts is left alone. */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define TOLD_NS UINT64_C(1000000)

static long first_thread;
static int waits_fd = -1;
static int out_fd = -1;
static uint64_t begun_ns;
static uint64_t begun_cpu_ns;
static uint64_t waited_ns;

__attribute__((constructor)) static void begin(void)
{
	const char *out = getenv("LG_TURNS");
	char path[64];

	first_thread = syscall(SYS_gettid);
	if (!out)
		return;
	snprintf(path, sizeof(path), "/proc/self/task/%ld/schedstat",
		 first_thread);
	waits_fd = open(path, O_RDONLY | O_CLOEXEC);
	out_fd = open(out, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

static uint64_t ns_of(clockid_t clock)
{
	struct timespec at;

	clock_gettime(clock, &at);
	return (uint64_t)at.tv_sec * 1000000000 + (uint64_t)at.tv_nsec;
}

/* For a core, in all. */
static uint64_t waited_till_now(void)
{
	char text[96] = "";
	char *after = text;

	if (pread(waits_fd, text, sizeof(text) - 1, 0) <= 0)
		return waited_ns;
	strtoull(text, &after, 10);
	return strtoull(after, NULL, 10);
}

/* Reading what it waited costs more than most turns: only after a long one, so
 * that waits of the short ones before are taken off it too. */
static void tell_turn(void)
{
	uint64_t took_ns = ns_of(CLOCK_MONOTONIC) - begun_ns;
	uint64_t before_ns = waited_ns;
	uint64_t kept_off_ns;
	uint64_t busy_ns;
	char line[32];
	int len;

	if (took_ns < TOLD_NS)
		return;
	waited_ns = waited_till_now();
	kept_off_ns = waited_ns - before_ns;
	busy_ns = ns_of(CLOCK_THREAD_CPUTIME_ID) - begun_cpu_ns;
	if (took_ns > kept_off_ns && took_ns - kept_off_ns > busy_ns)
		busy_ns = took_ns - kept_off_ns;
	if (busy_ns < TOLD_NS)
		return;
	len = snprintf(line, sizeof(line), "%llu\n",
		       (unsigned long long)(busy_ns / 1000));
	if (write(out_fd, line, (size_t)len) != len)
		abort();
}

/* The first line says that turns are told at all. */
static int end_turn(void)
{
	int is_first = out_fd >= 0 && syscall(SYS_gettid) == first_thread;

	if (is_first && begun_ns)
		tell_turn();
	else if (is_first && write(out_fd, "0\n", 2) != 2)
		abort();
	return is_first;
}

static void begin_turn(int is_first)
{
	if (!is_first)
		return;
	begun_ns = ns_of(CLOCK_MONOTONIC);
	begun_cpu_ns = ns_of(CLOCK_THREAD_CPUTIME_ID);
}

/* libuv before 1.45 waits with this one, ... */
int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout)
{
	static int (*real)(int, struct epoll_event *, int, int);
	int is_first = end_turn();
	int ready;

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "epoll_wait");
	ready = real(epoll, events, most, timeout);
	begin_turn(is_first);
	return ready;
}

/* ... a later one with this. */
int epoll_pwait(int epoll, struct epoll_event *events, int most, int timeout,
		const sigset_t *signals)
{
	static int (*real)(int, struct epoll_event *, int, int,
			   const sigset_t *);
	int is_first = end_turn();
	int ready;

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "epoll_pwait");
	ready = real(epoll, events, most, timeout, signals);
	begin_turn(is_first);
	return ready;
}
