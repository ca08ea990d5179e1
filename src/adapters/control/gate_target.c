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

#include "base/instant.h"

#include "adapters/control/control_client.h"

#define CONNECT_MS 10000
/* Cutting sessions waits for servers. */
#define ANSWER_MS 60000

struct gate_target {
	char *name;
	struct lg_control_remote remote;
	struct lg_gate_lock lock;
	int has_lock;
};

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

/* Asks one question over a connection of its own; request is deleted. */
static enum lg_status ask(struct gate_target *target, cJSON *request,
			  const struct lg_control_block *block, size_t count,
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

static cJSON *request_of(const char *op)
{
	cJSON *request = cJSON_CreateObject();

	if (cJSON_AddStringToObject(request, "op", op) == NULL) {
		cJSON_Delete(request);
		return NULL;
	}
	return request;
}

/* Adds a text where there is one; *failed is set without memory. */
static void add_text(cJSON *request, const char *name, const char *text,
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

/* What the gate says of its locks. */
struct standing {
	int active;  /* any at all */
	char id[32]; /* of ours; "": it is not there */
	char text[200];
};

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

static enum lg_status look(struct gate_target *target,
			   struct standing *out_standing, struct lg_error *err)
{
	struct lg_control_answer answer = {0};
	struct standing standing = {0};
	const cJSON *lock;
	const char *you;
	enum lg_status status =
		ask(target, request_of("locks"), NULL, 0, &answer, err);

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
	enum lg_status status = look(self, &standing, err);

	if (status != LG_OK)
		return status;
	/* a certificate that is taken at all may do everything */
	*out_probe = (struct lg_target_probe){.may_write = 1,
					      .service = LG_SERVICE_RUNNING};
	memcpy(out_probe->note, standing.text, sizeof(standing.text));
	return LG_OK;
}

/* What is in force there; once our lock is, what that sets: what the other
 * locks beside it come to is not ours to compare. */
static enum lg_status gate_read(void *self, struct lg_registry **out_values,
				struct lg_error *err)
{
	struct gate_target *target = self;
	struct lg_control_answer answer = {0};
	cJSON *request = request_of("values");
	struct standing standing = {0};
	enum lg_status status = LG_OK;
	int failed = 0;

	if (target->has_lock)
		status = look(target, &standing, err);
	add_text(request, "lock", standing.id, &failed);
	if (status != LG_OK) {
		cJSON_Delete(request);
		return status;
	}
	status = ask(target, request, NULL, 0, &answer, err);
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

static int holds(const struct lg_registry *values,
		 const struct lg_target_change *change)
{
	const struct lg_value *is =
		lg_registry_find(values, change->key, change->name);

	if (is == NULL || change->value == NULL)
		return is == NULL && change->value == NULL;
	return lg_value_equal(is, change->value);
}

static int holds_all(const struct lg_registry *values,
		     const struct lg_target_change *change, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!holds(values, &change[i]))
			return 0;
	}
	return 1;
}

/* Blocks of a request, which point into buffers. */
static void block_of(const struct lg_buffer *buffer,
		     struct lg_control_block *out_block)
{
	out_block->bytes = buffer->data != NULL ? buffer->data : "";
	out_block->len = buffer->len;
}

static cJSON *apply_request(const struct lg_gate_lock *lock)
{
	cJSON *request = request_of("apply");
	char until[LG_INSTANT_SIZE];
	int failed = request == NULL;

	lg_instant_format(lock->until_s, until);
	add_text(request, "id", lock->id, &failed);
	add_text(request, "profile", lock->profile, &failed);
	add_text(request, "caller", lock->by, &failed);
	add_text(request, "reason", lock->reason, &failed);
	add_text(request, "until", until, &failed);
	if (lock->max_duration_s >= 0 &&
	    cJSON_AddNumberToObject(request, "max_duration_s",
				    (double)lock->max_duration_s) == NULL)
		failed = 1;
	if (lock->grace_s > 0 &&
	    cJSON_AddNumberToObject(request, "grace_s",
				    (double)lock->grace_s) == NULL)
		failed = 1;
	if (failed) {
		cJSON_Delete(request);
		request = NULL;
	}
	return request;
}

/* The lock itself: what it sets, and nothing of what is there. */
static enum lg_status apply(struct gate_target *target,
			    const struct lg_target_change *change, size_t count,
			    struct lg_error *err)
{
	struct lg_control_answer answer = {0};
	struct lg_control_block block[2];
	struct lg_buffer text = {0}, findings = {0};
	struct lg_registry *sets = NULL;
	size_t blocks = 1;
	enum lg_status status = lg_registry_new(&sets, err);

	for (size_t i = 0; status == LG_OK && i < count; i++) {
		if (change[i].value != NULL)
			status = lg_registry_set(sets, change[i].value, err);
	}
	if (status == LG_OK)
		status = lg_reg_text_render(sets, LG_REG_ENCODING_UTF8, &text,
					    err);
	if (status == LG_OK && target->lock.findings != NULL) {
		status = lg_findings_render(target->lock.findings, &findings,
					    err);
		blocks = 2;
	}
	block_of(&text, &block[0]);
	block_of(&findings, &block[1]);
	if (status == LG_OK)
		status = ask(target, apply_request(&target->lock), block,
			     blocks, &answer, err);
	lg_control_release(&answer);
	lg_buffer_release(&findings);
	lg_buffer_release(&text);
	lg_registry_free(&sets);
	return status;
}

static enum lg_status lift(struct gate_target *target, const char *id,
			   struct lg_error *err)
{
	struct lg_control_answer answer = {0};
	cJSON *request = request_of("lift");
	enum lg_status status;
	int failed = 0;

	add_text(request, "lock", id, &failed);
	add_text(request, "caller", target->lock.caller, &failed);
	status = ask(target, request, NULL, 0, &answer, err);
	lg_control_release(&answer);
	/* its time was over meanwhile: the values say what there is to do */
	return status == LG_ERR_CONFLICT ? LG_OK : status;
}

static enum lg_status import(struct gate_target *target,
			     const struct lg_target_change *change,
			     size_t count, struct lg_error *err)
{
	struct lg_control_answer answer = {0};
	struct lg_registry *values = NULL;
	struct lg_control_block block;
	struct lg_buffer text = {0};
	cJSON *request = NULL;
	enum lg_status status = lg_registry_new(&values, err);
	int failed = 0;

	for (size_t i = 0; status == LG_OK && i < count; i++) {
		if (change[i].value != NULL)
			status = lg_registry_set(values, change[i].value, err);
	}
	if (status == LG_OK)
		status = lg_reg_text_render(values, LG_REG_ENCODING_UTF8, &text,
					    err);
	for (size_t i = 0; status == LG_OK && i < count; i++) {
		if (change[i].value == NULL)
			status = lg_reg_text_render_deletion(
				change[i].key, change[i].name,
				LG_REG_ENCODING_UTF8, &text, err);
	}
	block_of(&text, &block);
	if (status == LG_OK) {
		request = request_of("import");
		add_text(request, "caller",
			 target->has_lock ? target->lock.caller : NULL,
			 &failed);
		status = ask(target, request, &block, 1, &answer, err);
	}
	lg_control_release(&answer);
	lg_buffer_release(&text);
	lg_registry_free(&values);
	return status;
}

/* A gate composes what is left by itself: that our lock is gone is all. */
static enum lg_status restore(struct gate_target *target, struct lg_error *err)
{
	struct standing standing;
	enum lg_status status = look(target, &standing, err);

	if (status == LG_OK && standing.id[0] != '\0')
		status = lift(target, standing.id, err);
	if (status == LG_OK)
		status = look(target, &standing, err);
	if (status == LG_OK && standing.id[0] != '\0')
		status = lg_error_set(err, LG_ERR_IO, target->name,
				      "the lock is still in force there");
	return status;
}

static enum lg_status gate_write(void *self,
				 const struct lg_target_change *change,
				 size_t count, struct lg_error *err)
{
	struct gate_target *target = self;
	struct lg_registry *values = NULL;
	enum lg_status status;

	if (target->has_lock)
		return count > 0 && change[0].care == LG_TARGET_RESTORE
			       ? restore(target, err)
			       : apply(target, change, count, err);
	status = gate_read(target, &values, err);
	if (status == LG_OK && !holds_all(values, change, count))
		status = import(target, change, count, err);
	lg_registry_free(&values);
	return status;
}

static enum lg_status gate_extend(void *self, int64_t until_s,
				  struct lg_error *err)
{
	struct gate_target *target = self;
	struct lg_control_answer answer = {0};
	cJSON *request;
	char until[LG_INSTANT_SIZE];
	struct standing standing;
	enum lg_status status = look(target, &standing, err);
	int failed = 0;

	if (status == LG_OK && standing.id[0] == '\0')
		status = lg_error_set(err, LG_ERR_CONFLICT, target->name,
				      "the lock is no longer in force there");
	if (status != LG_OK)
		return status;
	request = request_of("extend");
	lg_instant_format(until_s, until);
	add_text(request, "lock", standing.id, &failed);
	add_text(request, "until", until, &failed);
	add_text(request, "caller", target->lock.caller, &failed);
	status = ask(target, request, NULL, 0, &answer, err);
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
		.read = gate_read,
		.write = gate_write,
		.keeps_locks = 1,
		.extend = gate_extend,
		.close = gate_close,
	};
	return LG_OK;
}
