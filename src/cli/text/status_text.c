/* SPDX-License-Identifier: ISC */
/*
 * status_text.c - what is in force, as an administrator reads it at night
 */
#include "cli/text/status_text.h"

#include <string.h>

#include "app/records/json_member.h"
#include "cli/change/servers_apply.h"
#include "cli/open/open_ways.h"
#include "cli/output.h"
#include "cli/text/times.h"

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

void lg_status_text(struct lg_cli *cli, const cJSON *status)
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
