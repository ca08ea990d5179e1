/* SPDX-License-Identifier: ISC */
/*
 * setup_record.c - what setting a door up changed, kept for its undoing
 */
#include "app/setup/setup_record.h"

#include <string.h>

#include "app/records/json_member.h"
#include "app/setup/setup_diff.h"

enum lg_status lg_setup_record_print(const struct lg_setup_plan *plan,
				     struct lg_buffer *out_text,
				     struct lg_error *err)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *files = cJSON_CreateArray();

	lg_json_text(object, "door", plan->door);
	lg_json_text(object, "variant", plan->variant);
	lg_json_text(object, "joins", plan->joins);
	lg_json_text(object, "settings", plan->gate_conf);
	lg_json_bool(object, "unfinished", plan->is_unfinished);
	for (size_t i = 0; i < plan->file_count; i++) {
		const struct lg_setup_file *file = &plan->file[i];
		cJSON *item = cJSON_CreateObject();

		lg_json_text(item, "path", file->path);
		lg_json_bool(item, "secret", file->is_secret);
		lg_json_number(item, "mode", file->mode);
		lg_json_text(item, "owner", file->owner);
		lg_json_text(item, "before",
			     file->is_secret ? NULL : file->before);
		lg_json_text(item, "after",
			     file->is_secret ? NULL : file->after);
		lg_json_append(files, item);
	}
	lg_json_add(object, "files", files);
	return lg_json_print(object, out_text, err);
}

static enum lg_status read_file(const cJSON *item, const char *path,
				struct lg_setup_plan *plan,
				struct lg_error *err)
{
	const cJSON *mode = lg_json_of(item, "mode");
	struct lg_setup_file file = {
		.path = lg_json_text_of(item, "path"),
		.before = lg_json_text_of(item, "before"),
		.after = lg_json_text_of(item, "after"),
		.owner = lg_json_text_of(item, "owner"),
		.is_secret = lg_json_is_true(item, "secret"),
	};

	if (file.path == NULL || file.path[0] != '/' || !cJSON_IsNumber(mode) ||
	    (file.after == NULL && !file.is_secret))
		return lg_error_set(err, LG_ERR_SYNTAX, path,
				    "is not the record of a set-up");
	file.mode = (uint32_t)mode->valuedouble & 0777;
	return lg_setup_add(plan, &file, err);
}

enum lg_status lg_setup_record_parse(const char *text, const char *path,
				     struct lg_setup_plan *out_plan,
				     struct lg_error *err)
{
	cJSON *object = cJSON_Parse(text);
	const cJSON *files = lg_json_of(object, "files");
	struct lg_setup_plan plan = {0};
	enum lg_status status = LG_OK;
	const cJSON *item;

	if (!cJSON_IsArray(files))
		status = lg_error_set(err, LG_ERR_SYNTAX, path,
				      "is not the record of a set-up");
	cJSON_ArrayForEach(item, files) {
		if (status == LG_OK)
			status = read_file(item, path, &plan, err);
	}
	plan.door = lg_setup_keep(&plan, lg_json_text_of(object, "door"));
	plan.variant = lg_setup_keep(&plan, lg_json_text_of(object, "variant"));
	plan.joins = lg_setup_keep(&plan, lg_json_text_of(object, "joins"));
	plan.gate_conf =
		lg_setup_keep(&plan, lg_json_text_of(object, "settings"));
	plan.is_unfinished = lg_json_is_true(object, "unfinished");
	cJSON_Delete(object);
	if (status == LG_OK)
		*out_plan = plan;
	else
		lg_setup_plan_release(&plan);
	return status;
}

const struct lg_setup_file *lg_setup_find(const struct lg_setup_plan *plan,
					  const char *path)
{
	for (size_t i = 0; i < plan->file_count; i++) {
		if (strcmp(plan->file[i].path, path) == 0)
			return &plan->file[i];
	}
	return NULL;
}

/* Also where somebody changed it between the two. */
static enum lg_status merge_file(const struct lg_setup_file *old,
				 const struct lg_setup_file *file,
				 struct lg_setup_plan *whole,
				 struct lg_error *err)
{
	struct lg_setup_file merged = *file;
	struct lg_buffer text = {0};
	struct lg_error ignored;
	enum lg_status status;

	if (old->before == NULL || old->after == NULL)
		merged.before = old->before;
	else if (file->before != NULL &&
		 lg_setup_take_back(old->before, old->after, file->before,
				    &text, &ignored) == LG_OK &&
		 text.data != NULL)
		merged.before = text.data;
	status = lg_setup_add(whole, &merged, err);
	lg_buffer_release(&text);
	return status;
}

enum lg_status lg_setup_record_merge(const struct lg_setup_plan *old,
				     const struct lg_setup_plan *plan,
				     struct lg_setup_plan *out_whole,
				     struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < old->file_count && status == LG_OK; i++) {
		if (lg_setup_find(plan, old->file[i].path) == NULL)
			status = lg_setup_add(out_whole, &old->file[i], err);
	}
	for (size_t i = 0; i < plan->file_count && status == LG_OK; i++) {
		const struct lg_setup_file *file = &plan->file[i];
		const struct lg_setup_file *was =
			lg_setup_find(old, file->path);

		if (was != NULL)
			status = merge_file(was, file, out_whole, err);
		else
			status = lg_setup_add(out_whole, file, err);
	}
	out_whole->door = lg_setup_keep(out_whole, plan->door);
	out_whole->variant = lg_setup_keep(out_whole, plan->variant);
	out_whole->joins = lg_setup_keep(out_whole, plan->joins ? plan->joins
								: old->joins);
	out_whole->gate_conf = lg_setup_keep(
		out_whole, plan->gate_conf ? plan->gate_conf : old->gate_conf);
	return status;
}

/* 1 when a file that another set-up wrote asks at this address. */
static int asks_there(const struct lg_setup_plan *other, const char *address)
{
	for (size_t i = 0; i < other->file_count; i++) {
		const struct lg_setup_file *file = &other->file[i];

		if (file->after != NULL &&
		    (other->gate_conf == NULL ||
		     strcmp(file->path, other->gate_conf) != 0) &&
		    strstr(file->after, address) != NULL)
			return 1;
	}
	return 0;
}

enum lg_status lg_setup_record_needs(const struct lg_setup_plan *other,
				     const struct lg_settings *settings,
				     const char *after, struct lg_error *err)
{
	for (size_t l = 0; l < LG_LISTENER_COUNT; l++) {
		const struct lg_strlist *address = &settings->listen[l].address;

		for (size_t i = 0; i < address->count; i++) {
			if (strstr(after, address->item[i]) != NULL ||
			    strncmp(address->item[i], "unix:", 5) == 0 ||
			    !asks_there(other, address->item[i]))
				continue;
			return lg_error_set(err, LG_ERR_CONFLICT, other->door,
					    "asks at %s, which would go; run "
					    "logongate setup %s --undo first",
					    address->item[i], other->door);
		}
	}
	return LG_OK;
}
