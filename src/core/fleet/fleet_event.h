/* SPDX-License-Identifier: ISC */
/*
 * fleet_event.h - what happened to a lock of the fleet, as somebody signed it
 *
 * Layer: core.
 * Flow: apply --fleet renders one, signs it and publishes it; a gate reads the
 * body of an entry, and only when the signature over lg_fleet_signed_bytes is
 * that of a known key does it go into the set.
 * Source: contract 10 "Entries", 13 "Events", "Schema and signature"; RFC 8785.
 */
#ifndef LOGONGATE_CORE_FLEET_FLEET_EVENT_H
#define LOGONGATE_CORE_FLEET_FLEET_EVENT_H

#include <stdint.h>

#include <logongate/buffer.h>
#include <logongate/strlist.h>

#define LG_FLEET_BODY_LIMIT ((size_t)1 << 20)
#define LG_FLEET_GROUPS_MAX 64
/* "lg-" and 12 hex digits, or LG_FLEET_LOCK_OF_KEYS; and the NUL. */
#define LG_FLEET_LOCK_SIZE 16
/* What stands for a lock in events of the kind key. */
#define LG_FLEET_LOCK_OF_KEYS "keys"
/* How long after ready_by a begin may still have been written. */
#define LG_FLEET_BEGIN_GRACE_MS 60000

/* In the order in which they are read (contract 13). */
enum lg_fleet_kind {
	LG_FLEET_PREPARE = 0,
	LG_FLEET_BEGIN,
	LG_FLEET_EXTEND,
	LG_FLEET_CONFIRM,
	LG_FLEET_LIFT,
	LG_FLEET_ABORT,
	LG_FLEET_KEY
};
#define LG_FLEET_KIND_COUNT 7

/*
 * Absent texts are NULL. Units: _ms since 1970 in UTC, _s likewise in seconds
 * or a duration. number counts the events of this lock, count those that the
 * writer saw below base.
 * prepare: profile .. lists. values: registry text, as the gate keeps it;
 * lists: what of it are long lists, for each its key, name, count and items.
 * starts_s 0: at begin. confirm_within_s and grace_s count from begin's at_ms,
 * 0: none; max_duration_s -1: no limit. groups: none is every gate.
 * extend: until_s. key: name, public_key (base64 of 32 bytes), revoked.
 */
struct lg_fleet_event {
	enum lg_fleet_kind kind;
	char lock[LG_FLEET_LOCK_SIZE];
	int64_t number;
	int64_t count;
	int64_t at_ms;
	const char *base; /* normalised */
	const char *by;
	const char *key; /* the name of the one that signs */

	const char *profile;
	const char *variables;
	const char *reason;
	const char *values;
	int replaces;
	int64_t starts_s;
	int64_t until_s;
	int64_t ready_by_ms;
	int64_t confirm_within_s;
	int64_t grace_s;
	int64_t max_duration_s;
	struct lg_strlist groups;
	struct lg_strlist lists;

	const char *name;
	const char *public_key;
	int revoked;

	struct lg_strlist arena; /* of one that was parsed */
};

/* "prepare", "begin", ... */
const char *lg_fleet_kind_name(enum lg_fleet_kind kind);
int lg_fleet_kind_from_name(const char *name, size_t len,
			    enum lg_fleet_kind *out_kind);

/*
 * Appends the body, as RFC 8785 writes it: members sorted, no blanks.
 * Returns: LG_OK; LG_ERR_LIMIT, longer than LG_FLEET_BODY_LIMIT;
 * LG_ERR_SYNTAX, a text is not UTF-8 or has no place in its member;
 * LG_ERR_NO_MEMORY. On failure the buffer is to be thrown away.
 */
enum lg_status lg_fleet_event_render(const struct lg_fleet_event *event,
				     struct lg_buffer *out_body,
				     struct lg_error *err);

/*
 * Reads a body of this kind. Takes exactly what render writes: other members,
 * another order, blanks or longer escapes are LG_ERR_SYNTAX, so that what was
 * signed can be read in one way only.
 * Returns: LG_OK; LG_ERR_SYNTAX; LG_ERR_RANGE, a number that makes no sense;
 * LG_ERR_LIMIT; LG_ERR_NO_MEMORY. Owns: lg_fleet_event_free.
 */
enum lg_status lg_fleet_event_parse(enum lg_fleet_kind kind, const char *body,
				    size_t len,
				    struct lg_fleet_event **out_event,
				    struct lg_error *err);
void lg_fleet_event_free(struct lg_fleet_event **event);

/* Appends "ID.N.KEYNAME". */
void lg_fleet_event_name(const struct lg_fleet_event *event,
			 struct lg_buffer *out_name);

/* Appends what a signature is over: "logongate-fleet-1", NUL, the base, NUL,
 * the body. base is normalised. */
void lg_fleet_signed_bytes(const char *base, const char *body, size_t len,
			   struct lg_buffer *out_bytes);

/*
 * Appends the base DN in one form: lower case, no blanks around commas, plus
 * and equals signs, one blank inside, each special character escaped by a
 * backslash.
 * Returns: LG_OK; LG_ERR_SYNTAX: an escape that is none, not UTF-8.
 */
enum lg_status lg_fleet_base_normalize(const char *dn,
				       struct lg_buffer *out_base,
				       struct lg_error *err);

/* 1 for letters, digits, dots, dashes, underscores, not a dot first, at most
 * 64: the name of a key or of a gate. */
int lg_fleet_is_name(const char *text, size_t len);

/* 1 for "lg-" and 12 lower-case hex digits. */
int lg_fleet_is_lock(const char *text, size_t len);

#endif
