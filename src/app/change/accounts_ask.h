/* SPDX-License-Identifier: ISC */
/*
 * accounts_ask.h - asking the directory for accounts that are not listed by DN
 *
 * Layer: app.
 * Flow: whom a lock concerns: plan and apply ask with the profile, the gate
 * with the values of a lock whose findings it lost; what comes back is the
 * `concerned` of a lg_policy_layer, and what lg_profile_render takes the
 * filter's accounts from. Who lists accounts by a filter or by name: the
 * legacyExchangeDN of each is asked about once more, and one that another
 * entry has too, or that is no DN (ADCDisabledMail), is left out of the
 * findings. The account keeps its names.
 * Source: contract 9 "Whom it concerns", 12 "Who is concerned"; conformance
 * L15, D2.
 */
#ifndef LOGONGATE_APP_CHANGE_ACCOUNTS_ASK_H
#define LOGONGATE_APP_CHANGE_ACCOUNTS_ASK_H

#include <logongate/warning.h>

#include "port/directory.h"

/* All borrowed; lists may be NULL. */
struct lg_concerned {
	const struct lg_strlist *dn;
	const struct lg_strlist *user;
	const char *filter; /* NULL: none */
	/* Mail domains: the names of every account that has a legacyExchangeDN
	 * are asked for too, for whoever logs on with a DN alone. */
	int domains;
};

/*
 * Asks about all of them. directory NULL is LG_ERR_DIRECTORY.
 * Returns: as ask of lg_directory. Owns: free *out_findings with
 * lg_findings_free.
 */
enum lg_status lg_concerned_ask(const struct lg_directory *directory,
				const struct lg_concerned *who,
				const struct lg_progress *progress,
				struct lg_findings **out_findings,
				struct lg_error *err);

/* As ask of lg_directory; what is left out is told, warnings may be NULL. */
enum lg_status lg_found_ask(const struct lg_directory *directory,
			    const struct lg_ask *ask,
			    const struct lg_progress *progress,
			    struct lg_findings **out_findings,
			    struct lg_warnings *warnings, struct lg_error *err);

#endif
