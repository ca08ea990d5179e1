/* SPDX-License-Identifier: ISC */
/*
 * attention.c - sentences, by what they are about
 *
 * What is said twice stands once. The view brings its own sentences, which are
 * about the files that say what is in force.
 */
#include "daemon/attention.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/listed.h"
#include "daemon/gate.h"
#include "daemon/view.h"

const char *gate_attention_name(enum gate_attention what)
{
	static const char *const words[GATE_ATTENTION_COUNT] = {
		[GATE_ATTENTION_NO_POLICY] = "no-policy",
		[GATE_ATTENTION_STATE] = "state",
		[GATE_ATTENTION_DUE] = "due",
		[GATE_ATTENTION_DIRECTORY] = "directory",
		[GATE_ATTENTION_SESSIONS] = "sessions",
		[GATE_ATTENTION_RECORDS] = "records",
		[GATE_ATTENTION_SERVERS] = "servers",
		[GATE_ATTENTION_CONNECTIONS] = "connections",
		[GATE_ATTENTION_FLEET] = "fleet",
		[GATE_ATTENTION_CLOCK] = "clock",
		[GATE_ATTENTION_WINDOWS] = "windows",
	};

	return words[what];
}

int gate_attention(const struct gate *gate, enum gate_attention what)
{
	if (what == GATE_ATTENTION_NO_POLICY)
		return !gate_whole_policy(gate);
	if (what == GATE_ATTENTION_STATE && gate->view->loud.count)
		return 1;
	return gate->loud[what].count != 0;
}

void gate_loud(struct gate *gate, enum gate_attention what, const char *format,
	       ...)
{
	static const struct gate_event event = {GATE_ERROR, "attention", NULL,
						NULL};
	struct lg_error clean;
	char line[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	lg_error_set(&clean, LG_OK, NULL, "%s", line);
	if (lg_listed(&gate->loud[what], clean.text))
		return;
	lg_list_text(&gate->loud[what], clean.text, NULL);
	gate_log_event(&event, "ATTENTION: %s", clean.text);
}

/* How many were taken. */
static size_t take(struct lg_strlist *loud, const char *beginning)
{
	size_t len = strlen(beginning);
	struct lg_strlist kept = {0};
	size_t taken;

	for (size_t i = 0; i < loud->count; i++)
		if (strncmp(loud->item[i], beginning, len))
			lg_list_text(&kept, loud->item[i], NULL);
	taken = loud->count - kept.count;
	lg_strlist_release(loud);
	*loud = kept;
	return taken;
}

void gate_quiet(struct gate *gate, const char *beginning)
{
	static const struct gate_event event = {GATE_NOTICE, "quiet", NULL,
						NULL};
	size_t taken = 0;

	for (int what = 0; what < GATE_ATTENTION_COUNT; what++)
		taken += take(&gate->loud[what], beginning);
	if (taken)
		gate_log_event(&event, "over: %s", beginning);
}

void gate_louds(const struct gate *gate, struct lg_strlist *out_loud)
{
	lg_strlist_add_all(out_loud, &gate->view->loud, NULL);
	for (int what = 0; what < GATE_ATTENTION_COUNT; what++)
		lg_strlist_add_all(out_loud, &gate->loud[what], NULL);
}
