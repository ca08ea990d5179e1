/* SPDX-License-Identifier: ISC */
/*
 * fleet_kept.h - what a gate of a fleet knows without the directory
 *
 * Layer: app, for fleet_ear.c and fleet_gate.c.
 */
#ifndef LOGONGATE_APP_FLEET_FLEET_KEPT_H
#define LOGONGATE_APP_FLEET_FLEET_KEPT_H

#include "app/fleet/fleet_ear.h"

/* Each does nothing where the ear keeps nothing. */

/* Reads all events and keys into the ear. A file that is damaged is set
 * aside and told as fleet-unreadable. */
enum lg_status lg_fleet_kept_read(struct lg_fleet_ear *ear,
				  struct lg_error *err);

/* What cannot be written is heard again after a start. */
void lg_fleet_kept_write(struct lg_fleet_ear *ear,
			 const struct lg_fleet_entry *entry);
void lg_fleet_kept_write_keys(struct lg_fleet_ear *ear);

/*
 * Events are kept as long as they could matter: a lock that ended early until
 * its latest end, for its beginning could be told once more.
 * A lift must not be refused because nobody tidies: where the set is full,
 * what is over makes room for len bytes, first what is over for a day.
 */
void lg_fleet_kept_make_room(struct lg_fleet_ear *ear, size_t len,
			     int64_t now_s);

/* Forgets, here and on disk, what fleet tidy took out of the directory. */
void lg_fleet_kept_tidy(struct lg_fleet_ear *ear, int64_t now_s);

#endif
