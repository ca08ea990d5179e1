/* SPDX-License-Identifier: ISC */
/*
 * ldap_sigpipe.c - SIGPIPE held off while libldap writes
 *
 * libldap writes to sockets that their peers have closed, and has no option
 * against SIGPIPE. It is held off in this thread, and one that came meanwhile
 * is taken away, so that a program may treat SIGPIPE as it likes.
 */
#include "ldap_sigpipe.h"

#include <stddef.h>
#include <time.h>

static int is_pending(void)
{
	sigset_t pending;

	sigemptyset(&pending);
	sigpending(&pending);
	return sigismember(&pending, SIGPIPE) == 1;
}

struct lg_ldap_sigpipe lg_ldap_sigpipe_hold_off(void)
{
	struct lg_ldap_sigpipe guard = {.was_pending = is_pending()};
	sigset_t sigpipe;

	sigemptyset(&sigpipe);
	sigaddset(&sigpipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &sigpipe, &guard.before);
	return guard;
}

void lg_ldap_sigpipe_let_be(const struct lg_ldap_sigpipe *guard)
{
	const struct timespec at_once = {0, 0};
	sigset_t sigpipe;

	sigemptyset(&sigpipe);
	sigaddset(&sigpipe, SIGPIPE);
	if (!guard->was_pending && is_pending())
		sigtimedwait(&sigpipe, NULL, &at_once);
	pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
}
