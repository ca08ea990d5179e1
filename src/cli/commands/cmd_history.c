/* SPDX-License-Identifier: ISC */
/*
 * logongate history - the locks of the past
 *
 * One line for everything that was done to a lock. The gate is asked, or the
 * journal of state_dir is read where none is to run.
 */
#include <stdlib.h>
#include <string.h>

#include "adapters/system/state_dir.h"
#include "app/records/history_record.h"
#include "cli/commands.h"
#include "cli/open/open.h"
#include "cli/output.h"
#include "cli/table.h"
#include "cli/open/gate_records.h"
#include "cli/text/times.h"

struct history {
	struct lg_cli *cli;
	cJSON *events; /* of the gate and of servers, sorted before printing */
};

static void add(void *context, const cJSON *object)
{
	struct history *history = context;

	lg_json_append(history->events, cJSON_Duplicate(object, 1));
}

struct dated {
	struct lg_history_said said;
	size_t nth;
	cJSON *event;
};

static int earlier_first(const void *a, const void *b)
{
	const struct dated *left = a, *right = b;
	int order = strcmp(left->said.at != NULL ? left->said.at : "",
			   right->said.at != NULL ? right->said.at : "");

	if (order != 0)
		return order;
	return left->nth < right->nth ? -1 : 1;
}

static const char *const head[] = {"AT",     "EVENT",  "PROFILE",
				   "BY",     "REASON", "RESULT",
				   "TARGET", "WHAT",   NULL};
#define OF_A_LOCK 6 /* the rest is of servers */
#define COLUMNS (sizeof(head) / sizeof(head[0]) - 1)

static void add_row(struct lg_table *table, const struct lg_history_said *said,
		    size_t columns)
{
	const char *const cell[COLUMNS] = {
		said->at,     said->event,  said->profile, said->by,
		said->reason, said->result, said->target,  said->what};

	for (size_t i = 0; i < columns; i++)
		lg_table_cell(table, cell[i]);
}

/* RFC 3339 in UTC sorts as text; those of one second stay in their order. The
 * columns of servers are shown where a line has anything in them. */
static int print(struct history *history)
{
	size_t count = (size_t)cJSON_GetArraySize(history->events);
	struct dated *dated = calloc(count + 1, sizeof(*dated));
	const char *shown[COLUMNS + 1] = {NULL};
	struct lg_cli *cli = history->cli;
	size_t columns = OF_A_LOCK, nth = 0;
	struct lg_table table;
	int code = LG_EXIT_DONE;
	cJSON *event;

	if (dated == NULL)
		return lg_cli_no_memory(cli);
	cJSON_ArrayForEach(event, history->events) {
		struct lg_history_said *said = &dated[nth].said;

		lg_history_read(event, said);
		if (said->target != NULL || said->what != NULL)
			columns = COLUMNS;
		dated[nth].event = event;
		dated[nth].nth = nth;
		nth++;
	}
	qsort(dated, count, sizeof(*dated), earlier_first);
	memcpy(shown, head, columns * sizeof(*shown));
	lg_table_begin(&table, shown);
	for (size_t i = 0; i < count && code == LG_EXIT_DONE; i++) {
		if (cli->json)
			code = lg_cli_json(
				cli, cJSON_DetachItemViaPointer(
					     history->events, dated[i].event));
		else
			add_row(&table, &dated[i].said, columns);
	}
	free(dated);
	if (cli->json)
		lg_strlist_release(&table.cell);
	else
		code = lg_cli_table(cli, &table);
	return code;
}

static int visit(void *context, const struct lg_journal_entry *entry)
{
	struct history *history = context;

	lg_json_append(history->events, lg_history_object(entry));
	return 0;
}

static enum lg_status read_journal(void *context, const struct lg_files *files,
				   int64_t since_s, size_t *out_damaged,
				   struct lg_error *err)
{
	return lg_journal_read(files, LG_JOURNAL_FILE, since_s, visit, context,
			       out_damaged, err);
}

/* Locks that are on servers alone; where state_dir is not this user's to read
 * they are left out. */
static int from_servers(struct history *history, int64_t since_s)
{
	const struct lg_settings *settings;
	struct lg_files files = {0};
	struct lg_error err;
	enum lg_status status = lg_cli_settings(history->cli, &settings, &err);

	if (status == LG_OK)
		status = lg_state_dir_open(settings->state_dir,
					   LG_STATE_DIR_READ, &files, &err);
	if (status == LG_OK) {
		status = lg_journal_read(&files, LG_JOURNAL_OF_SERVERS, since_s,
					 visit, history, NULL, &err);
		files.close(files.self);
	}
	if (status == LG_OK || status == LG_ERR_DENIED ||
	    status == LG_ERR_UNKNOWN_KEY)
		return LG_EXIT_DONE;
	return lg_cli_fail(history->cli, &err);
}

int lg_cmd_history(struct lg_cli *cli)
{
	struct history history = {.cli = cli};
	const struct lg_cli_records records = {
		.op = "history",
		.place = LG_JOURNAL_FILE,
		.add = add,
		.read = read_journal,
		.context = &history,
	};
	int64_t since_s;
	int code = lg_cli_since(cli, &since_s);

	if (code != LG_EXIT_DONE)
		return code;
	history.events = cJSON_CreateArray();
	if (history.events == NULL)
		return lg_cli_say(cli, LG_EXIT_SOFTWARE, NULL, "out of memory");
	code = lg_cli_records(cli, &records, since_s);
	if (code == LG_EXIT_DONE)
		code = from_servers(&history, since_s);
	if (code == LG_EXIT_DONE)
		code = print(&history);
	cJSON_Delete(history.events);
	return code;
}
