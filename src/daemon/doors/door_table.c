/* SPDX-License-Identifier: ISC */
/*
 * door_table.c - the table of doors
 */
#include "daemon/doors/door_table.h"

#include "daemon/net/stream.h"

static const struct gate_door_row rows[GATE_DOOR_COUNT] = {
#define LG_DOOR(id, name, listener, owns, path) {name, listener, owns, path},
#include "app/doors/doors.def"
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
