/* SPDX-License-Identifier: ISC */
/*
 * picture.h - registry.reg and lock.json: what all that is in force comes to
 *
 * Layer: app: core and port/files.
 * Source: contract 9 "Composition", "a value changed by somebody else
 * meanwhile", 12 (registry export, lock.json).
 */
#ifndef LOGONGATE_APP_LOCK_PICTURE_H
#define LOGONGATE_APP_LOCK_PICTURE_H

#include "app/lock/state.h"

/* A line of registry.reg while a lock is in force: who opens it is told, and
 * it is never taken for what was set by hand. */
#define LG_PICTURE_MARK                                                         \
	"; logongate: what all that is in force comes to; it is not read from " \
	"here\n"
int lg_picture_is_marked(const struct lg_buffer *text);

/* 1 where the text says the standing values, which are there. */
int lg_picture_is_standing(const struct lg_state *state,
			   const struct lg_buffer *text);

/* Standing values and locks for everybody, composed. Locks that concern some
 * are not in it. */
enum lg_status lg_picture_values(const struct lg_state *state,
				 struct lg_registry **out_values,
				 struct lg_error *err);

/* The locks that the values do not show, as comment lines of registry.reg. */
enum lg_status lg_picture_comments(const struct lg_state *state,
				   struct lg_buffer *out_text,
				   struct lg_error *err);

/*
 * Reads such a lock back out of the text of registry.reg; *values, which are
 * what the text shows, are exchanged for its own. Nothing where the text does
 * not tell of it. On a failure *values are freed.
 */
enum lg_status lg_picture_take_comment(const struct lg_state *state,
				       const struct lg_buffer *text,
				       const char *id,
				       struct lg_registry **values,
				       struct lg_error *err);

/* The same as registry.reg has it; the other locks are comments in it. */
enum lg_status lg_picture_text(const struct lg_state *state,
			       struct lg_buffer *out_text,
			       struct lg_error *err);

/*
 * Before the first lock is put in force: standing.reg keeps registry.reg as it
 * is. Nothing where a lock is in force already.
 */
enum lg_status lg_picture_keep_standing(struct lg_state *state,
					struct lg_error *err);

/*
 * Writes registry.reg, reads it back and compares (A3), registry.good.reg and
 * lock.json. Without a lock in force registry.reg is what it was before, byte
 * for byte, and standing.reg goes.
 */
enum lg_status lg_picture_write(struct lg_state *state, struct lg_error *err);

/* lock.json alone. */
enum lg_status lg_picture_write_record(struct lg_state *state,
				       struct lg_error *err);

/* What is missing on disk is tried again, after a full disk. */
enum lg_status lg_picture_flush(struct lg_state *state, struct lg_error *err);

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
