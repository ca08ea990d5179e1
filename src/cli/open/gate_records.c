/* SPDX-License-Identifier: ISC */
/*
 * gate_records.c - history and refused come the same way
 */
#include "cli/open/gate_records.h"

#include "base/local_time.h"

#include "adapters/system/system_clock.h"
#include "app/records/json_member.h"
#include "app/records/status_record.h"
#include "cli/text/times.h"

#define DAY_S 86400

void lg_cli_say_damaged(struct lg_cli *cli, const char *place, size_t damaged)
{
	if (damaged > 0)
		lg_cli_say(cli, LG_EXIT_DONE, place,
			   "%zu damaged lines were passed over", damaged);
}

/* Says from when on, for who does not ask for it may miss what was before. */
static int64_t choose_since(struct lg_cli *cli, int64_t oldest_s)
{
	struct lg_zone zone = lg_system_zone();
	int64_t now_s = lg_cli_now();
	char since[LG_TIME_SIZE];

	if (cli->json || cli->quiet)
		return oldest_s > 0 ? oldest_s : now_s - DAY_S;
	if (oldest_s <= 0) {
		lg_cli_say(cli, LG_EXIT_DONE, NULL,
			   "no lock is in force: the last 24 hours; --since "
			   "for more");
		return now_s - DAY_S;
	}
	lg_time_format(oldest_s, now_s, &zone, since);
	lg_cli_say(cli, LG_EXIT_DONE, NULL,
		   "since %s, when the oldest lock in force began; --since "
		   "for more",
		   since);
	return oldest_s;
}

static void take_older(int64_t since_s, int64_t *oldest_s)
{
	if (since_s > 0 && (*oldest_s == 0 || since_s < *oldest_s))
		*oldest_s = since_s;
}

/* One that waits for its time has no since. */
static int oldest_of_gate(struct lg_cli *cli, struct lg_control *control,
			  int64_t *out_since_s)
{
	struct lg_control_answer answer = {0};
	struct lg_status_lock_said lock;
	struct lg_status_said said;
	const cJSON *item;
	int64_t oldest_s = 0;
	int code = lg_cli_ask(cli, control, lg_cli_request("status"), &answer);

	lg_status_read(lg_json_of(answer.object, "status"), &said);
	cJSON_ArrayForEach(item, said.locks) {
		lg_status_lock_read(item, &lock);
		take_older(lock.since_s, &oldest_s);
	}
	oldest_s = lg_lock_written_since_s(oldest_s, said.stepped_s);
	lg_control_release(&answer);
	if (code == LG_EXIT_DONE)
		*out_since_s = choose_since(cli, oldest_s);
	return code;
}

static int64_t oldest_of_state(struct lg_cli *cli, const struct lg_state *state)
{
	struct lg_now now = lg_cli_clocks();
	int64_t oldest_s = 0;

	for (size_t i = 0; i < state->lock_count; i++) {
		if (!lg_lock_waits(state->lock[i]))
			take_older(lg_lock_written_since_s(
					   state->lock[i]->since_s,
					   lg_lock_stepped_s(state->lock[i],
							     &now)),
				   &oldest_s);
	}
	return choose_since(cli, oldest_s);
}

static int from_gate(struct lg_cli *cli, const struct lg_cli_records *records,
		     struct lg_control *control, int64_t since_s)
{
	struct lg_control_answer answer = {0};
	cJSON *request = lg_cli_request(records->op), *item;
	int code = LG_EXIT_DONE;

	if (since_s == 0 && records->since_lock)
		code = oldest_of_gate(cli, control, &since_s);
	if (code != LG_EXIT_DONE) {
		cJSON_Delete(request);
		return code;
	}
	if (since_s > 0)
		lg_json_time(request, "since", since_s);
	code = lg_cli_ask(cli, control, request, &answer);
	if (code == LG_EXIT_DONE) {
		cJSON_ArrayForEach(item, lg_json_of(answer.object, records->op))
			records->add(records->context, item);
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
	if (since_s == 0 && records->since_lock)
		since_s = oldest_of_state(cli, state);
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
