/* SPDX-License-Identifier: ISC */
/*
 * control_tls.h - the way to a gate on another machine
 *
 * Layer: adapter control, private.
 * Source: src/doc/control.md [listen.control].
 */
#ifndef LOGONGATE_ADAPTERS_CONTROL_TLS_H
#define LOGONGATE_ADAPTERS_CONTROL_TLS_H

#include <sys/types.h>

#include "adapters/control/control_client.h"

/* As poll, of one socket; a signal does not end it. */
int lg_control_wait(int fd, short what, int timeout_ms);

struct lg_control_tls;

/*
 * Connects and shakes hands: the gate's certificate must be of ca_file and for
 * the name in server, cert_file is shown to it. As lg_control_open_remote.
 */
enum lg_status lg_control_tls_open(const struct lg_control_remote *remote,
				   int timeout_ms,
				   struct lg_control_tls **out_tls,
				   struct lg_error *err);
void lg_control_tls_close(struct lg_control_tls **tls);
int lg_control_tls_fd(const struct lg_control_tls *tls);

/* As send and recv: -1 with errno EAGAIN where the socket must be waited for.
 */
ssize_t lg_control_tls_send(struct lg_control_tls *tls, const void *bytes,
			    size_t len);
ssize_t lg_control_tls_recv(struct lg_control_tls *tls, void *bytes,
			    size_t len);

#endif
