/* SPDX-License-Identifier: ISC */
/*
 * The gate keeps beside the set what it did itself: which locks were in force
 * here once (a file each, so that one that was ended here does not come back
 * with the next start), what it found out about those that are prepared.
 */
#include "app/fleet/fleet_gate.h"

#include <stdlib.h>
#include <string.h>

#include "app/fleet/fleet_beside.h"
#include "base/grow.h"

#define RETRY_MS 1000
/* So long after its end a lock is still in the report. */
#define OVER_SHOWN_S 3600

/* The gate's own of a lock. settled: nothing is to be done about it until
 * another event comes. */
struct lg_fleet_own {
	char id[LG_FLEET_LOCK_SIZE];
	struct lg_fleet_made made;
	int held;
	int settled;
	int64_t number;
	size_t events;
	enum lg_fleet_has has;
	int64_t until_s;
	enum lg_fleet_ready ready;
	char why[256];
};

/* NULL: it has none of that lock. */
static struct lg_fleet_own *find_own(struct lg_fleet_gate *gate, const char *id)
{
	for (size_t i = 0; i < gate->own_count; i++)
		if (!strcmp(gate->own[i].id, id))
			return &gate->own[i];
	return NULL;
}

/* What it has of it, new where it had none; those found before may move. */
static enum lg_status add_own(struct lg_fleet_gate *gate, const char *id,
			      struct lg_fleet_own **out_own,
			      struct lg_error *err)
{
	struct lg_fleet_own *own = find_own(gate, id);

	if (!own) {
		if (lg_grow(&gate->own, &gate->own_capacity, gate->own_count,
			    sizeof(*own), err) != LG_OK)
			return LG_ERR_NO_MEMORY;
		own = &gate->own[gate->own_count++];
		*own = (struct lg_fleet_own){0};
		memcpy(own->id, id, strlen(id) + 1);
	}
	*out_own = own;
	return LG_OK;
}

/* Drops what the ear has forgotten, and is in force here no more. */
static void drop_own(struct lg_fleet_gate *gate)
{
	struct lg_fleet_fate fate;

	for (size_t i = gate->own_count; i-- > 0;) {
		struct lg_fleet_own *own = &gate->own[i];

		if (!own->events || own->has ||
		    lg_fleet_set_find(gate->ear.set, own->id, &fate))
			continue;
		lg_fleet_made_release(&own->made);
		gate->own_count--;
		memmove(own, own + 1, (gate->own_count - i) * sizeof(*own));
	}
}

/* Reads which locks were in force here once. */
static enum lg_status read_held(struct lg_fleet_gate *gate,
				struct lg_error *err)
{
	const struct lg_files *files = gate->ear.files;
	struct lg_strlist names = {0};
	enum lg_status status = LG_OK;

	if (!files)
		return LG_OK;
	status = files->list(files->self, LG_FLEET_FOLDER, &names, err);
	for (size_t i = 0; i < names.count && status == LG_OK; i++) {
		const char *name = names.item[i];
		struct lg_fleet_own *own = NULL;
		char id[LG_FLEET_LOCK_SIZE] = "";

		if (strlen(name) != 15 + strlen(".held") ||
		    strcmp(name + 15, ".held") != 0 ||
		    !lg_fleet_is_lock(memcpy(id, name, 15), 15))
			continue;
		status = add_own(gate, id, &own, err);
		if (status == LG_OK)
			own->held = 1;
	}
	lg_strlist_release(&names);
	return status;
}

/* Failing to is no harm while the gate runs, and after a start only where the
 * lock was ended here meanwhile. */
static void keep_held(struct lg_fleet_gate *gate, struct lg_fleet_own *own)
{
	const struct lg_files *files = gate->ear.files;
	struct lg_buffer path = {0};

	own->held = 1;
	if (!files)
		return;
	lg_buffer_format(&path, "%s/%s.held", LG_FLEET_FOLDER, own->id);
	if (path.status == LG_OK)
		files->replace(files->self, path.data, "\n", 1, NULL);
	lg_buffer_release(&path);
}

enum lg_status lg_fleet_gate_open(struct lg_fleet_gate *gate,
				  struct lg_error *err)
{
	gate->looks = 1;
	return read_held(gate, err);
}

void lg_fleet_gate_close(struct lg_fleet_gate *gate)
{
	for (size_t i = 0; i < gate->own_count; i++)
		lg_fleet_made_release(&gate->own[i].made);
	free(gate->own);
	gate->own = NULL;
	gate->own_count = 0;
	lg_buffer_release(&gate->reported);
	lg_fleet_ear_close(&gate->ear);
}

static void say_why(struct lg_fleet_own *own, const struct lg_error *err)
{
	struct lg_buffer why = {0};

	own->ready = LG_FLEET_READY_NO;
	lg_buffer_format(&why, "%s%s%s", err->place, *err->place ? ": " : "",
			 err->text);
	if (why.status == LG_OK)
		strncpy(own->why, why.data, sizeof(own->why) - 1);
	lg_buffer_release(&why);
}

/* Finds out what a lock sets here, and asks about its names. */
static enum lg_status make(struct lg_fleet_gate *gate, struct lg_fleet_own *own,
			   const struct lg_fleet_fate *fate,
			   struct lg_error *err)
{
	struct lg_error why = {0};
	enum lg_status status;

	lg_fleet_made_release(&own->made);
	status = gate->host->make(gate->host->context, fate->prepare,
				  &own->made, &why);
	if (status == LG_ERR_NO_MEMORY)
		return lg_error_set(err, status, NULL, "%s", why.text);
	if (status != LG_OK)
		say_why(own, &why);
	/* What has begun is enforced as well as it can be: closed semantics
	 * need no answers, and open ones say so when they compile. */
	if (status != LG_OK && !fate->begin)
		lg_fleet_made_release(&own->made);
	return LG_OK;
}

/* One that was prepared and is dropped already when it is first heard: this
 * gate came late, or its clock is ahead. */
static enum lg_status too_late(struct lg_fleet_gate *gate,
			       const struct lg_fleet_fate *fate,
			       struct lg_error *err)
{
	int64_t late_ms =
		lg_clock_now(gate->ear.clock).wall_ms - fate->prepare->at_ms;
	struct lg_fleet_own *own = NULL;
	enum lg_status status = add_own(gate, fate->lock, &own, err);
	struct lg_error why;

	if (status != LG_OK)
		return status;
	lg_error_set(&why, LG_ERR_RANGE, NULL,
		     "heard %lld s after it was written, by the clock here",
		     (long long)late_ms / 1000);
	say_why(own, &why);
	own->number = fate->number;
	own->events = fate->events;
	own->settled = 1;
	return LG_OK;
}

/* Whether there is something to do about a lock, and what it needs for it. */
static enum lg_status prepare_task(struct lg_fleet_gate *gate,
				   const struct lg_fleet_fate *fate,
				   struct lg_fleet_task *task, int *out_has,
				   struct lg_error *err)
{
	enum lg_fleet_state state = lg_fleet_fate_state(
		fate, lg_clock_now(gate->ear.clock).wall_ms);
	struct lg_fleet_own *own = NULL;
	enum lg_status status = LG_OK;

	*out_has = 0;
	if (fate->prepare &&
	    !lg_fleet_concerns(&fate->prepare->groups, gate->groups))
		return LG_OK;
	own = find_own(gate, fate->lock);
	if (state == LG_FLEET_STATE_OVER && !fate->end && !own)
		return fate->prepare && !fate->begin ? too_late(gate, fate, err)
						     : LG_OK;
	if (!own)
		status = add_own(gate, fate->lock, &own, err);
	/* What could be held when it was prepared is not judged again. */
	if (status != LG_OK ||
	    (own->settled && own->events == fate->events &&
	     (!gate->looks || state == LG_FLEET_STATE_PREPARED)))
		return status;
	if ((!own->made.values || own->made.unasked) && !own->held &&
	    (state == LG_FLEET_STATE_PREPARED ||
	     state == LG_FLEET_STATE_IN_FORCE))
		status = make(gate, own, fate, err);
	*task = (struct lg_fleet_task){.fate = *fate, .was_held = own->held};
	*out_has = status == LG_OK;
	return status;
}

static void take_result(struct lg_fleet_gate *gate,
			const struct lg_fleet_task *task)
{
	struct lg_fleet_own *own = find_own(gate, task->fate.lock);
	enum lg_fleet_state state = lg_fleet_fate_state(
		&task->fate, lg_clock_now(gate->ear.clock).wall_ms);

	own->has = task->has;
	own->until_s = task->until_s;
	if (task->status != LG_OK) {
		say_why(own, &task->err);
	} else if (own->made.values || own->held || task->was_held) {
		own->ready = LG_FLEET_READY_YES;
		own->why[0] = '\0';
	}
	if (task->was_held && !own->held)
		keep_held(gate, own);
	own->number = task->fate.number;
	own->events = task->fate.events;
	own->settled =
		task->status == LG_OK &&
		(own->held || own->made.values ||
		 state == LG_FLEET_STATE_OVER || state == LG_FLEET_STATE_HALF);
	if (own->held || state == LG_FLEET_STATE_OVER)
		lg_fleet_made_release(&own->made);
}

static enum lg_status run_tasks(struct lg_fleet_gate *gate,
				struct lg_error *err)
{
	struct lg_fleet_set *set = gate->ear.set;
	struct lg_fleet_task *tasks = calloc(set->count + 1, sizeof(*tasks));
	struct lg_fleet_fate fate;
	enum lg_status status = LG_OK;
	size_t count = 0, at = 0, i;
	int has = 0, fails = 0;

	if (!tasks)
		return lg_no_memory(err);
	drop_own(gate);
	while (status == LG_OK && lg_fleet_set_next(set, &at, &fate)) {
		status = prepare_task(gate, &fate, &tasks[count], &has, err);
		count += status == LG_OK && has;
	}
	/* own may have moved while it grew. */
	for (i = 0; i < count; i++)
		tasks[i].made = &find_own(gate, tasks[i].fate.lock)->made;
	if (status == LG_OK && count)
		status = gate->host->run(gate->host->context, tasks, count,
					 &gate->sessions, err);
	for (i = 0; i < count && status == LG_OK; i++) {
		take_result(gate, &tasks[i]);
		fails |= !find_own(gate, tasks[i].fate.lock)->settled;
	}
	gate->retry_boot_ms =
		fails ? lg_clock_now(gate->ear.clock).boot_ms + RETRY_MS : 0;
	if (status == LG_OK)
		gate->looks = 0;
	free(tasks);
	return status;
}

/* What the report says of a lock; 0: nothing. */
static int describe(const struct lg_fleet_own *own,
		    const struct lg_fleet_fate *fate, int64_t now_ms,
		    struct lg_fleet_report_lock *out)
{
	enum lg_fleet_state state = lg_fleet_fate_state(fate, now_ms);
	int64_t over_s = fate->end ? fate->end->at_ms / 1000 : fate->until_s;

	*out = (struct lg_fleet_report_lock){.number = own->number,
					     .ready = own->ready};
	memcpy(out->id, own->id, sizeof(out->id));
	memcpy(out->why, own->why, sizeof(out->why));
	out->until_s = own->until_s ? own->until_s : fate->until_s;
	out->state = state;
	if (own->has == LG_FLEET_HAS_IN_FORCE)
		out->state = LG_FLEET_STATE_IN_FORCE;
	else if (own->has == LG_FLEET_HAS_WAITING)
		out->state = LG_FLEET_STATE_PREPARED;
	else if (state == LG_FLEET_STATE_IN_FORCE)
		out->state = own->held ? LG_FLEET_STATE_OVER
				       : LG_FLEET_STATE_PREPARED;
	return own->has || state != LG_FLEET_STATE_OVER ||
	       now_ms / 1000 - over_s < OVER_SHOWN_S;
}

static enum lg_status fill_report(struct lg_fleet_gate *gate,
				  struct lg_fleet_report *report,
				  struct lg_error *err)
{
	const struct lg_fleet_set *set = gate->ear.set;
	int64_t now_ms = lg_clock_now(gate->ear.clock).wall_ms;
	struct lg_fleet_fate fate;
	enum lg_status status;
	size_t at = 0, i;

	strncpy(report->version, gate->version, sizeof(report->version) - 1);
	report->heartbeat_s = gate->heartbeat_ms / 1000;
	report->sessions = gate->sessions;
	report->count = (int64_t)lg_fleet_set_due(set, now_ms / 1000);
	for (i = 0; i < set->trouble_count; i++)
		report->attention |= 1u << set->trouble[i].code;
	while (report->lock_count < LG_FLEET_REPORT_LOCKS_MAX &&
	       lg_fleet_set_next(set, &at, &fate)) {
		const struct lg_fleet_own *own = find_own(gate, fate.lock);

		if (own && describe(own, &fate, now_ms,
				    &report->lock[report->lock_count]))
			report->lock_count++;
	}
	status = lg_strlist_add_all(&report->groups, gate->groups, err);
	if (status == LG_OK && gate->host->doors)
		status = gate->host->doors(gate->host->context, report, err);
	return status;
}

static int same_text(const struct lg_buffer *a, const struct lg_buffer *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

/* Writes what it says of itself where that changed, and each heartbeat. */
static enum lg_status report(struct lg_fleet_gate *gate, struct lg_error *err)
{
	struct lg_fleet_report *report = calloc(1, sizeof(*report));
	struct lg_buffer bare = {0}, text = {0};
	struct lg_now now = lg_clock_now(gate->ear.clock);
	enum lg_fleet_way way = lg_fleet_beside_way(gate);
	enum lg_status status;

	if (!report)
		return lg_no_memory(err);
	status = fill_report(gate, report, err);
	if (status == LG_OK)
		status = lg_fleet_report_render(report, &bare, err);
	if (status != LG_OK || way == LG_FLEET_WAY_WAIT ||
	    (gate->reported.len && same_text(&gate->reported, &bare) &&
	     now.boot_ms < gate->report_boot_ms))
		goto out;
	report->clock_ms = now.wall_ms;
	status = lg_fleet_report_render(report, &text, err);
	if (status != LG_OK)
		goto out;
	gate->report_err = (struct lg_error){0};
	/* Whether it is written or not, the next one waits: a directory that
	 * refuses it is not asked without end. */
	if (lg_fleet_beside_report(gate, way, &text, &gate->report_err) !=
	    LG_OK) {
		gate->report_boot_ms = now.boot_ms + RETRY_MS;
		lg_buffer_clear(&gate->reported);
		goto out;
	}
	gate->report_boot_ms = now.boot_ms + gate->heartbeat_ms;
	lg_buffer_release(&gate->reported);
	gate->reported = bare;
	bare = (struct lg_buffer){0};
out:
	lg_fleet_report_release(report);
	free(report);
	lg_buffer_release(&bare);
	lg_buffer_release(&text);
	return status;
}

enum lg_status lg_fleet_gate_work(struct lg_fleet_gate *gate,
				  struct lg_error *err)
{
	struct lg_now now = lg_clock_now(gate->ear.clock);
	enum lg_status status = LG_OK;

	if (gate->ear.learned) {
		struct lg_error why = {0};

		status = lg_fleet_ear_ask(&gate->ear, gate->fleet, NULL, &why);
		if (status == LG_ERR_NO_MEMORY)
			return lg_error_set(err, status, NULL, "%s", why.text);
	}
	status = LG_OK;
	if (gate->ear.changed || gate->looks ||
	    (gate->retry_boot_ms && now.boot_ms >= gate->retry_boot_ms)) {
		gate->ear.changed = 0;
		status = run_tasks(gate, err);
	}
	if (status == LG_OK && gate->ear.connected &&
	    (gate->reported.len || now.boot_ms >= gate->report_boot_ms))
		status = report(gate, err);
	return status;
}

int64_t lg_fleet_gate_left_ms(const struct lg_fleet_gate *gate)
{
	int64_t now_ms = lg_clock_now(gate->ear.clock).boot_ms;
	int64_t left_ms =
		gate->ear.connected ? gate->report_boot_ms - now_ms : RETRY_MS;

	if (gate->retry_boot_ms && gate->retry_boot_ms - now_ms < left_ms)
		left_ms = gate->retry_boot_ms - now_ms;
	if (gate->doubt.is_open && gate->doubt.from_boot_ms > now_ms)
		left_ms = gate->doubt.from_boot_ms - now_ms;
	else if (gate->doubt.is_open && gate->doubt.to_boot_ms > now_ms &&
		 gate->doubt.to_boot_ms - now_ms < left_ms)
		left_ms = gate->doubt.to_boot_ms - now_ms;
	if (gate->doubt.waits && gate->doubt.answer_boot_ms > now_ms &&
	    gate->doubt.answer_boot_ms - now_ms < left_ms)
		left_ms = gate->doubt.answer_boot_ms - now_ms;
	if (gate->ear.changed || gate->looks)
		left_ms = 0;
	return left_ms > 0 ? left_ms : 0;
}
