/* SPDX-License-Identifier: ISC */
/*
 * lock_scene.h - a state directory and a request that lists one account
 */
#ifndef LOGONGATE_TESTS_APP_LOCK_SCENE_H
#define LOGONGATE_TESTS_APP_LOCK_SCENE_H

#include "folder.h"

struct lock_scene {
	struct folder folder;
	struct lg_registry *values; /* "/o=a/cn=one" is listed */
	struct lg_target_lock request;
	struct lg_state *state;
};

/* An empty directory, loaded, and request_for the values. */
void lock_scene_begin(struct lock_scene *scene);
/* Another process loads the directory. */
void lock_scene_again(struct lock_scene *scene);
void lock_scene_end(struct lock_scene *scene);

/* The event that is due. */
enum lg_lock_event settle(struct lg_state *state);

void lift_by_name(struct lg_state *state, const char *name);

#endif
