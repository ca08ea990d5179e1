/* SPDX-License-Identifier: ISC */
/*
 * One function for each key of a profile: it checks the value, with its
 * variables put in, and keeps it in the profile.
 */
#include <stddef.h>
#include <string.h>

#include "base/duration.h"
#include <logongate/process_list.h>
#include <logongate/version_setting.h>

#include "adapters/ini/profile_values.h"

enum lg_status lg_profile_keep(struct lg_profile_reader *reader,
			       const char *text, char **field)
{
	*field = strdup(text);
	return *field ? LG_OK : lg_no_memory(reader->err);
}

enum lg_status lg_profile_take_text(struct lg_profile_reader *reader,
				    void *field)
{
	return lg_profile_keep(reader, reader->value, field);
}

/* 0 or 1 for the two words; anything else is an error that names both. */
static enum lg_status take_choice(struct lg_profile_reader *reader,
				  const char *const word[2], int *choice)
{
	for (int i = 0; i < 2; i++) {
		if (strcmp(reader->value, word[i]))
			continue;
		*choice = i;
		return LG_OK;
	}
	return lg_ini_wrong(reader->item, LG_ERR_SYNTAX, reader->err,
			    "\"%s\"; write %s or %s", reader->value, word[0],
			    word[1]);
}

static enum lg_status take_no_yes(struct lg_profile_reader *reader, void *field)
{
	static const char *const words[2] = {"no", "yes"};

	return take_choice(reader, words, field);
}

static enum lg_status take_unknown(struct lg_profile_reader *reader,
				   void *field)
{
	static const char *const words[2] = {
		[LG_UNKNOWN_ADMIT] = "admit", [LG_UNKNOWN_REFUSE] = "refuse"};

	return take_choice(reader, words, field);
}

static enum lg_status take_when_invalid(struct lg_profile_reader *reader,
					void *field)
{
	static const char *const words[2] = {[LG_WHEN_INVALID_OPEN] = "open",
					     [LG_WHEN_INVALID_CLOSED] =
						     "closed"};

	return take_choice(reader, words, field);
}

static enum lg_status take_duration(struct lg_profile_reader *reader,
				    void *field)
{
	struct lg_error told = {0};
	int64_t *seconds = field;
	enum lg_status status = lg_duration_parse(
		reader->value, strlen(reader->value), seconds, &told);

	if (status != LG_OK)
		return lg_ini_told(reader->item, status, &told, reader->err);
	if (!*seconds)
		return lg_ini_wrong(reader->item, LG_ERR_RANGE, reader->err,
				    "nothing could be applied for 0s; leave it "
				    "out for no limit");
	return LG_OK;
}

static enum lg_status take_accept_code(struct lg_profile_reader *reader,
				       const char *name)
{
	const char *names[LG_WARNING_COUNT];
	enum lg_warning warning;

	if (!lg_warning_from_name(name, strlen(name), &warning)) {
		for (int i = 0; i < LG_WARNING_COUNT; i++)
			names[i] = lg_warning_name((enum lg_warning)i);
		return lg_ini_wrong(
			reader->item, LG_ERR_UNKNOWN_KEY, reader->err,
			"there is no warning \"%s\"; the nearest is %s", name,
			lg_ini_nearest(name, names, LG_WARNING_COUNT));
	}
	if (lg_warning_weight(warning) == LG_WEIGHT_ACCEPT_OPEN)
		return lg_ini_wrong(reader->item, LG_ERR_CONFLICT, reader->err,
				    "%s cannot be accepted by a profile; give "
				    "--accept-open when you apply it",
				    name);
	if (lg_warning_weight(warning) == LG_WEIGHT_REFUSES)
		return lg_ini_wrong(reader->item, LG_ERR_CONFLICT, reader->err,
				    "nobody can accept %s; what leads to it "
				    "has to be changed",
				    name);
	reader->profile->accept |= UINT32_C(1) << warning;
	return LG_OK;
}

static enum lg_status take_protocol(struct lg_profile_reader *reader,
				    const char *name)
{
	const char *names[LG_PROTOCOL_COUNT - 1];
	enum lg_protocol protocol = LG_PROTOCOL_UNKNOWN;

	if (!lg_protocol_from_name(name, strlen(name), &protocol) ||
	    protocol == LG_PROTOCOL_UNKNOWN) {
		for (int i = 1; i < LG_PROTOCOL_COUNT; i++)
			names[i - 1] = lg_protocol_name((enum lg_protocol)i);
		return lg_ini_wrong(
			reader->item, LG_ERR_UNKNOWN_KEY, reader->err,
			"there is no protocol \"%s\"; the nearest is %s (mapi, "
			"http, imap, pop3, smtp, login)",
			name,
			lg_ini_nearest(name, names, LG_PROTOCOL_COUNT - 1));
	}
	reader->profile->refuse_protocols |= UINT32_C(1) << protocol;
	return LG_OK;
}

static enum lg_status
take_list(struct lg_profile_reader *reader,
	  enum lg_status (*take)(struct lg_profile_reader *reader,
				 const char *name))
{
	struct lg_strlist names = {0};
	enum lg_status status =
		lg_ini_split(reader->item, reader->value, &names, reader->err);

	for (size_t i = 0; i < names.count && status == LG_OK; i++)
		status = take(reader, names.item[i]);
	lg_strlist_release(&names);
	return status;
}

static enum lg_status take_accept(struct lg_profile_reader *reader, void *field)
{
	return take_list(reader, take_accept_code);
}

static enum lg_status take_refuse(struct lg_profile_reader *reader, void *field)
{
	return take_list(reader, take_protocol);
}

static enum lg_status take_versions(struct lg_profile_reader *reader,
				    void *field)
{
	struct lg_version_setting *setting = NULL;
	struct lg_error told = {0};
	enum lg_status status = lg_version_setting_parse(
		reader->value, strlen(reader->value),
		reader->profile->four_part == LG_FOUR_PART_YES
			? LG_VERSION_FORM_FOUR_PART
			: LG_VERSION_FORM_REGISTRY,
		NULL, &setting, &told);

	lg_version_setting_free(&setting);
	if (status != LG_OK)
		return lg_ini_told(reader->item, status, &told, reader->err);
	reader->profile->versions_line = reader->item->line;
	return lg_profile_take_text(reader, field);
}

static enum lg_status take_processes(struct lg_profile_reader *reader,
				     void *field)
{
	struct lg_process_list *list = NULL;
	struct lg_error told = {0};
	enum lg_status status = lg_process_list_parse(
		reader->value, strlen(reader->value), NULL, &list, &told);

	lg_process_list_free(&list);
	if (status != LG_OK)
		return lg_ini_told(reader->item, status, &told, reader->err);
	reader->profile->processes_line = reader->item->line;
	return lg_profile_take_text(reader, field);
}

static enum lg_status take_hold(struct lg_profile_reader *reader, void *field)
{
	enum lg_status status = take_no_yes(reader, field);

	/* Mail from outside is held for all or for nobody. */
	if (status == LG_OK && reader->profile->hold_mail &&
	    reader->profile->applies_to_some)
		status = lg_error_set_at(
			reader->err, LG_ERR_CONFLICT, reader->item->file,
			reader->item->line,
			"hold = yes holds everybody's mail, and [applies_to] "
			"concerns only some; leave out one of them");
	return status;
}

/* clang-format off */
#define KEY(section, key, take, member)                                        \
	{                                                                      \
		{section, key}, take, offsetof(struct lg_profile, member)      \
	}
/* clang-format on */

const struct lg_profile_key lg_profile_keys[] = {
	KEY("profile", "description", lg_profile_take_text, description),
	KEY("profile", "max_duration", take_duration, max_duration_s),
	{{"profile", "variables"}, NULL, 0},
	KEY("profile", "accept", take_accept, accept),
	{{"profile", "base"}, NULL, 0},
	KEY("logon_only_as", "when_invalid", take_when_invalid, when_invalid),
	KEY("logon_only_as", "allow.", lg_profile_take_dn_or_0, allow),
	KEY("logon_only_as", "allow_user.", lg_profile_take_user, allow_user),
	KEY("logon_only_as", "single", lg_profile_take_single, single),
	KEY("logon_only_as", "allow_file", lg_profile_take_allow_file, allow),
	KEY("logon_only_as", "allow_filter", lg_profile_take_filter,
	    allow_filter),
	/* The form a setting is read in must be known before it is read. */
	KEY("disable_mapi_clients", "four_part", take_no_yes, four_part),
	KEY("disable_mapi_clients", "versions", take_versions, versions),
	KEY("disable_mapi_clients", "allow_system_block", take_no_yes,
	    allow_system_block),
	KEY("disable_mapi_clients", "unknown_version", take_unknown,
	    unknown_version),
	KEY("disable_mapi_client_processes", "processes", take_processes,
	    processes),
	KEY("disable_mapi_client_processes", "unknown_process", take_unknown,
	    unknown_process),
	KEY("protocols", "refuse", take_refuse, refuse_protocols),
	KEY("mail", "hold", take_hold, hold_mail),
	KEY("message", "refused", lg_profile_take_text, refused_message),
	KEY("message", "language", lg_profile_take_language, message_language),
	KEY("message", "refused.", lg_profile_take_refused_in, messages),
	KEY("applies_to", "domains", lg_profile_take_domains, applies_domain),
	KEY("applies_to", "user.", lg_profile_take_user, applies_user),
	KEY("applies_to", "dn.", lg_profile_take_dn, applies_dn),
	KEY("applies_to", "file", lg_profile_take_applies_file, applies_dn),
	KEY("applies_to", "filter", lg_profile_take_filter, applies_filter),
};

const size_t lg_profile_key_count =
	sizeof(lg_profile_keys) / sizeof(lg_profile_keys[0]);
