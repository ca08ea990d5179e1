/* SPDX-License-Identifier: ISC */
/*
 * http.c - libmicrohttpd on the gate's loop
 *
 * The library runs without threads of its own: its epoll descriptor is watched
 * by the loop, and MHD_run does what is ready. It never accepts; connections
 * come from sockets.c, which knows whose they are. Over TCP a request without
 * the key is answered 401 before anything else is looked at.
 */
#include "daemon/http.h"

#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "adapters/system/secret_file.h"

#define IDLE_NEW_S 30
#define IDLE_S 600
#define MEMORY_LIMIT 49152
#define RUNS_AT_ONCE 16

struct http_conn {
	struct gate *gate;
	struct gate_peer peer;
	int kept_alive;
};

struct gate_http {
	struct MHD_Daemon *daemon;
	struct MHD_Response *no_content;
	uv_poll_t poll;
	uv_timer_t timer;
	struct http_conn *incoming;
	struct lg_buffer key;
	int running;
};

struct request {
	struct lg_buffer body;
	int too_long;
};

static void run(struct gate *gate);

static void on_timer(uv_timer_t *timer)
{
	run(timer->data);
}

static void on_ready(uv_poll_t *poll, int failed, int events)
{
	run(poll->data);
}

static void run(struct gate *gate)
{
	struct gate_http *http = gate->http;
	MHD_UNSIGNED_LONG_LONG wait_ms = 0;
	int runs = 0;
	int waits = 0;

	if (http->running)
		return;
	http->running = 1;
	do {
		MHD_run(http->daemon);
		waits = MHD_get_timeout(http->daemon, &wait_ms) == MHD_YES;
	} while (waits && !wait_ms && ++runs < RUNS_AT_ONCE);
	http->running = 0;
	if (waits)
		uv_timer_start(&http->timer, on_timer, wait_ms, 0);
	else
		uv_timer_stop(&http->timer);
}

static void on_connection(void *context, struct MHD_Connection *connection,
			  void **conn_context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct gate *gate = context;
	struct http_conn *conn = *conn_context;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*conn_context = gate->http->incoming;
		gate->http->incoming = NULL;
		MHD_set_connection_option(connection,
					  MHD_CONNECTION_OPTION_TIMEOUT,
					  (unsigned int)IDLE_NEW_S);
		return;
	}
	if (!conn)
		return;
	gate_sockets_left(gate, GATE_SERVICE_HTTP, &conn->peer);
	free(conn);
	*conn_context = NULL;
}

static const struct http_conn *conn_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

/* Takes as long for a wrong key as for the right one. */
static int is_key(const struct gate_http *http, const char *given)
{
	unsigned char different = 0;
	size_t i;

	if (!given || strlen(given) != http->key.len)
		return 0;
	for (i = 0; i < http->key.len; i++)
		different |= (unsigned char)(given[i] ^ http->key.data[i]);
	return !different;
}

static int may_ask(struct gate *gate, struct MHD_Connection *connection)
{
	const struct http_conn *conn = conn_of(connection);

	if (!gate->http->key.len || (conn && conn->peer.is_unix))
		return 1;
	return is_key(gate->http,
		      MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
						  "X-Logongate-Key"));
}

static enum MHD_Result send_answer(struct gate *gate,
				   struct MHD_Connection *connection,
				   const struct lg_http_answer *answer)
{
	struct MHD_Response *response;
	enum MHD_Result result;
	size_t i;

	if (answer->status == 204 && !answer->header_count)
		return MHD_queue_response(connection, 204,
					  gate->http->no_content);
	response = MHD_create_response_from_buffer(
		answer->body.len,
		answer->body.data ? answer->body.data : (void *)(uintptr_t) "",
		MHD_RESPMEM_MUST_COPY);
	if (!response)
		return MHD_NO;
	for (i = 0; i < answer->header_count; i++)
		MHD_add_response_header(response, answer->header[i].name,
					answer->header[i].value);
	result = MHD_queue_response(connection, answer->status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result send_plain(struct gate *gate,
				  struct MHD_Connection *connection,
				  unsigned int status, const char *text)
{
	struct lg_http_answer answer = {.status = status};
	enum MHD_Result result;

	answer.header[0].name = "Content-Type";
	answer.header[0].value = "text/plain; charset=utf-8";
	answer.header_count = 1;
	lg_buffer_text(&answer.body, text);
	result = send_answer(gate, connection, &answer);
	lg_http_answer_release(&answer);
	return result;
}

static int has_body(struct MHD_Connection *connection)
{
	const char *length = MHD_lookup_connection_value(
		connection, MHD_HEADER_KIND, "Content-Length");

	if (MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
					"Transfer-Encoding"))
		return 1;
	return length && strcmp(length, "0") != 0;
}

static enum MHD_Result answer_request(struct gate *gate,
				      struct MHD_Connection *connection,
				      const char *path, const char *method,
				      const struct request *request)
{
	struct gate_http_request whole = {
		.gate = gate,
		.connection = connection,
		.method = method,
		.path = path,
		.body = request && request->body.data ? request->body.data : "",
		.body_len = request ? request->body.len : 0,
	};
	struct lg_http_answer answer = {0};
	enum MHD_Result result;

	gate_http_route(&whole, &answer);
	result = send_answer(gate, connection, &answer);
	lg_http_answer_release(&answer);
	return result;
}

static enum MHD_Result on_request(void *context,
				  struct MHD_Connection *connection,
				  const char *path, const char *method,
				  const char *version, const char *upload,
				  size_t *upload_size, void **request_context)
{
	struct request *request = *request_context;
	struct gate *gate = context;

	if (!request) {
		request = *request_context = calloc(1, sizeof(*request));
		if (!request)
			return MHD_NO;
		/* Answered before a body is read, and the connection ends
		 * with it where there is one (contract 8 "HTTP"). */
		if (!may_ask(gate, connection))
			return send_plain(gate, connection, 401,
					  "X-Logongate-Key is missing or "
					  "wrong\n");
		if (gate_http_ignores_body(path) && has_body(connection))
			return answer_request(gate, connection, path, method,
					      NULL);
		return MHD_YES;
	}
	if (*upload_size) {
		if (request->body.len + *upload_size > GATE_HTTP_BODY_MAX)
			request->too_long = 1;
		if (!request->too_long)
			lg_buffer_append(&request->body, upload, *upload_size);
		*upload_size = 0;
		return MHD_YES;
	}
	if (request->too_long)
		return send_plain(gate, connection, 413,
				  "the body is too long\n");
	if (request->body.status)
		return send_plain(gate, connection, 500, "no memory\n");
	return answer_request(gate, connection, path, method, request);
}

static void on_completed(void *context, struct MHD_Connection *connection,
			 void **request_context,
			 enum MHD_RequestTerminationCode code)
{
	struct request *request = *request_context;
	struct http_conn *conn =
		(struct http_conn *)(uintptr_t)conn_of(connection);

	if (request)
		lg_buffer_release(&request->body);
	free(request);
	*request_context = NULL;
	if (conn && !conn->kept_alive) {
		conn->kept_alive = 1;
		MHD_set_connection_option(connection,
					  MHD_CONNECTION_OPTION_TIMEOUT,
					  (unsigned int)IDLE_S);
	}
}

int gate_http_add(struct gate *gate, int fd, const struct gate_peer *peer)
{
	struct sockaddr_storage name = {0};
	struct http_conn *conn = calloc(1, sizeof(*conn));
	socklen_t len = sizeof(name);

	if (!conn)
		return 0;
	conn->gate = gate;
	conn->peer = *peer;
	if (getpeername(fd, (struct sockaddr *)&name, &len) || len < 2)
		len = sizeof(sa_family_t);
	gate->http->incoming = conn;
	/* The library closes the descriptor itself when it fails. */
	if (MHD_add_connection(gate->http->daemon, fd, (struct sockaddr *)&name,
			       len) != MHD_YES) {
		if (gate->http->incoming == conn) {
			gate->http->incoming = NULL;
			gate_sockets_left(gate, GATE_SERVICE_HTTP, peer);
			free(conn);
		}
		return 1;
	}
	run(gate);
	return 1;
}

static void on_log(void *context, const char *format, va_list arguments)
{
	char line[512];

	vsnprintf(line, sizeof(line), format, arguments);
	line[strcspn(line, "\n")] = '\0';
	gate_log("http: %s", line);
}

static enum lg_status start_daemon(struct gate *gate, struct lg_error *err)
{
	const union MHD_DaemonInfo *info;
	struct gate_http *http = gate->http;

	http->daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET |
			MHD_USE_TURBO, 0, NULL, NULL,
		on_request, gate, MHD_OPTION_EXTERNAL_LOGGER, on_log, gate,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_LIMIT,
		MHD_OPTION_CONNECTION_LIMIT, 65536u,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)IDLE_S,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, gate,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, gate,
		MHD_OPTION_END);
	http->no_content = MHD_create_response_from_buffer(
		0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
	info = http->daemon ? MHD_get_daemon_info(http->daemon,
						  MHD_DAEMON_INFO_EPOLL_FD)
			    : NULL;
	if (!info || !http->no_content)
		return lg_error_set(err, LG_ERR_BUG, NULL,
				    "libmicrohttpd does not start");
	if (uv_poll_init(&gate->loop, &http->poll, info->epoll_fd))
		return lg_error_set(err, LG_ERR_BUG, NULL,
				    "cannot watch libmicrohttpd");
	http->poll.data = gate;
	uv_poll_start(&http->poll, UV_READABLE, on_ready);
	return LG_OK;
}

enum lg_status gate_http_open(struct gate *gate, struct lg_error *err)
{
	const struct lg_listen_settings *settings =
		&gate->settings->listen[LG_LISTEN_HTTP];
	enum lg_status status = LG_OK;

	gate->http = calloc(1, sizeof(*gate->http));
	if (!gate->http)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
	if (uv_timer_init(&gate->loop, &gate->http->timer))
		return lg_error_set(err, LG_ERR_BUG, NULL, "no timers");
	gate->http->timer.data = gate;
	if (settings->present && settings->key_file)
		status = lg_secret_file_read(settings->key_file,
					     &gate->http->key, err);
	if (!status)
		status = start_daemon(gate, err);
	return status;
}

void gate_http_close(struct gate *gate)
{
	struct gate_http *http = gate->http;

	if (!http)
		return;
	if (http->poll.data)
		uv_close((uv_handle_t *)&http->poll, NULL);
	if (http->timer.data)
		uv_close((uv_handle_t *)&http->timer, NULL);
	if (http->daemon)
		MHD_stop_daemon(http->daemon);
	if (http->no_content)
		MHD_destroy_response(http->no_content);
	lg_secret_release(&http->key);
	http->daemon = NULL;
	http->no_content = NULL;
}
