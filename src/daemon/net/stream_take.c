/* SPDX-License-Identifier: ISC */
/*
 * stream_take.c - what a connection brought, taken by its protocol
 *
 * What is not whole waits in the connection; large buffers change hands or are
 * freed on another thread, so that nobody waits for a copy of them.
 */
#include "daemon/net/stream_inside.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/work.h"

#define OUT_MAX GATE_STREAM_OUT_MAX
/* Above it memory is given back when a connection has nothing to say. */
#define KEEP_MAX 65536u
/* Above it on another thread. */
#define FORGET_MAX (1u << 20)

/* Giving back a hundred megabytes takes longer than a hundred decisions. */
struct forgotten {
	struct gate_job job;
	struct lg_buffer bytes;
};

static void free_forgotten(void *context)
{
	struct forgotten *forgotten = context;

	lg_buffer_release(&forgotten->bytes);
	free(forgotten);
}

void gate_stream_forget(struct gate *gate, struct lg_buffer *bytes)
{
	struct forgotten *forgotten = NULL;

	if (bytes->capacity > FORGET_MAX)
		forgotten = calloc(1, sizeof(*forgotten));
	if (!forgotten) {
		lg_buffer_release(bytes);
		return;
	}
	forgotten->bytes = *bytes;
	forgotten->job.run = free_forgotten;
	forgotten->job.context = forgotten;
	*bytes = (struct lg_buffer){0};
	gate_work_add(gate, GATE_LANE_STATE, &forgotten->job);
}

void gate_stream_empty(struct gate *gate, struct lg_buffer *buffer)
{
	if (buffer->capacity > KEEP_MAX)
		gate_stream_forget(gate, buffer);
	else
		lg_buffer_clear(buffer);
}

const char *gate_stream_own(struct gate_conn *conn, const char *in,
			    size_t consumed, struct lg_buffer *out_owned)
{
	struct stream *stream = gate_stream_of(conn);
	struct lg_buffer rest = {0};
	size_t at;

	if (!stream->in.data || in < stream->in.data ||
	    in >= stream->in.data + stream->in.len) {
		/* In the buffer that all share: not much. */
		lg_buffer_append(out_owned, in, consumed);
		return out_owned->status != LG_OK ? NULL : out_owned->data;
	}
	at = (size_t)(in - stream->in.data);
	lg_buffer_append(&rest, in + consumed, stream->in.len - at - consumed);
	if (rest.status != LG_OK)
		return NULL;
	*out_owned = stream->in;
	stream->in = rest;
	stream->in_is_taken = 1;
	return in;
}

void gate_stream_take(struct stream *stream, const char *bytes, size_t len)
{
	size_t done = 0;

	while (done < len && !stream->ending && !stream->conn.busy &&
	       !stream->in_is_taken) {
		size_t took = stream->protocol->take(
			&stream->conn, bytes + done, len - done, &stream->out,
			&stream->ending);

		done += took;
		if (!took)
			break;
	}
	stream->holds = stream->out.len >= OUT_MAX;
	if (stream->ending)
		done = len;
	if (stream->in_is_taken) {
		/* in is the rest already. */
		stream->in_is_taken = 0;
		if (stream->in.len && !stream->ending && !stream->conn.busy) {
			gate_stream_take(stream, stream->in.data,
					 stream->in.len);
			return;
		}
	} else if (bytes != stream->in.data) {
		lg_buffer_append(&stream->in, bytes + done, len - done);
	} else if (done == len) {
		gate_stream_empty(stream->conn.gate, &stream->in);
	} else if (done) {
		memmove(stream->in.data, stream->in.data + done, len - done);
		stream->in.len = len - done;
		stream->in.data[stream->in.len] = '\0';
	}
	if (stream->in.len > stream->protocol->in_max ||
	    stream->in.status != LG_OK || stream->out.status != LG_OK) {
		lg_buffer_clear(&stream->out);
		stream->sent = 0;
		stream->ending = GATE_CLOSE;
	}
}

void gate_stream_take_rest(struct stream *stream)
{
	size_t before;

	do {
		before = stream->in.len;
		if (!stream->holds || stream->conn.closed || stream->ending ||
		    stream->conn.busy || stream->out.len || !before)
			return;
		gate_stream_take(stream, stream->in.data, before);
		gate_stream_flush(stream);
	} while (stream->in.len < before);
}
