/* SPDX-License-Identifier: ISC */
/*
 * fleet_keys.h - whose signatures count
 *
 * Layer: core.
 * Flow: verify_keys of the settings begins it, what a gate learned from events
 * of the kind key (state_dir/fleet.keys) is added.
 * Source: contract 13 "Schema and signature".
 */
#ifndef LOGONGATE_CORE_FLEET_FLEET_KEYS_H
#define LOGONGATE_CORE_FLEET_FLEET_KEYS_H

#include "core/fleet/fleet_event.h"

#define LG_FLEET_PUBLIC_SIZE 32
#define LG_FLEET_SIGNATURE_SIZE 64
#define LG_FLEET_NAME_SIZE 65
#define LG_FLEET_KEYS_MAX 256

/* revoked: it counts no more, and never again. */
struct lg_fleet_key {
	char name[LG_FLEET_NAME_SIZE];
	unsigned char public_key[LG_FLEET_PUBLIC_SIZE];
	int revoked;
};

/* Zero-initialise; holds no memory of its own. */
struct lg_fleet_keys {
	struct lg_fleet_key key[LG_FLEET_KEYS_MAX];
	size_t count;
};

/*
 * Adds the keys of a text.
 * Shape: lines "NAME BASE64", of 32 bytes; "NAME BASE64 revoked"; blank lines
 * and lines that begin with # are left out.
 * Returns: LG_OK; LG_ERR_SYNTAX with place:line; LG_ERR_CONFLICT, a name with
 * two keys; LG_ERR_LIMIT. On failure keys are as before.
 */
enum lg_status lg_fleet_keys_parse(struct lg_fleet_keys *keys, const char *text,
				   size_t len, const char *place,
				   struct lg_error *err);

/* Appends the text of all of them. */
void lg_fleet_keys_render(const struct lg_fleet_keys *keys,
			  struct lg_buffer *out_text);

/* The key of that name that counts, or NULL. */
const struct lg_fleet_key *lg_fleet_keys_find(const struct lg_fleet_keys *keys,
					      const char *name, size_t len);

/* How many count. */
size_t lg_fleet_keys_valid(const struct lg_fleet_keys *keys);

/*
 * Learns from an event of the kind key whose signature is good. *out_changed
 * is 1 where that changed anything; a key that was revoked stays so, and the
 * last one that counts cannot be revoked.
 * Returns: LG_OK; LG_ERR_CONFLICT, the name has another key, or the last would
 * go; LG_ERR_SYNTAX, its public key is none; LG_ERR_LIMIT.
 */
enum lg_status lg_fleet_keys_learn(struct lg_fleet_keys *keys,
				   const struct lg_fleet_event *event,
				   int *out_changed, struct lg_error *err);

#endif
