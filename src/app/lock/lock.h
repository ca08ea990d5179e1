/* SPDX-License-Identifier: ISC */
/*
 * lock.h - a lock is a value: what it sets, since when, until when, by whom
 *
 * Layer: app: core and port/clock.
 * Flow: app/lock/state holds a set of them, one file each; lock_change.h
 * begins, moves and ends them.
 * Source: contract 1, 7 "Locks", 9 "A lock is a value", 12.
 */
#ifndef LOGONGATE_APP_LOCK_LOCK_H
#define LOGONGATE_APP_LOCK_LOCK_H

#include <logongate/policy.h>
#include "port/clock.h"
#include "port/files.h"
#include "port/target.h"

/* "lg-" and 12 lower-case hex digits. */
#define LG_LOCK_ID_SIZE 16

/*
 * A time that is kept twice: as people know it, and since boot. wall_s 0 is
 * no such time.
 */
struct lg_deadline {
	int64_t wall_s;
	int64_t boot_ms;
};

/* Whom it concerns, for people; the values have the whole of it. */
struct lg_lock_concerns {
	int some; /* 0: everybody */
	struct lg_strlist domains;
	size_t accounts;
};

/*
 * Absent texts are NULL. variables: "name=value" lines, sorted; with the
 * profile's name they say what is the same lock. generation counts refusals.
 * values: what it sets; NULL where they cannot be read any more (then it
 * refuses nobody by itself and the state is not trusted). findings: NULL where
 * nothing was asked, or the answers are lost; asked says which. concerned: the
 * answers about those whom it concerns; NULL: those are in findings too.
 * start is set as long as it has yet to begin, and since_s is 0 then.
 * until.wall_s 0: nobody knows the end; it stays until lift.
 * offset_ms is wall clock minus boot clock when the deadlines were set;
 * boot_id names the boot they count in. stored: values as its file has them.
 */
struct lg_lock {
	char id[LG_LOCK_ID_SIZE];
	uint64_t generation;
	char *profile;
	char *variables;
	char *by;
	char *reason;
	char *backup;
	struct lg_registry *values;
	struct lg_findings *findings;
	struct lg_findings *concerned;
	char *stored;
	int asked;
	int replaces; /* in place of the standing values, not beside them */
	enum lg_lock_origin origin;
	int64_t since_s;
	int64_t max_duration_s; /* -1: no limit */
	struct lg_deadline start;
	struct lg_deadline until;
	struct lg_deadline confirm;
	struct lg_deadline cut;
	char boot_id[LG_BOOT_ID_SIZE];
	int64_t offset_ms;
};

enum lg_status lg_lock_new(struct lg_lock **out_lock, struct lg_error *err);
void lg_lock_free(struct lg_lock **lock);

/* 1 when the text has the form of an id. */
int lg_lock_is_id(const char *text);

/* 1 where said is the name of the profile (NULL: of none), or a file that
 * apply takes for it. */
int lg_lock_profile_is(const char *profile, const char *said);

/* LG_ERR_CONFLICT with the code "fleet-lock" where the lock is the fleet's,
 * and so nobody's to change at one gate alone. */
enum lg_status lg_lock_is_ours(const struct lg_lock *lock,
			       struct lg_error *err);

/* 1 until it begins (apply --at). */
int lg_lock_waits(const struct lg_lock *lock);

/*
 * LG_ERR_RANGE: a lock that would last longer than its profile lets it.
 * since: "", or from when that counts, with a blank before it.
 */
enum lg_status lg_lock_too_long(const char *profile, int64_t lasts_s,
				int64_t max_duration_s, const char *since,
				struct lg_error *err);

/* A deadline wall_s (0: none) of a lock that is set now. */
struct lg_deadline lg_deadline_at(int64_t wall_s, const struct lg_now *now);

/* Makes the deadlines count from this boot and these clocks, by the wall
 * clock they hold. */
void lg_lock_stamp(struct lg_lock *lock, const struct lg_now *now);

/* 1 when the deadlines were set in this boot of the machine. */
int lg_lock_same_boot(const struct lg_lock *lock, const struct lg_now *now);

/* Milliseconds until a deadline, 0 where it is past, -1 where there is none.
 * By the boot clock within one boot, else by the wall clock. */
int64_t lg_lock_left_ms(const struct lg_lock *lock,
			const struct lg_deadline *deadline,
			const struct lg_now *now);

/* Seconds that the wall clock was stepped since the deadlines were set; 0 when
 * less than two, or another boot. */
int64_t lg_lock_stepped_s(const struct lg_lock *lock, const struct lg_now *now);

/* From when on what came since since_s is written, for a wall clock that was
 * stepped by stepped_s meanwhile: set back, it writes earlier times, known by
 * a second or two. */
int64_t lg_lock_written_since_s(int64_t since_s, int64_t stepped_s);

/* Seconds since the lock began, whatever the wall clock was made to say
 * meanwhile; 0 before. */
int64_t lg_lock_gone_s(const struct lg_lock *lock, const struct lg_now *now);

/* Less than 0 where a ends before b; of those that end at the same time the
 * first by profile and id counts as the one that ends last (contract 12). */
int lg_lock_compare_ends(const struct lg_lock *a, const struct lg_lock *b);

/* Their words, and NULL behind them. */
extern const char *const lg_lock_origins[];

/* 1 when values say that they concern some and not everybody. */
int lg_values_concern_some(const struct lg_registry *values);

/* Reads whom it concerns out of its values; release the domains. */
enum lg_status lg_lock_concerns(const struct lg_lock *lock,
				struct lg_lock_concerns *out_concerns,
				struct lg_error *err);

#endif
