/* SPDX-License-Identifier: ISC */
/*
 * program.c - what another program prints
 *
 * The child leads a process group of its own, so that ending it ends what it
 * started.
 */
#include "adapters/system/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "adapters/system/steady.h"

#define WAIT_STEP_NS 10000000
#define OUTPUT_LIMIT ((size_t)16 << 20)

/* Administrators' programs lie where an ordinary PATH does not look. */
static int spawn(pid_t *pid, const char *const argv[],
		 posix_spawn_file_actions_t *actions,
		 const posix_spawnattr_t *attributes)
{
	static const char *const folders[] = {"", "/usr/sbin/", "/sbin/"};
	char *const *arguments = (char *const *)argv;
	struct lg_buffer path = {0};
	int result = ENOENT;

	for (size_t i = 0;
	     i < sizeof(folders) / sizeof(*folders) && result == ENOENT; i++) {
		lg_buffer_clear(&path);
		lg_buffer_format(&path, "%s%s", folders[i], argv[0]);
		if (path.status != LG_OK)
			result = ENOMEM;
		else if (i == 0)
			result = posix_spawnp(pid, path.data, actions,
					      attributes, arguments, environ);
		else if (strchr(argv[0], '/') == NULL)
			result = posix_spawn(pid, path.data, actions,
					     attributes, arguments, environ);
	}
	lg_buffer_release(&path);
	return result;
}

static void give(posix_spawn_file_actions_t *actions, int fd, int as)
{
	if (fd >= 0)
		posix_spawn_file_actions_adddup2(actions, fd, as);
	else
		posix_spawn_file_actions_addopen(actions, as, "/dev/null",
						 O_RDWR, 0);
}

enum lg_status lg_program_start(const char *const argv[], int input, int output,
				int errors, pid_t *out_pid,
				struct lg_error *err)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, usual;
	int result;

	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	give(&actions, input, 0);
	give(&actions, output, 1);
	give(&actions, errors, 2);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &usual);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP |
						      POSIX_SPAWN_SETSIGMASK |
						      POSIX_SPAWN_SETSIGDEF);
	result = spawn(out_pid, argv, &actions, &attributes);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	if (result == 0)
		return LG_OK;
	return lg_error_set(err,
			    result == ENOENT ? LG_ERR_UNKNOWN_KEY : LG_ERR_IO,
			    argv[0], "cannot be started: %s", strerror(result));
}

static enum lg_status collect(const char *program, int fd, int64_t deadline_ms,
			      struct lg_buffer *out, struct lg_error *err)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	size_t before = out->len;
	char block[16384];
	int64_t left;
	ssize_t got;

	for (;;) {
		left = deadline_ms - lg_steady_ms();
		if (left <= 0)
			return lg_error_set(err, LG_ERR_TIMEOUT, program,
					    "does not end");
		if (poll(&poll_fd, 1, (int)left) <= 0)
			continue;
		got = read(fd, block, sizeof(block));
		if (got < 0 && errno != EINTR)
			return lg_error_set(err, LG_ERR_IO, program, "%s",
					    strerror(errno));
		if (got == 0)
			return lg_buffer_status(out, err);
		if (got > 0)
			lg_buffer_append(out, block, (size_t)got);
		if (out->len - before > OUTPUT_LIMIT)
			return lg_error_set(err, LG_ERR_LIMIT, program,
					    "prints more than 16 MiB");
	}
}

enum lg_status lg_program_output(const char *const argv[], uint32_t timeout_ms,
				 struct lg_buffer *out_text,
				 struct lg_error *err)
{
	int64_t deadline_ms = lg_steady_ms() + timeout_ms;
	enum lg_status status;
	int ends[2];
	int result;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return lg_error_set(err, LG_ERR_IO, argv[0], "%s",
				    strerror(errno));
	status = lg_program_start(argv, -1, ends[1], -1, &pid, err);
	close(ends[1]);
	if (status != LG_OK) {
		close(ends[0]);
		return status;
	}
	status = collect(argv[0], ends[0], deadline_ms, out_text, err);
	close(ends[0]);
	if (status != LG_OK)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &result, 0) < 0 && errno == EINTR)
		continue;
	if (status == LG_OK && (!WIFEXITED(result) || WEXITSTATUS(result)))
		status = lg_error_set(err, LG_ERR_IO, argv[0],
				      "fails; run it by hand to see why");
	return status;
}

static enum lg_status wait_end(const char *program, pid_t pid,
			       int64_t deadline_ms, int *out_result,
			       struct lg_error *err)
{
	const struct timespec step = {0, WAIT_STEP_NS};
	pid_t ended;

	while ((ended = waitpid(pid, out_result, WNOHANG)) != pid) {
		if (ended < 0 && errno != EINTR)
			return lg_error_set(err, LG_ERR_IO, program, "%s",
					    strerror(errno));
		if (lg_steady_ms() >= deadline_ms) {
			kill(-pid, SIGKILL);
			while (waitpid(pid, out_result, 0) < 0 &&
			       errno == EINTR)
				continue;
			return lg_error_set(err, LG_ERR_TIMEOUT, program,
					    "does not end");
		}
		nanosleep(&step, NULL);
	}
	return LG_OK;
}

static void read_all(int fd, struct lg_buffer *out_text)
{
	char block[16384];
	off_t at = 0;
	ssize_t got;

	while (at < (off_t)OUTPUT_LIMIT &&
	       (got = pread(fd, block, sizeof(block), at)) > 0) {
		lg_buffer_append(out_text, block, (size_t)got);
		at += got;
	}
}

/* Into memory of its own and not a pipe: a server that it leaves behind keeps
 * that open. */
enum lg_status lg_program_ran(const char *const argv[], uint32_t timeout_ms,
			      struct lg_buffer *out_text, int *out_exit,
			      struct lg_error *err)
{
	int64_t deadline_ms = lg_steady_ms() + timeout_ms;
	int output = memfd_create("output", MFD_CLOEXEC);
	enum lg_status status;
	int result = 0;
	pid_t pid;

	if (output < 0)
		return lg_error_set(err, LG_ERR_IO, argv[0], "%s",
				    strerror(errno));
	status = lg_program_start(argv, -1, output, output, &pid, err);
	if (status == LG_OK)
		status = wait_end(argv[0], pid, deadline_ms, &result, err);
	if (status == LG_OK) {
		read_all(output, out_text);
		*out_exit = WIFEXITED(result) ? WEXITSTATUS(result)
					      : 128 + WTERMSIG(result);
		status = lg_buffer_status(out_text, err);
	}
	close(output);
	return status;
}

enum lg_status lg_program_beside(const char *const *place, size_t count,
				 struct lg_buffer *out_path,
				 struct lg_error *err)
{
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	self[len > 0 ? len : 0] = '\0';
	slash = strrchr(self, '/');
	if (slash)
		slash[1] = '\0';
	for (size_t i = 0; i < count; i++) {
		lg_buffer_clear(out_path);
		lg_buffer_format(out_path, "%s%s", self, place[i]);
		if (lg_buffer_status(out_path, err) != LG_OK)
			return LG_ERR_NO_MEMORY;
		if (!access(out_path->data, X_OK))
			return LG_OK;
	}
	return lg_error_set(err, LG_ERR_UNKNOWN_KEY, out_path->data,
			    "is not there");
}
