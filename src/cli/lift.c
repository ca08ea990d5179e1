/* SPDX-License-Identifier: ISC */
/*
 * lift.c - ends the lock: on servers, then at the gate of this machine
 *
 * Without a gate that runs state_dir is written. A lock that is over already,
 * or another than was meant, is left alone.
 */
#include <string.h>

#include <logongate/instant.h>

#include "app/window.h"
#include "cli/apply.h"
#include "cli/fleet.h"
#include "cli/output.h"
#include "cli/targets.h"

static uint64_t number_of(const cJSON *object, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsNumber(item) && item->valuedouble > 0
		       ? (uint64_t)item->valuedouble
		       : 0;
}

/* Adds the names of an array of the answer. */
static void add_names(const cJSON *object, const char *name,
		      struct lg_strlist *out_names)
{
	const cJSON *item;

	if (out_names == NULL)
		return;
	cJSON_ArrayForEach(item,
			   cJSON_GetObjectItemCaseSensitive(object, name)) {
		if (cJSON_IsString(item))
			lg_strlist_add(out_names, item->valuestring,
				       strlen(item->valuestring), NULL);
	}
}

/* 1 when the gate's lock is another than generation. */
static int is_another(struct lg_cli *cli, struct lg_control *control,
		      uint64_t generation)
{
	struct lg_control_answer answer = {0};
	const cJSON *status;
	int another = 0;

	if (generation == 0 ||
	    lg_cli_ask(cli, control, lg_cli_request("status"), NULL, 0,
		       &answer) != LG_EXIT_DONE)
		return 0;
	status = cJSON_GetObjectItemCaseSensitive(answer.object, "status");
	another = !cJSON_IsTrue(
			  cJSON_GetObjectItemCaseSensitive(status, "active")) ||
		  number_of(status, "generation") != generation;
	lg_control_release(&answer);
	return another;
}

static int lift_at_gate(struct lg_cli *cli, struct lg_control *control,
			uint64_t generation, struct lg_strlist *out_restored,
			struct lg_strlist *out_changed)
{
	struct lg_control_answer answer = {0};
	cJSON *request;
	int code;

	if (is_another(cli, control, generation))
		return lg_cli_say(cli, LG_EXIT_WOULD_NOT_LOCK, NULL,
				  "the lock is over already");
	request = lg_cli_request("lift");
	if (lg_cli_option(cli, "force") != NULL)
		lg_json_bool(request, "force", 1);
	lg_json_text(request, "caller", lg_cli_by(cli));
	code = lg_cli_ask(cli, control, request, NULL, 0, &answer);
	if (code == LG_EXIT_DONE) {
		add_names(answer.object, "restored", out_restored);
		add_names(answer.object, "changed", out_changed);
	}
	lg_control_release(&answer);
	return code;
}

int lg_cli_lift_gate(struct lg_cli *cli, uint64_t generation,
		     struct lg_strlist *out_restored,
		     struct lg_strlist *out_changed)
{
	struct lg_control *control = NULL;
	struct lg_state *state = NULL;
	struct lg_error err;
	enum lg_status status;

	if (lg_cli_gate(cli, &control, &err) != LG_OK)
		return lg_cli_no_gate(cli, &err);
	if (control != NULL)
		return lift_at_gate(cli, control, generation, out_restored,
				    out_changed);
	if (lg_cli_state(cli, LG_STATE_WRITE, &state, &err) != LG_OK)
		return lg_cli_state_failed(cli, &err);
	if (generation != 0 && state->lock->generation != generation)
		return lg_cli_say(cli, LG_EXIT_WOULD_NOT_LOCK, NULL,
				  "the lock is over already");
	status = lg_window_lift(state, LG_WINDOW_END_LIFT, lg_cli_by(cli),
				out_restored, out_changed, &err);
	if (status != LG_OK)
		return lg_cli_fail_as(cli, lg_cli_window_exit(status), &err);
	return LG_EXIT_DONE;
}

/* 1 when the gate's status is of a lock of this profile that began then or
 * later. */
static int began(const cJSON *status, const char *profile, int64_t since_s)
{
	const char *is = cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(status, "profile"));
	const char *since = cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(status, "since"));
	int64_t is_since_s = 0;

	return cJSON_IsTrue(
		       cJSON_GetObjectItemCaseSensitive(status, "active")) &&
	       is != NULL && strcmp(is, profile) == 0 && since != NULL &&
	       lg_instant_parse(since, strlen(since), &is_since_s, NULL) ==
		       LG_OK &&
	       is_since_s >= since_s;
}

int lg_cli_lift_gate_of(struct lg_cli *cli, const char *profile,
			int64_t since_s, int *out_was)
{
	struct lg_control_answer answer = {0};
	struct lg_control *control = NULL;
	struct lg_state *state = NULL;
	struct lg_error err;
	int code = LG_EXIT_DONE;
	int is_it = 0;

	if (lg_cli_gate(cli, &control, &err) != LG_OK) {
		code = lg_cli_no_gate(cli, &err);
		lg_cli_say(cli, code, "gate",
			   "whether it holds the lock %s it does not say; when "
			   "it runs: logongate status, and logongate lift",
			   profile);
	} else if (control != NULL) {
		code = lg_cli_ask(cli, control, lg_cli_request("status"), NULL,
				  0, &answer);
		is_it = code == LG_EXIT_DONE &&
			began(cJSON_GetObjectItemCaseSensitive(answer.object,
							       "status"),
			      profile, since_s);
		lg_control_release(&answer);
	} else if (lg_cli_state(cli, LG_STATE_READ, &state, &err) != LG_OK) {
		code = lg_cli_state_failed(cli, &err);
	} else if (state != NULL && lg_state_locked(state)) {
		is_it = strcmp(state->lock->profile, profile) == 0 &&
			state->lock->since_s >= since_s;
	}
	if (is_it)
		code = lg_cli_lift_gate(cli, 0, NULL, NULL);
	*out_was = is_it && code == LG_EXIT_DONE;
	return code;
}

/* Whether --target and --group, where they are given, name the gate here. */
static int means_gate(struct lg_cli *cli, int *out_code)
{
	const struct lg_settings *settings;
	struct lg_strlist names = {0};
	struct lg_error err;
	int means = 0;

	*out_code = LG_EXIT_DONE;
	if (lg_cli_option(cli, "target") == NULL &&
	    lg_cli_option(cli, "group") == NULL)
		return 1;
	if (lg_cli_settings(cli, &settings, &err) != LG_OK) {
		*out_code = lg_cli_fail(cli, &err);
		return 0;
	}
	*out_code = lg_cli_target_names(cli, settings, &names);
	for (size_t i = 0; i < names.count; i++)
		means |= lg_cli_target_is_local(
			lg_cli_target(settings, names.item[i]));
	lg_strlist_release(&names);
	return means;
}

int lg_cli_lift(struct lg_cli *cli, uint64_t generation,
		struct lg_strlist *out_restored, struct lg_strlist *out_changed)
{
	struct lg_fleet_record record = {0};
	struct lg_cli_lifted lifted = {0};
	struct lg_error err;
	int with_gate;
	int named;
	int gate;
	int code;

	gate = means_gate(cli, &code);
	if (code != LG_EXIT_DONE)
		return code;
	if (lg_cli_fleet_record(cli, &record, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	with_gate = record.with_gate;
	lg_fleet_record_release(&record);
	named = lg_cli_option(cli, "target") != NULL ||
		lg_cli_option(cli, "group") != NULL;
	lifted.with_gate = gate;
	code = lg_cli_fleet_lift(cli, &lifted);
	if (code != LG_EXIT_DONE && code != LG_EXIT_NOT_PUT_BACK)
		return code;
	/* a lock on servers alone leaves nothing to lift here; a server that
	 * is left behind does not keep people out here */
	if (gate && (named || lifted.count == 0 || with_gate)) {
		int here = lg_cli_lift_gate(cli, generation, out_restored,
					    out_changed);

		here = lg_cli_fleet_opened(cli, &lifted, here);
		return code != LG_EXIT_DONE ? code : here;
	}
	if (code != LG_EXIT_DONE)
		return code;
	if (lifted.count == 0)
		return lg_cli_say(cli, LG_EXIT_WOULD_NOT_LOCK, NULL,
				  "no lock is in force on these servers");
	return LG_EXIT_DONE;
}
