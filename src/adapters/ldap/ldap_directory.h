/* SPDX-License-Identifier: ISC */
/*
 * ldap_directory.h - an LDAP server, or several, as the directory
 *
 * Layer: adapter ldap; implements port/directory.
 * Source: contract 3 [directory], 8 "Directory"; conformance L10, L15, L17,
 * D1-D5; facts/directory.md A, B.
 *
 * Nothing is connected before somebody asks. Servers are tried in their order;
 * one that does not answer within timeout_ms is passed over. SIGPIPE is held
 * off in the asking thread meanwhile.
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_DIRECTORY_H
#define LOGONGATE_ADAPTERS_LDAP_DIRECTORY_H

#include "port/directory.h"

/*
 * Checks the settings, reads the password.
 * Returns: LG_OK; LG_ERR_SYNTAX, LG_ERR_CONFLICT, LG_ERR_LIMIT: a setting is
 * wrong; LG_ERR_IO: a file it names cannot be used (the error names it);
 * LG_ERR_NO_MEMORY.
 * Owns: *out_directory is closed with its close.
 */
enum lg_status
lg_directory_open_ldap(const struct lg_directory_settings *settings,
		       struct lg_directory *out_directory,
		       struct lg_error *err);

#endif
