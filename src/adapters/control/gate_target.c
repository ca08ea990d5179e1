/* SPDX-License-Identifier: ISC */
/*
 * gate_target.c - a gate on another machine as a target
 *
 * A gate keeps locks, not just values: it lifts by itself when the time is
 * over, also when nobody can reach it any more (A6). So values are written
 * with apply, put back with lift, and what belongs to no lock is imported. A
 * lock of somebody else is never ended.
 */
#include "adapters/control/gate_target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/control/gate_target_inside.h"

#define CONNECT_MS 10000
/* Cutting sessions waits for servers. */
#define ANSWER_MS 60000

/* Exit codes of contract 4, as the gate names them. */
static enum lg_status status_of(int code)
{
	switch (code) {
	case 3:
		return LG_ERR_SYNTAX;
	case 5:
		return LG_ERR_CONFLICT;
	case 7:
		return LG_ERR_DENIED;
	default:
		return LG_ERR_IO;
	}
}

enum lg_status gate_target_ask(struct gate_target *target, cJSON *request,
			       const struct lg_control_block *block,
			       size_t count,
			       struct lg_control_answer *out_answer,
			       struct lg_error *err)
{
	struct lg_control *control = NULL;
	struct lg_error said;
	enum lg_status status;
	int code = 0;

	if (request == NULL)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL,
				    "out of memory");
	status = lg_control_open_remote(&target->remote, CONNECT_MS, &control,
					err);
	if (status == LG_OK) {
		status = lg_control_ask(control, request, block, count,
					ANSWER_MS, NULL, out_answer, &code,
					&said);
		if (status == LG_ERR_CONFLICT)
			status = status_of(code);
		if (status != LG_OK)
			lg_error_set(err, status, target->name, "%s",
				     said.text);
	}
	lg_control_close(&control);
	cJSON_Delete(request);
	return status;
}

cJSON *gate_target_request(const char *op)
{
	cJSON *request = cJSON_CreateObject();

	if (cJSON_AddStringToObject(request, "op", op) == NULL) {
		cJSON_Delete(request);
		return NULL;
	}
	return request;
}

void gate_target_add_text(cJSON *request, const char *name, const char *text,
			  int *failed)
{
	if (text != NULL && *text != '\0' &&
	    cJSON_AddStringToObject(request, name, text) == NULL)
		*failed = 1;
}

static const char *member(const cJSON *object, const char *name)
{
	const char *text = cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(object, name));

	return text != NULL ? text : "";
}

static int is_ours(const struct gate_target *target, const cJSON *lock,
		   const char *you)
{
	if (!target->has_lock)
		return 0;
	if (target->lock.id != NULL)
		return strcmp(member(lock, "id"), target->lock.id) == 0;
	return strcmp(member(lock, "profile"), target->lock.profile) == 0 &&
	       strcmp(member(lock, "by"),
		      *you != '\0' ? you : target->lock.by) == 0;
}

enum lg_status gate_target_look(struct gate_target *target,
				struct standing *out_standing,
				struct lg_error *err)
{
	struct lg_control_answer answer = {0};
	struct standing standing = {0};
	const cJSON *lock;
	const char *you;
	enum lg_status status = gate_target_ask(
		target, gate_target_request("locks"), NULL, 0, &answer, err);

	if (status != LG_OK)
		return status;
	/* The gate knows its askers by their certificates. */
	you = member(answer.object, "you");
	cJSON_ArrayForEach(lock, cJSON_GetObjectItemCaseSensitive(answer.object,
								  "locks")) {
		standing.active = 1;
		if (is_ours(target, lock, you))
			snprintf(standing.id, sizeof(standing.id), "%s",
				 member(lock, "id"));
		if (standing.text[0] == '\0')
			snprintf(standing.text, sizeof(standing.text),
				 "%.60s of %.40s is in force there until %.40s",
				 member(lock, "profile"), member(lock, "by"),
				 member(lock, "until"));
	}
	lg_control_release(&answer);
	*out_standing = standing;
	return LG_OK;
}

static enum lg_status gate_probe(void *self, struct lg_target_probe *out_probe,
				 struct lg_error *err)
{
	struct standing standing;
	enum lg_status status = gate_target_look(self, &standing, err);

	if (status != LG_OK)
		return status;
	/* a certificate that is taken at all may do everything */
	*out_probe = (struct lg_target_probe){.may_write = 1,
					      .service = LG_SERVICE_RUNNING};
	memcpy(out_probe->note, standing.text, sizeof(standing.text));
	return LG_OK;
}

enum lg_status gate_target_read(void *self, struct lg_registry **out_values,
				struct lg_error *err)
{
	struct gate_target *target = self;
	struct lg_control_answer answer = {0};
	cJSON *request = gate_target_request("values");
	struct standing standing = {0};
	enum lg_status status = LG_OK;
	int failed = 0;

	if (target->has_lock)
		status = gate_target_look(target, &standing, err);
	gate_target_add_text(request, "lock", standing.id, &failed);
	if (status != LG_OK) {
		cJSON_Delete(request);
		return status;
	}
	status = gate_target_ask(target, request, NULL, 0, &answer, err);
	if (status != LG_OK)
		return status;
	if (answer.block_count == 0)
		status = lg_error_set(err, LG_ERR_IO, target->name,
				      "the gate sent no values");
	else
		status = lg_reg_text_parse(
			answer.block[0].data ? answer.block[0].data : "",
			answer.block[0].len, target->name, NULL, out_values,
			err);
	lg_control_release(&answer);
	return status;
}

static void gate_close(void *self)
{
	struct gate_target *target = self;

	free(target->name);
	free(target);
}

void lg_gate_target_lock(struct lg_target *target,
			 const struct lg_gate_lock *lock)
{
	struct gate_target *gate = target->self;

	gate->lock = *lock;
	gate->has_lock = 1;
}

enum lg_status lg_gate_target_open(const struct lg_target_settings *settings,
				   struct lg_target *out_target,
				   struct lg_error *err)
{
	struct gate_target *target = calloc(1, sizeof(*target));

	if (target != NULL)
		target->name = strdup(settings->name);
	if (target == NULL || target->name == NULL) {
		free(target);
		return lg_error_set(err, LG_ERR_NO_MEMORY, settings->name,
				    "out of memory");
	}
	target->remote = (struct lg_control_remote){
		.server = settings->server,
		.cert_file = settings->cert_file,
		.tls_key_file = settings->tls_key_file,
		.ca_file = settings->ca_file,
	};
	*out_target = (struct lg_target){
		.self = target,
		.name = target->name,
		.probe = gate_probe,
		.read = gate_target_read,
		.write = gate_target_write,
		.keeps_locks = 1,
		.extend = gate_target_extend,
		.close = gate_close,
	};
	return LG_OK;
}
