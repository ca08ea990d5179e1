/* SPDX-License-Identifier: ISC */
/*
 * locks.c - the locks there are, and which of them a command means
 *
 * A lock that is on servers and at the gate here is one lock: both have its
 * id. Of one from an earlier version only its profile and its beginning tell.
 */
#include "cli/open/locks.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

#include "adapters/system/secret_file.h"
#include "app/records/json_member.h"
#include "app/records/status_record.h"
#include "cli/change/servers_hands.h"
#include "cli/output.h"
#include "cli/text/times.h"

/* Why state_dir cannot be written. */
static int state_failed(struct lg_cli *cli, const struct lg_error *err)
{
	/* Somebody else holds state_dir: nothing was written. */
	if (err->status == LG_ERR_CONFLICT || err->status == LG_ERR_IO)
		return lg_cli_fail_as(cli, LG_EXIT_PUT_BACK, err);
	return lg_cli_fail(cli, err);
}

void lg_cli_locks_release(struct lg_cli_locks *locks)
{
	for (size_t i = 0; i < locks->count; i++)
		free(locks->lock[i].profile);
	free(locks->lock);
	*locks = (struct lg_cli_locks){0};
}

/* Takes nothing over; NULL: no memory. */
static struct lg_cli_lock *add(struct lg_cli_locks *locks, const char *id,
			       const char *profile)
{
	struct lg_cli_lock *lock;

	if (lg_grow(&locks->lock, &locks->capacity, locks->count,
		    sizeof(*locks->lock), NULL) != LG_OK)
		return NULL;
	lock = &locks->lock[locks->count];
	*lock = (struct lg_cli_lock){.profile = strdup(profile)};
	if (lock->profile == NULL)
		return NULL;
	snprintf(lock->id, sizeof(lock->id), "%s", id);
	locks->count++;
	return lock;
}

static int add_from_gate(struct lg_cli *cli, struct lg_control *control,
			 enum lg_locks_for why, struct lg_cli_locks *locks)
{
	struct lg_control_answer answer = {0};
	cJSON *request = lg_cli_request("locks");
	struct lg_status_lock_said said;
	const cJSON *item;
	int code;

	if (why == LG_LOCKS_CHANGE)
		lg_json_bool(request, "change", 1);
	code = lg_cli_ask(cli, control, request, &answer);
	cJSON_ArrayForEach(item, lg_json_of(answer.object, "locks")) {
		struct lg_cli_lock *lock;

		lg_status_lock_read(item, &said);
		lock = add(locks, said.id != NULL ? said.id : "",
			   said.profile != NULL ? said.profile : "");
		if (lock == NULL) {
			code = lg_cli_no_memory(cli);
			break;
		}
		lock->since_s = said.since_s;
		lock->until_s = said.until_s;
		lock->unconfirmed = said.confirm_by_s > 0;
		lock->is_here = 1;
	}
	lg_control_release(&answer);
	return code;
}

static int add_from_state(struct lg_cli *cli, struct lg_cli_locks *locks)
{
	struct lg_state *state = NULL;
	struct lg_error err;

	if (lg_cli_state(cli, LG_STATE_READ, &state, &err) != LG_OK)
		return state_failed(cli, &err);
	for (size_t i = 0; state != NULL && i < state->lock_count; i++) {
		const struct lg_lock *is = state->lock[i];
		struct lg_cli_lock *lock =
			add(locks, is->id, is->profile ? is->profile : "");

		if (lock == NULL)
			return lg_cli_no_memory(cli);
		lock->since_s = is->since_s;
		lock->until_s = is->until.wall_s;
		lock->unconfirmed = is->confirm.wall_s > 0;
		lock->is_here = 1;
	}
	return LG_EXIT_DONE;
}

/* 1 where this lock of the gate here is that one of servers. */
static int is_lock_of(const struct lg_cli_lock *lock,
		      const struct lg_servers_record *record)
{
	if (record->lock.id != NULL)
		return strcmp(lock->id, record->lock.id) == 0;
	return record->with_gate && record->lock.profile != NULL &&
	       strcmp(lock->profile, record->lock.profile) == 0 &&
	       lock->since_s >= record->lock.since_s;
}

/* The one of the gate here that is this one. */
static struct lg_cli_lock *same(const struct lg_cli_locks *locks,
				const struct lg_servers_record *record)
{
	for (size_t i = 0; i < locks->count; i++) {
		if (locks->lock[i].is_here &&
		    is_lock_of(&locks->lock[i], record))
			return &locks->lock[i];
	}
	return NULL;
}

static int add_record(struct lg_cli *cli,
		      const struct lg_servers_record *record,
		      struct lg_cli_locks *locks)
{
	struct lg_cli_lock *lock = same(locks, record);
	const char *id = record->lock.id != NULL ? record->lock.id : "";

	/* what damage took is no lock that anybody could name */
	if (lock == NULL && record->phase == LG_SERVERS_LOST)
		return LG_EXIT_DONE;
	if (lock == NULL) {
		lock = add(locks, id, record->lock.profile);
		if (lock == NULL)
			return lg_cli_no_memory(cli);
		lock->since_s = record->lock.since_s;
		lock->until_s = record->lock.until_s;
	}
	lock->is_there = 1;
	snprintf(lock->there_id, sizeof(lock->there_id), "%s", id);
	return LG_EXIT_DONE;
}

static int add_from_servers(struct lg_cli *cli, struct lg_cli_locks *locks)
{
	struct lg_servers_book book = {0};
	struct lg_error err;
	int code = LG_EXIT_DONE;

	/* What is damaged there need not keep anything here. */
	if (lg_cli_servers_book(cli, &book, &err) != LG_OK) {
		locks->there = lg_cli_exit(err.status);
		locks->there_error = err;
		return LG_EXIT_DONE;
	}
	if (book.damaged > 0) {
		locks->there = lg_cli_exit(book.damage.status);
		locks->there_error = book.damage;
	}
	for (size_t i = 0; i < book.count && code == LG_EXIT_DONE; i++)
		code = add_record(cli, &book.record[i], locks);
	lg_servers_book_release(&book);
	return code;
}

int lg_cli_locks(struct lg_cli *cli, enum lg_locks_for why,
		 struct lg_cli_locks *out_locks)
{
	struct lg_control *control = NULL;
	struct lg_error err;
	int code = LG_EXIT_DONE;

	*out_locks = (struct lg_cli_locks){0};
	if (lg_cli_gate(cli, &control, &err) != LG_OK) {
		out_locks->here = lg_cli_no_gate_code(cli, &err);
		out_locks->here_error = err;
	} else if (control != NULL) {
		code = add_from_gate(cli, control, why, out_locks);
	} else {
		code = add_from_state(cli, out_locks);
	}
	return code == LG_EXIT_DONE ? add_from_servers(cli, out_locks) : code;
}

static int is_meant(const struct lg_cli_lock *lock, const char *name,
		    enum lg_lock_meant meant)
{
	if (name == NULL)
		return meant == LG_MEANT_ANY || lock->unconfirmed;
	return strcmp(lock->id, name) == 0 || strcmp(lock->profile, name) == 0;
}

static int fail_coded(struct lg_cli *cli, struct lg_error *err,
		      const char *code)
{
	lg_error_code(err, code);
	return lg_cli_fail_as(cli, LG_EXIT_WOULD_NOT_LOCK, err);
}

static int several(struct lg_cli *cli, const struct lg_cli_locks *locks,
		   const char *name, enum lg_lock_meant meant)
{
	struct lg_buffer list = {0};
	struct lg_error err;

	for (size_t i = 0; i < locks->count; i++) {
		const struct lg_cli_lock *lock = &locks->lock[i];

		if (!is_meant(lock, name, meant))
			continue;
		lg_buffer_format(&list, "%s%s%s%s", list.len > 0 ? ", " : "",
				 lock->profile, *lock->id != '\0' ? " " : "",
				 lock->id);
		if (lock->until_s > 0) {
			lg_buffer_text(&list, " until ");
			lg_text_clock(lg_cli_now(), lock->until_s, &list);
		}
	}
	lg_error_set(&err, LG_ERR_CONFLICT, name,
		     "there are several locks; say which, by profile or id: %s",
		     list.data != NULL ? list.data : "");
	lg_buffer_release(&list);
	return fail_coded(cli, &err, "ambiguous-lock");
}

int lg_cli_choose(struct lg_cli *cli, const struct lg_cli_locks *locks,
		  const char *name, enum lg_lock_meant meant,
		  const struct lg_cli_lock **out_lock)
{
	const struct lg_cli_lock *found = NULL;
	struct lg_error err;
	size_t count = 0;

	for (size_t i = 0; i < locks->count; i++) {
		if (!is_meant(&locks->lock[i], name, meant))
			continue;
		found = &locks->lock[i];
		count++;
	}
	if (count > 1)
		return several(cli, locks, name, meant);
	if (count == 1) {
		*out_lock = found;
		return LG_EXIT_DONE;
	}
	if (locks->here != LG_EXIT_DONE)
		return lg_cli_fail_as(cli, (enum lg_exit)locks->here,
				      &locks->here_error);
	if (name != NULL)
		lg_error_set(&err, LG_ERR_CONFLICT, name,
			     "no lock of this name or id is in force or "
			     "waiting");
	else
		lg_error_set(&err, LG_ERR_CONFLICT, NULL, "%s",
			     meant == LG_MEANT_UNCONFIRMED && locks->count > 0
				     ? "no lock is waiting to be confirmed"
				     : "no lock is in force or waiting");
	return fail_coded(cli, &err, "not-in-force");
}

enum lg_status lg_cli_new_id(char out_id[LG_LOCK_ID_SIZE], struct lg_error *err)
{
	struct lg_buffer id = {0};
	enum lg_status status;

	lg_buffer_text(&id, "lg-");
	status = lg_secret_make(6, &id, err);
	if (status == LG_OK)
		snprintf(out_id, LG_LOCK_ID_SIZE, "%s", id.data);
	lg_buffer_release(&id);
	return status;
}
