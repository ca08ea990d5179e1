/* SPDX-License-Identifier: ISC */
/*
 * door_words.c - what a door does, in words
 */
#include <string.h>

#include "app/setup/setup_ask.h"
#include "cli/text/door_words.h"

const char *lg_asks_words(enum lg_asks asks)
{
	static const char *const words[] = {
		[LG_ASKS_NO] = "does NOT ask",
		[LG_ASKS_YES] = "asks",
		[LG_ASKS_PARTLY] = "asks PARTLY",
		[LG_ASKS_NOT_NEEDED] = "need not ask",
		[LG_ASKS_UNKNOWN] = "UNKNOWN whether it asks",
	};

	return words[asks];
}

const char *lg_when_down_words(enum lg_when_down when_down)
{
	static const char *const words[] = {
		[LG_WHEN_DOWN_NOT_ASKED] = "",
		[LG_WHEN_DOWN_OPEN] = "gate down: OPEN",
		[LG_WHEN_DOWN_CLOSED] = "gate down: closed",
		[LG_WHEN_DOWN_TEMPORARY] = "gate down: temporary error",
		[LG_WHEN_DOWN_UNKNOWN] = "gate down: unknown",
	};

	return words[when_down];
}

int lg_door_setup_words(const struct lg_way *way, struct lg_buffer *text)
{
	int is_pam = strcmp(way->door, "pam") == 0;
	int is_dovecot = is_pam && strcmp(way->way, "dovecot") == 0;

	if (way->asks != LG_ASKS_NO || !lg_setup_door_find(way->door))
		return 0;
	/* In Dovecot's stack people would be told of a wrong password. */
	lg_buffer_format(text, "logongate setup %s",
			 is_dovecot ? "dovecot" : way->door);
	if (is_pam && !is_dovecot)
		lg_buffer_format(text, " --site %s", way->way);
	return 1;
}
