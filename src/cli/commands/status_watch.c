/* SPDX-License-Identifier: ISC */
/*
 * status_watch.c - frames drawn over one another
 *
 * Each frame is printed by a process of its own into a pipe: it begins with
 * nothing that an earlier one left, and a gate that hangs takes no key from
 * the terminal. The terminal cuts long lines off itself.
 */
#include "cli/commands/cmd_status.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <logongate/buffer.h>

#define EVERY_S 2
/* A screen of its own, without a cursor, on which nothing wraps. */
#define SCREEN_ON "\033[?1049h\033[?25l\033[?7l"
#define SCREEN_OFF "\033[?7h\033[?25h\033[?1049l"
#define FRAME_MAX 262144u

static void run_frame(struct lg_cli *cli, int (*once)(struct lg_cli *cli),
		      const sigset_t *mask, int out)
{
	int code;

	sigprocmask(SIG_SETMASK, mask, NULL);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	cli->progress = 0;
	code = once(cli);
	fflush(cli->out);
	fflush(cli->err);
	_exit(code);
}

static void read_frame(int in, struct lg_buffer *frame)
{
	char bytes[4096];
	ssize_t got;

	while ((got = read(in, bytes, sizeof(bytes))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			break;
		if (frame->len < FRAME_MAX)
			lg_buffer_append(frame, bytes, (size_t)got);
	}
}

static int make_frame(struct lg_cli *cli, int (*once)(struct lg_cli *cli),
		      const sigset_t *mask, struct lg_buffer *frame)
{
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	fflush(NULL);
	child = fork();
	if (child == 0)
		run_frame(cli, once, mask, ends[1]);
	close(ends[1]);
	if (child > 0) {
		read_frame(ends[0], frame);
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			continue;
	}
	close(ends[0]);
	return child < 0 ? -1 : 0;
}

static void draw(const struct lg_buffer *frame)
{
	struct winsize size = {0};
	const char *at = frame->data != NULL ? frame->data : "";
	unsigned int row = 0;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0)
		size.ws_row = 24;
	fputs("\033[H", stdout);
	for (; *at != '\0' && row < size.ws_row; row++) {
		size_t len = strcspn(at, "\n");

		/* The last row has no next one to go to. */
		printf("%s%.*s\033[K", row > 0 ? "\r\n" : "", (int)len, at);
		at += len + (at[len] == '\n');
	}
	fputs("\033[J", stdout);
	fflush(stdout);
}

/* Which signal came within the time; 0: none. */
static int wait_for_signal(const sigset_t *signals)
{
	const struct timespec time = {.tv_sec = EVERY_S};
	int signal = sigtimedwait(signals, NULL, &time);

	return signal > 0 ? signal : 0;
}

int lg_cli_watch(struct lg_cli *cli, int (*once)(struct lg_cli *cli))
{
	static const int watched[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH};
	struct lg_buffer frame = {0};
	sigset_t signals;
	sigset_t before;
	int failed = 0;
	int came = 0;

	if (!isatty(STDOUT_FILENO))
		return lg_cli_usage(
			cli, "--watch needs a terminal, and this is not one");
	sigemptyset(&signals);
	for (size_t i = 0; i < sizeof(watched) / sizeof(watched[0]); i++)
		sigaddset(&signals, watched[i]);
	sigprocmask(SIG_BLOCK, &signals, &before);
	fputs(SCREEN_ON, stdout);
	while (!failed && (came == 0 || came == SIGWINCH)) {
		lg_buffer_clear(&frame);
		failed = make_frame(cli, once, &before, &frame) != 0;
		draw(&frame);
		if (!failed)
			came = wait_for_signal(&signals);
	}
	fputs(SCREEN_OFF, stdout);
	fflush(stdout);
	sigprocmask(SIG_SETMASK, &before, NULL);
	lg_buffer_release(&frame);
	return failed ? lg_cli_say(cli, LG_EXIT_SOFTWARE, NULL,
				   "no other process can be started")
		      : LG_EXIT_DONE;
}
