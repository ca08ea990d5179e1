/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * NDR, as much of it as the calls of MS-RRP and MS-SCMR need: numbers aligned
 * to their size, unique pointers as a number that is not 0, arrays with their
 * counts before them. Texts come and go as UTF-8 and are UTF-16LE on the wire.
 */
#include <string.h>

#include "base/utf16.h"
#include "winreg/ndr.h"

void ndr_put_u16(struct lg_buffer *out, uint16_t number)
{
	lg_buffer_char(out, (char)(number & 0xff));
	lg_buffer_char(out, (char)(number >> 8));
}

void ndr_put_u32(struct lg_buffer *out, uint32_t number)
{
	ndr_put_u16(out, (uint16_t)(number & 0xffff));
	ndr_put_u16(out, (uint16_t)(number >> 16));
}

static void put_align(struct lg_buffer *out, size_t to)
{
	while (out->len % to && out->status == LG_OK)
		lg_buffer_char(out, '\0');
}

void ndr_put_pointer(struct lg_buffer *out)
{
	put_align(out, 4);
	/* Any number but 0 that no other pointer of the stub has. */
	ndr_put_u32(out, 0x00020000 + (uint32_t)out->len);
}

void ndr_put_null(struct lg_buffer *out)
{
	put_align(out, 4);
	ndr_put_u32(out, 0);
}

void ndr_put_text(struct lg_buffer *out, const char *text)
{
	uint32_t units = (uint32_t)lg_utf16_units(text, strlen(text)) + 1;

	put_align(out, 4);
	ndr_put_u32(out, units);
	ndr_put_u32(out, 0);
	ndr_put_u32(out, units);
	lg_utf16_append(out, text, strlen(text));
	ndr_put_u16(out, 0);
	put_align(out, 4);
}

void ndr_put_unicode(struct lg_buffer *out, const char *text)
{
	uint16_t bytes = 0;

	put_align(out, 4);
	if (text)
		bytes = (uint16_t)(2 * lg_utf16_units(text, strlen(text)) + 2);
	ndr_put_u16(out, bytes);
	ndr_put_u16(out, bytes);
	if (!text) {
		ndr_put_null(out);
		return;
	}
	ndr_put_pointer(out);
	ndr_put_text(out, text);
}

void ndr_put_bytes(struct lg_buffer *out, const void *bytes, size_t len)
{
	put_align(out, 4);
	ndr_put_u32(out, (uint32_t)len);
	lg_buffer_append(out, bytes, len);
	put_align(out, 4);
}

const uint8_t *ndr_take(struct ndr_reader *reader, size_t len)
{
	const uint8_t *at = reader->data + reader->at;

	if (reader->bad || len > reader->len - reader->at) {
		reader->bad = 1;
		return NULL;
	}
	reader->at += len;
	return at;
}

void ndr_align(struct ndr_reader *reader, size_t to)
{
	if (reader->at % to)
		ndr_take(reader, to - reader->at % to);
}

uint16_t ndr_u16(struct ndr_reader *reader)
{
	const uint8_t *at = ndr_take(reader, 2);

	return at ? (uint16_t)(at[0] | at[1] << 8) : 0;
}

uint32_t ndr_u32(struct ndr_reader *reader)
{
	const uint8_t *at;

	ndr_align(reader, 4);
	at = ndr_take(reader, 4);
	return at ? (uint32_t)at[0] | (uint32_t)at[1] << 8 |
			       (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24
		  : 0;
}

const uint8_t *ndr_array(struct ndr_reader *reader, size_t size,
			 size_t *out_count)
{
	uint32_t room = ndr_u32(reader);
	uint32_t offset = ndr_u32(reader);
	uint32_t count = ndr_u32(reader);
	const uint8_t *at;

	if (offset != 0 || count > room)
		reader->bad = 1;
	at = ndr_take(reader, (size_t)count * size);
	*out_count = at ? count : 0;
	return at;
}

enum lg_status ndr_malformed(struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_SYNTAX, NULL,
			    "the server's answer is malformed");
}

enum lg_status ndr_finish(struct ndr_reader *reader, uint32_t *out_error,
			  struct lg_error *err)
{
	uint32_t error = ndr_u32(reader);

	if (reader->bad)
		return ndr_malformed(err);
	*out_error = error;
	return LG_OK;
}
