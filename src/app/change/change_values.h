/* SPDX-License-Identifier: ISC */
/*
 * change_values.h - the values of one server changed by hand: import, restore
 *
 * Layer: app.
 * Flow: a change is the difference between what the server holds and what it is
 * to hold. The journal of changes is held meanwhile, so that no lock begins in
 * the middle; what fails is put back from what was read first.
 * Source: contract 4 registry, 7 "render, registry, targets"; A2, A3.
 */
#ifndef LOGONGATE_APP_CHANGE_CHANGE_VALUES_H
#define LOGONGATE_APP_CHANGE_CHANGE_VALUES_H

#include "app/change/hands.h"

/* What the server is to hold, made from what it holds. */
struct lg_change_values {
	const char *server;
	enum lg_journal_event event;
	const void *context;
	enum lg_status (*make)(const void *context,
			       const struct lg_registry *is,
			       struct lg_registry **out_should,
			       struct lg_error *err);
};

enum lg_change_left {
	LG_CHANGE_NOT_BEGUN = 0, /* LG_ERR_CONFLICT: a lock is on it, or
				  * somebody else changes servers */
	LG_CHANGE_WHOLE,         /* as it was, or as it is to be */
	LG_CHANGE_HALF           /* it failed and could not be put back */
};

/*
 * names gets those of the values that change.
 * Returns: LG_OK; LG_ERR_DENIED a right is missing; as make and the server say.
 */
enum lg_status lg_change_values(const struct lg_change_hands *hands,
				const struct lg_change_values *wish,
				struct lg_strlist *names,
				enum lg_change_left *out_left,
				struct lg_error *err);

#endif
