/* SPDX-License-Identifier: ISC */
/*
 * gate.c - what every part of the gate uses: log, loud, time, policy
 */
#include "daemon/gate.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "daemon/log.h"
#include "daemon/view.h"

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
	int len;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	/* Takes control characters out: names come from outside. */
	lg_error_set(&clean, LG_OK, NULL, "%s", line);
	len = snprintf(line, sizeof(line), "logongated: %.1000s\n", clean.text);
	gate_log_line(line, (size_t)len);
}

static int is_loud(const struct lg_strlist *loud, const char *text)
{
	size_t i;

	for (i = 0; i < loud->count; i++)
		if (!strcmp(loud->item[i], text))
			return 1;
	return 0;
}

void gate_loud(struct gate *gate, const char *format, ...)
{
	struct lg_error clean;
	char line[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	lg_error_set(&clean, LG_OK, NULL, "%s", line);
	if (is_loud(&gate->loud, clean.text))
		return;
	lg_strlist_add(&gate->loud, clean.text, strlen(clean.text), NULL);
	gate_log("ATTENTION: %s", clean.text);
}

void gate_quiet(struct gate *gate, const char *beginning)
{
	struct lg_strlist kept = {0};
	size_t len = strlen(beginning);
	size_t i;

	for (i = 0; i < gate->loud.count; i++)
		if (!strncmp(gate->loud.item[i], beginning, len))
			break;
	if (i == gate->loud.count)
		return;
	for (i = 0; i < gate->loud.count; i++)
		if (strncmp(gate->loud.item[i], beginning, len))
			lg_strlist_add(&kept, gate->loud.item[i],
				       strlen(gate->loud.item[i]), NULL);
	lg_strlist_release(&gate->loud);
	gate->loud = kept;
	gate_log("over: %s", beginning);
}

void gate_louds(const struct gate *gate, struct lg_strlist *out_loud)
{
	lg_strlist_add_all(out_loud, &gate->view->loud, NULL);
	lg_strlist_add_all(out_loud, &gate->loud, NULL);
}

struct lg_now gate_now(const struct gate *gate)
{
	struct lg_now now;

	gate->clock.now(gate->clock.self, &now);
	return now;
}

int64_t gate_now_s(const struct gate *gate)
{
	return gate_now(gate).wall_ms / 1000;
}

int64_t gate_store_s(const struct gate *gate)
{
	return (gate_now(gate).boot_ms - gate->started_boot_ms) / 1000;
}

const struct lg_policy *gate_policy(const struct gate *gate)
{
	return gate->view->policy;
}

const struct lg_policy *gate_cuts(const struct gate *gate)
{
	return gate->view->cuts;
}

int gate_locked(const struct gate *gate)
{
	return gate->view->locked;
}
