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
#include "app/records/check_rules.h"
#include "app/records/status_record.h"
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

static cJSON *session_object(const struct lg_policy *policy,
			     const struct lg_session *session)
{
	struct lg_attempt attempt = lg_session_attempt(session);
	const char *protocol = lg_protocol_name(session->protocol);
	cJSON *object = cJSON_CreateObject();

	lg_json_text(object, "id", session->id);
	lg_json_text(object, "door", session->door);
	lg_json_text(object, "protocol", *protocol ? protocol : NULL);
	lg_json_text(object, "user", session->user);
	lg_json_text(object, "master", session->master);
	lg_json_text(object, "dn", session->dn);
	lg_json_text(object, "client", session->client);
	lg_json_text(object, "address", session->address);
	lg_json_time(object, "since", session->since_s);
	lg_json_bool(object, "allowed",
		     !policy || lg_policy_decide(policy, &attempt).verdict ==
					LG_ADMIT);
	return object;
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
		lg_json_append(array,
			       session_object(policy, &sessions->session[i]));
	lg_json_number(call->answer, "left_count", (int64_t)report->left);
	lg_json_add(call->answer, "left", array);
}

/* What each door does, and what happens when the gate is not there. */
static void add_doors(const struct gate *gate, cJSON *object)
{
	cJSON *array = cJSON_CreateArray();
	int i;

	for (i = 0; i < LG_LISTENER_COUNT; i++) {
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
		lg_json_item(array, text.data);
		lg_buffer_release(&text);
	}
	lg_json_add(object, "doors", array);
}

/* When what is written is read: null where it is already. */
static int64_t in_force_at(const struct gate *gate)
{
	int64_t poll_s = gate->view->poll_s;

	return poll_s < 0 ? 0 : gate_now_s(gate) + poll_s - gate_store_s(gate);
}

/* The locks as the loop knows them. */
static size_t list_locks(const struct gate *gate,
			 struct lg_status_lock *out_lock)
{
	const struct gate_view *view = gate->view;
	size_t i;

	for (i = 0; i < view->lock_count; i++)
		out_lock[i] = (struct lg_status_lock){
			.lock = view->lock[i].lock,
			.concerns = &view->lock[i].concerns,
			.gate = view->lock[i].is_read
					? lg_gate_state_name(view->lock[i].gate)
					: NULL,
		};
	return view->lock_count;
}

static struct lg_status_facts status_of(const struct gate *gate,
					struct lg_status_lock *lock)
{
	const struct lg_policy *policy = gate_policy(gate);
	struct lg_status_facts facts = {
		.lock = lock,
		.count = list_locks(gate, lock),
		.gate = policy ? lg_gate_state_name(lg_policy_gate(policy))
			       : NULL,
		.dialect = gate->settings->dialect,
		.generation = gate->view->generation,
		.refused = gate_refusals(gate),
		.now = gate_now(gate),
	};

	return facts;
}

void control_locks(struct control_call *call)
{
	struct lg_status_lock lock[LG_LOCKS_MAX];
	struct lg_status_facts facts = status_of(call->gate, lock);

	/* As who it applies: a gate elsewhere knows its own lock by that. */
	if (call->conn->tls)
		lg_json_text(call->answer, "you", call->by);
	lg_json_add(call->answer, "locks", lg_status_locks(&facts));
	control_finish(call);
}

static void add_loud(struct gate *gate, cJSON *object)
{
	cJSON *array = cJSON_CreateArray();
	struct lg_strlist loud = {0};
	size_t i;

	/* Whoever asks within the second after it was set hears of it, too. */
	gate_clock_tick(gate);
	gate_louds(gate, &loud);
	for (i = 0; i < loud.count; i++)
		lg_json_item(array, loud.item[i]);
	lg_strlist_release(&loud);
	if (!gate_policy(gate))
		lg_json_item(array, "the gate has no policy it can trust: "
				    "each listener answers its "
				    "without_policy");
	lg_json_add(object, "loud", array);
}

static void status_listed(void *context, const struct gate_sweep_report *report)
{
	struct control_call *call = context;
	struct gate *gate = call->gate;
	const struct lg_dialect_traits *traits =
		lg_dialect_traits(gate->settings->dialect);
	struct lg_status_lock lock[LG_LOCKS_MAX];
	struct lg_status_facts facts = status_of(gate, lock);
	cJSON *object;

	facts.sessions = report->sessions->count;
	facts.sessions_note =
		report->unasked->count ? report->unasked->item[0] : NULL;
	object = lg_status_object(&facts);
	add_loud(gate, object);
	add_doors(gate, object);
	lg_json_text(object, "takes_effect",
		     lg_takes_effect_name(traits->takes_effect));
	lg_json_time(object, "in_force_at", in_force_at(gate));
	lg_json_number(object, "pid", getpid());
	lg_json_text(object, "version", LOGONGATE_VERSION);
	if (gate->fleet)
		lg_json_add(object, "fleet", gate_fleet_object(gate));
	lg_json_add(call->answer, "status", object);
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
		if (lg_json_print(
			    session_object(policy, &telling->list.session[i]),
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

/* Every rule of every layer, in the order in which they speak; a layer that
 * sets nothing only where it is the only one. */
static size_t explain_all(const struct lg_policy *policy,
			  const struct lg_attempt *attempt,
			  struct lg_rule_answer *out_rule)
{
	size_t layers = lg_policy_layer_count(policy);
	size_t count = 0;
	int layer;

	for (layer = 0; layer == 0 || layer < (int)layers; layer++) {
		struct lg_rule_answer *rule = &out_rule[count];
		size_t answers =
			lg_policy_explain(policy, attempt, layer, rule);

		if (layers > 1 && lg_rules_say_nothing(rule, answers))
			answers = answers > 0 &&
				  rule[0].rule == LG_RULE_BREAK_GLASS;
		count += answers;
	}
	return count;
}

void control_check(struct control_call *call)
{
	const struct lg_policy *policy = gate_policy(call->gate);
	struct lg_rule_answer rules[LG_RULE_ANSWERS * LG_LAYERS_MAX];
	struct gate_ask ask = {.door = GATE_DOOR_DECIDE};
	struct lg_decision decision;
	struct lg_error err = {0};
	size_t count = 0;
	int explain = control_flag(call, "explain");

	if (check_json_read(call->request, &ask, &err)) {
		control_fail(call,
			     err.status == LG_ERR_UNKNOWN_KEY ? CONTROL_USAGE
							      : CONTROL_INVALID,
			     &err);
		return;
	}
	decision = gate_decide(call->gate, ask.door, &ask.attempt);
	if (policy && explain)
		count = explain_all(policy, &ask.attempt, rules);
	lg_json_add(
		call->answer, "check",
		check_json_answer(
			call->gate, &decision,
			decision.verdict == LG_REFUSE
				? gate_refusal_text(call->gate, &decision, NULL)
				: NULL,
			explain ? rules : NULL, count));
	control_finish(call);
}

void control_heard(struct control_call *call)
{
	const char *user = control_text(call, "user");

	lg_json_text(call->answer, "door",
		     gate_probes_door(&call->gate->probes, user ? user : ""));
	control_finish(call);
}
