/* SPDX-License-Identifier: ISC */
/*
 * registry_bytes.h - from the bytes of a registry file to UTF-8
 *
 * Layer: core, private to registry_text.c and registry_comments.c.
 */
#ifndef LOGONGATE_CORE_VALUES_REGISTRY_BYTES_H
#define LOGONGATE_CORE_VALUES_REGISTRY_BYTES_H

#include <stddef.h>

#include <logongate/codepage.h>

#define LG_REG_HEADER_4 "REGEDIT4"

/* NT 4 knows no other header, and it begins no file of another kind. */
int lg_reg_bytes_are_ansi(const unsigned char *bytes, size_t len);

/* UTF-16 or UTF-8, without its mark. */
enum lg_status lg_reg_bytes_decode(const unsigned char *bytes, size_t len,
				   const char *place, struct lg_buffer *text,
				   struct lg_error *err);
enum lg_status lg_reg_bytes_ansi(const struct lg_codepage *codepage,
				 const unsigned char *bytes, size_t len,
				 const char *place, struct lg_buffer *text,
				 struct lg_error *err);

#endif
