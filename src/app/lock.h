/* SPDX-License-Identifier: ISC */
/*
 * lock.h - the record of one lock: lock.json
 *
 * Layer: app: core and port/clock.
 * Flow: app/state reads and writes it, app/window changes it.
 * Source: contract 1, 7 "The gate", "Locks".
 */
#ifndef LOGONGATE_APP_LOCK_H
#define LOGONGATE_APP_LOCK_H

#include <logongate/buffer.h>
#include <logongate/port/clock.h>
#include <logongate/port/files.h>

/*
 * A time that is kept twice: as people know it, and since boot. wall_s 0 is
 * no such time.
 */
struct lg_deadline {
	int64_t wall_s;
	int64_t boot_ms;
};

/* Where a lock stands; the words of lock.json. */
enum lg_lock_phase {
	LG_LOCK_NONE = 0, /* "none": only the generation is kept */
	LG_LOCK_PENDING,  /* "pending": begins at start (apply --at) */
	LG_LOCK_APPLYING, /* "applying": values are being written */
	LG_LOCK_ACTIVE,   /* "active" */
	LG_LOCK_LIFTING   /* "lifting": values are being put back */
};

/*
 * Absent texts are NULL. earlier is the Registry Editor text of what was there
 * before, as registry.reg stores it. offset_ms is wall clock minus boot clock
 * when the deadlines were set; boot_id names the boot they count in.
 * until.wall_s 0: nobody knows the end; the lock stays until lift.
 */
struct lg_lock {
	enum lg_lock_phase phase;
	uint64_t generation;
	char *profile;
	char *by;
	char *reason;
	char *backup;
	char *earlier;
	int64_t since_s;
	int64_t max_duration_s; /* -1: no limit */
	struct lg_deadline start;
	struct lg_deadline until;
	struct lg_deadline confirm;
	struct lg_deadline cut;
	char values_digest[LG_DIGEST_SIZE];
	char boot_id[LG_BOOT_ID_SIZE];
	int64_t offset_ms;
};

enum lg_status lg_lock_new(struct lg_lock **out_lock, struct lg_error *err);
void lg_lock_free(struct lg_lock **lock);
enum lg_status lg_lock_copy(const struct lg_lock *lock,
			    struct lg_lock **out_copy, struct lg_error *err);

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

/* Seconds since the lock began, whatever the wall clock was made to say
 * meanwhile. */
int64_t lg_lock_gone_s(const struct lg_lock *lock, const struct lg_now *now);

/* How many logons the records below files say that this lock refused. */
enum lg_status lg_lock_refused(const struct lg_lock *lock,
			       const struct lg_files *files,
			       const struct lg_now *now, uint64_t *out_count,
			       struct lg_error *err);

/* All or nothing. A newer version of the file is LG_ERR_SYNTAX. */
enum lg_status lg_lock_parse(const char *text, size_t len, const char *place,
			     struct lg_lock **out_lock, struct lg_error *err);
enum lg_status lg_lock_render(const struct lg_lock *lock,
			      struct lg_buffer *out_text, struct lg_error *err);

/* "none", "pending", ... */
const char *lg_lock_phase_name(enum lg_lock_phase phase);

#endif
