/* SPDX-License-Identifier: ISC */
/*
 * json_fields.c - the members of an object, and where a struct keeps them
 *
 * Whole numbers go up to 2^53: beyond, a double does not hold each of them.
 */
#include "app/records/json_fields.h"

#include <math.h>
#include <string.h>

#include "base/instant.h"

#define WHOLE_LIMIT 9007199254740992.0

static const void *place(const struct lg_field *field, const void *of)
{
	return (const char *)of + field->at;
}

static const char *text_at(const struct lg_field *field, const void *of)
{
	const char *text;

	memcpy(&text, place(field, of), sizeof(text));
	return text;
}

static void set_text(const struct lg_field *field, void *of, const char *text)
{
	memcpy((char *)of + field->at, &text, sizeof(text));
}

static int64_t number_at(const struct lg_field *field, const void *of)
{
	int64_t wide = 0;
	int narrow = 0;

	if (field->size == sizeof(wide)) {
		memcpy(&wide, place(field, of), sizeof(wide));
		return wide;
	}
	memcpy(&narrow, place(field, of), sizeof(narrow));
	return narrow;
}

static void set_number(const struct lg_field *field, void *of, int64_t number)
{
	int narrow = (int)number;

	if (field->size == sizeof(number))
		memcpy((char *)of + field->at, &number, sizeof(number));
	else
		memcpy((char *)of + field->at, &narrow, sizeof(narrow));
}

static int is_none(const struct lg_field *field, const void *of)
{
	switch (field->kind) {
	case LG_FIELD_TEXT:
		return text_at(field, of) == NULL;
	case LG_FIELD_CHARS:
		return *(const char *)place(field, of) == '\0';
	case LG_FIELD_TIME:
		return number_at(field, of) <= 0;
	case LG_FIELD_NUMBER:
	case LG_FIELD_COUNT:
	case LG_FIELD_FLAG:
		return number_at(field, of) == 0;
	case LG_FIELD_PART:
		return is_none(field->part, place(field, of));
	case LG_FIELD_WORD:
		break;
	}
	return 0;
}

static void add(cJSON *object, const struct lg_field *field, const void *of)
{
	const char *none = (field->how & LG_FIELD_BLANK) != 0 ? "" : NULL;
	int absent = is_none(field, of);
	cJSON *part;

	switch (field->kind) {
	case LG_FIELD_TEXT:
		lg_json_text(object, field->name,
			     absent ? none : text_at(field, of));
		break;
	case LG_FIELD_CHARS:
		lg_json_text(object, field->name,
			     absent ? none : place(field, of));
		break;
	case LG_FIELD_NUMBER:
	case LG_FIELD_COUNT:
		lg_json_number(object, field->name, number_at(field, of));
		break;
	case LG_FIELD_TIME:
		lg_json_time(object, field->name, number_at(field, of));
		break;
	case LG_FIELD_FLAG:
		lg_json_bool(object, field->name, !absent);
		break;
	case LG_FIELD_WORD:
		lg_json_text(object, field->name,
			     field->word[number_at(field, of)]);
		break;
	case LG_FIELD_PART:
		part = absent ? cJSON_CreateNull() : cJSON_CreateObject();
		if (!absent)
			lg_fields_add(part, field->part, place(field, of));
		lg_json_add(object, field->name, part);
		break;
	}
}

void lg_fields_add(cJSON *object, const struct lg_field *field,
		   const void *from)
{
	for (; field->name != NULL; field++) {
		if ((field->how & LG_FIELD_LEFT_OUT) == 0 ||
		    !is_none(field, from))
			add(object, field, from);
	}
}

static int is_whole(const struct lg_field *field, const cJSON *item)
{
	double most = field->size == sizeof(int64_t) ? WHOLE_LIMIT : INT32_MAX;
	double least = field->kind == LG_FIELD_COUNT ? 0 : -most;

	return cJSON_IsNumber(item) && item->valuedouble <= most &&
	       item->valuedouble >= least &&
	       floor(item->valuedouble) == item->valuedouble;
}

static int read_word(const struct lg_field *field, const char *text, void *out)
{
	for (int i = 0; text != NULL && field->word[i] != NULL; i++) {
		if (strcmp(text, field->word[i]) == 0) {
			set_number(field, out, i);
			return 1;
		}
	}
	return 0;
}

/* 0: the member is of another kind. */
static int read_one(const struct lg_field *field, const cJSON *item, void *out)
{
	const char *text = cJSON_GetStringValue(item);
	int64_t time_s = 0;

	switch (field->kind) {
	case LG_FIELD_TEXT:
		if (text != NULL)
			set_text(field, out, text);
		return text != NULL;
	case LG_FIELD_CHARS:
		if (text == NULL || strlen(text) >= field->size)
			return 0;
		memcpy((char *)out + field->at, text, strlen(text) + 1);
		return 1;
	case LG_FIELD_NUMBER:
	case LG_FIELD_COUNT:
		if (!is_whole(field, item))
			return 0;
		set_number(field, out, (int64_t)item->valuedouble);
		return 1;
	case LG_FIELD_TIME:
		if (text == NULL ||
		    lg_instant_parse(text, strlen(text), &time_s, NULL) !=
			    LG_OK ||
		    time_s <= 0)
			return 0;
		set_number(field, out, time_s);
		return 1;
	case LG_FIELD_FLAG:
		if (cJSON_IsBool(item))
			set_number(field, out, cJSON_IsTrue(item));
		return cJSON_IsBool(item);
	case LG_FIELD_WORD:
		return read_word(field, text, out);
	case LG_FIELD_PART:
		return cJSON_IsObject(item) &&
		       lg_fields_read(item, field->part,
				      (char *)out + field->at) == NULL;
	}
	return 0;
}

const char *lg_fields_read(const cJSON *object, const struct lg_field *field,
			   void *out)
{
	const char *wrong = NULL;

	for (; field->name != NULL; field++) {
		const cJSON *item = lg_json_of(object, field->name);
		int is_there = item != NULL && !cJSON_IsNull(item);

		if (is_there ? !read_one(field, item, out)
			     : (field->how & LG_FIELD_NEEDED) != 0)
			wrong = wrong != NULL ? wrong : field->name;
	}
	return wrong;
}

enum lg_status lg_fields_take(const cJSON *object, const struct lg_field *field,
			      void *out, const char **out_wrong,
			      struct lg_error *err)
{
	enum lg_status status = LG_OK;
	const char *text;

	*out_wrong = lg_fields_read(object, field, out);
	for (; field->name != NULL; field++) {
		if (field->kind != LG_FIELD_TEXT ||
		    (text = text_at(field, out)) == NULL)
			continue;
		text = status == LG_OK ? strdup(text) : NULL;
		set_text(field, out, text);
		if (text == NULL)
			status = lg_no_memory(err);
	}
	return status;
}

size_t lg_fields_count(const cJSON *object, const struct lg_field *field)
{
	size_t count = 0;

	for (; field->name != NULL; field++)
		count += lg_json_of(object, field->name) != NULL;
	return count;
}
