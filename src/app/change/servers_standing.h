/* SPDX-License-Identifier: ISC */
/*
 * servers_standing.h - what is to stand on servers, and what is there
 *
 * Layer: app.
 * Flow: lift, recover and expiry open the servers of a change, and what is to
 * stand on each without it comes from the book alone; status reads them beside
 * what the journal says.
 * Source: contract 4 status.
 */
#ifndef LOGONGATE_APP_CHANGE_SERVERS_STANDING_H
#define LOGONGATE_APP_CHANGE_SERVERS_STANDING_H

#include "app/change/servers_compose.h"

/*
 * Fills servers, whose member array takes count, for the servers behind port:
 * wanted is what stands there with the change, before what stands there
 * without it, beside the other locks. Owns: release each member.
 */
enum lg_status lg_servers_ending(const struct lg_servers_book *book,
				 const struct lg_servers_record *record,
				 struct lg_target *port, size_t count,
				 struct lg_servers *servers,
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

/* The lock that speaks for all on one server: one that is half done tells
 * most, else the one that ends last. record NULL: no lock is there. */
struct lg_servers_seen {
	const struct lg_servers_record *record;
	const struct lg_servers_record_target *target;
};
struct lg_servers_seen lg_servers_seen(const struct lg_servers_book *book,
				       const char *name);

/*
 * Reads the servers behind port into servers, whose member array takes count;
 * wanted is what is to stand there. Owns: release each member.
 */
enum lg_status lg_servers_look_at(const struct lg_servers_book *book,
				  struct lg_target *port, size_t count,
				  struct lg_servers *servers,
				  struct lg_error *err);

/* Adds the servers of a change that are not among the names yet. */
enum lg_status lg_servers_names(const struct lg_servers_record *record,
				struct lg_strlist *names, struct lg_error *err);

/* 1 when the gate here has a part in any. */
int lg_servers_with_gate(const struct lg_servers_book *book);

#endif
