/* SPDX-License-Identifier: ISC */
/*
 * fleet_settings.h - what a fleet's directory is opened with
 *
 * Layer: core.
 * Flow: lg_settings_fleet fills it, port/fleet's implementations are opened
 * with it.
 * Source: contract 10 [fleet], 13 "Set-up".
 */
#ifndef LOGONGATE_CORE_SETTINGS_FLEET_SETTINGS_H
#define LOGONGATE_CORE_SETTINGS_FLEET_SETTINGS_H

#include "core/settings/directory_settings.h"

/*
 * All borrowed until the open call returns. directory is where and how: uri,
 * bind, TLS, timeout ([fleet]'s own, else [directory]'s); its base is the
 * fleet's.
 */
struct lg_fleet_settings {
	struct lg_directory_settings directory;
	const char *name;      /* of this gate; NULL: to be the host's name */
	uint32_t heartbeat_ms; /* how often a provider is asked for a sign */
	/* So long a provider may be silent before another one is asked as
	 * well, where there is one; only when all were asked so, each has the
	 * whole timeout. 0: the timeout. */
	uint32_t patience_ms;
	uint32_t return_ms; /* when the first is tried again; 0: 10 min */
	/* After news poll waits so long, unless interrupted, before it looks
	 * for more: each report of each gate is told to all. 0: not at all. */
	uint32_t gather_ms;
};

#endif
