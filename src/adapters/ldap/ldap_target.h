/* SPDX-License-Identifier: ISC */
/*
 * ldap_target.h - the accounts' protocolSettings in a directory, as a target
 *
 * Layer: adapter ldap; implements port/target.
 * Source: conformance I1, I2; contract 8 "Targets".
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_TARGET_H
#define LOGONGATE_ADAPTERS_LDAP_TARGET_H

#include "core/settings/directory_settings.h"
#include "port/target.h"

/*
 * Nothing is connected before the first call. The values are those of
 * account_values.h. A value that somebody else changed is never overwritten:
 * every modification names the values it takes away, and the server refuses
 * it where they are not there.
 * Returns: as lg_directory_open_ldap; LG_ERR_CONFLICT, an LDIF file is no
 * directory that can be written. Owns: out_target->close(out_target->self).
 */
enum lg_status lg_ldap_target_open(const char *name,
				   const struct lg_directory_settings *settings,
				   struct lg_target *out_target,
				   struct lg_error *err);

#endif
