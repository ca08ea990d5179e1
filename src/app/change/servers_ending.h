/* SPDX-License-Identifier: ISC */
/*
 * servers_ending.h - the members of a change that is to end
 *
 * Layer: app.
 * Flow: lift, recover and expiry open the servers of a change, and what is to
 * stand on each without it comes from the book alone.
 */
#ifndef LOGONGATE_APP_CHANGE_SERVERS_ENDING_H
#define LOGONGATE_APP_CHANGE_SERVERS_ENDING_H

#include "app/change/servers_compose.h"

/*
 * Fills fleet, whose member array takes count, for the servers behind port:
 * wanted is what stands there with the change, before what stands there
 * without it, beside the other locks. Owns: release each member.
 */
enum lg_status lg_servers_ending(const struct lg_servers_book *book,
				 const struct lg_servers_record *record,
				 struct lg_target *port, size_t count,
				 struct lg_servers *fleet,
				 struct lg_error *err);

/*
 * What is to stand on one server now: all locks on it.
 * names alone where no lock is there: none.
 */
enum lg_status lg_servers_standing(const struct lg_servers_book *book,
				   const char *target, int apart,
				   const char *id,
				   struct lg_registry **out_values,
				   struct lg_error *err);

/* Another change that was interrupted on this server: what stands there is not
 * known before it is recovered; NULL: none. */
const struct lg_servers_record *
lg_servers_interrupted(const struct lg_servers_book *book, const char *target,
		       const struct lg_servers_record *except);

#endif
