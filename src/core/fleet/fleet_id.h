/* SPDX-License-Identifier: ISC */
/*
 * fleet_id.h - which entry of a replicated directory it is
 *
 * Layer: core.
 */
#ifndef LOGONGATE_CORE_FLEET_FLEET_ID_H
#define LOGONGATE_CORE_FLEET_FLEET_ID_H

/* An entry's entryUUID or objectGUID: the same at every provider. */
#define LG_FLEET_ID_SIZE 16
struct lg_fleet_id {
	unsigned char byte[LG_FLEET_ID_SIZE];
};

#endif
