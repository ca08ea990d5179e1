/* SPDX-License-Identifier: ISC */
/*
 * stream.c - reading, taking, writing in one go
 *
 * The descriptor is watched by a uv_poll and read into one buffer that all
 * connections share: most requests are whole when they come and need no copy.
 * What is not whole waits in the connection. A peer that does not read its
 * answers is not read from either, and its requests wait.
 */
#include "daemon/net/stream_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "adapters/haproxy/spop.h"
#include "daemon/control/names.h"

#define READ_SIZE GATE_STREAM_READ_MAX
#define READS_AT_ONCE 4
#define WRITE_AT_ONCE 65536u /* of one connection in a turn of the loop */
#define OUT_MAX GATE_STREAM_OUT_MAX
#define IDLE_NEW_S 30 /* before the first request */
#define IDLE_S 600    /* kept alive by a server */
#define REQUEST_S 60  /* from the first byte of a request to its last */
#define LINGER_S 2    /* in all */

struct gate_streams {
	struct stream *first;
	char read[READ_SIZE];
};

/* The loop reads this clock once a turn, not once a request. */
static int64_t loop_s(const struct gate *gate)
{
	return (int64_t)(uv_now(&gate->loop) / 1000);
}

static void free_stream(struct stream *stream)
{
	if (stream->protocol->release)
		stream->protocol->release(&stream->conn);
	gate_tls_session_free(&stream->conn.tls);
	lg_buffer_release(&stream->in);
	lg_buffer_release(&stream->out);
	free(stream->conn.name);
	free(stream);
}

static void on_closed(uv_handle_t *handle)
{
	struct stream *stream = handle->data;

	close(stream->conn.fd);
	stream->conn.fd = -1;
	gate_stream_let_go(&stream->conn);
}

static void end(struct stream *stream)
{
	struct gate *gate = stream->conn.gate;

	if (stream->conn.closed)
		return;
	stream->conn.closed = 1;
	gate_sockets_left(gate, stream->conn.listener, &stream->conn.peer);
	gate_stream_drain(&stream->conn);
	if (stream->previous)
		stream->previous->next = stream->next;
	else
		gate->streams->first = stream->next;
	if (stream->next)
		stream->next->previous = stream->previous;
	uv_close((uv_handle_t *)&stream->poll, on_closed);
}

void gate_stream_hold(struct gate_conn *conn)
{
	conn->refs++;
}

void gate_stream_let_go(struct gate_conn *conn)
{
	if (--conn->refs == 0)
		free_stream(gate_stream_of(conn));
}

static void on_event(uv_poll_t *poll, int failed, int events);

static void watch(struct stream *stream)
{
	int events = 0;

	if (stream->conn.closed)
		return;
	if (stream->lingers || (!stream->ending && !stream->conn.busy &&
				stream->out.len < OUT_MAX))
		events |= UV_READABLE;
	/* A peer that goes away while its answer is made is noticed. At any
	 * other time it would be told again and again of one that only stopped
	 * sending. */
	if (stream->conn.busy)
		events |= UV_DISCONNECT;
	if (stream->out.len > stream->sent ||
	    (stream->conn.tls && gate_tls_wants_write(stream->conn.tls)))
		events |= UV_WRITABLE;
	if (events == stream->events)
		return;
	stream->events = events;
	if (uv_poll_start(&stream->poll, events, on_event))
		end(stream);
}

static ssize_t write_some(struct stream *stream)
{
	const char *bytes = stream->out.data + stream->sent;
	size_t len = stream->out.len - stream->sent;

	if (len > WRITE_AT_ONCE)
		len = WRITE_AT_ONCE;
	if (stream->conn.tls)
		return gate_tls_send(stream->conn.tls, bytes, len);
	return send(stream->conn.fd, bytes, len, MSG_NOSIGNAL);
}

static ssize_t read_once(struct stream *stream, char *buffer)
{
	if (stream->conn.tls)
		return gate_tls_recv(stream->conn.tls, buffer, READ_SIZE);
	return recv(stream->conn.fd, buffer, READ_SIZE, 0);
}

/* The peer reads the end of the answers and goes, and only then is closed. */
static void linger(struct stream *stream)
{
	if (stream->conn.tls || shutdown(stream->conn.fd, SHUT_WR)) {
		end(stream);
		return;
	}
	stream->lingers = 1;
	stream->used_s = loop_s(stream->conn.gate);
}

static void linger_on(struct stream *stream)
{
	char *buffer = stream->conn.gate->streams->read;
	ssize_t got = recv(stream->conn.fd, buffer, READ_SIZE, 0);

	if (got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN)))
		return;
	end(stream);
}

void gate_stream_flush(struct stream *stream)
{
	size_t written = 0;

	while (stream->sent < stream->out.len) {
		ssize_t done;

		/* The rest when others had their turn. */
		if (written >= WRITE_AT_ONCE)
			return;
		done = write_some(stream);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (done < 0) {
			end(stream);
			return;
		}
		stream->sent += (size_t)done;
		written += (size_t)done;
		stream->used_s = loop_s(stream->conn.gate);
	}
	gate_stream_empty(stream->conn.gate, &stream->out);
	stream->sent = 0;
	gate_stream_drain(&stream->conn);
	switch (stream->ending) {
	case GATE_STAY:
		break;
	case GATE_CLOSE:
		end(stream);
		break;
	case GATE_CLOSE_LINGER:
		linger(stream);
		break;
	}
}

static void read_some(struct stream *stream)
{
	char *buffer = stream->conn.gate->streams->read;

	for (int reads = 0; reads < READS_AT_ONCE && !stream->ending &&
			    !stream->conn.busy && stream->out.len < OUT_MAX;
	     reads++) {
		ssize_t got = read_once(stream, buffer);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (got <= 0) {
			/* Nobody waits for what is left to say. */
			end(stream);
			return;
		}
		stream->used_s = loop_s(stream->conn.gate);
		if (stream->in.len) {
			lg_buffer_append(&stream->in, buffer, (size_t)got);
			gate_stream_take(stream, stream->in.data,
					 stream->in.len);
		} else {
			gate_stream_take(stream, buffer, (size_t)got);
		}
		/* TLS hands out a record at a time and keeps the rest. */
		if ((size_t)got < READ_SIZE && !stream->conn.tls)
			return;
	}
}

/* Over TLS the handshake comes first: 1 when it is done. */
static int may_talk(struct stream *stream)
{
	switch (gate_tls_shake(stream->conn.tls)) {
	case GATE_TLS_OPEN:
		stream->conn.is_admin = 1;
		return 1;
	case GATE_TLS_WAITS:
		watch(stream);
		return 0;
	case GATE_TLS_FAILED:
		break;
	}
	end(stream);
	return 0;
}

static void on_event(uv_poll_t *poll, int failed, int events)
{
	struct stream *stream = poll->data;

	if (failed) {
		end(stream);
		return;
	}
	if (stream->lingers) {
		linger_on(stream);
		return;
	}
	if (stream->conn.tls && !may_talk(stream))
		return;
	if (events & UV_READABLE)
		read_some(stream);
	else if (events & UV_DISCONNECT && stream->conn.busy)
		end(stream);
	if (!stream->conn.closed)
		gate_stream_flush(stream);
	gate_stream_take_rest(stream);
	watch(stream);
}

int gate_stream_add(struct gate *gate, enum lg_listener which, int fd,
		    const struct gate_peer *peer)
{
	struct stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		return 0;
	stream->protocol = gate_listener_protocol(which);
	stream->conn.gate = gate;
	stream->conn.listener = which;
	stream->conn.peer = *peer;
	stream->conn.fd = fd;
	stream->conn.refs = 1;
	stream->used_s = loop_s(gate);
	if (which == LG_LISTEN_CONTROL && !peer->is_unix) {
		stream->conn.tls = gate_tls_session_new(gate, fd);
		if (!stream->conn.tls) {
			free(stream);
			return 0;
		}
	}
	if (uv_poll_init(&gate->loop, &stream->poll, fd)) {
		gate_tls_session_free(&stream->conn.tls);
		free(stream);
		return 0;
	}
	stream->poll.data = stream;
	stream->next = gate->streams->first;
	if (stream->next)
		stream->next->previous = stream;
	gate->streams->first = stream;
	if (which == LG_LISTEN_CONTROL)
		gate_names_look(&stream->conn);
	watch(stream);
	return 1;
}

void gate_stream_send(struct gate_conn *conn, const char *bytes, size_t len)
{
	struct stream *stream = gate_stream_of(conn);

	if (conn->closed)
		return;
	lg_buffer_append(&stream->out, bytes, len);
	if (stream->out.status != LG_OK) {
		end(stream);
		return;
	}
	gate_stream_flush(stream);
	watch(stream);
}

void gate_stream_give(struct gate_conn *conn, struct lg_buffer *bytes)
{
	struct stream *stream = gate_stream_of(conn);

	if (conn->closed || stream->out.len || bytes->status != LG_OK) {
		gate_stream_send(conn, bytes->data, bytes->len);
		gate_stream_forget(conn->gate, bytes);
		return;
	}
	gate_stream_empty(conn->gate, &stream->out);
	lg_buffer_release(&stream->out);
	stream->out = *bytes;
	*bytes = (struct lg_buffer){0};
	gate_stream_flush(stream);
	watch(stream);
}

void gate_stream_drain(struct gate_conn *conn)
{
	struct stream *stream = gate_stream_of(conn);

	if (conn->drained && (conn->closed || stream->sent == stream->out.len))
		conn->drained(conn, conn->drained_context);
}

void gate_stream_done(struct gate_conn *conn)
{
	struct stream *stream = gate_stream_of(conn);

	conn->busy = 0;
	stream->used_s = loop_s(conn->gate);
	if (conn->closed)
		return;
	if (stream->in.len)
		gate_stream_take(stream, stream->in.data, stream->in.len);
	if (!conn->closed)
		gate_stream_flush(stream);
	watch(stream);
}

/* One that brings a byte now and then holds a place without end otherwise. */
static int takes_too_long(struct stream *stream, int64_t now_s)
{
	int under_way = stream->in.len || stream->conn.has_begun;

	if (!under_way || stream->conn.busy) {
		stream->begun_s = 0;
	} else if (!stream->begun_s ||
		   stream->begun_after != stream->conn.requests) {
		stream->begun_s = now_s;
		stream->begun_after = stream->conn.requests;
	}
	return stream->begun_s && now_s - stream->begun_s > REQUEST_S;
}

void gate_streams_tidy(struct gate *gate)
{
	int64_t now_s = loop_s(gate);
	struct stream *stream;
	struct stream *next;

	for (stream = gate->streams->first; stream; stream = next) {
		int64_t idle_s = stream->conn.requests ? IDLE_S : IDLE_NEW_S;

		next = stream->next;
		if (stream->in.len || stream->conn.has_begun)
			idle_s = IDLE_NEW_S;
		if (stream->lingers)
			idle_s = LINGER_S;
		if (takes_too_long(stream, now_s) ||
		    (!stream->conn.busy && now_s - stream->used_s > idle_s))
			end(stream);
	}
}

enum lg_status gate_streams_open(struct gate *gate, struct lg_error *err)
{
	gate->streams = calloc(1, sizeof(*gate->streams));
	if (!gate->streams)
		return lg_no_memory(err);
	return LG_OK;
}

void gate_streams_close(struct gate *gate)
{
	struct stream *stream;
	struct stream *next;

	for (stream = gate->streams ? gate->streams->first : NULL; stream;
	     stream = next) {
		next = stream->next;
		if (stream->conn.listener == LG_LISTEN_SPOP &&
		    stream->conn.protocol) {
			lg_spop_goodbye(stream->conn.protocol, &stream->out);
			gate_stream_flush(stream);
		}
		end(stream);
	}
}
