/* SPDX-License-Identifier: ISC */
/*
 * changes_world.h - several servers, the files of this machine, and those who
 * lock them
 *
 * Real are app/change, app/lock and the core below them; the disk with the
 * journal and state_dir, the servers and the clocks are the run's. Expected is
 * what was answered: what a command said is done must be so from then on. What
 * was under way when the machine stopped, or met a disk or a server that
 * failed, may be so or as before, and the journal says which.
 */
#ifndef LOGONGATE_TESTS_SIM_CHANGES_WORLD_H
#define LOGONGATE_TESTS_SIM_CHANGES_WORLD_H

#include "app/change/change_begin.h"
#include "app/change/change_end.h"
#include "app/change/change_values.h"
#include "app/change/known_locks.h"
#include "app/change/plan_beside.h"
#include "app/lock/lock_change.h"
#include "app/lock/state.h"
#include "app/lock/state_target.h"

#include "sim/disk.h"
#include "sim/life.h"

#define SERVERS 3
#define OWN_KINDS 6
#define OWN_DENIES 3 /* the first of them name nobody */
#define EXPECTED_MAX 64
#define HERE (1u << SERVERS)

/* What stands somewhere without any lock: first, or after, where a change of it
 * by hand met trouble (NULL: none did). */
struct by_hand {
	struct lg_registry *first;
	struct lg_registry *after;
};

/* fails_in: the so many-th value from now is not written; fails_late: it is,
 * and nobody is told. */
struct server {
	const char *name;
	struct lg_registry *values;
	struct by_hand hand;
	int away;
	unsigned int fails_in;
	int fails_late;
};

enum how {
	GONE = 0,
	THERE,
	MAYBE
};

struct expected {
	char id[LG_LOCK_ID_SIZE];
	char profile[16];
	unsigned int servers; /* a bit each */
	int gate;
	int forced; /* the gate may be open although the journal says no */
	unsigned int some; /* of servers; HERE: were to be lifted, who knows */
	int64_t least_s;   /* its end, the earliest of those asked for */
	enum how how;
};

struct world {
	uint64_t seed;
	struct life life;
	struct chance chance;
	struct disk disk;
	struct lg_now clock;
	unsigned int boot;
	struct lg_clock reader;
	struct server server[SERVERS];
	struct by_hand hand; /* at the gate here */
	unsigned int imports;
	struct expected lock[EXPECTED_MAX];
	size_t count;
	uint64_t trouble; /* of servers, so far */
	int64_t held_by;  /* a command that changes servers; 0: none */

	/* One command. */
	struct lg_state *state;
	struct lg_target *port;
	struct lg_state_target here;
	enum lg_servers_outcome outcome;
	enum lg_status gate_status;
};

#define tell(world, ...) life_tell(&(world)->life, __VA_ARGS__)
#define fail(world, ...) life_fail(&(world)->life, __VA_ARGS__)
#define must(world, holds, ...)                                                \
	do {                                                                   \
		if (!(holds))                                                  \
			fail(world, __VA_ARGS__);                              \
	} while (0)

void world_make(struct world *world, uint64_t seed, int verbose);
void world_release(struct world *world);
struct lg_change_hands world_hands(struct world *world);

/* What a lock of a kind sets by itself. */
const struct lg_registry *own_values(int kind);
void own_make(void);
void own_release(void);

/* It stands as it is now, and nothing else may be. */
void hand_settle(struct by_hand *hand, const struct lg_registry *values);

/* The journal as it stands; it is never damaged. */
void world_book(struct world *world, struct lg_servers_book *out_book);
/* The locks here, as status reads them. */
struct lg_state *world_look(struct world *world);
/* A command is over, or died: its memory is gone. */
void world_end_command(struct world *world);
/* kill -9, or a power cut and a new boot. */
void world_stops(struct world *world, int reboots);

/* changes_check.c: settles what was left open by what is found, and looks at
 * every server, the journal and the locks here. whole: everything works and was
 * recovered, so that nothing may be left open. */
void world_check(struct world *world, int whole);

#endif
