/* SPDX-License-Identifier: ISC */
/*
 * setup_undo.c - what takes back what setting a door up changed
 */
#include "app/setup/setup_undo.h"

#include <string.h>

#include "app/setup/setup_diff.h"

/* Appends what a file is now; *out_is_there. */
static enum lg_status read_now(const struct lg_machine *machine,
			       const char *path, struct lg_buffer *out_text,
			       int *out_is_there, struct lg_error *err)
{
	enum lg_status status =
		machine->read(machine->self, path, out_text, err);

	*out_is_there = status == LG_OK;
	if (status == LG_OK)
		lg_buffer_text(out_text, "");
	return status == LG_ERR_UNKNOWN_KEY ? LG_OK : status;
}

static enum lg_status undo_file(const struct lg_setup_file *was,
				const struct lg_machine *machine,
				struct lg_setup_plan *plan,
				struct lg_error *err)
{
	struct lg_setup_file file = *was;
	struct lg_buffer now = {0};
	struct lg_buffer text = {0};
	int is_there;
	enum lg_status status =
		read_now(machine, was->path, &now, &is_there, err);

	file.after = was->before;
	file.before = now.data ? now.data : "";
	if (status == LG_OK && is_there && !was->is_secret &&
	    strcmp(file.before, was->after) != 0 &&
	    (was->before == NULL || strcmp(file.before, was->before) != 0)) {
		status =
			lg_setup_take_back(was->before ? was->before : "",
					   was->after, file.before, &text, err);
		file.after = text.data ? text.data : "";
		if (status != LG_OK) {
			struct lg_error why = *err;

			status = lg_error_set(err, why.status, was->path, "%s",
					      why.text);
		}
	}
	if (status == LG_OK && is_there)
		status = lg_setup_add(plan, &file, err);
	lg_buffer_release(&now);
	lg_buffer_release(&text);
	return status;
}

enum lg_status lg_setup_plan_undo(const struct lg_setup_plan *record,
				  const struct lg_machine *machine,
				  struct lg_setup_plan *out_plan,
				  struct lg_error *err)
{
	enum lg_status status = LG_OK;

	/* the last first, so that a folder's file goes before it */
	for (size_t i = record->file_count; i-- > 0 && status == LG_OK;)
		status = undo_file(&record->file[i], machine, out_plan, err);
	out_plan->door = lg_setup_keep(out_plan, record->door);
	out_plan->variant = lg_setup_keep(out_plan, record->variant);
	out_plan->joins = lg_setup_keep(out_plan, record->joins);
	out_plan->gate_conf = lg_setup_keep(out_plan, record->gate_conf);
	return status;
}
