/* SPDX-License-Identifier: ISC */
/*
 * gate_records.c - history and refused come the same way
 */
#include "cli/open/gate_records.h"

#include "cli/output.h"

void lg_cli_say_damaged(struct lg_cli *cli, const char *place, size_t damaged)
{
	if (damaged > 0)
		lg_cli_say(cli, LG_EXIT_DONE, place,
			   "%zu damaged lines were passed over", damaged);
}

static int from_gate(struct lg_cli *cli, const struct lg_cli_records *records,
		     struct lg_control *control, int64_t since_s)
{
	struct lg_control_answer answer = {0};
	cJSON *request = lg_cli_request(records->op), *item;
	int code;

	if (since_s > 0)
		lg_json_time(request, "since", since_s);
	code = lg_cli_ask(cli, control, request, NULL, 0, &answer);
	if (code == LG_EXIT_DONE) {
		cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(
						 answer.object, records->op))
			records->add(records->context,
				     cJSON_Duplicate(item, 1));
	}
	lg_control_release(&answer);
	return code;
}

static int from_state(struct lg_cli *cli, const struct lg_cli_records *records,
		      int64_t since_s)
{
	struct lg_state *state = NULL;
	size_t damaged = 0;
	struct lg_error err;

	if (lg_cli_state(cli, LG_STATE_READ, &state, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	if (state == NULL)
		return LG_EXIT_DONE;
	if (records->read(records->context, state->files, since_s, &damaged,
			  &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	lg_cli_say_damaged(cli, records->place, damaged);
	return LG_EXIT_DONE;
}

int lg_cli_records(struct lg_cli *cli, const struct lg_cli_records *records,
		   int64_t since_s)
{
	struct lg_control *control = NULL;
	struct lg_error err;

	if (lg_cli_gate(cli, &control, &err) != LG_OK)
		return lg_cli_no_gate(cli, &err);
	if (control != NULL)
		return from_gate(cli, records, control, since_s);
	return from_state(cli, records, since_s);
}
