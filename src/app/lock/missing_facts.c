/* SPDX-License-Identifier: ISC */
/*
 * missing_facts.c - which names a directory has yet to be asked about
 *
 * The names that were asked are kept as sorted hashes: lists have up to a
 * million names. A name taken for asked by a collision is found out by
 * lg_policy_compile, which then has no policy to give.
 */
#include "app/lock/lock_change.h"

#include <stdlib.h>
#include <string.h>

#include <logongate/dn.h>
#include "core/values/name.h"
#include <logongate/policy.h>

struct asked {
	uint64_t *hash;
	size_t count;
};

static int compare_hashes(const void *a, const void *b)
{
	uint64_t one = *(const uint64_t *)a;
	uint64_t other = *(const uint64_t *)b;

	return (one > other) - (one < other);
}

/* Accounts that were asked as a DN, or as anything else. */
static enum lg_status collect(const struct lg_findings *findings, int as_dn,
			      struct asked *out_asked, struct lg_error *err)
{
	size_t count = findings ? findings->account_count : 0;
	struct asked asked = {malloc((count + 1) * sizeof(uint64_t)), 0};

	if (!asked.hash)
		return lg_no_memory(err);
	for (size_t i = 0; i < count; i++) {
		const struct lg_account *account = &findings->account[i];

		if (!account->asked ||
		    (account->asked_as == LG_ASKED_DN) != as_dn)
			continue;
		asked.hash[asked.count++] =
			as_dn ? lg_dn_hash(account->asked,
					   strlen(account->asked))
			      : lg_name_hash(account->asked,
					     strlen(account->asked));
	}
	qsort(asked.hash, asked.count, sizeof(*asked.hash), compare_hashes);
	*out_asked = asked;
	return LG_OK;
}

static enum lg_status add_missing(const struct lg_strlist *names,
				  const struct lg_findings *findings, int as_dn,
				  struct lg_strlist *out_missing,
				  int *out_needs, struct lg_error *err)
{
	struct asked asked = {0};
	enum lg_status status;

	status = collect(findings, as_dn, &asked, err);
	for (size_t i = 0; status == LG_OK && i < names->count; i++) {
		size_t len = strlen(names->item[i]);
		uint64_t hash = as_dn ? lg_dn_hash(names->item[i], len)
				      : lg_name_hash(names->item[i], len);

		if (bsearch(&hash, asked.hash, asked.count, sizeof(hash),
			    compare_hashes))
			continue;
		*out_needs = 1;
		if (out_missing)
			status = lg_strlist_add(out_missing, names->item[i],
						len, err);
	}
	free(asked.hash);
	return status;
}

/* Releases the names; status: whether they could be read. */
static enum lg_status
find_missing(enum lg_status status, struct lg_strlist *dns,
	     struct lg_strlist *users, const struct lg_findings *findings,
	     struct lg_strlist *out_dn, struct lg_strlist *out_user,
	     int *out_needs, struct lg_error *err)
{
	int needs = 0;

	if (status == LG_OK)
		status = add_missing(dns, findings, 1, out_dn, &needs, err);
	if (status == LG_OK)
		status = add_missing(users, findings, 0, out_user, &needs, err);
	if (status == LG_OK)
		*out_needs = needs;
	lg_strlist_release(dns);
	lg_strlist_release(users);
	return status;
}

enum lg_status lg_missing_facts(enum lg_dialect dialect,
				const struct lg_registry *values,
				const struct lg_findings *findings,
				struct lg_strlist *out_dn,
				struct lg_strlist *out_user, int *out_needs,
				struct lg_error *err)
{
	struct lg_strlist dns = {0}, users = {0};
	enum lg_status status =
		lg_policy_names(dialect, values, &dns, &users, err);

	return find_missing(status, &dns, &users, findings, out_dn, out_user,
			    out_needs, err);
}

enum lg_status lg_missing_concerned(const struct lg_registry *values,
				    const struct lg_findings *findings,
				    struct lg_strlist *out_dn,
				    struct lg_strlist *out_user, int *out_needs,
				    struct lg_error *err)
{
	struct lg_strlist dns = {0}, users = {0};
	enum lg_status status =
		lg_policy_concerned_names(values, &dns, &users, NULL, err);

	return find_missing(status, &dns, &users, findings, out_dn, out_user,
			    out_needs, err);
}
