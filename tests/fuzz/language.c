/* SPDX-License-Identifier: ISC */
/*
 * Tags, which read back alike, and Accept-Language.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/values/language.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *item[] = {"en=a", "de=b", "pt-br=c", "zh-hant=d"};
	struct lg_strlist list = {.item = item, .count = 4};
	char tag[LG_LANGUAGE_SIZE];
	char again[LG_LANGUAGE_SIZE];
	struct lg_error err = {0};
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (lg_language_parse(text, size, tag, &err) == LG_OK &&
	    (lg_language_parse(tag, strlen(tag), again, NULL) != LG_OK ||
	     strcmp(tag, again) != 0))
		abort();
	lg_language_best(&list, text);
	lg_language_split(text, tag);
	free(text);
	return 0;
}
