/* SPDX-License-Identifier: ISC */
/*
 * ldif_write.h - LDIF that any reader of RFC 2849 takes
 *
 * Layer: app.
 */
#ifndef LOGONGATE_APP_RENDER_LDIF_WRITE_H
#define LOGONGATE_APP_RENDER_LDIF_WRITE_H

#include <logongate/buffer.h>

/*
 * Appends "name: value", or "name:: base64" for a value that is not safe
 * (RFC 2849 SAFE-STRING), folded after 76 characters.
 */
void lg_ldif_write(struct lg_buffer *out_ldif, const char *name,
		   const char *value);

/* Appends text with "# undo: " before each of its lines. */
void lg_ldif_write_comment(struct lg_buffer *out_ldif, const char *text,
			   size_t len);

#endif
