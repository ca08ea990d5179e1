/* SPDX-License-Identifier: ISC */
/*
 * judge.h - the one place where the gate answers a logon
 *
 * Layer: daemon.
 */
#ifndef LOGONGATE_DAEMON_JUDGE_H
#define LOGONGATE_DAEMON_JUDGE_H

#include "adapters/http/gate_request.h"
#include "daemon/gate.h"

/* What a front says of a client that may be waiting to be asked who it is. */
struct gate_asker {
	int may_be_asked; /* a door where names come on request: HTTP */
	int has_credentials;
	enum lg_http_challenge challenge;
};

enum gate_challenge {
	GATE_CHALLENGE_NOT = 0, /* decided as it is */
	GATE_CHALLENGE_BY,      /* let by to the server's own 401 */
	GATE_CHALLENGE_ASK      /* 401, as the settings say */
};

/* Who asks and what is known. Borrowed; absent texts NULL. */
struct gate_ask {
	enum gate_door door;
	struct lg_attempt attempt;
	int is_cut; /* a NUL ended a text of the request: it names nobody */
	const char *client; /* for the record: IMAP ID, User-Agent */
	const char *address;
	const char *accept; /* languages, as Accept-Language has them */
	struct gate_asker asker;
};

struct gate_answer {
	struct lg_decision decision;
	/* Who is asked for his name is neither admitted nor refused. */
	enum gate_challenge challenge;
	const char *text;     /* for people, clean; NULL when admitted; good
				 * until the next call */
	const char *language; /* of text; "" where nobody knows */
};

/* Decides and records. */
void gate_judge(struct gate *gate, const struct gate_ask *ask,
		struct gate_answer *out_answer);

/* 1 when a name of it has a control character: it is refused whatever is in
 * force, for no account has such a name. */
int gate_has_bad_name(const struct lg_attempt *attempt);

/* Decides and records nothing. */
struct lg_decision gate_decide(const struct gate *gate, enum gate_door door,
			       const struct lg_attempt *attempt);

/*
 * Whether a refusal becomes a question: names are limited, the request names
 * nobody and brings nothing that could.
 * Source: contract 8 "HTTP"; facts/mapi-http.md 10.3.
 */
enum gate_challenge gate_challenge(const struct gate *gate,
				   const struct gate_asker *asker,
				   const struct lg_attempt *attempt,
				   const struct lg_decision *decision);

/* Records a decision that was made elsewhere (MAPI over HTTP). */
void gate_record(struct gate *gate, const struct gate_ask *ask,
		 const struct lg_decision *decision);

/* The words for a refusal, for somebody who accepts those languages (NULL: not
 * known, as for the gate's own); good until the next call, and so is the
 * language in gate->text_language. */
const char *gate_refusal_text(struct gate *gate,
			      const struct lg_decision *decision,
			      const char *accept);

/* Seconds until the lock that refuses ends, at most LG_HTTP_RETRY_MAX_S's kind
 * of limit; 60 where nobody knows. */
unsigned int gate_retry_s(const struct gate *gate,
			  const struct lg_decision *decision);

#endif
