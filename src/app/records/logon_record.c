/* SPDX-License-Identifier: ISC */
/*
 * logon_record.c - a logon written and read
 */
#include "app/records/logon_record.h"

#include <string.h>

#include "app/records/json_member.h"
#include "base/instant.h"
#include "base/kept.h"
#include "core/policy/message.h"

static void add_text(struct lg_buffer *line, const char *key, const char *text)
{
	struct lg_buffer clean = {0};

	lg_buffer_format(line, ",\"%s\":", key);
	if (!text) {
		lg_buffer_text(line, "null");
		return;
	}
	lg_message_clean(text, lg_kept_text_len(text), &clean);
	lg_buffer_char(line, '"');
	for (size_t i = 0; i < clean.len; i++) {
		if (clean.data[i] == '"' || clean.data[i] == '\\')
			lg_buffer_char(line, '\\');
		lg_buffer_char(line, clean.data[i]);
	}
	lg_buffer_char(line, '"');
	lg_buffer_release(&clean);
}

void lg_logon_write_line(struct lg_buffer *line, const struct lg_logon *logon)
{
	const char *protocol = lg_protocol_name(logon->protocol);
	char at[LG_INSTANT_SIZE];
	char last[LG_INSTANT_SIZE];

	lg_instant_format(logon->at_s, at);
	lg_instant_format(logon->last_s, last);
	lg_buffer_format(line, "{\"at\":\"%s\"", at);
	add_text(line, "user", logon->user);
	add_text(line, "dn", logon->dn);
	add_text(line, "client", logon->client);
	add_text(line, "version", logon->version);
	add_text(line, "process", logon->process);
	add_text(line, "protocol", *protocol ? protocol : NULL);
	add_text(line, "address", logon->address);
	add_text(line, "door", logon->door);
	add_text(line, "reason", lg_reason_name(logon->reason));
	add_text(line, "rule", logon->rule ? lg_rule_name(logon->rule) : NULL);
	if (logon->lock) {
		add_text(line, "lock", logon->lock);
		add_text(line, "profile", logon->profile);
	}
	lg_buffer_format(line,
			 ",\"generation\":%llu,\"count\":%llu,"
			 "\"last\":\"%s\"}\n",
			 (unsigned long long)logon->generation,
			 (unsigned long long)logon->count, last);
}

cJSON *lg_logon_object(const struct lg_logon *logon)
{
	const char *protocol = lg_protocol_name(logon->protocol);
	cJSON *object = cJSON_CreateObject();

	lg_json_time(object, "at", logon->at_s);
	lg_json_text(object, "user", logon->user);
	lg_json_text(object, "dn", logon->dn);
	lg_json_text(object, "client", logon->client);
	lg_json_text(object, "protocol", *protocol ? protocol : NULL);
	lg_json_text(object, "address", logon->address);
	lg_json_text(object, "reason", lg_reason_name(logon->reason));
	lg_json_text(object, "rule",
		     logon->rule ? lg_rule_name(logon->rule) : NULL);
	lg_json_lock(object, logon->lock, logon->profile);
	lg_json_text(object, "door", logon->door);
	lg_json_text(object, "version", logon->version);
	lg_json_text(object, "process", logon->process);
	lg_json_number(object, "count", (int64_t)logon->count);
	lg_json_time(object, "last", logon->last_s);
	return object;
}

static uint64_t count_of(const cJSON *json, const char *name,
			 uint64_t otherwise)
{
	const cJSON *item = lg_json_of(json, name);

	if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) ||
	    item->valuedouble > 9e15)
		return otherwise;
	return (uint64_t)item->valuedouble;
}

/* A line has the lock's id and its profile side by side. */
static void read_lock(const cJSON *json, struct lg_logon *logon)
{
	const cJSON *lock = lg_json_of(json, "lock");
	int is_object = cJSON_IsObject(lock);

	logon->lock = is_object ? lg_json_text_of(lock, "id")
				: cJSON_GetStringValue(lock);
	logon->profile = lg_json_text_of(is_object ? lock : json, "profile");
}

static void read_words(const cJSON *json, struct lg_logon *logon)
{
	const char *word = lg_json_text_of(json, "protocol");

	if (word)
		lg_protocol_from_name(word, strlen(word), &logon->protocol);
	word = lg_json_text_of(json, "reason");
	for (int known = 0; word && known < LG_REASON_COUNT; known++)
		if (!strcmp(word, lg_reason_name((enum lg_reason)known)))
			logon->reason = (enum lg_reason)known;
	word = lg_json_text_of(json, "rule");
	for (int known = 1; word && known <= LG_RULE_PROCESSES; known++)
		if (!strcmp(word, lg_rule_name((enum lg_rule)known)))
			logon->rule = (enum lg_rule)known;
}

int lg_logon_read(const cJSON *json, struct lg_logon *out_logon)
{
	const char *at = lg_json_text_of(json, "at");
	const char *last = lg_json_text_of(json, "last");
	struct lg_logon logon = {0};

	if (!cJSON_IsObject(json) || !at ||
	    lg_instant_parse(at, strlen(at), &logon.at_s, NULL) != LG_OK)
		return 0;
	if (!last ||
	    lg_instant_parse(last, strlen(last), &logon.last_s, NULL) != LG_OK)
		logon.last_s = logon.at_s;
	logon.user = lg_json_text_of(json, "user");
	logon.dn = lg_json_text_of(json, "dn");
	logon.client = lg_json_text_of(json, "client");
	logon.version = lg_json_text_of(json, "version");
	logon.process = lg_json_text_of(json, "process");
	logon.address = lg_json_text_of(json, "address");
	logon.door = lg_json_text_of(json, "door");
	logon.count = count_of(json, "count", 1);
	logon.generation = count_of(json, "generation", 0);
	read_lock(json, &logon);
	read_words(json, &logon);
	*out_logon = logon;
	return 1;
}
