/* SPDX-License-Identifier: ISC */
/*
 * Puts the values of --set into a text, once: what comes in with a value is
 * not looked at for further variables.
 */
#include <string.h>

#include "base/listed.h"

#include "adapters/ini/known.h"
#include "adapters/ini/variables.h"

/* The value of a name, NULL where --set gave none. */
static const char *value_of(const struct lg_variables *variables,
			    const char *name, size_t len)
{
	for (size_t i = 0; variables->set && i < variables->set->count; i++) {
		const char *set = variables->set->item[i];

		if (!strncmp(set, name, len) && set[len] == '=')
			return set + len + 1;
	}
	return NULL;
}

static int is_listed(const struct lg_strlist *list, const char *name,
		     size_t len)
{
	for (size_t i = 0; list && i < list->count; i++)
		if (lg_is_word(list->item[i], name, len))
			return 1;
	return 0;
}

int lg_variables_is_of_message(const char *name, size_t len)
{
	static const char *const names[] = {"until", "since", "profile",
					    "reason"};

	return lg_word_index(names, 4, name, len) >= 0;
}

static enum lg_status put_in(const struct lg_variables *variables,
			     const struct lg_ini_item *item, const char *name,
			     size_t len, enum lg_placeholders placeholders,
			     struct lg_buffer *out_text, struct lg_error *err)
{
	int shown = len > 64 ? 64 : (int)len;
	const char *value;

	if (placeholders == LG_PLACEHOLDERS_MESSAGE &&
	    lg_variables_is_of_message(name, len)) {
		lg_buffer_text(out_text, "%{");
		lg_buffer_append(out_text, name, len);
		lg_buffer_char(out_text, '}');
		return LG_OK;
	}
	if (!is_listed(variables->declared, name, len))
		return lg_ini_wrong(
			item, LG_ERR_SYNTAX, err,
			"%%{%.*s} is not declared; name it in [profile] "
			"variables%s",
			shown, name,
			placeholders == LG_PLACEHOLDERS_MESSAGE
				? ", or use %{until}, %{since}, %{profile} or "
				  "%{reason}"
				: "");
	value = value_of(variables, name, len);
	if (!value)
		return lg_error_set_at(err, LG_ERR_CONFLICT, item->file,
				       item->line,
				       "%%{%.*s} has no value; give --set "
				       "%.*s=VALUE",
				       shown, name, shown, name);
	lg_buffer_text(out_text, value);
	return LG_OK;
}

enum lg_status lg_variables_expand(const struct lg_variables *variables,
				   const struct lg_ini_item *item,
				   enum lg_placeholders placeholders,
				   struct lg_buffer *out_text,
				   struct lg_error *err)
{
	const char *at = item->value;
	enum lg_status status = LG_OK;

	lg_buffer_append(out_text, "", 0);
	while (status == LG_OK) {
		const char *mark = strstr(at, "%{");
		const char *end = mark ? strchr(mark, '}') : NULL;

		if (mark && !end)
			return lg_ini_wrong(
				item, LG_ERR_SYNTAX, err,
				"%%{ without its }; write %%{name}");
		if (!mark) {
			lg_buffer_text(out_text, at);
			break;
		}
		lg_buffer_append(out_text, at, (size_t)(mark - at));
		status = put_in(variables, item, mark + 2,
				(size_t)(end - mark) - 2, placeholders,
				out_text, err);
		at = end + 1;
	}
	return status != LG_OK ? status : lg_buffer_status(out_text, err);
}

static enum lg_status say(struct lg_strlist *out_usage,
			  struct lg_buffer *sentence, struct lg_error *err)
{
	enum lg_status status = lg_list_buffer(out_usage, sentence, err);
	lg_buffer_clear(sentence);
	return status;
}

enum lg_status lg_variables_check(const struct lg_variables *variables,
				  struct lg_strlist *out_usage,
				  struct lg_error *err)
{
	const struct lg_strlist *set = variables->set;
	const struct lg_strlist *declared = variables->declared;
	struct lg_buffer sentence = {0};
	enum lg_status status = LG_OK;

	for (size_t i = 0; declared && i < declared->count && status == LG_OK;
	     i++) {
		const char *name = declared->item[i];

		if (value_of(variables, name, strlen(name)))
			continue;
		lg_buffer_format(&sentence,
				 "the profile needs %s; give --set %s=VALUE",
				 name, name);
		status = say(out_usage, &sentence, err);
	}
	for (size_t i = 0; set && i < set->count && status == LG_OK; i++) {
		const char *equals = strchr(set->item[i], '=');
		size_t len = equals ? (size_t)(equals - set->item[i]) : 0;

		if (!len)
			lg_buffer_format(&sentence,
					 "\"%s\" sets nothing; write --set "
					 "NAME=VALUE",
					 set->item[i]);
		else if (!is_listed(declared, set->item[i], len))
			lg_buffer_format(
				&sentence, "the profile has no variable %.*s",
				(int)(len > 64 ? 64 : len), set->item[i]);
		else if (value_of(variables, set->item[i], len) != equals + 1)
			lg_buffer_format(&sentence,
					 "--set %.*s is given twice; once is "
					 "enough",
					 (int)(len > 64 ? 64 : len),
					 set->item[i]);
		else
			continue;
		status = say(out_usage, &sentence, err);
	}
	lg_buffer_release(&sentence);
	return status;
}
