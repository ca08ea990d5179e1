/* SPDX-License-Identifier: ISC */
/*
 * http_pages.c - what people and their monitoring look at
 */
#include "daemon/doors/http_pages.h"
#include "daemon/fleet/follower.h"

#include <string.h>

#include <logongate/release.h>

#include "adapters/http/metrics.h"
#include "daemon/enforce.h"
#include "daemon/refusals.h"
#include "daemon/net/sockets.h"
#include "daemon/usage.h"
#include "daemon/view.h"

void gate_http_status_page(const struct gate_http_question *request,
			   struct lg_http_answer *answer)
{
	struct gate *gate = request->gate;
	const struct lg_policy *policy = gate_whole_policy(gate);
	const struct gate_view_lock *last = gate->view->last;
	struct lg_strlist loud = {0};
	struct lg_error err = {0};
	struct lg_http_status page = {
		.state = policy ? lg_gate_state_name(lg_policy_gate(policy))
				: NULL,
		.profile = last ? last->lock->profile : NULL,
		.since = last ? last->since : NULL,
		.until = last && *last->until ? last->until : NULL,
		.by = last ? last->lock->by : NULL,
		.reason = last ? last->lock->reason : NULL,
		.version = LOGONGATE_VERSION,
		.refused = gate_refusals(gate),
		.sessions = gate->sessions_listed,
	};

	gate_louds(gate, &loud);
	page.loud = loud.item;
	page.loud_count = loud.count;
	if (lg_http_answer_status(&page, answer, &err) != LG_OK)
		lg_http_answer_failed(answer, &err);
	lg_strlist_release(&loud);
}

void gate_http_healthz(const struct gate_http_question *request,
		       struct lg_http_answer *answer)
{
	if (gate_whole_policy(request->gate))
		lg_http_answer_plain(answer, 200, "text/plain", "ok\n");
	else
		lg_http_answer_plain(answer, 503, "text/plain", "no policy\n");
}

static uint64_t connections_of(const struct gate *gate, enum gate_door door)
{
	const struct gate_door_row *row = gate_door_row(door);

	return row->owns_connections ? gate_sockets_count(gate, row->listener)
				     : 0;
}

static size_t list_locks(const struct gate *gate,
			 struct lg_metrics_lock *out_lock)
{
	size_t count = 0;

	for (size_t i = 0; i < gate->view->lock_count; i++) {
		const struct lg_lock *lock = gate->view->lock[i].lock;

		if (!lg_lock_waits(lock))
			out_lock[count++] = (struct lg_metrics_lock){
				lock->profile, lock->id, lock->until.wall_s};
	}
	return count;
}

void gate_http_metrics(const struct gate_http_question *request,
		       struct lg_http_answer *answer)
{
	const struct gate *gate = request->gate;
	const struct lg_policy *policy = gate_whole_policy(gate);
	struct lg_metrics_lock locks[LG_LOCKS_MAX];
	struct lg_metrics_attention attention[GATE_ATTENTION_COUNT];
	struct lg_metrics_door doors[GATE_DOOR_COUNT];
	struct lg_metrics counted = {
		.door = doors,
		.door_count = GATE_DOOR_COUNT,
		.attention = attention,
		.attention_count = GATE_ATTENTION_COUNT,
		.process = gate_usage_read(gate),
		.gate = policy ? lg_policy_gate(policy) : LG_GATE_OFF,
		.lock_active = gate_locked(gate),
		.has_policy = policy != NULL,
		.clock_stepped_s = gate_clock_stepped_s(gate),
		.generation = gate->view->generation,
		.sessions = gate->sessions_listed,
		.cut = gate->cut,
		.policy_bytes = policy ? lg_policy_memory(policy) : 0,
		.started_s = gate->started_s,
		.version = LOGONGATE_VERSION,
	};
	struct lg_error err = {0};

	if (gate->view->last)
		counted.lock_until_s = gate->view->last->lock->until.wall_s;
	counted.lock = locks;
	counted.lock_count = list_locks(gate, locks);
	memcpy(counted.refused_by_reason, gate->refused_by_reason,
	       sizeof(counted.refused_by_reason));
	for (int i = 0; i < GATE_ATTENTION_COUNT; i++) {
		enum gate_attention what = (enum gate_attention)i;

		attention[i].what = gate_attention_name(what);
		attention[i].is_so = gate_attention(gate, what);
	}
	for (int i = 0; i < GATE_DOOR_COUNT; i++) {
		enum gate_door door = (enum gate_door)i;

		doors[i] = (struct lg_metrics_door){
			.name = gate_door_name(door),
			.admitted = gate->counts[i].admitted,
			.refused = gate->counts[i].refused,
			.unreadable = gate->counts[i].unreadable,
			.connections = connections_of(gate, door),
		};
	}
	lg_http_answer_plain(answer, 200, LG_METRICS_CONTENT_TYPE, "");
	if (lg_metrics_render(&counted, &answer->body, &err) != LG_OK)
		lg_http_answer_failed(answer, &err);
	else
		gate_fleet_metrics(request->gate, &answer->body);
}
