/* SPDX-License-Identifier: ISC */
/*
 * refused_count.c - how many logons were refused since a lock began
 *
 * Records are told apart by the generation that refused them: the wall clock
 * may have been stepped since.
 */
#include "app/lock/refused_count.h"

#include "app/records/logon_log.h"

struct lg_refused_since lg_refused_since(const struct lg_lock *lock,
					 const struct lg_now *now)
{
	return (struct lg_refused_since){
		lock->generation,
		lg_lock_written_since_s(lock->since_s,
					lg_lock_stepped_s(lock, now))};
}

const struct lg_lock *lg_state_oldest(const struct lg_state *state)
{
	const struct lg_lock *oldest = NULL;

	for (size_t i = 0; i < state->lock_count; i++) {
		const struct lg_lock *lock = state->lock[i];

		if (!lg_lock_waits(lock) &&
		    (!oldest || lock->generation < oldest->generation))
			oldest = lock;
	}
	return oldest;
}

struct counting {
	uint64_t generation;
	uint64_t count;
};

static int count_one(void *context, const struct lg_logon *logon)
{
	struct counting *counting = context;

	/* Whose session ends is refused when he comes back, or let in. */
	if (logon->generation >= counting->generation &&
	    logon->reason != LG_REASON_SESSION_ENDED)
		counting->count += logon->count;
	return 0;
}

enum lg_status lg_refused_count(const struct lg_files *files,
				const struct lg_refused_since *since,
				uint64_t *out_count, struct lg_error *err)
{
	struct counting counting = {since->generation, 0};
	enum lg_status status;

	status = lg_logon_log_read(files, LG_REFUSED_FOLDER, since->since_s,
				   count_one, &counting, NULL, err);
	if (status == LG_OK)
		*out_count = counting.count;
	return status;
}
