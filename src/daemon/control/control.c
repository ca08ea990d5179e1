/* SPDX-License-Identifier: ISC */
/*
 * control.c - the control socket: lines, blocks, and who may ask what
 *
 * A request is a JSON line and the raw blocks that its "attach" announces.
 * While one is answered the connection is busy, so answers come in the order
 * of the requests. Who may only ask for the status gets nothing read beyond a
 * line.
 */
#include "daemon/control/control.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/instant.h"

#include "app/records/json_member.h"
#include "daemon/servers_due.h"

static const struct {
	const char *op;
	int for_all;
	void (*run)(struct control_call *call);
} ops[] = {
	{"status", 1, control_status},     {"apply", 0, control_apply},
	{"confirm", 0, control_confirm},   {"extend", 0, control_extend},
	{"lift", 0, control_lift},         {"check", 0, control_check},
	{"sessions", 0, control_sessions}, {"cut", 0, control_cut},
	{"refused", 0, control_show},      {"logons", 0, control_show},
	{"history", 0, control_show},      {"values", 0, control_values},
	{"policy", 0, control_policy},     {"import", 0, control_import},
	{"backup", 0, control_backup},     {"reload", 0, control_reload},
	{"servers", 0, control_servers},   {"locks", 1, control_locks},
	{"heard", 0, control_heard},
};

/* The connection's own: where an answer goes while a request is taken. */
struct control_conn {
	struct lg_buffer *out;
};

const char *control_text(const struct control_call *call, const char *key)
{
	return lg_json_text_of(call->request, key);
}

int control_flag(const struct control_call *call, const char *key)
{
	return lg_json_is_true(call->request, key);
}

enum lg_status control_number(const struct control_call *call, const char *key,
			      int64_t *out_number, struct lg_error *err)
{
	const cJSON *item = lg_json_of(call->request, key);

	if (!item || cJSON_IsNull(item))
		return LG_OK;
	if (!cJSON_IsNumber(item) ||
	    floor(item->valuedouble) != item->valuedouble ||
	    item->valuedouble > 1e12 || item->valuedouble < -1e12)
		return lg_error_set(err, LG_ERR_SYNTAX, key,
				    "is not a whole number of seconds");
	*out_number = (int64_t)item->valuedouble;
	return LG_OK;
}

enum lg_status control_time(const struct control_call *call, const char *key,
			    int64_t *out_time_s, struct lg_error *err)
{
	const cJSON *item = lg_json_of(call->request, key);

	if (!item || cJSON_IsNull(item))
		return LG_OK;
	if (!cJSON_IsString(item))
		return lg_error_set(err, LG_ERR_SYNTAX, key, "is not a time");
	return lg_instant_parse(item->valuestring, strlen(item->valuestring),
				out_time_s, err);
}

static void free_call(struct control_call *call)
{
	cJSON_Delete(call->answer);
	cJSON_Delete(call->request);
	for (size_t i = 0; i < call->attach_count; i++)
		gate_stream_forget(call->gate, &call->attach[i]);
	gate_stream_forget(call->gate, &call->bytes);
	gate_facts_names_release(&call->names);
	lg_registry_free(&call->values);
	lg_findings_free(&call->findings);
	free(call->by);
	free(call);
}

/* Into the answer of the request that is being taken, or on its own. */
static void send_line(struct control_call *call, struct lg_buffer *line)
{
	struct gate_conn *conn = call->conn;
	struct control_conn *control = conn->protocol;

	if (control->out) {
		lg_buffer_append(control->out, line->data, line->len);
		if (line->status != LG_OK)
			control->out->status = line->status;
		conn->busy = 0;
	} else {
		if (line->status == LG_OK)
			gate_stream_send(conn, line->data, line->len);
		for (size_t i = 0; i < call->attach_count; i++)
			gate_stream_give(conn, &call->attach[i]);
		gate_stream_done(conn);
	}
	lg_buffer_release(line);
	free_call(call);
	gate_stream_let_go(conn);
}

void control_finish(struct control_call *call)
{
	struct lg_buffer line = {0};

	lg_json_bool(call->answer, "ok", 1);
	if (call->attach_count) {
		cJSON *attach = cJSON_AddArrayToObject(call->answer, "attach");

		for (size_t i = 0; attach && i < call->attach_count; i++)
			cJSON_AddItemToArray(
				attach, cJSON_CreateNumber(
						(double)call->attach[i].len));
	}
	lg_json_print(call->answer, &line, NULL);
	call->answer = NULL;
	lg_buffer_char(&line, '\n');
	send_line(call, &line);
}

/* The members of an answer that says what went wrong. */
static cJSON *refusal(enum control_exit code, const struct lg_error *err)
{
	cJSON *answer = cJSON_CreateObject();
	cJSON *error = cJSON_CreateObject();

	lg_json_bool(answer, "ok", 0);
	lg_json_number(answer, "exit", code);
	lg_json_text(error, "place", err->place);
	lg_json_text(error, "text", err->text);
	lg_json_text(error, "code", err->code);
	lg_json_add(answer, "error", error);
	return answer;
}

void control_fail(struct control_call *call, enum control_exit code,
		  const struct lg_error *err)
{
	struct lg_buffer line = {0};

	lg_json_print(refusal(code, err), &line, NULL);
	lg_buffer_char(&line, '\n');
	while (call->attach_count)
		lg_buffer_release(&call->attach[--call->attach_count]);
	send_line(call, &line);
}

static enum control_exit exit_of(const struct lg_error *err)
{
	enum control_exit code = CONTROL_SOFTWARE;

	switch (err->status) {
	case LG_ERR_SYNTAX:
	case LG_ERR_LIMIT:
	case LG_ERR_UNKNOWN_KEY:
		code = CONTROL_INVALID;
		break;
	case LG_ERR_RANGE:
		code = CONTROL_USAGE;
		break;
	case LG_ERR_CONFLICT:
		code = CONTROL_WOULD_NOT_LOCK;
		break;
	case LG_ERR_DIRECTORY:
	case LG_ERR_TIMEOUT:
		code = CONTROL_DIRECTORY;
		break;
	case LG_ERR_IO:
	case LG_ERR_DENIED:
		code = CONTROL_PUT_BACK;
		break;
	case LG_OK:
	case LG_ERR_NO_MEMORY:
	case LG_ERR_BUG:
		break;
	}
	return code;
}

void control_fail_as(struct control_call *call, const struct lg_error *err)
{
	control_fail(call, exit_of(err), err);
}

void control_no_memory(struct control_call *call)
{
	struct lg_error err;

	lg_no_memory(&err);
	control_fail_as(call, &err);
}

void control_done(struct gate *gate, void *context, enum lg_status status,
		  const struct lg_error *err)
{
	if (status != LG_OK)
		control_fail_as(context, err);
	else
		control_finish(context);
}

void control_end_list(struct control_call *call, const struct lg_error *err)
{
	struct lg_buffer members = {0};
	struct lg_buffer line = {0};

	if (err)
		lg_json_print(refusal(exit_of(err), err), &members, NULL);
	/* After the array: its members without their "{". */
	lg_buffer_format(&line, "],%s\n",
			 members.len ? members.data + 1 : "\"ok\":true}");
	lg_buffer_release(&members);
	send_line(call, &line);
}

/* The user of the peer. Root, and the gate's own user, may speak for somebody
 * else: sudo knows who it was. */
static char *name_of(const struct gate_conn *conn, const char *caller)
{
	/* What was verified, not what the other side writes. */
	if (conn->tls)
		return strdup(gate_tls_name(conn->tls));
	if (caller && *caller &&
	    (conn->peer.uid == 0 || conn->peer.uid == geteuid()))
		return strdup(caller);
	return conn->name ? strdup(conn->name) : NULL;
}

static void run_call(struct control_call *call)
{
	const char *op = control_text(call, "op");
	struct lg_error err = {0};

	for (size_t i = 0; op && i < sizeof(ops) / sizeof(*ops); i++) {
		if (strcmp(op, ops[i].op))
			continue;
		if ((!ops[i].for_all || control_flag(call, "change")) &&
		    !call->conn->is_admin) {
			lg_error_set(&err, LG_ERR_DENIED, NULL,
				     "only root, the gate's user and members "
				     "of the group %s may do this",
				     call->gate->settings->admin_group
					     ? call->gate->settings->admin_group
					     : "of administrators");
			control_fail(call, CONTROL_DENIED, &err);
			return;
		}
		ops[i].run(call);
		return;
	}
	lg_error_set(&err, LG_ERR_UNKNOWN_KEY, NULL,
		     "this gate does not know the request \"%s\"",
		     op ? op : "");
	control_fail(call, CONTROL_USAGE, &err);
}

/* A line that is no request: nothing after it can be understood either. */
static size_t refuse_line(struct gate_conn *conn, struct lg_buffer *out,
			  enum gate_close *out_close)
{
	lg_buffer_text(
		out,
		"{\"ok\":false,\"exit\":2,\"error\":{\"place\":\"\",\"text\":\"that "
		"is not a request\"}}\n");
	*out_close = GATE_CLOSE;
	return 0;
}

/* Blocks of a million names are worked on later, and not copied. */
static int own_blocks(struct control_call *call,
		      const struct control_line *line, const char *in,
		      size_t consumed)
{
	const char *owned;

	if (!line->block_count)
		return 1;
	owned = gate_stream_own(call->conn, in, consumed, &call->bytes);
	for (size_t i = 0; owned && i < line->block_count; i++) {
		call->block[i].bytes = owned + (line->block[i].bytes - in);
		call->block[i].len = line->block[i].len;
	}
	return owned != NULL;
}

static size_t take_control(struct gate_conn *conn, const char *in, size_t len,
			   struct lg_buffer *out, enum gate_close *out_close)
{
	struct control_line line;
	struct control_conn *control;
	struct control_call *call;
	size_t consumed;

	if (!conn->protocol)
		conn->protocol = calloc(1, sizeof(struct control_conn));
	control = conn->protocol;
	if (!control)
		return refuse_line(conn, out, out_close);
	/* Blocks of somebody who may only ask for the status are not waited
	 * for. */
	if (!conn->is_admin && len > CONTROL_LINE_MAX)
		return refuse_line(conn, out, out_close);
	switch (control_line_next(in, len, &line, &consumed)) {
	case CONTROL_LINE_MORE:
		return 0;
	case CONTROL_LINE_BAD:
		return refuse_line(conn, out, out_close);
	case CONTROL_LINE_REQUEST:
		break;
	}
	call = calloc(1, sizeof(*call));
	if (!call || (line.block_count && !conn->is_admin)) {
		cJSON_Delete(line.request);
		free(call);
		return refuse_line(conn, out, out_close);
	}
	conn->requests++;
	conn->busy = 1;
	gate_stream_hold(conn);
	call->conn = conn;
	call->gate = conn->gate;
	call->request = line.request;
	call->block_count = line.block_count;
	if (!own_blocks(call, &line, in, consumed)) {
		conn->busy = 0;
		free_call(call);
		gate_stream_let_go(conn);
		return refuse_line(conn, out, out_close);
	}
	call->by = name_of(conn, control_text(call, "caller"));
	call->answer = cJSON_CreateObject();
	control->out = out;
	run_call(call);
	control->out = NULL;
	return consumed;
}

static void release_control(struct gate_conn *conn)
{
	free(conn->protocol);
}

const struct gate_protocol gate_protocol_control = {
	.take = take_control,
	.release = release_control,
	.in_max = (size_t)CONTROL_ATTACH_MAX + CONTROL_LINE_MAX,
};
