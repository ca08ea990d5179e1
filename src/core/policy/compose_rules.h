/* SPDX-License-Identifier: ISC */
/*
 * compose_rules.h - how the values of one name become one
 *
 * Layer: core, private to compose*.c.
 */
#ifndef LOGONGATE_CORE_POLICY_COMPOSE_RULES_H
#define LOGONGATE_CORE_POLICY_COMPOSE_RULES_H

#include "core/policy/compose.h"

#include "core/policy/policy_values.h"

enum lg_compose_rule {
	LG_COMPOSE_SAME = 0,  /* all locks must say the same */
	LG_COMPOSE_LIST,      /* Logon Only As: those that all list */
	LG_COMPOSE_VERSIONS,  /* items of all */
	LG_COMPOSE_PROCESSES, /* names of all */
	LG_COMPOSE_PROTOCOLS, /* names of all */
	LG_COMPOSE_WORD,      /* the strict word, where any says it */
	LG_COMPOSE_FIRST      /* what the first to speak says */
};

enum lg_compose_rule lg_compose_rule_of(const char *name);

/* The values of one name; at least one source, locks' before the one before.
 */
struct lg_compose_value {
	const struct lg_compose_input *input;
	const char *name;
	const struct lg_value **source;
	size_t count;
	size_t capacity;
	int has_before; /* the last source is the value before */
};

/* Sets the composed value in out. */
enum lg_status lg_compose_value(const struct lg_compose_value *value,
				struct lg_registry *out,
				struct lg_warnings *warnings,
				struct lg_error *err);

/* compose_items.c: texts made of items. */
enum lg_status lg_compose_versions(const struct lg_compose_value *value,
				   struct lg_buffer *out_text,
				   struct lg_error *err);
/* Texts between separator, without case, in order, one of each. */
enum lg_status lg_compose_names(const struct lg_compose_value *value,
				char separator, struct lg_buffer *out_text,
				struct lg_error *err);
/* Those that all sources list, in order. */
enum lg_status lg_compose_common(const struct lg_compose_value *value,
				 struct lg_strlist *out_list,
				 struct lg_error *err);

/* A gate has two lists: one that a lock has not is no list of nobody, unless
 * the lock has the other. And what several list together fails closed. */
enum lg_status lg_compose_gate_list(const struct lg_compose_input *input,
				    struct lg_registry *out,
				    struct lg_warnings *warnings,
				    struct lg_error *err);

#endif
