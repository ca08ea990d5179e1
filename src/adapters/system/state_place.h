/* SPDX-License-Identifier: ISC */
/*
 * state_place.h - a name below state_dir, and the folder it stands in
 *
 * Layer: adapter system.
 * Flow: state_dir.c finds the place of a name, and works there. No link is
 * followed on the way: root's commands work in a folder of the gate's user.
 */
#ifndef LOGONGATE_ADAPTERS_SYSTEM_STATE_PLACE_H
#define LOGONGATE_ADAPTERS_SYSTEM_STATE_PLACE_H

#include <stddef.h>

struct lg_state_place {
	int folder; /* the caller closes it */
	const char *base;
};

enum lg_state_place_make {
	LG_STATE_PLACE_THERE = 0,
	LG_STATE_PLACE_MADE /* the folder is made where it is not there */
};

/* Each returns 0 or a descriptor, or -1 with errno set. */
int lg_state_place_find(int dir, const char *name,
			enum lg_state_place_make make,
			struct lg_state_place *out_place);

/* To read. */
int lg_state_place_open(int dir, const char *name);

/* All of it, flushed, in one step. */
int lg_state_place_replace(const struct lg_state_place *place,
			   const void *bytes, size_t len);

/* To append; *out_is_new is 1 when it was not there. */
int lg_state_place_open_end(const struct lg_state_place *place,
			    int *out_is_new);

#endif
