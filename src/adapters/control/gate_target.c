/* SPDX-License-Identifier: ISC */
/*
 * gate_target.c - a gate as a target: on another machine, or the one here
 *
 * A gate keeps locks, not just values: it lifts by itself, also when nobody can
 * reach it any more (A6). So values are written with apply, put back with lift.
 */
#include "adapters/control/gate_target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/control/control_client.h"
#include "adapters/control/control_request.h"

#define CONNECT_MS 10000
/* Cutting sessions waits for servers. */
#define ANSWER_MS 60000

struct gate_target {
	char *name;
	char *path; /* of the gate here; NULL: remote */
	struct lg_control_remote remote;
	struct lg_progress progress;
	struct lg_target_lock lock;
	struct lg_target_told *told; /* NULL: nobody */
	int has_lock;
};

static enum lg_status connect(const struct gate_target *target,
			      struct lg_control **out_control,
			      struct lg_error *err)
{
	if (target->path != NULL)
		return lg_control_open(target->path, out_control, err);
	return lg_control_open_remote(&target->remote, CONNECT_MS, out_control,
				      err);
}

/* What the gate here says stands as it is; of another its name is the place. */
static enum lg_status failed(const struct gate_target *target,
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
	status = connect(target, &control, &said);
	if (target->told != NULL)
		target->told->unreached = status != LG_OK;
	if (status == LG_OK)
		status = lg_control_ask(control, request, block, count,
					ANSWER_MS, &target->progress,
					out_answer, &code, &said);
	if (status != LG_OK)
		status = failed(target, status, code, &said, err);
	lg_control_close(&control);
	cJSON_Delete(request);
	return status;
}

/* What the gate says of its locks. */
struct standing {
	int active;  /* any at all */
	char id[32]; /* of ours; "": it is not there */
	char text[200];
};

/* One without an id is known by who made it, or here, by when. */
static int is_ours(const struct gate_target *target, const cJSON *lock,
		   const char *you)
{
	const struct lg_target_lock *ours = &target->lock;

	if (!target->has_lock)
		return 0;
	if (ours->id != NULL)
		return strcmp(lg_gate_text(lock, "id"), ours->id) == 0;
	if (ours->profile == NULL ||
	    strcmp(lg_gate_text(lock, "profile"), ours->profile) != 0)
		return 0;
	if (target->path != NULL)
		return lg_gate_time(lock, "since") >= ours->since_s;
	return strcmp(lg_gate_text(lock, "by"),
		      *you != '\0' ? you : ours->by) == 0;
}

static enum lg_status look(struct gate_target *target,
			   struct standing *out_standing, struct lg_error *err)
{
	struct lg_control_answer answer = {0};
	struct standing standing = {0};
	const cJSON *lock;
	const char *you;
	enum lg_status status =
		ask(target, lg_gate_request("locks"), NULL, 0, &answer, err);

	if (status != LG_OK)
		return status;
	/* The gate knows its askers by their certificates. */
	you = lg_gate_text(answer.object, "you");
	cJSON_ArrayForEach(lock, cJSON_GetObjectItemCaseSensitive(answer.object,
								  "locks")) {
		standing.active = 1;
		if (is_ours(target, lock, you))
			snprintf(standing.id, sizeof(standing.id), "%s",
				 lg_gate_text(lock, "id"));
		if (standing.text[0] == '\0')
			snprintf(standing.text, sizeof(standing.text),
				 "%.60s of %.40s is in force there until %.40s",
				 lg_gate_text(lock, "profile"),
				 lg_gate_text(lock, "by"),
				 lg_gate_text(lock, "until"));
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
	cJSON *request = lg_gate_request("values");
	struct standing standing = {0};
	enum lg_status status = LG_OK;
	int failed = 0;

	if (target->has_lock)
		status = look(target, &standing, err);
	lg_gate_add_text(request, "lock", standing.id, &failed);
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

/* Blocks of a request, which point into buffers. */
static void block_of(const struct lg_buffer *buffer,
		     struct lg_control_block *out_block)
{
	out_block->bytes = buffer->data != NULL ? buffer->data : "";
	out_block->len = buffer->len;
}

/* The lock itself: what it sets, and nothing of what is there. */
static enum lg_status apply(struct gate_target *target,
			    const struct lg_target_change *change, size_t count,
			    struct lg_error *err)
{
	struct lg_control_answer answer = {0};
	struct lg_control_block block[3];
	struct lg_buffer text[3] = {{0}};
	/* from afar the end is said, that all gates have the same */
	int64_t for_s = target->path != NULL ? target->lock.for_s : 0;
	size_t blocks;
	enum lg_status status = lg_gate_apply_blocks(&target->lock, change,
						     count, text, &blocks, err);

	for (size_t i = 0; i < 3; i++)
		block_of(&text[i], &block[i]);
	if (status == LG_OK)
		status =
			ask(target, lg_gate_apply_request(&target->lock, for_s),
			    block, blocks, &answer, err);
	if (status == LG_OK && target->told != NULL)
		lg_gate_tell_applied(answer.object, target->told);
	lg_control_release(&answer);
	for (size_t i = 0; i < 3; i++)
		lg_buffer_release(&text[i]);
	return status;
}

static enum lg_status lift(struct gate_target *target, const char *id,
			   struct lg_error *err)
{
	struct lg_target_told *told = target->told;
	struct lg_control_answer answer = {0};
	cJSON *request = lg_gate_request("lift");
	struct lg_error said;
	enum lg_status status;
	int failed = 0;

	lg_gate_add_text(request, "lock", id, &failed);
	lg_gate_add_text(request, "caller", target->lock.caller, &failed);
	if (target->lock.force)
		cJSON_AddTrueToObject(request, "force");
	status = ask(target, request, NULL, 0, &answer, &said);
	if (status == LG_OK && told != NULL) {
		told->ended = 1;
		lg_gate_add_names(answer.object, "restored", "",
				  &told->restored);
		lg_gate_add_names(answer.object, "changed", "", &told->changed);
	}
	lg_control_release(&answer);
	/* its time was over meanwhile: whether it is gone is looked at */
	if (status == LG_ERR_CONFLICT &&
	    (target->path == NULL ||
	     (said.code != NULL && strcmp(said.code, "not-in-force") == 0)))
		return LG_OK;
	if (status != LG_OK && err != NULL)
		*err = said;
	return status;
}

static enum lg_status import(struct gate_target *target,
			     const struct lg_target_change *change,
			     size_t count, struct lg_error *err)
{
	struct lg_control_answer answer = {0};
	struct lg_control_block block;
	struct lg_buffer text = {0};
	cJSON *request = NULL;
	enum lg_status status = lg_gate_import_block(change, count, &text, err);
	int failed = 0;

	block_of(&text, &block);
	if (status == LG_OK) {
		request = lg_gate_request("import");
		lg_gate_add_text(request, "caller",
				 target->has_lock ? target->lock.caller : NULL,
				 &failed);
		status = ask(target, request, &block, 1, &answer, err);
	}
	lg_control_release(&answer);
	lg_buffer_release(&text);
	return status;
}

/* A gate composes what is left by itself: that our lock is gone is all, and the
 * one here is taken at its word. */
static enum lg_status gate_end(void *self, struct lg_error *err)
{
	struct gate_target *target = self;
	struct standing standing = {0};
	enum lg_status status = LG_OK;

	if (target->path != NULL && target->lock.id != NULL)
		return lift(target, target->lock.id, err);
	status = look(target, &standing, err);
	if (status == LG_OK && standing.id[0] != '\0')
		status = lift(target, standing.id, err);
	if (status != LG_OK || target->path != NULL)
		return status;
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
		return apply(target, change, count, err);
	status = gate_read(target, &values, err);
	if (status == LG_OK && !lg_gate_holds(values, change, count))
		status = import(target, change, count, err);
	lg_registry_free(&values);
	return status;
}

/* Extends, or with until_s 0 confirms. The gate here says itself that it has
 * no such lock. */
static enum lg_status move_end(struct gate_target *target, const char *op,
			       int64_t until_s, struct lg_error *err)
{
	struct lg_control_answer answer = {0};
	struct standing standing = {0};
	const char *id = target->path != NULL ? target->lock.id : NULL;
	enum lg_status status = LG_OK;
	cJSON *request;
	int failed = 0;

	if (id == NULL) {
		status = look(target, &standing, err);
		id = standing.id;
	}
	if (status == LG_OK && *id == '\0')
		status = lg_error_set(err, LG_ERR_CONFLICT, target->name,
				      "the lock is no longer in force there");
	if (status != LG_OK)
		return status;
	request = lg_gate_request(op);
	lg_gate_add_text(request, "lock", id, &failed);
	lg_gate_add_time(request, "until", until_s, &failed);
	lg_gate_add_text(request, "caller", target->lock.caller, &failed);
	status = ask(target, request, NULL, 0, &answer, err);
	if (status == LG_OK && target->told != NULL)
		target->told->until_s = lg_gate_time(answer.object, "until");
	lg_control_release(&answer);
	return status;
}

static enum lg_status gate_extend(void *self, int64_t until_s,
				  struct lg_error *err)
{
	return move_end(self, "extend", until_s, err);
}

static enum lg_status gate_confirm(void *self, struct lg_error *err)
{
	return move_end(self, "confirm", 0, err);
}

static void gate_close(void *self)
{
	struct gate_target *target = self;

	free(target->path);
	free(target->name);
	free(target);
}

static void gate_lock(void *self, const struct lg_target_lock *lock,
		      struct lg_target_told *told)
{
	struct gate_target *target = self;

	target->lock = *lock;
	target->told = told;
	target->has_lock = 1;
}

/* path NULL: a remote one. */
static enum lg_status open_named(const char *name, const char *path,
				 struct lg_target *out_target,
				 struct lg_error *err)
{
	struct gate_target *target = calloc(1, sizeof(*target));

	if (target != NULL) {
		target->name = strdup(name);
		target->path = path != NULL ? strdup(path) : NULL;
	}
	if (target == NULL || target->name == NULL ||
	    (path != NULL && target->path == NULL)) {
		if (target != NULL)
			gate_close(target);
		return lg_error_set(err, LG_ERR_NO_MEMORY, name,
				    "out of memory");
	}
	*out_target = (struct lg_target){
		.self = target,
		.name = target->name,
		.probe = gate_probe,
		.read = gate_read,
		.write = gate_write,
		.lock = gate_lock,
		.end = gate_end,
		.extend = gate_extend,
		.confirm = gate_confirm,
		.close = gate_close,
	};
	return LG_OK;
}

enum lg_status lg_gate_target_open(const struct lg_target_settings *settings,
				   struct lg_target *out_target,
				   struct lg_error *err)
{
	enum lg_status status =
		open_named(settings->name, NULL, out_target, err);

	if (status == LG_OK)
		((struct gate_target *)out_target->self)->remote =
			(struct lg_control_remote){
				.server = settings->server,
				.cert_file = settings->cert_file,
				.tls_key_file = settings->tls_key_file,
				.ca_file = settings->ca_file,
			};
	return status;
}

enum lg_status lg_gate_target_open_here(const char *path,
					const struct lg_progress *progress,
					struct lg_target *out_target,
					struct lg_error *err)
{
	enum lg_status status = open_named("gate", path, out_target, err);

	if (status == LG_OK && progress != NULL)
		((struct gate_target *)out_target->self)->progress = *progress;
	return status;
}
