/* SPDX-License-Identifier: ISC */
/*
 * ldap_job.h - one ask, from its names to what servers said of them
 *
 * Layer: adapter ldap.
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_JOB_H
#define LOGONGATE_ADAPTERS_LDAP_JOB_H

#include "ldap_dns.h"
#include "ldap_names.h"

/* What comes of an ask that no server could answer whole. */
enum lg_ldap_job_kind {
	LG_LDAP_JOB_ASK = 0, /* nothing */
	LG_LDAP_JOB_VERIFY   /* what was answered; the rest is unasked */
};

struct lg_ldap_job {
	enum lg_ldap_job_kind kind;
	const struct lg_ask *ask;
	const struct lg_progress *progress;
	struct lg_ldap_dns dns;
	size_t *dn_number; /* of ask->dn, then ask->break_glass; SIZE_MAX
				 * malformed */
	struct lg_ldap_user *user; /* ask->user, then the caller */
	size_t user_count;
	size_t *filtered; /* entries that allow_filter returned */
	size_t filtered_count;
	size_t filtered_capacity;
	struct lg_ldap_entries entries;
	unsigned char *shared; /* by entries.name */
	int believed;          /* "none" of this job may be believed */
};

enum lg_status lg_ldap_job_new(enum lg_ldap_job_kind kind,
			       const struct lg_ask *ask,
			       const struct lg_progress *progress,
			       struct lg_ldap_job *out_job,
			       struct lg_error *err);
void lg_ldap_job_release(struct lg_ldap_job *job);

/*
 * Asks one server for all that is not answered yet.
 * Returns: LG_OK, all is answered; LG_ERR_DIRECTORY, LG_ERR_TIMEOUT, this
 * server did not do; LG_ERR_SYNTAX, the filter is none; LG_ERR_NO_MEMORY.
 */
enum lg_status lg_ldap_job_run(struct lg_ldap_job *job,
			       struct lg_ldap_connection *connection,
			       struct lg_error *err);

/* Writes the accounts in the order of the port. */
enum lg_status lg_ldap_job_write(const struct lg_ldap_job *job,
				 struct lg_findings *findings,
				 struct lg_error *err);

#endif
