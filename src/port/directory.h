/* SPDX-License-Identifier: ISC */
/*
 * port/directory.h - asking a directory about accounts
 *
 * Layer: port; implemented by adapters/ldap and adapters/ldif (and by the fake
 * of the contract tests).
 * Flow: app/change/plan and the gate's workers ask; nothing asks while a logon
 * waits.
 * Source: conformance L10, L15, L17, D1-D5; facts/directory.md A, B.
 */
#ifndef LOGONGATE_PORT_DIRECTORY_H
#define LOGONGATE_PORT_DIRECTORY_H

#include <stdint.h>
#include <string.h>

#include "core/settings/directory_settings.h"
#include <logongate/findings.h>

/* Told now and then how far it is; total 0: not known. May be NULL. */
struct lg_progress {
	void *context;
	void (*step)(void *context, const char *what, uint64_t done,
		     uint64_t total);
};

/*
 * A directory that can be asked. One thread at a time.
 *
 * ask: answers every name of the ask, in the order dn, user, break_glass,
 * filter accounts, caller.
 * Returns: LG_OK, every account has a finding (never UNASKED);
 * LG_ERR_DIRECTORY or LG_ERR_TIMEOUT, it could not be asked and *out_findings
 * is untouched; LG_ERR_SYNTAX, the filter is malformed or (ldif) of a kind
 * that is not known; LG_ERR_NO_MEMORY.
 *
 * verify: as ask for DNs alone, but a part that could not be asked comes back
 * as LG_FINDING_UNASKED and the status then is LG_ERR_DIRECTORY or
 * LG_ERR_TIMEOUT although *out_findings is written. (`logongate verify`)
 *
 * describe: one line of what this directory is, for plan and targets test.
 */
struct lg_directory {
	void *self;
	enum lg_status (*ask)(void *self, const struct lg_ask *ask,
			      const struct lg_progress *progress,
			      struct lg_findings **out_findings,
			      struct lg_error *err);
	enum lg_status (*verify)(void *self, const struct lg_strlist *dn,
				 const struct lg_progress *progress,
				 struct lg_findings **out_findings,
				 struct lg_error *err);
	const char *(*describe)(void *self);
	void (*close)(void *self);
};

/* What is answered to an ask, with nobody in it yet. */
static inline enum lg_status lg_findings_of_ask(const struct lg_ask *ask,
						struct lg_findings **out,
						struct lg_error *err)
{
	struct lg_findings *findings = NULL;
	enum lg_status status = lg_findings_new(&findings, err);

	if (status == LG_OK && ask->filter) {
		findings->filter = strdup(ask->filter);
		if (!findings->filter)
			status = lg_no_memory(err);
	}
	if (status == LG_OK)
		*out = findings;
	else
		lg_findings_free(&findings);
	return status;
}

/* What so many entries make of a question. */
static inline enum lg_finding lg_finding_of(size_t hits)
{
	return hits == 0   ? LG_FINDING_NONE
	       : hits == 1 ? LG_FINDING_ONE
			   : LG_FINDING_MANY;
}

#endif
