/* SPDX-License-Identifier: ISC */
/*
 * logongate run - a lock for as long as a command takes
 *
 * Applies, runs the command, lifts however it ends. Signals are waited for
 * rather than caught: what somebody sends to us goes on to the command, and
 * what the terminal sends has reached it already. Should logongate itself be
 * killed, the lock's own end lifts it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/apply.h"
#include "cli/commands.h"
#include "cli/effect.h"
#include "cli/plan_text.h"

static void fill_signals(sigset_t *signals)
{
	static const int all[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM, SIGUSR1,
				  SIGUSR2, SIGALRM, SIGCONT, SIGCHLD};

	sigemptyset(signals);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		sigaddset(signals, all[i]);
}

static void run_child(char **argv, const sigset_t *before)
{
	/* libldap has it ignored; that is not the command's business. */
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, before, NULL);
	execvp(argv[0], argv);
	dprintf(STDERR_FILENO, "logongate: %s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* Waits for the child's end, handing signals on; its status as a shell would
 * say it. */
static int wait_for(pid_t child, const sigset_t *signals)
{
	siginfo_t info;
	int status;

	for (;;) {
		int number = sigwaitinfo(signals, &info);

		if (number == SIGCHLD) {
			if (waitpid(child, &status, WNOHANG) != child)
				continue;
			if (WIFEXITED(status))
				return WEXITSTATUS(status);
			if (WIFSIGNALED(status))
				return 128 + WTERMSIG(status);
		} else if (number > 0 && info.si_code <= 0) {
			kill(child, number);
		}
	}
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

static int run_command(struct lg_cli *cli, const char *id,
		       const sigset_t *signals, const sigset_t *before)
{
	int code, lifted, number = interrupted();
	pid_t child = -1;

	fflush(NULL);
	if (number == 0)
		child = fork();
	if (child == 0)
		run_child(cli->rest, before);
	if (number != 0)
		code = 128 + number;
	else if (child < 0)
		code = lg_cli_say(cli, LG_EXIT_PUT_BACK, NULL,
				  "the command cannot be started: %s",
				  strerror(errno));
	else
		code = wait_for(child, signals);
	lifted = lg_cli_lift(cli, id, NULL);
	/* 5: it ended while the command ran, which was said. */
	if (lifted != LG_EXIT_DONE && lifted != LG_EXIT_WOULD_NOT_LOCK)
		code = lg_cli_say(cli, LG_EXIT_NOT_PUT_BACK, NULL,
				  "the lock could not be lifted; it ends by "
				  "itself at its time");
	return code;
}

int lg_cmd_run(struct lg_cli *cli)
{
	struct lg_prepared prepared = {0};
	sigset_t signals, before;
	struct lg_applied applied;
	int code;

	if (cli->rest == NULL || cli->rest_count == 0)
		return lg_cli_usage(cli, "run needs a command after --");
	if (lg_cli_option(cli, "at") != NULL)
		return lg_cli_usage(cli, "run begins now; it takes no --at");
	code = lg_prepare(cli, cli->operand[0], LG_END_OR_MAXIMUM, &prepared);
	if (code == LG_EXIT_DONE)
		code = lg_plan_refusal(cli, prepared.plan);
	/* From here on a signal waits: a lock that is applied is lifted. */
	fill_signals(&signals);
	sigprocmask(SIG_BLOCK, &signals, &before);
	if (code == LG_EXIT_DONE)
		code = lg_cli_apply(cli, &prepared, &applied);
	if (code == LG_EXIT_DONE) {
		lg_cli_warn_untested(cli, &prepared);
		/* The command may itself ask or extend. */
		lg_prepared_release(&prepared);
		lg_cli_hang_up(cli);
		code = run_command(cli, applied.id, &signals, &before);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	lg_prepared_release(&prepared);
	return code;
}
