/* SPDX-License-Identifier: ISC */
/*
 * servers_seen.h - what is on servers, beside what the journal says of them
 *
 * Layer: app.
 * Source: contract 4 status.
 */
#ifndef LOGONGATE_APP_CHANGE_SERVERS_SEEN_H
#define LOGONGATE_APP_CHANGE_SERVERS_SEEN_H

#include "app/change/servers_book.h"

/* The lock that speaks for all on one server: one that is half done tells
 * most, else the one that ends last. record NULL: no lock is there. */
struct lg_servers_seen {
	const struct lg_servers_record *record;
	const struct lg_servers_record_target *target;
};
struct lg_servers_seen lg_servers_seen(const struct lg_servers_book *book,
				       const char *name);

/*
 * Reads the servers behind port into fleet, whose member array takes count;
 * wanted is what is to stand there. Owns: release each member.
 */
enum lg_status lg_servers_look_at(const struct lg_servers_book *book,
				  struct lg_target *port, size_t count,
				  struct lg_servers *fleet,
				  struct lg_error *err);

/* Adds the servers of a change that are not among the names yet. */
enum lg_status lg_servers_names(const struct lg_servers_record *record,
				struct lg_strlist *names, struct lg_error *err);

/* 1 when the gate here has a part in any. */
int lg_servers_with_gate(const struct lg_servers_book *book);

#endif
