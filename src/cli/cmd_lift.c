/* SPDX-License-Identifier: ISC */
/*
 * logongate lift, logongate confirm, logongate extend
 *
 * What happens to a lock after it was applied.
 */
#include <string.h>

#include <logongate/instant.h>
#include <logongate/registry.h>

#include "app/window.h"
#include "cli/apply.h"
#include "cli/commands.h"
#include "cli/fleet.h"
#include "cli/output.h"

static void print_names(struct lg_cli *cli, const char *what,
			const struct lg_strlist *names)
{
	for (size_t i = 0; i < names->count; i++) {
		lg_cli_print(cli, LG_PLAIN, "%s", i == 0 ? what : ", ");
		lg_cli_text(cli, names->item[i]);
	}
	if (names->count > 0)
		lg_cli_print(cli, LG_PLAIN, "\n");
}

/* What was held while the lock was on is not let go with it. */
static void print_held_mail(struct lg_cli *cli,
			    const struct lg_strlist *restored)
{
	for (size_t i = 0; i < restored->count; i++)
		if (strcmp(restored->item[i], LG_VALUE_HOLD_MAIL) == 0)
			lg_cli_print(cli, LG_PLAIN,
				     "mail that was held stays in Postfix's "
				     "hold queue: postsuper -H ALL lets it go "
				     "on\n");
}

int lg_cmd_lift(struct lg_cli *cli)
{
	struct lg_strlist restored = {0}, changed = {0};
	int code = lg_cli_lift(cli, 0, &restored, &changed);
	cJSON *object;

	if (code == LG_EXIT_DONE && cli->json) {
		object = cJSON_CreateObject();
		lg_json_names(object, "restored", &restored);
		lg_json_names(object, "changed", &changed);
		code = lg_cli_json(cli, object);
	} else if (code == LG_EXIT_DONE && !cli->quiet) {
		lg_cli_print(cli, LG_GREEN, "lifted\n");
		print_names(cli, "put back: ", &restored);
		print_held_mail(cli, &restored);
		print_names(cli, "somebody had changed meanwhile: ", &changed);
	}
	lg_strlist_release(&restored);
	lg_strlist_release(&changed);
	return code;
}

/* Prints the end that the lock has now. */
static int print_until(struct lg_cli *cli, const char *what, int64_t until_s)
{
	struct lg_buffer when = {0};
	cJSON *object;
	int code = LG_EXIT_DONE;

	if (cli->json) {
		object = cJSON_CreateObject();
		lg_json_time(object, "until", until_s);
		code = lg_cli_json(cli, object);
	} else if (!cli->quiet) {
		lg_text_clock(lg_cli_now(), until_s, &when);
		lg_buffer_text(&when, " (");
		lg_text_ago(lg_cli_now(), until_s, &when);
		lg_buffer_char(&when, ')');
		lg_cli_print(cli, LG_PLAIN, "%s until %s\n", what,
			     when.data != NULL ? when.data : "");
	}
	lg_buffer_release(&when);
	return code;
}

/* Sends a request whose answer is the end of the lock. */
static int ask_until(struct lg_cli *cli, struct lg_control *control,
		     cJSON *request, int64_t *out_until_s)
{
	struct lg_control_answer answer = {0};
	const char *until;
	int code;

	lg_json_text(request, "caller", lg_cli_by(cli));
	code = lg_cli_ask(cli, control, request, NULL, 0, &answer);
	*out_until_s = 0;
	if (code == LG_EXIT_DONE) {
		until = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(
			answer.object, "until"));
		if (until != NULL)
			lg_instant_parse(until, strlen(until), out_until_s,
					 NULL);
	}
	lg_control_release(&answer);
	return code;
}

int lg_cmd_confirm(struct lg_cli *cli)
{
	struct lg_control *control = NULL;
	struct lg_state *state = NULL;
	struct lg_error err;
	enum lg_status status;
	int64_t until_s = 0;
	int code = LG_EXIT_DONE;

	if (lg_cli_gate(cli, &control, &err) != LG_OK)
		return lg_cli_no_gate(cli, &err);
	if (control != NULL) {
		code = ask_until(cli, control, lg_cli_request("confirm"),
				 &until_s);
	} else if (lg_cli_state(cli, LG_STATE_WRITE, &state, &err) != LG_OK) {
		code = lg_cli_state_failed(cli, &err);
	} else {
		status = lg_window_confirm(state, lg_cli_by(cli), &err);
		if (status != LG_OK)
			code = lg_cli_fail_as(cli, lg_cli_window_exit(status),
					      &err);
		else
			until_s = state->lock->until.wall_s;
	}
	if (code == LG_EXIT_DONE)
		code = lg_cli_fleet_extend(cli, until_s);
	if (code == LG_EXIT_DONE)
		code = print_until(cli, "kept", until_s);
	return code;
}

int lg_cmd_extend(struct lg_cli *cli)
{
	struct lg_control *control = NULL;
	struct lg_state *state = NULL;
	int64_t for_s, until_s;
	struct lg_error err;
	enum lg_status status;
	cJSON *request;
	int code = lg_cli_duration(cli, "for", &for_s);

	if (code == LG_EXIT_DONE)
		code = lg_cli_time(cli, "until", &until_s);
	if (code != LG_EXIT_DONE)
		return code;
	if ((for_s > 0) == (until_s > 0))
		return lg_cli_usage(cli, "extend needs --for D or --until T");
	if (lg_cli_fleet_alone(cli)) {
		if (for_s > 0)
			until_s = lg_cli_now() + for_s;
		if (until_s <= lg_cli_now())
			return lg_cli_usage(cli, "that end is past already");
		code = lg_cli_fleet_extend(cli, until_s);
		return code == LG_EXIT_DONE
			       ? print_until(cli, "in force", until_s)
			       : code;
	}
	if (lg_cli_gate(cli, &control, &err) != LG_OK)
		return lg_cli_no_gate(cli, &err);
	if (control != NULL) {
		request = lg_cli_request("extend");
		if (for_s > 0)
			lg_json_number(request, "for_s", for_s);
		else
			lg_json_time(request, "until", until_s);
		code = ask_until(cli, control, request, &until_s);
	} else if (lg_cli_state(cli, LG_STATE_WRITE, &state, &err) != LG_OK) {
		code = lg_cli_state_failed(cli, &err);
	} else {
		status = lg_window_extend(state, lg_cli_by(cli), until_s, for_s,
					  &err);
		if (status != LG_OK)
			code = lg_cli_fail_as(cli, lg_cli_window_exit(status),
					      &err);
		else
			until_s = state->lock->until.wall_s;
	}
	if (code == LG_EXIT_DONE)
		code = lg_cli_fleet_extend(cli, until_s);
	if (code == LG_EXIT_DONE)
		code = print_until(cli, "in force", until_s);
	return code;
}
