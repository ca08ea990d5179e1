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
#define LG_LISTENER(id, name, address, asked, far, protocol)                   \
	&gate_protocol_##protocol,
#include "core/settings/listeners.def"
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
