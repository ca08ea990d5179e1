/* SPDX-License-Identifier: ISC */
/*
 * door_words.c - what a door does, in words
 */
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
