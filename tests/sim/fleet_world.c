/* SPDX-License-Identifier: ISC */
/*
 * fleet_world.c - gates around two providers of one directory
 */
#include "sim/fleet_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/fleet/fleet_beside.h"
#include "app/lock/lock_change.h"

static void true_now(void *self, struct lg_now *out_now)
{
	*out_now = *(struct lg_now *)self;
}

static void gate_now(void *self, struct lg_now *out_now)
{
	const struct sim_gate *gate = self;

	*out_now = gate->world->now;
	out_now->wall_ms += gate->skew_ms;
}

/* Not a signature: a sum over the key and the bytes that nobody gives here by
 * accident. */
static void sum(const unsigned char *key, const void *bytes, size_t len,
		unsigned char out[LG_FLEET_SIGNATURE_SIZE])
{
	const unsigned char *at = bytes;
	uint64_t state = UINT64_C(14695981039346656037);
	size_t i;

	for (i = 0; i < LG_FLEET_PUBLIC_SIZE; i++)
		state = (state ^ key[i]) * UINT64_C(1099511628211);
	for (i = 0; i < len; i++)
		state = (state ^ at[i]) * UINT64_C(1099511628211);
	for (i = 0; i < LG_FLEET_SIGNATURE_SIZE; i++) {
		out[i] = (unsigned char)(state >> 56);
		state = state * UINT64_C(1099511628211) + i;
	}
}

static enum lg_status verify(void *self, const unsigned char *key,
			     const void *bytes, size_t len,
			     const unsigned char *signature,
			     struct lg_error *err)
{
	unsigned char right[LG_FLEET_SIGNATURE_SIZE];

	sum(key, bytes, len, right);
	if (!memcmp(right, signature, sizeof(right)))
		return LG_OK;
	return lg_error_set(err, LG_ERR_DENIED, NULL,
			    "the signature is not that of the key");
}

static enum lg_status sign(void *self, const void *bytes, size_t len,
			   unsigned char *out_signature, struct lg_error *err)
{
	const struct sim_admin *admin = self;
	size_t index = (size_t)(admin - admin->world->admin);

	sum(admin->world->keys.key[index].public_key, bytes, len,
	    out_signature);
	return LG_OK;
}

static enum lg_status host_make(void *context,
				const struct lg_fleet_event *prepare,
				struct lg_fleet_made *out_made,
				struct lg_error *err)
{
	static const struct lg_strlist none;

	return lg_fleet_make(prepare, LG_DIALECT_GATE, &none, NULL, out_made,
			     err);
}

static enum lg_status host_run(void *context, struct lg_fleet_task *task,
			       size_t count, int64_t *out_sessions,
			       struct lg_error *err)
{
	struct sim_gate *gate = context;
	size_t i;

	for (i = 0; i < count; i++)
		lg_fleet_task_run(gate->state, &task[i], NULL, NULL);
	*out_sessions = 0;
	return LG_OK;
}

static struct memory_directory *provider_of(struct sim_gate *gate)
{
	return gate->world->provider[gate->provider];
}

/* Through the other provider, which the gate follows beside its own. */
static void report_beside(void *context, const char *report, size_t len)
{
	struct sim_gate *gate = context;
	struct memory_directory *other = gate->world->provider[!gate->provider];
	struct lg_fleet fleet = {0};
	enum lg_status status = LG_ERR_DIRECTORY;

	memory_open(other, LG_FLEET_LOCKS, &fleet);
	if (!gate->away)
		status = fleet.report(fleet.self, gate->name, report, len, 0,
				      NULL);
	fleet.close(fleet.self);
	if (status != LG_OK)
		lg_fleet_gate_beside_said(&gate->gate, LG_FLEET_BESIDE_FAILED);
	else
		lg_fleet_gate_beside_said(&gate->gate, LG_FLEET_BESIDE_WROTE);
}

/* Now and then nothing of it comes. */
static void hear_beside(struct sim_gate *gate)
{
	struct memory_directory *other = gate->world->provider[!gate->provider];
	size_t i;

	if (gate->away || chance_of(&gate->world->chance, 30))
		return;
	for (i = 0; i < other->count && !gate->disk.is_dead; i++) {
		const struct memory_entry *entry = &other->entry[i];
		const struct lg_fleet_entry event = memory_event(entry);
		struct lg_error err = {0};

		if (!entry->gate && !entry->gone &&
		    entry->serial > gate->beside_serial &&
		    lg_fleet_gate_beside(&gate->gate, &event, &err) != LG_OK)
			fleet_fail(gate->world, "%s: %s", gate->name, err.text);
	}
	gate->beside_serial = other->serial;
}

/* A crash that was on its way counts from when it runs. */
void gate_up(struct sim_gate *gate)
{
	struct fleet_world *world = gate->world;
	struct lg_error err = {0};

	gate->disk.crashes_in = 0;
	if (lg_state_load(&gate->files, &gate->clock, LG_STATE_WRITE,
			  &gate->state, &err) != LG_OK)
		fleet_fail(world, "%s does not start: %s", gate->name,
			   err.text);
	gate->link =
		memory_open(provider_of(gate), LG_FLEET_LOCKS, &gate->fleet);
	gate->link->away = gate->away;
	gate->host = (struct lg_fleet_host){.context = gate,
					    .make = host_make,
					    .run = host_run,
					    .beside = report_beside};
	gate->beside_serial = 0;
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
	if (lg_fleet_ear_open(&gate->gate.ear, FLEET_BASE, &world->keys,
			      &world->admin[0].signature, &gate->files,
			      &gate->clock, &err) != LG_OK ||
	    lg_fleet_gate_open(&gate->gate, &err) != LG_OK)
		fleet_fail(world, "%s does not follow: %s", gate->name,
			   err.text);
}

void gate_down(struct sim_gate *gate)
{
	if (!gate->state)
		return;
	lg_fleet_gate_close(&gate->gate);
	gate->fleet.close(gate->fleet.self);
	lg_state_free(&gate->state);
}

/* What time brings to the locks, as the gate's own timers would. */
static void settle(struct sim_gate *gate)
{
	enum lg_lock_event event = LG_LOCK_NOTHING;

	do {
		if (lg_lock_settle(gate->state, &event, NULL, NULL) != LG_OK)
			fleet_fail(gate->world, "%s cannot do what is due",
				   gate->name);
		gate->gate.looks |= event != LG_LOCK_NOTHING;
	} while (event != LG_LOCK_NOTHING);
}

static void work(struct sim_gate *gate)
{
	struct lg_fleet_sink sink = lg_fleet_ear_sink(&gate->gate.ear);
	struct lg_error err = {0};

	settle(gate);
	hear_beside(gate);
	if (gate->fleet.poll(gate->fleet.self, 0, &sink, &err) != LG_OK ||
	    lg_fleet_gate_work(&gate->gate, &err) != LG_OK) {
		if (!gate->disk.is_dead)
			fleet_fail(gate->world, "%s: %s", gate->name, err.text);
	}
	if (!gate->disk.is_dead) {
		fleet_check_gate(gate);
		return;
	}
	fleet_tell(gate->world, "  %s is killed", gate->name);
	gate_down(gate);
	disk_revive(&gate->disk, 0);
}

void fleet_turn(struct fleet_world *world)
{
	size_t i;

	fleet_replicate(world);
	for (i = 0; i < world->count; i++)
		if (world->gate[i].state)
			work(&world->gate[i]);
}

void fleet_pass(struct fleet_world *world, int64_t ms)
{
	world->now.wall_ms += ms;
	world->now.boot_ms += ms;
	fleet_turn(world);
}

static void pass(void *context, unsigned int ms)
{
	fleet_pass(context, ms);
}

/* What a provider has and the other has not, or has older. */
static void copy_newer(struct memory_directory *from,
		       struct memory_directory *to)
{
	size_t i;

	for (i = 0; i < from->count; i++) {
		struct memory_entry *entry = &from->entry[i];
		struct memory_entry *there =
			memory_find(to, entry->gate, entry->cn);
		struct lg_fleet_entry event = memory_event(entry);

		if (entry->gone) {
			if (there && !entry->gate &&
			    !memcmp(&there->id, &entry->id, sizeof(entry->id)))
				memory_forget(to, entry->cn);
			continue;
		}
		if (there && there->modified_ms >= entry->modified_ms)
			continue;
		if (entry->gate) {
			free(there->body);
			there->body = entry->body ? strdup(entry->body) : NULL;
		} else {
			if (there)
				memory_forget(to, entry->cn);
			there = memory_put(to, &event);
			there->id = entry->id;
		}
		there->modified_ms = entry->modified_ms;
		there->serial = ++to->serial;
	}
}

void fleet_replicate(struct fleet_world *world)
{
	if (world->apart)
		return;
	copy_newer(world->provider[0], world->provider[1]);
	copy_newer(world->provider[1], world->provider[0]);
}

static void make_gate(struct fleet_world *world, size_t index)
{
	struct sim_gate *gate = &world->gate[index];
	size_t i;

	gate->world = world;
	snprintf(gate->name, sizeof(gate->name), "g%zu", index);
	disk_make(&gate->disk, &world->chance);
	gate->disk.shows = world->life.verbose > 1;
	gate->files = gate->disk.port;
	gate->clock = (struct lg_clock){gate, gate_now};
	gate->provider = (int)(index % FLEET_PROVIDERS);
	for (i = 0; i < FLEET_PROVIDERS; i++)
		memory_join(world->provider[i], gate->name);
	gate_up(gate);
}

static void make_admin(struct fleet_world *world, size_t index)
{
	struct sim_admin *admin = &world->admin[index];
	struct lg_error err = {0};

	admin->link = memory_open(world->provider[index], LG_FLEET_GATES,
				  &admin->fleet);
	if (lg_fleet_ear_open(&admin->ear, FLEET_BASE, &world->keys,
			      &admin->signature, NULL, &world->clock,
			      &err) != LG_OK)
		fleet_fail(world, "%s", err.text);
}

void fleet_make(struct fleet_world *world, uint64_t seed, size_t gates,
		int verbose)
{
	size_t i;

	world->life.verbose = verbose;
	world->chance.state = seed;
	world->count = gates;
	world->gate = calloc(gates, sizeof(*world->gate));
	world->now.wall_ms = INT64_C(1795299360) * 1000;
	world->now.boot_ms = 5000;
	snprintf(world->now.boot_id, sizeof(world->now.boot_id), "boot");
	world->clock = (struct lg_clock){&world->now, true_now};
	for (i = 0; i < FLEET_ADMINS; i++) {
		world->admin[i].world = world;
		world->admin[i].signature =
			(struct lg_signature){&world->admin[i], verify, sign};
		snprintf(world->keys.key[i].name,
			 sizeof(world->keys.key[i].name), "admin%zu", i);
		world->keys.key[i].public_key[0] = (unsigned char)(7 + i);
	}
	world->keys.count = FLEET_ADMINS;
	for (i = 0; i < FLEET_PROVIDERS; i++) {
		world->provider[i] = memory_new(&world->clock);
		world->provider[i]->context = world;
		world->provider[i]->tag = (unsigned char)i;
	}
	for (i = 0; i < gates; i++)
		make_gate(world, i);
	for (i = 0; i < FLEET_ADMINS; i++)
		make_admin(world, i);
	fleet_pass(world, 1);
	for (i = 0; i < FLEET_PROVIDERS; i++)
		world->provider[i]->pass = pass;
	fleet_tell(world, "seed %llu: %zu gates", (unsigned long long)seed,
		   gates);
}

void fleet_release(struct fleet_world *world)
{
	size_t i;

	for (i = 0; i < FLEET_ADMINS; i++) {
		lg_fleet_round_release(&world->admin[i].round);
		lg_fleet_ear_close(&world->admin[i].ear);
		world->admin[i].fleet.close(world->admin[i].fleet.self);
	}
	for (i = 0; i < world->count; i++) {
		gate_down(&world->gate[i]);
		lg_strlist_release(&world->gate[i].groups);
		disk_release(&world->gate[i].disk);
	}
	for (i = 0; i < FLEET_PROVIDERS; i++)
		memory_free(world->provider[i]);
	free(world->gate);
}
