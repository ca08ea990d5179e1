/* SPDX-License-Identifier: ISC */
/*
 * See naive_concerned.h.
 */
#include <ctype.h>
#include <string.h>

#include <logongate/dn.h>

#include "naive_concerned.h"

/* A text with its length. */
struct span {
	const char *at;
	size_t len;
};

static struct span span_of(const char *text)
{
	return (struct span){text, strlen(text)};
}

static int same(struct span a, struct span b)
{
	size_t i;

	if (a.len != b.len)
		return 0;
	for (i = 0; i < a.len; i++)
		if (tolower((unsigned char)a.at[i]) !=
		    tolower((unsigned char)b.at[i]))
			return 0;
	return 1;
}

/* A logon name without prefix and NT domain. */
static struct span bare(struct span name)
{
	const char *slash;

	if (name.len > 5 && strncmp(name.at, "smtp:", 5) == 0)
		name = (struct span){name.at + 5, name.len - 5};
	slash = name.len ? memchr(name.at, '\\', name.len) : NULL;
	if (slash) {
		name.len -= (size_t)(slash + 1 - name.at);
		name.at = slash + 1;
	}
	return name;
}

static int holds(const char *const *list, struct span text)
{
	for (; *list; list++)
		if (same(span_of(*list), text))
			return 1;
	return 0;
}

static int holds_name(const char *const *list, struct span name)
{
	for (; *list; list++)
		if (same(bare(span_of(*list)), bare(name)))
			return 1;
	return 0;
}

static int in_domains(const struct oracle_concerned *who,
		      const char *default_domain, struct span name)
{
	struct span domain = bare(name);
	size_t i;

	for (i = domain.len; i > 0; i--)
		if (domain.at[i - 1] == '@')
			break;
	if (!i || i == domain.len)
		return default_domain
			       ? holds(who->domain, span_of(default_domain))
			       : 1;
	domain.at += i;
	domain.len -= i;
	return holds(who->domain, domain);
}

static struct span login_of(const struct oracle_concerned *who,
			    const struct lg_account *account, size_t i)
{
	return span_of(who->findings->login[account->login_first + i].name);
}

static int is_named(const struct oracle_concerned *who,
		    const struct lg_account *account)
{
	size_t i;

	switch (account->asked_as) {
	case LG_ASKED_DN:
		return holds(who->dn, span_of(account->asked));
	case LG_ASKED_USER:
		return holds_name(who->user, span_of(account->asked));
	case LG_ASKED_FILTER:
		if (account->dn)
			return holds(who->dn, span_of(account->dn));
		for (i = 0; i < account->login_count; i++)
			if (holds_name(who->user, login_of(who, account, i)))
				return 1;
		return 0;
	case LG_ASKED_BREAK_GLASS:
	case LG_ASKED_CALLER:
	case LG_ASKED_KNOWN:
		return 0;
	}
	return 0;
}

static int has_facts(const struct oracle_concerned *who)
{
	return who->facts == LG_FACTS_FINDINGS && who->findings;
}

/* The directory answered for the name, as the lock has it. */
static int is_answered(const struct oracle_concerned *who, const char *name,
		       int is_dn)
{
	size_t i;
	size_t j;

	for (i = 0; has_facts(who) && i < who->findings->account_count; i++) {
		const struct lg_account *account = &who->findings->account[i];
		int by_filter = account->asked_as == LG_ASKED_FILTER;

		if (account->finding == LG_FINDING_UNASKED)
			continue;
		if (is_dn) {
			if (account->asked_as == LG_ASKED_DN &&
			    same(span_of(account->asked), span_of(name)))
				return 1;
			if (by_filter && account->dn &&
			    same(span_of(account->dn), span_of(name)))
				return 1;
			continue;
		}
		if (account->asked_as == LG_ASKED_USER &&
		    same(bare(span_of(account->asked)), bare(span_of(name))))
			return 1;
		for (j = 0;
		     by_filter && !account->dn && j < account->login_count; j++)
			if (same(bare(login_of(who, account, j)),
				 bare(span_of(name))))
				return 1;
	}
	return 0;
}

int oracle_concerned_unasked(const struct oracle_concerned *who)
{
	const char *const *name;

	if (!who->some || who->facts == LG_FACTS_ALL_FOUND)
		return 0;
	if (who->domain[0] && !has_facts(who))
		return 1;
	for (name = who->dn; *name; name++)
		if (lg_dn_check(*name, strlen(*name), NULL, NULL) == LG_OK &&
		    !is_answered(who, *name, 1))
			return 1;
	for (name = who->user; *name; name++)
		if (!is_answered(who, *name, 0))
			return 1;
	return 0;
}

/* By an account that the lock names. */
static int by_account(const struct oracle_concerned *who, struct span dn,
		      struct span user)
{
	size_t i;
	size_t j;

	for (i = 0; has_facts(who) && i < who->findings->account_count; i++) {
		const struct lg_account *account = &who->findings->account[i];

		if (account->finding != LG_FINDING_ONE ||
		    !is_named(who, account))
			continue;
		if (dn.len && account->dn && same(span_of(account->dn), dn))
			return 1;
		for (j = 0; user.len && j < account->login_count; j++)
			if (same(bare(login_of(who, account, j)), bare(user)))
				return 1;
	}
	return 0;
}

/* What the directory says of the names of a DN: *out_inside, *out_outside. */
static void place(const struct oracle_concerned *who,
		  const char *default_domain, struct span dn, int *out_inside,
		  int *out_outside)
{
	size_t i;
	size_t j;

	*out_inside = *out_outside = 0;
	for (i = 0; has_facts(who) && i < who->findings->account_count; i++) {
		const struct lg_account *account = &who->findings->account[i];
		int inside = 0;

		if (account->finding != LG_FINDING_ONE || !account->dn ||
		    !account->login_count || !same(span_of(account->dn), dn))
			continue;
		for (j = 0; j < account->login_count; j++)
			inside |= in_domains(who, default_domain,
					     login_of(who, account, j));
		*out_inside |= inside;
		*out_outside |= !inside;
	}
}

int oracle_is_concerned(const struct oracle_concerned *who,
			const char *default_domain,
			const struct lg_attempt *attempt)
{
	struct span dn = {attempt->dn, attempt->dn_len};
	struct span user = {attempt->user, attempt->user_len};
	int inside;
	int outside;

	if (!who->some)
		return 1;
	if (!dn.len && !user.len)
		return attempt->protocol != LG_PROTOCOL_HTTP;
	if (dn.len && holds(who->dn, dn))
		return 1;
	if (user.len && holds_name(who->user, user))
		return 1;
	if (by_account(who, dn, user))
		return 1;
	if (!who->domain[0])
		return 0;
	if (user.len && in_domains(who, default_domain, user))
		return 1;
	if (!dn.len)
		return 0;
	place(who, default_domain, dn, &inside, &outside);
	return inside || (!user.len && !outside);
}

static int put(struct lg_registry *values, const char *name,
	       const char *const *item)
{
	struct lg_strlist list = {0};
	enum lg_status status = LG_OK;

	for (; *item && status == LG_OK; item++)
		status = lg_strlist_add(&list, *item, strlen(*item), NULL);
	if (status == LG_OK)
		status = lg_registry_set_list(values, LG_KEY_PARAMETERS_SYSTEM,
					      name, &list, NULL);
	lg_strlist_release(&list);
	return status == LG_OK;
}

int oracle_put_concerned(const struct oracle_concerned *who,
			 struct lg_registry *values)
{
	if (!who->some)
		return 1;
	return put(values, LG_VALUE_APPLIES_TO, who->dn) &&
	       (!who->user[0] ||
		put(values, LG_VALUE_APPLIES_TO_USERS, who->user)) &&
	       (!who->domain[0] ||
		put(values, LG_VALUE_APPLIES_TO_DOMAINS, who->domain));
}
