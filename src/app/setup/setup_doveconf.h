/* SPDX-License-Identifier: ISC */
/*
 * setup_doveconf.h - what `doveconf -n` says of the Dovecot to be set up
 *
 * Layer: app, private to the set-up.
 */
#ifndef LOGONGATE_APP_SETUP_DOVECONF_H
#define LOGONGATE_APP_SETUP_DOVECONF_H

#include "app/setup/setup_ask.h"

/* All of it lies in the arena of the plan. */
struct lg_setup_doveconf {
	const char *shown;
	const char *conf;   /* the main file */
	const char *folder; /* of the main file */
	int is_24;
};

/*
 * Of the main file conf; NULL: where Dovecot looks by itself.
 * Returns: LG_OK; LG_ERR_UNKNOWN_KEY, Dovecot is not here; LG_ERR_SYNTAX, it
 * is another version than 2.3 and 2.4; LG_ERR_CONFLICT, its main file does not
 * include conf.d.
 */
enum lg_status lg_setup_doveconf_read(const struct lg_setup_ask *ask,
				      const char *conf,
				      struct lg_setup_doveconf *out_doveconf);

/* The value of a setting at the top, or NULL; *out_len then stays. */
const char *lg_setup_doveconf_value(const struct lg_setup_doveconf *doveconf,
				    const char *name, size_t *out_len);

/*
 * A passdb that only decides who gets in (the variant dict) is asked last, so
 * those before it must not end the asking when they succeed.
 * Plans "result_success = continue-ok" and "skip = authenticated" for each
 * passdb of the site's, in the file where it stands; one that has such words
 * keeps them.
 * Returns: LG_OK; LG_ERR_CONFLICT, one ends the asking by his own words, is of
 * one protocol alone, or stands where setup does not find it.
 */
enum lg_status lg_setup_passdbs(const struct lg_setup_ask *ask,
				const struct lg_setup_doveconf *doveconf);

#endif
