/* SPDX-License-Identifier: ISC */
/*
 * fleet_id.h - which entry of a replicated directory it is, and its texts
 *
 * Layer: core.
 */
#ifndef LOGONGATE_CORE_FLEET_FLEET_ID_H
#define LOGONGATE_CORE_FLEET_FLEET_ID_H

#include <stddef.h>

/* An entry's entryUUID or objectGUID: the same at every provider. */
#define LG_FLEET_ID_SIZE 16
struct lg_fleet_id {
	unsigned char byte[LG_FLEET_ID_SIZE];
};

/* bytes NULL: the attribute is not there. Any bytes, NULs and broken UTF-8
 * too: nothing of what stands in a directory has been checked. */
struct lg_fleet_text {
	const char *bytes;
	size_t len;
};

#endif
