/* SPDX-License-Identifier: ISC */
/*
 * servers_status.c - what is on the servers, as they just said
 *
 * Nothing comes from memory but what was written: whether it is still there
 * is asked of each server.
 */
#include <stdio.h>
#include <stdlib.h>

#include "app/change/change_now.h"
#include "app/change/servers_standing.h"
#include "app/records/json_member.h"
#include "app/records/status_changes.h"
#include "cli/change/effect_words.h"
#include "cli/change/servers_hands.h"
#include "cli/output.h"
#include "cli/text/target_words.h"
#include "cli/open/targets.h"
#include "cli/text/times.h"

/* Since when and by whom: a gate says so itself, also of a lock that is not
 * ours; a registry does not, so what was written there tells. */
static void add_whose(struct lg_target_now *target, struct lg_buffer *note,
		      const struct lg_servers_member *member,
		      const struct lg_target_settings *settings,
		      const struct lg_servers_seen *seen)
{
	struct lg_target_probe probe = {0};

	if (target->tells_whose) {
		target->profile = seen->record->lock.profile;
		target->since_s = seen->record->lock.since_s;
		target->until_s = seen->record->lock.until_s;
		target->by = seen->record->lock.by;
		target->in_force_by_s =
			lg_cli_in_force_by(settings, seen->target->restart,
					   seen->record->lock.since_s);
	} else if (settings->backend == LG_BACKEND_GATE &&
		   member->status == LG_OK &&
		   member->port->probe(member->port->self, &probe, NULL) ==
			   LG_OK) {
		lg_buffer_text(note, probe.note);
	}
}

/* Values that nothing reads now lock nobody out: when they will is not
 * known. */
static void add_service(struct lg_target_now *target, struct lg_buffer *note,
			const struct lg_servers_member *member,
			const struct lg_target_settings *settings)
{
	enum lg_service service = LG_SERVICE_NONE;

	if (member->status == LG_OK && member->port->service != NULL &&
	    member->port->service(member->port->self, &service, NULL) != LG_OK)
		service = LG_SERVICE_UNKNOWN;
	target->service = lg_servers_service_name(service);
	if (!target->tells_whose || !lg_servers_service_idle(service))
		return;
	lg_cli_service_words(settings, service, note);
	if (service == LG_SERVICE_STOPPED || service == LG_SERVICE_STOPPING)
		target->in_force_by_s = 0;
}

static void add_target(cJSON *array, const struct lg_servers_member *member,
		       const struct lg_target_settings *settings,
		       const struct lg_change_now *now)
{
	const struct lg_servers_seen seen =
		lg_servers_seen(&now->book, member->name);
	struct lg_buffer note = {0};
	struct lg_error err;
	int reachable = member->status == LG_OK;
	int locked = seen.record != NULL && seen.target->wanted != NULL;
	int under_way =
		seen.record != NULL && lg_servers_is_unfinished(seen.record);
	int in_force = reachable && locked && lg_servers_in_force(member);
	struct lg_target_now target = {
		.name = member->name,
		.is_reachable = reachable,
		.is_in_force = in_force,
		.differs = reachable && locked && !in_force && !under_way,
		.step = under_way ? lg_servers_step_name(seen.target->step)
				  : NULL,
		.tells_whose = in_force && !under_way,
	};

	add_whose(&target, &note, member, settings, &seen);
	add_service(&target, &note, member, settings);
	if (note.len > 0 && lg_buffer_status(&note, NULL) == LG_OK)
		target.note = note.data;
	if (!reachable) {
		lg_servers_member_failure(member, &err);
		target.error = err.text;
	} else {
		lg_cli_target_says(settings, member->found, &target.says, NULL);
	}
	lg_json_append(array, lg_target_object(&target));
	lg_strlist_release(&target.says);
	lg_buffer_release(&note);
}

/* As an administrator reads it. */
static void clock_words(int64_t at_s, struct lg_buffer *out_text)
{
	lg_text_clock(lg_cli_now(), at_s, out_text);
}

/* Which servers: those named, else those of the locks. */
static enum lg_status names_of(struct lg_cli *cli,
			       const struct lg_settings *settings,
			       const struct lg_servers_book *book,
			       struct lg_strlist *names, int *out_code,
			       struct lg_error *err)
{
	enum lg_status status = LG_OK;

	*out_code = lg_cli_target_names(cli, settings, names);
	if (names->count > 0 || *out_code != LG_EXIT_DONE)
		return LG_OK;
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
	struct lg_target_now target = {
		.name = name, .is_here = 1, .is_reachable = reachable};
	struct lg_status_said said;

	lg_status_read(status, &said);
	target.is_in_force = reachable && said.is_active;
	lg_json_append(array, lg_target_object(&target));
}

static enum lg_status add_servers(const struct lg_settings *settings,
				  const struct lg_change_now *now,
				  const struct lg_strlist *names, cJSON *array,
				  struct lg_error *err)
{
	struct lg_cli_targets targets = {0};
	struct lg_servers servers = {0};
	enum lg_status status;

	status = lg_cli_targets_open(settings, names->item, names->count,
				     &targets, err);
	servers.member = calloc(targets.count + 1, sizeof(*servers.member));
	if (status == LG_OK && servers.member == NULL)
		status = lg_no_memory(err);
	if (status == LG_OK)
		status = lg_servers_look_at(&now->book, targets.port,
					    targets.count, &servers, err);
	for (size_t i = 0; i < servers.count; i++) {
		if (status == LG_OK)
			add_target(array, &servers.member[i],
				   targets.settings[i], now);
		lg_servers_member_release(&servers.member[i]);
	}
	free(servers.member);
	lg_cli_targets_release(&targets);
	return status;
}

int lg_cli_servers_status(struct lg_cli *cli, cJSON *status, int reachable)
{
	struct lg_cli_hands base = {.cli = cli};
	const struct lg_change_hands hands = lg_cli_hands(&base);
	const struct lg_now clocks = lg_cli_clocks();
	struct lg_change_now now = {0};
	const struct lg_settings *settings = NULL;
	struct lg_strlist names = {0};
	cJSON *array = cJSON_CreateArray();
	struct lg_error err;
	enum lg_status result;
	int named = 0;
	int code = LG_EXIT_DONE;

	result = lg_cli_settings(cli, &settings, &err);
	if (result == LG_OK)
		result = lg_change_now(&hands, &now, &err);
	/* Everybody may ask for the gate's status (contract 3 admin_group);
	 * the journal of other servers is for those who may read it. */
	if (result == LG_ERR_DENIED && settings != NULL)
		result = LG_OK;
	/* One of a later version hides neither the gate nor what the servers
	 * hold. */
	if (result == LG_ERR_SYNTAX && settings != NULL) {
		lg_status_add_damage(status, &err);
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
	/* without any name a lock is the gate's, unless it is on servers
	 * only */
	if (!named && (names.count == 0 || lg_servers_with_gate(&now.book)))
		add_gate(array, status, gate_name(settings), reachable);
	if (result == LG_OK && code == LG_EXIT_DONE)
		result = add_servers(settings, &now, &names, array, &err);
	lg_json_add(status, "targets", array);
	if (result == LG_OK)
		lg_status_add_changes(status, &now, &clocks, clock_words);
	else
		code = lg_cli_fail(cli, &err);
	lg_strlist_release(&names);
	lg_change_now_release(&now);
	return code;
}
