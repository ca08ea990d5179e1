/* SPDX-License-Identifier: ISC */
/*
 * ldap_watchdog.c - ends a connection attempt that takes too long
 *
 * libldap limits each wait of a handshake, not their sum: a server that sends
 * a byte now and then holds it as long as it likes. So a thread waits for the
 * deadline beside it and shuts the socket down. It keeps a duplicate of the
 * socket, because libldap may close its own at any moment.
 */
#include "ldap_watchdog.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <sys/socket.h>

#include "adapters/system/steady.h"

struct lg_ldap_watchdog {
	/* First: libldap hands it back, and we are around it. */
	struct ldap_conncb callback;
	LDAP *ld;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t over;
	struct timespec deadline;
	int socket; /* -1: not connected */
	int is_over;
	int has_bitten;
};

static int connection_made(LDAP *ld, Sockbuf *sb, LDAPURLDesc *server,
			   struct sockaddr *address,
			   struct ldap_conncb *callback)
{
	struct lg_ldap_watchdog *watchdog = (struct lg_ldap_watchdog *)callback;
	ber_socket_t fd = -1;

	ber_sockbuf_ctrl(sb, LBER_SB_OPT_GET_FD, &fd);
	pthread_mutex_lock(&watchdog->mutex);
	if (watchdog->socket >= 0)
		close(watchdog->socket);
	watchdog->socket = fd >= 0 ? dup(fd) : -1;
	if (watchdog->has_bitten && watchdog->socket >= 0)
		shutdown(watchdog->socket, SHUT_RDWR);
	pthread_mutex_unlock(&watchdog->mutex);
	return LDAP_SUCCESS;
}

static void connection_gone(LDAP *ld, Sockbuf *sb, struct ldap_conncb *callback)
{
}

static void *watch(void *context)
{
	struct lg_ldap_watchdog *watchdog = context;
	int code = 0;

	pthread_mutex_lock(&watchdog->mutex);
	while (!watchdog->is_over && code != ETIMEDOUT)
		code = pthread_cond_timedwait(&watchdog->over, &watchdog->mutex,
					      &watchdog->deadline);
	if (!watchdog->is_over) {
		watchdog->has_bitten = 1;
		if (watchdog->socket >= 0)
			shutdown(watchdog->socket, SHUT_RDWR);
	}
	pthread_mutex_unlock(&watchdog->mutex);
	return NULL;
}

static int set_up(struct lg_ldap_watchdog *watchdog)
{
	pthread_condattr_t monotonic;
	int code;

	if (pthread_mutex_init(&watchdog->mutex, NULL) != 0)
		return -1;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	code = pthread_cond_init(&watchdog->over, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (code == 0 &&
	    pthread_create(&watchdog->thread, NULL, watch, watchdog) == 0)
		return 0;
	if (code == 0)
		pthread_cond_destroy(&watchdog->over);
	pthread_mutex_destroy(&watchdog->mutex);
	return -1;
}

enum lg_status lg_ldap_watchdog_begin(LDAP *ld, uint32_t timeout_ms,
				      struct lg_ldap_watchdog **out_watchdog,
				      struct lg_error *err)
{
	struct lg_ldap_watchdog *watchdog = calloc(1, sizeof(*watchdog));
	int64_t end_ms = lg_steady_ms() + timeout_ms;

	if (!watchdog)
		return lg_no_memory(err);
	watchdog->callback.lc_add = connection_made;
	watchdog->callback.lc_del = connection_gone;
	watchdog->ld = ld;
	watchdog->socket = -1;
	watchdog->deadline =
		(struct timespec){end_ms / 1000, end_ms % 1000 * 1000000};
	if (set_up(watchdog) != 0) {
		free(watchdog);
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL,
				    "no thread could be started");
	}
	ldap_set_option(ld, LDAP_OPT_CONNECT_CB, &watchdog->callback);
	*out_watchdog = watchdog;
	return LG_OK;
}

int lg_ldap_watchdog_end(struct lg_ldap_watchdog **watchdog)
{
	struct lg_ldap_watchdog *ending = *watchdog;
	int has_bitten;

	if (!ending)
		return 0;
	*watchdog = NULL;
	pthread_mutex_lock(&ending->mutex);
	ending->is_over = 1;
	pthread_cond_signal(&ending->over);
	pthread_mutex_unlock(&ending->mutex);
	pthread_join(ending->thread, NULL);
	has_bitten = ending->has_bitten;
	/* Getting this option takes the callback out of the handle. */
	ldap_get_option(ending->ld, LDAP_OPT_CONNECT_CB, &ending->callback);
	if (ending->socket >= 0)
		close(ending->socket);
	pthread_cond_destroy(&ending->over);
	pthread_mutex_destroy(&ending->mutex);
	free(ending);
	return has_bitten;
}
