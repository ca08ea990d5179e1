/* SPDX-License-Identifier: ISC */
/*
 * change_rig.h - the whole of app/change over what is in memory
 *
 * Servers, a gate and a journal in memory, and the hands of one command after
 * the other: whoever dies is followed by one that recovers.
 */
#ifndef LOGONGATE_TESTS_APP_CHANGE_RIG_H
#define LOGONGATE_TESTS_APP_CHANGE_RIG_H

#include "servers_scene.h"

#include "app/change/change_begin.h"
#include "app/change/change_end.h"
#include "app/change/change_now.h"

#define ID "lg-0123456789ab"
#define RIG_PID 4711

/* One command's hands: what it has besides the scene. */
struct rig {
	struct scene *scene;
	int count; /* servers of the change */
	int with_gate;
	struct lg_plan plan;
	struct lg_plan_target target[TARGETS + 1];
	struct lg_plan_server server[TARGETS + 1];
	const void *test[TARGETS + 1];
	enum lg_servers_outcome outcome;
	enum lg_status gate_status;
	enum lg_status test_status;
	int64_t now_s;
	struct lg_files files;
	int held;
	size_t begun;     /* how often the journal was held */
	int64_t held_by;  /* another process; 0: none */
	int others_write; /* so many readings find that more was written */
	struct lg_buffer signature;
	struct lg_buffer history;
	int no_history; /* it cannot be written */
	size_t warned;
};

struct lg_change_hands rig_hands(struct rig *rig);

/* What the journal says. */
void rig_book(struct rig *rig, struct lg_servers_book *out_book);

/* count servers, and the gate here where with_gate. */
struct rig *rig_new(int count, int with_gate);
void rig_free(struct rig *rig);

enum lg_status rig_apply(struct rig *rig);
enum lg_status rig_lift(struct rig *rig);

/* The next command: what was interrupted is undone. */
void rig_recover(struct rig *rig);

/* How many changes the journal has. */
size_t rig_in_journal(struct rig *rig);

void rig_assert_all_locked(const struct rig *rig);
void rig_assert_nothing_locked(const struct rig *rig);

#endif
