/* SPDX-License-Identifier: ISC */
/*
 * door_table.c - the table of doors
 */
#include "daemon/doors/door_table.h"

#include "daemon/net/stream.h"

static const struct gate_door_row rows[GATE_DOOR_COUNT] = {
	[GATE_DOOR_DOVECOT] = {"dovecot", LG_LISTEN_HTTP, 0},
	[GATE_DOOR_DICT] = {"dict", LG_LISTEN_DICT, 1},
	[GATE_DOOR_POSTFIX] = {"postfix", LG_LISTEN_POSTFIX, 1},
	[GATE_DOOR_HAPROXY] = {"haproxy", LG_LISTEN_SPOP, 1},
	[GATE_DOOR_HTTP] = {"http", LG_LISTEN_HTTP, 1},
	[GATE_DOOR_XMPP] = {"xmpp", LG_LISTEN_HTTP, 0},
	[GATE_DOOR_DECIDE] = {"decide", LG_LISTEN_HTTP, 0},
};

static const struct gate_protocol *const protocols[LG_LISTENER_COUNT] = {
	[LG_LISTEN_HTTP] = &gate_protocol_http,
	[LG_LISTEN_POSTFIX] = &gate_protocol_postfix,
	[LG_LISTEN_SPOP] = &gate_protocol_spop,
	[LG_LISTEN_DICT] = &gate_protocol_dict,
	[LG_LISTEN_STATUS] = &gate_protocol_http,
	[LG_LISTEN_CONTROL] = &gate_protocol_control,
};

const struct gate_door_row *gate_door_row(enum gate_door door)
{
	return &rows[door];
}

const char *gate_door_name(enum gate_door door)
{
	return rows[door].name;
}

const struct gate_protocol *gate_listener_protocol(enum lg_listener listener)
{
	return protocols[listener];
}
