/* SPDX-License-Identifier: ISC */
/*
 * fleet_open.h - the directory that a fleet shares, whatever it is
 *
 * Layer: for both composition roots.
 * Source: contract 10 [fleet].
 */
#ifndef LOGONGATE_WIRING_FLEET_OPEN_H
#define LOGONGATE_WIRING_FLEET_OPEN_H

#include "core/settings/fleet_settings.h"
#include "port/fleet.h"

/*
 * Opens a list of ldap://, ldaps://, ldapi:// addresses; an export in LDIF is
 * no directory that gates can share. Nothing is asked or connected yet: what
 * fails here is a setting (exit 3).
 * branches: bits of enum lg_fleet_branch that poll follows.
 * Owns: *out_fleet is closed with its close.
 */
enum lg_status lg_fleet_open(const struct lg_fleet_settings *settings,
			     unsigned int branches, struct lg_fleet *out_fleet,
			     struct lg_error *err);

#endif
