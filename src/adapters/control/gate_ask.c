/* SPDX-License-Identifier: ISC */
/*
 * gate_ask.c - one question to a gate, and which of its locks is ours
 */
#include "adapters/control/gate_ask.h"

#include <stdio.h>
#include <string.h>

#include "port/json_of.h"
#include "adapters/control/control_request.h"

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
		status == LG_ERR_CONFLICT ? lg_gate_status(code) : status;

	if (target->path == NULL)
		return lg_error_set(err, means, target->name, "%s", said->text);
	if (target->told != NULL)
		target->told->exit = lg_gate_exit(status, code);
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
