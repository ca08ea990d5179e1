/* SPDX-License-Identifier: ISC */
/*
 * status_record.c - what `status` says of locks, written and read
 *
 * A lock that waits is no lock in force: it has starts and no since, and where
 * it is the only one the members outside tell of it with active false.
 */
#include "app/records/status_record.h"

#include <string.h>

#include "app/records/json_member.h"

static cJSON *concerns_object(const struct lg_lock_concerns *concerns)
{
	cJSON *object = cJSON_CreateObject();

	lg_json_names(object, "domains", &concerns->domains);
	lg_json_number(object, "accounts", (int64_t)concerns->accounts);
	return object;
}

cJSON *lg_status_lock_object(const struct lg_status_lock *status)
{
	const struct lg_lock *lock = status->lock;
	cJSON *object = cJSON_CreateObject();

	lg_json_text(object, "id", lock->id);
	lg_json_text(object, "profile", lock->profile);
	lg_json_time(object, "since", lock->since_s);
	lg_json_time(object, "until", lock->until.wall_s);
	lg_json_text(object, "by", lock->by);
	lg_json_text(object, "reason", lock->reason);
	lg_json_text(object, "gate", status->gate);
	if (status->concerns && status->concerns->some)
		lg_json_add(object, "applies_to",
			    concerns_object(status->concerns));
	else
		lg_json_text(object, "applies_to", NULL);
	lg_json_time(object, "starts", lock->start.wall_s);
	lg_json_time(object, "confirm_by", lock->confirm.wall_s);
	lg_json_time(object, "cut_at", lock->cut.wall_s);
	lg_json_text(object, "origin", lg_lock_origins[lock->origin]);
	lg_json_text(object, "variables", lock->variables);
	lg_json_bool(object, "replaces", lock->replaces);
	return object;
}

cJSON *lg_status_locks(const struct lg_status_facts *facts)
{
	cJSON *array = cJSON_CreateArray();

	for (size_t i = 0; i < facts->count; i++)
		lg_json_append(array, lg_status_lock_object(&facts->lock[i]));
	return array;
}

/* In force and ends last; where none is in force, of those that wait. */
static const struct lg_lock *last_of(const struct lg_status_facts *facts)
{
	const struct lg_lock *last = NULL;

	for (size_t i = 0; i < facts->count; i++) {
		const struct lg_lock *lock = facts->lock[i].lock;
		int begins =
			last && lg_lock_waits(last) && !lg_lock_waits(lock);

		if (!last || begins ||
		    (lg_lock_waits(lock) == lg_lock_waits(last) &&
		     lg_lock_compare_ends(lock, last) > 0))
			last = lock;
	}
	return last;
}

/* What is told outside of "locks" of the one that ends last. */
static void add_speaking(cJSON *object, const struct lg_lock *lock)
{
	lg_json_text(object, "profile", lock->profile);
	lg_json_time(object, "since", lock->since_s);
	lg_json_time(object, "until", lock->until.wall_s);
	lg_json_text(object, "by", lock->by);
	lg_json_text(object, "reason", lock->reason);
}

static void add_texts(cJSON *object, const char *name,
		      const struct lg_strlist *texts)
{
	static const struct lg_strlist none;

	lg_json_names(object, name, texts ? texts : &none);
}

cJSON *lg_status_object(const struct lg_status_facts *facts)
{
	static const struct lg_lock none;
	const struct lg_lock *last = last_of(facts);
	const struct lg_lock *lock = last ? last : &none;
	int active = last && !lg_lock_waits(last);
	cJSON *object = cJSON_CreateObject();

	lg_json_bool(object, "active", active);
	add_speaking(object, lock);
	lg_json_text(object, "gate", facts->gate);
	lg_json_text(object, "dialect", lg_dialect_name(facts->dialect));
	lg_json_number(object, "generation", (int64_t)facts->generation);
	lg_json_number(object, "sessions", (int64_t)facts->sessions);
	lg_json_text(object, "sessions_note", facts->sessions_note);
	lg_json_number(object, "refused", (int64_t)facts->refused);
	lg_json_time(object, "confirm_by", lock->confirm.wall_s);
	lg_json_time(object, "cut_at", lock->cut.wall_s);
	lg_json_time(object, "starts", lock->start.wall_s);
	lg_json_number(object, "stepped",
		       last ? lg_lock_stepped_s(last, &facts->now) : 0);
	lg_json_add(object, "locks", lg_status_locks(facts));
	add_texts(object, "loud", facts->loud);
	add_texts(object, "doors", facts->doors);
	lg_json_text(object, "takes_effect",
		     lg_takes_effect_name(
			     lg_dialect_traits(facts->dialect)->takes_effect));
	lg_json_time(object, "in_force_at", facts->in_force_at_s);
	if (facts->pid)
		lg_json_number(object, "pid", facts->pid);
	else
		lg_json_text(object, "pid", NULL);
	lg_json_text(object, "version", facts->version);
	return object;
}

/* Of the object and of each of its locks. */
static const char *const told[] = {
	"active",  "profile", "since",   "until",      "reason",
	"gate",    "dialect", "starts",  "generation", "sessions",
	"refused", "locks",   "version", "id"};

static void leave_out(cJSON *object)
{
	cJSON *item = object ? object->child : NULL;

	while (item) {
		cJSON *next = item->next;
		int is_told = 0;

		for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
			is_told |= !strcmp(item->string, told[i]);
		if (!is_told)
			cJSON_Delete(cJSON_DetachItemViaPointer(object, item));
		item = next;
	}
}

cJSON *lg_status_public(cJSON *object, const char *const *words,
			const struct lg_strlist *attention)
{
	cJSON *lock;
	size_t i = 0;

	leave_out(object);
	cJSON_ArrayForEach(lock, lg_json_of(object, "locks")) {
		leave_out(lock);
		lg_json_text(lock, "message", words[i++]);
	}
	add_texts(object, "attention", attention);
	return object;
}

/* An array of the object, which is made where it is missing. */
static cJSON *array_of(cJSON *object, const char *name)
{
	cJSON *array = cJSON_GetObjectItemCaseSensitive(object, name);

	if (!cJSON_IsArray(array)) {
		array = cJSON_CreateArray();
		cJSON_DeleteItemFromObjectCaseSensitive(object, name);
		lg_json_add(object, name, array);
	}
	return array;
}

void lg_status_add_lock(cJSON *object, const struct lg_lock *lock)
{
	const struct lg_status_lock status = {.lock = lock};

	lg_json_append(array_of(object, "locks"),
		       lg_status_lock_object(&status));
}

void lg_status_speak_of(cJSON *object, const struct lg_lock *lock)
{
	static const char *const names[] = {"active", "profile", "since",
					    "until",  "by",      "reason"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		cJSON_DeleteItemFromObjectCaseSensitive(object, names[i]);
	lg_json_bool(object, "active", 1);
	add_speaking(object, lock);
}

void lg_status_take_loud(cJSON *object, const char *beginning)
{
	cJSON *loud = array_of(object, "loud");

	for (int i = cJSON_GetArraySize(loud); i-- > 0;) {
		const char *text =
			cJSON_GetStringValue(cJSON_GetArrayItem(loud, i));

		if (text != NULL &&
		    strncmp(text, beginning, strlen(beginning)) == 0)
			cJSON_DeleteItemFromArray(loud, i);
	}
}

void lg_status_add_loud(cJSON *object, const char *text)
{
	lg_json_item(array_of(object, "loud"), text);
}

static const char *const way_names[LG_STATUS_WAYS] = {
	[LG_STATUS_NOT_CLOSED] = "not_closed",
	[LG_STATUS_OPEN_WITHOUT_GATE] = "open_without_gate",
	[LG_STATUS_DOORS_UNKNOWN] = "doors_unknown",
};

void lg_status_note_sessions(cJSON *object, const char *text)
{
	if (text == NULL)
		return;
	cJSON_DeleteItemFromObjectCaseSensitive(object, "sessions_note");
	lg_json_text(object, "sessions_note", text);
}

void lg_status_add_way(cJSON *object, enum lg_status_ways kind,
		       const char *text)
{
	cJSON *list = array_of(object, way_names[kind]);
	const cJSON *item;

	cJSON_ArrayForEach(item, list) {
		if (text != NULL && cJSON_IsString(item) &&
		    strcmp(item->valuestring, text) == 0)
			return;
	}
	lg_json_append(list, text != NULL ? cJSON_CreateString(text) : NULL);
}

void lg_status_lock_read(const cJSON *object,
			 struct lg_status_lock_said *out_said)
{
	const cJSON *concerns = lg_json_of(object, "applies_to");

	*out_said = (struct lg_status_lock_said){
		.id = lg_json_text_of(object, "id"),
		.profile = lg_json_text_of(object, "profile"),
		.by = lg_json_text_of(object, "by"),
		.reason = lg_json_text_of(object, "reason"),
		.gate = lg_json_text_of(object, "gate"),
		.since_s = lg_json_time_of(object, "since"),
		.until_s = lg_json_time_of(object, "until"),
		.starts_s = lg_json_time_of(object, "starts"),
		.confirm_by_s = lg_json_time_of(object, "confirm_by"),
		.cut_at_s = lg_json_time_of(object, "cut_at"),
		.domains = lg_json_of(concerns, "domains"),
		.accounts = lg_json_number_of(concerns, "accounts"),
	};
}

void lg_status_read(const cJSON *object, struct lg_status_said *out_said)
{
	const cJSON *changing = lg_json_of(object, "changing");

	*out_said = (struct lg_status_said){
		.is_active = lg_json_is_true(object, "active"),
		.dialect = lg_json_text_of(object, "dialect"),
		.sessions_note = lg_json_text_of(object, "sessions_note"),
		.sessions = lg_json_number_of(object, "sessions"),
		.refused = lg_json_number_of(object, "refused"),
		.stepped_s = lg_json_number_of(object, "stepped"),
		.locks = lg_json_of(object, "locks"),
		.targets = lg_json_of(object, "targets"),
		.changing = cJSON_IsObject(changing) ? changing : NULL,
		.is_interrupted =
			cJSON_IsObject(lg_json_of(object, "interrupted")),
		.loud = lg_json_of(object, "loud"),
		.doors = lg_json_of(object, "doors"),
	};
	lg_status_lock_read(object, &out_said->speaks);
	for (size_t i = 0; i < LG_STATUS_WAYS; i++)
		out_said->way[i] = lg_json_of(object, way_names[i]);
}

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
