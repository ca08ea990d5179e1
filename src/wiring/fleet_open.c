/* SPDX-License-Identifier: ISC */
/*
 * fleet_open.c - the directory that a fleet shares, whatever it is
 */
#include "wiring/fleet_open.h"

#include <strings.h>

#include "adapters/ldap/ldap_fleet.h"

enum lg_status lg_fleet_open(const struct lg_fleet_settings *settings,
			     unsigned int branches, struct lg_fleet *out_fleet,
			     struct lg_error *err)
{
	const char *uri = settings->directory.uri;

	if (uri && strncasecmp(uri, "ldif:", 5) == 0)
		return lg_error_set(
			err, LG_ERR_SYNTAX, NULL,
			"[fleet] uri: an export is not a directory that gates "
			"can share; say the addresses of its servers, as in "
			"ldaps://ldap1.example.org");
	return lg_fleet_open_ldap(settings, branches, out_fleet, err);
}
