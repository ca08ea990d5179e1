/* SPDX-License-Identifier: ISC */
/*
 * fleet_set.h - all events that a gate believes, and what they come to
 *
 * Layer: core.
 * Flow: an event whose signature was good is added and never taken away by
 * what the directory says later; what becomes of each lock is a function of
 * the set alone, so that gates that heard the same hold the same, in whatever
 * order they heard it. What was not believed is kept as trouble, to be told.
 * Source: contract 10 "Entries", "Following", 13 "Events", "Commands".
 */
#ifndef LOGONGATE_CORE_FLEET_FLEET_SET_H
#define LOGONGATE_CORE_FLEET_FLEET_SET_H

#include "core/fleet/fleet_event.h"
#include "core/fleet/fleet_id.h"

#define LG_FLEET_HELD_MAX 4096
#define LG_FLEET_HELD_BYTES_MAX ((size_t)64 << 20)
/* Troubles that are told one by one; those beyond are counted. */
#define LG_FLEET_TROUBLES_MAX 64
/* A lock that is over for so long may be deleted (fleet tidy). */
#define LG_FLEET_TIDY_S ((int64_t)30 * 86400)

/* What an administrator must be told: contract 13's codes. */
enum lg_fleet_code {
	LG_FLEET_UNSIGNED = 0,
	LG_FLEET_BAD_SIGNATURE,
	LG_FLEET_REPLAYED,
	LG_FLEET_UNREADABLE,
	LG_FLEET_VANISHED,
	LG_FLEET_CUT_OFF
};
#define LG_FLEET_CODE_COUNT 6
/* "fleet-unsigned", "fleet-bad-signature", ... */
const char *lg_fleet_code_name(enum lg_fleet_code code);

/* entry: the cn, cleaned and shortened. */
struct lg_fleet_trouble {
	enum lg_fleet_code code;
	struct lg_fleet_id id;
	char entry[128];
	char text[256];
	int seen;
};

/* An event and the entry it came from. body and signature as they stand
 * there. vanished: it is not in the directory any more. */
struct lg_fleet_held {
	struct lg_fleet_event *event;
	struct lg_fleet_id id;
	char *body;
	size_t len;
	char *signature;
	int seen;
	int vanished;
};

/* held: by lock, then kind, number and key. rejected counts what was not
 * believed, each entry as often as it was told anew. */
struct lg_fleet_set {
	struct lg_fleet_held **held;
	size_t count;
	size_t bytes;
	struct lg_fleet_trouble trouble[LG_FLEET_TROUBLES_MAX];
	size_t trouble_count;
	uint64_t rejected[LG_FLEET_CODE_COUNT];
};

enum lg_status lg_fleet_set_new(struct lg_fleet_set **out_set,
				struct lg_error *err);
void lg_fleet_set_free(struct lg_fleet_set **set);

/* 1 where exactly this is held already: it need not be verified again. The
 * entry counts as seen. */
int lg_fleet_set_knows(struct lg_fleet_set *set, const struct lg_fleet_id *id,
		       const struct lg_fleet_text *body,
		       const struct lg_fleet_text *signature);

/* 1 where such an event is held, whatever its entry: nothing is noted. */
int lg_fleet_set_has(const struct lg_fleet_set *set,
		     const struct lg_fleet_text *body);

/*
 * Adds an event whose signature is good; takes *event in any case. *out_new is
 * 0 where the same was held. Two events of one name both count: whoever wrote
 * the second could not see the first.
 * Returns: LG_OK; LG_ERR_CONFLICT, the entry held another event: that counts;
 * LG_ERR_LIMIT; LG_ERR_NO_MEMORY.
 */
enum lg_status lg_fleet_set_add(struct lg_fleet_set *set,
				const struct lg_fleet_id *id,
				struct lg_fleet_event **event,
				const struct lg_fleet_text *body,
				const struct lg_fleet_text *signature,
				int *out_new, struct lg_error *err);

/* Something is wrong with an entry; one sentence. Told once an entry and
 * code. */
void lg_fleet_set_trouble(struct lg_fleet_set *set, enum lg_fleet_code code,
			  const struct lg_fleet_id *id,
			  const struct lg_fleet_text *entry, const char *text);

/* The entry is there and in order, or the trouble is over. */
void lg_fleet_set_no_trouble(struct lg_fleet_set *set,
			     const struct lg_fleet_id *id);

/* A look at everything begins; an entry is there; the look is complete, and
 * what was not seen is not there. now_s decides what may be gone. */
void lg_fleet_set_look(struct lg_fleet_set *set);
void lg_fleet_set_present(struct lg_fleet_set *set,
			  const struct lg_fleet_id *id);
void lg_fleet_set_looked(struct lg_fleet_set *set, int64_t now_s);
/* One entry was deleted. */
void lg_fleet_set_vanished(struct lg_fleet_set *set,
			   const struct lg_fleet_id *id, int64_t now_s);

/*
 * Forgets all events of each lock that was over, by its latest end, before
 * before_s; is_gone: only where none of its entries is in the directory any
 * more. What ended early is kept until then: its beginning could be told once
 * more. Keys stay. forgets is told of each event before it goes; may be NULL.
 */
void lg_fleet_set_forget(struct lg_fleet_set *set, int64_t before_s,
			 int is_gone,
			 void (*forgets)(void *context,
					 const struct lg_fleet_held *held),
			 void *context);

/* 1 where an event of so many bytes is one too many. */
int lg_fleet_set_is_full(const struct lg_fleet_set *set, size_t len);

/* How many events the directory should have: those held without those that may
 * be deleted and were. */
size_t lg_fleet_set_due(const struct lg_fleet_set *set, int64_t now_s);

/* 1 where it may be deleted: its lock is over for LG_FLEET_TIDY_S. */
int lg_fleet_set_may_go(const struct lg_fleet_set *set,
			const struct lg_fleet_held *held, int64_t now_s);

/*
 * What became of a lock; all borrowed from the set. NULL: no such event.
 * prepare and begin: the first of them; end: a lift or abort. late: begin was
 * written after ready_by and LG_FLEET_BEGIN_GRACE_MS and does not count.
 * until_s: of the extend that ends last, else of prepare. confirm_by_s and
 * cut_at_s: 0 for none. number: the highest; events: how many.
 */
struct lg_fleet_fate {
	const char *lock;
	const struct lg_fleet_event *prepare;
	const struct lg_fleet_event *begin;
	const struct lg_fleet_event *extend; /* the one that counts */
	const struct lg_fleet_event *confirm;
	const struct lg_fleet_event *end;
	int late;
	int64_t until_s;
	int64_t confirm_by_s;
	int64_t cut_at_s;
	int64_t number;
	size_t events;
};

/* How many locks there are; those of [at, at + 1) .. are found with next: *at
 * begins with 0. 0: no more. Events of keys are no lock. */
int lg_fleet_set_next(const struct lg_fleet_set *set, size_t *at,
		      struct lg_fleet_fate *out_fate);
/* 0: nobody has told of that lock. */
int lg_fleet_set_find(const struct lg_fleet_set *set, const char *lock,
		      struct lg_fleet_fate *out_fate);

/* What a lock is at a time. */
enum lg_fleet_state {
	LG_FLEET_STATE_HALF = 0, /* its prepare has not been heard */
	LG_FLEET_STATE_PREPARED,
	LG_FLEET_STATE_IN_FORCE,
	LG_FLEET_STATE_OVER
};
#define LG_FLEET_STATE_COUNT 4
/* "half", "prepared", "in-force", "over". */
const char *lg_fleet_state_name(enum lg_fleet_state state);
enum lg_fleet_state lg_fleet_fate_state(const struct lg_fleet_fate *fate,
					int64_t now_ms);

/* 1 where what is for wanted (none: all) is for a gate of these groups. */
int lg_fleet_concerns(const struct lg_strlist *wanted,
		      const struct lg_strlist *groups);

#endif
