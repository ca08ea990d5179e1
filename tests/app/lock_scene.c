/* SPDX-License-Identifier: ISC */
/*
 * lock_scene.c - a state directory and a request that lists one account
 */
#include "lock_scene.h"

#include "suite.h"

void lock_scene_begin(struct lock_scene *scene)
{
	folder_make(&scene->folder);
	scene->values = values_listing("/o=a/cn=one");
	scene->request = request_for(scene->values);
	scene->state = folder_load(&scene->folder);
}

void lock_scene_again(struct lock_scene *scene)
{
	lg_state_free(&scene->state);
	scene->state = folder_load(&scene->folder);
}

void lock_scene_end(struct lock_scene *scene)
{
	lg_registry_free(&scene->values);
	lg_state_free(&scene->state);
	folder_remove(&scene->folder);
}

enum lg_lock_event settle(struct lg_state *state)
{
	enum lg_lock_event event = LG_LOCK_NOTHING;

	assert_int_equal(lg_lock_settle(state, &event, NULL, NULL), LG_OK);
	return event;
}

void lift_by_name(struct lg_state *state, const char *name)
{
	struct lg_lock *lock = NULL;

	assert_int_equal(lg_lock_choose(state, name, LG_MEANT_ANY, &lock, NULL),
			 LG_OK);
	assert_int_equal(lg_lock_lift(state, lock, LG_LOCK_END_LIFT, "bert",
				      NULL, NULL, NULL),
			 LG_OK);
}
