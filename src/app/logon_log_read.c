/* SPDX-License-Identifier: ISC */
/*
 * logon_log_read.c - reading back what logon_log.c wrote
 *
 * A line that does not read (cut off by a full disk) is counted and passed
 * over: one bad line must not hide a day from the help desk.
 */
#include "app/logon_log.h"

#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include <logongate/instant.h>

static const char *get_text(const cJSON *json, const char *key)
{
	return cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(json, key));
}

static int get_time(const cJSON *json, const char *key, int64_t *out_wall_s)
{
	const char *text = get_text(json, key);

	return text && !lg_instant_parse(text, strlen(text), out_wall_s, NULL);
}

static uint64_t get_count(const cJSON *json, const char *key,
			  uint64_t otherwise)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, key);

	if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) ||
	    item->valuedouble > 9e15)
		return otherwise;
	return (uint64_t)item->valuedouble;
}

int lg_logon_read_line(const struct cJSON *json, struct lg_logon *out_logon)
{
	struct lg_logon logon = {0};
	const char *word;
	int known;

	if (!cJSON_IsObject(json) || !get_time(json, "at", &logon.at_s))
		return 0;
	if (!get_time(json, "last", &logon.last_s))
		logon.last_s = logon.at_s;
	logon.user = get_text(json, "user");
	logon.dn = get_text(json, "dn");
	logon.client = get_text(json, "client");
	logon.version = get_text(json, "version");
	logon.process = get_text(json, "process");
	logon.address = get_text(json, "address");
	logon.door = get_text(json, "door");
	logon.count = get_count(json, "count", 1);
	logon.generation = get_count(json, "generation", 0);
	word = get_text(json, "protocol");
	if (word)
		lg_protocol_from_name(word, strlen(word), &logon.protocol);
	word = get_text(json, "reason");
	for (known = 0; word && known < LG_REASON_COUNT; known++)
		if (!strcmp(word, lg_reason_name((enum lg_reason)known)))
			logon.reason = (enum lg_reason)known;
	word = get_text(json, "rule");
	for (known = 1; word && known <= LG_RULE_PROCESSES; known++)
		if (!strcmp(word, lg_rule_name((enum lg_rule)known)))
			logon.rule = (enum lg_rule)known;
	*out_logon = logon;
	return 1;
}

static enum lg_status
read_day(const struct lg_files *files, const char *path, int64_t since_s,
	 int (*visit)(void *context, const struct lg_logon *logon),
	 void *context, size_t *damaged, int *stop, struct lg_error *err)
{
	struct lg_buffer text = {0};
	struct lg_logon logon;
	enum lg_status status;
	size_t at = 0;

	status = files->read(files->self, path, &text, err);
	if (status == LG_ERR_UNKNOWN_KEY)
		status = LG_OK;
	while (!status && !*stop && at < text.len) {
		const char *line = text.data + at;
		const char *end = memchr(line, '\n', text.len - at);
		size_t len = end ? (size_t)(end - line) : text.len - at;
		cJSON *json = cJSON_ParseWithLength(line, len);

		at += len + 1;
		if (!lg_logon_read_line(json, &logon))
			*damaged += len > 0;
		else if (logon.last_s >= since_s)
			*stop = visit(context, &logon);
		cJSON_Delete(json);
	}
	lg_buffer_release(&text);
	return status;
}

enum lg_status
lg_logon_log_read(const struct lg_files *files, const char *folder,
		  int64_t since_s,
		  int (*visit)(void *context, const struct lg_logon *logon),
		  void *context, size_t *out_damaged, struct lg_error *err)
{
	struct lg_strlist names = {0};
	char first[LG_INSTANT_SIZE];
	enum lg_status status;
	size_t damaged = 0;
	char path[320];
	int stop = 0;
	size_t i;

	lg_instant_format(since_s, first);
	status = files->list(files->self, folder, &names, err);
	for (i = 0; !status && !stop && i < names.count; i++) {
		if (strncmp(names.item[i], first, 10) < 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, names.item[i]);
		status = read_day(files, path, since_s, visit, context,
				  &damaged, &stop, err);
	}
	lg_strlist_release(&names);
	if (!status && out_damaged)
		*out_damaged = damaged;
	return status;
}
