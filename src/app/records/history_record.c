/* SPDX-License-Identifier: ISC */
/*
 * history_record.c - what was done to a lock, as `history` shows it
 *
 * The journal has a line for the gate that reads it after a crash; this object
 * is for people and scripts.
 */
#include "app/records/history_record.h"

#include "app/records/json_member.h"

cJSON *lg_history_object(const struct lg_journal_entry *entry)
{
	cJSON *object = cJSON_CreateObject();

	lg_json_time(object, "at", entry->at_s);
	lg_json_text(object, "event", lg_journal_event_name(entry->event));
	lg_json_text(object, "profile", entry->profile);
	lg_json_lock(object, entry->id, entry->profile);
	lg_json_text(object, "by", entry->by);
	lg_json_text(object, "reason", entry->reason);
	lg_json_text(object, "result", entry->result);
	lg_json_number(object, "generation", (int64_t)entry->generation);
	lg_json_time(object, "until", entry->until_s);
	lg_json_text(object, "backup", entry->backup);
	if (entry->target)
		lg_json_text(object, "target", entry->target);
	if (entry->what)
		lg_json_text(object, "what", entry->what);
	return object;
}

void lg_history_read(const cJSON *object, struct lg_history_said *out_said)
{
	*out_said = (struct lg_history_said){
		.at = lg_json_text_of(object, "at"),
		.event = lg_json_text_of(object, "event"),
		.profile = lg_json_text_of(object, "profile"),
		.by = lg_json_text_of(object, "by"),
		.reason = lg_json_text_of(object, "reason"),
		.result = lg_json_text_of(object, "result"),
		.target = lg_json_text_of(object, "target"),
		.what = lg_json_text_of(object, "what"),
	};
}
