/* SPDX-License-Identifier: ISC */
/*
 * servers_journal.h - writing the write-ahead journal of changes
 *
 * Layer: app. What the lines say: servers_book.h.
 */
#ifndef LOGONGATE_APP_CHANGE_SERVERS_JOURNAL_H
#define LOGONGATE_APP_CHANGE_SERVERS_JOURNAL_H

#include "app/change/servers_book.h"
#include "port/files.h"

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

/* The book in place of all that stands there: what has ended is left out. */
enum lg_status lg_servers_journal_rewrite(const struct lg_servers_journal *to,
					  const struct lg_servers_book *book,
					  struct lg_error *err);

/*
 * Makes a journal that was read one of this version: an earlier one's is
 * carried over, of a damaged one what is left, and text, which it was read
 * from, is kept below damaged/ under the name that out_kept gets.
 */
enum lg_status lg_servers_journal_settle(
	const struct lg_servers_journal *to, const struct lg_files *files,
	const struct lg_servers_book *book, const struct lg_buffer *text,
	int64_t now_s, struct lg_buffer *out_kept, struct lg_error *err);

#endif
