/* SPDX-License-Identifier: ISC */
/*
 * gate_target.c - a gate as a target: on another machine, or the one here
 *
 * A gate keeps locks, not just values: it lifts by itself, also when nobody can
 * reach it any more (A6). So values are written with apply, put back with lift.
 */
#include "adapters/control/gate_target.h"

#include <stdlib.h>
#include <string.h>

#include "port/json_of.h"
#include "adapters/control/gate_ask.h"

static enum lg_status gate_probe(void *self, struct lg_target_probe *out_probe,
				 struct lg_error *err)
{
	struct lg_gate_target *target = self;
	struct lg_gate_standing standing;
	enum lg_status status = lg_gate_look(target, &standing, err);

	if (status != LG_OK)
		return status;
	/* a certificate that is taken at all may do everything */
	*out_probe = (struct lg_target_probe){.may_write = 1,
					      .locked = standing.active &&
							target->lock.stands,
					      .service = LG_SERVICE_RUNNING};
	memcpy(out_probe->note, standing.text, sizeof(standing.text));
	return LG_OK;
}

/* Asks for values, and for findings where there are any (NULL: nobody wants
 * them). */
static enum lg_status ask_values(struct lg_gate_target *target, cJSON *request,
				 struct lg_registry **out_values,
				 struct lg_findings **out_findings,
				 struct lg_error *err)
{
	struct lg_control_answer answer = {0};
	const struct lg_buffer *block;
	enum lg_status status =
		lg_gate_ask(target, request, NULL, 0, &answer, err);

	block = answer.block;
	if (status == LG_OK && answer.block_count == 0)
		status = lg_error_set(err, LG_ERR_IO, target->name,
				      "the gate sent no values");
	if (status == LG_OK)
		status = lg_reg_text_parse(block[0].data ? block[0].data : "",
					   block[0].len, target->name, NULL,
					   out_values, err);
	if (status == LG_OK && out_findings && answer.block_count > 1)
		status = lg_findings_parse(block[1].data, block[1].len,
					   target->name, out_findings, err);
	lg_control_release(&answer);
	return status;
}

/* What is in force there; once our lock is, what that sets: what the other
 * locks beside it come to is not ours to compare. */
static enum lg_status gate_read(void *self, struct lg_registry **out_values,
				struct lg_error *err)
{
	struct lg_gate_target *target = self;
	struct lg_gate_standing standing = {0};
	enum lg_status status = LG_OK;
	cJSON *request;

	if (target->has_lock && !target->lock.stands)
		status = lg_gate_look(target, &standing, err);
	if (status != LG_OK)
		return status;
	request = lg_gate_request("values");
	lg_gate_add_text(request, "lock", standing.id);
	lg_gate_add_flag(request, "standing", target->lock.stands);
	return ask_values(target, request, out_values, NULL, err);
}

static enum lg_status gate_kept(void *self, const char *name,
				struct lg_registry **out_values,
				struct lg_findings **out_findings,
				struct lg_error *err)
{
	cJSON *request = lg_gate_request("backup");

	lg_gate_add_text(request, "backup", name);
	return ask_values(self, request, out_values, out_findings, err);
}

static enum lg_status lift(struct lg_gate_target *target, const char *id,
			   struct lg_error *err)
{
	struct lg_target_told *told = target->told;
	int earlier = told != NULL ? told->exit : 0;
	struct lg_control_answer answer = {0};
	cJSON *request = lg_gate_request("lift");
	struct lg_error said;
	enum lg_status status;

	lg_gate_add_text(request, "lock", id);
	lg_gate_add_text(request, "caller", target->lock.caller);
	lg_gate_add_flag(request, "force", target->lock.force);
	status = lg_gate_ask(target, request, NULL, 0, &answer, &said);
	if (status == LG_OK && told != NULL) {
		told->ended = 1;
		lg_gate_add_names(answer.object, "restored", "",
				  &told->restored);
		lg_gate_add_names(answer.object, "changed", "", &told->changed);
		lg_gate_add_names(answer.object, "loud", "", &told->loud);
	}
	lg_control_release(&answer);
	/* its time was over meanwhile: whether it is gone is looked at */
	if (status == LG_ERR_CONFLICT &&
	    (target->path == NULL ||
	     (said.code != NULL && strcmp(said.code, "not-in-force") == 0))) {
		/* What went wrong before it was undone stays told. */
		if (told != NULL)
			told->exit = earlier;
		return LG_OK;
	}
	if (status != LG_OK && err != NULL)
		*err = said;
	return status;
}

/* A gate composes what is left by itself: that our lock is gone is all, and the
 * one here is taken at its word. */
static enum lg_status gate_end(void *self, struct lg_error *err)
{
	struct lg_gate_target *target = self;
	struct lg_gate_standing standing = {0};
	enum lg_status status = LG_OK;

	if (target->path != NULL && target->lock.id != NULL)
		return lift(target, target->lock.id, err);
	status = lg_gate_look(target, &standing, err);
	if (status == LG_OK && standing.id[0] != '\0')
		status = lift(target, standing.id, err);
	if (status != LG_OK || target->path != NULL)
		return status;
	status = lg_gate_look(target, &standing, err);
	if (status == LG_OK && standing.id[0] != '\0')
		status = lg_error_set(err, LG_ERR_IO, target->name,
				      "the lock is still in force there");
	return status;
}

static cJSON *import_request(const struct lg_target_lock *lock)
{
	cJSON *request = lg_gate_request("import");

	lg_gate_add_text(request, "caller", lock->caller);
	lg_gate_add_flag(request, "restores", lock->stands == LG_TARGET_BACKUP);
	return request;
}

/* The lock itself: what it sets, and nothing of what is there; or values by
 * hand: what is other than it was. */
static enum lg_status gate_write(void *self,
				 const struct lg_target_change *change,
				 size_t count, struct lg_error *err)
{
	struct lg_gate_target *target = self;
	const struct lg_target_lock *lock = &target->lock;
	int by_hand = !target->has_lock || lock->stands;
	/* from afar the end is said, that all gates have the same */
	int64_t for_s = target->path != NULL ? lock->for_s : 0;
	struct lg_control_answer answer = {0};
	struct lg_buffer text[3] = {{0}};
	size_t blocks;
	enum lg_status status = lg_gate_blocks(lock, change, count, by_hand,
					       text, &blocks, err);

	if (status == LG_OK)
		status = lg_gate_ask(
			target,
			by_hand ? import_request(lock)
				: lg_gate_apply_request(lock, for_s),
			text, blocks, &answer, err);
	if (status == LG_OK && !by_hand && target->told != NULL)
		lg_gate_tell_applied(answer.object, target->told);
	lg_control_release(&answer);
	for (size_t i = 0; i < 3; i++)
		lg_buffer_release(&text[i]);
	return status;
}

/* Extends, or with until_s 0 confirms. The gate here says itself that it has
 * no such lock. */
static enum lg_status move_end(struct lg_gate_target *target, const char *op,
			       int64_t until_s, struct lg_error *err)
{
	struct lg_control_answer answer = {0};
	struct lg_gate_standing standing = {0};
	const char *id = target->path != NULL ? target->lock.id : NULL;
	enum lg_status status = LG_OK;
	cJSON *request;

	if (id == NULL) {
		status = lg_gate_look(target, &standing, err);
		id = standing.id;
	}
	if (status == LG_OK && *id == '\0')
		status = lg_error_set(err, LG_ERR_CONFLICT, target->name,
				      "the lock is no longer in force there");
	if (status != LG_OK)
		return status;
	request = lg_gate_request(op);
	lg_gate_add_text(request, "lock", id);
	lg_gate_add_time(request, "until", until_s);
	lg_gate_add_text(request, "caller", target->lock.caller);
	status = lg_gate_ask(target, request, NULL, 0, &answer, err);
	if (status == LG_OK && target->told != NULL)
		target->told->until_s = lg_json_time_of(answer.object, "until");
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
	struct lg_gate_target *target = self;

	free(target->path);
	free(target->name);
	free(target);
}

static void gate_lock(void *self, const struct lg_target_lock *lock,
		      struct lg_target_told *told)
{
	struct lg_gate_target *target = self;

	target->lock = *lock;
	target->told = told;
	target->has_lock = 1;
}

/* path NULL: a remote one. */
static enum lg_status open_named(const char *name, const char *path,
				 struct lg_target *out_target,
				 struct lg_error *err)
{
	struct lg_gate_target *target = calloc(1, sizeof(*target));

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
		.kept = gate_kept,
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
		((struct lg_gate_target *)out_target->self)->remote =
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
		((struct lg_gate_target *)out_target->self)->progress =
			*progress;
	return status;
}
