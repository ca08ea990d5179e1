/* SPDX-License-Identifier: ISC */
/*
 * One function for each key of a profile: it checks the value, with its
 * variables put in, and keeps it in the profile.
 */
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include <logongate/process_list.h>
#include <logongate/version_setting.h>

#include "adapters/ini/known.h"
#include "adapters/ini/profile_values.h"
#include "adapters/ini/profile_accounts.h"

static enum lg_status no_memory(struct lg_profile_reader *reader)
{
	return lg_no_memory(reader->err);
}

enum lg_status lg_profile_keep(struct lg_profile_reader *reader,
			       char **out_text, const char *text)
{
	*out_text = strdup(text);
	return *out_text ? LG_OK : no_memory(reader);
}

enum lg_status lg_profile_at_item(struct lg_profile_reader *reader,
				  const struct lg_ini_item *item,
				  enum lg_status status,
				  const struct lg_error *told)
{
	if (status == LG_OK)
		return LG_OK;
	if (status == LG_ERR_NO_MEMORY)
		return no_memory(reader);
	return lg_error_set_at(reader->err, status, item->file, item->line,
			       "%s: %s", item->key, told->text);
}

/* 0 or 1 for the two words; anything else is an error that names both. */
static enum lg_status read_choice(struct lg_profile_reader *reader,
				  const struct lg_ini_item *item,
				  const char *value, const char *const word[2],
				  int *out_choice)
{
	for (int i = 0; i < 2; i++) {
		if (strcmp(value, word[i]))
			continue;
		*out_choice = i;
		return LG_OK;
	}
	return lg_error_set_at(reader->err, LG_ERR_SYNTAX, item->file,
			       item->line, "%s: \"%s\"; write %s or %s",
			       item->key, value, word[0], word[1]);
}

static const char *const no_yes[2] = {"no", "yes"};
static const char *const admit_refuse[2] = {"admit", "refuse"};
static const char *const open_closed[2] = {"open", "closed"};

static enum lg_status take_description(struct lg_profile_reader *reader,
				       const struct lg_ini_item *item,
				       const char *value)
{
	return lg_profile_keep(reader, &reader->profile->description, value);
}

static enum lg_status take_max_duration(struct lg_profile_reader *reader,
					const struct lg_ini_item *item,
					const char *value)
{
	struct lg_error told = {0};
	int64_t seconds = 0;
	enum lg_status status =
		lg_duration_parse(value, strlen(value), &seconds, &told);

	if (status != LG_OK)
		return lg_profile_at_item(reader, item, status, &told);
	if (!seconds)
		return lg_error_set_at(reader->err, LG_ERR_RANGE, item->file,
				       item->line,
				       "max_duration: nothing could be applied "
				       "for 0s; leave it out for no limit");
	reader->profile->max_duration_s = seconds;
	return LG_OK;
}

static enum lg_status take_accept_code(struct lg_profile_reader *reader,
				       const struct lg_ini_item *item,
				       const char *name)
{
	const char *names[LG_WARNING_COUNT];
	enum lg_warning warning;

	if (!lg_warning_from_name(name, strlen(name), &warning)) {
		for (int i = 0; i < LG_WARNING_COUNT; i++)
			names[i] = lg_warning_name((enum lg_warning)i);
		return lg_error_set_at(
			reader->err, LG_ERR_UNKNOWN_KEY, item->file, item->line,
			"accept: there is no warning \"%s\"; the "
			"nearest is %s",
			name, lg_ini_nearest(name, names, LG_WARNING_COUNT));
	}
	if (lg_warning_weight(warning) == LG_WEIGHT_ACCEPT_OPEN)
		return lg_error_set_at(reader->err, LG_ERR_CONFLICT, item->file,
				       item->line,
				       "accept: %s cannot be accepted by a "
				       "profile; give --accept-open when you "
				       "apply it",
				       name);
	if (lg_warning_weight(warning) == LG_WEIGHT_REFUSES)
		return lg_error_set_at(reader->err, LG_ERR_CONFLICT, item->file,
				       item->line,
				       "accept: nobody can accept %s; what "
				       "leads to it has to be changed",
				       name);
	reader->profile->accept |= UINT32_C(1) << warning;
	return LG_OK;
}

static enum lg_status take_protocol(struct lg_profile_reader *reader,
				    const struct lg_ini_item *item,
				    const char *name)
{
	const char *names[LG_PROTOCOL_COUNT - 1];
	enum lg_protocol protocol = LG_PROTOCOL_UNKNOWN;

	if (!lg_protocol_from_name(name, strlen(name), &protocol) ||
	    protocol == LG_PROTOCOL_UNKNOWN) {
		for (int i = 1; i < LG_PROTOCOL_COUNT; i++)
			names[i - 1] = lg_protocol_name((enum lg_protocol)i);
		return lg_error_set_at(
			reader->err, LG_ERR_UNKNOWN_KEY, item->file, item->line,
			"refuse: there is no protocol \"%s\"; "
			"the nearest is %s (mapi, http, imap, "
			"pop3, smtp, login)",
			name,
			lg_ini_nearest(name, names, LG_PROTOCOL_COUNT - 1));
	}
	reader->profile->refuse_protocols |= UINT32_C(1) << protocol;
	return LG_OK;
}

static enum lg_status
take_list(struct lg_profile_reader *reader, const struct lg_ini_item *item,
	  const char *value,
	  enum lg_status (*take)(struct lg_profile_reader *reader,
				 const struct lg_ini_item *item,
				 const char *name))
{
	struct lg_strlist names = {0};
	enum lg_status status = lg_ini_split(item, value, &names, reader->err);

	for (size_t i = 0; i < names.count && status == LG_OK; i++)
		status = take(reader, item, names.item[i]);
	lg_strlist_release(&names);
	return status;
}

static enum lg_status take_accept(struct lg_profile_reader *reader,
				  const struct lg_ini_item *item,
				  const char *value)
{
	return take_list(reader, item, value, take_accept_code);
}

static enum lg_status take_refuse(struct lg_profile_reader *reader,
				  const struct lg_ini_item *item,
				  const char *value)
{
	return take_list(reader, item, value, take_protocol);
}

static enum lg_status take_when_invalid(struct lg_profile_reader *reader,
					const struct lg_ini_item *item,
					const char *value)
{
	int choice = 0;
	enum lg_status status =
		read_choice(reader, item, value, open_closed, &choice);

	reader->profile->when_invalid =
		choice ? LG_WHEN_INVALID_CLOSED : LG_WHEN_INVALID_OPEN;
	return status;
}

/* The form a setting is read in must be known before it is read. */
static enum lg_status take_four_part(struct lg_profile_reader *reader,
				     const struct lg_ini_item *item,
				     const char *value)
{
	int choice = 0;
	enum lg_status status =
		read_choice(reader, item, value, no_yes, &choice);

	reader->profile->four_part =
		choice ? LG_FOUR_PART_YES : LG_FOUR_PART_NO;
	return status;
}

static enum lg_status take_versions(struct lg_profile_reader *reader,
				    const struct lg_ini_item *item,
				    const char *value)
{
	struct lg_version_setting *setting = NULL;
	struct lg_error told = {0};
	enum lg_status status = lg_version_setting_parse(
		value, strlen(value),
		reader->profile->four_part == LG_FOUR_PART_YES
			? LG_VERSION_FORM_FOUR_PART
			: LG_VERSION_FORM_REGISTRY,
		NULL, &setting, &told);

	lg_version_setting_free(&setting);
	if (status != LG_OK)
		return lg_profile_at_item(reader, item, status, &told);
	reader->profile->versions_line = item->line;
	return lg_profile_keep(reader, &reader->profile->versions, value);
}

static enum lg_status take_allow_system_block(struct lg_profile_reader *reader,
					      const struct lg_ini_item *item,
					      const char *value)
{
	return read_choice(reader, item, value, no_yes,
			   &reader->profile->allow_system_block);
}

static enum lg_status take_unknown_version(struct lg_profile_reader *reader,
					   const struct lg_ini_item *item,
					   const char *value)
{
	int choice = 0;
	enum lg_status status =
		read_choice(reader, item, value, admit_refuse, &choice);

	reader->profile->unknown_version =
		choice ? LG_UNKNOWN_REFUSE : LG_UNKNOWN_ADMIT;
	return status;
}

static enum lg_status take_processes(struct lg_profile_reader *reader,
				     const struct lg_ini_item *item,
				     const char *value)
{
	struct lg_process_list *list = NULL;
	struct lg_error told = {0};
	enum lg_status status =
		lg_process_list_parse(value, strlen(value), NULL, &list, &told);

	lg_process_list_free(&list);
	if (status != LG_OK)
		return lg_profile_at_item(reader, item, status, &told);
	reader->profile->processes_line = item->line;
	return lg_profile_keep(reader, &reader->profile->processes, value);
}

static enum lg_status take_unknown_process(struct lg_profile_reader *reader,
					   const struct lg_ini_item *item,
					   const char *value)
{
	int choice = 0;
	enum lg_status status =
		read_choice(reader, item, value, admit_refuse, &choice);

	reader->profile->unknown_process =
		choice ? LG_UNKNOWN_REFUSE : LG_UNKNOWN_ADMIT;
	return status;
}

static enum lg_status take_hold(struct lg_profile_reader *reader,
				const struct lg_ini_item *item,
				const char *value)
{
	enum lg_status status = read_choice(reader, item, value, no_yes,
					    &reader->profile->hold_mail);

	/* Mail from outside is held for all or for nobody. */
	if (status == LG_OK && reader->profile->hold_mail &&
	    reader->profile->applies_to_some)
		status = lg_error_set_at(
			reader->err, LG_ERR_CONFLICT, item->file, item->line,
			"hold = yes holds everybody's mail, and [applies_to] "
			"concerns only some; leave out one of them");
	return status;
}

/* In the order in which they are taken. */
const struct lg_profile_taker lg_profile_takers[] = {
	{"profile", "description", take_description},
	{"profile", "max_duration", take_max_duration},
	{"profile", "accept", take_accept},
	{"logon_only_as", "when_invalid", take_when_invalid},
	{"logon_only_as", "allow.", lg_profile_take_allow},
	{"logon_only_as", "allow_user.", lg_profile_take_allow_user},
	{"logon_only_as", "single", lg_profile_take_single},
	{"logon_only_as", "allow_file", lg_profile_take_allow_file},
	{"logon_only_as", "allow_filter", lg_profile_take_allow_filter},
	{"disable_mapi_clients", "four_part", take_four_part},
	{"disable_mapi_clients", "versions", take_versions},
	{"disable_mapi_clients", "allow_system_block", take_allow_system_block},
	{"disable_mapi_clients", "unknown_version", take_unknown_version},
	{"disable_mapi_client_processes", "processes", take_processes},
	{"disable_mapi_client_processes", "unknown_process",
	 take_unknown_process},
	{"protocols", "refuse", take_refuse},
	{"mail", "hold", take_hold},
	{"message", "refused", lg_profile_take_refused},
	{"message", "language", lg_profile_take_language},
	{"message", "refused.", lg_profile_take_refused_in},
	{"applies_to", "domains", lg_profile_take_domains},
	{"applies_to", "user.", lg_profile_take_applies_user},
	{"applies_to", "dn.", lg_profile_take_applies_dn},
	{"applies_to", "file", lg_profile_take_applies_file},
	{"applies_to", "filter", lg_profile_take_applies_filter},
};

const size_t lg_profile_taker_count =
	sizeof(lg_profile_takers) / sizeof(lg_profile_takers[0]);
