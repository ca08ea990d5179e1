/* SPDX-License-Identifier: ISC */
/*
 * The keys of [applies_to]: whom a profile concerns (contract 9 "Whom it
 * concerns", 12 "Who is concerned"). All of them together count.
 */
#include <string.h>

#include "adapters/ini/mail_domain.h"
#include "adapters/ini/profile_values.h"

/* "example.org", not an address and not a pattern: domains are whole. */
static enum lg_status take_domain(struct lg_profile_reader *reader,
				  const struct lg_ini_item *item,
				  const char *domain)
{
	const char *hint = domain[0] == '@' ? domain + 1 : "example.org";

	if (!lg_mail_domain_valid(domain))
		return lg_error_set_at(
			reader->err, LG_ERR_SYNTAX, item->file, item->line,
			"domains: \"%s\" is not a mail domain; write \"%s\" "
			"(whole domains, without those below them)",
			domain, hint);
	return lg_strlist_add(&reader->profile->applies_domain, domain,
			      strlen(domain), reader->err);
}

enum lg_status lg_profile_take_domains(struct lg_profile_reader *reader,
				       const struct lg_ini_item *item,
				       const char *value)
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
		status = take_domain(reader, item, domains.item[i]);
	lg_strlist_release(&domains);
	return status;
}

enum lg_status lg_profile_take_applies_user(struct lg_profile_reader *reader,
					    const struct lg_ini_item *item,
					    const char *value)
{
	enum lg_status status = lg_profile_check_user(reader, item, value);

	if (status == LG_OK)
		status = lg_strlist_add(&reader->profile->applies_user, value,
					strlen(value), reader->err);
	return status;
}

enum lg_status lg_profile_take_applies_dn(struct lg_profile_reader *reader,
					  const struct lg_ini_item *item,
					  const char *value)
{
	enum lg_status status = lg_profile_check_dn(reader, item, value);

	if (status == LG_OK)
		status = lg_strlist_add(&reader->profile->applies_dn, value,
					strlen(value), reader->err);
	return status;
}

enum lg_status lg_profile_take_applies_file(struct lg_profile_reader *reader,
					    const struct lg_ini_item *item,
					    const char *value)
{
	return lg_profile_take_file(reader, item, value,
				    &reader->profile->applies_dn,
				    &reader->profile->applies_user);
}

enum lg_status lg_profile_take_applies_filter(struct lg_profile_reader *reader,
					      const struct lg_ini_item *item,
					      const char *value)
{
	return lg_profile_keep_filter(reader, item, value,
				      &reader->profile->applies_filter);
}

enum lg_status lg_profile_check_applies(struct lg_profile_reader *reader)
{
	const struct lg_profile_sections *sections = reader->sections;
	const struct lg_ini_item *section =
		lg_profile_sections_find(sections, "applies_to", NULL);
	size_t keys = 0;

	if (!section)
		return LG_OK;
	for (size_t i = 0; i < sections->count; i++)
		keys += sections->item[i]->key &&
			!strcmp(sections->item[i]->section, "applies_to");
	if (!keys)
		return lg_error_set_at(
			reader->err, LG_ERR_SYNTAX, section->file,
			section->line,
			"[applies_to] says nothing; name those whom the lock "
			"concerns with domains, user.1, dn.1, file or filter, "
			"or leave the section out: then it concerns everybody");
	reader->profile->applies_to_some = 1;
	return LG_OK;
}
