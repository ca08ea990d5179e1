/* SPDX-License-Identifier: ISC */
/*
 * servers_record.c - reading the lines of one change
 */
#include "app/change/servers_record.h"

#include "port/json_of.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum lg_status bad(const char *what, struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_SYNTAX, NULL, "%s", what);
}

void lg_servers_record_release(struct lg_servers_record *record)
{
	for (size_t i = 0; i < record->count; i++) {
		free(record->target[i].name);
		free(record->target[i].backup);
		lg_registry_free(&record->target[i].before);
		lg_registry_free(&record->target[i].wanted);
	}
	free(record->target);
	free(record->profile);
	free(record->by);
	free(record->reason);
	free(record->id);
	free(record->variables);
	*record = (struct lg_servers_record){0};
}

struct lg_servers_record_target *
lg_servers_record_target(const struct lg_servers_record *record,
			 const char *name)
{
	for (size_t i = 0; i < record->count; i++) {
		if (strcmp(record->target[i].name, name) == 0)
			return &record->target[i];
	}
	return NULL;
}

static enum lg_status copy_text(const cJSON *object, const char *name,
				char **out_text, struct lg_error *err)
{
	const char *text = lg_json_text_of(object, name);
	char *copy;

	if (!text)
		return bad("a text is missing", err);
	copy = strdup(text);
	if (!copy)
		return lg_no_memory(err);
	*out_text = copy;
	return LG_OK;
}

static enum lg_status read_registry(const cJSON *object, const char *name,
				    struct lg_registry **out_registry,
				    struct lg_error *err)
{
	const char *text = lg_json_text_of(object, name);

	if (!text)
		return bad("the values of a target are missing", err);
	return lg_reg_text_parse(text, strlen(text), name, NULL, out_registry,
				 err);
}

static enum lg_status read_target(const cJSON *object,
				  struct lg_servers_record_target *target,
				  struct lg_error *err)
{
	const char *dialect = lg_json_text_of(object, "dialect");
	enum lg_status status = LG_OK;

	target->restart = lg_json_is_true(object, "restart");
	target->has_dialect =
		dialect && lg_dialect_from_name(dialect, strlen(dialect),
						&target->dialect);
	if (lg_json_text_of(object, "backup"))
		status = copy_text(object, "backup", &target->backup, err);
	if (status == LG_OK)
		status = read_registry(object, "before", &target->before, err);
	if (status == LG_OK)
		status = read_registry(object, "wanted", &target->wanted, err);
	return status;
}

static enum lg_status read_number(const cJSON *object, const char *name,
				  int64_t *out_number, struct lg_error *err)
{
	double value = cJSON_GetNumberValue(lg_json_of(object, name));

	if (!(value > -9e15 && value < 9e15))
		return bad("a time is missing", err);
	*out_number = (int64_t)value;
	return LG_OK;
}

/* The clock since boot counts where both of its members are there. */
static enum lg_status read_end(const cJSON *object,
			       struct lg_servers_record *record,
			       struct lg_error *err)
{
	const char *boot_id = lg_json_text_of(object, "boot_id");
	int is_new = !boot_id || strcmp(boot_id, record->boot_id) != 0;
	int64_t until_s = 0, until_boot_ms = 0;
	enum lg_status status;

	status = read_number(object, "until", &until_s, err);
	if (status == LG_OK && boot_id)
		status = read_number(object, "until_boot_ms", &until_boot_ms,
				     err);
	if (status != LG_OK)
		return status;
	record->until_s = until_s;
	record->until_boot_ms = until_boot_ms;
	snprintf(record->boot_id, sizeof(record->boot_id), "%s",
		 boot_id ? boot_id : "");
	/* The end of an extended lock is told by the clock as it is then. */
	if (is_new &&
	    read_number(object, "offset_ms", &record->offset_ms, NULL) != LG_OK)
		record->offset_ms = until_s * 1000 - until_boot_ms;
	return LG_OK;
}

struct lg_target_lock
lg_servers_record_lock(const struct lg_servers_record *record)
{
	return (struct lg_target_lock){
		.id = record->id,
		.profile = record->profile,
		.by = record->by,
		.since_s = record->since_s,
		.stands = record->stands ? LG_TARGET_IMPORT : LG_TARGET_LOCK,
	};
}

static int is_same_boot(const struct lg_servers_record *record,
			const struct lg_now *now)
{
	return *record->boot_id && strcmp(record->boot_id, now->boot_id) == 0;
}

int64_t lg_servers_record_lasts_s(const struct lg_servers_record *record,
				  int64_t until_s, const struct lg_now *now)
{
	int64_t lasts_ms = (until_s - record->since_s) * 1000;
	int64_t stepped_ms = now->wall_ms - now->boot_ms - record->offset_ms;

	if (is_same_boot(record, now))
		lasts_ms -= stepped_ms;
	/* Clocks are read one after the other. */
	return (lasts_ms + 500) / 1000;
}

int lg_servers_record_is_over(const struct lg_servers_record *record,
			      const struct lg_now *now)
{
	if (is_same_boot(record, now))
		return record->until_boot_ms <= now->boot_ms;
	return record->until_s * 1000 <= now->wall_ms;
}

int lg_servers_is_unfinished(const struct lg_servers_record *record)
{
	return record->phase == LG_SERVERS_APPLYING ||
	       record->phase == LG_SERVERS_LIFTING;
}

static enum lg_status read_header(const cJSON *object,
				  struct lg_servers_record *record,
				  struct lg_error *err)
{
	enum lg_status status;

	record->with_gate = lg_json_is_true(object, "gate");
	record->stands = lg_json_is_true(object, "stands");
	/* version 1 wrote the lock's values as they were */
	record->replaces = lg_json_is_true(object, "replaces") ||
			   !lg_json_of(object, "replaces");
	status = copy_text(object, "profile", &record->profile, err);
	if (status == LG_OK)
		status = copy_text(object, "by", &record->by, err);
	if (status == LG_OK)
		status = copy_text(object, "reason", &record->reason, err);
	if (status == LG_OK && lg_json_text_of(object, "variables"))
		status =
			copy_text(object, "variables", &record->variables, err);
	if (status == LG_OK)
		status = read_number(object, "since", &record->since_s, err);
	if (status == LG_OK)
		status = read_end(object, record, err);
	if (status == LG_OK)
		status = read_number(object, "max_duration",
				     &record->max_duration_s, err);
	return status;
}

enum lg_status lg_servers_record_add(struct lg_servers_record *record,
				     const char *name, struct lg_error *err)
{
	struct lg_servers_record_target *target = realloc(
		record->target, (record->count + 1) * sizeof(*record->target));

	if (!target)
		return lg_no_memory(err);
	record->target = target;
	target += record->count;
	*target = (struct lg_servers_record_target){
		.name = strdup(name),
		.step = LG_SERVERS_UNTOUCHED,
	};
	if (!target->name)
		return lg_no_memory(err);
	record->count++;
	return LG_OK;
}

static enum lg_status read_targets(const cJSON *object,
				   struct lg_servers_record *record,
				   struct lg_error *err)
{
	const cJSON *targets = lg_json_of(object, "targets");
	enum lg_status status = LG_OK;
	const cJSON *target;

	if (!cJSON_IsArray(targets))
		return bad("the targets are missing", err);
	cJSON_ArrayForEach(target, targets) {
		const char *name = lg_json_text_of(target, "name");
		struct lg_error bad_values;
		enum lg_status values;

		if (!name)
			return bad("a target has no name", err);
		if (lg_servers_record_target(record, name))
			return bad("a target stands there twice", err);
		values = lg_servers_record_add(record, name, err);
		if (values == LG_OK)
			values = read_target(target,
					     &record->target[record->count - 1],
					     &bad_values);
		else
			return values;
		/* the names of the others are read all the same */
		if (values != LG_OK && status == LG_OK) {
			*err = bad_values;
			status = values;
		}
	}
	return status;
}

/* Nothing may be taken for what it was not. */
static void lose(struct lg_servers_record *record)
{
	record->phase = LG_SERVERS_LOST;
	for (size_t i = 0; i < record->count; i++) {
		lg_registry_free(&record->target[i].before);
		lg_registry_free(&record->target[i].wanted);
		record->target[i].step = LG_SERVERS_WRITING;
	}
}

static enum lg_status read_id(const cJSON *object,
			      struct lg_servers_record *record,
			      struct lg_error *err)
{
	const char *id = lg_json_text_of(object, "id");

	return id && *id ? copy_text(object, "id", &record->id, err) : LG_OK;
}

enum lg_status lg_servers_record_begin(const cJSON *object,
				       struct lg_servers_record *out_record,
				       struct lg_error *err)
{
	struct lg_servers_record record = {.phase = LG_SERVERS_APPLYING};
	struct lg_error ignored;
	enum lg_status status = read_id(object, &record, err);

	if (status == LG_OK)
		status = read_header(object, &record, err);
	if (status == LG_OK)
		status = read_targets(object, &record, err);
	else if (status == LG_ERR_SYNTAX)
		read_targets(object, &record, &ignored);
	if (status == LG_ERR_NO_MEMORY) {
		lg_servers_record_release(&record);
		return status;
	}
	if (status != LG_OK) {
		lose(&record);
		status = LG_ERR_SYNTAX;
	}
	*out_record = record;
	return status;
}

enum lg_status lg_servers_record_lost(const cJSON *object,
				      struct lg_servers_record *out_record,
				      struct lg_error *err)
{
	const cJSON *targets = lg_json_of(object, "targets");
	struct lg_servers_record record = {0};
	enum lg_status status = read_id(object, &record, err);
	const cJSON *target;

	if (status == LG_OK && lg_json_text_of(object, "profile"))
		status = copy_text(object, "profile", &record.profile, err);
	cJSON_ArrayForEach(target, targets) {
		if (status == LG_OK && cJSON_IsString(target) &&
		    !lg_servers_record_target(&record, target->valuestring))
			status = lg_servers_record_add(
				&record, target->valuestring, err);
	}
	if (status != LG_OK) {
		lg_servers_record_release(&record);
		return status;
	}
	lose(&record);
	*out_record = record;
	return LG_OK;
}

int lg_servers_step_ends_restart(enum lg_servers_step step)
{
	return step == LG_SERVERS_TESTED || step == LG_SERVERS_RESTORED;
}

static int is_anywhere(const struct lg_servers_record *record)
{
	for (size_t i = 0; i < record->count; i++) {
		if (lg_servers_step_locks(record->target[i].step))
			return 1;
	}
	return 0;
}

static enum lg_status read_step(const cJSON *object, const char *word,
				struct lg_servers_record *record,
				struct lg_error *err)
{
	const char *name = lg_json_text_of(object, "target");
	struct lg_servers_record_target *target;
	int step;

	for (step = LG_SERVERS_WRITING; step <= LG_SERVERS_FORGOTTEN; step++) {
		if (strcmp(word, lg_servers_step_name(step)) == 0)
			break;
	}
	if (step > LG_SERVERS_FORGOTTEN)
		return bad("an unknown step", err);
	target = name ? lg_servers_record_target(record, name) : NULL;
	if (!target)
		return bad("a step of an unknown target", err);
	target->step = step;
	if (step == LG_SERVERS_RESTARTING)
		target->in_restart = 1;
	else if (lg_servers_step_ends_restart(step))
		target->in_restart = 0;
	return LG_OK;
}

enum lg_status lg_servers_record_step(const cJSON *object, const char *word,
				      struct lg_servers_record *record,
				      int *out_over, struct lg_error *err)
{
	enum lg_status status = LG_OK;

	*out_over = 0;
	if (strcmp(word, "until") == 0) {
		status = read_end(object, record, err);
		record->moving = lg_json_is_true(object, "moving");
	} else if (strcmp(word, "lifted") == 0) {
		*out_over = 1;
	} else if (strcmp(word, "opened") == 0) {
		/* The gate is lifted last, or while a target is away. */
		record->with_gate = 0;
		*out_over = !is_anywhere(record);
	} else if (strcmp(word, "applied") == 0) {
		if (record->phase != LG_SERVERS_LOST)
			record->phase = LG_SERVERS_APPLIED;
	} else if (strcmp(word, "lifting") == 0) {
		if (record->phase != LG_SERVERS_LOST)
			record->phase = LG_SERVERS_LIFTING;
	} else {
		status = read_step(object, word, record, err);
		*out_over = status == LG_OK &&
			    record->phase == LG_SERVERS_LOST &&
			    !is_anywhere(record);
	}
	return status;
}
