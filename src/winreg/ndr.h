/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ndr.h - numbers, texts and pointers as NDR writes them
 *
 * Layer: winreg; pure.
 * Source: C706 chapter 14; MS-RRP 2.2, MS-SCMR 2.2.
 *
 * A buffer is aligned from its own first byte: one buffer is one stub.
 */
#ifndef LOGONGATE_WINREG_NDR_H
#define LOGONGATE_WINREG_NDR_H

#include <stddef.h>
#include <stdint.h>

#include <logongate/buffer.h>

void ndr_put_u16(struct lg_buffer *out, uint16_t number);
/* Does not align by itself. */
void ndr_put_u32(struct lg_buffer *out, uint32_t number);

/* A unique pointer that is there; what it points to follows. */
void ndr_put_pointer(struct lg_buffer *out);
void ndr_put_null(struct lg_buffer *out);

/* [string] wchar_t: counts, text with its NUL, aligned before and after. */
void ndr_put_text(struct lg_buffer *out, const char *text);
/* RRP_UNICODE_STRING: lengths, pointer, text. NULL: an empty one. */
void ndr_put_unicode(struct lg_buffer *out, const char *text);
/* [size_is] byte array: count, bytes, aligned after. */
void ndr_put_bytes(struct lg_buffer *out, const void *bytes, size_t len);

/* bad is set, and 0 read, once something was beyond the end. */
struct ndr_reader {
	const uint8_t *data;
	size_t len;
	size_t at;
	int bad;
};

static inline struct ndr_reader ndr_reader_of(const struct lg_buffer *stub)
{
	return (struct ndr_reader){(const uint8_t *)stub->data, stub->len, 0,
				   0};
}

uint16_t ndr_u16(struct ndr_reader *reader);
uint32_t ndr_u32(struct ndr_reader *reader);
void ndr_align(struct ndr_reader *reader, size_t to);
/* Bytes of the reader, NULL and bad where there are not that many. */
const uint8_t *ndr_take(struct ndr_reader *reader, size_t len);

/* A conformant and varying array of elements of size bytes; gives how many. */
const uint8_t *ndr_array(struct ndr_reader *reader, size_t size,
			 size_t *out_count);

/* Takes the error that an answer ends with; LG_ERR_SYNTAX where something was
 * beyond the end. */
enum lg_status ndr_finish(struct ndr_reader *reader, uint32_t *out_error,
			  struct lg_error *err);
enum lg_status ndr_malformed(struct lg_error *err);

#endif
