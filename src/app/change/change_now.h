/* SPDX-License-Identifier: ISC */
/*
 * change_now.h - what the journal of changes says, and who writes it now
 *
 * Layer: app.
 * Flow: a change takes the journal and signs it; status, and whoever ends what
 * is over, ask whether what stands there is what there is.
 * Shape: the signature is {"command","by","pid","since"}.
 */
#ifndef LOGONGATE_APP_CHANGE_CHANGE_NOW_H
#define LOGONGATE_APP_CHANGE_CHANGE_NOW_H

#include <cjson/cJSON.h>

#include "app/change/hands.h"

/* What the journal says; a damaged one as far as it can be read. */
enum lg_status lg_change_book(const struct lg_change_hands *hands,
			      struct lg_servers_book *out_book,
			      struct lg_error *err);

/*
 * The same, held until hands->journal.let_go: a journal of an earlier version
 * is carried over, a damaged one is kept below damaged/, and told.
 * Returns: LG_ERR_CONFLICT, somebody changes servers right now: err says who.
 */
enum lg_status lg_change_take(const struct lg_change_hands *hands,
			      struct lg_servers_book *out_book,
			      struct lg_error *err);

/* Whether the book is what there is, or becomes something else. */
enum lg_change_state {
	LG_CHANGE_SETTLED = 0,
	LG_CHANGE_UNDER_WAY,  /* a command is at it right now */
	LG_CHANGE_INTERRUPTED /* the command is gone: logongate recover */
};

/* The book, and the signature of who changes it; NULL where that is not known.
 * Owns: lg_change_now_release. */
struct lg_change_now {
	struct lg_servers_book book;
	enum lg_change_state state;
	cJSON *holder;
};
enum lg_status lg_change_now(const struct lg_change_hands *hands,
			     struct lg_change_now *out_now,
			     struct lg_error *err);
void lg_change_now_release(struct lg_change_now *now);

/* What a signature says; texts are the object's. */
void lg_change_holder_read(const cJSON *signature,
			   struct lg_change_holder *out_holder);

#endif
