/* SPDX-License-Identifier: ISC */
/*
 * gate.c - what every part of the gate uses: log, time, policy
 */
#include "daemon/gate.h"

#include <stdarg.h>
#include <stdio.h>

#include "daemon/log.h"
#include "daemon/view.h"

__attribute__((format(printf, 2, 0))) static void
log_line(const struct gate_event *event, const char *format, va_list arguments)
{
	struct gate_event about = *event;
	struct lg_error profile;
	struct lg_error clean;
	char line[1024];

	vsnprintf(line, sizeof(line), format, arguments);
	/* Takes control characters out: names come from outside. */
	lg_error_set(&clean, LG_OK, NULL, "%s", line);
	if (event->profile) {
		lg_error_set(&profile, LG_OK, NULL, "%s", event->profile);
		about.profile = profile.text;
	}
	gate_log_line(&about, clean.text);
}

void gate_log(const char *format, ...)
{
	static const struct gate_event event = {.level = GATE_INFO};
	va_list arguments;

	va_start(arguments, format);
	log_line(&event, format, arguments);
	va_end(arguments);
}

void gate_warn(const char *format, ...)
{
	static const struct gate_event event = {.level = GATE_WARNING};
	va_list arguments;

	va_start(arguments, format);
	log_line(&event, format, arguments);
	va_end(arguments);
}

void gate_log_event(const struct gate_event *event, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_line(event, format, arguments);
	va_end(arguments);
}

struct lg_now gate_now(const struct gate *gate)
{
	return lg_clock_now(&gate->clock);
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

const struct lg_policy *gate_whole_policy(const struct gate *gate)
{
	return gate->view->is_partial ? NULL : gate->view->policy;
}

const struct lg_policy *gate_cuts(const struct gate *gate)
{
	return gate->view->cuts;
}

int gate_locked(const struct gate *gate)
{
	return gate->view->locked;
}
