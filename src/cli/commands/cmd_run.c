/* SPDX-License-Identifier: ISC */
/*
 * logongate run - a lock for as long as a command takes
 *
 * Applies, runs the command, lifts however it ends. Should logongate itself be
 * killed, the lock's own end lifts it.
 */
#include <errno.h>
#include <string.h>

#include "cli/change/apply.h"
#include "cli/commands.h"
#include "cli/commands/run_child.h"
#include "cli/text/applied_text.h"
#include "cli/text/plan_text.h"

static int run_command(struct lg_cli *cli, struct lg_overrun *overrun,
		       const sigset_t *signals, const sigset_t *before)
{
	int code = lg_run_child(cli, overrun, signals, before);
	struct lg_lift lift = {0};
	int lifted;

	if (lg_overrun_is_gone(overrun)) {
		if (!overrun->is_over)
			lg_cli_say(cli, LG_EXIT_DONE, NULL,
				   "the lock was lifted while the command ran");
		return code;
	}
	lifted = lg_cli_lift(cli, overrun->id, &lift);
	lg_lift_release(&lift);
	/* 5: it ended just now. */
	if (lifted != LG_EXIT_DONE && lifted != LG_EXIT_WOULD_NOT_LOCK)
		code = lg_cli_say(cli, LG_EXIT_NOT_PUT_BACK, NULL,
				  "the lock could not be lifted; it ends by "
				  "itself at its time");
	else if (!cli->quiet)
		lg_cli_say(cli, LG_EXIT_DONE, NULL, "lifted");
	return code;
}

/* As a shell would say it. */
static int look(struct lg_cli *cli)
{
	int number = lg_run_look(cli->rest[0]);

	if (number == 0)
		return LG_EXIT_DONE;
	lg_cli_say(cli, LG_EXIT_DONE, NULL, "%s: %s; nothing was locked",
		   cli->rest[0], strerror(number));
	return number == ENOENT ? 127 : 126;
}

int lg_cmd_run(struct lg_cli *cli)
{
	struct lg_prepared prepared = {0};
	struct lg_overrun overrun = {0};
	sigset_t signals, before;
	struct lg_applied applied;
	int code;

	if (cli->rest == NULL || cli->rest_count == 0)
		return lg_cli_usage(cli, "run needs a command after --");
	code = lg_overrun_read(cli, &overrun.kind);
	if (code != LG_EXIT_DONE)
		return code;
	code = lg_prepare(cli, cli->operand[0], LG_END_OR_MAXIMUM, &prepared);
	if (code == LG_EXIT_DONE)
		code = lg_plan_refusal(cli, prepared.plan);
	if (code == LG_EXIT_DONE)
		code = look(cli);
	/* From here on a signal waits: a lock that is applied is lifted. */
	lg_run_signals(&signals);
	sigprocmask(SIG_BLOCK, &signals, &before);
	if (code == LG_EXIT_DONE)
		code = lg_cli_apply(cli, &prepared, &applied);
	if (code == LG_EXIT_DONE) {
		lg_cli_warn_applied(cli, &prepared, &applied);
		lg_overrun_begin(&overrun, cli, applied.id, applied.until_s,
				 &prepared);
		/* The command may itself ask or extend. */
		lg_prepared_release(&prepared);
		lg_cli_hang_up(cli);
		code = run_command(cli, &overrun, &signals, &before);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	lg_prepared_release(&prepared);
	return code;
}
