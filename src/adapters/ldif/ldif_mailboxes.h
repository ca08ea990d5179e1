/* SPDX-License-Identifier: ISC */
/*
 * ldif_mailboxes.h - the mailboxes of an export
 *
 * Layer: adapter ldif; implements port/mailboxes.
 */
#ifndef LOGONGATE_ADAPTERS_LDIF_MAILBOXES_H
#define LOGONGATE_ADAPTERS_LDIF_MAILBOXES_H

#include "port/mailboxes.h"

/* settings as lg_directory_open_ldif takes them. Returns: see the port. */
enum lg_status
lg_mailboxes_list_ldif(const struct lg_directory_settings *settings,
		       const struct lg_mailbox_sink *sink,
		       struct lg_error *err);

#endif
