/* SPDX-License-Identifier: ISC */
/*
 * past_text.c - plan --since
 *
 * The gate that runs is asked for its logons; where none runs, the log that
 * one left in state_dir is read.
 */
#include <stdlib.h>

#include "port/json_of.h"
#include "cli/output.h"
#include "cli/table.h"
#include "app/records/logon_record.h"
#include "cli/text/past_text.h"
#include "cli/open/gate_records.h"
#include "cli/text/times.h"

#define SHOWN_MAX 40

struct reading {
	struct lg_past *past;
	const struct lg_policy *policy;
	struct lg_error err;
	enum lg_status status;
};

static int visit(void *context, const struct lg_logon *logon)
{
	struct reading *reading = context;

	reading->status = lg_past_add(reading->past, reading->policy, logon,
				      &reading->err);
	return reading->status != LG_OK;
}

static int from_gate(struct lg_cli *cli, struct lg_control *control,
		     int64_t since_s, struct reading *reading)
{
	struct lg_control_answer answer = {0};
	cJSON *request = lg_cli_request("logons");
	const cJSON *line;
	struct lg_logon logon;
	int code;

	lg_json_time(request, "since", since_s);
	code = lg_cli_ask(cli, control, request, &answer);
	if (code != LG_EXIT_DONE)
		return code;
	cJSON_ArrayForEach(line, lg_json_of(answer.object, "logons")) {
		if (lg_logon_read(line, &logon) && visit(reading, &logon) != 0)
			break;
	}
	lg_control_release(&answer);
	return LG_EXIT_DONE;
}

static int from_state(struct lg_cli *cli, int64_t since_s,
		      struct reading *reading)
{
	struct lg_state *state = NULL;
	size_t damaged = 0;
	struct lg_error err;

	if (lg_cli_state(cli, LG_STATE_READ, &state, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	if (state != NULL &&
	    lg_logon_log_read(state->files, LG_LOGONS_FOLDER, since_s, visit,
			      reading, &damaged, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	lg_cli_say_damaged(cli, LG_LOGONS_FOLDER, damaged);
	return LG_EXIT_DONE;
}

int lg_cli_past(struct lg_cli *cli, struct lg_prepared *prepared)
{
	struct reading reading = {0};
	int64_t since_s;
	int code = lg_cli_since(cli, &since_s);

	if (code != LG_EXIT_DONE || since_s == 0)
		return code;
	for (size_t i = 0; i < prepared->server_count; i++) {
		if (prepared->server[i].is_local)
			reading.policy = prepared->plan->target[i].policy;
	}
	if (reading.policy == NULL)
		return LG_EXIT_DONE;
	reading.past = calloc(1, sizeof(*reading.past));
	if (reading.past == NULL)
		return lg_cli_no_memory(cli);
	prepared->past = reading.past;
	code = prepared->control != NULL
		       ? from_gate(cli, prepared->control, since_s, &reading)
		       : from_state(cli, since_s, &reading);
	if (code == LG_EXIT_DONE && reading.status != LG_OK)
		code = lg_cli_fail(cli, &reading.err);
	lg_past_sort(reading.past);
	return code;
}

int lg_past_text(struct lg_cli *cli, const struct lg_past *past)
{
	static const char *const head[] = {"  USER", "CLIENT", "DOOR",
					   "RULE",   "LOGONS", NULL};
	struct lg_buffer text = {0};
	struct lg_table table;
	int code;

	lg_cli_print(cli, LG_BOLD,
		     "\nLogons of that time: %llu; %llu would have been "
		     "refused%s\n",
		     (unsigned long long)past->logons,
		     (unsigned long long)past->refused,
		     past->count > 0 ? ":" : ".");
	lg_table_begin(&table, head);
	for (size_t i = 0; i < past->count && i < SHOWN_MAX; i++) {
		const struct lg_past_group *group = &past->group[i];

		lg_buffer_clear(&text);
		lg_buffer_format(&text, "  %s",
				 group->user != NULL ? group->user
				 : group->dn != NULL ? group->dn
						     : "-");
		lg_table_cell(&table, text.data);
		lg_table_cell(&table, group->client != NULL ? group->client
							    : group->version);
		lg_table_cell(&table, group->door);
		lg_table_cell(&table, lg_rule_name(group->decision.rule));
		lg_buffer_clear(&text);
		lg_buffer_format(&text, "%llu",
				 (unsigned long long)group->count);
		lg_table_cell(&table, text.data);
	}
	lg_buffer_release(&text);
	code = lg_cli_table(cli, &table);
	if (past->count > SHOWN_MAX)
		lg_cli_print(cli, LG_DIM, "  and %zu more (--json lists all)\n",
			     past->count - SHOWN_MAX);
	return code;
}
