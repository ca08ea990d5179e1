/* SPDX-License-Identifier: ISC */
/*
 * Intervals of blocked versions. Everything works in place on a sorted array;
 * an end that was open in the setting stays marked as open, so that it can be
 * written down as people wrote it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/exchange/version_interval.h"

/* The lowest 48 bits: everything below a major number. */
#define BELOW_MAJOR ((UINT64_C(1) << 48) - 1)
/* Third and fourth part. */
#define BELOW_SECOND UINT64_C(0xffffffff)

/* Parts of a setting are at most 65535 (V9). */
static uint64_t number_of(const struct lg_version *version)
{
	return (uint64_t)version->part[0] << 48 |
	       (uint64_t)version->part[1] << 32 |
	       (uint64_t)version->part[2] << 16 | version->part[3];
}

static struct lg_version version_of(uint64_t number)
{
	return (struct lg_version){{(uint32_t)(number >> 48),
				    (uint32_t)(number >> 32 & 0xffff),
				    (uint32_t)(number >> 16 & 0xffff),
				    (uint32_t)(number & 0xffff)},
				   LG_VERSION_FOUR};
}

static enum lg_status make_room(size_t count, struct version_intervals *out,
				struct lg_error *err)
{
	out->item = calloc(count ? count : 1, sizeof(*out->item));
	out->count = 0;
	if (out->item)
		return LG_OK;
	return lg_no_memory(err);
}

enum lg_status version_intervals_of(const struct lg_version_setting *setting,
				    size_t more,
				    struct version_intervals *out_intervals,
				    struct lg_error *err)
{
	struct version_intervals intervals;
	const struct lg_version_range *merged;
	size_t count;
	enum lg_status status;

	merged = lg_version_setting_merged(setting, &count);
	status = make_room(count + more, &intervals, err);
	if (status != LG_OK)
		return status;
	for (size_t i = 0; i < count; i++) {
		struct version_interval *at = &intervals.item[i];

		at->open_from = !merged[i].from.known;
		at->open_to = !merged[i].to.known;
		at->from = at->open_from ? 0 : number_of(&merged[i].from);
		at->to = at->open_to ? UINT64_MAX : number_of(&merged[i].to);
	}
	intervals.count = count;
	*out_intervals = intervals;
	return LG_OK;
}

struct version_interval version_interval_of_major(uint32_t major)
{
	uint64_t from = (uint64_t)major << 48;

	return (struct version_interval){from, from | BELOW_MAJOR, 0, 0};
}

void version_intervals_subtract(struct version_intervals *intervals,
				const struct version_interval *remove)
{
	size_t i = 0;

	while (i < intervals->count) {
		struct version_interval *at = &intervals->item[i];
		struct version_interval above = *at;
		int keeps_below = at->from < remove->from;
		int keeps_above = at->to > remove->to;

		if (at->to < remove->from || at->from > remove->to) {
			i++;
			continue;
		}
		if (keeps_above) {
			above.from = remove->to + 1;
			above.open_from = 0;
		}
		if (keeps_below) {
			at->to = remove->from - 1;
			at->open_to = 0;
			if (keeps_above) {
				memmove(at + 2, at + 1,
					(intervals->count - i - 1) *
						sizeof(*at));
				at[1] = above;
				intervals->count++;
				i++;
			}
			i++;
		} else if (keeps_above) {
			*at = above;
			i++;
		} else {
			intervals->count--;
			memmove(at, at + 1,
				(intervals->count - i) * sizeof(*at));
		}
	}
}

static int has_second_part(uint64_t number)
{
	return (number >> 32 & 0xffff) != 0;
}

void version_intervals_narrow(struct version_intervals *intervals)
{
	size_t count = 0;

	for (size_t i = 0; i < intervals->count; i++) {
		struct version_interval at = intervals->item[i];

		if (has_second_part(at.to) && !at.open_to)
			at.to = (at.to & ~BELOW_MAJOR) | BELOW_SECOND;
		if (has_second_part(at.from)) {
			if (at.from >> 48 == UINT16_MAX)
				continue;
			at.from = (at.from | BELOW_MAJOR) + 1;
		}
		if (at.from <= at.to)
			intervals->item[count++] = at;
	}
	intervals->count = count;
}

static void render_end(uint64_t number, struct lg_buffer *out_text)
{
	lg_buffer_format(out_text, "%" PRIu64 ".%" PRIu64 ".%" PRIu64,
			 number >> 48, number >> 16 & 0xffff, number & 0xffff);
}

void version_intervals_render(const struct version_intervals *intervals,
			      struct lg_buffer *out_text)
{
	for (size_t i = 0; i < intervals->count; i++) {
		const struct version_interval *at = &intervals->item[i];

		if (i)
			lg_buffer_char(out_text, ';');
		if (!at->open_from)
			render_end(at->from, out_text);
		if (at->from == at->to && !at->open_from && !at->open_to)
			continue;
		lg_buffer_char(out_text, '-');
		if (!at->open_to)
			render_end(at->to, out_text);
	}
}

enum lg_status version_intervals_ranges(const struct version_intervals *from,
					struct lg_version_ranges *out_ranges,
					struct lg_error *err)
{
	struct lg_version_range *item =
		calloc(from->count ? from->count : 1, sizeof(*item));

	if (!item)
		return lg_no_memory(err);
	for (size_t i = 0; i < from->count; i++) {
		const struct version_interval *at = &from->item[i];

		if (!at->open_from)
			item[i].from = version_of(at->from);
		if (!at->open_to)
			item[i].to = version_of(at->to);
	}
	out_ranges->item = item;
	out_ranges->count = from->count;
	return LG_OK;
}

void version_intervals_release(struct version_intervals *intervals)
{
	free(intervals->item);
	*intervals = (struct version_intervals){0};
}
