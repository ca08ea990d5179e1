/* SPDX-License-Identifier: ISC */
/*
 * setup_doveconf.h - what `doveconf -n` says of the Dovecot to be set up
 *
 * Layer: app, private to the set-up.
 */
#ifndef LOGONGATE_APP_SETUP_DOVECONF_H
#define LOGONGATE_APP_SETUP_DOVECONF_H

#include "app/setup/setup_ask.h"

struct lg_setup_doveconf {
	struct lg_buffer shown;
	struct lg_buffer conf;   /* the main file */
	struct lg_buffer folder; /* of the main file */
	int is_24;
};

/*
 * Returns: LG_OK; LG_ERR_UNKNOWN_KEY, Dovecot is not here; LG_ERR_SYNTAX, it
 * is another version than 2.3 and 2.4; LG_ERR_CONFLICT, its main file does not
 * include conf.d.
 */
enum lg_status lg_setup_doveconf_read(const struct lg_setup_ask *ask,
				      struct lg_setup_doveconf *out_doveconf,
				      struct lg_error *err);
void lg_setup_doveconf_release(struct lg_setup_doveconf *doveconf);

/* The value of a setting at the top, or NULL. */
const char *lg_setup_doveconf_value(const struct lg_setup_doveconf *doveconf,
				    const char *name, size_t *out_len);

#endif
