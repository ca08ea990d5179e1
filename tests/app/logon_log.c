/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/app/records/logon_log.h.
 */
#include <stdio.h>
#include <string.h>

#include "folder.h"
#include "suite.h"

#include "app/records/logon_log.h"

#define START INT64_C(1795299360)

struct seen {
	uint64_t lines;
	uint64_t count;
	uint64_t bobs;
	struct lg_logon last;
	char user[128];
	char client[128];
};

static int see(void *context, const struct lg_logon *logon)
{
	struct seen *seen = context;

	seen->lines++;
	seen->count += logon->count;
	seen->bobs += logon->user && !strcmp(logon->user, "bob");
	seen->last = *logon;
	snprintf(seen->user, sizeof(seen->user), "%s",
		 logon->user ? logon->user : "-");
	snprintf(seen->client, sizeof(seen->client), "%s",
		 logon->client ? logon->client : "-");
	return 0;
}

static struct seen read_all(struct folder *folder)
{
	struct seen seen = {0};

	assert_int_equal(lg_logon_log_read(&folder->files, LG_REFUSED_FOLDER, 0,
					   see, &seen, NULL, NULL),
			 LG_OK);
	return seen;
}

static struct lg_logon_log *open_log(struct folder *folder)
{
	struct lg_logon_limits limits = lg_logon_limits_refused(3);
	struct lg_logon_log *log = NULL;

	assert_int_equal(lg_logon_log_new(&folder->files, LG_REFUSED_FOLDER,
					  &limits, &log, NULL),
			 LG_OK);
	return log;
}

static struct lg_logon refusal(const char *user, int64_t at_s)
{
	struct lg_logon logon = {.at_s = at_s,
				 .user = user,
				 .client = "Thunder\"bird\\\r\n1",
				 .address = "10.0.0.1",
				 .door = "dovecot",
				 .protocol = LG_PROTOCOL_IMAP,
				 .reason = LG_REASON_NOT_LISTED,
				 .rule = LG_RULE_LOGON_ONLY_AS,
				 .generation = 4};

	return logon;
}

static void reads_back_what_was_added(void **unused)
{
	struct folder folder;
	struct lg_logon_log *log;
	struct lg_logon logon = refusal("alice", START);
	struct seen seen;

	folder_make(&folder);
	log = open_log(&folder);
	lg_logon_log_add(log, &logon);
	assert_int_equal(
		lg_logon_log_flush(log, START, LG_LOGON_FLUSH_DUE, NULL),
		LG_OK);
	seen = read_all(&folder);
	assert_int_equal(seen.lines, 1);
	assert_string_equal(seen.user, "alice");
	assert_string_equal(seen.client, "Thunder\"bird\\ 1");
	assert_int_equal(seen.last.reason, LG_REASON_NOT_LISTED);
	assert_int_equal(seen.last.rule, LG_RULE_LOGON_ONLY_AS);
	assert_int_equal(seen.last.protocol, LG_PROTOCOL_IMAP);
	assert_int_equal(seen.last.generation, 4);
	assert_int_equal(seen.last.at_s, START);
	lg_logon_log_free(&log);
	folder_remove(&folder);
}

static void a_storm_is_counted(void **unused)
{
	struct folder folder;
	struct lg_logon_log *log;
	struct seen seen;
	int second;
	int i;

	folder_make(&folder);
	log = open_log(&folder);
	for (second = 0; second < 60; second++) {
		for (i = 0; i < 5000; i++) {
			char user[32];
			struct lg_logon logon;

			snprintf(user, sizeof(user), "user%d", i % 200);
			logon = refusal(user, START + second);
			lg_logon_log_add(log, &logon);
		}
		lg_logon_log_flush(log, START + second, LG_LOGON_FLUSH_DUE,
				   NULL);
	}
	lg_logon_log_flush(log, START + 60, LG_LOGON_FLUSH_ALL, NULL);
	seen = read_all(&folder);
	assert_int_equal(seen.count, 60 * 5000);
	assert_true(seen.lines < 10000);
	lg_logon_log_free(&log);
	folder_remove(&folder);
}

static void many_counts_leave_in_pieces(void **unused)
{
	struct folder folder;
	struct lg_logon_log *log;
	struct seen seen;
	int i;

	folder_make(&folder);
	log = open_log(&folder);
	for (i = 0; i < 2000; i++) {
		char user[32];
		struct lg_logon logon;

		snprintf(user, sizeof(user), "user%d", i);
		logon = refusal(user, START);
		lg_logon_log_add(log, &logon);
	}
	lg_logon_log_flush(log, START, LG_LOGON_FLUSH_DUE, NULL);
	seen = read_all(&folder);
	assert_int_equal(seen.count, 1000);
	lg_logon_log_flush(log, START + 5, LG_LOGON_FLUSH_DUE, NULL);
	seen = read_all(&folder);
	assert_in_range(seen.count, 1001, 1999);
	lg_logon_log_flush(log, START + 6, LG_LOGON_FLUSH_DUE, NULL);
	seen = read_all(&folder);
	assert_int_equal(seen.count, 2000);
	lg_logon_log_free(&log);
	folder_remove(&folder);
}

static void strangers_without_number_are_counted(void **unused)
{
	struct folder folder;
	struct lg_logon_log *log;
	struct seen seen;
	int i;

	folder_make(&folder);
	log = open_log(&folder);
	for (i = 0; i < 100000; i++) {
		char user[32];
		struct lg_logon logon;

		snprintf(user, sizeof(user), "random%d", i);
		logon = refusal(user, START);
		lg_logon_log_add(log, &logon);
	}
	lg_logon_log_flush(log, START, LG_LOGON_FLUSH_ALL, NULL);
	seen = read_all(&folder);
	assert_int_equal(seen.count, 100000);
	assert_true(seen.lines < 6000);
	/* Slots are free again after a window. */
	lg_logon_log_flush(log, START + 61, LG_LOGON_FLUSH_ALL, NULL);
	{
		struct lg_logon logon = refusal("later", START + 62);

		lg_logon_log_add(log, &logon);
	}
	lg_logon_log_flush(log, START + 62, LG_LOGON_FLUSH_ALL, NULL);
	seen = read_all(&folder);
	assert_string_equal(seen.user, "later");
	lg_logon_log_free(&log);
	folder_remove(&folder);
}

/* Who floods from one address with programs of any length. */
static void flood(struct lg_logon_log *log, int64_t at_s, int number)
{
	static char client[16000];
	char user[32];
	struct lg_logon logon;

	memset(client, '"', sizeof(client) - 1);
	snprintf(user, sizeof(user), "stranger%d", number);
	logon = refusal(user, at_s);
	logon.client = client;
	logon.address = "192.0.2.66";
	lg_logon_log_add(log, &logon);
}

static void long_texts_use_up_no_day(void **unused)
{
	struct folder folder;
	struct lg_logon_log *log;
	struct lg_logon bob = refusal("bob", START + 130);
	struct seen seen;
	uint64_t size = 0;
	int i;

	folder_make(&folder);
	log = open_log(&folder);
	for (i = 0; i < 120000; i++) {
		flood(log, START + i / 1000, i);
		if (i % 1000 == 999)
			assert_int_equal(
				lg_logon_log_flush(log, START + i / 1000,
						   LG_LOGON_FLUSH_DUE, NULL),
				LG_OK);
	}
	/* In the flood, from elsewhere: it is written by name, and soon. */
	lg_logon_log_add(log, &bob);
	for (i = 130; i < 140; i++)
		lg_logon_log_flush(log, START + i, LG_LOGON_FLUSH_DUE, NULL);
	seen = read_all(&folder);
	assert_int_equal(seen.bobs, 1);
	lg_logon_log_flush(log, START + 200, LG_LOGON_FLUSH_ALL, NULL);
	seen = read_all(&folder);
	assert_int_equal(seen.count, 120001);
	folder.files.size(folder.files.self,
			  LG_REFUSED_FOLDER "/2026-11-21.jsonl", &size, NULL);
	assert_in_range(size, 1, 6 << 20);
	lg_logon_log_free(&log);
	folder_remove(&folder);
}

static size_t count_days(struct folder *folder)
{
	struct lg_strlist names = {0};
	size_t count;

	folder->files.list(folder->files.self, LG_REFUSED_FOLDER, &names, NULL);
	count = names.count;
	lg_strlist_release(&names);
	return count;
}

/* One refusal, and then the clock goes on evenly. */
static void let_go_on(struct lg_logon_log *log, int64_t from_s, int seconds)
{
	struct lg_logon logon = refusal("alice", from_s);
	int gone;

	lg_logon_log_add(log, &logon);
	for (gone = 0; gone <= seconds; gone += 600)
		lg_logon_log_flush(log, from_s + gone, LG_LOGON_FLUSH_ALL,
				   NULL);
}

static void old_days_go(void **unused)
{
	struct folder folder;
	struct lg_logon_log *log;
	int day;

	folder_make(&folder);
	log = open_log(&folder);
	for (day = 0; day < 6; day++)
		let_go_on(log, START + day * 86400, 3600);
	assert_int_equal(count_days(&folder), 4);
	/* Settings read again take effect on the same day. */
	lg_logon_log_keep_days(log, 1);
	let_go_on(log, START + 5 * 86400 + 3600, 600);
	assert_int_equal(count_days(&folder), 2);
	lg_logon_log_free(&log);
	folder_remove(&folder);
}

static void a_stepped_clock_removes_no_days(void **unused)
{
	const int64_t years_s = INT64_C(10) * 366 * 86400;
	struct folder folder;
	struct lg_logon_log *log;

	folder_make(&folder);
	log = open_log(&folder);
	let_go_on(log, START, 3600);
	/* Set right again within the hour, and past midnight by now. */
	let_go_on(log, START + years_s, 3000);
	let_go_on(log, START + 7200, 7200);
	assert_int_equal(count_days(&folder), 3);
	lg_logon_log_free(&log);
	/* A gate that is started with such a clock. */
	log = open_log(&folder);
	let_go_on(log, START + years_s, 3000);
	assert_int_equal(count_days(&folder), 3);
	let_go_on(log, START + years_s + 3000, 1200);
	assert_int_equal(count_days(&folder), 1);
	lg_logon_log_free(&log);
	folder_remove(&folder);
}

static void a_clock_stepped_back_leaves_lines(void **unused)
{
	struct folder folder;
	struct lg_logon_log *log;
	int i;

	folder_make(&folder);
	log = open_log(&folder);
	/* More than may be written at once. */
	for (i = 0; i < 2000; i++) {
		char user[32];
		struct lg_logon logon;

		snprintf(user, sizeof(user), "user%d", i);
		logon = refusal(user, START);
		lg_logon_log_add(log, &logon);
	}
	lg_logon_log_flush(log, START, LG_LOGON_FLUSH_DUE, NULL);
	assert_int_equal(lg_logon_log_waits(log), 0);
	for (i = 0; i < 2; i++) {
		struct lg_logon logon =
			refusal(i ? "bob" : "carl", START - 86400 + i);

		lg_logon_log_add(log, &logon);
	}
	assert_int_equal(lg_logon_log_waits(log), 1);
	lg_logon_log_free(&log);
	folder_remove(&folder);
}

static void a_full_disk_keeps_what_waits(void **unused)
{
	struct folder folder;
	struct lg_logon_log *log;
	struct lg_logon logon = refusal("alice", START);

	folder_make(&folder);
	log = open_log(&folder);
	lg_logon_log_add(log, &logon);
	folder.fail_write = 1;
	assert_int_equal(
		lg_logon_log_flush(log, START, LG_LOGON_FLUSH_DUE, NULL),
		LG_ERR_IO);
	folder.fail_write = 0;
	assert_int_equal(
		lg_logon_log_flush(log, START + 1, LG_LOGON_FLUSH_DUE, NULL),
		LG_OK);
	assert_int_equal(read_all(&folder).count, 1);
	lg_logon_log_free(&log);
	folder_remove(&folder);
}

static void damaged_lines_hide_no_others(void **unused)
{
	static const char text[] =
		"garbage\n{\"at\":\"2026-11-21T00:00:00Z\",\"count\":2}\n"
		"{\"at\":\"2026-11-21T00:00:01Z\",\"user\":\"x\"";
	struct folder folder;
	struct seen seen = {0};
	size_t damaged = 0;

	folder_make(&folder);
	assert_int_equal(folder.files.append(
				 folder.files.self, "refused/2026-11-21.jsonl",
				 text, sizeof(text) - 1, LG_FILES_SYNC, NULL),
			 LG_OK);
	assert_int_equal(lg_logon_log_read(&folder.files, LG_REFUSED_FOLDER, 0,
					   see, &seen, &damaged, NULL),
			 LG_OK);
	assert_int_equal(seen.count, 2);
	assert_int_equal(damaged, 2);
	folder_remove(&folder);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("a refusal reads back as it was",
			  reads_back_what_was_added),
		suite_row("a storm is counted, and no one is lost",
			  a_storm_is_counted),
		suite_row("many counts leave in pieces, and no one is lost",
			  many_counts_leave_in_pieces),
		suite_row("long texts use up nobody's record of the day",
			  long_texts_use_up_no_day),
		suite_row("more strangers than slots are counted",
			  strangers_without_number_are_counted),
		suite_row("days older than keep_days go", old_days_go),
		suite_row("a stepped clock removes no days",
			  a_stepped_clock_removes_no_days),
		suite_row("a clock that is stepped back leaves lines",
			  a_clock_stepped_back_leaves_lines),
		suite_row("a full disk keeps what waits",
			  a_full_disk_keeps_what_waits),
		suite_row("damaged lines hide no others",
			  damaged_lines_hide_no_others),
	};

	return suite_run(rows);
}
