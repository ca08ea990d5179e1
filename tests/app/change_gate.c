/* SPDX-License-Identifier: ISC */
/*
 * change_gate.c - a change of servers and the gate here, as programs run it
 *
 * The whole of app/change over servers, a gate and a journal in memory: begun,
 * lifted, killed at any step and recovered by whoever comes next.
 */
#include "change_rig.h"

#include "app/change/change_end.h"

static void locks_all_and_lifts_all(void **state)
{
	struct rig *rig = rig_new(TARGETS, 1);

	(void)state;
	assert_int_equal(rig_apply(rig), LG_OK);
	rig_assert_all_locked(rig);
	assert_int_equal(rig_in_journal(rig), 1);
	assert_int_equal(rig_lift(rig), LG_OK);
	rig_assert_nothing_locked(rig);
	assert_int_equal(rig_in_journal(rig), 0);
	rig_free(rig);
}

/* Whoever may administer the gate need not be let into state_dir. */
static void a_gate_alone_needs_no_journal(void **state)
{
	struct rig *rig = rig_new(0, 1);

	(void)state;
	assert_int_equal(rig_apply(rig), LG_OK);
	rig_assert_all_locked(rig);
	assert_int_equal(rig_lift(rig), LG_OK);
	rig_assert_nothing_locked(rig);
	assert_int_equal(rig->begun, 0);
	assert_int_equal(rig->scene->world.journal.len, 0);
	rig_free(rig);
}

static void killed_at_every_step_of_an_apply(void **state)
{
	enum lg_status status = LG_ERR_IO;
	int steps;

	(void)state;
	for (steps = 0; status != LG_OK; steps++) {
		struct rig *rig = rig_new(TARGETS, 1);

		assert_true(steps < 100);
		rig->scene->world.effects_left = steps;
		status = rig_apply(rig);
		rig_recover(rig);
		if (status == LG_OK)
			rig_assert_all_locked(rig);
		else
			rig_assert_nothing_locked(rig);
		assert_int_equal(rig_in_journal(rig), status == LG_OK);
		rig_free(rig);
	}
	assert_true(steps > 10);
}

static void killed_at_every_step_of_a_lift(void **state)
{
	enum lg_status status = LG_ERR_IO;
	int steps;

	(void)state;
	for (steps = 0; status != LG_OK; steps++) {
		struct rig *rig = rig_new(TARGETS, 1);

		assert_true(steps < 100);
		assert_int_equal(rig_apply(rig), LG_OK);
		rig->scene->world.effects_left = steps;
		status = rig_lift(rig);
		rig_recover(rig);
		/* a gate may be open that the journal counts as locked; one
		 * that is locked is never taken for open */
		if (steps == 0)
			scene_assert_locked(&rig->scene->fake[0],
					    rig->scene->wanted);
		else
			rig_assert_nothing_locked(rig);
		assert_int_equal(rig_in_journal(rig), steps == 0);
		rig_free(rig);
	}
	assert_true(steps > 8);
}

/* A gate that says no, does not answer, or answers and locks nobody out. */
static void a_gate_that_fails_puts_everything_back(void **state)
{
	static const struct {
		enum lg_status fail_write;
		int locks_all_the_same;
		int unreached;
		enum lg_status test;
		int fail_end;
		int ends;
		enum lg_servers_outcome outcome;
		int locked;
	} row[] = {
		{LG_ERR_CONFLICT, 0, 0, 0, 0, 0, LG_SERVERS_PUT_BACK, 0},
		{LG_ERR_DENIED, 0, 0, 0, 1, 0, LG_SERVERS_PUT_BACK, 0},
		{LG_ERR_IO, 0, 1, 0, 1, 0, LG_SERVERS_PUT_BACK, 0},
		{LG_ERR_IO, 1, 0, 0, 0, 1, LG_SERVERS_PUT_BACK, 0},
		{LG_ERR_TIMEOUT, 1, 0, 0, 0, 1, LG_SERVERS_PUT_BACK, 0},
		{LG_ERR_TIMEOUT, 1, 0, 0, 1, 1, LG_SERVERS_LEFT_BEHIND, 1},
		{0, 0, 0, LG_ERR_IO, 0, 1, LG_SERVERS_PUT_BACK, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct rig *rig = rig_new(TARGETS, 1);
		struct fake_gate *gate = &rig->scene->gate;

		gate->fail_write = row[i].fail_write;
		gate->locks_all_the_same = row[i].locks_all_the_same;
		gate->unreached = row[i].unreached;
		gate->fail_end = row[i].fail_end;
		rig->test_status = row[i].test;
		rig->test[TARGETS] = rig;
		assert_int_equal(rig_apply(rig), row[i].fail_write
							 ? row[i].fail_write
							 : row[i].test);
		assert_int_equal(gate->ends, row[i].ends);
		assert_int_equal(rig->outcome, row[i].outcome);
		assert_int_equal(gate->locked, row[i].locked);
		scene_assert_all_old(rig->scene);
		/* what could not be taken back is for recover */
		assert_int_equal(rig_in_journal(rig), row[i].locked);
		gate->fail_end = 0;
		rig_recover(rig);
		rig_assert_nothing_locked(rig);
		assert_int_equal(rig_in_journal(rig), 0);
		rig_free(rig);
	}
}

static void a_gate_alone_that_says_no_wrote_nothing(void **state)
{
	struct rig *rig = rig_new(0, 1);

	(void)state;
	rig->scene->gate.fail_write = LG_ERR_CONFLICT;
	assert_int_equal(rig_apply(rig), LG_ERR_CONFLICT);
	assert_int_equal(rig->outcome, LG_SERVERS_NOTHING_WRITTEN);
	rig->scene->gate.fail_write = LG_ERR_IO;
	rig->scene->gate.locks_all_the_same = 1;
	assert_int_equal(rig_apply(rig), LG_ERR_IO);
	assert_int_equal(rig->outcome, LG_SERVERS_PUT_BACK);
	rig_assert_nothing_locked(rig);
	rig_free(rig);
}

/* The servers have what they had; the lock is over when the gate answers. */
static void a_gate_that_is_away_is_lifted_later(void **state)
{
	struct rig *rig = rig_new(TARGETS, 1);

	(void)state;
	assert_int_equal(rig_apply(rig), LG_OK);
	rig->scene->gate.fail_end = 1;
	assert_int_equal(rig_lift(rig), LG_ERR_IO);
	assert_int_equal(rig->gate_status, LG_ERR_IO);
	scene_assert_all_old(rig->scene);
	assert_int_equal(rig_in_journal(rig), 1);
	rig->scene->gate.fail_end = 0;
	rig_recover(rig);
	rig_assert_nothing_locked(rig);
	assert_int_equal(rig_in_journal(rig), 0);
	rig_free(rig);
}

/* A server that is left behind does not keep people out here. */
static void a_server_that_is_away_keeps_no_gate_locked(void **state)
{
	struct rig *rig = rig_new(TARGETS, 1);

	(void)state;
	assert_int_equal(rig_apply(rig), LG_OK);
	rig->scene->fake[1].fail_write = 1;
	assert_int_not_equal(rig_lift(rig), LG_OK);
	assert_int_equal(rig->outcome, LG_SERVERS_LEFT_BEHIND);
	assert_false(rig->scene->gate.locked);
	assert_int_equal(rig_in_journal(rig), 1);
	rig->scene->fake[1].fail_write = 0;
	rig_recover(rig);
	rig_assert_nothing_locked(rig);
	assert_int_equal(rig_in_journal(rig), 0);
	rig_free(rig);
}

static void an_end_that_the_gate_refuses_stays(void **state)
{
	struct rig *rig = rig_new(TARGETS, 1);
	const struct lg_change_hands hands = rig_hands(rig);
	struct lg_change_move move = {.id = ID, .gate_id = ID, .until_s = 9000};
	struct lg_servers_book book = {0};
	struct lg_error err;

	(void)state;
	assert_int_equal(rig_apply(rig), LG_OK);
	rig->scene->gate.fail_extend = LG_ERR_RANGE;
	assert_int_equal(lg_change_move(&hands, &move, &err), LG_ERR_RANGE);
	rig->scene->gate.fail_extend = LG_OK;
	rig_book(rig, &book);
	assert_int_equal(book.record[0].lock.until_s, scene_lock.until_s);
	lg_servers_book_release(&book);
	assert_int_equal(lg_change_move(&hands, &move, &err), LG_OK);
	rig_book(rig, &book);
	assert_int_equal(book.record[0].lock.until_s, 9000);
	lg_servers_book_release(&book);
	rig_free(rig);
}

static struct lg_servers_record only_record(struct rig *rig,
					    struct lg_servers_book *book)
{
	rig_book(rig, book);
	assert_int_equal(book->count, 1);
	return book->record[0];
}

/* The end is the same here and in the journal: the earlier one, at once or by
 * recover, or the later. */
static void an_end_that_moves_half_way(void **state)
{
	enum lg_status status = LG_ERR_IO;

	(void)state;
	for (int lines = 0; status != LG_OK; lines++) {
		struct rig *rig = rig_new(TARGETS, 1);
		const struct lg_change_hands hands = rig_hands(rig);
		struct lg_change_move move = {
			.id = ID, .gate_id = ID, .until_s = 9000};
		struct lg_servers_book book = {0};
		struct lg_servers_record record;
		struct lg_error err;

		assert_true(lines < 5);
		assert_int_equal(rig_apply(rig), LG_OK);
		rig->scene->gate.until_s = scene_lock.until_s;
		rig->scene->world.room_for = lines;
		status = lg_change_move(&hands, &move, &err);
		rig->scene->world.room_for = -1;
		/* nothing was moved, or what was cannot be put back now */
		assert_int_equal(move.half, lines == 1);
		record = only_record(rig, &book);
		assert_int_equal(record.moving, lines == 1);
		lg_servers_book_release(&book);
		rig_recover(rig);
		record = only_record(rig, &book);
		assert_int_equal(record.lock.until_s,
				 status == LG_OK ? 9000 : scene_lock.until_s);
		assert_int_equal(rig->scene->gate.until_s, record.lock.until_s);
		assert_false(record.moving);
		lg_servers_book_release(&book);
		rig_assert_all_locked(rig);
		rig_free(rig);
	}
}

/* The gate does not answer, and does what it is asked all the same. */
static void an_end_that_the_gate_does_not_answer_for(void **state)
{
	struct rig *rig = rig_new(TARGETS, 1);
	const struct lg_change_hands hands = rig_hands(rig);
	struct lg_change_move move = {.id = ID, .gate_id = ID, .until_s = 9000};
	struct lg_servers_book book = {0};
	struct lg_error err;

	(void)state;
	assert_int_equal(rig_apply(rig), LG_OK);
	rig->scene->gate.fail_extend = LG_ERR_TIMEOUT;
	assert_int_equal(lg_change_move(&hands, &move, &err), LG_ERR_TIMEOUT);
	assert_true(move.half);
	rig->scene->gate.fail_extend = LG_OK;
	rig_recover(rig);
	assert_int_equal(rig->scene->gate.until_s, scene_lock.until_s);
	assert_int_equal(only_record(rig, &book).lock.until_s,
			 scene_lock.until_s);
	lg_servers_book_release(&book);
	rig_free(rig);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("locks all, lifts all, and the journal is empty",
			  locks_all_and_lifts_all),
		suite_row("a gate alone needs no journal",
			  a_gate_alone_needs_no_journal),
		suite_row("killed at every step of an apply, then recovered",
			  killed_at_every_step_of_an_apply),
		suite_row("killed at every step of a lift, then recovered",
			  killed_at_every_step_of_a_lift),
		suite_row("a gate that fails puts everything back",
			  a_gate_that_fails_puts_everything_back),
		suite_row("a gate alone that says no wrote nothing",
			  a_gate_alone_that_says_no_wrote_nothing),
		suite_row("a gate that is away is lifted later",
			  a_gate_that_is_away_is_lifted_later),
		suite_row("a server that is away keeps no gate locked",
			  a_server_that_is_away_keeps_no_gate_locked),
		suite_row("an end that the gate refuses stays",
			  an_end_that_the_gate_refuses_stays),
		suite_row("an end that moves half-way is put back",
			  an_end_that_moves_half_way),
		suite_row("an end that the gate does not answer for",
			  an_end_that_the_gate_does_not_answer_for),
	};

	return suite_run(rows);
}
