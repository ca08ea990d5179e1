/* SPDX-License-Identifier: ISC */
/*
 * window_journal.h - the audit line of a change to the lock
 *
 * Layer: app, for window.c and window_end.c.
 */
#ifndef LOGONGATE_APP_WINDOW_JOURNAL_H
#define LOGONGATE_APP_WINDOW_JOURNAL_H

#include "app/state.h"

/* Journals what happened to lock, which may be one that is over; by NULL: the
 * one who applied it. */
enum lg_status lg_window_journal(struct lg_state *state,
				 enum lg_journal_event event,
				 const struct lg_lock *lock, const char *by,
				 const char *result, int locks,
				 struct lg_error *err);

/* The same where the thing is done and cannot be undone for want of a line
 * about it: a failure is said loudly. */
void lg_window_journal_done(struct lg_state *state, enum lg_journal_event event,
			    const struct lg_lock *lock, const char *by,
			    const char *result, int locks);

#endif
