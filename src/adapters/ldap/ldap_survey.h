/* SPDX-License-Identifier: ISC */
/*
 * ldap_survey.h - what a server says of itself, for settings to be made of
 *
 * Layer: adapter ldap.
 * Flow: `logongate setup directory` asks, shows and writes [directory].
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_SURVEY_H
#define LOGONGATE_ADAPTERS_LDAP_SURVEY_H

#include "port/directory.h"

/* Zero-initialise; release with lg_ldap_survey_release. */
struct lg_ldap_survey {
	enum lg_directory_tls tls;  /* how it was reached */
	struct lg_strlist contexts; /* where its entries begin */
	struct lg_buffer base;      /* as was asked, or the only one */
	struct lg_strlist login;    /* login attributes that it can match */
	int knows_dn;               /* legacyExchangeDN too */
	int is_active_directory;
};

/*
 * Asks the first server of settings. tls LG_TLS_DEMAND with ldap:// tries
 * StartTLS, and goes without where a server on this machine offers none. base
 * NULL: the one that the server names; of several the one that Active
 * Directory calls its default.
 * Returns: LG_OK; LG_ERR_CONFLICT, several bases (contexts has them), or none;
 * LG_ERR_DIRECTORY (a wrong name or password, too), LG_ERR_TIMEOUT; what
 * lg_directory_open says of settings.
 */
enum lg_status lg_ldap_survey(const struct lg_directory_settings *settings,
			      struct lg_ldap_survey *out_survey,
			      struct lg_error *err);
void lg_ldap_survey_release(struct lg_ldap_survey *survey);

#endif
