/* SPDX-License-Identifier: ISC */
/*
 * A gate's entry is written by the gate alone (the directory's ACL) and is
 * signed by nobody: it is believed for what is shown, and for whether apply
 * may go on, never for what is in force elsewhere.
 */
#include "app/fleet/fleet_report.h"

#include <stdio.h>
#include <string.h>

#include "app/records/json_member.h"

static const char *const ready_names[] = {NULL, "yes", "no"};

static cJSON *lock_object(const struct lg_fleet_report_lock *lock)
{
	cJSON *object = cJSON_CreateObject();

	lg_json_text(object, "id", lock->id);
	lg_json_number(object, "number", lock->number);
	lg_json_text(object, "state", lg_fleet_state_name(lock->state));
	lg_json_text(object, "ready", ready_names[lock->ready]);
	lg_json_text(object, "why", *lock->why ? lock->why : NULL);
	lg_json_time(object, "until", lock->until_s);
	return object;
}

static void add_doors(cJSON *object, const char *name,
		      const struct lg_fleet_report *report,
		      const struct lg_strlist *doors)
{
	cJSON *array;
	char more[32];
	size_t i;

	if (!report->doors_looked) {
		lg_json_add(object, name, cJSON_CreateNull());
		return;
	}
	array = cJSON_CreateArray();
	for (i = 0; i < doors->count && i < LG_FLEET_REPORT_DOORS_MAX; i++)
		lg_json_item(array, doors->item[i]);
	if (i < doors->count) {
		snprintf(more, sizeof(more), "%zu more", doors->count - i);
		lg_json_item(array, more);
	}
	lg_json_add(object, name, array);
}

enum lg_status lg_fleet_report_render(const struct lg_fleet_report *report,
				      struct lg_buffer *out_text,
				      struct lg_error *err)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *locks = cJSON_CreateArray();
	cJSON *attention = cJSON_CreateArray();

	lg_json_number(object, "v", 1);
	lg_json_text(object, "version", report->version);
	lg_json_number(object, "clock", report->clock_ms);
	lg_json_names(object, "groups", &report->groups);
	lg_json_number(object, "heartbeat_s", report->heartbeat_s);
	lg_json_number(object, "sessions", report->sessions);
	lg_json_number(object, "count", report->count);
	for (size_t i = 0; i < report->lock_count; i++)
		lg_json_append(locks, lock_object(&report->lock[i]));
	lg_json_add(object, "locks", locks);
	for (int code = 0; code < LG_FLEET_CODE_COUNT; code++)
		if (report->attention & 1u << code)
			lg_json_item(
				attention,
				lg_fleet_code_name((enum lg_fleet_code)code));
	lg_json_add(object, "attention", attention);
	add_doors(object, "not_closed", report, &report->not_closed);
	add_doors(object, "doors_unknown", report, &report->doors_unknown);
	return lg_json_print(object, out_text, err);
}

/* What another machine wrote is shown to people: one line, no controls. */
static void copy_clean(char *out, size_t size, const char *text)
{
	size_t i;

	for (i = 0; text[i] && i + 1 < size; i++)
		out[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7f
				 ? ' '
				 : text[i];
	/* No half of a character at the end. */
	while (text[i] && i && ((unsigned char)text[i] & 0xc0) == 0x80)
		i--;
	out[i] = '\0';
}

static int read_lock(const cJSON *item, struct lg_fleet_report_lock *out_lock)
{
	const char *state = lg_json_word_of(item, "state");
	const char *id = lg_json_word_of(item, "id");

	*out_lock = (struct lg_fleet_report_lock){0};
	if (!lg_fleet_is_lock(id, strlen(id)))
		return 0;
	memcpy(out_lock->id, id, sizeof(out_lock->id));
	out_lock->number = lg_json_number_of(item, "number");
	for (int i = 0; i < LG_FLEET_STATE_COUNT; i++)
		if (!strcmp(state, lg_fleet_state_name((enum lg_fleet_state)i)))
			out_lock->state = (enum lg_fleet_state)i;
	for (size_t i = 1; i < 3; i++)
		if (!strcmp(lg_json_word_of(item, "ready"), ready_names[i]))
			out_lock->ready = (enum lg_fleet_ready)i;
	copy_clean(out_lock->why, sizeof(out_lock->why),
		   lg_json_word_of(item, "why"));
	out_lock->until_s = lg_json_time_of(item, "until");
	return 1;
}

/* Adds the texts of an array, at most so many. */
static enum lg_status read_texts(const cJSON *object, const char *member,
				 size_t most, struct lg_strlist *out,
				 struct lg_error *err)
{
	enum lg_status status = LG_OK;
	const cJSON *item;

	cJSON_ArrayForEach(item, lg_json_of(object, member)) {
		char text[128];

		if (status != LG_OK || !cJSON_IsString(item) ||
		    out->count == most)
			continue;
		copy_clean(text, sizeof(text), item->valuestring);
		status = lg_strlist_add(out, text, strlen(text), err);
	}
	return status;
}

static enum lg_status read_doors(const cJSON *object,
				 struct lg_fleet_report *report,
				 struct lg_error *err)
{
	enum lg_status status;

	report->doors_looked = cJSON_IsArray(lg_json_of(object, "not_closed"));
	status = read_texts(object, "not_closed", LG_FLEET_REPORT_DOORS_MAX + 1,
			    &report->not_closed, err);
	if (status == LG_OK)
		status = read_texts(object, "doors_unknown",
				    LG_FLEET_REPORT_DOORS_MAX + 1,
				    &report->doors_unknown, err);
	return status;
}

static unsigned int read_attention(const cJSON *object)
{
	unsigned int attention = 0;
	const cJSON *item;

	cJSON_ArrayForEach(item, lg_json_of(object, "attention")) {
		for (int code = 0; code < LG_FLEET_CODE_COUNT; code++)
			if (cJSON_IsString(item) &&
			    !strcmp(item->valuestring,
				    lg_fleet_code_name(
					    (enum lg_fleet_code)code)))
				attention |= 1u << code;
	}
	return attention;
}

enum lg_status lg_fleet_report_parse(const char *text, size_t len,
				     struct lg_fleet_report *out_report,
				     struct lg_error *err)
{
	cJSON *object = cJSON_ParseWithLength(text, len);
	struct lg_fleet_report report = {0};
	enum lg_status status;
	const cJSON *item;

	if (!cJSON_IsObject(object) || lg_json_number_of(object, "v") != 1) {
		cJSON_Delete(object);
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "the gate's report cannot be read");
	}
	copy_clean(report.version, sizeof(report.version),
		   lg_json_word_of(object, "version"));
	report.clock_ms = lg_json_number_of(object, "clock");
	report.heartbeat_s = lg_json_number_of(object, "heartbeat_s");
	report.sessions = lg_json_number_of(object, "sessions");
	report.count = lg_json_number_of(object, "count");
	report.attention = read_attention(object);
	cJSON_ArrayForEach(item, lg_json_of(object, "locks")) {
		if (report.lock_count < LG_FLEET_REPORT_LOCKS_MAX &&
		    read_lock(item, &report.lock[report.lock_count]))
			report.lock_count++;
	}
	status = read_texts(object, "groups", LG_FLEET_GROUPS_MAX,
			    &report.groups, err);
	if (status == LG_OK)
		status = read_doors(object, &report, err);
	cJSON_Delete(object);
	if (status != LG_OK)
		lg_fleet_report_release(&report);
	else
		*out_report = report;
	return status;
}

void lg_fleet_report_release(struct lg_fleet_report *report)
{
	lg_strlist_release(&report->groups);
	lg_strlist_release(&report->not_closed);
	lg_strlist_release(&report->doors_unknown);
	*report = (struct lg_fleet_report){0};
}

cJSON *lg_fleet_attention(enum lg_fleet_code code, const char *entry,
			  const char *text)
{
	cJSON *object = cJSON_CreateObject();

	lg_json_text(object, "code", lg_fleet_code_name(code));
	lg_json_text(object, "entry", entry);
	lg_json_text(object, "text", text);
	return object;
}

const struct lg_fleet_report_lock *
lg_fleet_report_find(const struct lg_fleet_report *report, const char *id)
{
	for (size_t i = 0; i < report->lock_count; i++)
		if (!strcmp(report->lock[i].id, id))
			return &report->lock[i];
	return NULL;
}
