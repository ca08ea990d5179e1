/* SPDX-License-Identifier: ISC */
/*
 * applied_text.c - what apply made, as an administrator reads it
 */
#include "cli/change/apply.h"
#include "cli/change/effect.h"
#include "cli/output.h"

void lg_cli_say_applied(struct lg_cli *cli, const struct lg_prepared *prepared,
			const struct lg_applied *applied)
{
	const struct lg_plan *plan = prepared->plan;
	struct lg_buffer when = {0};

	if (cli->json || cli->quiet)
		return;
	if (plan->starts_s > plan->now_s) {
		lg_text_clock(plan->now_s, plan->starts_s, &when);
		lg_buffer_text(&when, " to ");
	}
	lg_text_clock(plan->now_s, applied->until_s, &when);
	lg_buffer_text(&when, " (");
	lg_text_ago(plan->now_s, applied->until_s, &when);
	lg_buffer_char(&when, ')');
	lg_cli_print(cli, LG_GREEN, "%s",
		     plan->starts_s > plan->now_s     ? "waiting"
		     : lg_prepared_enforced(prepared) ? "locked"
						      : "written");
	lg_cli_print(cli, LG_PLAIN, ": %s (%s), %s %s\n", plan->profile,
		     applied->id,
		     plan->starts_s > plan->now_s ? "from" : "until",
		     when.data != NULL ? when.data : "");
	lg_cli_say_untested(cli, prepared);
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
			     "logongate confirm keeps it; else it lifts in "
			     "%s\n",
			     when.data != NULL ? when.data : "time");
	}
	lg_buffer_release(&when);
}
