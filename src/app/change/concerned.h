/* SPDX-License-Identifier: ISC */
/*
 * concerned.h - asking the directory whom a lock concerns
 *
 * Layer: app.
 * Flow: plan and apply ask with the profile, the gate with the values of a lock
 * whose findings it lost; what comes back is the `concerned` of a
 * lg_policy_layer, and what lg_profile_render takes the filter's accounts
 * from.
 * Source: contract 9 "Whom it concerns", 12 "Who is concerned".
 */
#ifndef LOGONGATE_APP_CHANGE_CONCERNED_H
#define LOGONGATE_APP_CHANGE_CONCERNED_H

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

#endif
