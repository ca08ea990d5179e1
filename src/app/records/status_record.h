/* SPDX-License-Identifier: ISC */
/*
 * status_record.h - what `status` says of locks, wherever it is asked
 *
 * Layer: app: core.
 * Flow: the gate and, where none runs, the command itself fill in what they
 * know; the object is made here alone.
 * Those who show it read it here, too.
 * Shape: {"active","profile","since","until","by","reason","gate","dialect",
 * "generation","sessions","sessions_note","refused","confirm_by","cut_at",
 * "starts","stepped","loud":[],"doors":[],"takes_effect","in_force_at","pid",
 * "version","locks":[{"id","profile","since","until","by","reason",
 * "gate","applies_to":{"domains","accounts"}|null,"starts","confirm_by",
 * "cut_at","origin","variables","replaces"}]}; the members outside are those
 * of the lock that ends last. A command adds "targets":[{"name","reachable",
 * "in_force","differs"}], of the gate here no more; of others "step", "service"
 * and "note", "error" or "says"; where a lock is on it "profile","since",
 * "until","by","in_force_by".
 * Source: contract 4, 9 "JSON", "Targets", 12.
 */
#ifndef LOGONGATE_APP_RECORDS_STATUS_RECORD_H
#define LOGONGATE_APP_RECORDS_STATUS_RECORD_H

#include <cjson/cJSON.h>

#include "app/lock/lock.h"

/* gate: what the lock does by itself; NULL: it is not in force yet.
 * concerns NULL: everybody. */
struct lg_status_lock {
	const struct lg_lock *lock;
	const struct lg_lock_concerns *concerns;
	const char *gate;
};

/* gate: of all in force; NULL: no policy can be trusted. What only a gate that
 * runs knows is 0 or NULL without one. */
struct lg_status_facts {
	const struct lg_status_lock *lock;
	size_t count;
	const char *gate;
	enum lg_dialect dialect;
	uint64_t generation;
	uint64_t sessions;
	const char *sessions_note;
	uint64_t refused;
	struct lg_now now;
	const struct lg_strlist *loud;  /* what an admin must see; or NULL */
	const struct lg_strlist *doors; /* what each door does; or NULL */
	int64_t in_force_at_s;          /* when what is written is read */
	int64_t pid;
	const char *version;
};

cJSON *lg_status_object(const struct lg_status_facts *facts);

/* One of "locks", and all of them. */
cJSON *lg_status_lock_object(const struct lg_status_lock *status);
cJSON *lg_status_locks(const struct lg_status_facts *facts);

/* What the page for everybody may say of an object: neither persons nor places
 * of this machine. words: "message" of each lock, or NULL. attention: what is
 * wrong, by name. Takes the object over. */
cJSON *lg_status_public(cJSON *object, const char *const *words,
			const struct lg_strlist *attention);

/* Adds a lock that is on servers alone, and makes it the one that the members
 * outside tell of. */
void lg_status_add_lock(cJSON *object, const struct lg_lock *lock);
void lg_status_speak_of(cJSON *object, const struct lg_lock *lock);

/* Takes the sentences of "loud" that begin like this. */
void lg_status_take_loud(cJSON *object, const char *beginning);

/* Adds a sentence to "loud". */
void lg_status_add_loud(cJSON *object, const char *text);

/* Why "sessions" are not all that are open; text NULL: no change. */
void lg_status_note_sessions(cJSON *object, const char *text);

/* Ways in that a lock does not close, that let everybody in without the gate,
 * or of which it is not known whether they ask. */
enum lg_status_ways {
	LG_STATUS_NOT_CLOSED,
	LG_STATUS_OPEN_WITHOUT_GATE,
	LG_STATUS_DOORS_UNKNOWN,
	LG_STATUS_WAYS
};

/* Adds a way to its list, once; text NULL: no memory. */
void lg_status_add_way(cJSON *object, enum lg_status_ways kind,
		       const char *text);

/* What is read of an object; it is the object's. Texts that are null are NULL,
 * times 0; a list is NULL where there is none. */
struct lg_status_lock_said {
	const char *id;
	const char *profile;
	const char *by;
	const char *reason;
	const char *gate;
	int64_t since_s;
	int64_t until_s;
	int64_t starts_s;
	int64_t confirm_by_s;
	int64_t cut_at_s;
	const cJSON *domains; /* whom it concerns; texts */
	int64_t accounts;
};

struct lg_status_said {
	int is_active;
	struct lg_status_lock_said speaks; /* what stands outside of "locks" */
	const char *dialect;
	const char *sessions_note;
	int64_t sessions;
	int64_t refused;
	int64_t stepped_s;
	const cJSON *locks;    /* each for lg_status_lock_read */
	const cJSON *targets;  /* each for lg_target_read */
	const cJSON *changing; /* NULL: nobody is at it */
	int is_interrupted;
	const cJSON *loud; /* texts, as the next */
	const cJSON *doors;
	const cJSON *way[LG_STATUS_WAYS];
};

void lg_status_read(const cJSON *object, struct lg_status_said *out_said);
void lg_status_lock_read(const cJSON *object,
			 struct lg_status_lock_said *out_said);

/* What a server holds now, as one of "targets". */
struct lg_target_now {
	const char *name;
	int is_here; /* the gate of this machine */
	int is_reachable;
	int is_in_force;
	int differs;      /* from what was written */
	const char *step; /* of a change that is under way; or NULL */
	int tells_whose;  /* the next five are known */
	const char *profile;
	const char *by;
	int64_t since_s;
	int64_t until_s;
	int64_t in_force_by_s;  /* 0: nobody knows when it is read */
	const char *service;    /* what its store does; or NULL */
	const char *note;       /* or NULL */
	const char *error;      /* why it cannot be asked */
	struct lg_strlist says; /* lines; written only */
	const cJSON *lines;     /* the same; read only */
};

cJSON *lg_target_object(const struct lg_target_now *target);

/* *out_target borrows from object. */
void lg_target_read(const cJSON *object, struct lg_target_now *out_target);

#endif
