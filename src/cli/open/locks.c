/* SPDX-License-Identifier: ISC */
/*
 * locks.c - the locks there are, asked for, and words for those that are meant
 */
#include "cli/open/locks.h"

#include <stdio.h>

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
	lg_known_locks_release(&locks->known);
}

static int add_from_gate(struct lg_cli *cli, struct lg_control *control,
			 enum lg_locks_for why, struct lg_cli_locks *locks)
{
	struct lg_control_answer answer = {0};
	cJSON *request = lg_cli_request("locks");
	struct lg_status_lock_said said;
	struct lg_known_lock lock = {.is_here = 1};
	const cJSON *item;
	int code;

	if (why == LG_LOCKS_CHANGE)
		lg_json_bool(request, "change", 1);
	code = lg_cli_ask(cli, control, request, &answer);
	cJSON_ArrayForEach(item, lg_json_of(answer.object, "locks")) {
		lg_status_lock_read(item, &said);
		snprintf(lock.id, sizeof(lock.id), "%s",
			 said.id != NULL ? said.id : "");
		lock.profile = said.profile;
		lock.since_s = said.since_s;
		lock.until_s = said.until_s;
		lock.unconfirmed = said.confirm_by_s > 0;
		if (lg_known_locks_add(&locks->known, &lock) == NULL) {
			code = lg_cli_no_memory(cli);
			break;
		}
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
		struct lg_known_lock lock = {
			.profile = is->profile,
			.since_s = is->since_s,
			.until_s = is->until.wall_s,
			.unconfirmed = is->confirm.wall_s > 0,
			.is_here = 1,
		};

		snprintf(lock.id, sizeof(lock.id), "%s", is->id);
		if (lg_known_locks_add(&locks->known, &lock) == NULL)
			return lg_cli_no_memory(cli);
	}
	return LG_EXIT_DONE;
}

static int add_from_servers(struct lg_cli *cli,
			    const struct lg_strlist *servers,
			    struct lg_cli_locks *locks)
{
	struct lg_servers_book book = {0};
	struct lg_error err;
	enum lg_status status;

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
	status = lg_known_locks_add_book(&locks->known, &book, servers, &err);
	lg_servers_book_release(&book);
	return status == LG_OK ? LG_EXIT_DONE : lg_cli_fail(cli, &err);
}

int lg_cli_locks(struct lg_cli *cli, enum lg_locks_for why,
		 const struct lg_strlist *servers,
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
	return code == LG_EXIT_DONE ? add_from_servers(cli, servers, out_locks)
				    : code;
}

/* Those that may be meant, by which they can be told apart. */
static void put_list(const struct lg_known_locks *locks,
		     const struct lg_lock_wish *wish,
		     struct lg_buffer *out_list)
{
	for (size_t i = 0; i < locks->count; i++) {
		const struct lg_known_lock *lock = &locks->lock[i];

		if (!lg_known_lock_is_meant(lock, wish))
			continue;
		lg_buffer_format(out_list, "%s%s%s%s",
				 out_list->len > 0 ? ", " : "", lock->profile,
				 *lock->id != '\0' ? " " : "", lock->id);
		if (lock->until_s > 0) {
			lg_buffer_text(out_list, " until ");
			lg_text_clock(lg_cli_now(), lock->until_s, out_list);
		}
	}
}

static int several(struct lg_cli *cli, const struct lg_known_locks *locks,
		   const struct lg_lock_wish *wish)
{
	struct lg_buffer list = {0};
	struct lg_error err;

	put_list(locks, wish, &list);
	lg_error_set(&err, LG_ERR_CONFLICT, wish->name,
		     "there are several locks; say which, by profile or id: %s",
		     list.data != NULL ? list.data : "");
	lg_error_code(&err, "ambiguous-lock");
	lg_buffer_release(&list);
	return lg_cli_fail_as(cli, LG_EXIT_WOULD_NOT_LOCK, &err);
}

/* Who misspelled the name of one sees how it is spelled. */
static int not_there(struct lg_cli *cli, const struct lg_known_locks *locks,
		     const struct lg_lock_wish *wish)
{
	static const struct lg_lock_wish any = {.meant = LG_MEANT_ANY};
	struct lg_buffer list = {0};
	struct lg_error err, bare;

	lg_lock_not_there(locks->count, wish->name, wish->meant, &err);
	if (wish->name != NULL)
		put_list(locks, &any, &list);
	bare = err;
	if (list.data != NULL)
		lg_error_set(&err, bare.status, bare.place, "%s; there is: %s",
			     bare.text, list.data);
	lg_error_code(&err, bare.code);
	lg_buffer_release(&list);
	return lg_cli_fail_as(cli, LG_EXIT_WOULD_NOT_LOCK, &err);
}

int lg_cli_choose(struct lg_cli *cli, const struct lg_cli_locks *locks,
		  const struct lg_lock_wish *wish,
		  const struct lg_known_lock **out_lock)
{
	size_t count = lg_known_locks_choose(&locks->known, wish, out_lock);

	if (count > 1)
		return several(cli, &locks->known, wish);
	if (count == 1)
		return LG_EXIT_DONE;
	if (locks->here != LG_EXIT_DONE)
		return lg_cli_fail_as(cli, (enum lg_exit)locks->here,
				      &locks->here_error);
	if (wish->places && wish->name == NULL && locks->known.count > 0)
		return lg_cli_none_there(cli);
	return not_there(cli, &locks->known, wish);
}

int lg_cli_none_there(struct lg_cli *cli)
{
	struct lg_error err;

	lg_error_set(&err, LG_ERR_CONFLICT, NULL,
		     "no lock is in force on these servers");
	lg_error_code(&err, "not-in-force");
	return lg_cli_fail_as(cli, LG_EXIT_WOULD_NOT_LOCK, &err);
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
