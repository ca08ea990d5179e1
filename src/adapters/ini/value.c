/* SPDX-License-Identifier: ISC */
/*
 * Reads one value strictly. A value is a single word, or stands in quotes of
 * one kind and may then hold anything but that kind and a backslash; behind it
 * there is nothing, or a blank and a comment. Whatever else stands there is
 * refused with the line as it should be written.
 */
#include <string.h>

#include "base/ascii.h"
#include "base/hex.h"

#include "adapters/ini/known.h"
#include "adapters/ini/value.h"

int lg_ini_shown(size_t len)
{
	return len > 200 ? 200 : (int)len;
}

int lg_ini_is_comment_start(char c)
{
	return c == ';' || c == '#';
}

int lg_ini_is_word_char(char c)
{
	return lg_ascii_is_alnum(c) || c == '.' || c == '_' || c == '-';
}

struct lg_ini_span lg_ini_trimmed(struct lg_ini_span span)
{
	while (span.len && lg_ascii_is_blank(span.at[0])) {
		span.at++;
		span.len--;
	}
	while (span.len && lg_ascii_is_blank(span.at[span.len - 1]))
		span.len--;
	return span;
}

static struct lg_ini_span from(struct lg_ini_span span, size_t offset)
{
	struct lg_ini_span rest = {span.at + offset, span.len - offset};

	return rest;
}

static int is_one_of(const char *const *names, const char *name)
{
	for (; names && *names; names++)
		if (!strcmp(*names, name))
			return 1;
	return 0;
}

/* What may stand behind a value: nothing, or a blank and a comment. */
static int is_comment_behind(struct lg_ini_span rest)
{
	struct lg_ini_span text = lg_ini_trimmed(rest);

	return !text.len || (lg_ascii_is_blank(rest.at[0]) &&
			     lg_ini_is_comment_start(text.at[0]));
}

static char printable(char c)
{
	return c > ' ' && c < 0x7f ? c : '?';
}

static enum lg_status check_backslash(const struct lg_ini_item *item,
				      const struct lg_ini_rules *rules,
				      struct lg_ini_span value,
				      struct lg_error *err)
{
	int ldap = is_one_of(rules->ldap, item->key);
	int is_filter = strstr(item->key, "filter") != NULL;

	for (size_t i = 0; i < value.len; i++) {
		if (value.at[i] != '\\')
			continue;
		if (ldap && i + 2 < value.len &&
		    lg_hex_byte(value.at + i + 1) >= 0)
			continue;
		if (ldap && is_filter)
			return lg_ini_wrong(
				item, LG_ERR_SYNTAX, err,
				"a \\ that two hex digits do not follow; "
				"write a backslash as \\5c");
		/* In a DN it is the escape itself that is to be written as
		 * digits: "Doe\, John" is CN=Doe\2c John. */
		if (ldap && i + 1 < value.len)
			return lg_ini_wrong(
				item, LG_ERR_SYNTAX, err,
				"a \\ that two hex digits do not follow; "
				"write \\%c as \\%02x",
				printable(value.at[i + 1]),
				(unsigned char)value.at[i + 1]);
		if (ldap)
			return lg_ini_wrong(
				item, LG_ERR_SYNTAX, err,
				"a \\ that two hex digits do not follow");
		return lg_ini_wrong(
			item, LG_ERR_SYNTAX, err,
			"a \\ is not an escape here and is not allowed; "
			"write the value without it: a quote inside as 'say "
			"\"yes\"', DOMAIN\\user as user");
	}
	return LG_OK;
}

/* A value that begins with a quote. */
static enum lg_status read_quoted(const struct lg_ini_item *item,
				  const struct lg_ini_rules *rules,
				  struct lg_ini_span text,
				  struct lg_ini_span *value,
				  struct lg_error *err)
{
	char quote = text.at[0];
	const char *end = memchr(text.at + 1, quote, text.len - 1);

	if (!end)
		return lg_ini_wrong(item, LG_ERR_SYNTAX, err,
				    "the quote is not closed; write "
				    "%s = %c...%c on one line",
				    item->key, quote, quote);
	value->at = text.at + 1;
	value->len = (size_t)(end - value->at);
	if (!is_comment_behind(from(text, value->len + 2)))
		return lg_ini_wrong(
			item, LG_ERR_SYNTAX, err,
			"text behind the closing quote; a comment begins "
			"with a blank and ;, a quote inside a value is written "
			"within the other kind: 'say \"yes\"'");
	return check_backslash(item, rules, *value, err);
}

static enum lg_status needs_quotes(const struct lg_ini_item *item,
				   const char *why, struct lg_ini_span text,
				   struct lg_error *err)
{
	char quote = memchr(text.at, '"', text.len) ? '\'' : '"';

	return lg_ini_wrong(item, LG_ERR_SYNTAX, err, "%s; write %s = %c%.*s%c",
			    why, item->key, quote, lg_ini_shown(text.len),
			    text.at, quote);
}

/* A value without quotes: one word, maybe a comment behind it. */
static enum lg_status read_word(const struct lg_ini_item *item,
				const struct lg_ini_rules *rules,
				struct lg_ini_span text,
				struct lg_ini_span *value, struct lg_error *err)
{
	struct lg_ini_span rest;
	enum lg_status status;
	size_t len = 0;

	while (len < text.len && lg_ini_is_word_char(text.at[len]))
		len++;
	rest = from(text, len);
	if (len && is_comment_behind(rest)) {
		/* -5.9.9 ; 7.0.0- is a list that lost its quotes. */
		if (rest.len && is_one_of(rules->separated, item->key))
			return needs_quotes(item,
					    "a list needs quotes, or what "
					    "stands behind ; would be a "
					    "comment",
					    text, err);
		value->at = text.at;
		value->len = len;
		return LG_OK;
	}
	for (size_t i = 0; i < text.len; i++)
		if (lg_ini_is_comment_start(text.at[i]))
			return needs_quotes(item,
					    "a value with ; or # needs quotes, "
					    "or it would end there",
					    text, err);
	status = check_backslash(item, rules, text, err);
	if (status != LG_OK)
		return status;
	return needs_quotes(item,
			    "only a single word of letters, digits and . _ - "
			    "may stand without quotes",
			    text, err);
}

enum lg_status lg_ini_value_read(const struct lg_ini_item *item,
				 const struct lg_ini_rules *rules,
				 struct lg_ini_span text,
				 struct lg_ini_span *out_value,
				 struct lg_error *err)
{
	struct lg_ini_span value = {0};
	enum lg_status status;

	if (!text.len || lg_ini_is_comment_start(text.at[0]))
		return lg_error_set_at(
			err, LG_ERR_SYNTAX, item->file, item->line,
			"%s has no value; write %s = \"%.*s\"", item->key,
			item->key, lg_ini_shown(text.len), text.at);
	if (text.at[0] == '"' || text.at[0] == '\'')
		status = read_quoted(item, rules, text, &value, err);
	else
		status = read_word(item, rules, text, &value, err);
	if (status == LG_OK)
		*out_value = value;
	return status;
}
