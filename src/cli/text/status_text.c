/* SPDX-License-Identifier: ISC */
/*
 * status_text.c - what is in force, as an administrator reads it at night
 */
#include "cli/text/status_text.h"

#include <string.h>

#include "app/change/change_now.h"
#include "app/records/status_record.h"
#include "cli/change/servers_hands.h"
#include "cli/open/open_ways.h"
#include "cli/output.h"
#include "cli/text/times.h"

static void print_line(struct lg_cli *cli, const char *name, const char *text)
{
	if (text == NULL)
		return;
	lg_cli_print(cli, LG_PLAIN, "  %-9s ", name);
	lg_cli_line(cli, LG_PLAIN, "", text);
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
static int lists_some(const struct lg_status_said *said)
{
	struct lg_status_lock_said lock;
	const cJSON *item;

	cJSON_ArrayForEach(item, said->locks) {
		lg_status_lock_read(item, &lock);
		if (lock.gate != NULL && strcmp(lock.gate, "off") != 0 &&
		    lock.starts_s == 0)
			return 1;
	}
	return 0;
}

static void print_gate(struct lg_cli *cli, const struct lg_status_said *said)
{
	const char *gate = said->speaks.gate;

	if (gate != NULL && strcmp(gate, "off") == 0 && lists_some(said))
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
static int is_read_later(const struct lg_target_now *target)
{
	return target->is_in_force && target->tells_whose &&
	       (target->in_force_by_s == 0 ||
		target->in_force_by_s > lg_cli_now());
}

/* Its store is stopped, or about to be. */
static int is_idle(const struct lg_target_now *target)
{
	return target->service != NULL &&
	       strncmp(target->service, "stop", 4) == 0;
}

static enum lg_colour target_colour(const struct lg_target_now *target)
{
	if (target->step != NULL || !target->is_reachable || target->differs)
		return LG_RED;
	return target->is_in_force ? LG_YELLOW : LG_PLAIN;
}

static void target_words(const struct lg_target_now *target, int changing,
			 struct lg_buffer *text)
{
	if (!target->is_reachable) {
		lg_buffer_text(text, "cannot be reached");
	} else if (target->step != NULL) {
		lg_buffer_format(text, "%s (%s)",
				 changing ? "being changed" : "left half-way",
				 target->step);
	} else if (target->differs) {
		lg_buffer_text(text, "holds OTHER values than were written");
	} else if (!is_read_later(target)) {
		lg_buffer_text(text,
			       target->is_in_force ? "locked" : "not locked");
	} else if (is_idle(target)) {
		lg_buffer_text(text, "written; its store does not read it now");
	} else if (target->in_force_by_s == 0) {
		lg_buffer_text(
			text,
			"written; takes effect when you restart its store");
	} else {
		lg_buffer_text(text, "written; locked at its next poll, by ");
		lg_text_clock(lg_cli_now(), target->in_force_by_s, text);
	}
}

/* What the server does now, as far as its values tell; why, where it cannot be
 * asked. */
static void print_under(struct lg_cli *cli, const char *text)
{
	if (text == NULL)
		return;
	lg_cli_line(cli, LG_PLAIN, "            ", text);
}

static void print_says(struct lg_cli *cli, const struct lg_target_now *target)
{
	const cJSON *line;

	print_under(cli, target->error);
	print_under(cli, target->note);
	cJSON_ArrayForEach(line, target->lines)
		print_under(cli, cJSON_GetStringValue(line));
}

/* The answer in a line. */
static void print_head(struct lg_cli *cli, const struct lg_status_said *said)
{
	int locks = cJSON_GetArraySize(said->locks);
	struct lg_change_holder holder;
	struct lg_buffer who = {0};

	if (said->changing != NULL) {
		lg_change_holder_read(said->changing, &holder);
		lg_cli_holder_words(&holder, &who);
		lg_cli_line(cli, LG_YELLOW, "being changed right now by ",
			    who.data != NULL ? who.data : "a command");
		lg_buffer_release(&who);
	}
	if (said->is_interrupted)
		lg_cli_print(cli, LG_RED, "left half-way\n");
	else if (said->is_active && locks > 1)
		lg_cli_print(cli, LG_YELLOW, "locked, %d locks\n", locks);
	else if (said->is_active)
		lg_cli_print(cli, LG_YELLOW, "locked\n");
	else if (said->changing == NULL && locks > 0)
		lg_cli_print(cli, LG_GREEN, "no lock in force, %d planned\n",
			     locks);
	else if (said->changing == NULL)
		lg_cli_print(cli, LG_GREEN, "no lock\n");
}

static void print_target(struct lg_cli *cli, const cJSON *object, int changing)
{
	struct lg_buffer words = {0};
	struct lg_target_now target;

	lg_target_read(object, &target);
	target_words(&target, changing, &words);
	lg_cli_print(cli, LG_PLAIN, "  server    ");
	lg_cli_text(cli, target.name);
	lg_cli_print(cli, target_colour(&target), ": %s\n",
		     words.data != NULL ? words.data : "");
	lg_buffer_release(&words);
	print_says(cli, &target);
}

static void print_times(struct lg_cli *cli,
			const struct lg_status_lock_said *lock)
{
	print_time(cli, "starts", lock->starts_s);
	print_time(cli, "since", lock->since_s);
	print_time(cli, "until", lock->until_s);
	print_time(cli, "confirm", lock->confirm_by_s);
	print_time(cli, "cut", lock->cut_at_s);
	print_line(cli, "by", lock->by);
	print_line(cli, "reason", lock->reason);
}

static void print_concerns(struct lg_cli *cli,
			   const struct lg_status_lock_said *lock)
{
	long long accounts = (long long)lock->accounts;
	struct lg_buffer text = {0};
	const cJSON *item;

	cJSON_ArrayForEach(item, lock->domains)
		lg_buffer_format(&text, "%s%s", text.len > 0 ? ", " : "",
				 cJSON_IsString(item) ? item->valuestring : "");
	if (accounts > 0)
		lg_buffer_format(&text, "%s%lld account%s",
				 text.len > 0 ? " and " : "", accounts,
				 accounts == 1 ? "" : "s");
	print_line(cli, "concerns", text.data);
	lg_buffer_release(&text);
}

static void print_lock(struct lg_cli *cli, const cJSON *object)
{
	struct lg_status_lock_said lock;
	struct lg_buffer name = {0};

	lg_status_lock_read(object, &lock);
	lg_buffer_format(&name, "%s (%s)",
			 lock.profile != NULL ? lock.profile
					      : "without a profile",
			 lock.id != NULL ? lock.id : "");
	print_line(cli, "profile", name.data);
	print_times(cli, &lock);
	print_concerns(cli, &lock);
	lg_buffer_release(&name);
}

static void print_count(struct lg_cli *cli, const char *name, int64_t count)
{
	char number[32];

	snprintf(number, sizeof(number), "%lld", (long long)count);
	print_line(cli, name, number);
}

/* None that is listed is not none that is open. */
static int lists_none(struct lg_cli *cli)
{
	const struct lg_settings *settings;

	return lg_cli_settings(cli, &settings, NULL) == LG_OK &&
	       !lg_cli_lists_sessions(settings);
}

void lg_status_text(struct lg_cli *cli, const struct lg_status_said *said)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, said->loud) {
		lg_cli_line(cli, LG_RED, "! ",
			    cJSON_IsString(item) ? item->valuestring : "");
	}
	print_head(cli, said);
	if (cJSON_GetArraySize(said->locks) > 0) {
		cJSON_ArrayForEach(item, said->locks)
			print_lock(cli, item);
	} else {
		/* on servers alone */
		print_line(cli, "profile", said->speaks.profile);
		print_times(cli, &said->speaks);
	}
	print_gate(cli, said);
	print_line(cli, "dialect", said->dialect);
	if (said->sessions == 0 && lists_none(cli))
		print_line(cli, "sessions",
			   "not known: no server here lists them");
	else
		print_count(cli, "sessions", said->sessions);
	print_count(cli, "refused", said->refused);
	print_line(cli, "note", said->sessions_note);
	cJSON_ArrayForEach(item, said->targets)
		print_target(cli, item, said->changing != NULL);
	cJSON_ArrayForEach(item, said->doors)
		print_line(cli, "door", cJSON_GetStringValue(item));
	lg_cli_print_open_ways(cli, said);
}
