/* SPDX-License-Identifier: ISC */
/*
 * damage_scene.h - a state directory with a lock in it, for who damages it
 */
#ifndef LOGONGATE_TESTS_APP_DAMAGE_SCENE_H
#define LOGONGATE_TESTS_APP_DAMAGE_SCENE_H

#include "folder.h"

struct damaged {
	struct folder folder;
	struct lg_registry *values;
	struct lg_state *state;
	char id[LG_LOCK_ID_SIZE];
};

/* A lock for an hour beside values that list /o=a/cn=before. */
void lock_then_damage(struct damaged *damaged);

/* locks/ID and the ending. */
const char *lock_file(const struct damaged *damaged, const char *ending);

/* Another process loads the directory. */
void damage_reload(struct damaged *damaged);

void damage_end(struct damaged *damaged);

/* The one lock, as it was applied. */
void is_whole(const struct damaged *damaged);

void lifts_to_before(struct damaged *damaged);

enum fault {
	DELETED,
	EMPTY,
	CUT_OFF,
	CUT_AT_LINE,
	GARBAGE,
	NEWER,
	FOLDER
};

/* What becomes of a file of the directory. */
void hurt(struct folder *folder, const char *name, enum fault fault);

#endif
