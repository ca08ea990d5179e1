/* SPDX-License-Identifier: ISC */
/*
 * dn.c - legacyExchangeDN: grammar, comparison, hash
 *
 * One walk over the parts "/type=value" checks row D2. Characters are UTF-8
 * code points, because that is what the documented lengths count. Comparison
 * folds ASCII only (L16); the directory itself decides what else is equal.
 */
#include <logongate/dn.h>

#include <string.h>

/* Inlined: its state is then no allocation, and short keys hash faster. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/ascii.h"
#include "base/utf8.h"

/* D2; MS-OXOABK 2.2.1.1. */
#define DN_CHARACTERS_MAX 256
#define DN_LEVELS_MAX 16
#define DN_VALUE_MAX 64

#define DN_EXAMPLE                                                             \
	"a legacyExchangeDN looks like "                                       \
	"/o=Org/ou=Site/cn=Recipients/cn=name"

/* How much of a wrong text stands in its message. */
static int shown(size_t len)
{
	return len > 300 ? 300 : (int)len;
}

/* Code points of text, or -1 where it is no UTF-8 or holds a control. */
static long count_characters(const char *text, size_t len)
{
	int32_t c;
	long count = 0;

	for (size_t at = 0; at < len; count++) {
		at += lg_utf8_next(text + at, len - at, &c);
		if (lg_is_control(c))
			return -1;
	}
	return count;
}

/* The length of "o=", "ou=" or "cn=" at the start of part, or 0. */
static size_t type_length(const char *part, size_t len)
{
	static const char *const types[] = {"o=", "ou=", "cn="};
	size_t used = 0;

	for (size_t i = 0; !used && i < sizeof(types) / sizeof(types[0]); i++)
		used = lg_ascii_starts(part, len, types[i]);
	return used;
}

static enum lg_status check_part(const char *part, size_t len, const char *text,
				 size_t text_len, const char *place,
				 struct lg_error *err)
{
	size_t type = type_length(part, len);
	const char *value = part + type;
	size_t value_len = len - type;

	if (type == 0)
		return lg_error_set(err, LG_ERR_SYNTAX, place,
				    "\"%.*s\" has a part that does not begin "
				    "with o=, ou= or cn=; " DN_EXAMPLE,
				    shown(text_len), text);
	if (value_len == 0)
		return lg_error_set(err, LG_ERR_SYNTAX, place,
				    "\"%.*s\" has an empty part; " DN_EXAMPLE,
				    shown(text_len), text);
	if (value[0] == ' ' || value[value_len - 1] == ' ')
		return lg_error_set(err, LG_ERR_SYNTAX, place,
				    "\"%.*s\" has a blank at the start or end "
				    "of a part; " DN_EXAMPLE,
				    shown(text_len), text);
	if (count_characters(value, value_len) > DN_VALUE_MAX)
		return lg_error_set(err, LG_ERR_LIMIT, place,
				    "\"%.*s\" has a part of more than %d "
				    "characters; " DN_EXAMPLE,
				    shown(text_len), text, DN_VALUE_MAX);
	return LG_OK;
}

enum lg_status lg_dn_check(const char *text, size_t len, const char *place,
			   struct lg_error *err)
{
	size_t levels = 0;
	size_t at = 0;
	long characters;

	if (len == 0)
		return lg_error_set(err, LG_ERR_SYNTAX, place,
				    "an empty text is not a DN; " DN_EXAMPLE);
	characters = count_characters(text, len);
	if (characters < 0)
		return lg_error_set(err, LG_ERR_SYNTAX, place,
				    "\"%.*s\" holds a control character or is "
				    "not UTF-8; " DN_EXAMPLE,
				    shown(len), text);
	if (text[0] != '/')
		return lg_error_set(
			err, LG_ERR_SYNTAX, place,
			"\"%.*s\" does not begin with \"/\"; " DN_EXAMPLE,
			shown(len), text);
	if (characters > DN_CHARACTERS_MAX)
		return lg_error_set(err, LG_ERR_LIMIT, place,
				    "a DN of %ld characters is longer than "
				    "%d; " DN_EXAMPLE,
				    characters, DN_CHARACTERS_MAX);
	while (at < len) {
		const char *part = text + at + 1;
		const char *slash = memchr(part, '/', len - at - 1);
		size_t part_len = slash ? (size_t)(slash - part) : len - at - 1;
		enum lg_status status =
			check_part(part, part_len, text, len, place, err);

		if (status != LG_OK)
			return status;
		if (++levels > DN_LEVELS_MAX)
			return lg_error_set(
				err, LG_ERR_LIMIT, place,
				"\"%.*s\" has more than %d parts; " DN_EXAMPLE,
				shown(len), text, DN_LEVELS_MAX);
		at += part_len + 1;
	}
	if (levels < 2)
		return lg_error_set(err, LG_ERR_SYNTAX, place,
				    "\"%.*s\" has one part only; " DN_EXAMPLE,
				    shown(len), text);
	return LG_OK;
}

/* The characters of MS-OXOABK 2.2.1.1, with the "/" between parts. */
static int is_documented(unsigned char c)
{
	return lg_ascii_is_alnum((char)c) ||
	       (c != '\0' && strchr(" !\"%&\\()*+,-./:<=>?@[]_|", c) != NULL);
}

int lg_dn_is_unusual(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!is_documented((unsigned char)text[i]))
			return 1;
	return 0;
}

int lg_dn_equal(const char *a, size_t a_len, const char *b, size_t b_len)
{
	if (a_len != b_len)
		return 0;
	for (size_t i = 0; i < a_len; i++)
		if (lg_ascii_lower(a[i]) != lg_ascii_lower(b[i]))
			return 0;
	return 1;
}

/* Folds eight bytes at once: adds 0x20 to those within 'A'..'Z'. */
static uint64_t fold_word(uint64_t word)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	const uint64_t high = UINT64_C(0x8080808080808080);
	uint64_t low = word & ~high;
	uint64_t from_a = low + ones * (0x80 - 'A');
	uint64_t past_z = low + ones * (0x80 - 'Z' - 1);

	return word + (((from_a & ~past_z & ~word & high)) >> 2);
}

static void fold_bytes(char *out, const char *in, size_t len)
{
	size_t i = 0;

	for (; i + 8 <= len; i += 8) {
		uint64_t word;

		memcpy(&word, in + i, 8);
		word = fold_word(word);
		memcpy(out + i, &word, 8);
	}
	for (; i < len; i++)
		out[i] = lg_ascii_lower(in[i]);
}

uint64_t lg_dn_hash(const char *text, size_t len)
{
	char folded[1024];
	XXH3_state_t state;

	if (len <= sizeof(folded)) {
		fold_bytes(folded, text, len);
		return XXH3_64bits(folded, len);
	}
	XXH3_64bits_reset(&state);
	for (size_t at = 0; at < len;) {
		size_t n =
			len - at < sizeof(folded) ? len - at : sizeof(folded);

		fold_bytes(folded, text + at, n);
		XXH3_64bits_update(&state, folded, n);
		at += n;
	}
	return XXH3_64bits_digest(&state);
}

int lg_dn_is_system_attendant(const char *text, size_t len)
{
	static const char last[] = "/cn=Microsoft System Attendant";
	size_t last_len = sizeof(last) - 1;

	return len > last_len &&
	       lg_dn_equal(text + len - last_len, last_len, last, last_len);
}

int lg_dn_of_x500(const char *value, size_t len, const char **out_dn,
		  size_t *out_len)
{
	static const char prefix[] = "x500:";
	size_t prefix_len = sizeof(prefix) - 1;

	if (len <= prefix_len ||
	    !lg_dn_equal(value, prefix_len, prefix, prefix_len))
		return 0;
	*out_dn = value + prefix_len;
	*out_len = len - prefix_len;
	return 1;
}
