/* SPDX-License-Identifier: ISC */
/*
 * The keys of a profile that name accounts, of [logon_only_as] and what
 * [applies_to] shares with it.
 */
#include <string.h>

#include <logongate/dn.h>

#include "adapters/ini/allow_file.h"
#include "adapters/ini/profile_accounts.h"

enum lg_status lg_profile_check_dn(struct lg_profile_reader *reader,
				   const struct lg_ini_item *item,
				   const char *value)
{
	struct lg_error told = {0};

	return lg_profile_at_item(
		reader, item, lg_dn_check(value, strlen(value), NULL, &told),
		&told);
}

/* "0" is the value that ends a lock (L11), not a DN. */
static enum lg_status check_dn(struct lg_profile_reader *reader,
			       const struct lg_ini_item *item,
			       const char *value)
{
	if (!strcmp(value, "0"))
		return LG_OK;
	return lg_profile_check_dn(reader, item, value);
}

enum lg_status lg_profile_take_allow(struct lg_profile_reader *reader,
				     const struct lg_ini_item *item,
				     const char *value)
{
	enum lg_status status = check_dn(reader, item, value);

	if (status == LG_OK)
		status = lg_strlist_add(&reader->profile->allow, value,
					strlen(value), reader->err);
	return status;
}

enum lg_status lg_profile_check_user(struct lg_profile_reader *reader,
				     const struct lg_ini_item *item,
				     const char *value)
{
	size_t i;

	for (i = 0; value[i]; i++)
		if ((unsigned char)value[i] < 0x20 || value[i] == 0x7f)
			break;
	if (!i || value[i] || value[0] == ' ' || value[i - 1] == ' ')
		return lg_error_set_at(
			reader->err, LG_ERR_SYNTAX, item->file, item->line,
			"%s: \"%s\" is not a logon name; write \"name\" or "
			"\"name@example.org\"",
			item->key, value);
	return LG_OK;
}

enum lg_status lg_profile_take_allow_user(struct lg_profile_reader *reader,
					  const struct lg_ini_item *item,
					  const char *value)
{
	enum lg_status status = lg_profile_check_user(reader, item, value);

	if (status != LG_OK)
		return status;
	return lg_strlist_add(&reader->profile->allow_user, value,
			      strlen(value), reader->err);
}

enum lg_status lg_profile_take_single(struct lg_profile_reader *reader,
				      const struct lg_ini_item *item,
				      const char *value)
{
	enum lg_status status = check_dn(reader, item, value);

	return status != LG_OK
		       ? status
		       : lg_profile_keep(reader, &reader->profile->single,
					 value);
}

enum lg_status lg_profile_keep_filter(struct lg_profile_reader *reader,
				      const struct lg_ini_item *item,
				      const char *value, char **out_filter)
{
	if (value[0] != '(')
		return lg_error_set_at(
			reader->err, LG_ERR_SYNTAX, item->file, item->line,
			"%s: \"%s\" is not an LDAP filter; write "
			"\"(attribute=value)\"",
			item->key, value);
	return lg_profile_keep(reader, out_filter, value);
}

enum lg_status lg_profile_take_allow_filter(struct lg_profile_reader *reader,
					    const struct lg_ini_item *item,
					    const char *value)
{
	return lg_profile_keep_filter(reader, item, value,
				      &reader->profile->allow_filter);
}

enum lg_status lg_profile_take_file(struct lg_profile_reader *reader,
				    const struct lg_ini_item *item,
				    const char *value, struct lg_strlist *dn,
				    struct lg_strlist *users)
{
	const char *slash = strrchr(item->file, '/');
	struct lg_buffer path = {0};
	enum lg_status status;

	if (!*value)
		return lg_error_set_at(reader->err, LG_ERR_SYNTAX, item->file,
				       item->line,
				       "%s names no file; write "
				       "%s = \"testers.txt\"",
				       item->key, item->key);
	if (value[0] != '/' && slash)
		lg_buffer_append(&path, item->file,
				 (size_t)(slash - item->file) + 1);
	lg_buffer_text(&path, value);
	status = lg_buffer_status(&path, reader->err);
	if (status == LG_OK)
		status = lg_allow_file_read(path.data, dn, users, reader->err);
	lg_buffer_release(&path);
	return status;
}

enum lg_status lg_profile_take_allow_file(struct lg_profile_reader *reader,
					  const struct lg_ini_item *item,
					  const char *value)
{
	return lg_profile_take_file(reader, item, value,
				    &reader->profile->allow,
				    &reader->profile->allow_user);
}
