/* SPDX-License-Identifier: ISC */
/*
 * servers_status.c - what is on the servers, as they just said
 *
 * Nothing comes from memory but what was written: whether it is still there
 * is asked of each server.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/change/servers_seen.h"
#include "app/records/json_member.h"
#include "app/records/status_record.h"
#include "cli/change/effect_words.h"
#include "cli/change/servers_apply.h"
#include "cli/output.h"
#include "cli/text/target_words.h"
#include "cli/open/targets.h"
#include "cli/text/times.h"

/* Since when and by whom: a gate says so itself, also of a lock that is not
 * ours; a registry does not, so what was written there tells. */
static void add_whose(cJSON *object, const struct lg_servers_member *member,
		      const struct lg_target_settings *settings,
		      const struct lg_servers_seen *seen, int in_force)
{
	struct lg_target_probe probe = {0};

	if (in_force) {
		lg_json_text(object, "profile", seen->record->profile);
		lg_json_time(object, "since", seen->record->since_s);
		lg_json_time(object, "until", seen->record->until_s);
		lg_json_text(object, "by", seen->record->by);
		lg_json_time(object, "in_force_by",
			     lg_cli_in_force_by(settings, seen->target->restart,
						seen->record->since_s));
	} else if (settings->backend == LG_BACKEND_GATE &&
		   member->status == LG_OK &&
		   member->port->probe(member->port->self, &probe, NULL) ==
			   LG_OK &&
		   probe.note[0] != '\0') {
		lg_json_text(object, "note", probe.note);
	}
}

static void set_time(cJSON *status, const char *name, int64_t time_s)
{
	cJSON_DeleteItemFromObjectCaseSensitive(status, name);
	lg_json_time(status, name, time_s);
}

/* Values that nothing reads now lock nobody out: when they will is not
 * known. */
static void add_service(cJSON *object, const struct lg_servers_member *member,
			const struct lg_target_settings *settings, int in_force)
{
	enum lg_service service = LG_SERVICE_NONE;
	struct lg_buffer text = {0};

	if (member->status == LG_OK && member->port->service != NULL &&
	    member->port->service(member->port->self, &service, NULL) != LG_OK)
		service = LG_SERVICE_UNKNOWN;
	lg_json_text(object, "service", lg_servers_service_name(service));
	if (!in_force || !lg_servers_service_idle(service))
		return;
	lg_cli_service_words(settings, service, &text);
	if (lg_buffer_status(&text, NULL) == LG_OK)
		lg_json_text(object, "note", text.data);
	if (service == LG_SERVICE_STOPPED || service == LG_SERVICE_STOPPING)
		set_time(object, "in_force_by", 0);
	lg_buffer_release(&text);
}

static void add_target(cJSON *array, const struct lg_servers_member *member,
		       const struct lg_target_settings *settings,
		       const struct lg_servers_now *now)
{
	const struct lg_servers_seen seen =
		lg_servers_seen(&now->book, member->name);
	struct lg_strlist says = {0};
	struct lg_error err;
	int reachable = member->status == LG_OK;
	int locked = seen.record != NULL && seen.target->wanted != NULL;
	int under_way =
		seen.record != NULL && lg_servers_is_unfinished(seen.record);
	int in_force = reachable && locked && lg_servers_in_force(member);
	cJSON *object = cJSON_CreateObject();

	lg_json_text(object, "name", member->name);
	lg_json_bool(object, "reachable", reachable);
	lg_json_bool(object, "in_force", in_force);
	lg_json_bool(object, "differs",
		     reachable && locked && !in_force && !under_way);
	lg_json_text(object, "step",
		     under_way ? lg_servers_step_name(seen.target->step)
			       : NULL);
	add_whose(object, member, settings, &seen, in_force && !under_way);
	add_service(object, member, settings, in_force && !under_way);
	if (!reachable) {
		lg_servers_member_failure(member, &err);
		lg_json_text(object, "error", err.text);
	} else if (lg_cli_target_says(settings, member->found, &says, NULL) ==
		   LG_OK) {
		lg_json_names(object, "says", &says);
	}
	lg_strlist_release(&says);
	lg_json_append(array, object);
}

static void add_damaged(cJSON *status, const struct lg_error *err)
{
	struct lg_buffer text = {0};

	lg_buffer_format(&text, "%s: %s", err->place, err->text);
	lg_status_add_loud(status, lg_buffer_status(&text, NULL) == LG_OK
					   ? text.data
					   : err->text);
	lg_buffer_release(&text);
}

/* item NULL: it does not apply. */
static void set(cJSON *status, const char *name, cJSON *item)
{
	cJSON_DeleteItemFromObjectCaseSensitive(status, name);
	lg_json_add(status, name, item != NULL ? item : cJSON_CreateNull());
}

/* Half done, and nobody is at it any more. */
static void show_interrupted(cJSON *status,
			     const struct lg_servers_record *record)
{
	cJSON *object = cJSON_CreateObject();
	struct lg_buffer text = {0};

	lg_json_text(object, "profile", record->profile);
	lg_json_text(object, "by", record->by);
	lg_json_time(object, "since", record->since_s);
	set(status, "interrupted", object);
	lg_buffer_format(&text,
			 "a change over several servers (%s of %s, begun ",
			 record->profile, record->by);
	lg_text_clock(lg_cli_now(), record->since_s, &text);
	lg_buffer_text(&text, record->phase == LG_SERVERS_APPLYING
				      ? ") was interrupted while it was applied"
				      : ") was not put back everywhere");
	lg_buffer_text(
		&text,
		": logongate recover puts the earlier values back, and "
		"logongate recover --forget NAME gives up a server that will "
		"not return");
	lg_status_add_loud(status,
			   lg_buffer_status(&text, NULL) == LG_OK
				   ? text.data
				   : "a change over several servers was "
				     "interrupted: logongate recover");
	lg_buffer_release(&text);
}

/* What stands outside of "locks" is of the lock that ends last. */
static int ends_later(const cJSON *status,
		      const struct lg_servers_record *record)
{
	return !record->with_gate && lg_json_time_of(status, "until") > 0 &&
	       record->until_s > lg_json_time_of(status, "until");
}

/* The record as a lock of this machine, as far as it is one. Borrows. */
static struct lg_lock lock_of(const struct lg_servers_record *record)
{
	struct lg_lock lock = {
		.profile = record->profile,
		.by = record->by,
		.reason = record->reason != NULL && *record->reason != '\0'
				  ? record->reason
				  : NULL,
		.since_s = record->since_s,
		.until = {.wall_s = record->until_s},
		.origin = LG_ORIGIN_REMOTE,
	};

	snprintf(lock.id, sizeof(lock.id), "%s",
		 record->id != NULL ? record->id : "");
	return lock;
}

/* What damage took, for each server. */
static void show_lost(cJSON *status, const struct lg_servers_record *record)
{
	struct lg_buffer text = {0};

	for (size_t i = 0; i < record->count; i++) {
		const char *name = record->target[i].name;

		if (!lg_servers_step_locks(record->target[i].step))
			continue;
		lg_buffer_clear(&text);
		lg_buffer_format(&text,
				 "what a lock wrote on %s is lost with the "
				 "damaged journal of changes: logongate "
				 "registry restore puts the back-up back, and "
				 "logongate recover --forget %s ends this",
				 name, name);
		lg_status_add_loud(status,
				   lg_buffer_status(&text, NULL) == LG_OK
					   ? text.data
					   : name);
	}
	lg_buffer_release(&text);
}

/* A lock that is on servers alone is a lock all the same. */
static void show_record(cJSON *status, const struct lg_servers_now *now,
			const struct lg_servers_record *record)
{
	const struct lg_lock lock = lock_of(record);
	struct lg_now clocks = lg_cli_clocks();

	if (now->state == LG_SERVERS_INTERRUPTED &&
	    lg_servers_is_unfinished(record))
		show_interrupted(status, record);
	if (record->phase == LG_SERVERS_LOST)
		show_lost(status, record);
	if (record->phase != LG_SERVERS_APPLIED)
		return;
	if (lg_servers_record_is_over(record, &clocks)) {
		if (now->state == LG_SERVERS_CHANGING)
			return;
		lg_status_add_loud(
			status,
			"the end of the lock on the servers is past and their "
			"values are still there: logongate recover; a server "
			"that is if it will not return: logongate recover "
			"--forget NAME gives it up");
		return;
	}
	if (!record->with_gate)
		lg_status_add_lock(status, &lock);
	if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(status, "active")) &&
	    !ends_later(status, record))
		return;
	lg_status_speak_of(status, &lock);
}

static void show_book(cJSON *status, struct lg_servers_now *now)
{
	set(status, "changing", NULL);
	set(status, "interrupted", NULL);
	if (now->state == LG_SERVERS_CHANGING) {
		set(status, "changing",
		    now->holder != NULL ? now->holder : cJSON_CreateObject());
		now->holder = NULL;
	}
	if (now->book.damaged > 0)
		add_damaged(status, &now->book.damage);
	for (size_t i = 0; i < now->book.count; i++)
		show_record(status, now, &now->book.record[i]);
}

/* Which servers: those named, else those of the locks. */
static enum lg_status names_of(struct lg_cli *cli,
			       const struct lg_settings *settings,
			       const struct lg_servers_book *book,
			       struct lg_strlist *names, int *out_code,
			       struct lg_error *err)
{
	enum lg_status status = LG_OK;

	*out_code = LG_EXIT_DONE;
	if (lg_cli_option(cli, "target") != NULL ||
	    lg_cli_option(cli, "group") != NULL) {
		*out_code = lg_cli_target_names(cli, settings, names);
		return LG_OK;
	}
	for (size_t i = 0; status == LG_OK && i < book->count; i++)
		status = lg_servers_names(&book->record[i], names, err);
	return status;
}

/* What the settings call the gate of this machine, where they name it. */
static const char *gate_name(const struct lg_settings *settings)
{
	for (size_t i = 0; settings != NULL && i < settings->target_count;
	     i++) {
		if (lg_cli_target_is_local(&settings->target[i]))
			return settings->target[i].name;
	}
	return "gate";
}

/* The gate of this machine as one of the servers. */
static void add_gate(cJSON *array, const cJSON *status, const char *name,
		     int reachable)
{
	cJSON *object = cJSON_CreateObject();
	int active = cJSON_IsTrue(
		cJSON_GetObjectItemCaseSensitive(status, "active"));

	lg_json_text(object, "name", name);
	lg_json_bool(object, "reachable", reachable);
	lg_json_bool(object, "in_force", reachable && active);
	lg_json_bool(object, "differs", 0);
	lg_json_append(array, object);
}

static enum lg_status add_servers(const struct lg_settings *settings,
				  const struct lg_servers_now *now,
				  const struct lg_strlist *names, cJSON *array,
				  struct lg_error *err)
{
	struct lg_cli_targets targets = {0};
	struct lg_servers fleet = {0};
	enum lg_status status;

	status = lg_cli_targets_open(settings, names->item, names->count,
				     &targets, err);
	fleet.member = calloc(targets.count + 1, sizeof(*fleet.member));
	if (status == LG_OK && fleet.member == NULL)
		status = lg_error_set(err, LG_ERR_NO_MEMORY, NULL,
				      "out of memory");
	if (status == LG_OK)
		status = lg_servers_look_at(&now->book, targets.port,
					    targets.count, &fleet, err);
	for (size_t i = 0; i < fleet.count; i++) {
		if (status == LG_OK)
			add_target(array, &fleet.member[i], targets.settings[i],
				   now);
		lg_servers_member_release(&fleet.member[i]);
	}
	free(fleet.member);
	lg_cli_targets_release(&targets);
	return status;
}

int lg_cli_servers_status(struct lg_cli *cli, cJSON *status, int reachable)
{
	struct lg_servers_now now = {0};
	const struct lg_settings *settings = NULL;
	struct lg_strlist names = {0};
	cJSON *array = cJSON_CreateArray();
	struct lg_error err;
	enum lg_status result;
	int named = 0;
	int code = LG_EXIT_DONE;

	result = lg_cli_settings(cli, &settings, &err);
	if (result == LG_OK)
		result = lg_cli_servers_now(cli, &now, &err);
	/* Everybody may ask for the gate's status (contract 3 admin_group);
	 * the journal of other servers is for those who may read it. */
	if (result == LG_ERR_DENIED && settings != NULL)
		result = LG_OK;
	/* One of a later version hides neither the gate nor what the servers hold. */
	if (result == LG_ERR_SYNTAX && settings != NULL) {
		add_damaged(status, &err);
		result = LG_OK;
	}
	if (result == LG_OK)
		result =
			names_of(cli, settings, &now.book, &names, &code, &err);
	for (size_t i = 0;
	     result == LG_OK && code == LG_EXIT_DONE && i < names.count; i++) {
		const struct lg_target_settings *target =
			lg_cli_target(settings, names.item[i]);

		if (target != NULL && lg_cli_target_is_local(target)) {
			add_gate(array, status, target->name, reachable);
			named = 1;
		}
	}
	/* without any name a lock is the gate's, unless it is on servers only */
	if (!named && (names.count == 0 || lg_servers_with_gate(&now.book)))
		add_gate(array, status, gate_name(settings), reachable);
	if (result == LG_OK && code == LG_EXIT_DONE)
		result = add_servers(settings, &now, &names, array, &err);
	lg_json_add(status, "targets", array);
	if (result == LG_OK)
		show_book(status, &now);
	else
		code = lg_cli_fail(cli, &err);
	lg_strlist_release(&names);
	lg_servers_now_release(&now);
	return code;
}
