/* SPDX-License-Identifier: ISC */
/*
 * Reads registry values as a store of some dialect does.
 *
 * A value of another type is an error that names it, never a value that is
 * not there: a lock written with the wrong type must not pass for no lock.
 */
#include <string.h>

#include "base/ascii.h"
#include "core/policy/policy_values.h"
#include "core/values/language.h"

enum value_of {
	LOGON_ONLY_AS = 0,
	LOGON_ONLY_AS_FILE,
	LOGON_ONLY_AS_USERS,
	WHEN_INVALID,
	FOUR_PART,
	DISABLE_MAPI_CLIENTS,
	DISABLE_MAPI_CLIENT_PROCESSES,
	REFUSE_PROTOCOLS,
	REFUSAL_MESSAGE,
	REFUSAL_MESSAGES,
	UNKNOWN_VERSION,
	UNKNOWN_PROCESS,
	HOLD_MAIL,
	APPLIES_TO,
	APPLIES_TO_FILE,
	APPLIES_TO_USERS,
	APPLIES_TO_DOMAINS
};

static const char *const names[LG_VALUE_NAMES_MAX] = {
	[LOGON_ONLY_AS] = LG_VALUE_LOGON_ONLY_AS,
	[LOGON_ONLY_AS_FILE] = LG_VALUE_LOGON_ONLY_AS_FILE,
	[LOGON_ONLY_AS_USERS] = LG_VALUE_LOGON_ONLY_AS_USERS,
	[WHEN_INVALID] = LG_VALUE_WHEN_INVALID,
	[FOUR_PART] = LG_VALUE_FOUR_PART,
	[DISABLE_MAPI_CLIENTS] = LG_VALUE_DISABLE_MAPI_CLIENTS,
	[DISABLE_MAPI_CLIENT_PROCESSES] =
		LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES,
	[REFUSE_PROTOCOLS] = LG_VALUE_REFUSE_PROTOCOLS,
	[REFUSAL_MESSAGE] = LG_VALUE_REFUSAL_MESSAGE,
	[REFUSAL_MESSAGES] = LG_VALUE_REFUSAL_MESSAGES,
	[UNKNOWN_VERSION] = LG_VALUE_UNKNOWN_VERSION,
	[UNKNOWN_PROCESS] = LG_VALUE_UNKNOWN_PROCESS,
	[HOLD_MAIL] = LG_VALUE_HOLD_MAIL,
	[APPLIES_TO] = LG_VALUE_APPLIES_TO,
	[APPLIES_TO_FILE] = LG_VALUE_APPLIES_TO_FILE,
	[APPLIES_TO_USERS] = LG_VALUE_APPLIES_TO_USERS,
	[APPLIES_TO_DOMAINS] = LG_VALUE_APPLIES_TO_DOMAINS,
};

/* Names that a dialect does not know are read over (contract 7). */
static int reads(const struct lg_dialect_traits *traits, enum value_of value)
{
	if (value == LOGON_ONLY_AS)
		return traits->logon_only_as != LG_LOA_NONE;
	if (value == DISABLE_MAPI_CLIENTS)
		return traits->versions;
	if (value == DISABLE_MAPI_CLIENT_PROCESSES)
		return traits->processes;
	if (value == WHEN_INVALID)
		return traits->reads_when_invalid;
	/* All others are the gate's own. */
	return traits->reads_gate_values;
}

static int is_blank(const char *text)
{
	return !text[strspn(text, " \t")];
}

static const struct lg_value *find(const struct lg_registry *values,
				   enum value_of value)
{
	return lg_registry_find(values, LG_KEY_PARAMETERS_SYSTEM, names[value]);
}

static enum lg_status wrong_type(const struct lg_value *value,
				 const char *right, struct lg_error *err)
{
	const char *type = lg_reg_type_name(value->type);

	if (value->bytes_kept)
		return lg_error_set(err, LG_ERR_SYNTAX, value->name,
				    "its data is not %s; write it again as %s",
				    type ? type : "text", right);
	if (!type)
		return lg_error_set(err, LG_ERR_SYNTAX, value->name,
				    "it has the type %u; it must be %s",
				    value->type, right);
	return lg_error_set(err, LG_ERR_SYNTAX, value->name,
			    "it is %s; it must be %s", type, right);
}

/* NULL text where the value is absent. */
static enum lg_status text_of(const struct lg_registry *values,
			      enum value_of which, const char **out_text,
			      struct lg_error *err)
{
	const struct lg_value *value = find(values, which);

	if (value && (value->type != LG_REG_SZ || value->bytes_kept))
		return wrong_type(value, "REG_SZ", err);
	*out_text = value ? value->text : NULL;
	return LG_OK;
}

static enum lg_status list_of(const struct lg_registry *values,
			      enum value_of which,
			      const struct lg_strlist **out_list,
			      struct lg_error *err)
{
	const struct lg_value *value = find(values, which);

	if (value && (value->type != LG_REG_MULTI_SZ || value->bytes_kept))
		return wrong_type(value, "REG_MULTI_SZ", err);
	*out_list = value ? &value->list : NULL;
	return LG_OK;
}

/* One of two words: 0 or 1; absent is 0. */
static enum lg_status word_of(const struct lg_registry *values,
			      enum value_of which, const char *zero,
			      const char *one, int *out_word,
			      struct lg_error *err)
{
	const char *text = NULL;
	enum lg_status status = text_of(values, which, &text, err);

	if (status != LG_OK)
		return status;
	if (text && strcmp(text, zero) != 0 && strcmp(text, one) != 0)
		return lg_error_set(err, LG_ERR_SYNTAX, names[which],
				    "\"%s\" is neither %s nor %s", text, zero,
				    one);
	*out_word = text && strcmp(text, one) == 0;
	return LG_OK;
}

static enum lg_status read_protocols(const struct lg_registry *values,
				     uint32_t *out_protocols,
				     struct lg_error *err)
{
	const char *text = NULL;
	uint32_t protocols = 0;
	enum lg_status status = text_of(values, REFUSE_PROTOCOLS, &text, err);

	if (status != LG_OK)
		return status;
	for (int more = text && !is_blank(text); more;) {
		enum lg_protocol protocol;
		const char *word = text;
		size_t len = strcspn(text, ",");
		size_t word_len = len;

		lg_ascii_trim(&word, &word_len);
		if (!lg_protocol_from_name(word, word_len, &protocol))
			return lg_error_set(
				err, LG_ERR_SYNTAX, names[REFUSE_PROTOCOLS],
				"\"%.*s\" is not one of mapi, http, imap, "
				"pop3, smtp, login",
				word_len > 80 ? 80 : (int)word_len, word);
		protocols |= UINT32_C(1) << protocol;
		more = text[len] != '\0';
		text += len + 1;
	}
	*out_protocols = protocols;
	return LG_OK;
}

static enum lg_status read_versions(const struct lg_registry *values,
				    int four_part,
				    struct lg_version_setting **out_versions,
				    struct lg_error *err)
{
	const char *text = NULL;
	enum lg_status status =
		text_of(values, DISABLE_MAPI_CLIENTS, &text, err);

	if (status != LG_OK || !text)
		return status;
	return lg_version_setting_parse(text, strlen(text),
					four_part ? LG_VERSION_FORM_FOUR_PART
						  : LG_VERSION_FORM_REGISTRY,
					names[DISABLE_MAPI_CLIENTS],
					out_versions, err);
}

static enum lg_status read_processes(const struct lg_registry *values,
				     struct lg_process_list **out_processes,
				     struct lg_error *err)
{
	const char *text = NULL;
	enum lg_status status =
		text_of(values, DISABLE_MAPI_CLIENT_PROCESSES, &text, err);

	if (status != LG_OK || !text)
		return status;
	return lg_process_list_parse(text, strlen(text),
				     names[DISABLE_MAPI_CLIENT_PROCESSES],
				     out_processes, err);
}

static enum lg_status read_messages(const struct lg_registry *values,
				    const struct lg_strlist **out_messages,
				    struct lg_error *err)
{
	const struct lg_strlist *list = NULL;
	char tag[LG_LANGUAGE_SIZE];
	enum lg_status status = list_of(values, REFUSAL_MESSAGES, &list, err);

	for (size_t i = 0; status == LG_OK && list && i < list->count; i++)
		if (!lg_language_split(list->item[i], tag))
			status = lg_error_set(
				err, LG_ERR_SYNTAX, names[REFUSAL_MESSAGES],
				"\"%.80s\" does not begin with a language; "
				"write one text an item, de=TEXT",
				list->item[i]);
	if (status == LG_OK)
		*out_messages = list;
	return status;
}

/* Whoever reads files puts the long list in the place of the other values;
 * without it this would be a lock without its list. */
static enum lg_status read_file(const struct lg_registry *values,
				enum value_of file, enum value_of list,
				enum value_of other, struct lg_error *err)
{
	const char *text = NULL;
	enum lg_status status = text_of(values, file, &text, err);

	if (status != LG_OK || !text || find(values, list) ||
	    find(values, other))
		return status;
	return lg_error_set(err, LG_ERR_CONFLICT, names[file],
			    "the list %s was not read", text);
}

static enum lg_status read_one(const struct lg_dialect_traits *traits,
			       const struct lg_registry *values,
			       enum value_of which,
			       struct lg_policy_values *out,
			       struct lg_error *err)
{
	int word = 0;
	enum lg_status status = LG_OK;

	switch (which) {
	case LOGON_ONLY_AS:
		if (traits->logon_only_as == LG_LOA_SINGLE)
			return text_of(values, which, &out->single, err);
		return list_of(values, which, &out->dn, err);
	case LOGON_ONLY_AS_FILE:
		return read_file(values, which, LOGON_ONLY_AS, LOGON_ONLY_AS,
				 err);
	case LOGON_ONLY_AS_USERS:
		return list_of(values, which, &out->user, err);
	case WHEN_INVALID:
		status = word_of(values, which, "open", "closed", &word, err);
		if (status == LG_OK)
			out->when_invalid = word ? LG_WHEN_INVALID_CLOSED
						 : LG_WHEN_INVALID_OPEN;
		return status;
	case FOUR_PART:
		return word_of(values, which, "no", "yes", &word, err);
	case DISABLE_MAPI_CLIENTS:
		if (reads(traits, FOUR_PART))
			status = word_of(values, FOUR_PART, "no", "yes", &word,
					 err);
		if (status != LG_OK)
			return status;
		return read_versions(values, word, &out->versions, err);
	case DISABLE_MAPI_CLIENT_PROCESSES:
		return read_processes(values, &out->processes, err);
	case REFUSE_PROTOCOLS:
		return read_protocols(values, &out->refuse_protocols, err);
	case REFUSAL_MESSAGE:
		return text_of(values, which, &out->message, err);
	case REFUSAL_MESSAGES:
		return read_messages(values, &out->messages, err);
	case UNKNOWN_VERSION:
		return word_of(values, which, "admit", "refuse",
			       &out->refuse_unknown_version, err);
	case UNKNOWN_PROCESS:
		return word_of(values, which, "admit", "refuse",
			       &out->refuse_unknown_process, err);
	case HOLD_MAIL:
		return word_of(values, which, "no", "yes", &out->hold_mail,
			       err);
	case APPLIES_TO:
		return list_of(values, which, &out->concerned_dn, err);
	case APPLIES_TO_FILE:
		return read_file(values, which, APPLIES_TO, APPLIES_TO_USERS,
				 err);
	case APPLIES_TO_USERS:
		return list_of(values, which, &out->concerned_user, err);
	case APPLIES_TO_DOMAINS:
		return list_of(values, which, &out->concerned_domain, err);
	}
	return lg_error_set(err, LG_ERR_BUG, NULL, "no such value");
}

static enum lg_list_state list_state(const struct lg_policy_values *values)
{
	struct lg_name_walk walk;
	const char *first;

	if (!values->single && !values->dn && !values->user)
		return LG_LIST_ABSENT;
	walk = lg_policy_values_users(values);
	if (lg_name_walk_next(&walk))
		return LG_LIST_NAMES;
	walk = lg_policy_values_dns(values);
	first = lg_name_walk_next(&walk);
	if (!first)
		return LG_LIST_BLANK;
	if (strcmp(first, "0") == 0 && !lg_name_walk_next(&walk))
		return LG_LIST_ZERO;
	return LG_LIST_NAMES;
}

static int concerns_some(const struct lg_policy_values *values)
{
	return values->concerned_dn || values->concerned_user ||
	       values->concerned_domain;
}

size_t lg_policy_value_names(enum lg_dialect dialect,
			     const char *out_name[LG_VALUE_NAMES_MAX])
{
	const struct lg_dialect_traits *traits = lg_dialect_traits(dialect);
	size_t count = 0;

	for (unsigned int i = 0; i < LG_VALUE_NAMES_MAX; i++)
		if (reads(traits, (enum value_of)i))
			out_name[count++] = names[i];
	return count;
}

enum lg_status lg_policy_value_check(enum lg_dialect dialect,
				     const struct lg_registry *values,
				     const char *name, struct lg_error *err)
{
	struct lg_policy_values read = {0};
	enum lg_status status = LG_OK;

	for (unsigned int i = 0; i < LG_VALUE_NAMES_MAX; i++)
		if (strcmp(names[i], name) == 0)
			status = read_one(lg_dialect_traits(dialect), values,
					  (enum value_of)i, &read, err);
	lg_policy_values_release(&read);
	return status;
}

/* A gate that follows an Exchange dialect still has doors that need a text;
 * neither decides a logon, so no event comes of them. */
static void read_gate_words(const struct lg_registry *values,
			    struct lg_policy_values *out)
{
	text_of(values, REFUSAL_MESSAGE, &out->message, NULL);
	read_messages(values, &out->messages, NULL);
	word_of(values, HOLD_MAIL, "no", "yes", &out->hold_mail, NULL);
}

enum lg_status lg_policy_values_read(enum lg_dialect dialect,
				     const struct lg_registry *values,
				     struct lg_policy_values *out_values,
				     struct lg_error *err)
{
	const struct lg_dialect_traits *traits = lg_dialect_traits(dialect);
	struct lg_policy_values read = {
		.when_invalid = traits->when_invalid,
	};
	enum lg_status status = LG_OK;

	for (unsigned int i = 0; i < LG_VALUE_NAMES_MAX && status == LG_OK; i++)
		if (reads(traits, (enum value_of)i))
			status = read_one(traits, values, (enum value_of)i,
					  &read, err);
	if (status != LG_OK) {
		lg_policy_values_release(&read);
		return status;
	}
	if (!traits->reads_gate_values)
		read_gate_words(values, &read);
	read.list = list_state(&read);
	read.concerns_some = concerns_some(&read);
	*out_values = read;
	return LG_OK;
}

enum lg_status lg_policy_values_read_concerned(const struct lg_registry *values,
					       struct lg_policy_values *out,
					       struct lg_error *err)
{
	static const enum value_of which[] = {APPLIES_TO, APPLIES_TO_FILE,
					      APPLIES_TO_USERS,
					      APPLIES_TO_DOMAINS};
	const struct lg_dialect_traits *traits =
		lg_dialect_traits(LG_DIALECT_GATE);
	enum lg_status status = LG_OK;

	for (size_t i = 0;
	     i < sizeof(which) / sizeof(which[0]) && status == LG_OK; i++)
		status = read_one(traits, values, which[i], out, err);
	out->concerns_some = concerns_some(out);
	return status;
}

void lg_policy_values_release(struct lg_policy_values *values)
{
	lg_version_setting_free(&values->versions);
	lg_process_list_free(&values->processes);
	*values = (struct lg_policy_values){0};
}

struct lg_name_walk lg_policy_values_dns(const struct lg_policy_values *values)
{
	return (struct lg_name_walk){values->dn, values->single, 0};
}

struct lg_name_walk
lg_policy_values_users(const struct lg_policy_values *values)
{
	return (struct lg_name_walk){values->user, NULL, 0};
}

const char *lg_name_walk_next(struct lg_name_walk *walk)
{
	const char *text = walk->single;

	walk->single = NULL;
	if (text && !is_blank(text))
		return text;
	while (walk->list && walk->next < walk->list->count) {
		text = walk->list->item[walk->next++];
		if (!is_blank(text))
			return text;
	}
	return NULL;
}
