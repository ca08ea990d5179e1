/* SPDX-License-Identifier: ISC */
/*
 * haproxy/spop.h - the Stream Processing Offload Protocol, agent's side
 *
 * Layer: adapter; core only, no sockets.
 * Flow: for each connection keep an lg_spop_agent; while lg_spop_next gives
 * something other than MORE, drop the bytes it consumed, answer every NOTIFY
 * with lg_spop_ack, and write what was appended to the answer buffer in one
 * send (HAProxy 3.2 resets when AGENT-HELLO comes in two segments).
 * Source: HAProxy doc/SPOE.txt 3 (SPOP 2.0); contract 8 "HAProxy".
 *
 * Pipelining only: no async, no fragments. Arguments are told apart by name
 * alone, whatever their message is called; unknown ones are read over.
 */
#ifndef LG_ADAPTERS_HAPROXY_SPOP_H
#define LG_ADAPTERS_HAPROXY_SPOP_H

#include <stdint.h>

#include <logongate/buffer.h>

/* The largest frame this agent takes; HAProxy's tune.bufsize - 4 is offered
 * and the smaller one holds. */
#define LG_SPOP_FRAME_MAX (1u << 20)
#define LG_SPOP_FRAME_MIN 256u

/* data is NULL where the argument is missing or of type NULL: "not known". */
struct lg_spop_bytes {
	const char *data;
	size_t len;
};

/* A NOTIFY: the arguments of contract 8. Borrows from the input. */
struct lg_spop_notify {
	uint64_t stream_id;
	uint64_t frame_id;
	struct lg_spop_bytes src; /* 4 or 16 bytes of address */
	int64_t sport;            /* -1 not known; likewise below */
	struct lg_spop_bytes method;
	struct lg_spop_bytes path;
	struct lg_spop_bytes rt;   /* X-RequestType */
	int64_t rtn;               /* how many of that header */
	struct lg_spop_bytes clen; /* Content-Length */
	int64_t bsize;             /* req.body_size */
	struct lg_spop_bytes body;
	struct lg_spop_bytes ce;  /* Content-Encoding */
	struct lg_spop_bytes ca;  /* X-ClientApplication */
	struct lg_spop_bytes ua;  /* User-Agent */
	struct lg_spop_bytes ci;  /* X-ClientInfo */
	struct lg_spop_bytes rid; /* X-RequestId */
	struct lg_spop_bytes user;
	struct lg_spop_bytes proto;
	struct lg_spop_bytes cred; /* "none": no credentials came */
	struct lg_spop_bytes chal; /* as X-Gate-Challenge */
	int64_t rep; /* how often another header that decides is there */
	struct lg_spop_bytes ck; /* Cookie */
	int64_t ckn;             /* how many of that header */
	/* The server's answer to what was let by with this ticket. */
	struct lg_spop_bytes ticket;
	int64_t status;
	struct lg_spop_bytes hdrs;
	struct lg_spop_bytes answer; /* its body's beginning */
};

/* "127.0.0.1", "2001:db8::1" into out, or "" where src is not known. */
#define LG_SPOP_ADDRESS_SIZE 46
void lg_spop_address(const struct lg_spop_notify *notify,
		     char out_text[LG_SPOP_ADDRESS_SIZE]);

/* One connection. Zero-initialise. */
struct lg_spop_agent {
	uint32_t max_frame_size; /* 0 before HELLO */
	int is_over;
};

enum lg_spop_event {
	LG_SPOP_MORE = 0, /* nothing whole yet; read on */
	LG_SPOP_HELLO,    /* greeted; the answer is appended */
	LG_SPOP_NOTIFY,   /* *out_notify waits for lg_spop_ack */
	LG_SPOP_CLOSE     /* write what is appended, then close */
};

/*
 * Takes one frame from the front of in.
 * Returns: as above; with all but MORE *out_consumed bytes may be dropped
 * after use. A health check is answered and CLOSE. A peer's DISCONNECT, a
 * fragment, a frame over the limit or one that does not read is answered with
 * AGENT-DISCONNECT and its status code, and CLOSE; so is an answer for which
 * there is no memory (the buffer remembers it).
 */
enum lg_spop_event lg_spop_next(struct lg_spop_agent *agent,
				const unsigned char *in, size_t len,
				struct lg_spop_notify *out_notify,
				struct lg_buffer *answer, size_t *out_consumed);

/* What the transaction's variables are set to; NULL ones are not set. */
struct lg_spop_actions {
	const char *action; /* "admit", "render", "error" */
	const char *token;
	const char *ticket;
	const char *status;
	const char *reason;
	const char *retry;
};

/*
 * Appends the ACK of a NOTIFY. actions may be NULL: an ACK without any. A
 * reason that would make the frame larger than HAProxy takes is left out (the
 * page that render gives has it in full).
 */
void lg_spop_ack(const struct lg_spop_agent *agent, uint64_t stream_id,
		 uint64_t frame_id, const struct lg_spop_actions *actions,
		 struct lg_buffer *answer);

/* Appends AGENT-DISCONNECT "normal": the gate is going down. */
void lg_spop_goodbye(struct lg_spop_agent *agent, struct lg_buffer *answer);

#endif
