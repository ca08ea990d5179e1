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
	const char *name;     /* of this gate; NULL: to be the host's name */
	uint32_t heartbeat_s; /* how often a provider is asked for a sign */
};

#endif
