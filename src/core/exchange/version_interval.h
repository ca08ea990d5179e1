/* SPDX-License-Identifier: ISC */
/*
 * version_interval.h - blocked versions as intervals of one number
 *
 * Layer: core, internal.
 * A version on the wire has four parts of 16 bits (V6), so it is one number of
 * 64, and taking ranges away from ranges is arithmetic.
 */
#ifndef LOGONGATE_CORE_EXCHANGE_VERSION_INTERVAL_H
#define LOGONGATE_CORE_EXCHANGE_VERSION_INTERVAL_H

#include <stdint.h>

#include <logongate/explain.h>

/* Both ends included; open ends are those of the setting. */
struct version_interval {
	uint64_t from;
	uint64_t to;
	int open_from;
	int open_to;
};

/* Disjoint and in order. */
struct version_intervals {
	struct version_interval *item;
	size_t count;
};

/* Room for count more than the merged ranges of a setting need. */
enum lg_status version_intervals_of(const struct lg_version_setting *setting,
				    size_t more,
				    struct version_intervals *out_intervals,
				    struct lg_error *err);

/* The interval of everything that begins with this major number. */
struct version_interval version_interval_of_major(uint32_t major);

/* Takes all of remove away; may need one more place in intervals. */
void version_intervals_subtract(struct version_intervals *intervals,
				const struct version_interval *remove);

/* Leaves what three parts can name: versions whose second part is 0 (V7). */
void version_intervals_narrow(struct version_intervals *intervals);

/* "-5.65535.65535;7.0.0-12.1234.1"; the intervals are narrow. */
void version_intervals_render(const struct version_intervals *intervals,
			      struct lg_buffer *out_text);

enum lg_status version_intervals_ranges(const struct version_intervals *from,
					struct lg_version_ranges *out_ranges,
					struct lg_error *err);

void version_intervals_release(struct version_intervals *intervals);

#endif
