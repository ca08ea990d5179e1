/* SPDX-License-Identifier: ISC */
/*
 * logongate status - what is in force
 *
 * The gate is asked, for only it knows what is in force now and who is logged
 * on. Where none is to run, or none answers, state_dir says what should be in
 * force; in the second case that is exit 8.
 */
#include <string.h>

#include "app/lock/refused_count.h"
#include "app/records/json_member.h"
#include "app/records/status_record.h"
#include "cli/commands.h"
#include "cli/fleet/fleet_rounds.h"
#include "cli/change/servers_apply.h"
#include "cli/open/in_force.h"
#include "cli/open/open.h"
#include "cli/open/open_ways.h"
#include "cli/output.h"
#include "cli/change/prepare.h"
#include "cli/commands/status_check.h"
#include "cli/commands/status_watch.h"

/* Beside the exit codes: the line of --check is printed. */
#define CHECKED 100

/* What a gate that is gone refused while the locks were in force. */
static uint64_t refused_by(const struct lg_state *state)
{
	const struct lg_lock *oldest = lg_state_oldest(state);
	struct lg_now now = lg_state_now(state);
	struct lg_refused_since since;
	uint64_t count = 0;

	if (oldest == NULL)
		return 0;
	since = lg_refused_since(oldest, &now);
	if (lg_refused_count(state->files, &since, &count, NULL) != LG_OK)
		return 0;
	return count;
}

/* What a lock does by itself, as the policy has it. */
static const char *gate_of(const struct lg_policy *policy,
			   const struct lg_lock *lock)
{
	size_t layers = policy != NULL ? lg_policy_layer_count(policy) : 0;

	for (size_t i = 0; i < layers; i++) {
		const struct lg_policy_layer_info *info =
			lg_policy_layer_at(policy, (int)i);

		if (info->id != NULL && strcmp(info->id, lock->id) == 0)
			return lg_gate_state_name(info->gate);
	}
	return NULL;
}

/* The object of contract 4 from state_dir; state NULL: nothing was ever
 * applied here. */
static enum lg_status from_state(struct lg_cli *cli,
				 const struct lg_state *state,
				 cJSON **out_object, struct lg_error *err)
{
	struct lg_lock_concerns concerns[LG_LOCKS_MAX] = {0};
	struct lg_status_lock lock[LG_LOCKS_MAX];
	struct lg_status_facts facts = {.lock = lock, .now = lg_cli_clocks()};
	const struct lg_settings *settings;
	struct lg_policy *policy = NULL;
	enum lg_status status = lg_cli_settings(cli, &settings, err);

	if (status == LG_OK)
		status = lg_cli_policy(settings, state, &policy, err);
	/* A policy that cannot be made is shown, not hidden. */
	if (status == LG_ERR_NO_MEMORY)
		return status;
	for (size_t i = 0;
	     state != NULL && i < state->lock_count && i < LG_LOCKS_MAX; i++) {
		lg_lock_concerns(state->lock[i], &concerns[i], NULL);
		lock[i] = (struct lg_status_lock){
			.lock = state->lock[i],
			.concerns = &concerns[i],
			.gate = gate_of(policy, state->lock[i]),
		};
		facts.count++;
	}
	facts.gate = policy != NULL ? lg_gate_state_name(lg_policy_gate(policy))
				    : NULL;
	facts.dialect = settings->dialect;
	if (state != NULL) {
		facts.generation = state->generation;
		facts.refused = refused_by(state);
		facts.loud = &state->loud;
	}
	*out_object = lg_status_object(&facts);
	for (size_t i = 0; i < facts.count; i++)
		lg_strlist_release(&concerns[i].domains);
	lg_policy_free(&policy);
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

/* A lock that concerns some lists who of them gets in. */
static int lists_some(const cJSON *status)
{
	const cJSON *locks = cJSON_GetObjectItemCaseSensitive(status, "locks");
	const cJSON *lock;

	cJSON_ArrayForEach(lock, locks) {
		const char *gate = lg_json_text_of(lock, "gate");

		if (gate != NULL && strcmp(gate, "off") != 0 &&
		    lg_json_time_of(lock, "starts") == 0)
			return 1;
	}
	return 0;
}

static void print_gate(struct lg_cli *cli, const cJSON *status)
{
	const char *gate = lg_json_text_of(status, "gate");

	if (gate != NULL && strcmp(gate, "off") == 0 && lists_some(status))
		print_line(cli, "gate",
			   "only those whom a lock concerns are refused by "
			   "name");
	else if (gate == NULL)
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

/* Values are there, and whether the store has read them is its business. */
static int is_read_later(const cJSON *target)
{
	const cJSON *by =
		cJSON_GetObjectItemCaseSensitive(target, "in_force_by");

	return lg_json_is_true(target, "in_force") && by != NULL &&
	       (cJSON_IsNull(by) ||
		lg_json_time_of(target, "in_force_by") > lg_cli_now());
}

/* Its store is stopped, or about to be. */
static int is_idle(const cJSON *target)
{
	const char *service = lg_json_text_of(target, "service");

	return service != NULL && strncmp(service, "stop", 4) == 0;
}

static enum lg_colour target_colour(const cJSON *target)
{
	if (lg_json_text_of(target, "step") != NULL)
		return LG_RED;
	if (!lg_json_is_true(target, "reachable") ||
	    lg_json_is_true(target, "differs"))
		return LG_RED;
	return lg_json_is_true(target, "in_force") ? LG_YELLOW : LG_PLAIN;
}

static void target_words(const cJSON *target, int changing,
			 struct lg_buffer *text)
{
	const char *step = lg_json_text_of(target, "step");

	if (!lg_json_is_true(target, "reachable")) {
		lg_buffer_text(text, "cannot be reached");
	} else if (step != NULL) {
		lg_buffer_format(text, "%s (%s)",
				 changing ? "being changed" : "left half-way",
				 step);
	} else if (lg_json_is_true(target, "differs")) {
		lg_buffer_text(text, "holds OTHER values than were written");
	} else if (!is_read_later(target)) {
		lg_buffer_text(text, lg_json_is_true(target, "in_force")
					     ? "locked"
					     : "not locked");
	} else if (is_idle(target)) {
		lg_buffer_text(text, "written; its store does not read it now");
	} else if (lg_json_time_of(target, "in_force_by") == 0) {
		lg_buffer_text(
			text,
			"written; takes effect when you restart its store");
	} else {
		lg_buffer_text(text, "written; locked at its next poll, by ");
		lg_text_clock(lg_cli_now(),
			      lg_json_time_of(target, "in_force_by"), text);
	}
}

/* What the server does now, as far as its values tell; why, where it cannot be
 * asked. */
static void print_says(struct lg_cli *cli, const cJSON *target)
{
	static const char *const one_line[] = {"error", "note"};
	const cJSON *line;

	for (size_t i = 0; i < sizeof(one_line) / sizeof(one_line[0]); i++) {
		const char *text = lg_json_text_of(target, one_line[i]);

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
	int active = lg_json_is_true(status, "active");
	const cJSON *changing =
		cJSON_GetObjectItemCaseSensitive(status, "changing");
	int left = cJSON_IsObject(
		cJSON_GetObjectItemCaseSensitive(status, "interrupted"));
	int locks = cJSON_GetArraySize(
		cJSON_GetObjectItemCaseSensitive(status, "locks"));
	struct lg_buffer who = {0};

	if (cJSON_IsObject(changing)) {
		lg_cli_servers_holder_words(changing, &who);
		lg_cli_print(cli, LG_YELLOW, "being changed right now by ");
		lg_cli_text(cli, who.data != NULL ? who.data : "a command");
		lg_cli_print(cli, LG_PLAIN, "\n");
		lg_buffer_release(&who);
	}
	if (left)
		lg_cli_print(cli, LG_RED, "left half-way\n");
	else if (active && locks > 1)
		lg_cli_print(cli, LG_YELLOW, "locked, %d locks\n", locks);
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
	lg_cli_text(cli, lg_json_text_of(target, "name"));
	lg_cli_print(cli, target_colour(target), ": %s\n",
		     words.data != NULL ? words.data : "");
	lg_buffer_release(&words);
	print_says(cli, target);
}

static void print_times(struct lg_cli *cli, const cJSON *lock)
{
	print_time(cli, "starts", lg_json_time_of(lock, "starts"));
	print_time(cli, "since", lg_json_time_of(lock, "since"));
	print_time(cli, "until", lg_json_time_of(lock, "until"));
	print_time(cli, "confirm", lg_json_time_of(lock, "confirm_by"));
	print_time(cli, "cut", lg_json_time_of(lock, "cut_at"));
	print_line(cli, "by", lg_json_text_of(lock, "by"));
	print_line(cli, "reason", lg_json_text_of(lock, "reason"));
}

static void print_concerns(struct lg_cli *cli, const cJSON *concerns)
{
	const cJSON *domains =
		cJSON_GetObjectItemCaseSensitive(concerns, "domains");
	long long accounts = (long long)lg_json_number_of(concerns, "accounts");
	struct lg_buffer text = {0};
	const cJSON *item;

	cJSON_ArrayForEach(item, domains)
		lg_buffer_format(&text, "%s%s", text.len > 0 ? ", " : "",
				 cJSON_IsString(item) ? item->valuestring : "");
	if (accounts > 0)
		lg_buffer_format(&text, "%s%lld account%s",
				 text.len > 0 ? " and " : "", accounts,
				 accounts == 1 ? "" : "s");
	print_line(cli, "concerns", text.data);
	lg_buffer_release(&text);
}

static void print_lock(struct lg_cli *cli, const cJSON *lock)
{
	struct lg_buffer name = {0};

	lg_buffer_format(&name, "%s (%s)",
			 lg_json_text_of(lock, "profile") != NULL
				 ? lg_json_text_of(lock, "profile")
				 : "without a profile",
			 lg_json_text_of(lock, "id") != NULL
				 ? lg_json_text_of(lock, "id")
				 : "");
	print_line(cli, "profile", name.data);
	print_times(cli, lock);
	print_concerns(cli,
		       cJSON_GetObjectItemCaseSensitive(lock, "applies_to"));
	lg_buffer_release(&name);
}

static void print_status(struct lg_cli *cli, const cJSON *status)
{
	int changing = cJSON_IsObject(
		cJSON_GetObjectItemCaseSensitive(status, "changing"));
	const cJSON *locks = cJSON_GetObjectItemCaseSensitive(status, "locks");
	const cJSON *item;
	char number[32];

	cJSON_ArrayForEach(item,
			   cJSON_GetObjectItemCaseSensitive(status, "loud")) {
		lg_cli_print(cli, LG_RED, "! ");
		lg_cli_text(cli, cJSON_IsString(item) ? item->valuestring : "");
		lg_cli_print(cli, LG_PLAIN, "\n");
	}
	print_head(cli, status);
	if (cJSON_GetArraySize(locks) > 0) {
		cJSON_ArrayForEach(item, locks)
			print_lock(cli, item);
	} else {
		/* on servers alone */
		print_line(cli, "profile", lg_json_text_of(status, "profile"));
		print_times(cli, status);
	}
	print_gate(cli, status);
	print_line(cli, "dialect", lg_json_text_of(status, "dialect"));
	snprintf(number, sizeof(number), "%lld",
		 (long long)lg_json_number_of(status, "sessions"));
	print_line(cli, "sessions", number);
	snprintf(number, sizeof(number), "%lld",
		 (long long)lg_json_number_of(status, "refused"));
	print_line(cli, "refused", number);
	print_line(cli, "note", lg_json_text_of(status, "sessions_note"));
	cJSON_ArrayForEach(item,
			   cJSON_GetObjectItemCaseSensitive(status, "targets"))
		print_target(cli, item, changing);
	cJSON_ArrayForEach(item,
			   cJSON_GetObjectItemCaseSensitive(status, "doors")) {
		print_line(cli, "door",
			   cJSON_IsString(item)
				   ? item->valuestring
				   : lg_json_text_of(item, "text"));
	}
	lg_cli_print_open_ways(cli, status);
}

static int show(struct lg_cli *cli, cJSON *object, int reachable, int code)
{
	int printed = lg_cli_servers_status(cli, object, reachable);
	int active = cJSON_IsTrue(
		cJSON_GetObjectItemCaseSensitive(object, "active"));

	if (printed != LG_EXIT_DONE) {
		cJSON_Delete(object);
		return printed;
	}
	lg_cli_add_open_ways(cli, object);
	if (lg_cli_option(cli, "check") != NULL) {
		code = lg_cli_status_check(cli, object,
					   code != LG_EXIT_NO_GATE);
		cJSON_Delete(object);
		return CHECKED + code;
	}
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

/* Nothing here asks what state_dir says. */
static void say_unenforced(struct lg_cli *cli, const struct lg_state *state,
			   cJSON *object)
{
	lg_json_bool(object, "enforced", 0);
	if (cli->quiet || state == NULL || state->lock_count == 0)
		return;
	if (cli->json)
		lg_cli_say(cli, LG_EXIT_DONE, NULL, "%s", LG_UNENFORCED);
	else
		lg_cli_print(cli, LG_YELLOW, "%s. ", LG_UNENFORCED);
}

static int show_state(struct lg_cli *cli, int reachable, int code)
{
	struct lg_state *state = NULL;
	cJSON *object = NULL;
	struct lg_error err;

	if (lg_cli_state(cli, LG_STATE_READ, &state, &err) != LG_OK ||
	    from_state(cli, state, &object, &err) != LG_OK)
		return code != LG_EXIT_DONE ? code : lg_cli_fail(cli, &err);
	say_unenforced(cli, state, object);
	return show(cli, object, reachable, code);
}

static int show_once(struct lg_cli *cli)
{
	struct lg_control_answer answer = {0};
	struct lg_control *control = NULL;
	struct lg_error err;
	enum lg_status status = lg_cli_gate(cli, &control, &err);
	cJSON *object;
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
	if (code == LG_EXIT_DONE) {
		object = cJSON_DetachItemFromObjectCaseSensitive(answer.object,
								 "status");
		lg_json_bool(object, "enforced", 1);
		code = show(cli, object, 1, LG_EXIT_DONE);
	}
	lg_control_release(&answer);
	return code;
}

static int show_all(struct lg_cli *cli)
{
	return lg_cli_is_fleet(cli) ? lg_cli_fleet_status(cli) : show_once(cli);
}

int lg_cmd_status(struct lg_cli *cli)
{
	int code;

	if (lg_cli_option(cli, "watch") != NULL) {
		if (cli->json || cli->quiet ||
		    lg_cli_option(cli, "check") != NULL)
			return lg_cli_usage(cli,
					    "--watch goes without --check, "
					    "--json and --quiet");
		return lg_cli_watch(cli, show_all);
	}
	if (lg_cli_option(cli, "check") == NULL)
		return show_all(cli);
	if (cli->json || cli->quiet || lg_cli_is_fleet(cli))
		return lg_cli_usage(cli, "--check prints a line of its own; it "
					 "goes without --json, --quiet and "
					 "--fleet");
	code = show_once(cli);
	return code >= CHECKED ? code - CHECKED
			       : lg_cli_status_unknown(cli, code);
}
