/* SPDX-License-Identifier: ISC */
/*
 * refused_count.h - how many logons were refused since a lock began
 *
 * Layer: app: core and port/files.
 */
#ifndef LOGONGATE_APP_LOCK_REFUSED_COUNT_H
#define LOGONGATE_APP_LOCK_REFUSED_COUNT_H

#include "app/lock/state.h"

/* Where counting begins. */
struct lg_refused_since {
	uint64_t generation;
	int64_t since_s;
};
struct lg_refused_since lg_refused_since(const struct lg_lock *lock,
					 const struct lg_now *now);

/* The oldest lock in force; NULL: none. status counts since that one. */
const struct lg_lock *lg_state_oldest(const struct lg_state *state);

/* What the records on disk say. */
enum lg_status lg_refused_count(const struct lg_files *files,
				const struct lg_refused_since *since,
				uint64_t *out_count, struct lg_error *err);

#endif
