/* SPDX-License-Identifier: ISC */
/*
 * setup_plan.c - what setting a door up would change
 */
#include "app/setup/setup_plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/listed.h"

const char *lg_setup_keep(struct lg_setup_plan *plan, const char *text)
{
	const char *kept = "";

	if (text == NULL)
		return NULL;
	if (lg_list_keep_text(&plan->arena, text, &kept, NULL) != LG_OK)
		plan->status = LG_ERR_NO_MEMORY;
	return kept;
}

const char *lg_setup_text(struct lg_setup_plan *plan, const char *format, ...)
{
	char *text = NULL;
	va_list arguments;
	const char *kept;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0) {
		plan->status = LG_ERR_NO_MEMORY;
		text = NULL;
	}
	va_end(arguments);
	kept = lg_setup_keep(plan, text != NULL ? text : "");
	free(text);
	return kept;
}

const char *lg_setup_take(struct lg_setup_plan *plan, struct lg_buffer *buffer)
{
	const char *kept;

	if (lg_buffer_status(buffer, NULL) != LG_OK)
		plan->status = LG_ERR_NO_MEMORY;
	kept = lg_setup_keep(plan, buffer->data != NULL ? buffer->data : "");
	lg_buffer_release(buffer);
	return kept;
}

enum lg_status lg_setup_plan_status(const struct lg_setup_plan *plan,
				    struct lg_error *err)
{
	return plan->status == LG_OK ? LG_OK : lg_no_memory(err);
}

enum lg_status lg_setup_add(struct lg_setup_plan *plan,
			    const struct lg_setup_file *file,
			    struct lg_error *err)
{
	struct lg_setup_file *kept = &plan->file[plan->file_count];

	if (file->before && file->after &&
	    strcmp(file->before, file->after) == 0)
		return LG_OK;
	if (plan->file_count == LG_SETUP_FILES_MAX)
		return lg_error_set(err, LG_ERR_BUG, file->path,
				    "too many files");
	*kept = *file;
	kept->path = lg_setup_keep(plan, file->path);
	kept->before = lg_setup_keep(plan, file->before);
	kept->after = lg_setup_keep(plan, file->after);
	kept->owner = lg_setup_keep(plan, file->owner);
	if (plan->status == LG_OK)
		plan->file_count++;
	return lg_setup_plan_status(plan, err);
}

enum lg_status lg_setup_splice(struct lg_buffer *text, size_t at, size_t len,
			       const char *what, struct lg_error *err)
{
	const char *old = text->data != NULL ? text->data : "";
	struct lg_buffer whole = {0};
	enum lg_status status;

	lg_buffer_append(&whole, old, at);
	lg_buffer_text(&whole, what);
	lg_buffer_text(&whole, old + at + len);
	status = lg_buffer_status(&whole, err);
	if (status != LG_OK) {
		lg_buffer_release(&whole);
		return status;
	}
	lg_buffer_release(text);
	*text = whole;
	return LG_OK;
}

void lg_setup_plan_release(struct lg_setup_plan *plan)
{
	lg_strlist_release(&plan->notes);
	lg_strlist_release(&plan->arena);
	*plan = (struct lg_setup_plan){0};
}
