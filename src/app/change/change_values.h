/* SPDX-License-Identifier: ISC */
/*
 * change_values.h - values changed by hand: import, restore
 *
 * Layer: app.
 * Flow: what is to stand there is made from what stands there; the difference
 * goes through the steps of servers.h as a lock's values do, and is over when
 * it is in force. What broke off half-way is in the journal like any change:
 * recover, and whoever ends what is over, puts the earlier values back.
 * Source: contract 4 registry, 7 "render, registry, targets"; A2, A3.
 */
#ifndef LOGONGATE_APP_CHANGE_CHANGE_VALUES_H
#define LOGONGATE_APP_CHANGE_CHANGE_VALUES_H

#include "app/change/hands.h"
#include "core/settings/settings.h"

/* server NULL: the gate here, which keeps its own back-ups and history, and
 * has kept put back by its name; else make says what is to stand there.
 * id: of the change, in the journal. gate_exit: where the gate here failed, the
 * exit code that it names. */
struct lg_change_values {
	const char *server;
	const char *id;
	enum lg_journal_event event;
	const char *kept;
	const void *context;
	enum lg_status (*make)(const void *context,
			       const struct lg_registry *is,
			       struct lg_registry **out_should,
			       struct lg_error *err);
	enum lg_servers_outcome outcome;
	int gate_exit;
};

/*
 * names gets those of the values that change; on a server without any nothing
 * is written.
 * Returns: LG_OK; LG_ERR_CONFLICT, a lock is there, another change there was
 * interrupted, or somebody else changes servers: nothing is written;
 * LG_ERR_DENIED, a right is missing; as make and the server say.
 */
enum lg_status lg_change_values(const struct lg_change_hands *hands,
				struct lg_change_values *wish,
				struct lg_strlist *names, struct lg_error *err);

/* The Registry Editor file that says it. All borrowed; server NULL: the gate
 * here. */
struct lg_values_wish {
	const char *place;
	const struct lg_buffer *bytes;
	const struct lg_target_settings *server;
};

/* context is a struct lg_values_wish. merged: as regedit does; as_kept: the
 * file is a back-up, and what came since and is not ours stays. */
enum lg_status lg_values_merged(const void *context,
				const struct lg_registry *is,
				struct lg_registry **out_should,
				struct lg_error *err);
enum lg_status lg_values_as_kept(const void *context,
				 const struct lg_registry *is,
				 struct lg_registry **out_should,
				 struct lg_error *err);

/* A value that a registry would not take is LG_ERR_LIMIT before anything is
 * written. */
enum lg_status lg_values_check_sizes(const char *name,
				     const struct lg_registry *values,
				     struct lg_error *err);

#endif
