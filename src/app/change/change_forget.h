/* SPDX-License-Identifier: ISC */
/*
 * change_forget.h - giving up servers that are gone for good
 *
 * Layer: app.
 * Flow: the journal says so before anything else happens, and no later step
 * asks such a server. What it held before stays at hand: the back-up of the
 * apply, or one that is made from the journal where that file is gone.
 * Source: contract 4 recover.
 */
#ifndef LOGONGATE_APP_CHANGE_CHANGE_FORGET_H
#define LOGONGATE_APP_CHANGE_CHANGE_FORGET_H

#include "app/change/hands.h"

/* Servers that were given up, each with the name of its back-up; "" where
 * none could be kept. Owns: lg_change_forgotten_release. */
struct lg_change_forgotten {
	struct lg_strlist name;
	struct lg_strlist backup;
	size_t in_force; /* in how many other places the locks stay */
};
void lg_change_forgotten_release(struct lg_change_forgotten *forgotten);

/*
 * Gives up the servers of these names, each once, whatever locks are on them.
 * A second try gives up again what was given up already.
 * Returns: LG_OK; LG_ERR_UNKNOWN_KEY, no lock is on one of them and nothing is
 * given up: err says which are.
 */
enum lg_status lg_change_forget(const struct lg_change_hands *hands,
				const struct lg_strlist *names,
				struct lg_change_forgotten *out_forgotten,
				struct lg_error *err);

#endif
