/* SPDX-License-Identifier: ISC */
/*
 * ldap_seat.h - the provider of a list that is in use
 *
 * Layer: adapter ldap.
 * Source: contract 10 "Following", 13 "Set-up"; facts/directory.md B, C.
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_SEAT_H
#define LOGONGATE_ADAPTERS_LDAP_SEAT_H

#include "ldap_connection.h"
#include "ldap_fleet_entry.h"

/*
 * settings.uri are the providers, the first is preferred. at is the one in
 * use, or to be tried next. calls is a connection for requests that are waited
 * for (ld NULL: none); patience_ms is how long one may be silent while another
 * can be asked, timeout_ms how long at all; left counts how often a provider
 * was given up, so that who follows on a handle of its own learns of it.
 */
struct lg_ldap_seat {
	struct lg_ldap_settings settings; /* its timeout: lg_ldap_seat_hurry */
	uint32_t timeout_ms;
	uint32_t patience_ms;
	size_t at;
	unsigned int left;
	struct lg_ldap_connection calls;
	enum lg_ldap_fleet_dialect dialect;
};

/* Connects to one provider and asks what it is. As lg_ldap_connect. */
enum lg_status lg_ldap_seat_connect(const struct lg_ldap_settings *settings,
				    size_t at,
				    struct lg_ldap_connection *out_connection,
				    enum lg_ldap_fleet_dialect *out_dialect,
				    struct lg_error *err);

/* A connection for calls; where there is none, each provider is tried once.
 * hurries: all but the last of them have the seat's patience only. The failure
 * is that of the last. */
enum lg_status lg_ldap_seat_take(struct lg_ldap_seat *seat, int hurries,
				 struct lg_error *err);

/* From now on a provider has the seat's patience, times as often, or the whole
 * timeout (times 0). */
void lg_ldap_seat_hurry(struct lg_ldap_seat *seat, uint32_t times);
/* 1 where there is another provider to ask before the whole timeout. */
int lg_ldap_seat_can_hurry(const struct lg_ldap_seat *seat);

/* Gives up the provider in use; the next is tried from now on. */
void lg_ldap_seat_leave(struct lg_ldap_seat *seat);
void lg_ldap_seat_release(struct lg_ldap_seat *seat);

/*
 * Reads one entry, waited for until the settings' timeout; none is found where
 * there is none, or it may not be seen. what is told where it cannot be asked.
 * Owns: *out_result is freed with ldap_msgfree.
 */
enum lg_status lg_ldap_seat_look(const struct lg_ldap_connection *connection,
				 const char *dn, char **attributes,
				 const char *what, LDAPMessage **out_result,
				 struct lg_error *err);
/* The values of one attribute of the root entry, which everybody may read; NULL
 * where it has none. Freed with ldap_value_free_len. */
enum lg_status lg_ldap_seat_root(const struct lg_ldap_connection *connection,
				 const char *attribute,
				 struct berval ***out_values,
				 struct lg_error *err);

/*
 * What a result code means to a fleet: LG_ERR_UNKNOWN_KEY, no such entry;
 * LG_ERR_DENIED; LG_ERR_CONFLICT, it is there already; LG_ERR_LIMIT;
 * LG_ERR_DIRECTORY, LG_ERR_TIMEOUT: another provider may know better.
 */
enum lg_status lg_ldap_seat_failed(const struct lg_ldap_connection *connection,
				   int code, const char *what,
				   struct lg_error *err);

/* For statuses of lg_ldap_seat_failed: 1 where another provider may do. */
int lg_ldap_seat_is_elsewhere(enum lg_status status);

#endif
