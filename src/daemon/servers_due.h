/* SPDX-License-Identifier: ISC */
/*
 * servers_due.h - a lock on other servers ends too when its time is over
 *
 * Layer: daemon.
 * Flow: state_dir/fleet.jsonl says which lock is on servers and until when;
 * when that is past, `logongate recover --over` is run, which knows how to
 * reach them and does not speak to the gate (decisions/11-expiry.md). It runs
 * as the gate's user: credentials must be that user's to read.
 * Source: conformance A6; contract 4 lift, recover.
 */
#ifndef LOGONGATE_DAEMON_SERVERS_DUE_H
#define LOGONGATE_DAEMON_SERVERS_DUE_H

#include "daemon/gate.h"

enum lg_status gate_servers_open(struct gate *gate, struct lg_error *err);
/* Once a second. */
void gate_servers_tick(struct gate *gate);
/* A command that runs is left to its end. */
void gate_servers_close(struct gate *gate);
void gate_servers_free(struct gate *gate);

/* What an administrator's command did to other servers (control's
 * "servers"). */
struct control_call;
void control_servers(struct control_call *call);

#endif
