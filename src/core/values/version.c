/* SPDX-License-Identifier: ISC */
/*
 * Client versions. Everything is brought to four parts, because that is what
 * the store compares (V6): the three parts people write leave out the second,
 * which is 0 (V5); the three words of the wire either do the same or pack the
 * first two parts into one word.
 */
#include <inttypes.h>

#include <logongate/version.h>

#include "base/hex.h"
#include "core/values/version_parts.h"

/* The largest part that a setting, and so a three-part form, can name (V9). */
#define THREE_PART_MAX 65535

size_t version_parts_read(const char *text, size_t len,
			  struct version_parts *out_parts)
{
	struct version_parts parts = {{0}, 0};
	size_t at = 0;
	size_t end = 0;

	while (parts.count < 4) {
		uint64_t value = 0;
		size_t first = at;

		for (; at < len && text[at] >= '0' && text[at] <= '9'; at++) {
			value = value * 10 + (uint64_t)(text[at] - '0');
			/* Any count of digits is read: zeros may lead. */
			if (value > VERSION_PART_TOO_LARGE)
				value = VERSION_PART_TOO_LARGE;
		}
		if (at == first)
			break;
		parts.part[parts.count++] = value;
		end = at;
		if (at == len || text[at] != '.')
			break;
		at++;
	}
	*out_parts = parts;
	return end;
}

struct lg_version version_of_parts(const struct version_parts *parts)
{
	struct lg_version version = {{0}, LG_VERSION_FOUR};

	version.part[0] = (uint32_t)parts->part[0];
	if (parts->count == 4)
		version.part[1] = (uint32_t)parts->part[1];
	version.part[2] = (uint32_t)parts->part[parts->count - 2];
	version.part[3] = (uint32_t)parts->part[parts->count - 1];
	return version;
}

enum lg_status lg_version_parse(const char *text, size_t len,
				struct lg_version *out_version,
				struct lg_error *err)
{
	/* Enough of a foreign text to recognise it by. */
	const int shown = len > 80 ? 80 : (int)len;
	const char *const more = len > 80 ? "..." : "";
	struct version_parts parts;
	size_t end = version_parts_read(text, len, &parts);

	if (end != len || parts.count < 3)
		return lg_error_set(
			err, LG_ERR_SYNTAX, NULL,
			"\"%.*s%s\" is not a version (at character %zu); a "
			"version is three or four numbers such as 12.4518.1014 "
			"or 12.0.4518.1014",
			shown, text, more, end + 1);
	for (size_t i = 0; i < parts.count; i++)
		if (parts.part[i] > UINT32_MAX)
			return lg_error_set(
				err, LG_ERR_RANGE, NULL,
				"part %zu of version \"%.*s%s\" is too large; "
				"a part is 0 to 4294967295",
				i + 1, shown, text, more);
	*out_version = version_of_parts(&parts);
	return LG_OK;
}

struct lg_version lg_version_from_words(uint16_t w0, uint16_t w1, uint16_t w2)
{
	struct lg_version version = {{w0, 0, w1, w2}, LG_VERSION_FOUR};

	/* MS-OXCRPC 3.1.4.1.3.1: the high bit says that w0 holds two parts. */
	if (w1 & 0x8000) {
		version.part[0] = w0 >> 8;
		version.part[1] = w0 & 0xff;
		version.part[2] = w1 & 0x7fff;
	}
	return version;
}

static int digit_of(char c, uint32_t base)
{
	int value = lg_hex_value(c);

	return value < (int)base ? value : -1;
}

/* Reads one word and gives the count of bytes it took, 0 for none. */
static size_t read_word(const char *text, size_t len, uint32_t *out_word)
{
	uint32_t base = 10;
	uint32_t word = 0;
	size_t at = 0;
	size_t first;

	if (len > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		at = 2;
	}
	for (first = at; at < len && digit_of(text[at], base) >= 0; at++) {
		word = word * base + (uint32_t)digit_of(text[at], base);
		if (word > UINT16_MAX)
			word = UINT16_MAX + 1;
	}
	*out_word = word;
	return at > first ? at : 0;
}

enum lg_status lg_version_parse_words(const char *text, size_t len,
				      struct lg_version *out_version,
				      struct lg_error *err)
{
	const int shown = len > 80 ? 80 : (int)len;
	uint32_t word[3] = {0};
	size_t at = 0;
	size_t i;

	for (i = 0; i < 3; i++) {
		size_t used = read_word(text + at, len - at, &word[i]);

		at += used;
		if (!used || (i < 2 && (at == len || text[at++] != ',')))
			break;
	}
	if (i < 3 || at != len)
		return lg_error_set(
			err, LG_ERR_SYNTAX, NULL,
			"\"%.*s\" is not three words; write them as "
			"12,6206,1000 or 0x000c,0x183e,0x03e8",
			shown, text);
	for (i = 0; i < 3; i++)
		if (word[i] > UINT16_MAX)
			return lg_error_set(
				err, LG_ERR_RANGE, NULL,
				"word %zu of \"%.*s\" is too large; "
				"a word is 0 to 65535",
				i + 1, shown, text);
	*out_version = lg_version_from_words(
		(uint16_t)word[0], (uint16_t)word[1], (uint16_t)word[2]);
	return LG_OK;
}

int lg_version_compare(const struct lg_version *a, const struct lg_version *b)
{
	for (size_t i = 0; i < 4; i++) {
		if (a->part[i] < b->part[i])
			return -1;
		if (a->part[i] > b->part[i])
			return 1;
	}
	return 0;
}

void lg_version_format(const struct lg_version *version,
		       struct lg_buffer *out_text)
{
	const uint32_t *part = version->part;

	switch (version->known) {
	case LG_VERSION_UNKNOWN:
		break;
	case LG_VERSION_THREE:
		lg_buffer_format(out_text, "%" PRIu32 ".%" PRIu32 ".%" PRIu32,
				 part[0], part[1], part[2]);
		break;
	case LG_VERSION_FOUR:
		lg_buffer_format(out_text,
				 "%" PRIu32 ".%" PRIu32 ".%" PRIu32 ".%" PRIu32,
				 part[0], part[1], part[2], part[3]);
		break;
	}
}

int lg_version_format_three(const struct lg_version *version,
			    struct lg_buffer *out_text)
{
	const uint32_t *part = version->part;

	if (version->known != LG_VERSION_FOUR || part[1] != 0 ||
	    part[0] > THREE_PART_MAX || part[2] > THREE_PART_MAX ||
	    part[3] > THREE_PART_MAX)
		return 0;
	lg_buffer_format(out_text, "%" PRIu32 ".%" PRIu32 ".%" PRIu32, part[0],
			 part[2], part[3]);
	return 1;
}
