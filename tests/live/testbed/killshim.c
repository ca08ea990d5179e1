/* SPDX-License-Identifier: ISC */
/* killshim: test-only LD_PRELOAD that kills its program with SIGKILL at a step.
 * A step is a call that somebody outside could see the effect of: fsync, rename
 * and send (a request to a helper or to a gate). LG_KILL_AT=N dies in place of
 * the Nth. LG_KILL_COUNT names a file that gets a byte for each step. What the
 * program starts is left alone. */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static atomic_long steps;
static long kill_at;
static int count_fd = -1;

__attribute__((constructor)) static void begin(void)
{
	const char *at = getenv("LG_KILL_AT");
	const char *count = getenv("LG_KILL_COUNT");

	kill_at = at ? strtol(at, NULL, 10) : 0;
	if (count)
		count_fd = open(count, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
				0600);
	unsetenv("LD_PRELOAD");
}

static void step(void)
{
	long now = atomic_fetch_add(&steps, 1) + 1;

	if (now == kill_at) {
		kill(getpid(), SIGKILL);
		for (;;)
			pause();
	}
	if (count_fd >= 0 && write(count_fd, ".", 1) != 1)
		abort();
}

int fsync(int fd)
{
	static int (*real)(int);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "fsync");
	step();
	return real(fd);
}

int rename(const char *from, const char *to)
{
	static int (*real)(const char *, const char *);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "rename");
	step();
	return real(from, to);
}

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	static int (*real)(int, const char *, int, const char *);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "renameat");
	step();
	return real(from_fd, from, to_fd, to);
}

ssize_t send(int fd, const void *data, size_t len, int flags)
{
	static ssize_t (*real)(int, const void *, size_t, int);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "send");
	step();
	return real(fd, data, len, flags);
}
