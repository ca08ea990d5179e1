/* SPDX-License-Identifier: ISC */
/*
 * profile_words.c - the keys of [message]: what people read, in each language
 */
#include <string.h>

#include "base/listed.h"

#include "core/exchange/profile_language.h"
#include "core/values/language.h"

#include "adapters/ini/profile_values.h"

enum lg_status lg_profile_take_language(struct lg_profile_reader *reader,
					void *field)
{
	char tag[LG_LANGUAGE_SIZE];
	struct lg_error told = {0};
	enum lg_status status = lg_language_parse(
		reader->value, strlen(reader->value), tag, &told);

	if (status != LG_OK)
		return lg_ini_told(reader->item, status, &told, reader->err);
	return lg_profile_keep(reader, tag, field);
}

/* Keys are lower case, like every other key. */
static enum lg_status check_tag(struct lg_profile_reader *reader,
				const char *written, char tag[LG_LANGUAGE_SIZE])
{
	struct lg_error told = {0};

	if (lg_language_parse(written, strlen(written), tag, &told) != LG_OK)
		return lg_ini_told(reader->item, LG_ERR_UNKNOWN_KEY, &told,
				   reader->err);
	if (strcmp(written, tag) != 0)
		return lg_error_set_at(reader->err, LG_ERR_UNKNOWN_KEY,
				       reader->item->file, reader->item->line,
				       "unknown key \"%s\"; write refused.%s",
				       reader->item->key, tag);
	return LG_OK;
}

enum lg_status lg_profile_take_refused_in(struct lg_profile_reader *reader,
					  void *field)
{
	struct lg_profile *profile = reader->profile;
	char tag[LG_LANGUAGE_SIZE];
	struct lg_buffer text = {0};
	enum lg_status status =
		check_tag(reader, reader->item->key + strlen("refused."), tag);

	if (status == LG_OK && profile->refused_message &&
	    !strcmp(tag, lg_profile_language(profile)))
		return lg_ini_wrong(
			reader->item, LG_ERR_CONFLICT, reader->err,
			"refused is written in %s already; leave one of them "
			"out, or say by language what refused is written in",
			tag);
	if (status == LG_OK && !reader->value[strspn(reader->value, " \t")])
		return lg_ini_wrong(
			reader->item, LG_ERR_SYNTAX, reader->err,
			"it is empty; leave it out, and people read refused");
	if (status != LG_OK)
		return status;
	lg_buffer_format(&text, "%s=%s", tag, reader->value);
	status = lg_list_buffer(field, &text, reader->err);
	lg_buffer_release(&text);
	return status;
}
