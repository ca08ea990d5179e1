/* SPDX-License-Identifier: ISC */
/*
 * control_request.c - what a gate is asked, and what it answers
 */
#include "adapters/control/control_request.h"

#include <string.h>

#include "base/instant.h"
#include "port/json_of.h"

/* Exit codes of contract 4. */
#define EXIT_INVALID 3
#define EXIT_NO_GATE 8

/* A member that could not be made makes the request unprintable: one with a hole
 * is never sent. */
static void add(cJSON *request, const char *name, cJSON *item)
{
	if (request != NULL && !cJSON_AddItemToObject(request, name, item)) {
		cJSON_Delete(item);
		request->type = cJSON_Invalid;
	}
}

void lg_gate_add_text(cJSON *request, const char *name, const char *text)
{
	if (text != NULL && *text != '\0')
		add(request, name, cJSON_CreateString(text));
}

static void add_number(cJSON *request, const char *name, int64_t number,
		       int64_t least)
{
	if (number >= least)
		add(request, name, cJSON_CreateNumber((double)number));
}

void lg_gate_add_time(cJSON *request, const char *name, int64_t time_s)
{
	char text[LG_INSTANT_SIZE];

	if (time_s == 0)
		return;
	lg_instant_format(time_s, text);
	lg_gate_add_text(request, name, text);
}

void lg_gate_add_flag(cJSON *request, const char *name, int is_so)
{
	if (is_so)
		add(request, name, cJSON_CreateTrue());
}

cJSON *lg_gate_request(const char *op)
{
	cJSON *request = cJSON_CreateObject();

	lg_gate_add_text(request, "op", op);
	return request;
}

cJSON *lg_gate_apply_request(const struct lg_target_lock *lock, int64_t for_s)
{
	cJSON *request = lg_gate_request("apply");

	lg_gate_add_text(request, "id", lock->id);
	lg_gate_add_text(request, "profile", lock->profile);
	lg_gate_add_text(request, "variables", lock->variables);
	lg_gate_add_text(request, "caller", lock->by);
	lg_gate_add_text(request, "reason", lock->reason);
	lg_gate_add_time(request, "until", for_s > 0 ? 0 : lock->until_s);
	add_number(request, "for_s", for_s, 1);
	lg_gate_add_time(request, "at", lock->at_s);
	add_number(request, "confirm_within_s", lock->confirm_within_s, 1);
	add_number(request, "grace_s", lock->grace_s, 1);
	add_number(request, "max_duration_s", lock->max_duration_s, 0);
	lg_gate_add_flag(request, "replace", lock->replaces);
	return request;
}

/* What a change sets, as text. */
static enum lg_status render_set(const struct lg_target_change *change,
				 size_t count, struct lg_buffer *text,
				 struct lg_error *err)
{
	struct lg_registry *sets = NULL;
	enum lg_status status = lg_registry_new(&sets, err);

	for (size_t i = 0; status == LG_OK && i < count; i++) {
		if (change[i].value != NULL)
			status = lg_registry_set(sets, change[i].value, err);
	}
	if (status == LG_OK)
		status = lg_reg_text_render(sets, LG_REG_ENCODING_UTF8, text,
					    err);
	lg_registry_free(&sets);
	return status;
}

enum lg_status lg_gate_apply_blocks(const struct lg_target_lock *lock,
				    const struct lg_target_change *change,
				    size_t count, struct lg_buffer text[3],
				    size_t *out_count, struct lg_error *err)
{
	enum lg_status status = render_set(change, count, &text[0], err);

	*out_count = 1;
	if (status == LG_OK && lock->findings != NULL)
		status = lg_findings_render(lock->findings,
					    &text[(*out_count)++], err);
	if (status == LG_OK && *out_count == 2 && lock->concerned != NULL)
		status = lg_findings_render(lock->concerned,
					    &text[(*out_count)++], err);
	return status;
}

enum lg_status lg_gate_import_block(const struct lg_target_change *change,
				    size_t count, struct lg_buffer *text,
				    struct lg_error *err)
{
	enum lg_status status = render_set(change, count, text, err);

	for (size_t i = 0; status == LG_OK && i < count; i++) {
		if (change[i].value == NULL)
			status = lg_reg_text_render_deletion(
				change[i].key, change[i].name,
				LG_REG_ENCODING_UTF8, text, err);
	}
	return status;
}

enum lg_status lg_gate_status(int code)
{
	switch (code) {
	case 2:
		return LG_ERR_RANGE;
	case EXIT_INVALID:
		return LG_ERR_SYNTAX;
	case 4:
		return LG_ERR_DIRECTORY;
	case 5:
		return LG_ERR_CONFLICT;
	case 7:
		return LG_ERR_DENIED;
	default:
		return LG_ERR_IO;
	}
}

int lg_gate_exit(enum lg_status status, int said_code)
{
	if (status == LG_ERR_CONFLICT)
		return said_code;
	return status == LG_ERR_DENIED || status == LG_ERR_NO_MEMORY
		       ? 0
		       : EXIT_NO_GATE;
}

/* Each of an array of texts, after some words. */
void lg_gate_add_names(const cJSON *answer, const char *name, const char *words,
		       struct lg_strlist *names)
{
	struct lg_buffer text = {0};
	const cJSON *item;

	cJSON_ArrayForEach(item, lg_json_of(answer, name)) {
		if (!cJSON_IsString(item))
			continue;
		lg_buffer_clear(&text);
		lg_buffer_format(&text, "%s%s", words, item->valuestring);
		if (lg_buffer_status(&text, NULL) == LG_OK)
			lg_strlist_add(names, text.data, text.len, NULL);
	}
	lg_buffer_release(&text);
}

void lg_gate_tell_applied(const cJSON *answer, struct lg_target_told *told)
{
	told->until_s = lg_json_time_of(answer, "until");
	told->cut = (size_t)lg_json_number_of(answer, "cut");
	told->left = (size_t)lg_json_number_of(answer, "left_count");
	lg_gate_add_names(answer, "unasked",
			  "not asked for its sessions: ", &told->says);
	lg_gate_add_names(answer, "notes", "cutting: ", &told->says);
}
