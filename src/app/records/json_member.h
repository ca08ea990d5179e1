/* SPDX-License-Identifier: ISC */
/*
 * json_member.h - members of the JSON objects that programs read
 *
 * Layer: app.
 * A member that could not be made makes the whole object unprintable, so that
 * an object with a hole is never taken for a whole one.
 * Source: contract 7 "JSON".
 */
#ifndef LOGONGATE_APP_RECORDS_JSON_MEMBER_H
#define LOGONGATE_APP_RECORDS_JSON_MEMBER_H

#include <stdint.h>

#include <cjson/cJSON.h>

#include <logongate/buffer.h>
#include <logongate/registry.h>

#include "port/json_of.h"

/* NULL stays null; bytes that are no UTF-8 become U+FFFD. */
void lg_json_text(cJSON *object, const char *name, const char *text);
void lg_json_number(cJSON *object, const char *name, int64_t number);
void lg_json_bool(cJSON *object, const char *name, int value);
/* RFC 3339 in UTC; 0 and less: null. */
void lg_json_time(cJSON *object, const char *name, int64_t time_s);
/* item becomes the object's; NULL is a failed allocation. */
void lg_json_add(cJSON *object, const char *name, cJSON *item);
/* Appends to an array, in the same way. */
void lg_json_item(cJSON *array, const char *text);
void lg_json_append(cJSON *array, cJSON *item);

/* An array of texts. */
void lg_json_names(cJSON *object, const char *name,
		   const struct lg_strlist *names);

/* "lock":{"id","profile"}; null where profile is NULL: the standing values. */
void lg_json_lock(cJSON *object, const char *id, const char *profile);

/* A value's data: a text, an array, a number; bytes in hex; NULL: null. */
void lg_json_data(cJSON *object, const char *name,
		  const struct lg_value *value);
/* "key", "name", "type" and "data" of a value. */
void lg_json_value(cJSON *object, const struct lg_value *value);

/* Appends the object as one line without its end and deletes it. */
enum lg_status lg_json_print(cJSON *object, struct lg_buffer *out_text,
			     struct lg_error *err);

#endif
