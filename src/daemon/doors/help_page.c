/* SPDX-License-Identifier: ISC */
/*
 * help_page.c - GET /help: who was refused, for who answers their calls
 *
 * The record of a day is read in steps on the records lane, so that neither
 * deciding nor recording waits; the newest rows are kept, and the page is made
 * when all is read.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hex.h"
#include "base/local_time.h"

#include "adapters/system/system_clock.h"
#include "daemon/records.h"
#include "daemon/doors/status_listener.h"
#include "daemon/work.h"

#define ROWS_MAX 100
#define WORD_MAX 128
#define BACK_S 86400

struct help {
	struct gate_job job;
	struct gate_records_waiter waiter;
	struct gate_conn *conn;
	struct lg_logon_reader *reader;
	char user[WORD_MAX + 1];
	char client[WORD_MAX + 1];
	char languages[WORD_MAX + 1];
	int64_t since_s;
	struct lg_buffer row[ROWS_MAX]; /* the newest, a ring */
	size_t rows;
	uint64_t found;
	int done;
	enum lg_status status;
	struct lg_error err;
};

/* An argument as a form sends it; what is longer is cut off. */
static void read_word(const struct lg_http_request *request, const char *name,
		      char out_word[WORD_MAX + 1])
{
	size_t len = 0;
	const char *text = lg_http_request_argument(request, name, &len);
	size_t used = 0;

	for (size_t i = 0; text && i < len && used < WORD_MAX; i++) {
		char byte = text[i];

		if (byte == '+') {
			byte = ' ';
		} else if (byte == '%' && i + 2 < len &&
			   lg_hex_byte(text + i + 1) >= 0) {
			byte = (char)lg_hex_byte(text + i + 1);
			i += 2;
		}
		if (byte)
			out_word[used++] = byte;
	}
	while (used && out_word[used - 1] == ' ')
		used--;
	out_word[used] = '\0';
}

/* 1 where word stands in text, whatever the case of its letters. */
static int has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (; text && *text; text++)
		if (!strncasecmp(text, word, len))
			return 1;
	return 0;
}

static int is_meant(const struct help *help, const struct lg_logon *logon)
{
	if (*help->user && !has_word(logon->user, help->user) &&
	    !has_word(logon->dn, help->user))
		return 0;
	return !*help->client || has_word(logon->client, help->client) ||
	       has_word(logon->process, help->client) ||
	       has_word(logon->version, help->client) ||
	       has_word(logon->address, help->client);
}

/* Why, for who answers a call. */
static const char *in_words(enum lg_reason reason)
{
	switch (reason) {
	case LG_REASON_NOT_LISTED:
		return "not on the list";
	case LG_REASON_NOBODY:
		return "nobody may log on";
	case LG_REASON_PROTOCOL_REFUSED:
		return "this protocol is closed";
	case LG_REASON_VERSION_BLOCKED:
		return "this version of the program is blocked";
	case LG_REASON_PROCESS_BLOCKED:
		return "this program is blocked";
	case LG_REASON_VERSION_UNKNOWN:
		return "the program names no version";
	case LG_REASON_PROCESS_UNKNOWN:
		return "the program does not name itself";
	case LG_REASON_NO_POLICY:
		return "the gate has no policy";
	default:
		return lg_reason_name(reason);
	}
}

static int add_row(void *context, const struct lg_logon *logon)
{
	struct help *help = context;
	struct lg_zone zone = lg_system_zone();
	struct lg_overview_refusal refusal = {
		.user = logon->user ? logon->user : logon->dn,
		.client = logon->client ? logon->client : logon->process,
		.address = logon->address,
		.door = logon->door,
		.reason = in_words(logon->reason),
		.count = logon->count,
	};
	struct lg_buffer *row = &help->row[help->rows % ROWS_MAX];
	char at[LG_TIME_SIZE];

	if (!is_meant(help, logon))
		return 0;
	lg_time_format(logon->last_s ? logon->last_s : logon->at_s,
		       help->since_s + BACK_S, &zone, at);
	refusal.at = at;
	lg_buffer_clear(row);
	lg_overview_row(&refusal, row);
	help->rows++;
	help->found += logon->count;
	return 0;
}

static void run_step(void *context)
{
	struct help *help = context;
	const struct lg_files *files = &help->conn->gate->files;

	if (!help->reader)
		help->status = lg_logon_reader_new(files, LG_REFUSED_FOLDER,
						   help->since_s, &help->reader,
						   &help->err);
	if (help->status == LG_OK)
		help->status = lg_logon_reader_step(help->reader, add_row, help,
						    &help->done, &help->err);
	if (help->status != LG_OK || help->done)
		lg_logon_reader_free(&help->reader);
}

static void free_help(struct help *help)
{
	lg_logon_reader_free(&help->reader);
	for (size_t i = 0; i < ROWS_MAX; i++)
		lg_buffer_release(&help->row[i]);
	free(help);
}

static void make_page(struct help *help, struct lg_http_answer *answer)
{
	struct lg_overview_search search = {
		.user = help->user,
		.client = help->client,
		.found = help->found,
		.shown = help->rows < ROWS_MAX ? help->rows : ROWS_MAX,
		.failed = help->status != LG_OK ? help->err.text : NULL,
	};
	struct gate_overview *o =
		gate_overview_new(help->conn->gate, help->languages);
	struct lg_buffer rows = {0};
	struct lg_error err = {0};

	for (size_t i = 0; i < search.shown; i++) {
		const struct lg_buffer *row =
			&help->row[(help->rows - 1 - i) % ROWS_MAX];

		lg_buffer_append(&rows, row->data, row->len);
		if (row->status != LG_OK)
			rows.status = row->status;
	}
	search.rows = rows.data;
	gate_status_answer_html(answer);
	if (!o)
		lg_no_memory(&err);
	if (!o || lg_buffer_status(&rows, &err) != LG_OK ||
	    lg_overview_help(&o->page, &search, &answer->body, &err) != LG_OK)
		lg_http_answer_failed(answer, &err);
	lg_buffer_release(&rows);
	gate_overview_free(&o);
}

static void next_step(void *context);

static void step_done(void *context)
{
	struct help *help = context;
	struct gate_conn *conn = help->conn;
	struct lg_http_answer answer = {0};

	if (help->status == LG_OK && !help->done && !conn->closed) {
		next_step(help);
		return;
	}
	if (!conn->closed)
		make_page(help, &answer);
	free_help(help);
	gate_http_answer_later(conn, &answer);
	lg_http_answer_release(&answer);
	gate_stream_let_go(conn);
}

static void next_step(void *context)
{
	struct help *help = context;

	help->job.run = run_step;
	help->job.done = step_done;
	help->job.context = help;
	gate_work_add(help->conn->gate, GATE_LANE_RECORDS, &help->job);
}

int gate_help_begin(struct gate_conn *conn,
		    const struct lg_http_request *request,
		    struct lg_http_answer *out_answer)
{
	struct help *help = calloc(1, sizeof(*help));
	struct lg_error err = {0};
	const char *languages;

	if (!help) {
		lg_no_memory(&err);
		lg_http_answer_failed(out_answer, &err);
		return 0;
	}
	help->conn = conn;
	help->since_s = gate_now_s(conn->gate) - BACK_S;
	read_word(request, "user", help->user);
	read_word(request, "client", help->client);
	languages = lg_http_request_header(request, "Accept-Language");
	/* Of a very long one the beginning counts. */
	snprintf(help->languages, sizeof(help->languages), "%s",
		 languages ? languages : "");
	conn->busy = 1;
	gate_stream_hold(conn);
	/* What was only counted so far is read, too. */
	help->waiter.ready = next_step;
	help->waiter.context = help;
	gate_records_wait(conn->gate, &help->waiter);
	return 1;
}
