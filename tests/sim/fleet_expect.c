/* SPDX-License-Identifier: ISC */
/*
 * fleet_expect.c - what must be so at a gate, from what was published
 */
#include "sim/fleet_world.h"

#include <string.h>

static struct sim_lock *known(struct fleet_world *world, const char *id)
{
	size_t i;

	for (i = 0; i < world->lock_count; i++)
		if (!strcmp(world->lock[i].id, id))
			return &world->lock[i];
	return NULL;
}

/* 1 where an administrator ever wrote such an event, at any provider. */
static int was_published(const struct fleet_world *world, const char *id,
			 const char *kind)
{
	size_t p;
	size_t i;

	for (p = 0; p < FLEET_PROVIDERS; p++)
		for (i = 0; i < world->provider[p]->count; i++) {
			const struct memory_entry *entry =
				&world->provider[p]->entry[i];

			/* A forged one has a body that begins otherwise. */
			if (!entry->gate && entry->lock &&
			    !strcmp(entry->lock, id) && entry->kind &&
			    !strcmp(entry->kind, kind) && entry->body &&
			    *entry->body == '{')
				return 1;
		}
	return 0;
}

/* What the gate itself heard of it. */
static int heard_its_end(struct sim_gate *gate, const char *id)
{
	struct lg_fleet_fate fate;

	return lg_fleet_set_find(gate->gate.ear.set, id, &fate) && fate.end;
}

static void check_held(struct sim_gate *gate, const struct lg_lock *lock)
{
	struct fleet_world *world = gate->world;
	struct lg_now now;

	gate->clock.now(gate->clock.self, &now);
	if (!known(world, lock->id))
		fleet_fail(world, "%s holds %s, which nobody signed",
			   gate->name, lock->id);
	if (!lg_lock_waits(lock) && !was_published(world, lock->id, "begin"))
		fleet_fail(world, "%s enforces %s, which never began",
			   gate->name, lock->id);
	if (!lg_lock_left_ms(lock, &lock->until, &now))
		fleet_fail(world, "%s holds %s past its end", gate->name,
			   lock->id);
	if (heard_its_end(gate, lock->id) && !gate->disk.is_full)
		fleet_fail(world, "%s holds %s although it heard its end",
			   gate->name, lock->id);
}

/* 1 where a gate may have ended it for want of what others wrote while it did
 * not hear: an extension after its end, a confirmation after its time (contract
 * 13). 2 s: no clock here is further off. */
static int may_have_ended(const struct sim_lock *lock, int64_t now_ms)
{
	return lock->has_confirm || now_ms + 2000 >= lock->until_s * 1000;
}

/* What apply said is enforced there stays so until its end or a lift that the
 * gate heard. */
static void check_promise(struct sim_gate *gate, struct sim_lock *lock)
{
	struct fleet_world *world = gate->world;
	size_t index = (size_t)(gate - world->gate);
	struct lg_now now;

	gate->clock.now(gate->clock.self, &now);
	lock->ended[index] |= heard_its_end(gate, lock->id) != 0;
	if (lock->promised[index] && !lock->ended[index] &&
	    !may_have_ended(lock, now.wall_ms) &&
	    !lg_state_lock(gate->state, lock->id))
		fleet_fail(world,
			   "%s does not enforce %s although apply said so",
			   gate->name, lock->id);
}

void fleet_check_gate(struct sim_gate *gate)
{
	size_t i;

	for (i = 0; i < gate->state->lock_count; i++)
		check_held(gate, gate->state->lock[i]);
	for (i = 0; i < gate->world->lock_count; i++)
		check_promise(gate, &gate->world->lock[i]);
}

static int is_in_force(const struct lg_fleet_fate *fate, int64_t now_ms)
{
	return fate->prepare &&
	       lg_fleet_fate_state(fate, now_ms) == LG_FLEET_STATE_IN_FORCE;
}

void fleet_check_healed(struct fleet_world *world)
{
	size_t i;
	size_t k;

	for (k = 0; k < world->lock_count; k++) {
		const struct sim_lock *lock = &world->lock[k];
		struct lg_fleet_fate fate = {0};
		int ends = was_published(world, lock->id, "lift") ||
			   was_published(world, lock->id, "abort");
		int should;

		if (!lg_fleet_set_find(world->gate[0].gate.ear.set, lock->id,
				       &fate))
			fate = (struct lg_fleet_fate){0};
		if (!fate.prepare !=
			    !was_published(world, lock->id, "prepare") ||
		    !fate.begin != !was_published(world, lock->id, "begin") ||
		    !fate.end != !ends)
			fleet_fail(world, "what was published of %s is lost",
				   lock->id);
		should = is_in_force(&fate, world->now.wall_ms);
		/* No clock was further off than this when it began. */
		if (should != is_in_force(&fate, world->now.wall_ms - 2000) ||
		    should != is_in_force(&fate, world->now.wall_ms + 2000) ||
		    (should && may_have_ended(lock, world->now.wall_ms)))
			continue;
		for (i = 0; i < world->count; i++) {
			int has = lg_state_lock(world->gate[i].state,
						lock->id) != NULL;

			if (has != should)
				fleet_fail(world,
					   "healed, %s %s %s, which %s in "
					   "force",
					   world->gate[i].name,
					   has ? "holds" : "does not hold",
					   lock->id, should ? "is" : "is not");
		}
	}
}
