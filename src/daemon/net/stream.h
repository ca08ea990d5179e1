/* SPDX-License-Identifier: ISC */
/*
 * stream.h - connections that carry a framed protocol
 *
 * Layer: daemon.
 * Flow: bytes come in, the protocol takes what is whole and appends answers,
 * everything that one wake-up produced goes out in one write.
 */
#ifndef LOGONGATE_DAEMON_NET_STREAM_H
#define LOGONGATE_DAEMON_NET_STREAM_H

#include "daemon/net/sockets.h"
#include "daemon/net/tls.h"

/* A protocol takes no further request while so much waits to be read. */
#define GATE_STREAM_OUT_MAX (1u << 20)
/* The most that comes in at once. */
#define GATE_STREAM_READ_MAX 262144u

struct gate_conn {
	struct gate *gate;
	enum lg_listener listener;
	struct gate_peer peer;
	int fd;
	int busy;     /* an answer is being made: nothing is taken till then */
	int is_admin; /* control only */
	char *name;   /* control only: the peer's, NULL over TLS */
	struct gate_tls_session *tls; /* control over TCP */
	uint64_t requests;
	int has_begun;  /* part of a request is with the protocol */
	void *protocol; /* the protocol's own, NULL at first */
	int refs;       /* who else needs it: see gate_stream_hold */
	int closed;
	/* An answer that comes in pieces: called when the peer has taken what
	 * was sent, or is gone. */
	void (*drained)(struct gate_conn *conn, void *context);
	void *drained_context;
};

enum gate_close {
	GATE_STAY = 0,
	GATE_CLOSE,
	/* The peer may still be sending what nobody reads: closing at once
	 * would reset the connection and take the answer with it. */
	GATE_CLOSE_LINGER
};

/*
 * One protocol. take consumes from the front of in, appends answers to out and
 * gives the bytes consumed; *out_close ends the connection once out is
 * written. It stops when the connection is busy. release frees conn->protocol.
 */
struct gate_protocol {
	size_t (*take)(struct gate_conn *conn, const char *in, size_t len,
		       struct lg_buffer *out, enum gate_close *out_close);
	void (*release)(struct gate_conn *conn);
	size_t in_max; /* the most that take leaves unconsumed */
};

extern const struct gate_protocol gate_protocol_http;
extern const struct gate_protocol gate_protocol_postfix;
extern const struct gate_protocol gate_protocol_dict;
extern const struct gate_protocol gate_protocol_spop;
extern const struct gate_protocol gate_protocol_control;

enum lg_status gate_streams_open(struct gate *gate, struct lg_error *err);

/* Takes over a connection: 1, or 0 and the fd is still the caller's. */
int gate_stream_add(struct gate *gate, enum lg_listener which, int fd,
		    const struct gate_peer *peer);

/* For answers that come later: the connection stays at hand (closed says
 * whether anybody is still there) until it is let go. */
void gate_stream_hold(struct gate_conn *conn);
void gate_stream_let_go(struct gate_conn *conn);

/* Sends bytes of an answer that came later. */
void gate_stream_send(struct gate_conn *conn, const char *bytes, size_t len);
/* The same without a copy; bytes is left empty. */
void gate_stream_give(struct gate_conn *conn, struct lg_buffer *bytes);
/* Calls conn->drained now where there is nothing to wait for. */
void gate_stream_drain(struct gate_conn *conn);

/*
 * For a protocol, while it takes: the consumed bytes at in become the
 * caller's, without a copy where they are many. Gives where they stand now in
 * out_owned; NULL: no memory.
 */
const char *gate_stream_own(struct gate_conn *conn, const char *in,
			    size_t consumed, struct lg_buffer *out_owned);
/* Frees bytes elsewhere where they are many. */
void gate_stream_forget(struct gate *gate, struct lg_buffer *bytes);
/* The answer is complete: what came in meanwhile is taken. */
void gate_stream_done(struct gate_conn *conn);

/* Ends connections that are idle (contract 8 "Sockets"). */
void gate_streams_tidy(struct gate *gate);
/* Ends all of them; SPOP ones are told. */
void gate_streams_close(struct gate *gate);

#endif
