/* SPDX-License-Identifier: ISC */
/*
 * servers_compose.h - what stands on a server that several locks hold
 *
 * Layer: app.
 * Flow: plan composes a profile's values with what stands there and with the
 * locks there; apply writes that, and a lift writes what is left without it.
 * Source: contract 9 "Composition".
 */
#ifndef LOGONGATE_APP_CHANGE_SERVERS_COMPOSE_H
#define LOGONGATE_APP_CHANGE_SERVERS_COMPOSE_H

#include <logongate/warning.h>

#include "app/change/servers_book.h"

/* What one lock sets on a server; own NULL: none. */
struct lg_servers_more {
	const struct lg_registry *own;
	int replaces; /* in place of what was there */
	enum lg_dialect dialect;
	int half; /* a step of it broke off; it may be there or not */
};

/*
 * The locks on one server. names are those that they set (and the one that
 * was left out); bare is what stood under them without any lock. Zero-
 * initialise; what locks set is borrowed from the book. Owns: release.
 */
struct lg_servers_beside {
	struct lg_servers_more *lock;
	size_t count;
	int replaced; /* all of them are */
	struct lg_registry *names;
	struct lg_registry *bare;
};

/* Values that say one thing together, up to four names; who sets one of them
 * owns them all. */
#define LG_TOGETHER_NAMES 0
#define LG_TOGETHER_COUNT 4
extern const char *const lg_values_together[LG_TOGETHER_COUNT][4];
int lg_values_set_any(const struct lg_registry *values, size_t group);

/* except: the lock that is left out; NULL: none. */
enum lg_status lg_servers_beside(const struct lg_servers_book *book,
				 const char *target,
				 const struct lg_servers_record *except,
				 struct lg_servers_beside *out_beside,
				 struct lg_error *err);
void lg_servers_beside_release(struct lg_servers_beside *beside);

/* What a server that holds found would hold without the locks; names that are
 * not in only (NULL: all) are left out. */
enum lg_status lg_servers_bare(const struct lg_servers_beside *beside,
			       const struct lg_registry *found,
			       const struct lg_registry *only,
			       struct lg_registry **out_bare,
			       struct lg_error *err);

/*
 * What stands under names with all locks and one more, bare (as of
 * lg_servers_bare, or that of beside) below them.
 * Returns: as lg_compose; LG_ERR_CONFLICT: they cannot stand beside each other.
 */
enum lg_status lg_servers_composed(const struct lg_servers_beside *beside,
				   const struct lg_servers_more *more,
				   const struct lg_registry *bare,
				   const struct lg_registry *names,
				   struct lg_registry **out_values,
				   struct lg_warnings *warnings,
				   struct lg_error *err);

#endif
