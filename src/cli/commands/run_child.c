/* SPDX-License-Identifier: ISC */
/*
 * run_child.c - the command of `run`: started, waited for, ended
 *
 * Signals are waited for rather than caught: what somebody sends to us goes on
 * to the command, and what the terminal sends has reached it already.
 */
#include "cli/commands/run_child.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/text/times.h"

/* From SIGTERM to SIGKILL. */
#define KILL_MS 30000
/* How often it is looked whether a group is gone. */
#define LOOK_MS 100
/* A suspended machine's clock stands still for timeouts. */
#define WAIT_MAX_MS 30000

struct child {
	pid_t pid;
	int has_group;
	int is_gone; /* the command itself; others of its group may be there */
	int status;
	const sigset_t *signals;
};

void lg_run_signals(sigset_t *out_signals)
{
	static const int all[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM, SIGUSR1,
				  SIGUSR2, SIGALRM, SIGCONT, SIGCHLD};

	sigemptyset(out_signals);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		sigaddset(out_signals, all[i]);
}

/* The signal that came while the lock was applied, and ends the whole of it
 * before the command begins; 0: none. */
static int interrupted(void)
{
	static const int ends[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
	sigset_t pending;

	if (sigpending(&pending) != 0)
		return 0;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (sigismember(&pending, ends[i]) == 1)
			return ends[i];
	}
	return 0;
}

/* Whoever is in the background may take the terminal, unless it is stopped for
 * it. */
static void give_terminal(pid_t group)
{
	void (*usual)(int number) = signal(SIGTTOU, SIG_IGN);

	tcsetpgrp(STDIN_FILENO, group);
	signal(SIGTTOU, usual);
}

static int has_terminal(void)
{
	return isatty(STDIN_FILENO) && tcgetpgrp(STDIN_FILENO) == getpgrp();
}

static void run_child(char **argv, int has_group, const sigset_t *before)
{
	if (has_group) {
		int is_ours = has_terminal();

		setpgid(0, 0);
		if (is_ours)
			give_terminal(getpid());
	}
	/* libldap has it ignored; that is not the command's business. */
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, before, NULL);
	execvp(argv[0], argv);
	dprintf(STDERR_FILENO, "logongate: %s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static void send_signal(const struct child *child, int number)
{
	kill(child->has_group ? -child->pid : child->pid, number);
}

/* It stopped, from its terminal: so do we, and go on with it. */
static void stop_with(const struct child *child)
{
	give_terminal(getpgrp());
	raise(SIGSTOP);
	give_terminal(child->pid);
	send_signal(child, SIGCONT);
}

static void reap(struct child *child)
{
	int flags = WNOHANG | (child->has_group ? WUNTRACED : 0);
	int status;

	if (child->is_gone || waitpid(child->pid, &status, flags) != child->pid)
		return;
	if (WIFSTOPPED(status)) {
		if (isatty(STDIN_FILENO))
			stop_with(child);
		return;
	}
	child->is_gone = 1;
	child->status = WIFEXITED(status) ? WEXITSTATUS(status)
					  : 128 + WTERMSIG(status);
}

/* Waits for a signal, so long at most (-1: for ever), and acts on it. */
static void wait_signal(struct child *child, int64_t wait_ms)
{
	struct timespec time;
	siginfo_t info;
	int number;

	if (wait_ms < 0 || wait_ms > WAIT_MAX_MS)
		wait_ms = WAIT_MAX_MS;
	time.tv_sec = wait_ms / 1000;
	time.tv_nsec = wait_ms % 1000 * 1000000;
	number = sigtimedwait(child->signals, &info, &time);
	if (number == SIGCHLD)
		reap(child);
	else if (number > 0 && info.si_code <= 0)
		send_signal(child, number);
}

/* What the command left behind comes to us when it ends: process 1 of a
 * container reaps nobody, and the dead would count for ever. */
static int is_group_gone(const struct child *child)
{
	while (child->is_gone && waitpid(-child->pid, NULL, WNOHANG) > 0)
		;
	return child->is_gone && kill(-child->pid, 0) != 0 && errno == ESRCH;
}

/* Ends the whole group; the lock is held for it. */
static void end_group(struct child *child, struct lg_overrun *overrun)
{
	int64_t now_ms = lg_cli_clocks().boot_ms;
	int64_t kill_ms = now_ms + KILL_MS;
	int is_killed = 0;

	/* Without more time the lock is not outlived by what it is for; one
	 * that is over already is. */
	if (kill_ms > overrun->lock_ms && overrun->lock_ms > now_ms)
		kill_ms = overrun->lock_ms - 2 * LOOK_MS;
	send_signal(child, SIGTERM);
	send_signal(child, SIGCONT);
	while (!is_group_gone(child)) {
		if (!is_killed && lg_cli_clocks().boot_ms >= kill_ms) {
			send_signal(child, SIGKILL);
			is_killed = 1;
		}
		wait_signal(child, LOOK_MS);
		if (lg_overrun_wait_ms(overrun) == 0)
			lg_overrun_act(overrun);
	}
}

static int wait_for(struct child *child, struct lg_overrun *overrun)
{
	while (!child->is_gone) {
		int64_t wait_ms = lg_overrun_wait_ms(overrun);

		if (wait_ms != 0) {
			wait_signal(child, wait_ms);
			continue;
		}
		if (!lg_overrun_act(overrun))
			continue;
		lg_cli_say(overrun->cli, LG_EXIT_DONE, NULL,
			   "the command still runs at the end: it is ended");
		end_group(child, overrun);
		return LG_RUN_OVERRUN;
	}
	return child->status;
}

int lg_run_child(struct lg_cli *cli, struct lg_overrun *overrun,
		 const sigset_t *signals, const sigset_t *before)
{
	struct child child = {
		.has_group = overrun->kind == LG_OVERRUN_TERM,
		.signals = signals,
	};
	int had_terminal = child.has_group && has_terminal();
	int number = interrupted();
	int code;

	if (number != 0)
		return 128 + number;
	fflush(NULL);
	if (child.has_group)
		prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	child.pid = fork();
	if (child.pid == 0)
		run_child(cli->rest, child.has_group, before);
	if (child.pid < 0)
		return lg_cli_say(cli, LG_EXIT_PUT_BACK, NULL,
				  "the command cannot be started: %s",
				  strerror(errno));
	/* Both do it: whoever comes first. */
	if (child.has_group)
		setpgid(child.pid, child.pid);
	code = wait_for(&child, overrun);
	if (had_terminal)
		give_terminal(getpgrp());
	return code;
}

int lg_run_look(const char *name)
{
	const char *path = getenv("PATH");
	struct lg_buffer file = {0};
	int found = ENOENT;

	if (strchr(name, '/') != NULL)
		return access(name, X_OK) == 0 ? 0 : errno;
	if (path == NULL)
		path = "/bin:/usr/bin";
	while (found != 0) {
		size_t len = strcspn(path, ":");

		lg_buffer_clear(&file);
		lg_buffer_append(&file, len > 0 ? path : ".",
				 len > 0 ? len : 1);
		lg_buffer_format(&file, "/%s", name);
		if (file.data != NULL && access(file.data, X_OK) == 0)
			found = 0;
		else if (file.data != NULL && errno == EACCES)
			found = EACCES;
		if (path[len] == '\0')
			break;
		path += len + 1;
	}
	lg_buffer_release(&file);
	return found;
}
