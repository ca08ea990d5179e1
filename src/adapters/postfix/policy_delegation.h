/* SPDX-License-Identifier: ISC */
/*
 * postfix/policy_delegation.h - Postfix asks whether a command may go on
 *
 * Layer: adapter; core only, no sockets.
 * Flow: while lg_postfix_request_next gives a request, drop the bytes it
 * consumed, answer it and read on; the connection stays open.
 * Source: SMTPD_POLICY_README; contract 8 "Postfix"; conformance E5.
 */
#ifndef LG_ADAPTERS_POSTFIX_POLICY_DELEGATION_H
#define LG_ADAPTERS_POSTFIX_POLICY_DELEGATION_H

#include <logongate/buffer.h>

/* Beyond it a request is refused unread; Postfix sends some hundred bytes. */
#define LG_POSTFIX_REQUEST_MAX 65536

/* Not NUL-terminated; text NULL: not sent or empty. */
struct lg_postfix_text {
	const char *text;
	size_t len;
};

/* The attributes a gate looks at; others are read over. Borrows from in. */
struct lg_postfix_request {
	struct lg_postfix_text protocol_state; /* "MAIL", "RCPT"... */
	struct lg_postfix_text sasl_username;
	struct lg_postfix_text sasl_method;
	struct lg_postfix_text client_address;
	struct lg_postfix_text client_port;
	struct lg_postfix_text client_name;
	struct lg_postfix_text helo_name;
	struct lg_postfix_text sender;
	struct lg_postfix_text recipient;
	struct lg_postfix_text queue_id;
	struct lg_postfix_text instance;
	struct lg_postfix_text policy_context;
};

enum lg_postfix_event {
	LG_POSTFIX_MORE = 0, /* no whole request yet */
	LG_POSTFIX_REQUEST,
	LG_POSTFIX_BAD /* not a request: close the connection */
};

/*
 * Takes one request from the front of in.
 * Shape: lines "name=value" (split at the first "="), an empty line ends.
 * BAD: a line without "=", a NUL, an attribute above sent twice, another
 * "request" than smtpd_access_policy or none, over LG_POSTFIX_REQUEST_MAX.
 * Nothing is written but for REQUEST.
 */
enum lg_postfix_event
lg_postfix_request_next(const char *in, size_t len,
			struct lg_postfix_request *out_request,
			size_t *out_consumed);

/* Appends "action=DUNNO": go on with the next restriction. */
void lg_postfix_answer_dunno(struct lg_buffer *answer);
/* Appends "action=HOLD": take the mail and park it ([mail] hold). */
void lg_postfix_answer_hold(struct lg_buffer *answer);
/* Appends "action=421 4.3.2 TEXT": not now, and the connection ends. */
void lg_postfix_answer_refuse(struct lg_buffer *answer, const char *text);

#endif
