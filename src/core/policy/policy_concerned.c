/* SPDX-License-Identifier: ISC */
/*
 * Whom a layer concerns (contract 9 "Whom it concerns", 12). The names go into
 * the tables as they are written: one that the directory does not know is
 * concerned all the same. Then the findings bring in the other names of each
 * account, shared ones too, and say of which DNs it is known that none of
 * their names lies in a domain.
 */
#include <string.h>

#include <logongate/dn.h>

#include "base/ascii.h"
#include "core/policy/policy_compiler.h"
#include "core/values/name.h"

/* A domain is a key like a name; the prefix and the NT domain that names may
 * have (smtp:, DOMAIN\) are no part of one, so a text with such a sign behind
 * its @ is in no mail domain. */
size_t lg_domain_of(const char *name, size_t len, const char **out_domain)
{
	const char *bare;
	size_t at;

	lg_name_bare(name, len, &bare, &len);
	for (at = len; at && bare[at - 1] != '@'; at--)
		;
	if (!at)
		return 0;
	*out_domain = bare + at;
	return len - at;
}

uint32_t lg_domain_flags(const struct lg_key_table *domains,
			 const char *default_domain, uint32_t any,
			 const char *name, size_t len)
{
	const char *domain = NULL;
	size_t domain_len = lg_domain_of(name, len, &domain);

	if (!domain_len && !default_domain)
		return any;
	if (!domain_len) {
		domain = default_domain;
		domain_len = strlen(default_domain);
	}
	if (memchr(domain, ':', domain_len) || memchr(domain, '\\', domain_len))
		return 0;
	return lg_key_table_flags(domains, domain, domain_len);
}

static const struct lg_findings *
findings_of(const struct lg_policy_compiler *compiler)
{
	const struct lg_policy_layer *layer = compiler->layer;

	if (layer->facts != LG_FACTS_FINDINGS)
		return NULL;
	return layer->concerned ? layer->concerned : layer->findings;
}

static enum lg_status add(struct lg_key_table *table, const char *text,
			  unsigned int flags, struct lg_error *err)
{
	return lg_key_table_add(table, text, strlen(text), flags, err);
}

static enum lg_status add_names(struct lg_policy_compiler *compiler,
				struct lg_key_table *table,
				const struct lg_strlist *list)
{
	unsigned int flags = KEY_CONCERNED | KEY_CONCERN_ASKED;
	struct lg_name_walk walk = {list, NULL, 0};
	const char *text;
	enum lg_status status = LG_OK;

	if (compiler->layer->facts == LG_FACTS_ALL_FOUND)
		flags |= KEY_CONCERN_ANSWERED | KEY_CONCERN_FOUND;
	while (status == LG_OK && (text = lg_name_walk_next(&walk)))
		status = add(table, text, flags, compiler->err);
	return status;
}

static enum lg_status add_domains(struct lg_policy_compiler *compiler)
{
	struct lg_name_walk walk = {compiler->values.concerned_domain, NULL, 0};
	const char *text;
	enum lg_status status = LG_OK;

	while (status == LG_OK && (text = lg_name_walk_next(&walk))) {
		size_t len = strlen(text);

		lg_ascii_trim(&text, &len);
		status = lg_key_table_add(&compiler->domain, text, len,
					  KEY_CONCERNED, compiler->err);
	}
	return status;
}

static unsigned int answer_flags(const struct lg_account *account)
{
	switch (account->finding) {
	case LG_FINDING_UNASKED:
		return 0;
	case LG_FINDING_ONE:
		return KEY_CONCERN_ANSWERED | KEY_CONCERN_FOUND;
	case LG_FINDING_MANY:
		return KEY_CONCERN_ANSWERED | KEY_CONCERN_MANY;
	case LG_FINDING_NONE:
	case LG_FINDING_MALFORMED:
		return KEY_CONCERN_ANSWERED;
	}
	return 0;
}

/* Answers the name if the lock names it: 1 or 0. */
static int answer(const struct lg_key_table *table, const char *text,
		  unsigned int flags)
{
	struct lg_key *key =
		text ? lg_key_table_find(table, text, strlen(text)) : NULL;

	if (!key || !(key->flags & KEY_CONCERN_ASKED))
		return 0;
	key->flags |= flags;
	return 1;
}

/* 1 where the layer names the account. */
static int is_named(struct lg_policy_compiler *compiler,
		    const struct lg_findings *findings,
		    const struct lg_account *account)
{
	unsigned int flags = answer_flags(account);
	int named = 0;

	switch (account->asked_as) {
	case LG_ASKED_DN:
		return answer(&compiler->dn, account->asked, flags);
	case LG_ASKED_USER:
		return answer(&compiler->name, account->asked, flags);
	case LG_ASKED_FILTER:
		/* Rendered by DN where it has one, else by its names. */
		if (account->dn)
			return answer(&compiler->dn, account->dn, flags);
		for (size_t i = 0; i < account->login_count; i++)
			named |= answer(
				&compiler->name,
				findings->login[account->login_first + i].name,
				flags);
		return named;
	case LG_ASKED_BREAK_GLASS:
	case LG_ASKED_CALLER:
	case LG_ASKED_KNOWN:
		return 0;
	}
	return 0;
}

static enum lg_status add_account(struct lg_policy_compiler *compiler,
				  const struct lg_findings *findings,
				  const struct lg_account *account)
{
	enum lg_status status = LG_OK;

	if (account->dn)
		status = add(&compiler->dn, account->dn, KEY_CONCERNED,
			     compiler->err);
	for (size_t i = 0; i < account->login_count && status == LG_OK; i++) {
		const struct lg_login *login =
			&findings->login[account->login_first + i];

		if (!login->name[0])
			continue;
		status = add(&compiler->name, login->name, KEY_CONCERNED,
			     compiler->err);
		if (status == LG_OK && login->shared)
			status = lg_policy_warn(
				compiler, LG_WARN_NAME_SHARED,
				"the logon name ", login->name,
				" also belongs to an account that the lock "
				"does not name; whoever logs on with it is "
				"concerned");
	}
	return status;
}

/* A DN whose names are known is in the domains or outside of them. */
static enum lg_status place_dn(struct lg_policy_compiler *compiler,
			       const struct lg_findings *findings,
			       const struct lg_account *account)
{
	const char *default_domain = compiler->input->default_domain;
	unsigned int flags = KEY_OUTSIDE;

	if (!account->dn || account->finding != LG_FINDING_ONE ||
	    !account->login_count)
		return LG_OK;
	for (size_t i = 0; i < account->login_count; i++) {
		const char *name =
			findings->login[account->login_first + i].name;

		if (lg_domain_flags(&compiler->domain, default_domain,
				    KEY_CONCERNED, name, strlen(name)))
			flags = KEY_CONCERNED;
	}
	return add(&compiler->dn, account->dn, flags, compiler->err);
}

static enum lg_status read_findings(struct lg_policy_compiler *compiler,
				    const struct lg_findings *findings)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < findings->account_count && status == LG_OK;
	     i++) {
		const struct lg_account *account = &findings->account[i];

		if (is_named(compiler, findings, account) &&
		    account->finding == LG_FINDING_ONE)
			status = add_account(compiler, findings, account);
		if (status == LG_OK && compiler->domain.count)
			status = place_dn(compiler, findings, account);
	}
	return status;
}

static enum lg_status not_asked(struct lg_policy_compiler *compiler,
				const char *name)
{
	return lg_error_set(compiler->err, LG_ERR_DIRECTORY, NULL,
			    "the directory could not be asked about %s, so "
			    "nobody knows whom the lock concerns",
			    name);
}

static enum lg_status tell_name(struct lg_policy_compiler *compiler,
				const struct lg_key_table *table,
				const char *name)
{
	unsigned int flags = lg_key_table_flags(table, name, strlen(name));

	if (flags & KEY_CONCERN_FOUND) {
		compiler->concern_found++;
		return LG_OK;
	}
	if (table->kind == LG_KEY_DN &&
	    lg_dn_check(name, strlen(name), NULL, NULL) != LG_OK)
		return lg_policy_warn(compiler, LG_WARN_DN_MALFORMED, "", name,
				      ", whom the lock concerns, is not a "
				      "legacyExchangeDN");
	if (!(flags & KEY_CONCERN_ANSWERED))
		return not_asked(compiler, name);
	if (flags & KEY_CONCERN_MANY)
		return lg_policy_warn(compiler, LG_WARN_DN_AMBIGUOUS, "", name,
				      ", whom the lock concerns, belongs to "
				      "more than one entry of the directory; "
				      "only that very name is concerned");
	return lg_policy_warn(compiler, LG_WARN_DN_NOT_FOUND, "", name,
			      ", whom the lock concerns, is not in the "
			      "directory; only that very name is concerned");
}

static enum lg_status tell_names(struct lg_policy_compiler *compiler)
{
	struct lg_name_walk walk = {compiler->values.concerned_dn, NULL, 0};
	const char *name;
	enum lg_status status = LG_OK;

	while (status == LG_OK && (name = lg_name_walk_next(&walk)))
		status = tell_name(compiler, &compiler->dn, name);
	walk = (struct lg_name_walk){compiler->values.concerned_user, NULL, 0};
	while (status == LG_OK && (name = lg_name_walk_next(&walk)))
		status = tell_name(compiler, &compiler->name, name);
	if (status != LG_OK || compiler->concern_found ||
	    compiler->domain.count)
		return status;
	return lg_policy_warn(compiler, LG_WARN_CONCERNS_NOBODY, "",
			      "nobody whom the lock concerns is in the "
			      "directory",
			      ": it would keep nobody out");
}

enum lg_status lg_policy_judge_concerned(struct lg_policy_compiler *compiler)
{
	const struct lg_policy_values *values = &compiler->values;
	const struct lg_findings *findings = findings_of(compiler);
	enum lg_status status;

	if (!values->concerns_some)
		return LG_OK;
	status = add_names(compiler, &compiler->dn, values->concerned_dn);
	if (status == LG_OK)
		status = add_names(compiler, &compiler->name,
				   values->concerned_user);
	if (status == LG_OK)
		status = add_domains(compiler);
	if (status == LG_OK && compiler->domain.count && !findings &&
	    compiler->layer->facts != LG_FACTS_ALL_FOUND)
		return not_asked(compiler, "the accounts of its domains");
	if (status == LG_OK && findings)
		status = read_findings(compiler, findings);
	if (status == LG_OK)
		status = tell_names(compiler);
	return status;
}

enum lg_status lg_policy_concerned_names(const struct lg_registry *values,
					 struct lg_strlist *out_dn,
					 struct lg_strlist *out_user,
					 int *out_domains, struct lg_error *err)
{
	struct lg_policy_values read = {0};
	struct lg_name_walk walk;
	const char *name;
	enum lg_status status =
		lg_policy_values_read_concerned(values, &read, err);

	walk = (struct lg_name_walk){read.concerned_dn, NULL, 0};
	while (status == LG_OK && out_dn && (name = lg_name_walk_next(&walk)))
		status = lg_strlist_add(out_dn, name, strlen(name), err);
	walk = (struct lg_name_walk){read.concerned_user, NULL, 0};
	while (status == LG_OK && out_user && (name = lg_name_walk_next(&walk)))
		status = lg_strlist_add(out_user, name, strlen(name), err);
	walk = (struct lg_name_walk){read.concerned_domain, NULL, 0};
	if (status == LG_OK && out_domains)
		*out_domains = lg_name_walk_next(&walk) != NULL;
	return status;
}
