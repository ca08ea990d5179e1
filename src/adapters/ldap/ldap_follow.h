/* SPDX-License-Identifier: ISC */
/*
 * ldap_follow.h - what the parts of the fleet's adapter share
 *
 * Layer: adapter ldap; for ldap_fleet.c and what it is made of.
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_FOLLOW_H
#define LOGONGATE_ADAPTERS_LDAP_FOLLOW_H

#include <stdatomic.h>

#include "ldap_seat.h"

#define LG_LDAP_LOCKS "ou=locks"
#define LG_LDAP_GATES "ou=gates"

/*
 * One fleet. Times are milliseconds of the monotonic clock.
 *
 * follow.ld is NULL while no provider is followed. seat_left is seat.left at
 * the time it was made: another number means that a call gave the provider up.
 */
struct lg_ldap_fleet {
	struct lg_ldap_seat seat;
	unsigned int branches;
	struct lg_buffer base, locks, gates; /* DNs */
	int64_t heartbeat_ms;
	int64_t beat_limit_ms; /* how long its answer may take */
	int64_t return_ms;
	int64_t gather_ms;

	int wake; /* an eventfd */
	atomic_int interrupted;

	struct lg_ldap_connection follow;
	unsigned int seat_left;
	int lost_told;
	/* Of the poll that runs: calls of the sink, and whether one failed. */
	size_t told;
	int sink_failed;
	int more;     /* a batch was full: libldap may hold the next message */
	size_t tried; /* providers that failed one after another */
	int64_t pause_ms, try_at, beat_at, return_at;

	int late_id; /* of a report on its way; 0: none */

	/* OpenLDAP. beat_id: the heartbeat on its way; 0: none. */
	int search_id;
	int beat_id;
	int64_t beat_end;
	struct berval cookie;
	size_t cookie_at; /* the provider that gave it */
	int had_cookie;   /* of this refresh */
	int refreshing, present_phase;

	/* Active Directory: up to which change of this server all was read;
	 * hinted: it says that there is something new. */
	uint64_t usn;
	int64_t changes_at, whole_at;
	int hinted;
};

enum lg_status lg_ldap_fleet_poll(void *self, unsigned int timeout_ms,
				  const struct lg_fleet_sink *sink,
				  struct lg_error *err);
/* Forgets the provider that is followed; cookie too where it is of no use. */
void lg_ldap_follow_drop(struct lg_ldap_fleet *fleet, int cookie_too);

/* Tell the sink, count it, and remember a failure of its own. */
enum lg_status lg_ldap_follow_tell(struct lg_ldap_fleet *fleet,
				   const struct lg_ldap_fleet_read *read,
				   const struct lg_fleet_sink *sink,
				   struct lg_error *err);
enum lg_status lg_ldap_follow_heard(struct lg_ldap_fleet *fleet,
				    const struct lg_fleet_sink *sink,
				    struct lg_error *err);
enum lg_status lg_ldap_follow_id(struct lg_ldap_fleet *fleet,
				 const unsigned char *uuid, int vanished,
				 const struct lg_fleet_sink *sink,
				 struct lg_error *err);
enum lg_status lg_ldap_follow_refreshed(struct lg_ldap_fleet *fleet,
					enum lg_fleet_refresh what,
					const struct lg_fleet_sink *sink,
					struct lg_error *err);

/*
 * Tells the sink of all entries of a branch that the filter finds, read page
 * by page over the connection for calls.
 * Returns: as port/fleet.h says of events.
 */
enum lg_status lg_ldap_follow_read(struct lg_ldap_fleet *fleet,
				   const char *base, const char *filter,
				   const struct lg_fleet_sink *sink,
				   struct lg_error *err);

/*
 * The two ways to follow. begin: sends what asks for news over a fresh
 * fleet->follow. take: one message that came over it. due: what is to be done
 * by time; *out_next_at is when that is next. Each: LG_OK,
 * else the provider is of no more use, or fleet->sink_failed says that it was
 * the sink.
 */
struct lg_ldap_follow_way {
	enum lg_status (*begin)(struct lg_ldap_fleet *fleet,
				struct lg_error *err);
	enum lg_status (*take)(struct lg_ldap_fleet *fleet,
			       LDAPMessage *message,
			       const struct lg_fleet_sink *sink,
			       struct lg_error *err);
	enum lg_status (*due)(struct lg_ldap_fleet *fleet,
			      const struct lg_fleet_sink *sink,
			      int64_t *out_next_at, struct lg_error *err);
};
extern const struct lg_ldap_follow_way lg_ldap_follow_openldap;
extern const struct lg_ldap_follow_way lg_ldap_follow_ad;

/* port/fleet.h's calls that are no poll. */
enum lg_status lg_ldap_fleet_events(void *self, const char *lock,
				    const struct lg_fleet_sink *sink,
				    struct lg_error *err);
enum lg_status lg_ldap_fleet_gates(void *self, const struct lg_fleet_sink *sink,
				   struct lg_error *err);
enum lg_status lg_ldap_fleet_publish(void *self,
				     const struct lg_fleet_entry *entry,
				     struct lg_error *err);
enum lg_status lg_ldap_fleet_send_report(void *self, const char *name,
					 const char *report, size_t len,
					 unsigned int patience_ms,
					 struct lg_error *err);

#endif
