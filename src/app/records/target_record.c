/* SPDX-License-Identifier: ISC */
/*
 * target_record.c - what a server holds now, as one of status's "targets"
 */
#include "app/records/target_record.h"

#include "app/records/json_member.h"

cJSON *lg_target_object(const struct lg_target_now *target)
{
	cJSON *object = cJSON_CreateObject();

	lg_json_text(object, "name", target->name);
	lg_json_bool(object, "reachable", target->is_reachable);
	lg_json_bool(object, "in_force", target->is_in_force);
	lg_json_bool(object, "differs", target->differs);
	if (target->is_here)
		return object;
	lg_json_text(object, "step", target->step);
	if (target->tells_whose) {
		lg_json_text(object, "profile", target->profile);
		lg_json_time(object, "since", target->since_s);
		lg_json_time(object, "until", target->until_s);
		lg_json_text(object, "by", target->by);
		lg_json_time(object, "in_force_by", target->in_force_by_s);
	}
	lg_json_text(object, "service", target->service);
	if (target->note != NULL)
		lg_json_text(object, "note", target->note);
	if (target->error != NULL)
		lg_json_text(object, "error", target->error);
	if (target->is_reachable)
		lg_json_names(object, "says", &target->says);
	return object;
}

void lg_target_read(const cJSON *object, struct lg_target_now *out_target)
{
	*out_target = (struct lg_target_now){
		.name = lg_json_text_of(object, "name"),
		.is_reachable = lg_json_is_true(object, "reachable"),
		.is_in_force = lg_json_is_true(object, "in_force"),
		.differs = lg_json_is_true(object, "differs"),
		.step = lg_json_text_of(object, "step"),
		.tells_whose = lg_json_of(object, "in_force_by") != NULL,
		.profile = lg_json_text_of(object, "profile"),
		.by = lg_json_text_of(object, "by"),
		.since_s = lg_json_time_of(object, "since"),
		.until_s = lg_json_time_of(object, "until"),
		.in_force_by_s = lg_json_time_of(object, "in_force_by"),
		.service = lg_json_text_of(object, "service"),
		.note = lg_json_text_of(object, "note"),
		.error = lg_json_text_of(object, "error"),
		.lines = lg_json_of(object, "says"),
	};
}
