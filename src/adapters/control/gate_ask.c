/* SPDX-License-Identifier: ISC */
/*
 * gate_ask.c - what a gate is asked and answers, and which of its locks is ours
 */
#include "adapters/control/gate_ask.h"

#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "port/json_of.h"

/* Exit codes of contract 4. */
#define EXIT_INVALID 3
#define EXIT_NO_GATE 8

/* A member that could not be made makes the request unprintable: one with a
 * hole is never sent. */
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

enum lg_status lg_gate_blocks(const struct lg_target_lock *lock,
			      const struct lg_target_change *change,
			      size_t count, int by_hand,
			      struct lg_buffer text[3], size_t *out_count,
			      struct lg_error *err)
{
	enum lg_status status = render_set(change, count, &text[0], err);

	for (size_t i = 0; status == LG_OK && by_hand && i < count; i++) {
		if (change[i].value == NULL)
			status = lg_reg_text_render_deletion(
				change[i].key, change[i].name,
				LG_REG_ENCODING_UTF8, &text[0], err);
	}
	*out_count = 1;
	if (status == LG_OK && lock->findings != NULL)
		status = lg_findings_render(lock->findings,
					    &text[(*out_count)++], err);
	if (status == LG_OK && !by_hand && *out_count == 2 &&
	    lock->concerned != NULL)
		status = lg_findings_render(lock->concerned,
					    &text[(*out_count)++], err);
	return status;
}

/* What an exit code that the gate names means. */
static enum lg_status status_of(int code)
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

/* The exit code of what went wrong at the gate here; LG_ERR_CONFLICT is its own
 * word, said_code. */
static int exit_of(enum lg_status status, int said_code)
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

#define CONNECT_MS 10000
/* Cutting sessions waits for servers. */
#define ANSWER_MS 60000

static enum lg_status connect(const struct lg_gate_target *target,
			      struct lg_control **out_control,
			      struct lg_error *err)
{
	if (target->path != NULL)
		return lg_control_open(target->path, out_control, err);
	return lg_control_open_remote(&target->remote, CONNECT_MS, out_control,
				      err);
}

/* What the gate here says stands as it is; of another its name is the place. */
static enum lg_status failed(const struct lg_gate_target *target,
			     enum lg_status status, int code,
			     const struct lg_error *said, struct lg_error *err)
{
	enum lg_status means =
		status == LG_ERR_CONFLICT ? status_of(code) : status;

	if (target->path == NULL)
		return lg_error_set(err, means, target->name, "%s", said->text);
	if (target->told != NULL)
		target->told->exit = exit_of(status, code);
	if (err != NULL) {
		*err = *said;
		err->status = means;
	}
	return means;
}

enum lg_status lg_gate_ask(struct lg_gate_target *target, cJSON *request,
			   const struct lg_buffer *block, size_t count,
			   struct lg_control_answer *out_answer,
			   struct lg_error *err)
{
	struct lg_control *control = NULL;
	struct lg_error said;
	enum lg_status status;
	int code = 0;

	status = connect(target, &control, &said);
	if (target->told != NULL)
		target->told->unreached = status != LG_OK;
	if (status == LG_OK)
		status = lg_control_ask(control, request, block, count,
					ANSWER_MS, &target->progress,
					out_answer, &code, &said);
	else
		cJSON_Delete(request);
	if (status != LG_OK)
		status = failed(target, status, code, &said, err);
	lg_control_close(&control);
	return status;
}

/* One without an id is known by who made it, or here, by when. */
static int is_ours(const struct lg_gate_target *target, const cJSON *lock,
		   const char *you)
{
	const struct lg_target_lock *ours = &target->lock;

	if (!target->has_lock)
		return 0;
	if (ours->id != NULL)
		return strcmp(lg_json_word_of(lock, "id"), ours->id) == 0;
	if (ours->profile == NULL ||
	    strcmp(lg_json_word_of(lock, "profile"), ours->profile) != 0)
		return 0;
	if (target->path != NULL)
		return lg_json_time_of(lock, "since") >= ours->since_s;
	return strcmp(lg_json_word_of(lock, "by"),
		      *you != '\0' ? you : ours->by) == 0;
}

enum lg_status lg_gate_look(struct lg_gate_target *target,
			    struct lg_gate_standing *out_standing,
			    struct lg_error *err)
{
	struct lg_control_answer answer = {0};
	struct lg_gate_standing standing = {0};
	const cJSON *lock;
	const char *you;
	enum lg_status status = lg_gate_ask(target, lg_gate_request("locks"),
					    NULL, 0, &answer, err);

	if (status != LG_OK)
		return status;
	/* The gate knows its askers by their certificates. */
	you = lg_json_word_of(answer.object, "you");
	cJSON_ArrayForEach(lock, lg_json_of(answer.object, "locks")) {
		int waits = lg_json_time_of(lock, "since") == 0;

		standing.active |= !waits;
		if (is_ours(target, lock, you))
			snprintf(standing.id, sizeof(standing.id), "%s",
				 lg_json_word_of(lock, "id"));
		if (standing.text[0] == '\0' && !waits)
			snprintf(standing.text, sizeof(standing.text),
				 "%.60s of %.40s is in force there until %.40s",
				 lg_json_word_of(lock, "profile"),
				 lg_json_word_of(lock, "by"),
				 lg_json_word_of(lock, "until"));
	}
	lg_control_release(&answer);
	*out_standing = standing;
	return LG_OK;
}
