/* SPDX-License-Identifier: ISC */
/*
 * dovecot/dict_protocol.h - the passdb that is asked over a unix socket
 *
 * Layer: adapter; core only, no sockets.
 * Flow: while lg_dict_request_next gives something, drop the bytes it
 * consumed and answer: nothing to a HELLO, lg_dict_answer_fail to OTHER.
 * Source: Dovecot 2.3 dict-client.h; contract 8 "Dovecot".
 */
#ifndef LG_ADAPTERS_DOVECOT_DICT_PROTOCOL_H
#define LG_ADAPTERS_DOVECOT_DICT_PROTOCOL_H

#include <logongate/buffer.h>
#include <logongate/policy.h>

#define LG_DICT_LINE_MAX 65536

enum lg_dict_event {
	LG_DICT_MORE = 0, /* no whole line yet */
	LG_DICT_HELLO,
	LG_DICT_LOOKUP,
	LG_DICT_OTHER, /* a command this dict does not have */
	LG_DICT_BAD    /* not the protocol: close the connection */
};

/*
 * A lookup of shared/gate/PROTOCOL/ADDRESS/.../NAME/CLIENT TAB NAME. Texts are
 * unescaped into the scratch given, NUL-terminated. One that holds a NUL of its
 * own names nobody: has_nul, and then it is decided, as refused. protocol_text
 * and address are NULL where the key has no such field. Where the address is
 * followed by master:MASTER:/ the name is the master user's: whose logon it is
 * (contract 7 "Names").
 */
struct lg_dict_request {
	const char *key;
	const char *name; /* NULL: none after the key */
	size_t name_len;
	const char *mailbox; /* what stands after the key, NULL: nothing */
	const char *master;  /* NULL: not a master logon */
	const char *protocol_text;
	enum lg_protocol protocol; /* "sieve" is IMAP */
	int is_decided;    /* 0: smtp without a master, lmtp, doveadm: admit
			    * (contract 8) */
	int is_about_life; /* shared/gate/alive/...: does the gate live? */
	const char *address;
	const char *client_id; /* an IMAP ID list, NULL: none behind the name */
	int has_nul;
};

/*
 * Takes one line from the front of in. HELLO must come first: is_greeted is
 * the caller's, 0 at the start of a connection, and is set here.
 * BAD: another first line, a line over LG_DICT_LINE_MAX, an escape that does
 * not exist. out_request is written for LOOKUP only and
 * borrows from scratch, which is cleared.
 * Returns MORE too when scratch has no memory; lg_buffer_status tells.
 */
enum lg_dict_event lg_dict_request_next(const char *in, size_t len,
					int *is_greeted,
					struct lg_buffer *scratch,
					struct lg_dict_request *out_request,
					size_t *out_consumed);

/* Appends O{"nopassword":"y"}: let the next passdb's answer stand. */
void lg_dict_answer_admit(struct lg_buffer *answer);

/*
 * Appends N, "no such key": what a question whether the gate lives is answered
 * with. It says nothing of anybody, so wherever the passdb that asks stands
 * and whatever its result_* are, nobody gets in by it.
 */
void lg_dict_answer_none(struct lg_buffer *answer);

/*
 * Appends O with nologin and the reason; for pop3 the reason begins with
 * [SYS/TEMP], so that a mail program does not ask for the password again.
 */
void lg_dict_answer_refuse(enum lg_protocol protocol, const char *text,
			   struct lg_buffer *answer);

/* Appends F and the text: a temporary failure. */
void lg_dict_answer_fail(const char *text, struct lg_buffer *answer);

#endif
