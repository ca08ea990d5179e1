/* SPDX-License-Identifier: ISC */
/*
 * status_check.c - one line that says how bad it is
 *
 * Critical is what keeps a lock from locking or from ending; a warning what
 * somebody should look at; a lock that does what it should is OK. The worst
 * is said first.
 */
#include "app/records/json_member.h"
#include "cli/commands/status_check.h"

#include <string.h>

#include "base/instant.h"

#include "cli/open/open.h"
#include "cli/output.h"
#include "cli/text/times.h"

#define SAID_MAX 5

struct verdict {
	enum lg_check_state state;
	struct lg_buffer text; /* behind the head */
	int said;
};

static const char *const words[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

static const cJSON *member(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* "|" would begin the performance data. */
static void add_text(struct lg_buffer *out, const char *text)
{
	for (; *text != '\0'; text++)
		lg_buffer_char(out, *text == '|' ? '/' : *text);
}

static void say(struct verdict *verdict, enum lg_check_state state,
		const char *text, const char *more)
{
	if (state > verdict->state)
		verdict->state = state;
	if (++verdict->said > SAID_MAX)
		return;
	if (verdict->said > 1)
		lg_buffer_text(&verdict->text, "; ");
	add_text(&verdict->text, text);
	if (more != NULL)
		add_text(&verdict->text, more);
}

static void say_each(struct verdict *verdict, enum lg_check_state state,
		     const cJSON *list, const char *before)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list) {
		if (cJSON_IsString(item))
			say(verdict, state, before, item->valuestring);
	}
}

static void judge_servers(struct verdict *verdict, const cJSON *status)
{
	const cJSON *target;

	if (cJSON_IsObject(member(status, "interrupted")))
		say(verdict, LG_CHECK_CRITICAL,
		    "a change of servers is left half-way", NULL);
	cJSON_ArrayForEach(target, member(status, "targets")) {
		const char *name = cJSON_GetStringValue(member(target, "name"));

		if (cJSON_IsFalse(member(target, "reachable")))
			say(verdict, LG_CHECK_WARNING,
			    "cannot be reached: ", name);
		else if (cJSON_IsTrue(member(target, "differs")))
			say(verdict, LG_CHECK_CRITICAL,
			    "holds other values than were written: ", name);
	}
}

static void judge(struct verdict *verdict, const cJSON *status, int answers,
		  int64_t now_s)
{
	int active = cJSON_IsTrue(member(status, "active"));
	int64_t until_s = lg_json_time_of(status, "until");

	if (!answers)
		say(verdict, LG_CHECK_CRITICAL, "the gate does not answer",
		    active ? "; nothing here enforces the lock" : NULL);
	if (cJSON_IsNull(member(status, "gate")))
		say(verdict, LG_CHECK_CRITICAL,
		    "there is no policy that can be trusted", NULL);
	/* The gate looks each second. */
	if (active && until_s != 0 && until_s < now_s - 60)
		say(verdict, LG_CHECK_CRITICAL,
		    "a lock is in force past its end", NULL);
	if (active && until_s == 0)
		say(verdict, LG_CHECK_CRITICAL, "nobody knows the lock's end",
		    NULL);
	judge_servers(verdict, status);
	say_each(verdict, LG_CHECK_WARNING, member(status, "loud"), "");
	say_each(verdict, LG_CHECK_WARNING, member(status, "not_closed"),
		 "the lock does not close ");
}

static void print_lock(const cJSON *status, int64_t now_s,
		       struct lg_buffer *out)
{
	const char *profile = cJSON_GetStringValue(member(status, "profile"));
	int64_t until_s = lg_json_time_of(status, "until");

	if (!cJSON_IsTrue(member(status, "active"))) {
		lg_buffer_text(out, "no lock");
		return;
	}
	lg_buffer_text(out, "locked");
	if (profile != NULL) {
		lg_buffer_text(out, ": ");
		add_text(out, profile);
	}
	if (until_s != 0) {
		lg_buffer_text(out, " until ");
		lg_text_clock(now_s, until_s, out);
	}
}

/* How many locks are in force. */
static int64_t count_locks(const cJSON *status)
{
	const cJSON *locks = member(status, "locks");
	const cJSON *lock;
	int64_t count = 0;

	if (!cJSON_IsArray(locks))
		return cJSON_IsTrue(member(status, "active"));
	cJSON_ArrayForEach(lock, locks)
		count += !cJSON_IsNull(member(lock, "since"));
	return count;
}

static void print_data(const cJSON *status, int64_t now_s,
		       struct lg_buffer *out)
{
	int active = cJSON_IsTrue(member(status, "active"));
	int64_t until_s = lg_json_time_of(status, "until");
	int64_t left_s = active && until_s > now_s ? until_s - now_s : 0;

	lg_buffer_format(out,
			 " | locks=%lld;;;0 left=%llds;;;0 sessions=%lld;;;0 "
			 "refused=%lld;;;0 attention=%d;;;0\n",
			 (long long)count_locks(status), (long long)left_s,
			 (long long)lg_json_number_of(status, "sessions"),
			 (long long)lg_json_number_of(status, "refused"),
			 cJSON_GetArraySize(member(status, "loud")));
}

int lg_cli_status_check(struct lg_cli *cli, const cJSON *status, int answers)
{
	struct verdict verdict = {0};
	struct lg_buffer line = {0};
	int64_t now_s = lg_cli_now();

	judge(&verdict, status, answers, now_s);
	lg_buffer_format(&line, "LOGONGATE %s - ", words[verdict.state]);
	if (verdict.text.data != NULL)
		lg_buffer_format(&line, "%s; ", verdict.text.data);
	if (verdict.said > SAID_MAX)
		lg_buffer_format(&line, "and %d more; ",
				 verdict.said - SAID_MAX);
	print_lock(status, now_s, &line);
	print_data(status, now_s, &line);
	if (line.status != LG_OK)
		verdict.state = LG_CHECK_UNKNOWN;
	else
		fputs(line.data, cli->out);
	lg_buffer_release(&verdict.text);
	lg_buffer_release(&line);
	return verdict.state;
}

int lg_cli_status_unknown(struct lg_cli *cli, int code)
{
	/* What should be in force, too, is nothing that this user may read. */
	if (code == LG_EXIT_NO_GATE) {
		fputs("LOGONGATE CRITICAL - the gate does not answer\n",
		      cli->out);
		return LG_CHECK_CRITICAL;
	}
	fprintf(cli->out,
		"LOGONGATE UNKNOWN - logongate status ended with exit code "
		"%d\n",
		code);
	return LG_CHECK_UNKNOWN;
}
