/* SPDX-License-Identifier: ISC */
#include "fleet_scene.h"

#include "app/fleet/fleet_beside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/fleet/fleet_round.h"
#include "app/fleet/fleet_values.h"
#include "base/base64.h"
#include "suite.h"

static void scene_now(void *self, struct lg_now *out_now)
{
	*out_now = *(struct lg_now *)self;
}

/* Not a signature: a sum over the key and the bytes that nobody forges here
 * by accident. */
static void sum(const unsigned char *key, const void *bytes, size_t len,
		unsigned char out[LG_FLEET_SIGNATURE_SIZE])
{
	const unsigned char *at = bytes;
	uint64_t state = 14695981039346656037u;
	size_t i;

	for (i = 0; i < LG_FLEET_PUBLIC_SIZE; i++)
		state = (state ^ key[i]) * 1099511628211u;
	for (i = 0; i < len; i++)
		state = (state ^ at[i]) * 1099511628211u;
	for (i = 0; i < LG_FLEET_SIGNATURE_SIZE; i++) {
		out[i] = (unsigned char)(state >> 56);
		state = state * 1099511628211u + i;
	}
}

static enum lg_status verify(void *self, const unsigned char *key,
			     const void *bytes, size_t len,
			     const unsigned char *signature,
			     struct lg_error *err)
{
	unsigned char right[LG_FLEET_SIGNATURE_SIZE];

	(void)self;
	sum(key, bytes, len, right);
	if (!memcmp(right, signature, sizeof(right)))
		return LG_OK;
	return lg_error_set(err, LG_ERR_DENIED, NULL,
			    "the signature is not that of the key");
}

static enum lg_status sign(void *self, const void *bytes, size_t len,
			   unsigned char *out_signature, struct lg_error *err)
{
	struct scene *scene = self;

	(void)err;
	sum(scene->signs_with, bytes, len, out_signature);
	return LG_OK;
}

static enum lg_status make(void *context, const struct lg_fleet_event *prepare,
			   struct lg_fleet_made *out_made, struct lg_error *err)
{
	struct scene_gate *gate = context;
	static const struct lg_strlist none;

	enum lg_status status = lg_fleet_make(prepare, LG_DIALECT_GATE, &none,
					      NULL, out_made, err);

	if (status != LG_OK || gate->make_fails == LG_OK)
		return status;
	out_made->unasked = 1;
	return lg_error_set(err, gate->make_fails, "ldap",
			    "the directory could not be asked");
}

static enum lg_status run(void *context, struct lg_fleet_task *task,
			  size_t count, int64_t *out_sessions,
			  struct lg_error *err)
{
	struct scene_gate *gate = context;
	size_t i;

	(void)err;
	for (i = 0; i < count; i++)
		lg_fleet_task_run(gate->state, &task[i], NULL, NULL);
	*out_sessions = 0;
	return LG_OK;
}

int scene_troubles(const struct scene_gate *gate)
{
	uint64_t count = 0;

	for (size_t i = 0; i < LG_FLEET_CODE_COUNT; i++)
		count += gate->gate.ear.set->rejected[i];
	return (int)count;
}

static void start(struct scene_gate *gate)
{
	struct scene *scene = gate->scene;
	struct lg_error err = {0};

	gate->state = folder_load(&gate->folder);
	gate->link =
		memory_open(scene->directory, LG_FLEET_LOCKS, &gate->fleet);
	gate->gate = (struct lg_fleet_gate){
		.fleet = &gate->fleet,
		.host = &gate->host,
		.name = gate->name,
		.groups = &gate->groups,
		.version = "1",
		.heartbeat_ms = 30000,
		.news_ms = 150,
		.answer_ms = 300,
	};
	if (lg_fleet_ear_open(&gate->gate.ear, SCENE_BASE, &scene->keys,
			      &scene->signature, &gate->folder.files,
			      &gate->folder.clock, &err) != LG_OK ||
	    lg_fleet_gate_open(&gate->gate, &err) != LG_OK)
		fail_msg("%s: %s", err.place, err.text);
}

static void stop(struct scene_gate *gate)
{
	lg_fleet_gate_close(&gate->gate);
	gate->fleet.close(gate->fleet.self);
	lg_state_free(&gate->state);
}

void scene_restart(struct scene_gate *gate)
{
	stop(gate);
	start(gate);
}

/* What time brings to the locks, as the gate's own timers would. */
static void settle(struct scene_gate *gate)
{
	enum lg_lock_event event = LG_LOCK_NOTHING;
	char id[LG_LOCK_ID_SIZE];

	do {
		int64_t left_ms = 0;

		if (lg_lock_next(gate->state, NULL, &left_ms) ==
			    LG_LOCK_NOTHING ||
		    left_ms > 0)
			return;
		assert_int_equal(lg_lock_settle(gate->state, &event, id, NULL),
				 LG_OK);
		gate->gate.looks = 1;
	} while (event != LG_LOCK_NOTHING);
}

static void report_beside(void *context, const char *report, size_t len)
{
	struct scene_gate *gate = context;
	struct lg_fleet *admin = &gate->scene->admin;

	if (gate->beside_is_still)
		return;
	assert_int_equal(
		admin->report(admin->self, gate->name, report, len, 0, NULL),
		LG_OK);
	lg_fleet_gate_beside_said(&gate->gate, LG_FLEET_BESIDE_WROTE);
}

/* Everything that there is, as another provider tells it. */
static void hear_beside(struct scene_gate *gate)
{
	const struct memory_directory *directory = gate->scene->directory;
	size_t i;

	for (i = 0; i < directory->count; i++) {
		const struct memory_entry *entry = &directory->entry[i];
		const struct lg_fleet_entry event = memory_event(entry);

		if (!entry->gate && !entry->gone)
			assert_int_equal(
				lg_fleet_gate_beside(&gate->gate, &event, NULL),
				LG_OK);
	}
}

void scene_turn(struct scene *scene)
{
	size_t i;

	for (i = 0; i < scene->count; i++) {
		struct scene_gate *gate = &scene->gate[i];
		struct lg_fleet_sink sink = lg_fleet_ear_sink(&gate->gate.ear);
		struct lg_error err = {0};

		gate->folder.now = scene->now;
		if (gate->stopped)
			continue;
		settle(gate);
		if (gate->hears_beside)
			hear_beside(gate);
		if (gate->fleet.poll(gate->fleet.self, 0, &sink, &err) !=
			    LG_OK ||
		    lg_fleet_gate_work(&gate->gate, &err) != LG_OK)
			fail_msg("%s", err.text);
	}
}

void scene_wait(struct scene *scene, int64_t ms)
{
	scene->now.wall_ms += ms;
	scene->now.boot_ms += ms;
	scene_turn(scene);
}

static void pass(void *context, unsigned int ms)
{
	struct scene *scene = context;

	if (scene->back_ms && (scene->back_ms -= ms) <= 0) {
		scene->back_ms = 0;
		scene->gate[scene->count - 1].link->away = 0;
	}
	scene_wait(scene, ms);
}

struct scene *scene_make(size_t count)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct lg_error err = {0};
	size_t i;

	scene->count = count;
	scene->lock = SCENE_LOCK;
	scene->clock = (struct lg_clock){&scene->now, scene_now};
	scene->signature = (struct lg_signature){scene, verify, sign};
	scene->keys.count = 1;
	memcpy(scene->keys.key[0].name, "anna", 5);
	scene->keys.key[0].public_key[0] = 7;
	scene_sign_as(scene, "anna", 7);
	for (i = 0; i < count; i++)
		folder_make(&scene->gate[i].folder);
	scene->now = scene->gate[0].folder.now;
	scene->directory = memory_new(&scene->clock);
	scene->directory->context = scene;
	for (i = 0; i < count; i++) {
		struct scene_gate *gate = &scene->gate[i];

		gate->scene = scene;
		snprintf(gate->name, sizeof(gate->name), "g%zu", i);
		memory_join(scene->directory, gate->name);
		gate->host = (struct lg_fleet_host){.context = gate,
						    .make = make,
						    .run = run,
						    .beside = report_beside};
		lg_strlist_add(&gate->groups, i % 2 ? "odd" : "even",
			       i % 2 ? 3 : 4, NULL);
		start(gate);
	}
	scene->admin_link =
		memory_open(scene->directory, LG_FLEET_GATES, &scene->admin);
	if (lg_fleet_ear_open(&scene->ear, SCENE_BASE, &scene->keys,
			      &scene->signature, NULL, &scene->clock,
			      &err) != LG_OK)
		fail_msg("%s", err.text);
	scene_turn(scene);
	scene->directory->pass = pass;
	return scene;
}

void scene_free(struct scene *scene)
{
	size_t i;

	lg_fleet_round_release(&scene->round);
	lg_fleet_ear_close(&scene->ear);
	scene->admin.close(scene->admin.self);
	for (i = 0; i < scene->count; i++) {
		stop(&scene->gate[i]);
		lg_strlist_release(&scene->gate[i].groups);
		folder_remove(&scene->gate[i].folder);
	}
	memory_free(scene->directory);
	free(scene);
}

static void new_round(struct scene *scene)
{
	struct lg_fleet_round *round = &scene->round;
	enum lg_fleet_require require = round->require;
	int64_t required = round->required;

	lg_fleet_round_release(round);
	*round = (struct lg_fleet_round){.fleet = &scene->admin,
					 .signature = &scene->signature,
					 .clock = &scene->clock,
					 .ear = &scene->ear,
					 .key = scene->signs_as,
					 .by = "anna",
					 .require = require,
					 .required = required,
					 .within_ms = 10000};
}

enum lg_status scene_begin(struct scene *scene, struct lg_error *err)
{
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_buffer text = {0};
	struct lg_fleet_event prepare = {
		.profile = "upgrade",
		.until_s = scene->now.wall_ms / 1000 + 3600,
		.confirm_within_s = scene->confirm_within_s,
		.max_duration_s = -1};
	enum lg_status status;

	assert_int_equal(
		lg_fleet_values_split(values, &text, &prepare.lists, NULL),
		LG_OK);
	prepare.values = text.data;
	new_round(scene);
	status =
		lg_fleet_round_apply(&scene->round, scene->lock, &prepare, err);
	lg_buffer_release(&text);
	lg_strlist_release(&prepare.lists);
	lg_registry_free(&values);
	return status;
}

void scene_finish(struct scene *scene)
{
	struct lg_error err = {0};
	int steps = 0;

	while (scene->round.phase != LG_FLEET_PHASE_DONE) {
		assert_true(steps++ < 1000);
		if (lg_fleet_round_step(&scene->round, 100, &err) != LG_OK)
			fail_msg("%s", err.text);
	}
}

enum lg_status scene_apply(struct scene *scene, struct lg_error *err)
{
	enum lg_status status = scene_begin(scene, err);

	if (status == LG_OK)
		scene_finish(scene);
	return status;
}

enum lg_status scene_lock(struct scene *scene, enum lg_fleet_kind kind,
			  int64_t until_s, struct lg_error *err)
{
	struct lg_fleet_fate fate;
	enum lg_status status;

	new_round(scene);
	status = lg_fleet_ear_ask(&scene->ear, &scene->admin, NULL, err);
	if (status != LG_OK)
		return status;
	assert_true(lg_fleet_set_find(scene->ear.set, scene->lock, &fate));
	status =
		lg_fleet_round_change(&scene->round, &fate, kind, until_s, err);
	if (status == LG_OK)
		scene_finish(scene);
	return status;
}

int scene_holds(const struct scene *scene, size_t gate)
{
	return lg_state_lock(scene->gate[gate].state, scene->lock) != NULL;
}

void scene_publish(struct scene *scene, enum lg_fleet_kind kind, int64_t number,
		   int64_t at_ms)
{
	struct lg_fleet_event event = {.kind = kind,
				       .lock = SCENE_LOCK,
				       .number = number,
				       .at_ms = at_ms,
				       .base = SCENE_BASE,
				       .by = "anna",
				       .key = scene->signs_as,
				       .until_s = 1};
	struct lg_error err = {0};

	if (lg_fleet_publish(&scene->admin, &scene->signature, &event, &err) !=
	    LG_OK)
		fail_msg("%s", err.text);
}

enum lg_status scene_apply_unconfirmed(struct scene *scene, int64_t within_s,
				       struct lg_error *err)
{
	scene->confirm_within_s = within_s;
	return scene_apply(scene, err);
}

void scene_sign_as(struct scene *scene, const char *name,
		   unsigned char public_key)
{
	snprintf(scene->signs_as, sizeof(scene->signs_as), "%s", name);
	memset(scene->signs_with, 0, sizeof(scene->signs_with));
	scene->signs_with[0] = public_key;
}

void scene_key(struct scene *scene, int64_t number, const char *name,
	       unsigned char public_key, int revoked)
{
	unsigned char bytes[LG_FLEET_PUBLIC_SIZE] = {public_key};
	struct lg_fleet_event event = {.kind = LG_FLEET_KEY,
				       .lock = LG_FLEET_LOCK_OF_KEYS,
				       .number = number,
				       .at_ms = scene->now.wall_ms,
				       .base = SCENE_BASE,
				       .key = scene->signs_as,
				       .name = name,
				       .revoked = revoked};
	struct lg_buffer text = {0};
	struct lg_error err = {0};

	lg_base64_encode(bytes, sizeof(bytes), &text);
	event.public_key = text.data;
	if (lg_fleet_publish(&scene->admin, &scene->signature, &event, &err) !=
	    LG_OK)
		fail_msg("%s", err.text);
	lg_buffer_release(&text);
}

void scene_applied_everywhere(struct scene *scene)
{
	struct lg_error err = {0};
	size_t i;

	if (scene_apply(scene, &err) != LG_OK)
		fail_msg("%s", err.text);
	assert_int_equal(scene->round.outcome, LG_FLEET_CAME_TRUE);
	for (i = 0; i < scene->count; i++)
		assert_true(scene_holds(scene, i));
}
