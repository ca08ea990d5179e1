/* SPDX-License-Identifier: ISC */
/*
 * stream_inside.h - what a connection is made of
 *
 * Layer: daemon, private to stream*.c.
 */
#ifndef LOGONGATE_DAEMON_NET_STREAM_INSIDE_H
#define LOGONGATE_DAEMON_NET_STREAM_INSIDE_H

#include "daemon/net/stream.h"

struct stream {
	struct gate_conn conn; /* first: a conn is its stream */
	const struct gate_protocol *protocol;
	uv_poll_t poll;
	int events;
	enum gate_close ending; /* when out is written */
	int lingers;            /* out is written, the rest is not looked at */
	int holds;              /* requests wait in in until out is written */
	int64_t used_s;
	/* Since when the request after so many others is under way; 0: not. */
	int64_t begun_s;
	uint64_t begun_after;
	int in_is_taken; /* in was owned away while the protocol took */
	struct lg_buffer in;
	struct lg_buffer out;
	size_t sent;
	struct stream *next;
	struct stream *previous;
};

static inline struct stream *gate_stream_of(struct gate_conn *conn)
{
	return (struct stream *)conn;
}

void gate_stream_empty(struct gate *gate, struct lg_buffer *buffer);
void gate_stream_flush(struct stream *stream);
/* Lets the protocol take from bytes; keeps what it left. */
void gate_stream_take(struct stream *stream, const char *bytes, size_t len);
/* Everything is said: the requests that waited for it. */
void gate_stream_take_rest(struct stream *stream);

#endif
