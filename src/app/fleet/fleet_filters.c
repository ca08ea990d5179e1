/* SPDX-License-Identifier: ISC */
/*
 * A list's own items begin with a key of the registry, which a filter's do
 * not: a gate that is older than this takes the lock for damaged and is not
 * ready.
 */
#include "app/fleet/fleet_filters.h"

#include <string.h>

#include "core/values/findings_login.h"

#define MARK "filter"
#define ALLOW "allow"
#define APPLIES "applies"

static size_t size_of(const char *text)
{
	size_t size = sizeof("\"\",") - 1;

	for (; *text; text++)
		size += (unsigned char)*text < 0x20     ? 6
			: *text == '"' || *text == '\\' ? 2
							: 1;
	return size;
}

size_t lg_fleet_filters_size(const char *text, const struct lg_strlist *lists)
{
	size_t size = size_of(text);

	for (size_t i = 0; i < lists->count; i++)
		size += size_of(lists->item[i]);
	return size;
}

static enum lg_status add_one(const char *which, const char *filter,
			      struct lg_strlist *lists, struct lg_error *err)
{
	const char *items[3] = {MARK, which, filter};
	enum lg_status status = LG_OK;

	for (size_t i = 0; filter && i < 3 && status == LG_OK; i++)
		status = lg_strlist_add(lists, items[i], strlen(items[i]), err);
	return status;
}

enum lg_status lg_fleet_filters_add(const struct lg_fleet_filters *filters,
				    struct lg_strlist *lists,
				    struct lg_error *err)
{
	enum lg_status status = add_one(ALLOW, filters->allow, lists, err);

	return status == LG_OK ? add_one(APPLIES, filters->applies, lists, err)
			       : status;
}

int lg_fleet_filters_is_at(const struct lg_strlist *lists, size_t at)
{
	return at + 3 <= lists->count && !strcmp(lists->item[at], MARK) &&
	       (!strcmp(lists->item[at + 1], ALLOW) ||
		!strcmp(lists->item[at + 1], APPLIES));
}

struct lg_fleet_filters
lg_fleet_filters_of(const struct lg_fleet_event *prepare)
{
	const struct lg_strlist *lists = &prepare->lists;
	struct lg_fleet_filters filters = {0};

	for (size_t at = 0; lg_fleet_filters_is_at(lists, at); at += 3) {
		if (!strcmp(lists->item[at + 1], ALLOW))
			filters.allow = lists->item[at + 2];
		else
			filters.applies = lists->item[at + 2];
	}
	return filters;
}

static enum lg_status collect(const struct lg_findings *findings,
			      struct lg_strlist *dn, struct lg_strlist *user,
			      struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < findings->account_count && status == LG_OK;
	     i++) {
		const struct lg_account *account = &findings->account[i];
		const char *login;

		if (account->asked_as != LG_ASKED_FILTER)
			continue;
		login = lg_findings_login_of(findings, account);
		if (account->dn)
			status = lg_strlist_add(dn, account->dn,
						strlen(account->dn), err);
		else if (login)
			status =
				lg_strlist_add(user, login, strlen(login), err);
	}
	return status;
}

/* The list of DNs is there also when it is empty: that is a list that names
 * nobody, and none would be no list. */
static enum lg_status join(struct lg_registry *values, const char *name,
			   const struct lg_strlist *more, int always,
			   struct lg_error *err)
{
	const struct lg_value *there =
		lg_registry_find(values, LG_KEY_PARAMETERS_SYSTEM, name);
	struct lg_strlist all = {0};
	enum lg_status status = LG_OK;

	if (!more->count && (there || !always))
		return LG_OK;
	if (there && there->type == LG_REG_MULTI_SZ)
		status = lg_strlist_add_all(&all, &there->list, err);
	if (status == LG_OK)
		status = lg_strlist_add_all(&all, more, err);
	if (status == LG_OK)
		status = lg_registry_set_list(values, LG_KEY_PARAMETERS_SYSTEM,
					      name, &all, err);
	lg_strlist_release(&all);
	return status;
}

enum lg_status lg_fleet_filters_join(struct lg_registry *values,
				     const struct lg_findings *findings,
				     const char *dn_list, const char *user_list,
				     struct lg_error *err)
{
	struct lg_strlist dn = {0}, user = {0};
	enum lg_status status = collect(findings, &dn, &user, err);

	if (status == LG_OK)
		status = join(values, dn_list, &dn, 1, err);
	if (status == LG_OK)
		status = join(values, user_list, &user, 0, err);
	lg_strlist_release(&dn);
	lg_strlist_release(&user);
	return status;
}
