/* SPDX-License-Identifier: ISC */
/*
 * ldap_job.c - one ask, put to one server after another
 *
 * DNs, logon names and the filter are asked for in turn. Then, before any
 * "none" is believed, the server must have shown that it would have found
 * something (D5, the rule on anonymous answers). Last come the names that
 * entries outside the list share.
 */
#include "ldap_job.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <logongate/dn.h>

#include "base/grow.h"
#include "ldap_probe.h"
#include "ldap_shared.h"

static size_t count_of(const struct lg_strlist *list)
{
	return list ? list->count : 0;
}

static enum lg_status add_dns(struct lg_ldap_job *job,
			      const struct lg_strlist *list, size_t first,
			      struct lg_error *err)
{
	for (size_t i = 0; i < count_of(list); i++) {
		const char *dn = list->item[i];
		size_t number = SIZE_MAX;

		if (lg_dn_check(dn, strlen(dn), NULL, NULL) == LG_OK) {
			enum lg_status status =
				lg_ldap_dns_add(&job->dns, dn, &number, err);

			if (status != LG_OK)
				return status;
		}
		job->dn_number[first + i] = number;
	}
	return LG_OK;
}

enum lg_status lg_ldap_job_new(enum lg_ldap_job_kind kind,
			       const struct lg_ask *ask,
			       const struct lg_progress *progress,
			       struct lg_ldap_job *out_job,
			       struct lg_error *err)
{
	struct lg_ldap_job job = {
		.kind = kind, .ask = ask, .progress = progress};
	size_t dn_count = count_of(ask->dn);
	size_t users = count_of(ask->user);
	enum lg_status status;

	job.user_count = users + (ask->caller ? 1 : 0);
	job.dn_number = calloc(dn_count + count_of(ask->break_glass) + 1,
			       sizeof(*job.dn_number));
	job.user = calloc(job.user_count + 1, sizeof(*job.user));
	if (!job.dn_number || !job.user) {
		lg_ldap_job_release(&job);
		return lg_no_memory(err);
	}
	for (size_t i = 0; i < users; i++)
		job.user[i].name = ask->user->item[i];
	if (ask->caller)
		job.user[users].name = ask->caller;
	status = add_dns(&job, ask->dn, 0, err);
	if (status == LG_OK)
		status = add_dns(&job, ask->break_glass, dn_count, err);
	if (status != LG_OK) {
		lg_ldap_job_release(&job);
		return status;
	}
	*out_job = job;
	return LG_OK;
}

void lg_ldap_job_release(struct lg_ldap_job *job)
{
	lg_ldap_dns_release(&job->dns);
	lg_ldap_entries_release(&job->entries);
	free(job->dn_number);
	free(job->user);
	free(job->filtered);
	free(job->shared);
	*job = (struct lg_ldap_job){0};
}

struct filtering {
	struct lg_ldap_job *job;
	const struct lg_ldap_search *search;
};

static enum lg_status take_filtered(void *context, size_t ticket,
				    const struct lg_ldap_row *row,
				    struct lg_error *err)
{
	const struct filtering *filtering = context;
	struct lg_ldap_job *job = filtering->job;
	size_t entry;
	enum lg_status status = lg_ldap_entries_keep(
		&job->entries, row, lg_ldap_login_attributes(filtering->search),
		&entry, err);

	if (status == LG_OK)
		status = lg_grow(&job->filtered, &job->filtered_capacity,
				 job->filtered_count, sizeof(*job->filtered),
				 err);
	if (status == LG_OK)
		job->filtered[job->filtered_count++] = entry;
	return status;
}

static enum lg_status referred_elsewhere(const struct lg_ldap_search *search,
					 const char *what, struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_DIRECTORY, search->connection->uri,
			    "the directory points to another server for a "
			    "part of \"%s\" and %s may be there; ask a server "
			    "that holds all of it (the global catalog)",
			    search->base, what);
}

static enum lg_status ask_filter(struct lg_ldap_job *job,
				 const struct lg_ldap_search *search,
				 struct lg_error *err)
{
	struct filtering filtering = {.job = job, .search = search};
	const struct lg_ldap_pipeline pipeline = {.context = &filtering,
						  .entry = take_filtered};
	int referred = 0;
	enum lg_status status;

	job->filtered_count = 0;
	if (!job->ask->filter)
		return LG_OK;
	status = lg_ldap_search_paged(search, job->ask->filter, &pipeline,
				      &referred, err);
	if (status == LG_OK && referred && job->filtered_count == 0)
		status = referred_elsewhere(search, "accounts of the filter",
					    err);
	return status;
}

/* How many distinct DNs were answered "none"; break-glass ones apart. */
static size_t count_missing(const struct lg_ldap_job *job, size_t *out_doubtful)
{
	size_t missing = 0;

	*out_doubtful = 0;
	for (size_t i = 0; i < count_of(job->ask->dn); i++) {
		size_t number = job->dn_number[i];
		const struct lg_ldap_dn *dn;

		if (number == SIZE_MAX)
			continue;
		dn = &job->dns.dn[number];
		if (dn->stage != LG_LDAP_DN_ANSWERED || dn->hits > 0)
			continue;
		missing++;
		*out_doubtful += dn->doubtful ? 1 : 0;
	}
	return missing;
}

static enum lg_status cannot_match(const struct lg_ldap_search *search,
				   const char *attribute, const char *why,
				   struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_DIRECTORY, search->connection->uri,
			    "this directory cannot be asked for %s: %s",
			    attribute, why);
}

/* D5 for the DNs that were not found. */
static enum lg_status believe_dns(const struct lg_ldap_job *job,
				  const struct lg_ldap_probe *probe,
				  struct lg_error *err)
{
	const struct lg_ldap_search *search = probe->search;
	enum lg_ldap_matchable legacy = LG_LDAP_MATCHABLE;
	enum lg_ldap_matchable address = LG_LDAP_MATCHABLE;
	enum lg_status status = LG_OK;

	if (job->dns.legacy_hits == 0)
		status = lg_ldap_probe_attribute(probe, "legacyExchangeDN",
						 &legacy, err);
	if (status == LG_OK && job->dns.x500_hits == 0)
		status = lg_ldap_probe_attribute(probe, "proxyAddresses",
						 &address, err);
	if (status != LG_OK)
		return status;
	switch (legacy) {
	case LG_LDAP_MATCHABLE:
		break;
	case LG_LDAP_UNMATCHABLE:
		return cannot_match(search, "legacyExchangeDN",
				    "its schema has no EQUALITY rule for it, "
				    "so an exact search finds nothing; "
				    "caseIgnoreMatch is right",
				    err);
	case LG_LDAP_NO_VALUE:
		return cannot_match(search, "legacyExchangeDN",
				    "no entry shows one and its schema gives "
				    "no EQUALITY rule; list accounts by logon "
				    "name (allow_user), or let bind_dn read "
				    "it",
				    err);
	case LG_LDAP_UNKNOWN:
		return cannot_match(search, "legacyExchangeDN",
				    "its schema has no such attribute; list "
				    "accounts by logon name (allow_user)",
				    err);
	}
	if (address == LG_LDAP_UNMATCHABLE)
		return cannot_match(search, "proxyAddresses",
				    "its schema has no EQUALITY rule for it, "
				    "so an account that moved is not found; "
				    "caseIgnoreMatch is right",
				    err);
	return LG_OK;
}

/* The same for logon names that were not found. */
static enum lg_status believe_users(const struct lg_ldap_job *job,
				    const struct lg_ldap_probe *probe,
				    struct lg_error *err)
{
	const struct lg_strlist *attributes =
		lg_ldap_login_attributes(probe->search);
	size_t missing = 0;

	for (size_t i = 0; i < job->user_count; i++) {
		if (job->user[i].hits > 0)
			continue;
		missing++;
		if (job->user[i].doubtful)
			return referred_elsewhere(probe->search,
						  job->user[i].name, err);
	}
	for (size_t i = 0; missing > 0 && i < attributes->count; i++) {
		enum lg_ldap_matchable matchable;
		enum lg_status status = lg_ldap_probe_attribute(
			probe, attributes->item[i], &matchable, err);

		if (status != LG_OK)
			return status;
		if (matchable == LG_LDAP_UNMATCHABLE)
			return cannot_match(
				probe->search, attributes->item[i],
				"its schema has no EQUALITY rule for it, so a "
				"logon name in it is not found; caseIgnore"
				"Match is right, or login_attributes without "
				"it",
				err);
	}
	return LG_OK;
}

static size_t count_hits(const struct lg_ldap_job *job)
{
	size_t hits =
		job->dns.legacy_hits + job->dns.x500_hits + job->filtered_count;

	for (size_t i = 0; i < job->user_count; i++)
		hits += job->user[i].hits;
	return hits;
}

static enum lg_status believe(struct lg_ldap_job *job,
			      const struct lg_ldap_search *search,
			      struct lg_error *err)
{
	struct lg_ldap_probe probe = {0};
	size_t doubtful;
	size_t missing = count_missing(job, &doubtful);
	int asked =
		job->dns.count > 0 || job->user_count > 0 || job->ask->filter;
	enum lg_status status = LG_OK;

	job->believed = 0;
	if (asked && count_hits(job) == 0)
		status = lg_ldap_probe_sight(search, err);
	if (status == LG_OK && (missing > 0 || job->user_count > 0))
		status = lg_ldap_probe_open(search, &probe, err);
	if (status == LG_OK && missing > 0)
		status = believe_dns(job, &probe, err);
	if (status == LG_OK && job->user_count > 0)
		status = believe_users(job, &probe, err);
	lg_ldap_probe_close(&probe);
	if (status != LG_OK)
		return status;
	job->believed = 1;
	if (doubtful > 0)
		return referred_elsewhere(search, "a DN that was not found",
					  err);
	return LG_OK;
}

/* Marks entries of the list: found exactly once, and not only the caller. */
static void mark_listed(const struct lg_ldap_job *job, unsigned char *listed)
{
	for (size_t i = 0; i < job->dns.count; i++)
		if (job->dns.dn[i].hits == 1)
			listed[job->dns.dn[i].entry] = 1;
	for (size_t i = 0; i < count_of(job->ask->user); i++)
		if (job->user[i].hits == 1)
			listed[job->user[i].entry] = 1;
	for (size_t i = 0; i < job->filtered_count; i++)
		listed[job->filtered[i]] = 1;
}

static enum lg_status ask_shared(struct lg_ldap_job *job,
				 const struct lg_ldap_search *search,
				 struct lg_error *err)
{
	unsigned char *listed = calloc(job->entries.count + 1, 1);
	enum lg_status status = LG_OK;

	free(job->shared);
	job->shared = calloc(job->entries.name.count + 1, 1);
	if (!listed || !job->shared)
		status = lg_no_memory(err);
	if (status == LG_OK) {
		mark_listed(job, listed);
		status = lg_ldap_shared_ask(&job->entries, listed, search,
					    job->progress, job->shared, err);
	}
	free(listed);
	return status;
}

enum lg_status lg_ldap_job_run(struct lg_ldap_job *job,
			       struct lg_ldap_connection *connection,
			       struct lg_error *err)
{
	static const char *const always[] = {"legacyExchangeDN", "displayName",
					     "cn", "proxyAddresses", NULL};
	const struct lg_ldap_settings *settings = connection->settings;
	struct lg_ldap_search search = {connection, settings->base,
					LDAP_SCOPE_SUBTREE, NULL};
	enum lg_status status;

	/* What another server found says nothing of this one (D5). */
	job->dns.legacy_hits = 0;
	job->dns.x500_hits = 0;
	search.attribute =
		lg_ldap_attributes(always, &settings->login_attributes);
	if (!search.attribute)
		return lg_no_memory(err);
	status = lg_ldap_dns_ask(&job->dns, &search, &job->entries,
				 job->progress, err);
	if (status == LG_OK)
		status = lg_ldap_users_ask(job->user, job->user_count, &search,
					   &job->entries, err);
	if (status == LG_OK)
		status = ask_filter(job, &search, err);
	if (status == LG_OK)
		status = believe(job, &search, err);
	if (status == LG_OK && job->kind == LG_LDAP_JOB_ASK)
		status = ask_shared(job, &search, err);
	free(search.attribute);
	return status;
}
