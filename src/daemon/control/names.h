/* SPDX-License-Identifier: ISC */
/*
 * names.h - who the peer of the control socket is, by this machine's names
 *
 * Layer: daemon.
 */
#ifndef LOGONGATE_DAEMON_CONTROL_NAMES_H
#define LOGONGATE_DAEMON_CONTROL_NAMES_H

#include "daemon/net/stream.h"

/*
 * Finds out whether the peer is root, the gate's own user or a member of
 * admin_group, by the groups that the process at the other end really has, and
 * what it is called: conn->is_admin and conn->name. Where names have to be
 * asked for, which may take long, the connection is busy meanwhile.
 */
void gate_names_look(struct gate_conn *conn);

/* Asks for the names that are needed most, once, before the loop runs. */
void gate_names_start(struct gate *gate);

#endif
