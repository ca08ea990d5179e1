/* SPDX-License-Identifier: ISC */
/*
 * profile_words.c - the keys of [message]: what people read, in each language
 */
#include <stdlib.h>
#include <string.h>

#include "core/exchange/profile_language.h"
#include "core/values/language.h"

#include "adapters/ini/profile_values.h"

static enum lg_status keep(struct lg_profile_reader *reader, char **out_text,
			   const char *text)
{
	*out_text = strdup(text);
	return *out_text ? LG_OK : lg_no_memory(reader->err);
}

enum lg_status lg_profile_take_refused(struct lg_profile_reader *reader,
				       const struct lg_ini_item *item,
				       const char *value)
{
	(void)item;
	return keep(reader, &reader->profile->refused_message, value);
}

enum lg_status lg_profile_take_language(struct lg_profile_reader *reader,
					const struct lg_ini_item *item,
					const char *value)
{
	char tag[LG_LANGUAGE_SIZE];
	struct lg_error told = {0};

	if (lg_language_parse(value, strlen(value), tag, &told) != LG_OK)
		return lg_error_set_at(reader->err, told.status, item->file,
				       item->line, "language: %s", told.text);
	return keep(reader, &reader->profile->message_language, tag);
}

/* Keys are lower case, like every other key. */
static enum lg_status check_tag(struct lg_profile_reader *reader,
				const struct lg_ini_item *item,
				const char *written, char tag[LG_LANGUAGE_SIZE])
{
	struct lg_error told = {0};

	if (lg_language_parse(written, strlen(written), tag, &told) != LG_OK)
		return lg_error_set_at(reader->err, LG_ERR_UNKNOWN_KEY,
				       item->file, item->line, "%s: %s",
				       item->key, told.text);
	if (strcmp(written, tag) != 0)
		return lg_error_set_at(
			reader->err, LG_ERR_UNKNOWN_KEY, item->file, item->line,
			"unknown key \"%s\"; write refused.%s", item->key, tag);
	return LG_OK;
}

enum lg_status lg_profile_take_refused_in(struct lg_profile_reader *reader,
					  const struct lg_ini_item *item,
					  const char *value)
{
	struct lg_profile *profile = reader->profile;
	char tag[LG_LANGUAGE_SIZE];
	struct lg_buffer text = {0};
	enum lg_status status =
		check_tag(reader, item, item->key + strlen("refused."), tag);

	if (status == LG_OK && profile->refused_message &&
	    !strcmp(tag, lg_profile_language(profile)))
		return lg_error_set_at(
			reader->err, LG_ERR_CONFLICT, item->file, item->line,
			"%s: refused is written in %s already; leave one of "
			"them out, or say by language what refused is written "
			"in",
			item->key, tag);
	if (status == LG_OK && !value[strspn(value, " \t")])
		return lg_error_set_at(reader->err, LG_ERR_SYNTAX, item->file,
				       item->line,
				       "%s: it is empty; leave it out, and "
				       "people read refused",
				       item->key);
	if (status != LG_OK)
		return status;
	lg_buffer_format(&text, "%s=%s", tag, value);
	status = lg_buffer_status(&text, reader->err);
	if (status == LG_OK)
		status = lg_strlist_add(&profile->messages, text.data, text.len,
					reader->err);
	lg_buffer_release(&text);
	return status;
}
