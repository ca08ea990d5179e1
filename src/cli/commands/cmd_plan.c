/* SPDX-License-Identifier: ISC */
/*
 * logongate plan, logongate apply
 *
 * Both prepare in the same way; plan prints, apply carries out where the plan
 * says that nothing stands in the way. plan exits as apply would.
 */
#include <string.h>

#include "cli/change/apply.h"
#include "cli/commands.h"
#include "cli/change/effect_words.h"
#include "cli/fleet/fleet_rounds.h"
#include "cli/output.h"
#include "cli/text/applied_text.h"
#include "cli/text/past_text.h"
#include "cli/text/plan_text.h"

static int check_options(struct lg_cli *cli)
{
	return lg_cli_is_fleet(cli) && lg_cli_option(cli, "target") != NULL
		       ? lg_cli_usage(cli, "--fleet locks gates; --target "
					   "names servers of this machine's "
					   "settings")
		       : LG_EXIT_DONE;
}

/* gates: of --fleet, else NULL. */
static int print_plan(struct lg_cli *cli, const struct lg_prepared *prepared,
		      const struct lg_fleet_gates *gates, int code)
{
	cJSON *object;
	int printed;

	if (cli->json && gates != NULL) {
		object = lg_prepared_object(cli, prepared, NULL, code);
		lg_cli_fleet_plan_json(cli, gates, object);
		return lg_cli_json(cli, object);
	}
	printed = lg_prepared_print(cli, prepared, code);
	if (gates != NULL)
		lg_cli_fleet_plan_say(cli, gates);
	else
		lg_cli_say_fleet(cli);
	return printed;
}

int lg_cmd_plan(struct lg_cli *cli)
{
	struct lg_prepared prepared = {0};
	struct lg_fleet_gates gates = {0};
	int printed;
	int code = check_options(cli);

	if (code == LG_EXIT_DONE)
		code = lg_prepare(cli, cli->operand[0], LG_END_OPTIONAL,
				  &prepared);
	if (code == LG_EXIT_DONE)
		code = lg_cli_past(cli, &prepared);
	if (code == LG_EXIT_DONE && lg_cli_is_fleet(cli))
		code = lg_cli_fleet_gates(cli, &gates);
	if (code != LG_EXIT_DONE)
		goto out;
	if (!lg_cli_is_fleet(cli))
		lg_prepared_say_unenforced(cli, &prepared);
	/* For a program the object says why; for people that comes last. */
	if (cli->json)
		code = lg_plan_refusal(cli, prepared.plan);
	printed = print_plan(cli, &prepared,
			     lg_cli_is_fleet(cli) ? &gates : NULL, code);
	if (!cli->json && printed == LG_EXIT_DONE)
		code = lg_plan_refusal(cli, prepared.plan);
	if (code == LG_EXIT_DONE)
		code = printed;
out:
	lg_fleet_gates_release(&gates);
	lg_prepared_release(&prepared);
	return code;
}

static int print_applied(struct lg_cli *cli, const struct lg_prepared *prepared,
			 const char *id, const struct lg_applied *applied)
{
	cJSON *object = lg_prepared_object(cli, prepared, id, LG_EXIT_DONE);

	lg_json_number(cJSON_GetObjectItemCaseSensitive(object, "sessions"),
		       "left", (int64_t)applied->left);

	lg_cli_add_untested(cli, prepared, object);
	return lg_cli_json(cli, object);
}

/* --ensure: what is in force already is as it should be, whatever its end. */
static int is_there_already(const struct lg_cli *cli)
{
	return lg_cli_option(cli, "ensure") != NULL &&
	       cli->failed_code != NULL &&
	       strcmp(cli->failed_code, "already-in-force") == 0;
}

int lg_cmd_apply(struct lg_cli *cli)
{
	struct lg_prepared prepared = {0};
	struct lg_applied applied;
	int code = check_options(cli);

	if (code == LG_EXIT_DONE)
		code = lg_prepare(cli, cli->operand[0], LG_END_REQUIRED,
				  &prepared);
	if (code != LG_EXIT_DONE)
		goto out;
	code = lg_plan_refusal(cli, prepared.plan);
	if (code != LG_EXIT_DONE) {
		if (cli->json)
			lg_prepared_print(cli, &prepared, code);
		goto out;
	}
	if (lg_cli_is_fleet(cli)) {
		code = lg_cli_fleet_apply(cli, &prepared);
		if (code == LG_EXIT_WOULD_NOT_LOCK && is_there_already(cli))
			code = LG_EXIT_DONE;
		goto out;
	}
	code = lg_cli_apply(cli, &prepared, &applied);
	if (code == LG_EXIT_DONE) {
		prepared.plan->until_s = applied.until_s;
		lg_prepared_say_unenforced(cli, &prepared);
		lg_cli_say_applied(cli, &prepared, &applied);
		if (cli->json)
			code = print_applied(cli, &prepared, applied.id,
					     &applied);
	} else if (code == LG_EXIT_WOULD_NOT_LOCK && is_there_already(cli)) {
		code = LG_EXIT_DONE;
		if (cli->json)
			code = print_applied(cli, &prepared, NULL, &applied);
	} else if (code == LG_EXIT_WOULD_NOT_LOCK && cli->json) {
		lg_prepared_print(cli, &prepared, code);
	}
out:
	lg_prepared_release(&prepared);
	return code;
}
