/* SPDX-License-Identifier: ISC */
/*
 * control_records.c - refused, logons, history: answers as long as a day
 *
 * A step of the records lane reads a piece and makes text of it; the loop
 * sends it, and asks for the next one when the client has taken it. So
 * neither a long record nor a client that reads slowly holds anybody up, and
 * no more than a piece is in memory. "ok" comes last: by then it is known.
 */
#include <stdlib.h>
#include <string.h>

#include "app/records/history_record.h"
#include "app/records/json_member.h"
#include "app/records/logon_record.h"
#include "daemon/control/control.h"
#include "daemon/records.h"
#include "daemon/work.h"

/* Less is not worth a turn of the loop. */
#define PIECE_MIN 16384u

struct show {
	struct gate_job job;
	struct control_call *call;
	const char *folder; /* NULL: the audit */
	int64_t since_s;
	struct lg_logon_reader *reader;
	struct lg_buffer text; /* the next piece */
	size_t lines;
	int sent; /* of the answer, so that it can only be ended */
	int done;
	enum lg_status status;
	struct lg_error err;
};

static void add_object(struct show *show, cJSON *object)
{
	if (show->lines++)
		lg_buffer_char(&show->text, ',');
	/* A failure is remembered by the buffer. */
	if (lg_json_print(object, &show->text, NULL) != LG_OK)
		show->text.status = LG_ERR_NO_MEMORY;
}

static int add_logon(void *context, const struct lg_logon *logon)
{
	add_object(context, lg_logon_object(logon));
	return 0;
}

static int add_entry(void *context, const struct lg_journal_entry *entry)
{
	add_object(context, lg_history_object(entry));
	return 0;
}

static enum lg_status read_piece(struct show *show)
{
	const struct lg_files *files = &show->call->gate->files;
	enum lg_status status = LG_OK;

	if (!show->folder) {
		show->done = 1;
		return lg_journal_read(files, LG_JOURNAL_FILE, show->since_s,
				       add_entry, show, NULL, &show->err);
	}
	if (!show->reader)
		status = lg_logon_reader_new(files, show->folder, show->since_s,
					     &show->reader, &show->err);
	/* Days of which nothing is shown make no piece of their own. */
	while (status == LG_OK && !show->done && show->text.len < PIECE_MIN)
		status = lg_logon_reader_step(show->reader, add_logon, show,
					      &show->done, &show->err);
	return status;
}

static void run_step(void *context)
{
	struct show *show = context;

	show->status = read_piece(show);
	if (show->status == LG_OK)
		show->status = lg_buffer_status(&show->text, &show->err);
	if (show->status != LG_OK || show->done)
		lg_logon_reader_free(&show->reader);
}

static void step_done(void *context);

static void next_step(void *context)
{
	struct show *show = context;

	show->job.run = run_step;
	show->job.done = step_done;
	show->job.context = show;
	/* The audit after what was changed and is still being written. */
	gate_work_add(show->call->gate,
		      show->folder ? GATE_LANE_RECORDS : GATE_LANE_STATE,
		      &show->job);
}

/* The client has taken what was sent, or is gone. */
static void on_drained(struct gate_conn *conn, void *context)
{
	conn->drained = NULL;
	next_step(context);
}

static void step_done(void *context)
{
	struct show *show = context;
	struct control_call *call = show->call;
	struct gate_conn *conn = call->conn;

	/* Nobody is there any more: what was begun ends here. */
	if (conn->closed && show->status == LG_OK && !show->done) {
		show->done = 1;
		lg_logon_reader_free(&show->reader);
	}
	if (show->status == LG_OK || show->sent) {
		gate_stream_send(conn, show->text.data, show->text.len);
		show->sent = 1;
	}
	lg_buffer_clear(&show->text);
	if (show->status == LG_OK && !show->done) {
		conn->drained_context = show;
		conn->drained = on_drained;
		gate_stream_drain(conn);
		return;
	}
	if (show->status != LG_OK && !show->sent)
		control_fail_as(call, &show->err);
	else
		control_end_list(call,
				 show->status != LG_OK ? &show->err : NULL);
	lg_buffer_release(&show->text);
	free(show);
}

void control_show(struct control_call *call)
{
	const char *op = control_text(call, "op");
	struct show *show = calloc(1, sizeof(*show));
	struct lg_error err = {0};

	if (!show) {
		control_no_memory(call);
		return;
	}
	if (control_time(call, "since", &show->since_s, &err) != LG_OK) {
		control_fail_as(call, &err);
		free(show);
		return;
	}
	show->call = call;
	if (strcmp(op, "history") != 0)
		show->folder = strcmp(op, "logons") == 0 ? LG_LOGONS_FOLDER
							 : LG_REFUSED_FOLDER;
	/* What was only counted so far can be read. */
	call->waiter.ready = next_step;
	call->waiter.context = show;
	lg_buffer_format(&show->text, "{\"%s\":[", op);
	if (show->folder)
		gate_records_wait(call->gate, &call->waiter);
	else
		next_step(show);
}
