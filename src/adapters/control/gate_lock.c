/* SPDX-License-Identifier: ISC */
/*
 * gate_lock.c - what changes a gate on another machine: its lock, or values
 */
#include "adapters/control/gate_target_inside.h"

#include "base/instant.h"

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
	cJSON *request = gate_target_request("apply");
	char until[LG_INSTANT_SIZE];
	int failed = request == NULL;

	lg_instant_format(lock->until_s, until);
	gate_target_add_text(request, "id", lock->id, &failed);
	gate_target_add_text(request, "profile", lock->profile, &failed);
	gate_target_add_text(request, "caller", lock->by, &failed);
	gate_target_add_text(request, "reason", lock->reason, &failed);
	gate_target_add_text(request, "until", until, &failed);
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
		status = gate_target_ask(target, apply_request(&target->lock),
					 block, blocks, &answer, err);
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
	cJSON *request = gate_target_request("lift");
	enum lg_status status;
	int failed = 0;

	gate_target_add_text(request, "lock", id, &failed);
	gate_target_add_text(request, "caller", target->lock.caller, &failed);
	status = gate_target_ask(target, request, NULL, 0, &answer, err);
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
		request = gate_target_request("import");
		gate_target_add_text(
			request, "caller",
			target->has_lock ? target->lock.caller : NULL, &failed);
		status = gate_target_ask(target, request, &block, 1, &answer,
					 err);
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
	enum lg_status status = gate_target_look(target, &standing, err);

	if (status == LG_OK && standing.id[0] != '\0')
		status = lift(target, standing.id, err);
	if (status == LG_OK)
		status = gate_target_look(target, &standing, err);
	if (status == LG_OK && standing.id[0] != '\0')
		status = lg_error_set(err, LG_ERR_IO, target->name,
				      "the lock is still in force there");
	return status;
}

enum lg_status gate_target_write(void *self,
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
	status = gate_target_read(target, &values, err);
	if (status == LG_OK && !holds_all(values, change, count))
		status = import(target, change, count, err);
	lg_registry_free(&values);
	return status;
}

enum lg_status gate_target_extend(void *self, int64_t until_s,
				  struct lg_error *err)
{
	struct gate_target *target = self;
	struct lg_control_answer answer = {0};
	cJSON *request;
	char until[LG_INSTANT_SIZE];
	struct standing standing;
	enum lg_status status = gate_target_look(target, &standing, err);
	int failed = 0;

	if (status == LG_OK && standing.id[0] == '\0')
		status = lg_error_set(err, LG_ERR_CONFLICT, target->name,
				      "the lock is no longer in force there");
	if (status != LG_OK)
		return status;
	request = gate_target_request("extend");
	lg_instant_format(until_s, until);
	gate_target_add_text(request, "lock", standing.id, &failed);
	gate_target_add_text(request, "until", until, &failed);
	gate_target_add_text(request, "caller", target->lock.caller, &failed);
	status = gate_target_ask(target, request, NULL, 0, &answer, err);
	lg_control_release(&answer);
	return status;
}
