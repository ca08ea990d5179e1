/* SPDX-License-Identifier: ISC */
/*
 * setup_ask.c - what all doors find in one way
 */
#include "app/setup/setup_ask.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/listed.h"

#define NOTE_MAX 1024

const struct lg_setup_door lg_setup_doors[] = {
	{"dovecot", "combined dict policy", lg_setup_dovecot},
	{"postfix", "submission hold", lg_setup_postfix},
	{"nginx", LG_SETUP_IDENTITIES, lg_setup_nginx},
	{"haproxy", LG_SETUP_IDENTITIES, lg_setup_haproxy},
	{"pam", "closed open", lg_setup_pam},
};
const size_t lg_setup_door_count =
	sizeof(lg_setup_doors) / sizeof(lg_setup_doors[0]);

const struct lg_setup_door *lg_setup_door_find(const char *name)
{
	for (size_t i = 0; i < lg_setup_door_count; i++) {
		if (strcmp(lg_setup_doors[i].name, name) == 0)
			return &lg_setup_doors[i];
	}
	return NULL;
}

static int has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = words; (at = strstr(at, word)) != NULL; at++) {
		if ((at == words || at[-1] == ' ') &&
		    (at[len] == ' ' || at[len] == '\0'))
			return 1;
	}
	return 0;
}

enum lg_status lg_setup_variant(const struct lg_setup_ask *ask,
				const struct lg_setup_door *door,
				const char *otherwise, const char **out_variant)
{
	const char *was = ask->record->variant;

	if (ask->variant != NULL && !has_word(door->variants, ask->variant))
		return lg_error_set(ask->err, LG_ERR_UNKNOWN_KEY, ask->variant,
				    "is not a variant of %s; there %s %s",
				    door->name, *door->variants ? "are" : "is",
				    *door->variants ? door->variants : "none");
	if (was != NULL && ask->variant != NULL &&
	    strcmp(was, ask->variant) != 0)
		return lg_error_set(ask->err, LG_ERR_CONFLICT, door->name,
				    "is set up as %s; run logongate setup %s "
				    "--undo first",
				    was, door->name);
	*out_variant = ask->variant ? ask->variant : was ? was : otherwise;
	return LG_OK;
}

enum lg_status lg_setup_begin(const struct lg_setup_ask *ask, const char *door,
			      const char *otherwise, const char **out_variant)
{
	enum lg_status status = lg_setup_variant(ask, lg_setup_door_find(door),
						 otherwise, out_variant);

	ask->plan->door = door;
	if (status == LG_OK)
		ask->plan->variant = lg_setup_keep(ask->plan, *out_variant);
	return status;
}

enum lg_status lg_setup_note(const struct lg_setup_ask *ask, const char *format,
			     ...)
{
	char text[NOTE_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return lg_list_text(&ask->plan->notes, text, ask->err);
}
