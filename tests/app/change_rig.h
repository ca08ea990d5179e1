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

#define ID "lg-0123456789ab"

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
	size_t begun;
	enum lg_status test_status;
};

struct lg_change_hands rig_hands(struct rig *rig);
enum lg_status rig_begin(void *self, struct lg_servers_journal *journal,
			 struct lg_servers_book *book, struct lg_error *err);

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
