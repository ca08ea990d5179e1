/* SPDX-License-Identifier: ISC */
/*
 * tls.h - control connections from other machines
 *
 * Layer: daemon.
 * Flow: stream.c reads and writes through these where a connection has a
 * session. Only who shows a certificate of ca_file that is for clients and has
 * one of the names in clients gets through, and then may do what root may.
 * Source: contract 3, src/doc/control.md.
 */
#ifndef LOGONGATE_DAEMON_NET_TLS_H
#define LOGONGATE_DAEMON_NET_TLS_H

#include <sys/types.h>

#include "daemon/gate.h"

struct gate_tls;
struct gate_tls_session;

/* Reads the files of [listen.control]; gate->tls stays NULL without it. */
enum lg_status gate_tls_open(struct gate *gate, struct lg_error *err);
void gate_tls_close(struct gate *gate);

/* NULL where there is no memory, or no [listen.control]. */
struct gate_tls_session *gate_tls_session_new(struct gate *gate, int fd);
void gate_tls_session_free(struct gate_tls_session **session);

enum gate_tls_state {
	GATE_TLS_WAITS = 0, /* the handshake goes on */
	GATE_TLS_OPEN,
	GATE_TLS_FAILED /* the reason was logged */
};
enum gate_tls_state gate_tls_shake(struct gate_tls_session *session);
/* 1 when the session waits to write, not to read. */
int gate_tls_wants_write(const struct gate_tls_session *session);

/* As recv and send on a non-blocking socket: -1 and EAGAIN. What was given to
 * a send that did not go through must be given again. */
ssize_t gate_tls_recv(struct gate_tls_session *session, void *bytes,
		      size_t len);
ssize_t gate_tls_send(struct gate_tls_session *session, const void *bytes,
		      size_t len);

/* The name of clients that the certificate has; it counts as who asks. */
const char *gate_tls_name(const struct gate_tls_session *session);

#endif
