/* SPDX-License-Identifier: ISC */
/*
 * version_item.h - one item of a version setting
 *
 * Layer: core, private to version_setting.c.
 */
#ifndef LOGONGATE_CORE_VALUES_VERSION_ITEM_H
#define LOGONGATE_CORE_VALUES_VERSION_ITEM_H

#include <logongate/version_setting.h>

/* One item while it is read; text[0..len) has no blanks around it. */
struct item_text {
	const char *text;
	size_t len;
	size_t offset;
	const char *place;
	enum lg_version_form form;
};

static inline int lg_version_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

enum lg_status lg_version_item_read(const struct item_text *item,
				    struct lg_version_range *out_range,
				    struct lg_error *err);

#endif
