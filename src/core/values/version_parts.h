/* SPDX-License-Identifier: ISC */
/*
 * version_parts.h - the dotted numbers that client versions and version
 * settings are both made of
 *
 * Layer: core, internal.
 * Source: conformance V4, V9.
 */
#ifndef LOGONGATE_CORE_VALUES_VERSION_PARTS_H
#define LOGONGATE_CORE_VALUES_VERSION_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include <logongate/version_setting.h>

/* Each part counts up to one more than the largest that any form allows. */
#define VERSION_PART_TOO_LARGE ((uint64_t)UINT32_MAX + 1)

struct version_parts {
	uint64_t part[4];
	size_t count;
};

/*
 * Reads up to four numbers with a dot between each two and gives the count of
 * bytes that belong to them; text that goes on after it is the caller's error.
 */
size_t version_parts_read(const char *text, size_t len,
			  struct version_parts *out_parts);

/* Three parts stand for X.0.Y.Z (V5). Three or four, each of which fits. */
struct lg_version version_of_parts(const struct version_parts *parts);

/* One item of a setting while it is read; text[0..len) has no blanks around
 * it. */
struct item_text {
	const char *text;
	size_t len;
	size_t offset;
	const char *place;
	enum lg_version_form form;
};

enum lg_status lg_version_item_read(const struct item_text *item,
				    struct lg_version_range *out_range,
				    struct lg_error *err);

#endif
