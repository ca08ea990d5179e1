/* SPDX-License-Identifier: ISC */
/*
 * applied_text.c - what apply made, as an administrator reads it
 */
#include "cli/change/effect_words.h"
#include "cli/output.h"
#include "cli/text/applied_text.h"
#include "cli/text/plan_text.h"

/* Said where the lock is made too: who applies it at night runs no plan. */
static void say_sessions(struct lg_cli *cli, const struct lg_plan *plan)
{
	for (size_t i = 0; i < plan->warnings.text.count; i++) {
		if (plan->warnings.code[i] != LG_WARN_NO_SESSION_CONTROL)
			continue;
		lg_cli_line(cli, LG_YELLOW,
			    "sessions: ", plan->warnings.text.item[i]);
	}
}

static void say_doors(struct lg_cli *cli, const struct lg_plan *plan)
{
	size_t doors = 0;

	for (size_t i = 0; i < plan->warnings.text.count; i++) {
		if (plan->warnings.code[i] != LG_WARN_DOOR_DOES_NOT_ASK ||
		    doors++ >= LG_PLAN_SHOWN_MAX)
			continue;
		lg_cli_line(cli, LG_YELLOW,
			    "door: ", plan->warnings.text.item[i]);
	}
	lg_plan_more_text(cli, doors);
	if (doors > 0)
		lg_cli_print(cli, LG_PLAIN,
			     "logongate doors says what to do about %s\n",
			     doors == 1 ? "it" : "them");
}

/* "22:00:00 (in 2 h)" */
static void put_moment(int64_t now_s, int64_t at_s, struct lg_buffer *out)
{
	lg_text_clock(now_s, at_s, out);
	lg_buffer_text(out, " (");
	lg_text_ago(now_s, at_s, out);
	lg_buffer_char(out, ')');
}

void lg_cli_say_applied(struct lg_cli *cli, const struct lg_prepared *prepared,
			const struct lg_applied *applied)
{
	const struct lg_plan *plan = prepared->plan;
	struct lg_buffer when = {0};

	if (cli->json || cli->quiet)
		return;
	if (plan->starts_s > plan->now_s) {
		put_moment(plan->now_s, plan->starts_s, &when);
		lg_buffer_text(&when, " to ");
		lg_text_clock(plan->now_s, applied->until_s, &when);
	} else {
		put_moment(plan->now_s, applied->until_s, &when);
	}
	lg_cli_print(cli, LG_GREEN, "%s",
		     plan->starts_s > plan->now_s     ? "waiting"
		     : lg_prepared_enforced(prepared) ? "locked"
						      : "written");
	lg_cli_print(cli, LG_PLAIN, ": %s (%s), %s %s\n", plan->profile,
		     applied->id,
		     plan->starts_s > plan->now_s ? "from" : "until",
		     when.data != NULL ? when.data : "");
	lg_cli_say_untested(cli, prepared);
	say_sessions(cli, plan);
	say_doors(cli, plan);
	if (applied->cut > 0)
		lg_cli_print(cli, LG_PLAIN, "%zu session%s cut\n", applied->cut,
			     applied->cut == 1 ? "" : "s");
	if (applied->left > 0)
		lg_cli_print(cli, LG_RED,
			     "%zu session%s still to go; cutting continues: "
			     "logongate sessions\n",
			     applied->left, applied->left == 1 ? "" : "s");
	if (prepared->confirm_within_s > 0) {
		lg_buffer_clear(&when);
		lg_text_span(prepared->confirm_within_s, &when);
		lg_cli_print(cli, LG_YELLOW,
			     "logongate confirm keeps it; without that it "
			     "lifts in %s\n",
			     when.data != NULL ? when.data : "time");
	}
	lg_buffer_release(&when);
}

void lg_cli_warn_applied(struct lg_cli *cli, const struct lg_prepared *prepared,
			 const struct lg_applied *applied)
{
	const struct lg_plan *plan = prepared->plan;
	struct lg_buffer when = {0};
	size_t doors = 0;

	if (cli->quiet)
		return;
	put_moment(plan->now_s, applied->until_s, &when);
	lg_cli_say(cli, LG_EXIT_DONE, NULL, "%s: %s (%s), until %s",
		   lg_prepared_enforced(prepared) ? "locked" : "written",
		   plan->profile, applied->id,
		   when.data != NULL ? when.data : "");
	lg_buffer_release(&when);
	lg_cli_warn_untested(cli, prepared);
	for (size_t i = 0; i < plan->warnings.text.count; i++) {
		const char *text = plan->warnings.text.item[i];

		if (plan->warnings.code[i] == LG_WARN_NO_SESSION_CONTROL)
			lg_cli_say(cli, LG_EXIT_DONE, NULL, "sessions: %s",
				   text);
		if (plan->warnings.code[i] == LG_WARN_DOOR_DOES_NOT_ASK &&
		    doors++ < LG_PLAN_SHOWN_MAX)
			lg_cli_say(cli, LG_EXIT_DONE, NULL, "door: %s", text);
	}
	if (doors > 0)
		lg_cli_say(cli, LG_EXIT_DONE, NULL,
			   "logongate doors says what to do about %s",
			   doors == 1 ? "it" : "them");
}
