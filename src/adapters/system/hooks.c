/* SPDX-License-Identifier: ISC */
/*
 * hooks.c - the programs of a folder, each given the same text
 *
 * A hook leads a process group of its own, so that ending it ends what it
 * started. The text is written as the hook reads it: one that does not read is
 * ended by the same clock.
 */
#define _GNU_SOURCE
#include "adapters/system/hooks.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <logongate/buffer.h>

#include "adapters/system/durable.h"

extern char **environ;

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int ends_with(const char *name, const char *end)
{
	size_t len = strlen(name);

	return len >= strlen(end) && !strcmp(name + len - strlen(end), end);
}

static int is_wanted(const struct dirent *entry)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._-";
	const char *name = entry->d_name;

	return name[0] != '.' && !name[strspn(name, plain)] &&
	       !strstr(name, ".dpkg-") && !strstr(name, ".rpm") &&
	       !ends_with(name, ".bak");
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static enum lg_status start(const char *const argv[], int input, pid_t *out_pid,
			    struct lg_error *err)
{
	char *const *words = (char *const *)argv;
	char administrators[64];
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, usual;
	int result;

	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_adddup2(&actions, input, 0);
	posix_spawn_file_actions_adddup2(&actions, 2, 1);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &usual);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP |
						      POSIX_SPAWN_SETSIGMASK |
						      POSIX_SPAWN_SETSIGDEF);
	result = posix_spawnp(out_pid, argv[0], &actions, &attributes, words,
			      environ);
	if (result == ENOENT && strchr(argv[0], '/') == NULL &&
	    snprintf(administrators, sizeof(administrators), "/usr/sbin/%s",
		     argv[0]) < (int)sizeof(administrators))
		result = posix_spawn(out_pid, administrators, &actions,
				     &attributes, words, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	if (!result)
		return LG_OK;
	return lg_error_set(err, LG_ERR_IO, argv[0], "cannot be started: %s",
			    strerror(result));
}

/* Writes as it is read, until the hook has ended. 0 when it ended in time. */
static int feed(int process, int input, const char *text, size_t len,
		int64_t deadline_ms)
{
	struct pollfd poll_fd[2] = {{.fd = process, .events = POLLIN},
				    {.fd = input, .events = POLLOUT}};

	for (;;) {
		int64_t left = deadline_ms - now_ms();
		ssize_t wrote;

		if (left <= 0)
			return -1;
		if (!len && poll_fd[1].fd >= 0) {
			close(input);
			poll_fd[1].fd = -1;
		}
		if (poll(poll_fd, 2, (int)left) <= 0)
			continue;
		if (poll_fd[0].revents)
			break;
		wrote = write(input, text, len);
		if (wrote > 0) {
			text += wrote;
			len -= (size_t)wrote;
		} else if (wrote < 0 && errno != EAGAIN && errno != EINTR) {
			len = 0; /* it does not want more */
		}
	}
	if (poll_fd[1].fd >= 0)
		close(input);
	return 0;
}

enum lg_status lg_program_feed(const char *const argv[], const char *text,
			       size_t len, uint32_t timeout_ms,
			       struct lg_error *err)
{
	int64_t deadline_ms = now_ms() + timeout_ms;
	const char *path = argv[0];
	int process, result, late, ends[2];
	enum lg_status status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return lg_errno_set(path, "pipe", err);
	status = start(argv, ends[0], &pid, err);
	close(ends[0]);
	if (status) {
		close(ends[1]);
		return status;
	}
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	process = pidfd_open(pid, 0);
	if (process < 0) {
		status = lg_errno_set(path, "cannot be watched", err);
		close(ends[1]);
		kill(-pid, SIGKILL);
		waitpid(pid, &result, 0);
		return status;
	}
	late = feed(process, ends[1], text, len, deadline_ms);
	if (late) {
		close(ends[1]);
		kill(-pid, SIGKILL);
	}
	while (waitpid(pid, &result, 0) < 0 && errno == EINTR)
		continue;
	close(process);
	if (late)
		return lg_error_set(err, LG_ERR_TIMEOUT, path,
				    "was ended after %u s", timeout_ms / 1000);
	if (WIFSIGNALED(result))
		return lg_error_set(err, LG_ERR_IO, path, "was ended by %s",
				    strsignal(WTERMSIG(result)));
	if (WEXITSTATUS(result))
		return lg_error_set(err, LG_ERR_IO, path, "exits with %d",
				    WEXITSTATUS(result));
	return LG_OK;
}

/* 1 when it is to run; told says why not, where somebody should know. */
static int may_run(const char *path, lg_hooks_told told, void *context)
{
	struct lg_error err = {0};
	struct stat info;

	if (stat(path, &info) || !S_ISREG(info.st_mode) ||
	    !(info.st_mode & 0111))
		return 0;
	if (!(info.st_mode & S_IWOTH))
		return 1;
	lg_error_set(&err, LG_ERR_DENIED, path,
		     "is not run: everybody may write it");
	told(context, path, &err);
	return 0;
}

enum lg_status lg_hooks_run(const char *dir, const char *text, size_t len,
			    uint32_t timeout_ms, lg_hooks_told told,
			    void *context, struct lg_error *err)
{
	struct dirent **entry = NULL;
	struct lg_buffer path = {0};
	enum lg_status status = LG_OK;
	int count = scandir(dir, &entry, is_wanted, by_bytes);

	if (count < 0)
		return errno == ENOENT
			       ? LG_OK
			       : lg_errno_set(dir, "cannot be read", err);
	for (int i = 0; i < count; i++) {
		struct lg_error failed = {0};

		lg_buffer_clear(&path);
		lg_buffer_format(&path, "%s/%s", dir, entry[i]->d_name);
		free(entry[i]);
		if (!status)
			status = lg_buffer_status(&path, err);
		if (status || !may_run(path.data, told, context))
			continue;
		lg_program_feed((const char *const[]){path.data, NULL}, text,
				len, timeout_ms, &failed);
		told(context, path.data, &failed);
	}
	free(entry);
	lg_buffer_release(&path);
	return status;
}
