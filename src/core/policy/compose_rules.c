/* SPDX-License-Identifier: ISC */
/*
 * See compose_rules.h. A text that one source alone has is taken as it is: the
 * file then holds what the administrator wrote.
 */
#include <string.h>
#include <strings.h>

#include <logongate/dn.h>

#include "compose_rules.h"

enum {
	STORED_MAX = 1 << 20 /* what a hive holds (contract 7) */
};

static const struct {
	const char *name;
	enum lg_compose_rule rule;
	const char *strict; /* LG_COMPOSE_WORD */
} rules[] = {
	{LG_VALUE_LOGON_ONLY_AS, LG_COMPOSE_LIST, NULL},
	{LG_VALUE_LOGON_ONLY_AS_USERS, LG_COMPOSE_LIST, NULL},
	{LG_VALUE_DISABLE_MAPI_CLIENTS, LG_COMPOSE_VERSIONS, NULL},
	{LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES, LG_COMPOSE_PROCESSES, NULL},
	{LG_VALUE_REFUSE_PROTOCOLS, LG_COMPOSE_PROTOCOLS, NULL},
	{LG_VALUE_WHEN_INVALID, LG_COMPOSE_WORD, "closed"},
	{LG_VALUE_UNKNOWN_VERSION, LG_COMPOSE_WORD, "refuse"},
	{LG_VALUE_UNKNOWN_PROCESS, LG_COMPOSE_WORD, "refuse"},
	{LG_VALUE_FOUR_PART, LG_COMPOSE_WORD, "yes"},
	{LG_VALUE_HOLD_MAIL, LG_COMPOSE_WORD, "yes"},
	{LG_VALUE_REFUSAL_MESSAGE, LG_COMPOSE_FIRST, NULL},
	{LG_VALUE_REFUSAL_MESSAGES, LG_COMPOSE_FIRST, NULL},
};

static size_t rule_index(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (strcasecmp(rules[i].name, name) == 0)
			break;
	return i;
}

enum lg_compose_rule lg_compose_rule_of(const char *name)
{
	size_t i = rule_index(name);

	return i < sizeof(rules) / sizeof(rules[0]) ? rules[i].rule
						    : LG_COMPOSE_SAME;
}

static int is_blank(const char *text)
{
	return !text[strspn(text, " \t")];
}

/* Null, blank and 0 name nobody: a store with one DN is open (L10, L11). */
static int names_nobody(const char *text)
{
	return is_blank(text) || strcmp(text, "0") == 0;
}

static enum lg_status conflict(const struct lg_compose_value *value,
			       const char *what, struct lg_warnings *warnings,
			       struct lg_error *err)
{
	enum lg_status status = LG_OK;

	if (warnings)
		status = lg_warnings_add(warnings, LG_WARN_LOCK_CONFLICT, err,
					 "%s: %s", value->name, what);
	return status != LG_OK ? status
			       : lg_error_set(err, LG_ERR_CONFLICT, value->name,
					      "%s", what);
}

static enum lg_status set_text(const struct lg_compose_value *value,
			       const char *text, struct lg_registry *out,
			       struct lg_error *err)
{
	return lg_registry_set_text(out, LG_KEY_PARAMETERS_SYSTEM, value->name,
				    text, err);
}

/* Of texts that all say nothing the same one in any order of the locks. */
static const char *first_text(const struct lg_compose_value *value)
{
	const char *first = value->source[0]->text;

	for (size_t i = 1; i < value->count; i++)
		if (strcmp(value->source[i]->text, first) < 0)
			first = value->source[i]->text;
	return first;
}

/* L9: a store of one DN. */
static enum lg_status compose_single(const struct lg_compose_value *value,
				     struct lg_registry *out,
				     struct lg_warnings *warnings,
				     struct lg_error *err)
{
	const char *single = NULL;

	for (size_t i = 0; i < value->count; i++) {
		const char *dn = value->source[i]->text;

		if (names_nobody(dn))
			continue;
		if (single &&
		    !lg_dn_equal(single, strlen(single), dn, strlen(dn)))
			return conflict(
				value,
				"a store of this kind takes one DN, and "
				"the locks on it (or what stood there "
				"before) name different ones",
				warnings, err);
		/* Of two spellings the same one in any order of locks. */
		if (!single || strcmp(dn, single) < 0)
			single = dn;
	}
	return set_text(value, single ? single : first_text(value), out, err);
}

static enum lg_status compose_list(const struct lg_compose_value *value,
				   struct lg_registry *out,
				   struct lg_warnings *warnings,
				   struct lg_error *err)
{
	struct lg_strlist common = {0};
	enum lg_status status;

	if (value->source[0]->type != LG_REG_MULTI_SZ)
		return compose_single(value, out, warnings, err);
	if (value->count == 1)
		return lg_registry_set(out, value->source[0], err);
	status = lg_compose_common(value, &common, err);
	if (status == LG_OK)
		status = lg_registry_set_list(out, LG_KEY_PARAMETERS_SYSTEM,
					      value->name, &common, err);
	/* Of a gate both lists together are looked at. */
	if (status == LG_OK && !common.count && warnings &&
	    value->input->dialect != LG_DIALECT_GATE)
		status = lg_warnings_add(
			warnings, LG_WARN_LOCKS_EVERYONE_OUT, err,
			"the lists of the locks have nobody in common, so "
			"nobody gets in");
	lg_strlist_release(&common);
	return status;
}

/* One source says something, or none does: its text as it is. */
static const char *only_text(const struct lg_compose_value *value)
{
	const char *only = NULL;

	for (size_t i = 0; i < value->count; i++) {
		const char *text = value->source[i]->text;

		if (is_blank(text))
			continue;
		if (only && strcmp(only, text) != 0)
			return NULL;
		only = text;
	}
	return only ? only : first_text(value);
}

static enum lg_status compose_items(const struct lg_compose_value *value,
				    enum lg_compose_rule rule,
				    struct lg_registry *out,
				    struct lg_error *err)
{
	const char *only = only_text(value);
	struct lg_buffer text = {0};
	enum lg_status status;

	if (only)
		return set_text(value, only, out, err);
	if (rule == LG_COMPOSE_VERSIONS)
		status = lg_compose_versions(value, &text, err);
	else
		status = lg_compose_names(
			value, rule == LG_COMPOSE_PROCESSES ? ';' : ',', &text,
			err);
	if (status == LG_OK && text.len > STORED_MAX / 2 - 1)
		status = lg_error_set(err, LG_ERR_LIMIT, value->name,
				      "the locks together make a value of %zu "
				      "characters; a registry holds %d",
				      text.len, STORED_MAX / 2 - 1);
	if (status == LG_OK)
		status = set_text(value, text.data ? text.data : "", out, err);
	lg_buffer_release(&text);
	return status;
}

static enum lg_status compose_word(const struct lg_compose_value *value,
				   const char *strict, struct lg_registry *out,
				   struct lg_error *err)
{
	const char *word = value->source[0]->text;

	for (size_t i = 1; i < value->count; i++)
		if (strcmp(value->source[i]->text, strict) == 0)
			word = strict;
	return set_text(value, word, out, err);
}

/* Nobody knows what it means, so two of them cannot be one. */
static enum lg_status compose_same(const struct lg_compose_value *value,
				   struct lg_registry *out,
				   struct lg_warnings *warnings,
				   struct lg_error *err)
{
	for (size_t i = 1; i < value->count; i++)
		if (!lg_value_equal(value->source[0], value->source[i]))
			return conflict(value,
					"the locks on it set different data",
					warnings, err);
	return lg_registry_set(out, value->source[0], err);
}

static const struct lg_value *words_of(const struct lg_registry *values,
				       const char *name, uint32_t type)
{
	const struct lg_value *value =
		values ? lg_registry_find(values, LG_KEY_PARAMETERS_SYSTEM,
					  name)
		       : NULL;

	return value && value->type == type ? value : NULL;
}

static int says_words(const struct lg_registry *values)
{
	return words_of(values, LG_VALUE_REFUSAL_MESSAGE, LG_REG_SZ) ||
	       words_of(values, LG_VALUE_REFUSAL_MESSAGES, LG_REG_MULTI_SZ);
}

/* A message and its translations come from one: standing values speak before
 * every lock. */
static enum lg_status compose_words(const struct lg_compose_value *value,
				    struct lg_registry *out,
				    struct lg_error *err)
{
	const struct lg_compose_input *input = value->input;
	const struct lg_registry *speaker = input->before;
	const struct lg_value *words;

	if (!says_words(speaker))
		speaker = NULL;
	for (size_t i = 0; i < input->lock_count && !speaker; i++)
		if (says_words(input->lock[i]))
			speaker = input->lock[i];
	words = words_of(speaker, value->name, value->source[0]->type);
	if (words)
		return lg_registry_set(out, words, err);
	lg_registry_delete(out, LG_KEY_PARAMETERS_SYSTEM, value->name);
	return LG_OK;
}

static int same_types(const struct lg_compose_value *value)
{
	for (size_t i = 1; i < value->count; i++)
		if (value->source[i]->type != value->source[0]->type)
			return 0;
	return 1;
}

enum lg_status lg_compose_value(const struct lg_compose_value *value,
				struct lg_registry *out,
				struct lg_warnings *warnings,
				struct lg_error *err)
{
	size_t index = rule_index(value->name);
	enum lg_compose_rule rule = lg_compose_rule_of(value->name);

	if (!same_types(value))
		return conflict(value, "the locks on it set different types",
				warnings, err);
	/* A text's rules hold for texts; anything else is just data. */
	if (rule != LG_COMPOSE_LIST && rule != LG_COMPOSE_FIRST &&
	    value->source[0]->type != LG_REG_SZ)
		rule = LG_COMPOSE_SAME;
	switch (rule) {
	case LG_COMPOSE_LIST:
		return compose_list(value, out, warnings, err);
	case LG_COMPOSE_VERSIONS:
	case LG_COMPOSE_PROCESSES:
	case LG_COMPOSE_PROTOCOLS:
		return compose_items(value, rule, out, err);
	case LG_COMPOSE_WORD:
		return compose_word(value, rules[index].strict, out, err);
	case LG_COMPOSE_FIRST:
		return compose_words(value, out, err);
	case LG_COMPOSE_SAME:
		return compose_same(value, out, warnings, err);
	}
	return lg_error_set(err, LG_ERR_BUG, NULL, "no such rule");
}

static const struct lg_value *list_of(const struct lg_registry *values,
				      const char *name)
{
	const struct lg_value *value =
		values ? lg_registry_find(values, LG_KEY_PARAMETERS_SYSTEM,
					  name)
		       : NULL;

	return value && value->type == LG_REG_MULTI_SZ ? value : NULL;
}

/* Of the values before and the locks, how many list anybody, and how many have
 * this list. */
static void count_lists(const struct lg_compose_input *input, const char *name,
			size_t *out_lists, size_t *out_with)
{
	*out_lists = *out_with = 0;
	for (size_t i = 0; i <= input->lock_count; i++) {
		const struct lg_registry *values =
			i < input->lock_count ? input->lock[i] : input->before;
		int dns = list_of(values, LG_VALUE_LOGON_ONLY_AS) != NULL;
		int users =
			list_of(values, LG_VALUE_LOGON_ONLY_AS_USERS) != NULL;

		*out_lists += dns || users;
		*out_with += list_of(values, name) != NULL;
	}
}

enum lg_status lg_compose_gate_list(const struct lg_compose_input *input,
				    struct lg_registry *out,
				    struct lg_warnings *warnings,
				    struct lg_error *err)
{
	static const char *const name[] = {LG_VALUE_LOGON_ONLY_AS,
					   LG_VALUE_LOGON_ONLY_AS_USERS};
	static const struct lg_strlist nobody;
	size_t left = 0;
	size_t lists = 0;
	size_t with;
	enum lg_status status = LG_OK;

	if (!input->lock_count)
		return LG_OK;
	for (size_t i = 0; i < 2 && status == LG_OK; i++) {
		const struct lg_value *value;

		count_lists(input, name[i], &lists, &with);
		if (lists > 1 && with && with < lists)
			status = lg_registry_set_list(out,
						      LG_KEY_PARAMETERS_SYSTEM,
						      name[i], &nobody, err);
		value = list_of(out, name[i]);
		left += value ? value->list.count : 0;
	}
	if (status != LG_OK || lists < 2)
		return status;
	status = lg_registry_set_text(out, LG_KEY_PARAMETERS_SYSTEM,
				      LG_VALUE_WHEN_INVALID, "closed", err);
	if (status == LG_OK && !left && warnings)
		status = lg_warnings_add(
			warnings, LG_WARN_LOCKS_EVERYONE_OUT, err,
			"the lists of the locks have nobody in common, so "
			"nobody gets in");
	return status;
}
