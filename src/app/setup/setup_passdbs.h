/* SPDX-License-Identifier: ISC */
/*
 * setup_passdbs.h - the site's own passdbs of Dovecot go on to the gate's
 *
 * Layer: app, private to the set-up.
 * Flow: a passdb that only decides who gets in (the variant dict) is asked last,
 * so those before it must not end the asking when they succeed.
 */
#ifndef LOGONGATE_APP_SETUP_PASSDBS_H
#define LOGONGATE_APP_SETUP_PASSDBS_H

#include "app/setup/setup_ask.h"
#include "app/setup/setup_doveconf.h"

/*
 * Plans "result_success = continue-ok" and "skip = authenticated" for each
 * passdb of the site's, in the file where it stands; one that has such words
 * keeps them.
 * Returns: LG_OK; LG_ERR_CONFLICT, one ends the asking by his own words, is of
 * one protocol alone, or stands where setup does not find it.
 */
enum lg_status lg_setup_passdbs(const struct lg_setup_ask *ask,
				const struct lg_setup_doveconf *doveconf,
				struct lg_setup_plan *plan,
				struct lg_error *err);

#endif
