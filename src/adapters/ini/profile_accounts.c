/* SPDX-License-Identifier: ISC */
/*
 * The keys of a profile that name accounts: of [logon_only_as], and of
 * [applies_to], whose keys all count together (contract 9 "Whom it concerns",
 * 12 "Who is concerned").
 */
#include <string.h>

#include <logongate/dn.h>

#include "base/listed.h"

#include "adapters/ini/allow_file.h"
#include "adapters/ini/profile_values.h"

static enum lg_status check_dn(const struct lg_profile_reader *reader,
			       const struct lg_ini_item *item,
			       const char *value)
{
	struct lg_error told = {0};

	return lg_ini_told(item, lg_dn_check(value, strlen(value), NULL, &told),
			   &told, reader->err);
}

/* "0" is the value that ends a lock (L11), not a DN. */
static enum lg_status check_dn_or_0(const struct lg_profile_reader *reader,
				    const struct lg_ini_item *item,
				    const char *value)
{
	return strcmp(value, "0") ? check_dn(reader, item, value) : LG_OK;
}

enum lg_status lg_profile_take_dn(struct lg_profile_reader *reader,
				  const struct lg_ini_item *item,
				  const char *value, void *field)
{
	enum lg_status status = check_dn(reader, item, value);

	return status == LG_OK ? lg_list_text(field, value, reader->err)
			       : status;
}

enum lg_status lg_profile_take_dn_or_0(struct lg_profile_reader *reader,
				       const struct lg_ini_item *item,
				       const char *value, void *field)
{
	enum lg_status status = check_dn_or_0(reader, item, value);

	return status == LG_OK ? lg_list_text(field, value, reader->err)
			       : status;
}

enum lg_status lg_profile_take_single(struct lg_profile_reader *reader,
				      const struct lg_ini_item *item,
				      const char *value, void *field)
{
	enum lg_status status = check_dn_or_0(reader, item, value);

	return status == LG_OK
		       ? lg_profile_take_text(reader, item, value, field)
		       : status;
}

enum lg_status lg_profile_take_user(struct lg_profile_reader *reader,
				    const struct lg_ini_item *item,
				    const char *value, void *field)
{
	size_t i;

	for (i = 0; value[i]; i++)
		if ((unsigned char)value[i] < 0x20 || value[i] == 0x7f)
			break;
	if (!i || value[i] || value[0] == ' ' || value[i - 1] == ' ')
		return lg_ini_wrong(item, LG_ERR_SYNTAX, reader->err,
				    "\"%s\" is not a logon name; write "
				    "\"name\" or \"name@example.org\"",
				    value);
	return lg_list_text(field, value, reader->err);
}

enum lg_status lg_profile_take_filter(struct lg_profile_reader *reader,
				      const struct lg_ini_item *item,
				      const char *value, void *field)
{
	if (value[0] != '(')
		return lg_ini_wrong(item, LG_ERR_SYNTAX, reader->err,
				    "\"%s\" is not an LDAP filter; write "
				    "\"(attribute=value)\"",
				    value);
	return lg_profile_take_text(reader, item, value, field);
}

/* "example.org", not an address and not a pattern: domains are whole. */
static enum lg_status take_domain(const struct lg_profile_reader *reader,
				  const struct lg_ini_item *item,
				  const char *domain, struct lg_strlist *list)
{
	const char *hint = domain[0] == '@' ? domain + 1 : "example.org";

	if (!lg_mail_domain_valid(domain))
		return lg_ini_wrong(
			item, LG_ERR_SYNTAX, reader->err,
			"\"%s\" is not a mail domain; write \"%s\" (whole "
			"domains, without those below them)",
			domain, hint);
	return lg_list_text(list, domain, reader->err);
}

enum lg_status lg_profile_take_domains(struct lg_profile_reader *reader,
				       const struct lg_ini_item *item,
				       const char *value, void *field)
{
	struct lg_strlist domains = {0};
	enum lg_status status =
		lg_ini_split(item, value, &domains, reader->err);

	if (status == LG_OK && !domains.count)
		status = lg_error_set_at(reader->err, LG_ERR_SYNTAX, item->file,
					 item->line,
					 "domains names no domain; write "
					 "domains = \"example.org\" or leave "
					 "it out");
	for (size_t i = 0; i < domains.count && status == LG_OK; i++)
		status = take_domain(reader, item, domains.item[i], field);
	lg_strlist_release(&domains);
	return status;
}

/* The lines of a file beside the profile. */
static enum lg_status take_file(const struct lg_profile_reader *reader,
				const struct lg_ini_item *item,
				const char *value, struct lg_strlist *dn,
				struct lg_strlist *users)
{
	struct lg_buffer path = {0};
	enum lg_status status;

	if (!*value)
		return lg_error_set_at(reader->err, LG_ERR_SYNTAX, item->file,
				       item->line,
				       "%s names no file; write "
				       "%s = \"testers.txt\"",
				       item->key, item->key);
	lg_ini_path(item, value, &path);
	status = lg_buffer_status(&path, reader->err);
	if (status == LG_OK)
		status = lg_allow_file_read(path.data, dn, users, reader->err);
	lg_buffer_release(&path);
	return status;
}

enum lg_status lg_profile_take_allow_file(struct lg_profile_reader *reader,
					  const struct lg_ini_item *item,
					  const char *value, void *field)
{
	return take_file(reader, item, value, field,
			 &reader->profile->allow_user);
}

enum lg_status lg_profile_take_applies_file(struct lg_profile_reader *reader,
					    const struct lg_ini_item *item,
					    const char *value, void *field)
{
	return take_file(reader, item, value, field,
			 &reader->profile->applies_user);
}
