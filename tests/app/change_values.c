/* SPDX-License-Identifier: ISC */
/*
 * change_values.c - values changed by hand on a server and at the gate here
 *
 * Each is refused, fails, meets a full disk or is killed at any step: then the
 * values are all old or all new, one recover is enough, and nothing is left in
 * the journal.
 */
#include "change_rig.h"

#include "app/change/change_values.h"

/* What is to be there: a name less, one more and one that differs. */
static enum lg_status make(const void *context, const struct lg_registry *is,
			   struct lg_registry **out_should,
			   struct lg_error *err)
{
	(void)is;
	return lg_registry_copy(context, out_should, err);
}

static enum lg_status change(struct rig *rig, const char *server,
			     const char *kept, struct lg_change_values *wish)
{
	const struct lg_change_hands hands = rig_hands(rig);
	struct lg_strlist names = {0};
	struct lg_error err;
	enum lg_status status;

	*wish = (struct lg_change_values){.server = server,
					  .id = ID,
					  .event = LG_EVENT_IMPORT,
					  .kept = kept,
					  .context = rig->scene->wanted,
					  .make = make};
	status = lg_change_values(&hands, wish, &names, &err);
	lg_strlist_release(&names);
	return status;
}

static void assert_is(const struct lg_registry *is,
		      const struct lg_registry *should)
{
	assert_true(scene_same(is, should));
}

static void are_written_and_nothing_is_left(void **state)
{
	struct rig *rig = rig_new(1, 1);
	struct scene *scene = rig->scene;
	struct lg_change_values wish;

	(void)state;
	assert_int_equal(change(rig, "ex1", NULL, &wish), LG_OK);
	assert_is(scene->fake[0].values, scene->wanted);
	assert_is(scene->fake[1].values, scene->old);
	assert_int_equal(rig_in_journal(rig), 0);
	/* what is there already is no change */
	scene->fake[0].writes = 0;
	assert_int_equal(change(rig, "ex1", NULL, &wish), LG_OK);
	assert_int_equal(scene->fake[0].writes, 0);
	rig->begun = 0;
	assert_int_equal(change(rig, NULL, NULL, &wish), LG_OK);
	assert_is(scene->gate.values, scene->wanted);
	assert_int_equal(change(rig, NULL, "first", &wish), LG_OK);
	assert_is(scene->gate.values, scene->old);
	assert_int_equal(change(rig, NULL, "none", &wish), LG_ERR_UNKNOWN_KEY);
	assert_int_equal(rig->begun, 0);
	rig_free(rig);
}

static void are_refused_where_a_lock_is(void **state)
{
	struct rig *rig = rig_new(1, 1);
	struct scene *scene = rig->scene;
	struct lg_change_values wish;

	(void)state;
	assert_int_equal(rig_apply(rig), LG_OK);
	scene->gate.writes = scene->fake[0].writes = 0;
	assert_int_equal(change(rig, "ex1", NULL, &wish), LG_ERR_CONFLICT);
	assert_int_equal(change(rig, NULL, NULL, &wish), LG_ERR_CONFLICT);
	assert_int_equal(wish.outcome, LG_SERVERS_NOTHING_WRITTEN);
	assert_int_equal(scene->gate.writes + scene->fake[0].writes, 0);
	assert_int_equal(change(rig, "ex2", NULL, &wish), LG_OK);
	rig_free(rig);
}

static void killed_at_every_step_on_a_server(void **state)
{
	enum lg_status status = LG_ERR_IO;
	struct lg_change_values wish;
	int steps;

	(void)state;
	for (steps = 0; status != LG_OK; steps++) {
		struct rig *rig = rig_new(1, 0);
		struct scene *scene = rig->scene;

		assert_true(steps < 100);
		scene->world.effects_left = steps;
		status = change(rig, "ex1", NULL, &wish);
		/* nobody builds on what is half there */
		scene->world.crashed = 0;
		scene->world.effects_left = -1;
		if (status != LG_OK && steps >= 2) {
			assert_int_equal(change(rig, "ex1", NULL, &wish),
					 LG_ERR_CONFLICT);
			assert_int_equal(rig_apply(rig), LG_ERR_CONFLICT);
		}
		rig_recover(rig);
		assert_is(scene->fake[0].values,
			  status == LG_OK ? scene->wanted : scene->old);
		assert_int_equal(rig_in_journal(rig), 0);
		rig_free(rig);
	}
	assert_true(steps > 6);
}

/* What broke off is over after a while, and ends like a lock. */
static void what_broke_off_ends_by_itself(void **state)
{
	struct rig *rig = rig_new(1, 0);
	const struct lg_now later = {.wall_ms = INT64_C(1) << 40};
	struct lg_servers_book book = {0};
	struct lg_change_values wish;

	(void)state;
	rig->scene->world.effects_left = 3;
	assert_int_not_equal(change(rig, "ex1", NULL, &wish), LG_OK);
	rig_book(rig, &book);
	assert_int_equal(book.version, LG_SERVERS_BOOK_VERSION);
	assert_int_equal(book.count, 1);
	assert_true(lg_change_is_due(&book.record[0], &later));
	lg_servers_book_release(&book);
	rig_free(rig);
}

static void a_full_disk_puts_them_back(void **state)
{
	enum lg_status status = LG_ERR_IO;
	struct lg_change_values wish;
	int lines;

	(void)state;
	for (lines = 0; status != LG_OK; lines++) {
		struct rig *rig = rig_new(1, 0);
		struct scene *scene = rig->scene;

		assert_true(lines < 100);
		scene->world.room_for = lines;
		status = change(rig, "ex1", NULL, &wish);
		if (status != LG_OK)
			assert_int_equal(wish.outcome,
					 lines == 0 ? LG_SERVERS_NOTHING_WRITTEN
						    : LG_SERVERS_LEFT_BEHIND);
		scene->world.room_for = -1;
		rig_recover(rig);
		assert_is(scene->fake[0].values,
			  status == LG_OK ? scene->wanted : scene->old);
		assert_int_equal(rig_in_journal(rig), 0);
		rig_free(rig);
	}
	assert_int_equal(lines - 1, 5);
}

static void a_server_that_fails_is_put_back(void **state)
{
	struct rig *rig = rig_new(1, 0);
	struct scene *scene = rig->scene;
	struct lg_change_values wish;

	(void)state;
	scene->fake[0].fail_write = 1;
	assert_int_equal(change(rig, "ex1", NULL, &wish), LG_ERR_IO);
	assert_int_equal(wish.outcome, LG_SERVERS_LEFT_BEHIND);
	scene->fake[0].fail_write = 0;
	rig_recover(rig);
	assert_is(scene->fake[0].values, scene->old);
	scene->fake[0].may_not_write = 1;
	assert_int_equal(change(rig, "ex1", NULL, &wish), LG_ERR_DENIED);
	assert_int_equal(wish.outcome, LG_SERVERS_NOTHING_WRITTEN);
	scene->fake[0].probe_status = LG_ERR_TIMEOUT;
	assert_int_equal(change(rig, "ex1", NULL, &wish), LG_ERR_TIMEOUT);
	assert_int_equal(rig_in_journal(rig), 0);
	rig_free(rig);
}

/* A gate that says no, is full, does not answer, or answers too late. */
static void a_gate_that_fails(void **state)
{
	static const struct {
		enum lg_status fail_write;
		int writes_all_the_same;
		int unreached;
		int writes; /* with those that put back */
		enum lg_servers_outcome outcome;
	} row[] = {
		{LG_ERR_CONFLICT, 0, 0, 1, LG_SERVERS_NOTHING_WRITTEN},
		{LG_ERR_DENIED, 0, 0, 1, LG_SERVERS_NOTHING_WRITTEN},
		{LG_ERR_IO, 0, 1, 1, LG_SERVERS_NOTHING_WRITTEN},
		{LG_ERR_IO, 0, 0, 1, LG_SERVERS_PUT_BACK},
		{LG_ERR_TIMEOUT, 1, 0, 2, LG_SERVERS_LEFT_BEHIND},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct rig *rig = rig_new(0, 1);
		struct fake_gate *gate = &rig->scene->gate;
		struct lg_change_values wish;

		gate->fail_write = row[i].fail_write;
		gate->locks_all_the_same = row[i].writes_all_the_same;
		gate->unreached = row[i].unreached;
		assert_int_equal(change(rig, NULL, NULL, &wish),
				 row[i].fail_write);
		assert_int_equal(gate->writes, row[i].writes);
		assert_int_equal(wish.outcome, row[i].outcome);
		assert_is(gate->values, rig->scene->old);
		assert_int_equal(gate->ends, 0);
		rig_free(rig);
	}
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("are written, and nothing is left in the journal",
			  are_written_and_nothing_is_left),
		suite_row("are refused where a lock is",
			  are_refused_where_a_lock_is),
		suite_row("killed at every step on a server, then recovered",
			  killed_at_every_step_on_a_server),
		suite_row("what broke off ends by itself",
			  what_broke_off_ends_by_itself),
		suite_row("a full disk puts them back, or recover does",
			  a_full_disk_puts_them_back),
		suite_row("a server that fails is put back, or recover does",
			  a_server_that_fails_is_put_back),
		suite_row("a gate that fails leaves what was there",
			  a_gate_that_fails),
	};

	return suite_run(rows);
}
