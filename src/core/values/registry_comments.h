/* SPDX-License-Identifier: ISC */
/*
 * registry_comments.h - what people wrote beside the values of a .reg file
 *
 * Layer: core.
 * Flow: a .reg file that is written anew keeps them; nothing else reads them.
 */
#ifndef LOGONGATE_CORE_VALUES_REGISTRY_COMMENTS_H
#define LOGONGATE_CORE_VALUES_REGISTRY_COMMENTS_H

#include <stddef.h>

#include <logongate/buffer.h>

/*
 * Appends the comment lines of a file that lg_reg_text_parse reads, in their
 * order, in UTF-8; each begins with ";" and ends in LF.
 * Returns: as lg_reg_text_parse for bytes that are no text.
 */
enum lg_status lg_reg_text_comments(const void *bytes, size_t len,
				    const char *place,
				    struct lg_buffer *out_text,
				    struct lg_error *err);

#endif
