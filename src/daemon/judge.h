/* SPDX-License-Identifier: ISC */
/*
 * judge.h - the one place where the gate answers a logon
 *
 * Layer: daemon.
 */
#ifndef LOGONGATE_DAEMON_JUDGE_H
#define LOGONGATE_DAEMON_JUDGE_H

#include "daemon/gate.h"

/* Who asks and what is known. Borrowed; absent texts NULL. */
struct gate_ask {
	enum gate_door door;
	enum lg_listener listener; /* whose without_policy answers */
	struct lg_attempt attempt;
	const char *client; /* for the record: IMAP ID, User-Agent */
	const char *address;
};

struct gate_answer {
	struct lg_decision decision;
	const char *text; /* for people, clean; NULL when admitted; good
				 * until the next call */
};

/* Decides and records. */
void gate_judge(struct gate *gate, const struct gate_ask *ask,
		struct gate_answer *out_answer);

/* Decides and records nothing. */
struct lg_decision gate_decide(const struct gate *gate,
			       enum lg_listener listener,
			       const struct lg_attempt *attempt);

/* Records a decision that was made elsewhere (MAPI over HTTP). */
void gate_record(struct gate *gate, const struct gate_ask *ask,
		 const struct lg_decision *decision);

/* The words for a refusal; good until the next call. */
const char *gate_refusal_text(struct gate *gate, enum lg_reason reason);

/* Seconds until the lock ends, at most LG_HTTP_RETRY_MAX_S's kind of limit;
 * 60 where nobody knows. */
unsigned int gate_retry_s(const struct gate *gate);

/* Counts the refusals of the running lock from what is on disk. */
void gate_recount(struct gate *gate);

#endif
