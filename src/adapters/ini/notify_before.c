/* SPDX-License-Identifier: ISC */
/*
 * notify_before.c - [notify] before: when an end is told of
 */
#include "adapters/ini/notify_before.h"

#include <string.h>

#include "base/duration.h"

#include "adapters/ini/profile_sections.h"

enum lg_status lg_notify_before_read(const struct lg_ini_item *item,
				     struct lg_notify_before *field,
				     struct lg_error *err)
{
	struct lg_notify_before before = {0};
	struct lg_strlist words = {0};
	struct lg_error told = {0};
	enum lg_status status = lg_ini_split(item, item->value, &words, err);

	for (size_t i = 0; status == LG_OK && i < words.count; i++) {
		if (before.count == LG_NOTIFY_BEFORE_MAX) {
			status = lg_error_set_at(
				err, LG_ERR_LIMIT, item->file, item->line,
				"%s: more than %d times", item->key,
				LG_NOTIFY_BEFORE_MAX);
			break;
		}
		status = lg_duration_parse(words.item[i], strlen(words.item[i]),
					   &before.seconds[before.count++],
					   &told);
		if (status != LG_OK)
			status = lg_error_set_at(err, status, item->file,
						 item->line, "%s: %s",
						 item->key, told.text);
	}
	if (status == LG_OK)
		*field = before;
	lg_strlist_release(&words);
	return status;
}
