/* SPDX-License-Identifier: ISC */
/*
 * fleet_scene.h - some gates and an administrator around a directory in memory
 */
#ifndef LOGONGATE_TESTS_APP_FLEET_SCENE_H
#define LOGONGATE_TESTS_APP_FLEET_SCENE_H

#include "app/fleet/fleet_gate.h"
#include "app/fleet/fleet_round.h"
#include "contract/fleet_memory.h"
#include "folder.h"

#define SCENE_GATES_MAX 8
#define SCENE_BASE "ou=logongate,dc=example,dc=org"
#define SCENE_LOCK "lg-0123456789ab"

struct scene_gate {
	struct scene *scene;
	char name[32];
	struct folder folder;
	struct lg_state *state;
	struct lg_fleet fleet;
	struct memory_link *link;
	struct lg_fleet_host host;
	struct lg_fleet_gate gate;
	struct lg_strlist groups;
	enum lg_status make_fails; /* its own directory */
	int stopped;               /* it does nothing */
	int hears_beside;          /* another provider, as well */
	int beside_is_still;       /* which takes no report */
};

/* Signatures are a sum that only the scene's keys give. */
struct scene {
	struct lg_now now;
	struct lg_clock clock;
	struct memory_directory *directory;
	struct lg_signature signature;
	struct lg_fleet_keys keys;
	struct scene_gate gate[SCENE_GATES_MAX];
	size_t count;
	struct lg_fleet admin;
	struct memory_link *admin_link;
	struct lg_fleet_ear ear;
	struct lg_fleet_round round;
	const char *lock; /* SCENE_LOCK, where nobody says another */
	char signs_as[16];
	unsigned char signs_with[LG_FLEET_PUBLIC_SIZE];
	int64_t confirm_within_s;
	int64_t back_ms; /* so long, and the last gate is not away any more */
};

/* count gates "g0".. that all follow, and have reported once. */
struct scene *scene_make(size_t count);
void scene_free(struct scene *scene);

/* All gates that are not stopped hear and act; a while goes by. */
void scene_turn(struct scene *scene);
void scene_wait(struct scene *scene, int64_t ms);

/* The gate's process ends and starts again on its disk. */
void scene_restart(struct scene_gate *gate);

/* apply --fleet of the profile "upgrade" for an hour, to its end. */
enum lg_status scene_apply(struct scene *scene, struct lg_error *err);
/* How often a gate was told of a trouble. */
int scene_troubles(const struct scene_gate *gate);
/* As scene_apply, up to the phase. */
enum lg_status scene_begin(struct scene *scene, struct lg_error *err);
void scene_finish(struct scene *scene);
enum lg_status scene_lock(struct scene *scene, enum lg_fleet_kind kind,
			  int64_t until_s, struct lg_error *err);

/* apply with --confirm-within for so many seconds. */
enum lg_status scene_apply_unconfirmed(struct scene *scene, int64_t within_s,
				       struct lg_error *err);

/* Whether the lock is in force at a gate. */
int scene_holds(const struct scene *scene, size_t gate);

/* Applies and asserts that it is in force at all gates. */
void scene_applied_everywhere(struct scene *scene);

/* Publishes an event signed by a key, whatever it is. */
void scene_publish(struct scene *scene, enum lg_fleet_kind kind, int64_t number,
		   int64_t at_ms);

/* Adds or revokes a key, signed by the scene's first key. public_key: its
 * first byte. */
void scene_key(struct scene *scene, int64_t number, const char *name,
	       unsigned char public_key, int revoked);

/* From now on this key signs. */
void scene_sign_as(struct scene *scene, const char *name,
		   unsigned char public_key);

#endif
