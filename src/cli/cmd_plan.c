/* SPDX-License-Identifier: ISC */
/*
 * logongate plan, logongate apply
 *
 * Both prepare in the same way; plan prints, apply carries out where the plan
 * says that nothing stands in the way. plan exits as apply would.
 */
#include "cli/apply.h"
#include "cli/commands.h"
#include "cli/effect.h"
#include "cli/output.h"
#include "cli/past_text.h"
#include "cli/plan_text.h"

int lg_cmd_plan(struct lg_cli *cli)
{
	struct lg_prepared prepared = {0};
	int code = lg_prepare(cli, cli->operand[0], LG_END_OPTIONAL, &prepared);

	if (code == LG_EXIT_DONE)
		code = lg_cli_past(cli, &prepared);
	if (code == LG_EXIT_DONE)
		code = lg_prepared_print(cli, &prepared);
	if (code == LG_EXIT_DONE)
		code = lg_plan_refusal(cli, prepared.plan);
	lg_prepared_release(&prepared);
	return code;
}

static int print_applied(struct lg_cli *cli, const struct lg_prepared *prepared,
			 const struct lg_applied *applied)
{
	cJSON *object = lg_plan_object(prepared->plan, &prepared->input);

	lg_json_number(cJSON_GetObjectItemCaseSensitive(object, "sessions"),
		       "left", (int64_t)applied->left);

	lg_cli_add_untested(cli, prepared, object);
	return lg_cli_json(cli, object);
}

int lg_cmd_apply(struct lg_cli *cli)
{
	struct lg_prepared prepared = {0};
	struct lg_applied applied;
	int code = lg_prepare(cli, cli->operand[0], LG_END_REQUIRED, &prepared);

	if (code != LG_EXIT_DONE)
		goto done;
	code = lg_plan_refusal(cli, prepared.plan);
	if (code != LG_EXIT_DONE) {
		if (cli->json)
			lg_prepared_print(cli, &prepared);
		goto done;
	}
	code = lg_cli_apply(cli, &prepared, &applied);
	if (code == LG_EXIT_DONE) {
		prepared.plan->until_s = applied.until_s;
		lg_cli_say_applied(cli, &prepared, &applied);
		if (cli->json)
			code = print_applied(cli, &prepared, &applied);
	}
done:
	lg_prepared_release(&prepared);
	return code;
}
