/* SPDX-License-Identifier: ISC */
/*
 * logongate sessions, logongate cut
 *
 * Only a gate knows of sessions: it asks the doors when it is asked.
 */
#include <string.h>

#include "app/records/json_member.h"
#include "app/records/session_record.h"
#include "cli/commands.h"
#include "cli/open/open.h"
#include "cli/output.h"
#include "cli/table.h"

static int print_lines(struct lg_cli *cli, const cJSON *array)
{
	int code = LG_EXIT_DONE;
	const cJSON *item;

	cJSON_ArrayForEach(item, array) {
		if (code == LG_EXIT_DONE)
			code = lg_cli_json(cli, cJSON_Duplicate(item, 1));
	}
	return code;
}

static int print_table(struct lg_cli *cli, const cJSON *sessions)
{
	static const char *const head[] = {"USER",    "DOOR",   "PROTOCOL",
					   "ADDRESS", "CLIENT", "ALLOWED",
					   "ID",      NULL};
	struct lg_table table;
	const cJSON *item;

	lg_table_begin(&table, head);
	cJSON_ArrayForEach(item, sessions) {
		struct lg_buffer name = {0};
		struct lg_session is;

		lg_session_read(item, &is);
		lg_buffer_text(&name, is.user != NULL ? is.user : "");
		if (is.master != NULL)
			lg_buffer_format(&name, " (by %s)", is.master);
		lg_table_cell(&table, is.user != NULL ? name.data : is.dn);
		lg_buffer_release(&name);
		lg_table_cell(&table, is.door);
		lg_table_cell(&table, lg_protocol_name(is.protocol));
		lg_table_cell(&table, is.address);
		lg_table_cell(&table, is.client);
		lg_table_cell(&table,
			      lg_session_was_allowed(item) ? "yes" : "no");
		lg_table_cell(&table, is.id);
	}
	return lg_cli_table(cli, &table);
}

/* An empty list must not be taken for nobody. */
static void tell_unlisted(struct lg_cli *cli)
{
	const struct lg_settings *settings;

	if (cli->quiet || lg_cli_settings(cli, &settings, NULL) != LG_OK ||
	    lg_cli_lists_sessions(settings))
		return;
	lg_cli_say(cli, LG_EXIT_DONE, NULL,
		   "no server here lists its open sessions: who is logged on "
		   "is not known, and nobody can be cut; doveadm in [dovecot] "
		   "and stats_socket in [haproxy] name those that can");
}

int lg_cmd_sessions(struct lg_cli *cli)
{
	struct lg_control_answer answer = {0};
	struct lg_control *control = NULL;
	const cJSON *sessions;
	struct lg_error err;
	int code;

	if (lg_cli_gate(cli, &control, &err) != LG_OK)
		return lg_cli_no_gate(cli, &err);
	if (control == NULL)
		return LG_EXIT_DONE;
	code = lg_cli_ask(cli, control, lg_cli_request("sessions"), &answer);
	if (code == LG_EXIT_DONE) {
		sessions = lg_json_of(answer.object, "sessions");
		code = cli->json ? print_lines(cli, sessions)
				 : print_table(cli, sessions);
		lg_cli_tell_unasked(cli, answer.object);
		tell_unlisted(cli);
	}
	lg_control_release(&answer);
	return code;
}

/* One of --dn, --user, --id, --all, and no second one. */
static int cut_request(struct lg_cli *cli, cJSON **out_request)
{
	static const char *const names[] = {"dn", "user", "id", "all"};
	const char *chosen = NULL;
	cJSON *request;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (lg_cli_option(cli, names[i]) == NULL)
			continue;
		if (chosen != NULL)
			return lg_cli_usage(cli, "give --%s or --%s, not both",
					    chosen, names[i]);
		chosen = names[i];
	}
	if (chosen == NULL)
		return lg_cli_usage(cli, "cut needs --dn DN, --user NAME, "
					 "--id ID or --all");
	request = lg_cli_request("cut");
	if (strcmp(chosen, "all") == 0)
		lg_json_bool(request, "all", 1);
	else
		lg_json_text(request, chosen, lg_cli_option(cli, chosen));
	lg_json_text(request, "caller", lg_cli_by(cli));
	*out_request = request;
	return LG_EXIT_DONE;
}

/* "left" is an array of sessions that are still there. */
static int show_cut(struct lg_cli *cli, cJSON *answer)
{
	const cJSON *cut = lg_json_of(answer, "cut");
	cJSON *left = cJSON_GetObjectItemCaseSensitive(answer, "left");
	const cJSON *note;
	cJSON *object;
	int count = cJSON_IsArray(cut)    ? cJSON_GetArraySize(cut)
		    : cJSON_IsNumber(cut) ? cut->valueint
					  : 0;
	const cJSON *all = lg_json_of(answer, "left_count");
	int staying =
		cJSON_IsNumber(all) ? all->valueint : cJSON_GetArraySize(left);
	int code = LG_EXIT_DONE;

	if (cli->json) {
		object = cJSON_CreateObject();
		lg_json_number(object, "cut", count);
		lg_json_add(object, "left",
			    left != NULL ? cJSON_Duplicate(left, 1)
					 : cJSON_CreateArray());
		note = lg_json_of(answer, "notes");
		lg_json_add(object, "notes",
			    note != NULL ? cJSON_Duplicate(note, 1)
					 : cJSON_CreateArray());
		code = lg_cli_json(cli, object);
	} else if (!cli->quiet) {
		lg_cli_print(cli, LG_PLAIN, "%d session%s cut\n", count,
			     count == 1 ? "" : "s");
	}
	cJSON_ArrayForEach(note, lg_json_of(answer, "notes")) {
		if (cJSON_IsString(note) && !cli->quiet)
			lg_cli_say(cli, LG_EXIT_DONE, NULL, "%s",
				   note->valuestring);
	}
	if (code == LG_EXIT_DONE && staying > 0) {
		code = lg_cli_say(cli, LG_EXIT_NOT_PUT_BACK, NULL,
				  "%d session%s still there:", staying,
				  staying == 1 ? " is" : "s are");
		if (!cli->json)
			print_table(cli, left);
	}
	return code;
}

int lg_cmd_cut(struct lg_cli *cli)
{
	struct lg_control_answer answer = {0};
	struct lg_control *control = NULL;
	cJSON *request = NULL;
	struct lg_error err;
	int code = cut_request(cli, &request);

	if (code != LG_EXIT_DONE)
		return code;
	if (lg_cli_gate(cli, &control, &err) != LG_OK)
		code = lg_cli_no_gate(cli, &err);
	else if (control == NULL)
		code = lg_cli_say(
			cli, LG_EXIT_NO_GATE, NULL,
			"no gate is running here, and only a gate can "
			"cut");
	if (code != LG_EXIT_DONE) {
		cJSON_Delete(request);
		return code;
	}
	code = lg_cli_ask(cli, control, request, &answer);
	if (code == LG_EXIT_DONE) {
		code = show_cut(cli, answer.object);
		tell_unlisted(cli);
	}
	lg_control_release(&answer);
	return code;
}
