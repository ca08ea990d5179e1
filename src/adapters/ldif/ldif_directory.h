/* SPDX-License-Identifier: ISC */
/*
 * ldif_directory.h - an LDIF export as the directory, and its mailboxes
 *
 * Layer: adapter ldif; implements port/directory, port/mailboxes.
 * Source: contract 3 [directory], 8 "Directory".
 *
 * For exports made with ldapsearch, slapcat or Windows' ldifde. The file is
 * read when it is first asked and again when it has changed since; a file that
 * cannot be read, is no LDIF or is cut off is "could not ask".
 */
#ifndef LOGONGATE_ADAPTERS_LDIF_DIRECTORY_H
#define LOGONGATE_ADAPTERS_LDIF_DIRECTORY_H

#include "port/directory.h"
#include "port/mailboxes.h"

/*
 * settings->uri is "ldif:FILE" (or FILE); only base and login_attributes count
 * beside it.
 * Owns: *out_directory is closed with its close.
 */
enum lg_status
lg_directory_open_ldif(const struct lg_directory_settings *settings,
		       struct lg_directory *out_directory,
		       struct lg_error *err);

/* settings as lg_directory_open_ldif takes them. Returns: see the port. */
enum lg_status
lg_mailboxes_list_ldif(const struct lg_directory_settings *settings,
		       const struct lg_mailbox_sink *sink,
		       struct lg_error *err);

#endif
