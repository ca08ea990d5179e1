/* SPDX-License-Identifier: ISC */
/*
 * world.h - one state directory, the gate or the commands that use it, the
 * administrators and the accidents, and what should be so at every moment
 *
 * Real are app/lock, the core below it and daemon/inside; the disk, the clocks
 * and the directory are the run's. Expected is what was answered: what a
 * command said is done must be so from then on, whatever happens; what was
 * under way when the machine stopped may be so or as before, and is settled by
 * what is found then.
 */
#ifndef LOGONGATE_TESTS_SIM_WORLD_H
#define LOGONGATE_TESTS_SIM_WORLD_H

#include "app/lock/lock_change.h"
#include "daemon/gate.h"
#include "daemon/inside_facts.h"

#include "sim/disk.h"
#include "sim/life.h"

#define ACCOUNTS 4 /* besides break-glass */
#define KINDS 9
#define KIND_UNKNOWN (-1)
#define VERSIONS 60
#define EXPECTED_MAX 96

/* A lock as it is at one time; boot is the number of the machine's start that
 * the boot clock's times belong to. */
struct version {
	int exists;
	int waits;
	int64_t since_s;
	struct lg_deadline start;
	struct lg_deadline until;
	struct lg_deadline confirm;
	struct lg_deadline cut;
	unsigned int boot;
};

/* now: what the running process has. disk: what may be found when it is gone;
 * never empty. hurt: a bit for each of its two files that was damaged. */
struct expected {
	char id[LG_LOCK_ID_SIZE]; /* "": not known yet */
	char profile[16];
	char variables[16];
	int kind;
	int replaces;
	struct version now;
	struct version disk[VERSIONS];
	size_t disk_count;
	unsigned int hurt;
};

struct world {
	uint64_t seed;
	struct life life;
	int has_damage;
	struct chance chance;
	struct disk disk;

	struct lg_now clock;
	unsigned int boot;

	/* The process: a gate, or a command that begins and ends with one
	 * step. */
	int has_gate;
	struct gate gate;
	struct gate_inside *inside;
	struct lg_state *state; /* a command's */
	struct lg_files files;
	struct lg_clock reader;
	int directory_away;

	struct expected lock[EXPECTED_MAX];
	size_t count;
	uint64_t named; /* locks so far */

	/* Standing values by kind. calm: registry.reg as it was without a
	 * lock; release it. */
	int standing;
	int standing_disk[VERSIONS];
	size_t standing_count;
	struct lg_buffer calm;
	int calm_known;
	/* Files that were damaged and are not mended yet; ever. */
	unsigned int hurt;
	unsigned int hurt_ever;
	int half_mended; /* a start that told of it was stopped */
	int hurt_found;  /* a start has seen all of it */
	int standing_hurt;
	int records_hurt; /* lock.json or the audit */
	/* What a person wrote into registry.reg and nobody read yet. */
	struct lg_buffer edit;
	int edited;
	int edit_kind;
};

/* One line of the story; fail ends the run. */
#define tell(world, ...) life_tell(&(world)->life, __VA_ARGS__)
#define fail(world, ...) life_fail(&(world)->life, __VA_ARGS__)
#define must(world, holds, ...)                                                \
	do {                                                                   \
		if (!(holds))                                                  \
			fail(world, __VA_ARGS__);                              \
	} while (0)

/* kinds.c: what locks and standing values there are. */
const char *kind_name(int kind);
int kind_can_stand(int kind);
int kind_is_long(int kind);
void kinds_make(void);
void kinds_release(void);
const struct lg_registry *kind_values(int kind);
/* What the directory says of those whom the kind names; NULL: nobody. */
struct lg_findings *kind_findings(int kind);
int kind_of_values(const struct lg_registry *values);
int kind_refuses(int kind, int account, enum lg_protocol protocol);
const char *account_dn(int account);
#define ACCOUNT_GLASS ACCOUNTS
struct lg_findings *directory_says(const struct lg_strlist *dn,
				   const struct lg_strlist *user);

/* expected.c */
int64_t version_left_ms(const struct world *world, const struct version *of,
			const struct lg_deadline *deadline);
struct version version_stamped(const struct world *world,
			       const struct version *of);
/* It may be found on the disk from now on. */
void expect_maybe(struct world *world, struct expected *lock,
		  const struct version *version);
void expect_standing_maybe(struct world *world, int kind);
/* What is due is done in what is expected, too. */
void expect_due(struct world *world);
/* A step is over: what state says is on disk, is. */
void expect_saved(struct world *world, const struct lg_state *state);
/* What a fresh start found settles what was left open. */
void expect_found(struct world *world, const struct lg_state *state);
/* The standing values were read again. */
void expect_read(struct world *world, const struct lg_state *state);
struct expected *expect_lock(struct world *world, const char *id);
/* The process has what is expected, and the policy decides so. */
void expect_check(struct world *world, const struct lg_state *state,
		  const struct lg_policy *policy);

/* process.c */
void world_make(struct world *world, uint64_t seed, int verbose);
void world_release(struct world *world);
/* The process that a step needs; NULL: it could not be started because the
 * machine stopped meanwhile. */
struct lg_state *process_begin(struct world *world);
/* Looks at everything; a command ends. */
void process_end(struct world *world);
/* The values in force after a change. */
void process_enforce(struct world *world);
void process_stop(struct world *world);
/* SIGHUP: registry.reg is read again. */
void process_reload(struct world *world);
/* What the gate's timers do. */
void process_tick(struct world *world);
/* kill -9, power cut, or a clean restart of the machine. */
void machine_stops(struct world *world, int reboots);
void time_passes(struct world *world, int64_t ms);

/* calm.c: what the files say to people, and at the end. */
void check_disk(struct world *world, const struct lg_state *state);

/* commands.c */
void world_command(struct world *world);
/* One that is there, or waits; NULL: none. */
struct expected *any_lock(struct world *world);
void import_kind(struct world *world, struct lg_state *state, int kind);
void lift_all(struct world *world, struct lg_state *state);

/* steps.c */
void world_step(struct world *world);
void world_end(struct world *world);

/* damage.c */
void damage_something(struct world *world);
/* registry.reg as a person writes it; whether that is still what stands there;
 * that it is nowhere lost. */
void edit_by_hand(struct world *world);
int edit_stands(const struct world *world);
void check_edit(struct world *world);

#endif
