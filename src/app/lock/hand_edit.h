/* SPDX-License-Identifier: ISC */
/*
 * hand_edit.h - what somebody wrote into registry.reg and never said
 *
 * Layer: app: core and port/files.
 * Source: contract 9 "a value changed by somebody else meanwhile".
 */
#ifndef LOGONGATE_APP_LOCK_HAND_EDIT_H
#define LOGONGATE_APP_LOCK_HAND_EDIT_H

#include "app/lock/state.h"

/*
 * Before registry.reg is written over: what somebody changed in it by hand
 * since it was written or read last is kept below backups/ and said loudly;
 * the names of those values are added to changed (may be NULL). On a failure
 * it is not kept, and must not be written over.
 */
enum lg_status lg_hand_edit_check(struct lg_state *state,
				  struct lg_strlist *changed,
				  struct lg_error *err);

/*
 * Before a file is written over or removed: one that is there and that the
 * gate has no right to read is moved below damaged/ and told loudly. On a
 * failure it is where it was, and must stay so.
 */
enum lg_status lg_hand_edit_spare(struct lg_state *state, const char *name,
				  struct lg_error *err);

#endif
