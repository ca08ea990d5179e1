/* SPDX-License-Identifier: ISC */
/*
 * lock_begin.h - the time of a lock that waited has come
 *
 * Layer: app, for lock_due.c.
 */
#ifndef LOGONGATE_APP_LOCK_LOCK_BEGIN_H
#define LOGONGATE_APP_LOCK_LOCK_BEGIN_H

#include "app/lock/state.h"

/* LG_ERR_NO_MEMORY alone keeps it from beginning. */
enum lg_status lg_lock_begin(struct lg_state *state, struct lg_lock *lock,
			     struct lg_error *err);

#endif
