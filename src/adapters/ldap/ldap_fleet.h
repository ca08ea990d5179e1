/* SPDX-License-Identifier: ISC */
/*
 * ldap_fleet.h - a fleet's directory: OpenLDAP or Active Directory
 *
 * Layer: adapter ldap.
 * Source: contract 10, 13; facts/directory.md C, D; RFC 4533.
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_FLEET_H
#define LOGONGATE_ADAPTERS_LDAP_FLEET_H

#include "core/settings/fleet_settings.h"
#include "port/fleet.h"

/*
 * branches: bits of enum lg_fleet_branch that poll follows. Nothing is asked
 * or connected yet.
 * Returns: LG_OK; LG_ERR_SYNTAX, LG_ERR_CONFLICT, LG_ERR_IO, LG_ERR_NO_MEMORY:
 * a setting.
 * Owns: *out_fleet is closed with its close.
 */
enum lg_status lg_fleet_open_ldap(const struct lg_fleet_settings *settings,
				  unsigned int branches,
				  struct lg_fleet *out_fleet,
				  struct lg_error *err);

#endif
