/* SPDX-License-Identifier: ISC */
/*
 * json_of.h - members of JSON objects that came from somewhere
 *
 * Layer: port. Inline only: who has a cJSON object links cJSON.
 * What a member is: NULL, 0 where there is none or it is of another kind. A
 * text is the object's.
 */
#ifndef LOGONGATE_PORT_JSON_OF_H
#define LOGONGATE_PORT_JSON_OF_H

#include <stdint.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/instant.h"

static inline const cJSON *lg_json_of(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

static inline const char *lg_json_text_of(const cJSON *object, const char *name)
{
	return cJSON_GetStringValue(lg_json_of(object, name));
}

/* The same; "" where there is none. */
static inline const char *lg_json_word_of(const cJSON *object, const char *name)
{
	const char *text = lg_json_text_of(object, name);

	return text != NULL ? text : "";
}

static inline int lg_json_is_true(const cJSON *object, const char *name)
{
	return cJSON_IsTrue(lg_json_of(object, name));
}

static inline int64_t lg_json_number_of(const cJSON *object, const char *name)
{
	const cJSON *item = lg_json_of(object, name);

	/* Beyond, a double is no whole number any more. */
	return cJSON_IsNumber(item) && item->valuedouble > -9e15 &&
			       item->valuedouble < 9e15
		       ? (int64_t)item->valuedouble
		       : 0;
}

static inline int64_t lg_json_time_of(const cJSON *object, const char *name)
{
	const char *text = lg_json_text_of(object, name);
	int64_t time_s = 0;

	if (text != NULL)
		lg_instant_parse(text, strlen(text), &time_s, NULL);
	return time_s;
}

#endif
