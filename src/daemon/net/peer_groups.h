/* SPDX-License-Identifier: ISC */
/*
 * peer_groups.h - the groups of the sockets, and who is in them
 *
 * Layer: daemon.
 * Source: contract 8 "Sockets": who may ask may not administer.
 */
#ifndef LOGONGATE_DAEMON_NET_PEER_GROUPS_H
#define LOGONGATE_DAEMON_NET_PEER_GROUPS_H

#include <sys/types.h>

#include "core/settings/settings.h"

/* Whose members may ask, where the settings name no other. */
#define GATE_DOOR_GROUP "logongate-door"

#define GATE_PEER_UIDS_MAX 64

struct gate_peer_uids {
	uid_t uid[GATE_PEER_UIDS_MAX];
	size_t count;
};

/* The group of a listener's sockets; of control.sock that of the admins. */
const char *gate_group_of(const struct lg_settings *settings,
			  enum lg_listener listener);

/* Root, the gate's own user, and the members of the listeners' groups, also
 * the user of the same name. Says in the log who of them may administer, too.
 * Asks the user database: at start only. */
void gate_peer_uids_read(const struct lg_settings *settings,
			 struct gate_peer_uids *out_uids);
int gate_peer_uids_have(const struct gate_peer_uids *uids, uid_t uid);

#endif
