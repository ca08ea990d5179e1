/* SPDX-License-Identifier: ISC */
/*
 * setup_plan.c - what setting a door up would change
 */
#include "app/setup/setup_plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NOTE_MAX 1024

const char *lg_setup_keep(struct lg_setup_plan *plan, const char *text)
{
	struct lg_error ignored;

	if (text == NULL ||
	    lg_strlist_add(&plan->arena, text, strlen(text), &ignored) != LG_OK)
		return NULL;
	return plan->arena.item[plan->arena.count - 1];
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
	if (kept->path == NULL || !kept->before != !file->before ||
	    !kept->after != !file->after || !kept->owner != !file->owner)
		return lg_no_memory(err);
	plan->file_count++;
	return LG_OK;
}

enum lg_status lg_setup_note(struct lg_setup_plan *plan, struct lg_error *err,
			     const char *format, ...)
{
	char text[NOTE_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return lg_strlist_add(&plan->notes, text, strlen(text), err);
}

void lg_setup_plan_release(struct lg_setup_plan *plan)
{
	lg_strlist_release(&plan->notes);
	lg_strlist_release(&plan->arena);
	*plan = (struct lg_setup_plan){0};
}
