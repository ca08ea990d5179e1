/* SPDX-License-Identifier: ISC */
/*
 * ldap_sigpipe.h - SIGPIPE held off while libldap writes
 *
 * Layer: adapter ldap.
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_SIGPIPE_H
#define LOGONGATE_ADAPTERS_LDAP_SIGPIPE_H

#include <signal.h>

struct lg_ldap_sigpipe {
	sigset_t before;
	int was_pending;
};

/* For this thread, until let_be; the two are a pair. */
struct lg_ldap_sigpipe lg_ldap_sigpipe_hold_off(void);
void lg_ldap_sigpipe_let_be(const struct lg_ldap_sigpipe *guard);

#endif
