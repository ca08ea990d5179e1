/* SPDX-License-Identifier: ISC */
/*
 * kinds.c - what locks set, and what each should do, the slow way
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/lock/stored_values.h"

#include "sim/world.h"

#define KEY LG_KEY_PARAMETERS_SYSTEM
#define MANY 1001 /* more than a value holds in its own file */

/* listed and concerned: a bit an account. */
struct kind {
	const char *name;
	int limits_names;
	unsigned int listed;
	int refuses_imap;
	unsigned int concerned; /* 0: everybody */
	int is_long;
	int can_stand;
};

static const struct kind kinds[KINDS] = {
	{"nothing", 0, 0, 0, 0, 0, 1},
	{"only-a", 1, 1, 0, 0, 0, 1},
	{"only-a-b", 1, 3, 0, 0, 0, 1},
	{"nobody", 1, 0, 0, 0, 0, 0},
	{"no-imap", 0, 0, 1, 0, 0, 1},
	{"c", 0, 0, 0, 4, 0, 0},
	{"c-d-no-imap", 0, 0, 1, 12, 0, 0},
	{"only-b-of-many", 1, 2, 0, 0, 1, 1},
	{"all-but-b-of-many", 0, 0, 0, 13, 1, 0},
};

static const char *const dns[ACCOUNTS + 1] = {
	"/o=Org/ou=Site/cn=Recipients/cn=a",
	"/o=Org/ou=Site/cn=Recipients/cn=b",
	"/o=Org/ou=Site/cn=Recipients/cn=c",
	"/o=Org/ou=Site/cn=Recipients/cn=d",
	"/o=Org/ou=Site/cn=Recipients/cn=glass",
};

const char *account_dn(int account)
{
	return dns[account];
}

const char *kind_name(int kind)
{
	return kind == KIND_UNKNOWN ? "unknown" : kinds[kind].name;
}

int kind_is_long(int kind)
{
	return kind != KIND_UNKNOWN && kinds[kind].is_long;
}

int kind_can_stand(int kind)
{
	return kinds[kind].can_stand;
}

static void add_names(struct lg_strlist *list, unsigned int accounts,
		      int is_long)
{
	char name[64];
	int i;

	for (i = 0; i < ACCOUNTS; i++)
		if (accounts & (1u << i))
			lg_strlist_add(list, dns[i], strlen(dns[i]), NULL);
	for (i = 0; is_long && i < MANY; i++) {
		snprintf(name, sizeof(name), "/o=Org/ou=Site/cn=R/cn=p%d", i);
		lg_strlist_add(list, name, strlen(name), NULL);
	}
}

static struct lg_registry *made[KINDS];

static struct lg_registry *make(int kind)
{
	const struct kind *of = &kinds[kind];
	struct lg_registry *values = NULL;
	struct lg_strlist list = {0};

	lg_registry_new(&values, NULL);
	if (of->limits_names) {
		add_names(&list, of->listed, of->is_long);
		lg_registry_set_list(values, KEY, LG_VALUE_LOGON_ONLY_AS, &list,
				     NULL);
		lg_registry_set_text(values, KEY, LG_VALUE_WHEN_INVALID,
				     "closed", NULL);
		lg_strlist_release(&list);
	}
	if (of->refuses_imap)
		lg_registry_set_text(values, KEY, LG_VALUE_REFUSE_PROTOCOLS,
				     "imap", NULL);
	if (of->concerned) {
		add_names(&list, of->concerned, of->is_long);
		lg_registry_set_list(values, KEY, LG_VALUE_APPLIES_TO, &list,
				     NULL);
		lg_strlist_release(&list);
	}
	return values;
}

void kinds_make(void)
{
	int kind;

	for (kind = 0; kind < KINDS; kind++)
		made[kind] = make(kind);
}

void kinds_release(void)
{
	int kind;

	for (kind = 0; kind < KINDS; kind++)
		lg_registry_free(&made[kind]);
}

const struct lg_registry *kind_values(int kind)
{
	return made[kind];
}

int kind_of_values(const struct lg_registry *values)
{
	int kind;

	for (kind = 0; values && kind < KINDS; kind++)
		if (lg_stored_values_equal(made[kind], values))
			return kind;
	return KIND_UNKNOWN;
}

int kind_refuses(int kind, int account, enum lg_protocol protocol)
{
	const struct kind *of = &kinds[kind];
	unsigned int bit = 1u << account;

	if (account == ACCOUNT_GLASS)
		return 0;
	if (of->concerned && !(of->concerned & bit))
		return 0;
	if (of->concerned && !of->limits_names && !of->refuses_imap)
		return 1;
	return (of->limits_names && !(of->listed & bit)) ||
	       (of->refuses_imap && protocol == LG_PROTOCOL_IMAP);
}

static void say_of(struct lg_findings *findings, const char *dn)
{
	const char *cn = strrchr(dn, '=') + 1;
	struct lg_login login = {cn, 0};
	struct lg_account account = {.asked_as = LG_ASKED_DN,
				     .finding = LG_FINDING_ONE,
				     .via = LG_VIA_LEGACY_EXCHANGE_DN,
				     .asked = dn,
				     .entry = cn,
				     .dn = dn};

	lg_findings_add(findings, &account, &login, 1, NULL);
}

struct lg_findings *directory_says(const struct lg_strlist *dn,
				   const struct lg_strlist *user)
{
	struct lg_findings *findings = NULL;
	size_t i;

	lg_findings_new(&findings, NULL);
	for (i = 0; i < dn->count; i++)
		say_of(findings, dn->item[i]);
	return findings;
}

struct lg_findings *kind_findings(int kind)
{
	const struct lg_registry *values = kind_values(kind);
	struct lg_findings *findings = NULL;
	struct lg_strlist dn = {0};
	struct lg_strlist user = {0};

	lg_policy_names(LG_DIALECT_GATE, values, &dn, &user, NULL);
	lg_policy_concerned_names(values, &dn, &user, NULL, NULL);
	if (dn.count)
		findings = directory_says(&dn, &user);
	lg_strlist_release(&dn);
	lg_strlist_release(&user);
	return findings;
}
