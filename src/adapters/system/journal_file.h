/* SPDX-License-Identifier: ISC */
/*
 * journal_file.h - a file that lines are only ever added to, by one at a time
 *
 * Layer: adapters/system.
 * Source: contract 4 recover.
 */
#ifndef LOGONGATE_ADAPTERS_SYSTEM_JOURNAL_FILE_H
#define LOGONGATE_ADAPTERS_SYSTEM_JOURNAL_FILE_H

#include <logongate/buffer.h>

struct lg_journal_file;

/*
 * Opens path for adding, makes it where it is missing (0600, with the owner of
 * its folder), and keeps everybody else from doing the same meanwhile.
 * Returns: LG_OK; LG_ERR_CONFLICT, somebody else has it open: a change is
 * under way; LG_ERR_DENIED, LG_ERR_IO. Owns: lg_journal_file_close.
 */
enum lg_status lg_journal_file_open(const char *path,
				    struct lg_journal_file **out_file,
				    struct lg_error *err);
void lg_journal_file_close(struct lg_journal_file **file);

/* 1 while somebody, also this process, has it open for adding. Disturbs
 * nobody; 0 also where it cannot be read. */
int lg_journal_file_is_held(const char *path);

/* All there is; reads what others may be adding to, without the lock. A file
 * that does not exist is empty. */
enum lg_status lg_journal_file_read(const char *path,
				    struct lg_buffer *out_text,
				    struct lg_error *err);

/* One line, on disk before it returns. self is a struct lg_journal_file. A
 * line that a crash cut off is taken away first. */
enum lg_status lg_journal_file_append(void *self, const char *line, size_t len,
				      struct lg_error *err);

/* Puts text in place of all there is, at once or not at all; the file stays
 * held meanwhile. self is a struct lg_journal_file. */
enum lg_status lg_journal_file_replace(void *self, const char *text, size_t len,
				       struct lg_error *err);

#endif
