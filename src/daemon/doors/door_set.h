/* SPDX-License-Identifier: ISC */
/*
 * door_set.h - the servers whose sessions can be listed and cut
 *
 * Layer: daemon. Everything here is for workers: it blocks.
 */
#ifndef LOGONGATE_DAEMON_DOORS_DOOR_SET_H
#define LOGONGATE_DAEMON_DOORS_DOOR_SET_H

#include <stdatomic.h>

#include "port/door.h"
#include "core/settings/settings.h"

/* Where the doors are; texts of its own, so that a worker may have it. */
struct door_places {
	char *doveadm;
	char *doveadm_api_key_file;
	char *run_dir;
	char *haproxy_stats_socket;
	struct lg_strlist haproxy_frontends;
};

enum lg_status door_places_copy(const struct lg_settings *settings,
				struct door_places *out_places,
				struct lg_error *err);
void door_places_release(struct door_places *places);
/* 1 when any door can be asked. */
int door_places_any(const struct lg_settings *settings);

#define DOOR_SET_MAX 2

struct door_set {
	struct lg_door door[DOOR_SET_MAX];
	size_t count;
};

/* Opens them; one that cannot be opened is named in unasked. Once stop is set
 * nothing more is asked of them. */
void door_set_open(const struct door_places *places, const atomic_int *stop,
		   struct door_set *set, struct lg_strlist *unasked);
void door_set_close(struct door_set *set);

/* Lists all of them; one that does not answer is named in unasked. */
void door_set_list(struct door_set *set, struct lg_session_list *list,
		   struct lg_strlist *unasked);

/* Cuts at all of them; what they say, and what fails, goes to notes. */
void door_set_cut(struct door_set *set, struct lg_cut_order *order);

#endif
