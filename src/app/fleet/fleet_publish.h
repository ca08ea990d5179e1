/* SPDX-License-Identifier: ISC */
/*
 * fleet_publish.h - an event, signed and written
 *
 * Layer: app: core, port/fleet, port/signature.
 * Source: contract 10 "Entries", 13 "Schema and signature".
 */
#ifndef LOGONGATE_APP_FLEET_FLEET_PUBLISH_H
#define LOGONGATE_APP_FLEET_FLEET_PUBLISH_H

#include "port/fleet.h"
#include "port/signature.h"

/*
 * Renders, signs and publishes; the same call again writes the same entry.
 * Returns: as port/fleet's publish, and as lg_fleet_event_render.
 */
enum lg_status lg_fleet_publish(const struct lg_fleet *fleet,
				const struct lg_signature *signature,
				const struct lg_fleet_event *event,
				struct lg_error *err);

#endif
