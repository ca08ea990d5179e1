/* SPDX-License-Identifier: ISC */
/*
 * port/change_journal.h - where the steps of changes are written down
 *
 * Layer: port; the file is adapters/system/journal_file.
 * Flow: app/change holds it while servers are changed, and whoever asks what
 * locks are on them reads it.
 * Source: contract 4 recover.
 */
#ifndef LOGONGATE_PORT_CHANGE_JOURNAL_H
#define LOGONGATE_PORT_CHANGE_JOURNAL_H

#include <logongate/buffer.h>

/*
 * hold: nobody else adds to it until let_go. LG_ERR_CONFLICT: somebody does
 * right now; err's place is the file, as place appends it.
 * is_held: 1 while anybody does; disturbs nobody.
 * read: appends all that the file of that name beside it holds, or the journal
 * itself, held or not; nothing where there is none.
 * append: one line, on disk before it returns; one that a crash cut off goes
 * first.
 * replace: text in place of all there is, at once or not at all.
 */
struct lg_change_journal {
	void *self;
	enum lg_status (*hold)(void *self, struct lg_error *err);
	void (*let_go)(void *self);
	int (*is_held)(void *self);
	enum lg_status (*place)(void *self, struct lg_buffer *out_path,
				struct lg_error *err);
	enum lg_status (*read)(void *self, const char *name,
			       struct lg_buffer *out_text,
			       struct lg_error *err);
	enum lg_status (*append)(void *self, const char *line, size_t len,
				 struct lg_error *err);
	enum lg_status (*replace)(void *self, const char *text, size_t len,
				  struct lg_error *err);
};

#endif
