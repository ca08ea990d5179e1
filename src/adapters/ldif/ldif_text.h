/* SPDX-License-Identifier: ISC */
/*
 * ldif_text.h - raw bytes of an export to text that libldap's reader may see
 *
 * Layer: adapter ldif.
 * Source: contract 8 "Directory"; RFC 2849.
 */
#ifndef LOGONGATE_ADAPTERS_LDIF_TEXT_H
#define LOGONGATE_ADAPTERS_LDIF_TEXT_H

#include <logongate/buffer.h>

/*
 * Clean LDIF: UTF-8, line feeds, one line a value, no comments, one empty line
 * after each record, each record begins with "dn:". line[i] is where record i
 * began in the file.
 */
struct lg_ldif_text {
	struct lg_buffer text;
	size_t *line;
	size_t count;
	size_t capacity;
};

/*
 * Checks bytes and cleans them.
 * Returns: LG_OK; LG_ERR_DIRECTORY with FILE:LINE where the bytes are no LDIF
 * of whole entries, *out_text untouched; LG_ERR_NO_MEMORY.
 * Owns: release with lg_ldif_text_release.
 */
enum lg_status lg_ldif_text_clean(const char *bytes, size_t len,
				  const char *file,
				  struct lg_ldif_text *out_text,
				  struct lg_error *err);
void lg_ldif_text_release(struct lg_ldif_text *text);

/* 1 where bytes begin with a byte-order mark. */
int lg_ldif_text_is_marked(const char *bytes, size_t len);

/*
 * UTF-16 with a byte-order mark to UTF-8; other bytes are copied without a
 * mark of UTF-8.
 * Returns: LG_OK; LG_ERR_DIRECTORY where a surrogate stands alone or a byte is
 * left over.
 */
enum lg_status lg_ldif_text_decode(const char *bytes, size_t len,
				   const char *file, struct lg_buffer *out_utf8,
				   struct lg_error *err);

#endif
