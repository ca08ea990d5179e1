/* SPDX-License-Identifier: ISC */
/*
 * servers_journal.h - the lines of the journal of changes, written and read
 *
 * Layer: app. What the lines say: servers_book.h.
 */
#ifndef LOGONGATE_APP_CHANGE_SERVERS_JOURNAL_H
#define LOGONGATE_APP_CHANGE_SERVERS_JOURNAL_H

#include <cjson/cJSON.h>

#include "app/change/servers_book.h"
#include "port/files.h"

/* The lines that lg_servers_apply and the others write, of the change
 * servers.id. Each ends in LF. */
enum lg_status lg_servers_journal_begin(const struct lg_servers *servers,
					const struct lg_target_lock *lock,
					struct lg_error *err);
enum lg_status lg_servers_journal_step(const struct lg_servers *servers,
				       const char *step, const char *target,
				       struct lg_error *err);

/* The lock ends as record says, of which its end alone counts. moving: it is
 * about to end at another time; where it stands so, it may already
 * elsewhere. */
enum lg_status lg_servers_journal_until(const struct lg_servers *servers,
					const struct lg_servers_record *record,
					int moving, struct lg_error *err);

/*
 * A change's first line. Where its values cannot be read *out_record is
 * LG_SERVERS_LOST, with what names there are.
 * Returns: LG_OK; LG_ERR_SYNTAX, and *out_record is lost; LG_ERR_NO_MEMORY.
 */
enum lg_status lg_servers_record_begin(const cJSON *object,
				       struct lg_servers_record *out_record,
				       struct lg_error *err);

/* One that is lost: by the line that says so, or by a step of which nobody
 * knows the beginning. */
enum lg_status lg_servers_record_lost(const cJSON *object,
				      struct lg_servers_record *out_record,
				      struct lg_error *err);

/* Its end by a line that says it; else it stays as it is. */
enum lg_status lg_servers_record_until(const cJSON *object,
				       struct lg_servers_record *record,
				       struct lg_error *err);

/* The book in place of all that stands there: what has ended is left out. */
enum lg_status lg_servers_journal_rewrite(const struct lg_change_journal *to,
					  const struct lg_servers_book *book,
					  struct lg_error *err);

/*
 * Makes a journal that was read one of this version: an earlier one's is
 * carried over, of a damaged one what is left, and text, which it was read
 * from, is kept below damaged/ under the name that out_kept gets.
 */
enum lg_status lg_servers_journal_settle(
	const struct lg_change_journal *to, const struct lg_files *files,
	const struct lg_servers_book *book, const struct lg_buffer *text,
	int64_t now_s, struct lg_buffer *out_kept, struct lg_error *err);

#endif
