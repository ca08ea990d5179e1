/* SPDX-License-Identifier: ISC */
/*
 * control_check.c - what would become of a logon, and whether one was heard of
 */
#include "app/records/json_member.h"
#include "daemon/control/control.h"
#include "daemon/doors/check_json.h"
#include "daemon/view.h"

void control_check(struct control_call *call)
{
	struct gate_ask ask = {.door = GATE_DOOR_DECIDE};
	struct lg_decision decision;
	struct lg_error err = {0};
	const char *message = NULL;

	if (check_json_read(call->request, &ask, &err) != LG_OK) {
		control_fail(call,
			     err.status == LG_ERR_UNKNOWN_KEY ? CONTROL_USAGE
							      : CONTROL_INVALID,
			     &err);
		return;
	}
	decision = gate_decide(call->gate, ask.door, &ask.attempt);
	if (decision.verdict == LG_REFUSE)
		message = gate_refusal_text(call->gate, &decision, NULL);
	lg_json_add(call->answer, "check",
		    check_json_answer(call->gate, &decision, message,
				      control_flag(call, "explain")
					      ? &ask.attempt
					      : NULL));
	control_finish(call);
}

void control_heard(struct control_call *call)
{
	const char *user = control_text(call, "user");

	lg_json_text(call->answer, "door",
		     gate_probes_door(&call->gate->probes, user ? user : ""));
	control_finish(call);
}
