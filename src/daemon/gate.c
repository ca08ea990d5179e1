/* SPDX-License-Identifier: ISC */
/*
 * gate.c - what every part of the gate uses: log, loud, time, policy
 */
#include "daemon/gate.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *gate_door_name(enum gate_door door)
{
	switch (door) {
	case GATE_DOOR_DOVECOT:
		return "dovecot";
	case GATE_DOOR_DICT:
		return "dict";
	case GATE_DOOR_POSTFIX:
		return "postfix";
	case GATE_DOOR_HAPROXY:
		return "haproxy";
	case GATE_DOOR_HTTP:
		return "http";
	case GATE_DOOR_DECIDE:
		return "decide";
	}
	return "";
}

void gate_log(const char *format, ...)
{
	struct lg_error clean;
	char line[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	/* Takes control characters out: names come from outside. */
	lg_error_set(&clean, LG_OK, NULL, "%s", line);
	fprintf(stderr, "logongated: %s\n", clean.text);
}

void gate_loud(struct gate *gate, const char *format, ...)
{
	char line[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	lg_state_loud(gate->state, "%s", line);
}

void gate_quiet(struct gate *gate, const char *beginning)
{
	size_t taken;

	gate_log_loud(gate);
	taken = lg_state_quiet(gate->state, beginning);
	gate->loud_logged -= taken;
	if (taken)
		gate_log("over: %s", beginning);
}

void gate_log_loud(struct gate *gate)
{
	for (; gate->loud_logged < gate->state->loud.count; gate->loud_logged++)
		gate_log("ATTENTION: %s",
			 gate->state->loud.item[gate->loud_logged]);
}

int64_t gate_now_s(const struct gate *gate)
{
	struct lg_now now;

	gate->clock.now(gate->clock.self, &now);
	return now.wall_ms / 1000;
}

int64_t gate_store_s(const struct gate *gate)
{
	struct lg_now now;

	gate->clock.now(gate->clock.self, &now);
	return (now.boot_ms - gate->started_boot_ms) / 1000;
}

const struct lg_policy *gate_policy(const struct gate *gate)
{
	return gate->has_policy ? lg_store_policy(gate->store) : NULL;
}
