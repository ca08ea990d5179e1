/* SPDX-License-Identifier: ISC */
/*
 * door_words.c - what a door does, in words
 */
#include <string.h>

#include "app/setup/setup_ask.h"
#include "cli/text/door_words.h"

const char *lg_asks_words(enum lg_asks asks)
{
	switch (asks) {
	case LG_ASKS_NO:
		return "does NOT ask";
	case LG_ASKS_YES:
		return "asks";
	case LG_ASKS_PARTLY:
		return "asks PARTLY";
	case LG_ASKS_NOT_NEEDED:
		return "need not ask";
	case LG_ASKS_UNKNOWN:
		return "UNKNOWN whether it asks";
	}
	return "";
}

const char *lg_when_down_words(enum lg_when_down when_down)
{
	switch (when_down) {
	case LG_WHEN_DOWN_NOT_ASKED:
		return "";
	case LG_WHEN_DOWN_OPEN:
		return "gate down: OPEN";
	case LG_WHEN_DOWN_CLOSED:
		return "gate down: closed";
	case LG_WHEN_DOWN_TEMPORARY:
		return "gate down: temporary error";
	case LG_WHEN_DOWN_UNKNOWN:
		return "gate down: unknown";
	}
	return "";
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
