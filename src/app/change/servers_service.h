/* SPDX-License-Identifier: ISC */
/*
 * servers_service.h - the services that read the values of a change
 *
 * Layer: app, private to the fleet.
 * Source: conformance A4, A5.
 */
#ifndef LOGONGATE_APP_CHANGE_SERVERS_SERVICE_H
#define LOGONGATE_APP_CHANGE_SERVERS_SERVICE_H

#include "app/change/servers_round.h"

/*
 * Restarts the service where that is asked for and it runs. One that somebody
 * stopped or paused stays so, unless a restart of ours left it there.
 */
enum lg_status lg_servers_service_restart(struct lg_servers_round *round,
					  struct lg_servers_member *member,
					  struct lg_error *err);

/* What the service does now, into member->service.
 * Returns: also LG_ERR_CONFLICT, a service that we restarted does not run. */
enum lg_status lg_servers_service_look(struct lg_servers_member *member,
				       struct lg_error *err);

#endif
