/* SPDX-License-Identifier: ISC */
/*
 * http.c - HTTP on a stream's connection
 *
 * What needs no body is answered as soon as the head is whole, and the body
 * is read over: a proxy that sends its client's body along keeps its
 * connection. Over TCP a request without the key is answered 401 before
 * anything else is looked at.
 */
#include "daemon/net/http.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/system/atomic_file.h"
#include "adapters/system/secret_file.h"
#include "daemon/doors/http_routes.h"
#include "daemon/doors/status_listener.h"
#include "daemon/net/http_inside.h"

struct http_conn {
	struct lg_http_reader *reader;
	int answered; /* before the request was whole */
};

static void turn_second(struct gate *gate)
{
	static const struct lg_http_answer admit = {.status = 204};
	struct gate_http *http = gate->http;
	struct lg_http_framing framing = {.date = http->date};
	uint64_t second = uv_now(&gate->loop) / 1000;

	if (http->second == second)
		return;
	http->second = second;
	lg_http_date(gate_now_s(gate), http->date);
	lg_buffer_clear(&http->admitted);
	lg_http_answer_bytes(&admit, &framing, &http->admitted);
}

/* request NULL: what came is none. */
static void write_answer(struct gate *gate,
			 const struct lg_http_request *request,
			 const struct lg_http_answer *answer, int closes,
			 struct lg_buffer *out)
{
	struct lg_http_framing framing = {
		.date = gate->http->date,
		.without_body = request && !strcmp(request->method, "HEAD"),
		.closes = closes,
		.is_http10 = request && request->is_http10,
	};
	const struct lg_buffer *admitted = &gate->http->admitted;

	turn_second(gate);
	/* Most answers by far. */
	if (answer->status == 204 && !answer->header_count && !closes &&
	    !framing.is_http10 && admitted->status == LG_OK)
		lg_buffer_append(out, admitted->data, admitted->len);
	else
		lg_http_answer_bytes(answer, &framing, out);
}

static void write_plain(struct gate *gate,
			const struct lg_http_request *request,
			unsigned int status, const char *text,
			struct lg_buffer *out)
{
	struct lg_http_answer answer = {0};

	lg_http_answer_plain(&answer, status, "text/plain; charset=utf-8",
			     text);
	write_answer(gate, request, &answer, 1, out);
	lg_http_answer_release(&answer);
}

/* A front that asks whether somebody may come in must never take a request
 * that its client made unreadable for a gate that is down. */
static int is_question(const struct http_conn *http)
{
	return lg_http_reader_target_is(http->reader, "/v1/check") ||
	       lg_http_reader_target_is(http->reader, "/v1/mapi");
}

static void write_bad(struct gate *gate, const struct http_conn *http,
		      unsigned int status, struct lg_buffer *out)
{
	const char *text = "this is not an HTTP request\n";

	if (status == 413)
		text = "the body is too long\n";
	else if (status == 431)
		text = "the headers are too long\n";
	else if (status == 500)
		text = "out of memory\n";
	else if (status == 505)
		text = "the gate speaks HTTP/1.1\n";
	if (status != 500 && is_question(http))
		status = 403;
	write_plain(gate, NULL, status, text, out);
}

static enum gate_close answer_request(struct gate_conn *conn,
				      const struct lg_http_request *request,
				      int closes, struct lg_buffer *out)
{
	struct lg_http_answer answer = {0};

	conn->requests++;
	if (conn->listener != LG_LISTEN_STATUS)
		gate_http_route(conn->gate, request, &answer);
	else if (gate_status_route(conn, request, &answer))
		return GATE_STAY;
	write_answer(conn->gate, request, &answer, closes, out);
	lg_http_answer_release(&answer);
	return closes ? GATE_CLOSE : GATE_STAY;
}

static enum gate_close refuse_key(struct gate_conn *conn,
				  const struct lg_http_request *request,
				  struct lg_buffer *out)
{
	write_plain(conn->gate, request, 401,
		    "X-Logongate-Key is missing or wrong\n", out);
	return GATE_CLOSE_LINGER;
}

/* A body follows: what can be said without it. */
static enum gate_close on_head(struct gate_conn *conn,
			       const struct lg_http_request *request,
			       struct lg_buffer *out)
{
	struct http_conn *http = conn->protocol;

	if (!gate_http_may_ask(conn, request))
		return refuse_key(conn, request, out);
	if (conn->listener != LG_LISTEN_STATUS &&
	    gate_http_ignores_body(request->path)) {
		int closes = !request->keeps_alive || request->wants_continue ||
			     request->body_size > GATE_HTTP_BODY_MAX;

		http->answered = 1;
		lg_http_reader_skip_body(http->reader);
		return answer_request(conn, request, closes, out)
			       ? GATE_CLOSE_LINGER
			       : GATE_STAY;
	}
	if (request->body_size > GATE_HTTP_BODY_MAX) {
		write_bad(conn->gate, http, 413, out);
		return GATE_CLOSE_LINGER;
	}
	if (request->wants_continue)
		lg_buffer_text(out, "HTTP/1.1 100 Continue\r\n\r\n");
	return GATE_STAY;
}

static enum gate_close on_whole(struct gate_conn *conn,
				const struct lg_http_request *request,
				struct lg_buffer *out)
{
	struct http_conn *http = conn->protocol;

	if (http->answered) {
		http->answered = 0;
		return GATE_STAY;
	}
	if (!request->body_size && !gate_http_may_ask(conn, request))
		return refuse_key(conn, request, out);
	return answer_request(conn, request, !request->keeps_alive, out);
}

void gate_http_answer_later(struct gate_conn *conn,
			    const struct lg_http_answer *answer)
{
	struct lg_buffer out = {0};

	if (!conn->closed) {
		write_answer(conn->gate, NULL, answer, 0, &out);
		gate_stream_send(conn, out.data, out.len);
	}
	lg_buffer_release(&out);
	gate_stream_done(conn);
}

static struct http_conn *conn_of(struct gate_conn *conn)
{
	struct http_conn *http = conn->protocol;

	if (http)
		return http;
	http = calloc(1, sizeof(*http));
	if (http)
		http->reader = lg_http_reader_new(GATE_HTTP_BODY_MAX);
	if (!http || !http->reader) {
		free(http);
		return NULL;
	}
	conn->protocol = http;
	return http;
}

static size_t take_http(struct gate_conn *conn, const char *in, size_t len,
			struct lg_buffer *out, enum gate_close *out_close)
{
	struct http_conn *http = conn_of(conn);
	enum gate_close ends = http ? GATE_STAY : GATE_CLOSE;
	unsigned int status = 0;
	size_t done = 0;

	while (done < len && !ends && !conn->busy &&
	       out->len < GATE_STREAM_OUT_MAX) {
		const struct lg_http_request *request =
			lg_http_reader_request(http->reader);
		size_t took = 0;
		enum lg_http_step step = lg_http_reader_take(
			http->reader, in + done, len - done, &took, &status);

		done += took;
		switch (step) {
		case LG_HTTP_STEP_MORE:
			break;
		case LG_HTTP_STEP_HEAD:
			ends = on_head(conn, request, out);
			break;
		case LG_HTTP_STEP_WHOLE:
			ends = on_whole(conn, request, out);
			break;
		case LG_HTTP_STEP_BAD:
			conn->gate->counts[GATE_DOOR_HTTP].unreadable++;
			if (!http->answered)
				write_bad(conn->gate, http, status, out);
			ends = GATE_CLOSE_LINGER;
			break;
		}
	}
	if (http)
		conn->has_begun = lg_http_reader_has_begun(http->reader);
	*out_close = ends;
	return done;
}

static void release_http(struct gate_conn *conn)
{
	struct http_conn *http = conn->protocol;

	if (http)
		lg_http_reader_free(http->reader);
	free(http);
	conn->protocol = NULL;
}

const struct gate_protocol gate_protocol_http = {
	.take = take_http,
	.release = release_http,
	.in_max = GATE_STREAM_READ_MAX,
};

enum lg_status gate_http_read_page(const struct lg_settings *settings,
				   struct lg_buffer *out_page,
				   struct lg_error *err)
{
	const char *path = settings->listen[LG_LISTEN_HTTP].page;
	struct lg_buffer text = {0};
	struct lg_refusal_page page = {.path = path};
	enum lg_status status;

	if (!path)
		return LG_OK;
	status = lg_file_read(path, &text, err);
	if (status == LG_OK) {
		page.html = text.data ? text.data : "";
		page.len = text.len;
		status = lg_refusal_page_check(&page, err);
	}
	if (status != LG_OK)
		lg_buffer_release(&text);
	else
		*out_page = text;
	return status;
}

void gate_http_take_page(struct gate *gate, struct lg_buffer *page)
{
	struct gate_http *http = gate->http;

	lg_buffer_release(&http->page_text);
	http->page_text = *page;
	*page = (struct lg_buffer){0};
	http->page = (struct lg_refusal_page){
		.html = http->page_text.data,
		.len = http->page_text.len,
		.path = "page",
		.host = http->host,
	};
}

const struct lg_refusal_page *gate_http_page(const struct gate *gate)
{
	return &gate->http->page;
}

enum lg_status gate_http_open(struct gate *gate, struct lg_error *err)
{
	struct gate_http_keys keys = {0};
	struct lg_buffer page = {0};
	enum lg_status status;

	gate->http = calloc(1, sizeof(*gate->http));
	if (!gate->http)
		return lg_no_memory(err);
	gate->http->second = UINT64_MAX;
	if (gethostname(gate->http->host, sizeof(gate->http->host) - 1))
		*gate->http->host = '\0';
	status = gate_http_read_page(gate->settings, &page, err);
	if (status != LG_OK)
		return status;
	gate_http_take_page(gate, &page);
	status = gate_http_read_keys(gate->settings, &keys, err);
	if (status == LG_OK)
		gate_http_take_keys(gate, &keys);
	gate_http_keys_release(&keys);
	return status;
}

void gate_http_close(struct gate *gate)
{
	if (!gate->http)
		return;
	lg_secret_release(&gate->http->key);
	lg_secret_release(&gate->http->status_key);
	lg_buffer_release(&gate->http->admitted);
	lg_buffer_release(&gate->http->page_text);
	free(gate->http);
	gate->http = NULL;
}
