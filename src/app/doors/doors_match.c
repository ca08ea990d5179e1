/* SPDX-License-Identifier: ISC */
/*
 * doors_match.c - whether a place that a server asks is one of the gate's
 */
#include "app/doors/doors_match.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* What may go on an address: "127.0.0.1:41" is not in "127.0.0.1:4191". */
static int continues(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

int lg_doors_mentions(const char *text, const struct lg_strlist *addresses)
{
	size_t len;

	for (size_t i = 0; text && i < addresses->count; i++) {
		len = strlen(addresses->item[i]);
		for (const char *at = text;
		     len && (at = strstr(at, addresses->item[i])); at++) {
			if (!continues(at[len]) &&
			    (at == text || !continues(at[-1])))
				return 1;
		}
	}
	return 0;
}

int lg_doors_has_word(const char *words, const char *word)
{
	size_t len = strlen(word);
	size_t n;

	while (words && *words) {
		words += strspn(words, " \t,");
		n = strcspn(words, " \t,");
		if (n == len && strncmp(words, word, len) == 0)
			return 1;
		words += n;
	}
	return 0;
}

int lg_doors_is_yes(const char *value)
{
	return value &&
	       (strcasecmp(value, "yes") == 0 || strcasecmp(value, "y") == 0 ||
		strcasecmp(value, "true") == 0 ||
		strcasecmp(value, "on") == 0 || strcmp(value, "1") == 0);
}
