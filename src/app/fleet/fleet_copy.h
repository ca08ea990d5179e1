/* SPDX-License-Identifier: ISC */
/*
 * fleet_copy.h - an entry that is kept beyond the call that gave it
 *
 * Layer: app: port/fleet.
 */
#ifndef LOGONGATE_APP_FLEET_FLEET_COPY_H
#define LOGONGATE_APP_FLEET_FLEET_COPY_H

#include "port/fleet.h"

#define LG_FLEET_COPY_PARTS 7

/* Zero-initialise; entry's texts are in bytes. */
struct lg_fleet_copy {
	struct lg_fleet_entry entry;
	char *bytes[LG_FLEET_COPY_PARTS];
};

/* Owns: released with lg_fleet_copy_release. */
enum lg_status lg_fleet_copy(const struct lg_fleet_entry *entry,
			     struct lg_fleet_copy *out_copy,
			     struct lg_error *err);
void lg_fleet_copy_release(struct lg_fleet_copy *copy);

#endif
