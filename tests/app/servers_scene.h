/* SPDX-License-Identifier: ISC */
/*
 * servers_scene.h - three servers whose values are in memory, and their journal
 *
 * A crash is a moment from which on nothing has any effect, neither on a
 * target nor in the journal; what is left is then recovered from the journal
 * alone, as the next command would.
 */
#ifndef LOGONGATE_TESTS_APP_SERVERS_SCENE_H
#define LOGONGATE_TESTS_APP_SERVERS_SCENE_H

#include "suite.h"

#include <stdatomic.h>

#include "app/change/servers.h"
#include "app/change/servers_compose.h"
#include "app/change/servers_journal.h"

#define KEY LG_KEY_PARAMETERS_SYSTEM
#define TARGETS 3

/* What all targets and the journal of one test share. */
struct world {
	struct lg_buffer journal;
	int effects_left; /* -1: no crash */
	int crashed;
	int room_for;       /* so many lines more; -1: the disk is not full */
	atomic_int at_once; /* how many are asked now */
	atomic_int most;    /* and were at most */
	int wanted;         /* and are to be */
};

struct fake_target {
	struct world *world;
	struct lg_registry *values;
	enum lg_status probe_status;
	int may_not_write;
	enum lg_service service;
	int fail_write;
	int fail_restart;
	int garble;
	int restarts;
	int writes;
};

/* The gate of this machine: a lock, and what was asked of it. */
struct fake_gate {
	struct world *world;
	struct lg_target_told *told;
	struct lg_registry *values; /* that stand by hand */
	const struct lg_registry *first;
	enum lg_target_stands stands; /* what is to be written is no lock */
	int writes;
	int locked;
	enum lg_status fail_write; /* and what it failed with */
	int locks_all_the_same;    /* although it failed */
	int unreached;
	int fail_end;
	enum lg_status fail_extend; /* a timeout: it is moved all the same */
	int64_t until_s;
	int ends;
};

struct scene {
	struct world world;
	struct fake_gate gate;
	struct lg_target gate_port;
	struct lg_servers_member last;
	struct fake_target fake[TARGETS];
	struct lg_target port[TARGETS];
	struct lg_servers_member member[TARGETS];
	struct lg_registry *wanted;
	struct lg_registry *old;
	struct lg_servers servers;
	struct lg_servers_beside alone; /* no lock beside */
	struct lg_target *opened;
};

extern const struct lg_target_lock scene_lock;

/* Each server has a value set by hand; the profile sets that and one more. */
struct scene *scene_new(void);
void scene_free(struct scene *scene);

/* The gate of this machine has a part, too. */
void scene_add_gate(struct scene *scene);

enum lg_status scene_apply(struct scene *scene,
			   enum lg_servers_outcome *outcome,
			   struct lg_error *err);

/* The same for a target's write, which crashes where the world does. */
enum lg_status scene_write(void *self, const struct lg_target_change *change,
			   size_t count, struct lg_error *err);

/* The only change of a journal without damage; all 0 where it has ended. */
enum lg_status scene_record(const char *text, size_t len, const char *place,
			    struct lg_servers_record *out_record,
			    struct lg_error *err);

int scene_same(const struct lg_registry *a, const struct lg_registry *b);
void scene_assert_all_old(const struct scene *scene);
void scene_assert_locked(const struct fake_target *target,
			 const struct lg_registry *wanted);

#endif
