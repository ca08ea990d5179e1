/* SPDX-License-Identifier: ISC */
/*
 * session.h - open sessions, and which of them must go
 *
 * Layer: core.
 * Source: design sentence 5; contract 8 "Sessions"; conformance T3, T6.
 */
#ifndef LOGONGATE_CORE_POLICY_SESSION_H
#define LOGONGATE_CORE_POLICY_SESSION_H

#include <logongate/policy.h>

/* An open session as a door knows it. All borrowed, absent texts NULL. */
struct lg_session {
	const char *id;   /* the door's own name for it */
	const char *door; /* "dovecot", "postfix", "haproxy", "nginx"...*/
	const char *user;
	const char *master; /* whose password opened it; NULL: the user's */
	const char *dn;
	const char *process;
	const char *client; /* as recorded: IMAP ID, User-Agent */
	const char *address;
	struct lg_version version;
	enum lg_protocol protocol;
	int64_t since_s;     /* wall clock, 0 not known */
	int is_opener_known; /* the door says whether a master opened it */
};

/* The attempt that this session would be if it came now; one that a master
 * opened is the master's (contract 7 "Names"). */
struct lg_attempt lg_session_attempt(const struct lg_session *session);

/*
 * Which of the sessions the policy would refuse now.
 * out_cut[i] is 1 for those to cut, 0 for those to spare; out_decision may be
 * NULL. Gives the number to cut. Allocates nothing.
 */
size_t lg_sweep_plan(const struct lg_policy *policy,
		     const struct lg_session *session, size_t count,
		     unsigned char *out_cut, struct lg_decision *out_decision);

/* Sessions with their own texts. */
struct lg_session_list {
	struct lg_session *session;
	size_t count;
	size_t capacity;
	struct lg_strlist arena;
};

enum lg_status lg_session_list_add(struct lg_session_list *list,
				   const struct lg_session *session,
				   struct lg_error *err);
void lg_session_list_release(struct lg_session_list *list);

#endif
