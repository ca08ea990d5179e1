/* SPDX-License-Identifier: ISC */
/*
 * name.c - logon names: what is compared when somebody logs on with a name
 *
 * A walker gives the folded form piece by piece, one code point at a time, so
 * that hashing and comparing need no memory. Prefixes and a domain are cut
 * first; then each code point goes through Unicode full case folding. Bytes
 * that are no UTF-8 pass unchanged: they equal only themselves.
 */
#include "core/values/name.h"

#include <string.h>

#include <utf8proc.h>

/* Inlined: its state is then no allocation, and short keys hash faster. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/ascii.h"
#include "base/utf8.h"

struct walker {
	const unsigned char *at;
	size_t left;
};

/* One folded code point: full folding gives at most three of four bytes. */
struct piece {
	unsigned char byte[16];
	size_t len;
};

static struct walker walk(const char *text, size_t len)
{
	const char *domain_end;

	/* Directories let in who types one too many. */
	lg_ascii_trim(&text, &len);
	if (lg_ascii_starts(text, len, "smtp:")) {
		text += 5;
		len -= 5;
	} else if (lg_ascii_starts(text, len, "sip:")) {
		text += 4;
		len -= 4;
	}
	/* The first one, as winbind splits: what is left of a second one is
	 * part of the user. */
	domain_end = len ? memchr(text, '\\', len) : NULL;
	if (domain_end) {
		len -= (size_t)(domain_end + 1 - text);
		text = domain_end + 1;
	}
	return (struct walker){(const unsigned char *)text, len};
}

/* Beyond ASCII; keeps the byte where it is not UTF-8. Bytes taken. */
static size_t fold_wide(const unsigned char *at, size_t left, struct piece *out)
{
	utf8proc_int32_t folded[8];
	utf8proc_int32_t c;
	utf8proc_ssize_t used;
	utf8proc_ssize_t count;
	int last_class = 0;

	used = utf8proc_iterate(at, left > 4 ? 4 : (utf8proc_ssize_t)left, &c);
	if (used < 1) {
		out->byte[0] = at[0];
		out->len = 1;
		return 1;
	}
	count = utf8proc_decompose_char(c, folded, 8, UTF8PROC_CASEFOLD,
					&last_class);
	if (count < 0 || count > 4) {
		memcpy(out->byte, at, (size_t)used);
		out->len = (size_t)used;
		return (size_t)used;
	}
	out->len = 0;
	for (utf8proc_ssize_t i = 0; i < count; i++)
		out->len += (size_t)utf8proc_encode_char(folded[i],
							 out->byte + out->len);
	return (size_t)used;
}

/* 0 at the end. */
static int next_piece(struct walker *walker, struct piece *out)
{
	size_t used;

	if (walker->left == 0)
		return 0;
	if (walker->at[0] < 0x80) {
		out->byte[0] =
			(unsigned char)lg_ascii_lower((char)walker->at[0]);
		out->len = 1;
		used = 1;
	} else {
		used = fold_wide(walker->at, walker->left, out);
	}
	walker->at += used;
	walker->left -= used;
	return 1;
}

enum lg_status lg_name_fold(const char *text, size_t len,
			    struct lg_buffer *out_folded, struct lg_error *err)
{
	struct walker walker = walk(text, len);
	struct piece piece;

	while (next_piece(&walker, &piece))
		lg_buffer_append(out_folded, piece.byte, piece.len);
	return lg_buffer_status(out_folded, err);
}

int lg_name_has_control(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < 0x20 || c == 0x7f)
			return 1;
	}
	return 0;
}

void lg_name_bare(const char *text, size_t len, const char **out_bare,
		  size_t *out_len)
{
	struct walker walker = walk(text, len);

	*out_bare = (const char *)walker.at;
	*out_len = walker.left;
}

uint64_t lg_name_hash(const char *text, size_t len)
{
	struct walker walker = walk(text, len);
	struct piece piece;
	unsigned char chunk[256];
	size_t filled = 0;
	XXH3_state_t state;
	int streaming = 0;

	while (next_piece(&walker, &piece)) {
		if (filled + piece.len > sizeof(chunk)) {
			if (!streaming)
				XXH3_64bits_reset(&state);
			streaming = 1;
			XXH3_64bits_update(&state, chunk, filled);
			filled = 0;
		}
		memcpy(chunk + filled, piece.byte, piece.len);
		filled += piece.len;
	}
	if (!streaming)
		return XXH3_64bits(chunk, filled);
	XXH3_64bits_update(&state, chunk, filled);
	return XXH3_64bits_digest(&state);
}

int lg_name_equals_folded(const char *text, size_t len, const char *folded,
			  size_t folded_len)
{
	struct walker walker = walk(text, len);
	struct piece piece;
	size_t at = 0;

	while (next_piece(&walker, &piece)) {
		if (piece.len > folded_len - at ||
		    memcmp(piece.byte, folded + at, piece.len) != 0)
			return 0;
		at += piece.len;
	}
	return at == folded_len;
}

static int is_text(const char *value, size_t len)
{
	int32_t c;

	for (size_t at = 0; at < len;) {
		at += lg_utf8_next(value + at, len - at, &c);
		if (lg_is_control(c))
			return 0;
	}
	return 1;
}

int lg_name_of_value(const char *attribute, const char *value, size_t len,
		     const char **out_name, size_t *out_len)
{
	const char *name = value;
	size_t name_len = len;

	if (strlen(attribute) == strlen("proxyaddresses") &&
	    lg_ascii_starts(attribute, strlen(attribute), "proxyaddresses")) {
		if (lg_ascii_starts(value, len, "smtp:"))
			name += 5;
		else if (lg_ascii_starts(value, len, "sip:"))
			name += 4;
		else if (len > 0 && memchr(value, ':', len))
			return 0;
		name_len -= (size_t)(name - value);
	}
	if (name_len == 0 || !is_text(name, name_len))
		return 0;
	*out_name = name;
	*out_len = name_len;
	return 1;
}
