/* SPDX-License-Identifier: ISC */
/*
 * activesync_query.c - the device behind an ActiveSync request
 *
 * Two spellings: parameters with names between "&", or one base64 word that
 * holds version, command, locale and three counted strings (MS-ASHTTP
 * 2.2.1.1.1.1). What is no base64 word is tried as parameters.
 */
#include <string.h>

#include "core/mapi/exchange_request.h"

#include "base/ascii.h"
#include "base/hex.h"
#include "base/little_endian.h"

/* Seven fixed bytes, then three counted fields of up to 255 bytes. */
#define BINARY_MAX (7 + 3 * 255)

static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	if (c == '/' || c == '_')
		return 63;
	return -1;
}

/* Gives the length, or -1. Tags behind the third field are left out. */
static int base64_read(const char *text, size_t len,
		       unsigned char out[BINARY_MAX])
{
	unsigned int bits = 0, have = 0;
	size_t i, used = 0;

	while (len && text[len - 1] == '=')
		len--;
	for (i = 0; i < len && used < BINARY_MAX; i++) {
		int digit = base64_digit(text[i]);

		if (digit < 0)
			return -1;
		bits = (bits << 6 | (unsigned int)digit) & 0xfff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[used++] = (unsigned char)(bits >> have);
		}
	}
	return (int)used;
}

/* One counted field; gives the position behind it, or 0. */
static size_t field_read(const unsigned char *bytes, size_t len, size_t pos,
			 const unsigned char **out_field, size_t *out_len)
{
	if (pos == len || bytes[pos] > len - pos - 1)
		return 0;
	*out_field = bytes + pos + 1;
	*out_len = bytes[pos];
	return pos + 1 + bytes[pos];
}

static int binary_read(const unsigned char *bytes, size_t len,
		       struct lg_activesync_query *q)
{
	const unsigned char *field;
	size_t pos, field_len;

	if (len < 4)
		return 0;
	q->protocol_version = bytes[0];
	q->command = bytes[1];
	q->locale = le16_read(bytes + 2);
	pos = field_read(bytes, len, 4, &field, &field_len);
	if (!pos)
		return 0;
	memcpy(q->device_id, field, field_len);
	q->device_id_len = field_len;
	pos = field_read(bytes, len, pos, &field, &field_len);
	if (!pos || (field_len && field_len != 4))
		return 0;
	if (field_len) {
		q->has_policy_key = 1;
		q->policy_key = le32_read(field);
	}
	pos = field_read(bytes, len, pos, &field, &field_len);
	if (!pos)
		return 0;
	memcpy(q->device_type, field, field_len);
	q->device_type_len = field_len;
	return 1;
}

/* A parameter's value without its percent signs; 0 when it is over 255. */
static int value_read(const char *text, size_t len, char out[255],
		      size_t *out_len)
{
	size_t i, used = 0;

	for (i = 0; i < len; i++) {
		char c = text[i];

		if (used == 255)
			return 0;
		if (c == '%' && len - i > 2 && lg_hex_byte(text + i + 1) >= 0) {
			c = (char)lg_hex_byte(text + i + 1);
			i += 2;
		}
		out[used++] = c;
	}
	*out_len = used;
	return 1;
}

static int plain_read(const char *query, size_t len,
		      struct lg_activesync_query *q)
{
	static const char id[] = "deviceid=", type[] = "devicetype=";
	const char *end = query + len;
	int found = 0;

	while (query < end) {
		const char *stop = memchr(query, '&', (size_t)(end - query));
		size_t item;

		if (!stop)
			stop = end;
		item = (size_t)(stop - query);
		if (lg_ascii_starts(query, item, id)) {
			found = 1;
			if (!value_read(query + sizeof(id) - 1,
					item - (sizeof(id) - 1), q->device_id,
					&q->device_id_len))
				return 0;
		} else if (lg_ascii_starts(query, item, type)) {
			found = 1;
			if (!value_read(query + sizeof(type) - 1,
					item - (sizeof(type) - 1),
					q->device_type, &q->device_type_len))
				return 0;
		}
		query = stop < end ? stop + 1 : end;
	}
	return found;
}

int lg_activesync_query_read(const char *target, size_t len,
			     struct lg_activesync_query *out_query)
{
	const char *query = len ? memchr(target, '?', len) : NULL;
	struct lg_activesync_query q = {0};
	unsigned char bytes[BINARY_MAX];
	int binary_len, known;
	size_t query_len;

	if (!query)
		return 0;
	query++;
	query_len = len - (size_t)(query - target);
	if (memchr(query, '&', query_len)) {
		known = plain_read(query, query_len, &q);
	} else {
		binary_len = base64_read(query, query_len, bytes);
		known = binary_len > 0
				? binary_read(bytes, (size_t)binary_len, &q)
				: plain_read(query, query_len, &q);
	}
	if (known)
		*out_query = q;
	return known;
}
