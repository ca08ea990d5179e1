/* SPDX-License-Identifier: ISC */
/*
 * control_show.c - requests that only look
 *
 * What status says of sessions was just asked of the doors; what it says of
 * the lock is what the gate decides by.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <logongate/dn.h>
#include <logongate/release.h>

#include "app/records/json_member.h"
#include "app/lock/lock_change.h"
#include "app/lock/picture.h"
#include "app/records/session_record.h"
#include "daemon/gate_status.h"
#include "daemon/turn.h"
#include "daemon/doors/check_json.h"
#include "daemon/fleet/follower.h"
#include "daemon/clock_look.h"
#include "daemon/control/control_sessions.h"
#include "daemon/refusals.h"
#include "daemon/sessions/sessions.h"
#include "daemon/sessions/sweep.h"
#include "daemon/view.h"
#include "daemon/work.h"

void control_add_texts(struct control_call *call, const char *key,
		       const struct lg_strlist *texts)
{
	cJSON *array = cJSON_CreateArray();
	size_t i;

	for (i = 0; i < texts->count; i++)
		lg_json_item(array, texts->item[i]);
	lg_json_add(call->answer, key, array);
}

void control_add_left(struct control_call *call,
		      const struct gate_sweep_report *report)
{
	const struct lg_session_list *sessions = report->sessions;
	const struct lg_policy *policy = gate_policy(call->gate);
	cJSON *array = cJSON_CreateArray();
	size_t i;

	/* More are only counted. */
	for (i = 0; i < sessions->count && i < GATE_SWEEP_LEFT_MAX; i++)
		lg_json_append(array, lg_session_object(&sessions->session[i],
							policy));
	lg_json_number(call->answer, "left_count", (int64_t)report->left);
	lg_json_add(call->answer, "left", array);
}

/* What each door does, and what happens when the gate is not there. */
static enum lg_status list_doors(const struct gate *gate,
				 struct lg_strlist *doors)
{
	enum lg_status status = LG_OK;
	int i;

	for (i = 0; i < LG_LISTENER_COUNT && !status; i++) {
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
		if (!status)
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

	/* Whoever asks within the second after it was set hears of it, too. */
	gate_clock_tick(gate);
	gate_louds(gate, loud);
	if (gate_policy(gate))
		return LG_OK;
	return lg_strlist_add(loud, none, sizeof(none) - 1, NULL);
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
	if (!list_loud(gate, &loud) && !list_doors(gate, &doors))
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
	if (gate_sweeps_list(call->gate, status_listed, call, &err))
		control_fail_as(call, &err);
}

void control_status(struct control_call *call)
{
	call->waiter.ready = list_for_status;
	call->waiter.context = call;
	gate_refusals_counted(call->gate, &call->waiter);
}

/* Text of all that are open is made on another thread: it may be long. */
struct telling {
	struct gate_job job;
	struct control_call *call;
	struct lg_session_list list;
	const struct lg_policy *policy;
	struct lg_buffer text;
};

static void make_text(void *context)
{
	struct telling *telling = context;
	struct lg_policy *policy = (struct lg_policy *)telling->policy;
	size_t i;

	for (i = 0; i < telling->list.count; i++) {
		if (i)
			lg_buffer_char(&telling->text, ',');
		/* A failure is remembered by the buffer. */
		if (lg_json_print(lg_session_object(&telling->list.session[i],
						    policy),
				  &telling->text, NULL))
			telling->text.status = LG_ERR_NO_MEMORY;
	}
	lg_session_list_release(&telling->list);
	lg_policy_free(&policy);
}

static void text_made(void *context)
{
	struct telling *telling = context;
	struct control_call *call = telling->call;
	struct lg_error err = {0};

	if (lg_buffer_status(&telling->text, &err)) {
		control_fail_as(call, &err);
	} else {
		gate_stream_give(call->conn, &telling->text);
		control_end_list(call, NULL);
	}
	lg_buffer_release(&telling->text);
	free(telling);
}

static void sessions_listed(void *context,
			    const struct gate_sweep_report *report)
{
	const struct lg_policy *policy;
	struct control_call *call = context;
	struct telling *telling = calloc(1, sizeof(*telling));
	struct lg_error err = {0};

	if (!telling) {
		lg_error_set(&err, LG_ERR_NO_MEMORY, NULL, "out of memory");
		control_fail_as(call, &err);
		return;
	}
	control_add_texts(call, "unasked", report->unasked);
	if (lg_json_print(call->answer, &telling->text, NULL))
		telling->text.status = LG_ERR_NO_MEMORY;
	call->answer = NULL;
	/* Among its members, of which there is one. */
	if (!telling->text.status)
		telling->text.len--;
	lg_buffer_format(&telling->text, ",\"sessions\":[");
	policy = gate_policy(call->gate);
	if (policy)
		telling->policy = lg_policy_share(policy);
	telling->call = call;
	telling->list = *report->whole;
	*report->whole = (struct lg_session_list){0};
	telling->job.run = make_text;
	telling->job.done = text_made;
	telling->job.context = telling;
	gate_work_add(call->gate, GATE_LANE_TEXTS, &telling->job);
}

void control_sessions(struct control_call *call)
{
	struct lg_error err = {0};

	if (gate_sweeps_list_whole(call->gate, sessions_listed, call, &err))
		control_fail_as(call, &err);
}

static void was_cut(void *context, const struct gate_sweep_report *report)
{
	struct control_call *call = context;

	lg_json_number(call->answer, "cut", (int64_t)report->cut);
	control_add_left(call, report);
	control_add_texts(call, "notes", report->notes);
	control_add_texts(call, "unasked", report->unasked);
	control_finish(call);
}

static struct gate_selector selector_of(const struct control_call *call)
{
	struct gate_selector selector = {
		.dn = control_text(call, "dn"),
		.names = call->names.user,
		.user = control_text(call, "user"),
		.id = control_text(call, "id"),
		.all = cJSON_IsTrue(
			cJSON_GetObjectItemCaseSensitive(call->request, "all")),
	};

	return selector;
}

static void names_known(struct gate *gate, void *context, enum lg_status status,
			const struct lg_error *err)
{
	struct control_call *call = context;
	struct gate_selector selector = selector_of(call);
	struct lg_error failed = *err;

	if (!status)
		status = gate_sweeps_cut(gate, &selector, was_cut, call,
					 &failed);
	if (status)
		control_fail_as(call, &failed);
}

/* The names that the directory gave for the DN, adding to those there are. */
static enum lg_status add_names(const struct lg_findings *findings,
				const char *dn, struct lg_strlist *names,
				struct lg_error *err)
{
	enum lg_status status = LG_OK;
	size_t i;
	size_t k;

	for (i = 0; findings && i < findings->account_count; i++) {
		const struct lg_account *account = &findings->account[i];

		if (!account->dn ||
		    !lg_dn_equal(account->dn, strlen(account->dn), dn,
				 strlen(dn)))
			continue;
		for (k = 0; k < account->login_count && !status; k++) {
			const char *name =
				findings->login[account->login_first + k].name;

			status = lg_strlist_add(names, name, strlen(name), err);
		}
	}
	return status;
}

static enum lg_status find_names(const struct gate_inside *inside,
				 void *context, struct lg_error *err)
{
	const struct lg_state *state = inside->state;
	struct control_call *call = context;
	const char *dn = control_text(call, "dn");
	enum lg_status status = LG_OK;
	size_t i;

	if (dn)
		status = add_names(state->findings, dn, &call->names.user, err);
	for (i = 0; dn && !status && i < state->lock_count; i++)
		status = add_names(state->lock[i]->findings, dn,
				   &call->names.user, err);
	return status;
}

void control_cut(struct control_call *call)
{
	struct gate_selector selector = selector_of(call);
	struct lg_error err = {0};

	if (!!selector.dn + !!selector.user + !!selector.id + selector.all !=
	    1) {
		lg_error_set(&err, LG_ERR_RANGE, NULL,
			     "cut needs one of dn, user, id, all");
		control_fail(call, CONTROL_USAGE, &err);
		return;
	}
	gate_log("%s cuts %s %s", call->by ? call->by : "somebody",
		 selector.all    ? "all"
		 : selector.dn   ? "dn"
		 : selector.user ? "user"
				 : "id",
		 selector.dn     ? selector.dn
		 : selector.user ? selector.user
		 : selector.id   ? selector.id
				 : "");
	gate_look(call->gate, find_names, names_known, call);
}

/* What all that is in force comes to; with "lock" what that lock sets. */
static enum lg_status attach_values(struct control_call *call,
				    const struct gate_inside *inside,
				    struct lg_error *err)
{
	const char *name = control_text(call, "lock");
	struct lg_registry *values = NULL;
	struct lg_lock *lock = NULL;
	struct lg_buffer comments = {0};
	enum lg_status status = LG_OK;

	if (name)
		status = lg_lock_choose(inside->state, name, LG_MEANT_ANY,
					&lock, err);
	if (status)
		return status;
	if (lock ? !lock->values : !lg_state_trusted(inside->state))
		return lg_error_set(err, LG_ERR_IO, LG_STATE_REGISTRY,
				    "no copy of the values can be read");
	if (!lock)
		status = lg_picture_values(inside->state, &values, err);
	if (!status && !lock)
		status = lg_picture_comments(inside->state, &comments, err);
	if (!status && comments.len)
		lg_json_text(call->answer, "comments", comments.data);
	lg_buffer_release(&comments);
	if (!status)
		status = lg_reg_text_render(
			lock ? lock->values : values, LG_REG_ENCODING_UTF8,
			&call->attach[call->attach_count++], err);
	lg_registry_free(&values);
	return status;
}

static enum lg_status run_values(const struct gate_inside *inside,
				 void *context, struct lg_error *err)
{
	return attach_values(context, inside, err);
}

static enum lg_status run_policy(const struct gate_inside *inside,
				 void *context, struct lg_error *err)
{
	const struct lg_policy *policy = gate_inside_policy(inside);
	const struct lg_state *state = inside->state;
	const struct lg_lock *last = lg_state_last(state);
	struct control_call *call = context;
	enum lg_status status;

	lg_json_text(call->answer, "gate",
		     policy ? lg_gate_state_name(lg_policy_gate(policy))
			    : NULL);
	lg_json_number(call->answer, "generation", (int64_t)state->generation);
	lg_json_time(call->answer, "until", last ? last->until.wall_s : 0);
	status = attach_values(call, inside, err);
	if (!status && state->findings)
		status = lg_findings_render(state->findings,
					    &call->attach[call->attach_count++],
					    err);
	return status;
}

static void attached(struct gate *gate, void *context, enum lg_status status,
		     const struct lg_error *err)
{
	if (status)
		control_fail_as(context, err);
	else
		control_finish(context);
}

void control_values(struct control_call *call)
{
	gate_look(call->gate, run_values, attached, call);
}

void control_policy(struct control_call *call)
{
	gate_look(call->gate, run_policy, attached, call);
}

void control_check(struct control_call *call)
{
	struct gate_ask ask = {.door = GATE_DOOR_DECIDE};
	struct lg_decision decision;
	struct lg_error err = {0};
	const char *message = NULL;

	if (check_json_read(call->request, &ask, &err)) {
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
