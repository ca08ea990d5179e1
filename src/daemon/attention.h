/* SPDX-License-Identifier: ISC */
/*
 * attention.h - what is the matter with a gate, for people and for machines
 *
 * Layer: daemon.
 * Flow: who finds something says it here; status, both kinds of pages and
 * /metrics show it. On the loop's thread.
 * Source: contract 11 Monitoring.
 */
#ifndef LOGONGATE_DAEMON_ATTENTION_H
#define LOGONGATE_DAEMON_ATTENTION_H

#include <logongate/strlist.h>

struct gate;

/* The words of logongate_attention{what}. */
enum gate_attention {
	GATE_ATTENTION_NO_POLICY = 0, /* each door answers without_policy */
	GATE_ATTENTION_STATE,         /* files that say what is in force */
	GATE_ATTENTION_DUE,           /* what time brings is not done */
	GATE_ATTENTION_DIRECTORY,     /* cannot be asked */
	GATE_ATTENTION_SESSIONS,      /* cannot be listed or cut */
	GATE_ATTENTION_RECORDS,       /* who logs on is not recorded */
	GATE_ATTENTION_SERVERS,       /* a lock on other servers stays */
	GATE_ATTENTION_CONNECTIONS,   /* no more are taken */
	GATE_ATTENTION_FLEET,  /* entries that count for nothing, and worse */
	GATE_ATTENTION_CLOCK,  /* set while there is a lock */
	GATE_ATTENTION_WINDOWS /* one that was scheduled failed */
};
#define GATE_ATTENTION_COUNT 11
/* "no-policy", "state", ... */
const char *gate_attention_name(enum gate_attention what);

/* 1 while it is so. */
int gate_attention(const struct gate *gate, enum gate_attention what);

/* Says loudly, in status, metrics and the log. */
void gate_loud(struct gate *gate, enum gate_attention what, const char *format,
	       ...) __attribute__((format(printf, 3, 4)));

/* It is so no more: takes back what begins like this, and logs that. */
void gate_quiet(struct gate *gate, const char *beginning);

/* All that is loud now, the view's first; the caller releases it. */
void gate_louds(const struct gate *gate, struct lg_strlist *out_loud);

#endif
