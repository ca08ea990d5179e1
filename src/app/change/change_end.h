/* SPDX-License-Identifier: ISC */
/*
 * change_end.h - ending locks: lifted, over, or interrupted; moving their end
 *
 * Layer: app.
 * Flow: lift ends one, recover what was interrupted and what is over, the next
 * command and the gate what is over. The gate here is the last target: its
 * part is lifted when the servers' is, and only then the change is over.
 * Source: contract 4 lift, recover, extend, confirm,
 * 9 "One machine for all targets"; A6, A7.
 */
#ifndef LOGONGATE_APP_CHANGE_CHANGE_END_H
#define LOGONGATE_APP_CHANGE_CHANGE_END_H

#include "app/change/hands.h"

/* What is lifted of one lock. */
struct lg_change_lift {
	const char *id;      /* in the journal; "": it has none; NULL: it is not
			 * there, but at the gate here alone */
	const char *gate_id; /* at the gate here; NULL: as the journal says */
	const struct lg_strlist *names; /* of servers; NULL: all */
	enum lg_servers_lift_mode mode;
	int with_gate; /* the gate here, too */
};

/*
 * Lifts one lock, where the journal has it; what becomes of it is told.
 * Returns: LG_OK, also where there is none; the status of the servers' part,
 * else of the gate's. *out_count: how many servers were asked.
 */
enum lg_status lg_change_lift(const struct lg_change_hands *hands,
			      const struct lg_change_lift *lift,
			      size_t *out_count, struct lg_error *err);

/* 1 for a change that is to end whoever asks: past its end, also where it was
 * interrupted. */
int lg_change_is_due(const struct lg_servers_record *record,
		     const struct lg_now *now);

/* What fails of one change is told, and keeps no other. */
struct lg_change_recovered {
	size_t done;    /* servers that have their earlier values again */
	size_t ends;    /* locks that have their earlier end again */
	int gate;       /* the gate here was lifted */
	size_t damaged; /* lines of the journal that could not be read */
	enum lg_status status; /* the first that failed */
};

/* Ends what is due, the newest first, as the next command that may write does;
 * nothing while another command is at it, which ends it or knows why not. */
void lg_change_end_over(const struct lg_change_hands *hands,
			enum lg_servers_lift_mode mode,
			struct lg_change_recovered *out_recovered);

/*
 * The same whoever is at it, and with interrupted what broke off, too: a lock
 * whose end was being moved stays, with the end of the journal, and a damaged
 * journal is kept and mended first.
 * Returns: LG_OK, also where some failed; else the journal could not be read or
 * mended, and nothing was done.
 */
enum lg_status lg_change_recover(const struct lg_change_hands *hands,
				 enum lg_servers_lift_mode mode,
				 int interrupted,
				 struct lg_change_recovered *out_recovered,
				 struct lg_error *err);

/* A lock's end moved, where it is: in the journal by id (NULL: it is not), at
 * the gate here by gate_id (NULL: it is not). confirms: what the gate here has
 * as its end counts. */
struct lg_change_move {
	const char *id;
	const char *gate_id;
	int confirms;
	int64_t until_s; /* to be, and as it became */
	int gate_exit;   /* where the gate here failed: the exit code */
	int half; /* it failed, and the earlier end is not back everywhere */
};

/*
 * The gate here knows best whether it may be: it moves first, then servers that
 * keep the end themselves, then the journal. What fails half-way is put back.
 * Returns: LG_ERR_RANGE: longer than its profile lets it.
 */
enum lg_status lg_change_move(const struct lg_change_hands *hands,
			      struct lg_change_move *move,
			      struct lg_error *err);

#endif
