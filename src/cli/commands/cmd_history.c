/* SPDX-License-Identifier: ISC */
/*
 * logongate history - the locks of the past
 *
 * One line for everything that was done to a lock. The gate is asked, or the
 * journal of state_dir is read where none is to run.
 */
#include <stdlib.h>
#include <string.h>

#include "app/records/history_record.h"
#include "cli/commands.h"
#include "cli/change/servers_hands.h"
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

/* RFC 3339 in UTC sorts as text; those of one second stay in their order. */
static int sort_events(struct history *history)
{
	size_t count = (size_t)cJSON_GetArraySize(history->events);
	struct dated *dated = calloc(count + 1, sizeof(*dated));

	if (dated == NULL)
		return lg_cli_say(history->cli, LG_EXIT_SOFTWARE, NULL,
				  "out of memory");
	for (size_t i = 0; i < count; i++) {
		cJSON *event = cJSON_DetachItemViaPointer(
			history->events, history->events->child);

		dated[i] = (struct dated){.nth = i, .event = event};
		lg_history_read(event, &dated[i].said);
	}
	qsort(dated, count, sizeof(*dated), earlier_first);
	for (size_t i = 0; i < count; i++)
		cJSON_AddItemToArray(history->events, dated[i].event);
	free(dated);
	return LG_EXIT_DONE;
}

static const char *const head[] = {"AT",     "EVENT",  "PROFILE",
				   "BY",     "REASON", "RESULT",
				   "TARGET", "WHAT",   NULL};
#define OF_A_LOCK 6 /* the rest is of servers */
#define COLUMNS (sizeof(head) / sizeof(head[0]) - 1)

/* The columns of servers are shown where a line has anything in them. */
static size_t columns_of(const cJSON *events)
{
	struct lg_history_said said;
	const cJSON *item;

	cJSON_ArrayForEach(item, events) {
		lg_history_read(item, &said);
		if (said.target != NULL || said.what != NULL)
			return COLUMNS;
	}
	return OF_A_LOCK;
}

static void add_row(struct lg_table *table, const cJSON *event, size_t columns)
{
	struct lg_history_said said;

	lg_history_read(event, &said);
	const char *const cell[COLUMNS] = {
		said.at,     said.event,  said.profile, said.by,
		said.reason, said.result, said.target,  said.what};
	for (size_t i = 0; i < columns; i++)
		lg_table_cell(table, cell[i]);
}

static int print(struct history *history)
{
	size_t columns = columns_of(history->events);
	const char *shown[COLUMNS + 1] = {NULL};
	struct lg_cli *cli = history->cli;
	struct lg_table table;
	int code = sort_events(history);

	memcpy(shown, head, columns * sizeof(*shown));
	lg_table_begin(&table, shown);
	while (history->events->child != NULL && code == LG_EXIT_DONE) {
		cJSON *object = cJSON_DetachItemViaPointer(
			history->events, history->events->child);

		if (cli->json) {
			code = lg_cli_json(cli, object);
			continue;
		}
		add_row(&table, object, columns);
		cJSON_Delete(object);
	}
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
	return lg_journal_read(files, since_s, visit, context, out_damaged,
			       err);
}

/* Locks that are on servers alone; where state_dir is not this user's to read
 * they are left out. */
static int from_servers(struct history *history, int64_t since_s)
{
	size_t damaged = 0;
	struct lg_error err;
	enum lg_status status = lg_cli_servers_history(
		history->cli, since_s, visit, history, &damaged, &err);

	if (status == LG_OK || status == LG_ERR_DENIED)
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
