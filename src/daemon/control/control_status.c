/* SPDX-License-Identifier: ISC */
/*
 * control_status.c - what is in force, and what an administrator must see
 *
 * What status says of sessions was just asked of the doors; what it says of
 * the lock is what the gate decides by.
 */
#include <unistd.h>

#include <logongate/release.h>

#include "base/listed.h"

#include "app/records/json_member.h"
#include "daemon/enforce.h"
#include "daemon/control/control.h"
#include "daemon/fleet/follower.h"
#include "daemon/refusals.h"
#include "daemon/sessions/sweep.h"
#include "daemon/view.h"

/* What each door does, and what happens when the gate is not there. */
static enum lg_status list_doors(const struct gate *gate,
				 struct lg_strlist *doors)
{
	enum lg_status status = LG_OK;

	for (int i = 0; i < LG_LISTENER_COUNT && status == LG_OK; i++) {
		enum lg_listener which = (enum lg_listener)i;
		const struct lg_listen_settings *listen =
			&gate->settings->listen[i];
		struct lg_buffer text = {0};

		if (!listen->present || !lg_listener_row(which)->is_asked)
			continue;
		lg_buffer_format(
			&text,
			"%s: %s while the gate has no policy; while the gate "
			"itself is gone the server's own setting counts",
			lg_listener_name(which),
			listen->without_policy == LG_WITHOUT_POLICY_ADMIT
				? "admits"
				: "refuses");
		status = lg_buffer_status(&text, NULL);
		if (status == LG_OK)
			status = lg_strlist_add(doors, text.data, text.len,
						NULL);
		lg_buffer_release(&text);
	}
	return status;
}

/* When what is written is read: null where it is already. */
static int64_t in_force_at(const struct gate *gate)
{
	int64_t poll_s = gate->view->poll_s;

	return poll_s < 0 ? 0 : gate_now_s(gate) + poll_s - gate_store_s(gate);
}

void control_locks(struct control_call *call)
{
	struct lg_status_lock lock[LG_LOCKS_MAX];
	struct lg_status_facts facts = gate_status(call->gate, lock);

	/* As who it applies: a gate elsewhere knows its own lock by that. */
	if (call->conn->tls)
		lg_json_text(call->answer, "you", call->by);
	lg_json_add(call->answer, "locks", lg_status_locks(&facts));
	control_finish(call);
}

static enum lg_status list_loud(struct gate *gate, struct lg_strlist *loud)
{
	static const char none[] = "the gate has no policy it can trust: each "
				   "listener answers its without_policy";
	static const char part[] = "not all that is in force is known: whom "
				   "the rest does not refuse each listener "
				   "answers its without_policy";

	/* Whoever asks within the second after it was set hears of it, too. */
	gate_clock_tick(gate);
	gate_louds(gate, loud);
	if (gate_whole_policy(gate))
		return LG_OK;
	return lg_list_text(loud, gate_policy(gate) ? part : none, NULL);
}

static void status_listed(void *context, const struct gate_sweep_report *report)
{
	struct control_call *call = context;
	struct gate *gate = call->gate;
	struct lg_status_lock lock[LG_LOCKS_MAX];
	struct lg_status_facts facts = gate_status(gate, lock);
	struct lg_strlist doors = {0};
	struct lg_strlist loud = {0};
	cJSON *object = NULL;

	facts.sessions = report->sessions->count;
	facts.sessions_note =
		report->unasked->count ? report->unasked->item[0] : NULL;
	facts.loud = &loud;
	facts.doors = &doors;
	facts.in_force_at_s = in_force_at(gate);
	facts.pid = getpid();
	facts.version = LOGONGATE_VERSION;
	if (list_loud(gate, &loud) == LG_OK &&
	    list_doors(gate, &doors) == LG_OK)
		object = lg_status_object(&facts);
	if (gate->fleet)
		lg_json_add(object, "fleet", gate_fleet_object(gate));
	lg_json_add(call->answer, "status", object);
	lg_strlist_release(&doors);
	lg_strlist_release(&loud);
	control_finish(call);
}

static void list_for_status(void *context)
{
	struct control_call *call = context;
	struct lg_error err = {0};

	if (call->conn->tls)
		lg_json_text(call->answer, "you", call->by);
	if (gate_sweeps_list(call->gate, status_listed, call, &err) != LG_OK)
		control_fail_as(call, &err);
}

void control_status(struct control_call *call)
{
	call->waiter.ready = list_for_status;
	call->waiter.context = call;
	gate_refusals_counted(call->gate, &call->waiter);
}
