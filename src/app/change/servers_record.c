/* SPDX-License-Identifier: ISC */
/*
 * servers_record.c - what the write-ahead journal of a change says
 *
 * Reading replays the lines that servers_journal.c writes; only the last change
 * counts.
 */
#include "app/change/servers_journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

static enum lg_status out_of_memory(struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "out of memory");
}

void lg_servers_record_release(struct lg_servers_record *record)
{
	size_t i;

	for (i = 0; i < record->count; i++) {
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
	*record = (struct lg_servers_record){0};
}

/* Where in which journal a line stands, for its errors. */
struct line_place {
	const char *file;
	size_t number;
};

static enum lg_status bad_line(const struct line_place *place, const char *what,
			       struct lg_error *err)
{
	return lg_error_set_at(err, LG_ERR_SYNTAX, place->file, place->number,
			       "%s; this is not a journal of logongate, or it "
			       "is damaged: move it away, then registry "
			       "restore puts the back-up of each server back",
			       what);
}

static const char *member_text(const cJSON *object, const char *name)
{
	return cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(object, name));
}

static enum lg_status copy_text(const cJSON *object, const char *name,
				char **out_text, const struct line_place *place,
				struct lg_error *err)
{
	const char *text = member_text(object, name);
	char *copy;

	if (!text)
		return bad_line(place, "a text is missing", err);
	copy = strdup(text);
	if (!copy)
		return out_of_memory(err);
	*out_text = copy;
	return LG_OK;
}

static enum lg_status read_registry(const cJSON *object, const char *name,
				    struct lg_registry **out_registry,
				    const struct line_place *place,
				    struct lg_error *err)
{
	const char *text = member_text(object, name);

	if (!text)
		return bad_line(place, "the values of a target are missing",
				err);
	return lg_reg_text_parse(text, strlen(text), place->file, NULL,
				 out_registry, err);
}

static enum lg_status read_target(const cJSON *object,
				  struct lg_servers_record_target *target,
				  const struct line_place *place,
				  struct lg_error *err)
{
	enum lg_status status;

	target->restart = cJSON_IsTrue(
		cJSON_GetObjectItemCaseSensitive(object, "restart"));
	status = copy_text(object, "name", &target->name, place, err);
	if (status == LG_OK && member_text(object, "backup"))
		status = copy_text(object, "backup", &target->backup, place,
				   err);
	if (status == LG_OK)
		status = read_registry(object, "before", &target->before, place,
				       err);
	if (status == LG_OK)
		status = read_registry(object, "wanted", &target->wanted, place,
				       err);
	return status;
}

static enum lg_status read_time(const cJSON *object, const char *name,
				int64_t *out_time_s,
				const struct line_place *place,
				struct lg_error *err)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
	double value = cJSON_GetNumberValue(item);

	if (!cJSON_IsNumber(item) || !(value > -9e15 && value < 9e15))
		return bad_line(place, "a time is missing", err);
	*out_time_s = (int64_t)value;
	return LG_OK;
}

/* The clock since boot counts where both of its members are there. */
static enum lg_status read_end(const cJSON *object,
			       struct lg_servers_record *record,
			       const struct line_place *place,
			       struct lg_error *err)
{
	const char *boot_id = member_text(object, "boot_id");
	int is_new = !boot_id || strcmp(boot_id, record->boot_id) != 0;
	enum lg_status status;

	*record->boot_id = '\0';
	status = read_time(object, "until", &record->until_s, place, err);
	if (status == LG_OK && boot_id) {
		status = read_time(object, "until_boot_ms",
				   &record->until_boot_ms, place, err);
		if (status == LG_OK)
			snprintf(record->boot_id, sizeof(record->boot_id), "%s",
				 boot_id);
	}
	/* The end of an extended lock is told by the clock as it is then. */
	if (is_new)
		record->offset_ms =
			record->until_s * 1000 - record->until_boot_ms;
	return status;
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

static enum lg_status read_begin(const cJSON *object,
				 struct lg_servers_record *record,
				 const struct line_place *place,
				 struct lg_error *err)
{
	const cJSON *targets;
	const cJSON *target;
	enum lg_status status;
	size_t count;

	lg_servers_record_release(record);
	targets = cJSON_GetObjectItemCaseSensitive(object, "targets");
	if (!cJSON_IsArray(targets))
		return bad_line(place, "the targets are missing", err);
	count = (size_t)cJSON_GetArraySize(targets);
	record->target = calloc(count ? count : 1, sizeof(*record->target));
	if (!record->target)
		return out_of_memory(err);
	record->phase = LG_SERVERS_APPLYING;
	record->with_gate =
		cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, "gate"));
	status = copy_text(object, "profile", &record->profile, place, err);
	if (status == LG_OK)
		status = copy_text(object, "by", &record->by, place, err);
	if (status == LG_OK)
		status = copy_text(object, "reason", &record->reason, place,
				   err);
	if (status == LG_OK && member_text(object, "id"))
		status = copy_text(object, "id", &record->id, place, err);
	if (status == LG_OK)
		status = read_time(object, "since", &record->since_s, place,
				   err);
	if (status == LG_OK)
		status = read_end(object, record, place, err);
	if (status == LG_OK)
		status = read_time(object, "max_duration",
				   &record->max_duration_s, place, err);
	cJSON_ArrayForEach(target, targets) {
		if (status != LG_OK)
			break;
		status = read_target(target, &record->target[record->count],
				     place, err);
		record->count++;
	}
	return status;
}

int lg_servers_step_ends_restart(enum lg_servers_step step)
{
	return step == LG_SERVERS_TESTED || step == LG_SERVERS_RESTORED;
}

static enum lg_status read_step(const cJSON *object, const char *word,
				struct lg_servers_record *record,
				const struct line_place *place,
				struct lg_error *err)
{
	const char *target = member_text(object, "target");
	int step;
	size_t i;

	for (step = LG_SERVERS_WRITING; step <= LG_SERVERS_FORGOTTEN; step++) {
		if (strcmp(word, lg_servers_step_name(step)) == 0)
			break;
	}
	if (step > LG_SERVERS_FORGOTTEN)
		return bad_line(place, "an unknown step", err);
	for (i = 0; target && i < record->count; i++) {
		if (strcmp(record->target[i].name, target) == 0) {
			record->target[i].step = step;
			if (step == LG_SERVERS_RESTARTING)
				record->target[i].in_restart = 1;
			else if (lg_servers_step_ends_restart(step))
				record->target[i].in_restart = 0;
			return LG_OK;
		}
	}
	return bad_line(place, "a step of an unknown target", err);
}

/* The gate is lifted last, or while a target cannot be reached. */
static void read_opened(struct lg_servers_record *record)
{
	size_t i;

	record->with_gate = 0;
	for (i = 0; i < record->count; i++) {
		if (lg_servers_step_locks(record->target[i].step))
			return;
	}
	lg_servers_record_release(record);
}

static enum lg_status read_line(const char *line, size_t len,
				struct lg_servers_record *record,
				const struct line_place *place,
				struct lg_error *err)
{
	cJSON *object = cJSON_ParseWithLength(line, len);
	const char *word = object ? member_text(object, "step") : NULL;
	enum lg_status status;

	if (!word) {
		status = bad_line(place, "a line without a step", err);
	} else if (strcmp(word, "begin") == 0) {
		status = read_begin(object, record, place, err);
	} else if (record->phase == LG_SERVERS_NOTHING) {
		status = bad_line(place, "a step without a change", err);
	} else if (strcmp(word, "applied") == 0) {
		record->phase = LG_SERVERS_APPLIED;
		status = LG_OK;
	} else if (strcmp(word, "lifting") == 0) {
		record->phase = LG_SERVERS_LIFTING;
		status = LG_OK;
	} else if (strcmp(word, "until") == 0) {
		status = read_end(object, record, place, err);
	} else if (strcmp(word, "lifted") == 0) {
		lg_servers_record_release(record);
		status = LG_OK;
	} else if (strcmp(word, "opened") == 0) {
		read_opened(record);
		status = LG_OK;
	} else {
		status = read_step(object, word, record, place, err);
	}
	cJSON_Delete(object);
	return status;
}

enum lg_status lg_servers_record_parse(const char *text, size_t len,
				       const char *file,
				       struct lg_servers_record *out_record,
				       struct lg_error *err)
{
	struct lg_servers_record record = {0};
	struct line_place place = {file, 0};
	enum lg_status status = LG_OK;
	const char *end = text + len;
	const char *newline;

	while (status == LG_OK && text < end) {
		newline = memchr(text, '\n', (size_t)(end - text));
		if (!newline)
			break; /* cut off: that step was not taken */
		place.number++;
		if (newline > text)
			status = read_line(text, (size_t)(newline - text),
					   &record, &place, err);
		text = newline + 1;
	}
	if (status != LG_OK) {
		lg_servers_record_release(&record);
		return status;
	}
	*out_record = record;
	return LG_OK;
}
