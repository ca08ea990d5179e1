/* SPDX-License-Identifier: ISC */
/*
 * variables.h - %{name} in the values of a profile
 *
 * Layer: adapter (pure).
 * Source: contract 2, 7 "Command line".
 */
#ifndef LOGONGATE_ADAPTERS_INI_VARIABLES_H
#define LOGONGATE_ADAPTERS_INI_VARIABLES_H

#include <logongate/buffer.h>

#include "adapters/ini/guard.h"

/* All borrowed; the lists may be NULL. */
struct lg_variables {
	const struct lg_strlist *set;      /* NAME=VALUE, as --set gave them */
	const struct lg_strlist *declared; /* [profile] variables */
};

/* What %{...} may stand for in a value. */
enum lg_placeholders {
	LG_PLACEHOLDERS_VARIABLES = 0,
	/* and until, since, profile, reason, which stay for the refusal */
	LG_PLACEHOLDERS_MESSAGE
};

/* 1 for those names of a message that are the lock's own. */
int lg_variables_is_of_message(const char *name, size_t len);

/*
 * Appends the item's value with its variables put in.
 * Returns: LG_OK; LG_ERR_SYNTAX, a name that is not declared or a %{ without
 * its }; LG_ERR_CONFLICT, a declared name has no value (lg_variables_check
 * tells which); LG_ERR_NO_MEMORY.
 */
enum lg_status lg_variables_expand(const struct lg_variables *variables,
				   const struct lg_ini_item *item,
				   enum lg_placeholders placeholders,
				   struct lg_buffer *out_text,
				   struct lg_error *err);

/*
 * Adds to out_usage one sentence for each declared name without a value, and
 * for each --set that is none, is not declared or comes twice.
 */
enum lg_status lg_variables_check(const struct lg_variables *variables,
				  struct lg_strlist *out_usage,
				  struct lg_error *err);

#endif
