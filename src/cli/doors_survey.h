/* SPDX-License-Identifier: ISC */
/*
 * doors_survey.h - looks at this machine's servers and says which ask the gate
 *
 * Layer: cli: runs doveconf, postconf and nginx, reads configuration files and
 * hands the texts to app/doors.
 */
#ifndef LOGONGATE_CLI_DOORS_SURVEY_H
#define LOGONGATE_CLI_DOORS_SURVEY_H

#include <logongate/settings.h>

#include "app/doors/doors.h"

/* Where to look; NULL is where the server itself looks. */
struct lg_doors_places {
	const char *dovecot_conf;
	const char *postfix_dir;
	const char *nginx_conf;
	const char *haproxy_conf;
	const char *pam_dir;
};

/*
 * A server that is not installed has no ways in. One whose configuration
 * cannot be read is a way whose answer is "unknown", with the reason.
 */
enum lg_status lg_doors_survey(const struct lg_settings *settings,
			       const struct lg_doors_places *places,
			       struct lg_ways *ways, struct lg_error *err);

#endif
