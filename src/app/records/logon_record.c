/* SPDX-License-Identifier: ISC */
/*
 * logon_record.c - a logon as a line, and what tells it from others
 */
#include "app/records/logon_record.h"

#include <string.h>

#include "base/instant.h"
#include "base/kept.h"
#include "core/policy/message.h"
#include "core/values/name.h"

static void add_text(struct lg_buffer *line, const char *key, const char *text)
{
	struct lg_buffer clean = {0};
	size_t i;

	lg_buffer_format(line, ",\"%s\":", key);
	if (!text) {
		lg_buffer_text(line, "null");
		return;
	}
	lg_message_clean(text, lg_kept_text_len(text), &clean);
	lg_buffer_char(line, '"');
	for (i = 0; i < clean.len; i++) {
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

static uint64_t mix(uint64_t hash, const char *text)
{
	uint64_t other =
		text ? lg_name_hash(text, lg_kept_text_len(text)) : 0x9e37u;

	hash ^= other + UINT64_C(0x9e3779b97f4a7c15) + (hash << 6) +
		(hash >> 2);
	return hash * UINT64_C(0xff51afd7ed558ccd);
}

uint64_t lg_logon_others_key(const struct lg_logon *logon)
{
	uint64_t hash = mix((uint64_t)logon->reason * 7 + 1, logon->door);

	return hash ? hash : 1;
}

uint64_t lg_logon_key(const struct lg_logon *logon, uint64_t others)
{
	uint64_t hash = others + (uint64_t)logon->protocol * 31 + 1;

	hash = mix(hash, logon->user);
	hash = mix(hash, logon->dn);
	hash = mix(hash, logon->client);
	hash = mix(hash, logon->process);
	hash = mix(hash, logon->address);
	hash = mix(hash, logon->lock);
	return hash ? hash : 1;
}
