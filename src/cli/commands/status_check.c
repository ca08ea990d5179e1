/* SPDX-License-Identifier: ISC */
/*
 * status_check.c - one line that says how bad it is
 *
 * Critical is what keeps a lock from locking or from ending; a warning what
 * somebody should look at; a lock that does what it should is OK. The worst
 * is said first.
 */
#include "cli/commands/cmd_status.h"

#include "app/records/status_record.h"
#include "cli/output.h"
#include "cli/text/times.h"

#define SAID_MAX 5

struct verdict {
	enum lg_check_state state;
	struct lg_buffer text; /* behind the head */
	int said;
};

static const char *const words[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

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

static void judge_servers(struct verdict *verdict,
			  const struct lg_status_said *said)
{
	struct lg_target_now target;
	const cJSON *item;

	if (said->is_interrupted)
		say(verdict, LG_CHECK_CRITICAL,
		    "a change of servers is left half-way", NULL);
	cJSON_ArrayForEach(item, said->targets) {
		lg_target_read(item, &target);
		if (!target.is_reachable)
			say(verdict, LG_CHECK_WARNING,
			    "cannot be reached: ", target.name);
		else if (target.differs)
			say(verdict, LG_CHECK_CRITICAL,
			    "holds other values than were written: ",
			    target.name);
	}
}

static void judge(struct verdict *verdict, const struct lg_status_said *said,
		  int answers, int64_t now_s)
{
	int active = said->is_active;
	int64_t until_s = said->speaks.until_s;

	if (!answers)
		say(verdict, LG_CHECK_CRITICAL, "the gate does not answer",
		    active ? "; nothing here enforces the lock" : NULL);
	if (said->speaks.gate == NULL)
		say(verdict, LG_CHECK_CRITICAL,
		    "there is no policy that can be trusted", NULL);
	/* The gate looks each second. */
	if (active && until_s != 0 && until_s < now_s - 60)
		say(verdict, LG_CHECK_CRITICAL,
		    "a lock is in force past its end", NULL);
	if (active && until_s == 0)
		say(verdict, LG_CHECK_CRITICAL, "nobody knows the lock's end",
		    NULL);
	judge_servers(verdict, said);
	say_each(verdict, LG_CHECK_WARNING, said->loud, "");
	say_each(verdict, LG_CHECK_WARNING, said->way[LG_STATUS_NOT_CLOSED],
		 "the lock does not close ");
}

static void print_lock(const struct lg_status_said *said, int64_t now_s,
		       struct lg_buffer *out)
{
	if (!said->is_active) {
		lg_buffer_text(out, "no lock");
		return;
	}
	lg_buffer_text(out, "locked");
	if (said->speaks.profile != NULL) {
		lg_buffer_text(out, ": ");
		add_text(out, said->speaks.profile);
	}
	if (said->speaks.until_s != 0) {
		lg_buffer_text(out, " until ");
		lg_text_clock(now_s, said->speaks.until_s, out);
	}
}

/* How many locks are in force. */
static int64_t count_locks(const struct lg_status_said *said)
{
	struct lg_status_lock_said lock;
	const cJSON *item;
	int64_t count = 0;

	if (!cJSON_IsArray(said->locks))
		return said->is_active;
	cJSON_ArrayForEach(item, said->locks) {
		lg_status_lock_read(item, &lock);
		count += lock.since_s != 0;
	}
	return count;
}

static void print_data(const struct lg_status_said *said, int64_t now_s,
		       struct lg_buffer *out)
{
	int64_t until_s = said->speaks.until_s;
	int64_t left_s =
		said->is_active && until_s > now_s ? until_s - now_s : 0;

	lg_buffer_format(out,
			 " | locks=%lld;;;0 left=%llds;;;0 sessions=%lld;;;0 "
			 "refused=%lld;;;0 attention=%d;;;0\n",
			 (long long)count_locks(said), (long long)left_s,
			 (long long)said->sessions, (long long)said->refused,
			 cJSON_GetArraySize(said->loud));
}

int lg_cli_status_check(struct lg_cli *cli, const struct lg_status_said *said,
			int answers)
{
	struct verdict verdict = {0};
	struct lg_buffer line = {0};
	int64_t now_s = lg_cli_now();

	judge(&verdict, said, answers, now_s);
	lg_buffer_format(&line, "LOGONGATE %s - ", words[verdict.state]);
	if (verdict.text.data != NULL)
		lg_buffer_format(&line, "%s; ", verdict.text.data);
	if (verdict.said > SAID_MAX)
		lg_buffer_format(&line, "and %d more; ",
				 verdict.said - SAID_MAX);
	print_lock(said, now_s, &line);
	print_data(said, now_s, &line);
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
