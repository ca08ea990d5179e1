/* SPDX-License-Identifier: ISC */
/*
 * logongate status - what is in force
 *
 * The gate is asked, for only it knows what is in force now and who is logged
 * on. Where none is to run, or none answers, state_dir says what should be in
 * force; in the second case that is exit 8.
 */
#include <string.h>

#include <logongate/instant.h>

#include "app/lock.h"
#include "app/window.h"
#include "cli/commands.h"
#include "cli/fleet.h"
#include "cli/in_force.h"
#include "cli/open.h"
#include "cli/open_ways.h"
#include "cli/output.h"

static const char *text_of(const cJSON *object, const char *name)
{
	return cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(object, name));
}

static int64_t time_of(const cJSON *object, const char *name)
{
	const char *text = text_of(object, name);
	int64_t time_s = 0;

	if (text != NULL)
		lg_instant_parse(text, strlen(text), &time_s, NULL);
	return time_s;
}

static int64_t number_of(const cJSON *object, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsNumber(item) ? (int64_t)item->valuedouble : 0;
}

/* What a gate that is gone refused while the lock was in force. */
static uint64_t refused_by(const struct lg_state *state)
{
	struct lg_now now = lg_state_now(state);
	uint64_t count = 0;

	if (lg_lock_refused(state->lock, state->files, &now, &count, NULL) !=
	    LG_OK)
		return 0;
	return count;
}

/* The object of contract 4 from state_dir; state NULL: nothing was ever
 * applied here. */
static enum lg_status from_state(struct lg_cli *cli,
				 const struct lg_state *state,
				 cJSON **out_object, struct lg_error *err)
{
	const struct lg_settings *settings;
	const struct lg_lock *lock = state != NULL ? state->lock : NULL;
	int active = state != NULL && lg_state_locked(state);
	struct lg_policy *policy = NULL;
	enum lg_status status = lg_cli_settings(cli, &settings, err);
	cJSON *object;

	if (status == LG_OK)
		status = lg_cli_policy(settings, state, &policy, err);
	/* A policy that cannot be made is shown, not hidden. */
	if (status == LG_ERR_NO_MEMORY)
		return status;
	object = cJSON_CreateObject();
	lg_json_bool(object, "active", active);
	lg_json_text(object, "profile", active ? lock->profile : NULL);
	lg_json_time(object, "since", active ? lock->since_s : 0);
	lg_json_time(object, "until", active ? lock->until.wall_s : 0);
	lg_json_text(object, "by", active ? lock->by : NULL);
	lg_json_text(object, "reason", active ? lock->reason : NULL);
	lg_json_text(object, "gate",
		     policy != NULL ? lg_gate_state_name(lg_policy_gate(policy))
				    : NULL);
	lg_json_text(object, "dialect", lg_dialect_name(settings->dialect));
	lg_json_number(object, "generation",
		       lock != NULL ? (int64_t)lock->generation : 0);
	lg_json_number(object, "sessions", 0);
	lg_json_number(object, "refused",
		       active ? (int64_t)refused_by(state) : 0);
	if (active && lock->confirm.wall_s > 0)
		lg_json_time(object, "confirm_by", lock->confirm.wall_s);
	if (lock != NULL && lock->phase == LG_LOCK_PENDING)
		lg_json_time(object, "starts", lock->start.wall_s);
	if (state != NULL)
		lg_json_names(object, "loud", &state->loud);
	lg_policy_free(&policy);
	*out_object = object;
	return LG_OK;
}

static void print_line(struct lg_cli *cli, const char *name, const char *text)
{
	if (text == NULL)
		return;
	lg_cli_print(cli, LG_PLAIN, "  %-9s ", name);
	lg_cli_text(cli, text);
	lg_cli_print(cli, LG_PLAIN, "\n");
}

static void print_time(struct lg_cli *cli, const char *name, int64_t time_s)
{
	struct lg_buffer text = {0};

	if (time_s == 0)
		return;
	lg_text_clock(lg_cli_now(), time_s, &text);
	lg_buffer_text(&text, " (");
	lg_text_ago(lg_cli_now(), time_s, &text);
	lg_buffer_char(&text, ')');
	print_line(cli, name, text.data);
	lg_buffer_release(&text);
}

static void print_gate(struct lg_cli *cli, const char *gate)
{
	if (gate == NULL)
		lg_cli_print(cli, LG_RED,
			     "  gate      no policy that can be trusted\n");
	else if (strcmp(gate, "off") == 0)
		print_line(cli, "gate", "off: nobody is refused by name");
	else if (strcmp(gate, "listed") == 0)
		print_line(cli, "gate", "listed: only who is listed gets in");
	else
		lg_cli_print(cli, LG_RED, "  gate      %s: nobody gets in\n",
			     gate);
}

static int is_true(const cJSON *object, const char *name)
{
	return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, name));
}

/* Values are there, and whether the store has read them is its business. */
static int is_read_later(const cJSON *target)
{
	const cJSON *by =
		cJSON_GetObjectItemCaseSensitive(target, "in_force_by");

	return is_true(target, "in_force") && by != NULL &&
	       (cJSON_IsNull(by) ||
		time_of(target, "in_force_by") > lg_cli_now());
}

/* Its store is stopped, or about to be. */
static int is_idle(const cJSON *target)
{
	const char *service = text_of(target, "service");

	return service != NULL && strncmp(service, "stop", 4) == 0;
}

static enum lg_colour target_colour(const cJSON *target)
{
	if (text_of(target, "step") != NULL)
		return LG_RED;
	if (!is_true(target, "reachable") || is_true(target, "differs"))
		return LG_RED;
	return is_true(target, "in_force") ? LG_YELLOW : LG_PLAIN;
}

static void target_words(const cJSON *target, int changing,
			 struct lg_buffer *text)
{
	const char *step = text_of(target, "step");

	if (!is_true(target, "reachable")) {
		lg_buffer_text(text, "cannot be reached");
	} else if (step != NULL) {
		lg_buffer_format(text, "%s (%s)",
				 changing ? "being changed" : "left half-way",
				 step);
	} else if (is_true(target, "differs")) {
		lg_buffer_text(text, "holds OTHER values than were written");
	} else if (!is_read_later(target)) {
		lg_buffer_text(text, is_true(target, "in_force")
					     ? "locked"
					     : "not locked");
	} else if (is_idle(target)) {
		lg_buffer_text(text, "written; its store does not read it now");
	} else if (time_of(target, "in_force_by") == 0) {
		lg_buffer_text(text, "written; locked once its store has read "
				     "it, after a restart that is yours to do");
	} else {
		lg_buffer_text(text, "written; locked at its next poll, by ");
		lg_text_clock(lg_cli_now(), time_of(target, "in_force_by"),
			      text);
	}
}

/* What the server does now, as far as its values tell; why, where it cannot be
 * asked. */
static void print_says(struct lg_cli *cli, const cJSON *target)
{
	static const char *const one_line[] = {"error", "note"};
	const cJSON *line;

	for (size_t i = 0; i < sizeof(one_line) / sizeof(one_line[0]); i++) {
		const char *text = text_of(target, one_line[i]);

		if (text == NULL)
			continue;
		lg_cli_print(cli, LG_PLAIN, "            ");
		lg_cli_text(cli, text);
		lg_cli_print(cli, LG_PLAIN, "\n");
	}
	cJSON_ArrayForEach(line,
			   cJSON_GetObjectItemCaseSensitive(target, "says")) {
		lg_cli_print(cli, LG_PLAIN, "            ");
		lg_cli_text(cli, cJSON_IsString(line) ? line->valuestring : "");
		lg_cli_print(cli, LG_PLAIN, "\n");
	}
}

/* The answer in a line. */
static void print_head(struct lg_cli *cli, const cJSON *status)
{
	int active = is_true(status, "active");
	const cJSON *changing =
		cJSON_GetObjectItemCaseSensitive(status, "changing");
	int left = cJSON_IsObject(
		cJSON_GetObjectItemCaseSensitive(status, "interrupted"));
	struct lg_buffer who = {0};

	if (cJSON_IsObject(changing)) {
		lg_cli_fleet_holder_words(changing, &who);
		lg_cli_print(cli, LG_YELLOW, "being changed right now by ");
		lg_cli_text(cli, who.data != NULL ? who.data : "a command");
		lg_cli_print(cli, LG_PLAIN, "\n");
		lg_buffer_release(&who);
	}
	if (left)
		lg_cli_print(cli, LG_RED, "left half-way\n");
	else if (active)
		lg_cli_print(cli, LG_YELLOW, "locked\n");
	else if (!cJSON_IsObject(changing))
		lg_cli_print(cli, LG_GREEN, "no lock\n");
}

static void print_target(struct lg_cli *cli, const cJSON *target, int changing)
{
	struct lg_buffer words = {0};

	target_words(target, changing, &words);
	lg_cli_print(cli, LG_PLAIN, "  server    ");
	lg_cli_text(cli, text_of(target, "name"));
	lg_cli_print(cli, target_colour(target), ": %s\n",
		     words.data != NULL ? words.data : "");
	lg_buffer_release(&words);
	print_says(cli, target);
}

static void print_status(struct lg_cli *cli, const cJSON *status)
{
	int changing = cJSON_IsObject(
		cJSON_GetObjectItemCaseSensitive(status, "changing"));
	const cJSON *item;
	char number[32];

	cJSON_ArrayForEach(item,
			   cJSON_GetObjectItemCaseSensitive(status, "loud")) {
		lg_cli_print(cli, LG_RED, "! ");
		lg_cli_text(cli, cJSON_IsString(item) ? item->valuestring : "");
		lg_cli_print(cli, LG_PLAIN, "\n");
	}
	print_head(cli, status);
	print_line(cli, "profile", text_of(status, "profile"));
	print_time(cli, "starts", time_of(status, "starts"));
	print_time(cli, "since", time_of(status, "since"));
	print_time(cli, "until", time_of(status, "until"));
	print_time(cli, "confirm", time_of(status, "confirm_by"));
	print_time(cli, "cut", time_of(status, "cut_at"));
	print_line(cli, "by", text_of(status, "by"));
	print_line(cli, "reason", text_of(status, "reason"));
	print_gate(cli, text_of(status, "gate"));
	print_line(cli, "dialect", text_of(status, "dialect"));
	snprintf(number, sizeof(number), "%lld",
		 (long long)number_of(status, "sessions"));
	print_line(cli, "sessions", number);
	snprintf(number, sizeof(number), "%lld",
		 (long long)number_of(status, "refused"));
	print_line(cli, "refused", number);
	print_line(cli, "note", text_of(status, "sessions_note"));
	cJSON_ArrayForEach(item,
			   cJSON_GetObjectItemCaseSensitive(status, "targets"))
		print_target(cli, item, changing);
	cJSON_ArrayForEach(item,
			   cJSON_GetObjectItemCaseSensitive(status, "doors")) {
		print_line(cli, "door",
			   cJSON_IsString(item) ? item->valuestring
						: text_of(item, "text"));
	}
	lg_cli_print_open_ways(cli, status);
}

static int show(struct lg_cli *cli, cJSON *object, int reachable, int code)
{
	int printed = lg_cli_fleet_status(cli, object, reachable);
	int active = cJSON_IsTrue(
		cJSON_GetObjectItemCaseSensitive(object, "active"));

	if (printed != LG_EXIT_DONE) {
		cJSON_Delete(object);
		return printed;
	}
	lg_cli_add_open_ways(cli, object);
	if (cli->json) {
		printed = lg_cli_json(cli, object);
	} else {
		if (!cli->quiet)
			print_status(cli, object);
		cJSON_Delete(object);
	}
	if (code == LG_EXIT_DONE)
		code = printed;
	if (code == LG_EXIT_DONE && cli->quiet && !active)
		code = LG_EXIT_REFUSED;
	return code;
}

static int show_state(struct lg_cli *cli, int reachable, int code)
{
	struct lg_state *state = NULL;
	cJSON *object = NULL;
	struct lg_error err;

	if (lg_cli_state(cli, LG_STATE_READ, &state, &err) != LG_OK ||
	    from_state(cli, state, &object, &err) != LG_OK)
		return code != LG_EXIT_DONE ? code : lg_cli_fail(cli, &err);
	return show(cli, object, reachable, code);
}

int lg_cmd_status(struct lg_cli *cli)
{
	struct lg_control_answer answer = {0};
	struct lg_control *control = NULL;
	struct lg_error err;
	enum lg_status status = lg_cli_gate(cli, &control, &err);
	int code;

	if (status != LG_OK) {
		code = lg_cli_no_gate(cli, &err);
		if (code == LG_EXIT_NO_GATE)
			code = show_state(cli, 0, code);
		return code;
	}
	if (control == NULL)
		return show_state(cli, 1, LG_EXIT_DONE);
	code = lg_cli_ask(cli, control, lg_cli_request("status"), NULL, 0,
			  &answer);
	if (code == LG_EXIT_DONE)
		code = show(cli,
			    cJSON_DetachItemFromObjectCaseSensitive(
				    answer.object, "status"),
			    1, LG_EXIT_DONE);
	lg_control_release(&answer);
	return code;
}
