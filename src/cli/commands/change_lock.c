/* SPDX-License-Identifier: ISC */
/*
 * change_lock.c - confirms or extends one lock, at the gate or in state_dir
 */
#include <string.h>

#include "base/instant.h"

#include "cli/change/apply.h"
#include "cli/commands/change_lock.h"
#include "cli/open/locks.h"
#include "cli/output.h"

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

int lg_cli_change_lock(struct lg_cli *cli, const char *op, const char *id,
		       int64_t for_s, int64_t *until_s)
{
	struct lg_control *control = NULL;
	struct lg_state *state = NULL;
	struct lg_lock *lock = NULL;
	struct lg_error err;
	enum lg_status status;
	cJSON *request;

	if (lg_cli_gate(cli, &control, &err) != LG_OK)
		return lg_cli_no_gate(cli, &err);
	if (control != NULL) {
		request = lg_cli_request(op);
		lg_json_text(request, "lock", id);
		if (for_s > 0)
			lg_json_number(request, "for_s", for_s);
		else if (*until_s > 0)
			lg_json_time(request, "until", *until_s);
		return ask_until(cli, control, request, until_s);
	}
	if (lg_cli_state(cli, LG_STATE_WRITE, &state, &err) != LG_OK)
		return lg_cli_state_failed(cli, &err);
	status = lg_lock_choose(state, id, LG_MEANT_ANY, &lock, &err);
	if (status == LG_OK)
		status = lg_lock_is_ours(lock, &err);
	if (status == LG_OK && strcmp(op, "confirm") == 0)
		status = lg_lock_confirm(state, lock, lg_cli_by(cli), &err);
	else if (status == LG_OK)
		status = lg_lock_extend(state, lock, lg_cli_by(cli), *until_s,
					for_s, &err);
	if (status != LG_OK)
		return lg_cli_fail_as(cli, lg_cli_change_exit(status), &err);
	*until_s = lock->until.wall_s;
	return LG_EXIT_DONE;
}
