/* SPDX-License-Identifier: ISC */
/*
 * session_openers.h - with whose passwords a user's sessions were opened
 *
 * Layer: daemon.
 * Flow: Dovecot says of each logon who the master was; of open sessions it
 * shows user, service and address alone. Here stands who opened sessions of
 * such a key since it was last seen without any. A kick ends all of a key, so
 * that it matters only who is among them.
 * Source: contract 7 "Names" (a master logon is judged by the master's name).
 */
#ifndef LOGONGATE_DAEMON_SESSIONS_SESSION_OPENERS_H
#define LOGONGATE_DAEMON_SESSIONS_SESSION_OPENERS_H

#include <logongate/policy.h>
#include "core/policy/session.h"

struct gate_opener {
	struct gate_opener *older;
	uint64_t noted_ms;
	char master[]; /* "": the user's own password */
};

/* Units: ms of the loop's clock. A logon; master NULL or "": with the user's
 * own password. */
void gate_openers_note(struct gate_opener **openers, const char *master,
		       uint64_t now_ms);

/* Forgets those that logged on before. */
void gate_openers_forget(struct gate_opener **openers, uint64_t before_ms);
void gate_openers_free(struct gate_opener **openers);

/* 1 when one of them is a master. */
int gate_openers_any_master(const struct gate_opener *openers);

/*
 * Who opened the row-th session of a key, as far as can be known: where more
 * could have than there are sessions, those that the policy (NULL: none)
 * refuses come first, then the newest. NULL: the user.
 */
const char *gate_openers_of_row(const struct gate_opener *openers,
				const struct lg_session *session, size_t row,
				const struct lg_policy *policy);

#endif
