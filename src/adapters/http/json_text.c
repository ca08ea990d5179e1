/* SPDX-License-Identifier: ISC */
/*
 * json_text.c - names in JSON end where they say
 */
#include "adapters/http/json_text.h"

#include <string.h>

int lg_json_has_nul(const char *text, size_t len)
{
	if (memchr(text, 0, len))
		return 1;
	for (size_t i = 0; i + 1 < len; i++) {
		if (text[i] != '\\')
			continue;
		i++;
		if (text[i] == 'u' && len - i > 4 &&
		    !memcmp(text + i + 1, "0000", 4))
			return 1;
	}
	return 0;
}
