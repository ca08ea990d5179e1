/* SPDX-License-Identifier: ISC */
/*
 * json_member.c - cJSON with the contract's ideas of null, time and text
 *
 * cJSON prints an item of an invalid type as nothing at all and gives up the
 * whole object: that is how a failed allocation is remembered until printing.
 */
#include <string.h>

#include "base/utf8.h"
#include "base/hex.h"
#include "base/instant.h"

#include "app/records/json_member.h"

static cJSON *text_or_null(const char *text)
{
	struct lg_buffer clean = {0};
	size_t used;
	int32_t c;
	cJSON *item = NULL;

	if (text == NULL)
		return cJSON_CreateNull();
	lg_buffer_append(&clean, "", 0);
	for (size_t left = strlen(text); left > 0; text += used, left -= used) {
		used = lg_utf8_next(text, left, &c);
		if (c < 0)
			lg_buffer_text(&clean, LG_UTF8_REPLACEMENT);
		else
			lg_buffer_append(&clean, text, used);
	}
	if (lg_buffer_status(&clean, NULL) == LG_OK)
		item = cJSON_CreateString(clean.len > 0 ? clean.data : "");
	lg_buffer_release(&clean);
	return item;
}

void lg_json_add(cJSON *object, const char *name, cJSON *item)
{
	if (object == NULL) {
		cJSON_Delete(item);
	} else if (item == NULL || !cJSON_AddItemToObject(object, name, item)) {
		cJSON_Delete(item);
		object->type = cJSON_Invalid;
	}
}

void lg_json_append(cJSON *array, cJSON *item)
{
	if (array == NULL) {
		cJSON_Delete(item);
	} else if (item == NULL || !cJSON_AddItemToArray(array, item)) {
		cJSON_Delete(item);
		array->type = cJSON_Invalid;
	}
}

void lg_json_text(cJSON *object, const char *name, const char *text)
{
	lg_json_add(object, name, text_or_null(text));
}

void lg_json_item(cJSON *array, const char *text)
{
	lg_json_append(array, text_or_null(text));
}

void lg_json_number(cJSON *object, const char *name, int64_t number)
{
	lg_json_add(object, name, cJSON_CreateNumber((double)number));
}

void lg_json_bool(cJSON *object, const char *name, int value)
{
	lg_json_add(object, name, cJSON_CreateBool(value));
}

void lg_json_time(cJSON *object, const char *name, int64_t time_s)
{
	char text[LG_INSTANT_SIZE];

	if (time_s > 0)
		lg_instant_format(time_s, text);
	lg_json_text(object, name, time_s > 0 ? text : NULL);
}

void lg_json_names(cJSON *object, const char *name,
		   const struct lg_strlist *names)
{
	cJSON *array = cJSON_CreateArray();

	for (size_t i = 0; i < names->count; i++)
		lg_json_item(array, names->item[i]);
	lg_json_add(object, name, array);
}

static cJSON *bytes_in_hex(const struct lg_value *value)
{
	struct lg_buffer hex = {0};
	cJSON *item = NULL;

	lg_hex_append(&hex, value->bytes, value->bytes_len);
	if (lg_buffer_status(&hex, NULL) == LG_OK)
		item = cJSON_CreateString(hex.len > 0 ? hex.data : "");
	lg_buffer_release(&hex);
	return item;
}

void lg_json_lock(cJSON *object, const char *id, const char *profile)
{
	int is = id || profile;
	cJSON *lock = is ? cJSON_CreateObject() : cJSON_CreateNull();

	if (is) {
		lg_json_text(lock, "id", id);
		lg_json_text(lock, "profile", profile);
	}
	lg_json_add(object, "lock", lock);
}

void lg_json_data(cJSON *object, const char *name, const struct lg_value *value)
{
	if (value == NULL) {
		lg_json_text(object, name, NULL);
	} else if (value->type == LG_REG_SZ) {
		lg_json_text(object, name,
			     value->text != NULL ? value->text : "");
	} else if (value->type == LG_REG_MULTI_SZ) {
		lg_json_names(object, name, &value->list);
	} else if (value->type == LG_REG_DWORD) {
		lg_json_number(object, name, value->dword);
	} else {
		lg_json_add(object, name, bytes_in_hex(value));
	}
}

void lg_json_value(cJSON *object, const struct lg_value *value)
{
	const char *type = lg_reg_type_name(value->type);
	struct lg_buffer number = {0};

	lg_json_text(object, "key", value->key);
	lg_json_text(object, "name", value->name);
	if (type != NULL) {
		lg_json_text(object, "type", type);
	} else {
		lg_buffer_format(&number, "%lu", (unsigned long)value->type);
		lg_json_text(object, "type", number.data);
		lg_buffer_release(&number);
	}
	lg_json_data(object, "data", value);
}

enum lg_status lg_json_print(cJSON *object, struct lg_buffer *out_text,
			     struct lg_error *err)
{
	char *text = object != NULL ? cJSON_PrintUnformatted(object) : NULL;

	cJSON_Delete(object);
	if (text == NULL)
		return lg_no_memory(err);
	lg_buffer_text(out_text, text);
	cJSON_free(text);
	return lg_buffer_status(out_text, err);
}
