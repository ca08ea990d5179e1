/* SPDX-License-Identifier: ISC */
/*
 * fleet_parts.h - the gates of a round, and what each has answered
 *
 * Layer: app, for fleet_round.c; whoever shows a round counts them.
 */
#ifndef LOGONGATE_APP_FLEET_FLEET_PARTS_H
#define LOGONGATE_APP_FLEET_FLEET_PARTS_H

#include "app/fleet/fleet_round.h"

/* Asks which gates there are; those of round->groups are its parts. As
 * port/fleet's gates. */
enum lg_status lg_fleet_parts_find(struct lg_fleet_round *round,
				   struct lg_error *err);

/* How many have answered so. */
size_t lg_fleet_parts_count(const struct lg_fleet_round *round,
			    enum lg_fleet_answer answer);

/* Reads the answers of all out of what the gates said last. */
void lg_fleet_parts_look(struct lg_fleet_round *round);

/* Appends the names of those that are away, at most some. */
void lg_fleet_parts_name_away(const struct lg_fleet_round *round,
			      struct lg_buffer *out);

/* The highest number of an event that any gate knows of the lock, or number:
 * that of an entry that was deleted is not free. */
int64_t lg_fleet_parts_highest(const struct lg_fleet_round *round,
			       int64_t number);

#endif
