/* SPDX-License-Identifier: ISC */
/*
 * change_ending.h - one change that is to end or to move, with its servers
 *
 * Layer: app, private to change_end and change_move.
 */
#ifndef LOGONGATE_APP_CHANGE_CHANGE_ENDING_H
#define LOGONGATE_APP_CHANGE_CHANGE_ENDING_H

#include "app/change/change_end.h"

/* One change that is to end, with its servers opened. */
struct lg_change_ending {
	const struct lg_change_hands *hands;
	struct lg_servers_journal journal;
	struct lg_servers_book book;
	const struct lg_servers_record *record; /* in the book; NULL: none */
	int begun;
	int opened;
	struct lg_servers fleet;
	struct lg_target_lock lock; /* as gates among the servers know it */
	struct lg_target_lock lock_here; /* and the gate here */
	enum lg_servers_outcome outcome;
};

/* Opens the journal, where the change has an id there, and finds it. */
enum lg_status lg_change_ending_begin(struct lg_change_ending *ending,
				      const struct lg_change_hands *hands,
				      const char *id, struct lg_error *err);
void lg_change_ending_finish(struct lg_change_ending *ending);

/* Those that are locked and meant as members, and the gate here. */
enum lg_status lg_change_ending_gather(struct lg_change_ending *ending,
				       const struct lg_change_lift *lift,
				       struct lg_error *err);

/* One line of history: the gate had no part in it and keeps no record. */
void lg_change_ending_note(const struct lg_change_ending *ending,
			   enum lg_journal_event event, int64_t until_s,
			   const char *result);

#endif
