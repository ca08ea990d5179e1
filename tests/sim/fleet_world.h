/* SPDX-License-Identifier: ISC */
/*
 * fleet_world.h - gates around two providers of one directory, administrators
 * and accidents
 *
 * Real are app/fleet, core/fleet and app/lock; the providers, the disks, the
 * clocks and the signatures are the run's. What must be so is told by the
 * events that were really published, whoever heard them.
 */
#ifndef LOGONGATE_TESTS_SIM_FLEET_WORLD_H
#define LOGONGATE_TESTS_SIM_FLEET_WORLD_H

#include "app/fleet/fleet_gate.h"
#include "app/fleet/fleet_round.h"
#include "app/lock/state.h"
#include "contract/fleet_memory.h"
#include "sim/disk.h"
#include "sim/life.h"

#define FLEET_GATES_MAX 1000
#define FLEET_LOCKS_MAX 32
#define FLEET_ADMINS 2
#define FLEET_PROVIDERS 2
#define FLEET_BASE "ou=logongate,dc=example,dc=org"

struct fleet_world;

struct sim_gate {
	struct fleet_world *world;
	char name[32];
	struct disk disk;
	struct lg_files files;
	struct lg_clock clock;
	int64_t skew_ms;
	struct lg_state *state; /* NULL: the gate is down */
	struct lg_fleet fleet;
	struct memory_link *link;
	int provider;
	int away;
	unsigned long beside_serial; /* what the other provider told */
	struct lg_fleet_host host;
	struct lg_fleet_gate gate;
	struct lg_strlist groups;
};

/* One that was applied. promised: a byte a gate, by what apply reported.
 * ended: it heard the end, which it may not find where it goes next. */
struct sim_lock {
	char id[LG_FLEET_LOCK_SIZE];
	char profile[32];
	int64_t until_s;
	int has_confirm;
	unsigned char promised[FLEET_GATES_MAX];
	unsigned char ended[FLEET_GATES_MAX];
};

/* Each is at the provider of its number, with the key of its number. */
struct sim_admin {
	struct fleet_world *world;
	struct lg_signature signature;
	struct lg_fleet fleet;
	struct memory_link *link;
	struct lg_fleet_ear ear;
	struct lg_fleet_round round;
	int busy;
	struct sim_lock *applies; /* by this round; NULL: another change */
};

struct fleet_world {
	struct life life;
	struct chance chance;
	struct lg_now now;
	struct lg_clock clock;
	struct memory_directory *provider[FLEET_PROVIDERS];
	int apart;
	struct lg_fleet_keys keys; /* one an administrator */
	struct sim_gate *gate;
	size_t count;
	struct sim_admin admin[FLEET_ADMINS];
	struct sim_lock lock[FLEET_LOCKS_MAX];
	size_t lock_count;
};

#define fleet_tell(world, ...) life_tell(&(world)->life, __VA_ARGS__)
#define fleet_fail(world, ...) life_fail(&(world)->life, __VA_ARGS__)

/* fleet_world.c */
void fleet_make(struct fleet_world *world, uint64_t seed, size_t gates,
		int verbose);
void fleet_release(struct fleet_world *world);
void gate_up(struct sim_gate *gate);
void gate_down(struct sim_gate *gate);
/* Every gate hears and acts; what is to be so is looked at. */
void fleet_turn(struct fleet_world *world);
void fleet_pass(struct fleet_world *world, int64_t ms);
/* Providers that are not apart become the same; of two entries of one name
 * the one that was written last stays. */
void fleet_replicate(struct fleet_world *world);

/* fleet_expect.c */
void fleet_check_gate(struct sim_gate *gate);
/* Everything is joined and was heard: all hold the same. */
void fleet_check_healed(struct fleet_world *world);

/* fleet_steps.c */
void fleet_step(struct fleet_world *world);
void fleet_heal(struct fleet_world *world);

#endif
