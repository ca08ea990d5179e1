/* SPDX-License-Identifier: ISC */
/*
 * ldap_job_write.c - what servers said, as findings in the order of the port
 */
#include "ldap_job.h"

#include <stdint.h>
#include <stdlib.h>

/* Adds an account; its entry counts where the finding is one. */
static enum lg_status write_account(const struct lg_ldap_job *job,
				    struct lg_account account, size_t entry,
				    struct lg_findings *findings,
				    struct lg_error *err)
{
	const struct lg_ldap_entry *from;
	struct lg_login *login;
	enum lg_status status;

	if (account.finding != LG_FINDING_ONE)
		return lg_findings_add(findings, &account, NULL, 0, err);
	from = &job->entries.entry[entry];
	account.entry = from->dn;
	account.display = from->account.display;
	account.dn = from->account.dn;
	login = calloc(from->name_count + 1, sizeof(*login));
	if (!login)
		return lg_no_memory(err);
	for (size_t i = 0; i < from->name_count; i++) {
		size_t name = from->name_first + i;

		login[i].name = job->entries.name.item[name];
		login[i].shared = job->shared && job->shared[name];
	}
	status = lg_findings_add(findings, &account, login, from->name_count,
				 err);
	free(login);
	return status;
}

static enum lg_status write_dns(const struct lg_ldap_job *job,
				enum lg_asked_as asked_as,
				const struct lg_strlist *list, size_t first,
				struct lg_findings *findings,
				struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; list && status == LG_OK && i < list->count; i++) {
		struct lg_account account = {.asked_as = asked_as,
					     .asked = list->item[i]};
		size_t number = job->dn_number[first + i];
		size_t entry = 0;

		if (number == SIZE_MAX) {
			account.finding = LG_FINDING_MALFORMED;
		} else if (job->dns.dn[number].stage == LG_LDAP_DN_ANSWERED) {
			const struct lg_ldap_dn *dn = &job->dns.dn[number];
			int sure = job->believed && !dn->doubtful;

			account.finding = dn->hits > 0 || sure
						  ? lg_finding_of(dn->hits)
						  : LG_FINDING_UNASKED;
			account.via = dn->via;
			entry = dn->entry;
		}
		status = write_account(job, account, entry, findings, err);
	}
	return status;
}

static enum lg_status write_users(const struct lg_ldap_job *job,
				  enum lg_asked_as asked_as, size_t first,
				  size_t end, struct lg_findings *findings,
				  struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = first; status == LG_OK && i < end; i++) {
		const struct lg_ldap_user *user = &job->user[i];
		struct lg_account account = {
			.asked_as = asked_as,
			.finding = lg_finding_of(user->hits),
			.via = user->hits ? LG_VIA_LOGIN : LG_VIA_NOTHING,
			.asked = user->name,
		};

		status =
			write_account(job, account, user->entry, findings, err);
	}
	return status;
}

enum lg_status lg_ldap_job_write(const struct lg_ldap_job *job,
				 struct lg_findings *findings,
				 struct lg_error *err)
{
	const struct lg_ask *ask = job->ask;
	size_t users = ask->user ? ask->user->count : 0;
	enum lg_status status;

	status = write_dns(job, LG_ASKED_DN, ask->dn, 0, findings, err);
	if (status == LG_OK)
		status = write_users(job, LG_ASKED_USER, 0, users, findings,
				     err);
	if (status == LG_OK)
		status = write_dns(job, LG_ASKED_BREAK_GLASS, ask->break_glass,
				   ask->dn ? ask->dn->count : 0, findings, err);
	for (size_t i = 0; status == LG_OK && i < job->filtered_count; i++)
		status = write_account(
			job,
			(struct lg_account){.asked_as = LG_ASKED_FILTER,
					    .finding = LG_FINDING_ONE,
					    .via = LG_VIA_FILTER},
			job->filtered[i], findings, err);
	if (status == LG_OK)
		status = write_users(job, LG_ASKED_CALLER, users,
				     job->user_count, findings, err);
	return status;
}
