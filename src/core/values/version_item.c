/* SPDX-License-Identifier: ISC */
/*
 * One item of a version setting: a version or a range of two. What it refuses
 * it says with the place and what to write instead.
 */
#include <inttypes.h>
#include <string.h>

#include "base/ascii.h"
#include "core/values/version_parts.h"

enum {
	PART_MAX = 65535,
	QUOTE_MAX = 60 /* of an item in an error */
};

/* What a sentence about an item begins with: the item and where it stands. */
#define ITEM_FORMAT "\"%.*s%s\" at character %zu "
#define ITEM_ARGS(item)                                                        \
	(int)((item)->len > QUOTE_MAX ? QUOTE_MAX : (item)->len),              \
		(item)->text, (item)->len > QUOTE_MAX ? "..." : "",            \
		(item)->offset + 1

/* Four parts where three are asked for: show what to write (V8). */
static enum lg_status refuse_four(const struct item_text *item, size_t at,
				  const struct version_parts *parts,
				  struct lg_error *err)
{
	/* V6: the second part is a byte on the wire, so 5.3164.0.0 is nothing
	 * that a client says, but X.Y.Z with a part too many. */
	if (parts->part[1] > 255)
		return lg_error_set(
			err, LG_ERR_SYNTAX, item->place,
			ITEM_FORMAT
			"has four parts at character %zu, and no client names "
			"that version; write %" PRIu64 ".%" PRIu64 ".%" PRIu64,
			ITEM_ARGS(item), item->offset + at + 1, parts->part[0],
			parts->part[1], parts->part[2]);
	if (parts->part[1] != 0)
		return lg_error_set(
			err, LG_ERR_SYNTAX, item->place,
			ITEM_FORMAT
			"has four parts at character %zu, and no three parts "
			"name that version; use a range of X.Y.Z around it, or "
			"have four parts read (--four-part, four_part = yes)",
			ITEM_ARGS(item), item->offset + at + 1);
	return lg_error_set(err, LG_ERR_SYNTAX, item->place,
			    ITEM_FORMAT
			    "has four parts at character %zu; write %" PRIu64
			    ".%" PRIu64 ".%" PRIu64,
			    ITEM_ARGS(item), item->offset + at + 1,
			    parts->part[0], parts->part[2], parts->part[3]);
}

static enum lg_status refuse_bound(const struct item_text *item, size_t at,
				   struct lg_error *err)
{
	unsigned char c = at < item->len ? (unsigned char)item->text[at] : 0;

	if (at >= item->len)
		return lg_error_set(err, LG_ERR_SYNTAX, item->place,
				    ITEM_FORMAT
				    "ends too early; a version is three "
				    "numbers X.Y.Z such as 12.4518.1014",
				    ITEM_ARGS(item));
	if (lg_ascii_is_blank((char)c))
		return lg_error_set(
			err, LG_ERR_SYNTAX, item->place,
			ITEM_FORMAT
			"has a blank inside, at character %zu; write A-B "
			"without blanks, or a ; between two items",
			ITEM_ARGS(item), item->offset + at + 1);
	if (c > ' ' && c < 0x7f)
		return lg_error_set(err, LG_ERR_SYNTAX, item->place,
				    ITEM_FORMAT
				    "has an unexpected '%c' at character %zu; "
				    "a version is three numbers X.Y.Z such as "
				    "12.4518.1014",
				    ITEM_ARGS(item), c, item->offset + at + 1);
	return lg_error_set(err, LG_ERR_SYNTAX, item->place,
			    ITEM_FORMAT
			    "has an unexpected byte 0x%02x at character %zu; "
			    "a version is three numbers X.Y.Z such as "
			    "12.4518.1014",
			    ITEM_ARGS(item), c, item->offset + at + 1);
}

/* Reads item->text[at..end) as one version. */
static enum lg_status read_bound(const struct item_text *item, size_t at,
				 size_t end, struct lg_version *out_version,
				 struct lg_error *err)
{
	struct version_parts parts;
	size_t stop =
		at + version_parts_read(item->text + at, end - at, &parts);

	if (stop != end || parts.count < 3)
		return refuse_bound(item, stop, err);
	if (parts.count == 4 && item->form == LG_VERSION_FORM_REGISTRY)
		return refuse_four(item, at, &parts, err);
	for (size_t i = 0; i < parts.count; i++)
		if (parts.part[i] > PART_MAX)
			return lg_error_set(err, LG_ERR_RANGE, item->place,
					    ITEM_FORMAT
					    "has a part over %d in the "
					    "version at character %zu; each "
					    "part is 0 to %d",
					    ITEM_ARGS(item), PART_MAX,
					    item->offset + at + 1, PART_MAX);
	*out_version = version_of_parts(&parts);
	return LG_OK;
}

enum lg_status lg_version_item_read(const struct item_text *item,
				    struct lg_version_range *out_range,
				    struct lg_error *err)
{
	struct lg_version_range range = {.offset = item->offset,
					 .len = item->len};
	const char *dash;
	size_t first;
	enum lg_status status;

	if (!item->len)
		return lg_error_set(err, LG_ERR_SYNTAX, item->place,
				    "nothing stands between the separators at "
				    "character %zu; write one version or range "
				    "between two separators and no separator "
				    "at the end",
				    item->offset + 1);
	dash = memchr(item->text, '-', item->len);
	if (!dash) {
		status = read_bound(item, 0, item->len, &range.from, err);
		if (status != LG_OK)
			return status;
		range.to = range.from;
		*out_range = range;
		return LG_OK;
	}
	if (item->len == 1)
		return lg_error_set(err, LG_ERR_SYNTAX, item->place,
				    ITEM_FORMAT
				    "names no version; write -B for every "
				    "version up to B, A- for A and every later",
				    ITEM_ARGS(item));
	first = (size_t)(dash - item->text);
	if (memchr(dash + 1, '-', item->len - first - 1))
		return lg_error_set(err, LG_ERR_SYNTAX, item->place,
				    ITEM_FORMAT
				    "has two dashes; write A-B, -B or A-",
				    ITEM_ARGS(item));
	if (first > 0) {
		status = read_bound(item, 0, first, &range.from, err);
		if (status != LG_OK)
			return status;
	}
	if (first + 1 < item->len) {
		status = read_bound(item, first + 1, item->len, &range.to, err);
		if (status != LG_OK)
			return status;
	}
	if (range.from.known && range.to.known &&
	    lg_version_compare(&range.from, &range.to) > 0)
		return lg_error_set(err, LG_ERR_CONFLICT, item->place,
				    ITEM_FORMAT
				    "runs backwards; write the smaller "
				    "version first",
				    ITEM_ARGS(item));
	*out_range = range;
	return LG_OK;
}
