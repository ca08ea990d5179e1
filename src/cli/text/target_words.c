/* SPDX-License-Identifier: ISC */
/*
 * target_words.c - what the values on a server do there, in words
 *
 * Those of registry explain; a value that does not parse is named as such.
 */
#include "cli/text/target_words.h"

#include "base/listed.h"

#include "app/render/describe_values.h"
#include "app/render/registry_keys.h"

enum lg_status lg_cli_target_says(const struct lg_target_settings *target,
				  const struct lg_registry *values,
				  struct lg_strlist *lines,
				  struct lg_error *err)
{
	struct lg_description description = {0};
	struct lg_registry *read = NULL;
	struct lg_buffer line = {0};
	enum lg_status status;
	int moved = 0;

	if (lg_backend_row(target->backend)->holds_accounts)
		return LG_OK;
	status = lg_registry_keys_gather(values, &read, &moved, NULL, err);
	if (status == LG_OK)
		status = lg_describe_values(target->dialect, read,
					    LG_FACTS_NOT_ASKED, NULL,
					    &description, err);
	if (status == LG_OK)
		status = lg_strlist_add_all(lines, &description.line, err);
	for (size_t i = 0; status == LG_OK && i < description.wrong.count;
	     i++) {
		lg_buffer_clear(&line);
		lg_buffer_format(&line, "counts as absent: %s",
				 description.wrong.item[i]);
		status = lg_list_buffer(lines, &line, err);
	}
	lg_buffer_release(&line);
	lg_description_release(&description);
	lg_registry_free(&read);
	return status;
}
