/* SPDX-License-Identifier: ISC */
/*
 * logongate history - the locks of the past
 *
 * One line for everything that was done to a lock. The gate is asked, or the
 * journal of state_dir is read where none is to run.
 */
#include <logongate/instant.h>

#include "app/journal.h"
#include "cli/commands.h"
#include "cli/open.h"
#include "cli/output.h"

struct history {
	struct lg_cli *cli;
	struct lg_table table;
	int code;
};

static void add(struct history *history, cJSON *object)
{
	static const char *const names[] = {"at", "event",  "profile",
					    "by", "reason", "result"};

	if (history->cli->json) {
		if (history->code == LG_EXIT_DONE)
			history->code = lg_cli_json(history->cli, object);
		else
			cJSON_Delete(object);
		return;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		lg_table_cell(
			&history->table,
			cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(
				object, names[i])));
	cJSON_Delete(object);
}

static int visit(void *context, const struct lg_journal_entry *entry)
{
	cJSON *object = cJSON_CreateObject();

	lg_json_time(object, "at", entry->at_s);
	lg_json_text(object, "event", lg_journal_event_name(entry->event));
	lg_json_text(object, "profile", entry->profile);
	lg_json_text(object, "by", entry->by);
	lg_json_text(object, "reason", entry->reason);
	lg_json_text(object, "result", entry->result);
	add(context, object);
	return 0;
}

static int from_gate(struct history *history, struct lg_control *control,
		     int64_t since_s)
{
	struct lg_control_answer answer = {0};
	cJSON *request = lg_cli_request("history"), *item;
	int code;

	if (since_s > 0)
		lg_json_time(request, "since", since_s);
	code = lg_cli_ask(history->cli, control, request, NULL, 0, &answer);
	if (code == LG_EXIT_DONE) {
		cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(
						 answer.object, "history"))
			add(history, cJSON_Duplicate(item, 1));
	}
	lg_control_release(&answer);
	return code;
}

static int from_state(struct history *history, int64_t since_s)
{
	struct lg_cli *cli = history->cli;
	struct lg_state *state = NULL;
	size_t damaged = 0;
	struct lg_error err;

	if (lg_cli_state(cli, LG_STATE_READ, &state, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	if (state == NULL)
		return LG_EXIT_DONE;
	if (lg_journal_read(state->files, since_s, visit, history, &damaged,
			    &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	if (damaged > 0)
		lg_cli_say(cli, LG_EXIT_DONE, LG_JOURNAL_FILE,
			   "%zu damaged lines were passed over", damaged);
	return LG_EXIT_DONE;
}

int lg_cmd_history(struct lg_cli *cli)
{
	static const char *const head[] = {"AT",     "EVENT",  "PROFILE", "BY",
					   "REASON", "RESULT", NULL};
	struct history history = {.cli = cli};
	struct lg_control *control = NULL;
	struct lg_error err;
	int64_t since_s;
	int code = lg_cli_since(cli, &since_s);

	if (code != LG_EXIT_DONE)
		return code;
	if (lg_cli_gate(cli, &control, &err) != LG_OK)
		return lg_cli_no_gate(cli, &err);
	lg_table_begin(&history.table, head);
	code = control != NULL ? from_gate(&history, control, since_s)
			       : from_state(&history, since_s);
	if (code == LG_EXIT_DONE)
		code = history.code;
	if (cli->json || code != LG_EXIT_DONE)
		lg_strlist_release(&history.table.cell);
	else
		code = lg_cli_table(cli, &history.table);
	return code;
}
