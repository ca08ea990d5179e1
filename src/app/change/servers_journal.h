/* SPDX-License-Identifier: ISC */
/*
 * servers_journal.h - writing the write-ahead journal of changes
 *
 * Layer: app. What the lines say: servers_book.h.
 */
#ifndef LOGONGATE_APP_CHANGE_SERVERS_JOURNAL_H
#define LOGONGATE_APP_CHANGE_SERVERS_JOURNAL_H

#include "app/change/servers_book.h"

/* The lines that lg_servers_apply and the others write, of the change fleet.id.
 * Each ends in LF. */
enum lg_status lg_servers_journal_begin(const struct lg_servers *fleet,
					const struct lg_servers_change *change,
					struct lg_error *err);
enum lg_status lg_servers_journal_step(const struct lg_servers *fleet,
				       const char *step, const char *target,
				       struct lg_error *err);

/* The lock ends as record says, of which its end alone counts. moving: it is
 * about to end at another time; where it stands so, it may already elsewhere. */
enum lg_status lg_servers_journal_until(const struct lg_servers *fleet,
					const struct lg_servers_record *record,
					int moving, struct lg_error *err);

#endif
