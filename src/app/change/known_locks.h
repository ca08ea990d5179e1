/* SPDX-License-Identifier: ISC */
/*
 * known_locks.h - the locks there are, and which of them somebody means
 *
 * Layer: app.
 * Flow: whoever asks adds those of the gate here, then those that the journal
 * of changes has on servers: one that is at both is one lock.
 * Source: contract 9 "Commands", 12.
 */
#ifndef LOGONGATE_APP_CHANGE_KNOWN_LOCKS_H
#define LOGONGATE_APP_CHANGE_KNOWN_LOCKS_H

#include "app/change/change_end.h"
#include "app/lock/lock_change.h"

/* id "": on servers, applied by a version that gave none. */
struct lg_known_lock {
	char id[LG_LOCK_ID_SIZE];
	const char *profile;
	int64_t since_s;
	int64_t until_s;
	int is_here;  /* at the gate of this machine, or in state_dir, or the
		      * journal says so: then that is asked for it */
	int is_there; /* on servers */
	int is_named; /* on one of those that somebody named */
	char there_id[LG_LOCK_ID_SIZE]; /* its id there; "": it has none */
	int unconfirmed;
};

/* Zero-initialise. Owns: lg_known_locks_release. */
struct lg_known_locks {
	struct lg_known_lock *lock;
	size_t count;
	size_t capacity;
};
void lg_known_locks_release(struct lg_known_locks *locks);

/* One of the gate here, or of servers: of lock, texts and times count. NULL: no
 * memory. */
struct lg_known_lock *lg_known_locks_add(struct lg_known_locks *locks,
					 const struct lg_known_lock *lock);

/* Those on servers. servers: that somebody named; NULL: every one counts. */
enum lg_status lg_known_locks_add_book(struct lg_known_locks *locks,
				       const struct lg_servers_book *book,
				       const struct lg_strlist *servers,
				       struct lg_error *err);

/* Whom somebody means. places: with_gate and the servers named are all that
 * count where no lock is named. */
struct lg_lock_wish {
	const char *name; /* a profile's name or an id; NULL: the only one */
	enum lg_lock_meant meant;
	int places;
	int with_gate;
};
int lg_known_lock_is_meant(const struct lg_known_lock *lock,
			   const struct lg_lock_wish *wish);

/* How many are; *out_lock is the last of them. */
size_t lg_known_locks_choose(const struct lg_known_locks *locks,
			     const struct lg_lock_wish *wish,
			     const struct lg_known_lock **out_lock);

/* Where it is to end, with_gate: the gate here, too; and to move its end. */
struct lg_change_lift lg_known_lock_lift(const struct lg_known_lock *lock,
					 int with_gate);
struct lg_change_move lg_known_lock_move(const struct lg_known_lock *lock);

#endif
