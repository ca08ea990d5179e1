/* SPDX-License-Identifier: ISC */
/*
 * hooks.c - the programs of a folder, each given the same text
 *
 * A hook leads a process group of its own, so that ending it ends what it
 * started. The text is written as the hook reads it: one that does not read is
 * ended by the same clock.
 */
#include "adapters/system/hooks.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <logongate/buffer.h>

#include "adapters/system/durable.h"
#include "adapters/system/program.h"
#include "adapters/system/steady.h"

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

/* A program that runs, and what is left to write to it. */
struct running {
	pid_t pid;
	int process; /* a pidfd */
	int input;   /* -1: closed */
	int output;  /* -1: none, or at its end */
	const char *text;
	size_t len;
	struct lg_program_said *said;
};

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Takes what is there; what is beyond the limit is read and counted, so that
 * the program never waits for us. */
static void hear(struct running *running)
{
	struct lg_program_said *said = running->said;
	char bytes[4096];
	ssize_t got;

	while ((got = read(running->output, bytes, sizeof(bytes))) > 0) {
		size_t room = LG_PROGRAM_SAID_MAX - said->len;
		size_t kept = (size_t)got < room ? (size_t)got : room;

		memcpy(said->text + said->len, bytes, kept);
		said->len += kept;
		said->more += (uint64_t)got - kept;
		/* One that never stops is ended by the clock. */
		if ((size_t)got < sizeof(bytes) || said->more > 1 << 20)
			return;
	}
	if (!got || (errno != EAGAIN && errno != EINTR))
		close_end(&running->output);
}

static void speak(struct running *running)
{
	ssize_t wrote = write(running->input, running->text, running->len);

	if (wrote > 0) {
		running->text += wrote;
		running->len -= (size_t)wrote;
	} else if (wrote < 0 && errno != EAGAIN && errno != EINTR) {
		running->len = 0; /* it does not want more */
	}
}

/* Writes as it is read and hears what it says, until it has ended. 0 when it
 * ended in time. */
static int attend(struct running *running, int64_t deadline_ms)
{
	for (;;) {
		struct pollfd poll_fd[3] = {
			{.fd = running->process, .events = POLLIN},
			{.fd = running->input, .events = POLLOUT},
			{.fd = running->output, .events = POLLIN},
		};
		int64_t left = deadline_ms - lg_steady_ms();

		if (left <= 0)
			return -1;
		if (!running->len && running->input >= 0) {
			close_end(&running->input);
			continue;
		}
		if (poll(poll_fd, 3, (int)left) <= 0)
			continue;
		if (poll_fd[2].revents)
			hear(running);
		if (poll_fd[0].revents)
			break;
		if (poll_fd[1].revents)
			speak(running);
	}
	/* What it left running may hold the other end for ever. */
	if (running->output >= 0)
		hear(running);
	return 0;
}

/* output stays -1 where nobody listens. */
static enum lg_status open_pipes(const char *path, int input[2], int output[2],
				 int wants_output, struct lg_error *err)
{
	enum lg_status status;

	output[0] = output[1] = -1;
	if (pipe2(input, O_CLOEXEC))
		return lg_errno_set(path, "pipe", err);
	if (!wants_output || !pipe2(output, O_CLOEXEC))
		return LG_OK;
	status = lg_errno_set(path, "pipe", err);
	close(input[0]);
	close(input[1]);
	return status;
}

static enum lg_status outcome(const char *path, int late, int result,
			      uint32_t timeout_ms, struct lg_error *err)
{
	if (late)
		return lg_error_set(err, LG_ERR_TIMEOUT, path,
				    "was ended after %u s", timeout_ms / 1000);
	if (WIFSIGNALED(result))
		return lg_error_set(err, LG_ERR_IO, path, "was ended by %s",
				    strsignal(WTERMSIG(result)));
	if (WEXITSTATUS(result))
		return lg_error_set(err, LG_ERR_IO, path,
				    "ended with exit code %d",
				    WEXITSTATUS(result));
	return LG_OK;
}

enum lg_status lg_program_feed(const char *const argv[], const char *text,
			       size_t len, uint32_t timeout_ms,
			       struct lg_program_said *out_said,
			       struct lg_error *err)
{
	int64_t deadline_ms = lg_steady_ms() + timeout_ms;
	struct running running = {.text = text, .len = len, .said = out_said};
	const char *path = argv[0];
	int result, late, input[2], output[2];
	enum lg_status status;

	if (out_said)
		*out_said = (struct lg_program_said){.len = 0};
	status = open_pipes(path, input, output, out_said != NULL, err);
	if (status != LG_OK)
		return status;
	running.input = input[1];
	running.output = output[0];
	status = lg_program_start(argv, input[0], out_said ? output[1] : 2,
				  out_said ? output[1] : 2, &running.pid, err);
	close_end(&input[0]);
	close_end(&output[1]);
	if (status != LG_OK)
		goto out;
	fcntl(running.input, F_SETFL, O_NONBLOCK);
	if (running.output >= 0)
		fcntl(running.output, F_SETFL, O_NONBLOCK);
	running.process = pidfd_open(running.pid, 0);
	if (running.process < 0) {
		status = lg_errno_set(path, "cannot be watched", err);
		kill(-running.pid, SIGKILL);
		waitpid(running.pid, &result, 0);
		goto out;
	}
	late = attend(&running, deadline_ms);
	if (late)
		kill(-running.pid, SIGKILL);
	while (waitpid(running.pid, &result, 0) < 0 && errno == EINTR)
		continue;
	close(running.process);
	status = outcome(path, late, result, timeout_ms, err);
out:
	close_end(&running.input);
	close_end(&running.output);
	return status;
}

/* 1 when it is to run; told says why not, where somebody should know. */
static int may_run(const char *path, lg_hooks_told told, void *context)
{
	struct lg_error err = {0};
	struct stat info;

	if (stat(path, &info))
		lg_error_set(&err, LG_ERR_IO, path,
			     "is not run: it is a link to nothing");
	else if (!S_ISREG(info.st_mode))
		return 0;
	else if (!(info.st_mode & 0111))
		lg_error_set(&err, LG_ERR_DENIED, path,
			     "is not run: it is not executable (chmod +x)");
	else if (info.st_mode & S_IWOTH)
		lg_error_set(&err, LG_ERR_DENIED, path,
			     "is not run: everybody may write it");
	else
		return 1;
	told(context, path, NULL, &err);
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
		struct lg_program_said said;

		lg_buffer_clear(&path);
		lg_buffer_format(&path, "%s/%s", dir, entry[i]->d_name);
		free(entry[i]);
		if (status == LG_OK)
			status = lg_buffer_status(&path, err);
		if (status != LG_OK || !may_run(path.data, told, context))
			continue;
		lg_program_feed((const char *const[]){path.data, NULL}, text,
				len, timeout_ms, &said, &failed);
		told(context, path.data, &said, &failed);
	}
	free(entry);
	lg_buffer_release(&path);
	return status;
}
