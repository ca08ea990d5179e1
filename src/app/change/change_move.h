/* SPDX-License-Identifier: ISC */
/*
 * change_move.h - the end of a lock moved, or confirmed
 *
 * Layer: app.
 * Source: contract 4 extend, confirm, 9 "One machine for all targets".
 */
#ifndef LOGONGATE_APP_CHANGE_CHANGE_MOVE_H
#define LOGONGATE_APP_CHANGE_CHANGE_MOVE_H

#include "app/change/change_held.h"

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

/* Puts back what a move that broke off may have left: the end of the journal
 * counts. */
enum lg_status lg_change_move_back(struct lg_change_held *held,
				   struct lg_error *err);

#endif
