/* SPDX-License-Identifier: ISC */
/*
 * servers.c - one lock on many servers, or on none
 */
#include "servers_scene.h"

#include <string.h>
#include <time.h>

static void applies_to_all(void **state)
{
	struct scene *scene = scene_new();
	struct lg_servers_record record;
	enum lg_servers_outcome outcome;
	struct lg_error err;
	int i;

	(void)state;
	assert_int_equal(scene_apply(scene, &outcome, &err), LG_OK);
	assert_int_equal(outcome, LG_SERVERS_DONE);
	for (i = 0; i < TARGETS; i++) {
		scene_assert_locked(&scene->fake[i], scene->wanted);
		assert_int_equal(scene->fake[i].restarts, i == 1);
	}
	assert_int_equal(scene_record(scene->world.journal.data,
				      scene->world.journal.len, "j", &record,
				      &err),
			 LG_OK);
	assert_int_equal(record.phase, LG_SERVERS_APPLIED);
	assert_string_equal(record.lock.profile, "upgrade");
	assert_string_equal(record.lock.reason, "a \"reason\"");
	assert_int_equal(record.lock.until_s, 8200);
	assert_int_equal(record.count, TARGETS);
	lg_servers_record_release(&record);
	scene_free(scene);
}

static void ends_by_the_clock_since_boot(void **state)
{
	struct scene *scene = scene_new();
	struct lg_now now = {.wall_ms = 5000000, .boot_ms = 70000};
	const struct lg_servers_backup none = {0};
	struct lg_servers_record record;
	enum lg_servers_outcome outcome;
	struct lg_error err;

	(void)state;
	memcpy(now.boot_id, "this", sizeof("this"));
	scene->servers.now = now;
	assert_int_equal(lg_servers_apply(&scene->servers, &scene_lock, &none,
					  &outcome, &err),
			 LG_OK);
	assert_int_equal(scene_record(scene->world.journal.data,
				      scene->world.journal.len, "j", &record,
				      &err),
			 LG_OK);
	assert_int_equal(record.until_boot_ms, 70000 + 3200000);
	/* Stepped past the end, and back before the beginning. */
	now.wall_ms += 86400000;
	assert_int_equal(lg_servers_record_is_over(&record, &now), 0);
	now.wall_ms = 1000;
	now.boot_ms += 3199999;
	assert_int_equal(lg_servers_record_is_over(&record, &now), 0);
	now.boot_ms++;
	assert_int_equal(lg_servers_record_is_over(&record, &now), 1);
	/* Another boot: the wall clock. */
	memcpy(now.boot_id, "next", sizeof("next"));
	assert_int_equal(lg_servers_record_is_over(&record, &now), 0);
	now.wall_ms = 8200000;
	assert_int_equal(lg_servers_record_is_over(&record, &now), 1);
	lg_servers_record_release(&record);
	/* Extended, by a clock that was stepped. */
	memcpy(now.boot_id, "this", sizeof("this"));
	now.wall_ms = 2000000;
	now.boot_ms = 100000;
	assert_int_equal(scene_record(scene->world.journal.data,
				      scene->world.journal.len, "j", &record,
				      &err),
			 LG_OK);
	/* Set at 5000 s since when 4000 s had gone: 30 s ago. */
	assert_int_equal(lg_servers_record_lasts_s(&record, 2060, &now),
			 4000 + 30 + 60);
	lg_servers_record_release(&record);
	assert_int_equal(
		lg_servers_journal_until(
			&scene->servers,
			&(struct lg_servers_record){.lock = {.until_s = 2060},
						    .until_boot_ms = 160000,
						    .boot_id = "this"},
			0, &err),
		LG_OK);
	assert_int_equal(scene_record(scene->world.journal.data,
				      scene->world.journal.len, "j", &record,
				      &err),
			 LG_OK);
	assert_int_equal(record.lock.until_s, 2060);
	assert_int_equal(record.until_boot_ms, 160000);
	assert_string_equal(record.boot_id, "this");
	assert_int_equal(lg_servers_record_lasts_s(&record, 2060, &now),
			 4000 + 30 + 60);
	memcpy(now.boot_id, "next", sizeof("next"));
	assert_int_equal(lg_servers_record_lasts_s(&record, 2060, &now), 1060);
	lg_servers_record_release(&record);
	scene_free(scene);
}

static void lift_restores(void **state)
{
	struct scene *scene = scene_new();
	struct lg_servers_record record;
	enum lg_servers_outcome outcome;
	struct lg_error err;

	(void)state;
	assert_int_equal(scene_apply(scene, &outcome, &err), LG_OK);
	assert_int_equal(lg_servers_lift(&scene->servers,
					 LG_SERVERS_LIFT_CAREFUL, &outcome,
					 &err),
			 LG_OK);
	assert_int_equal(outcome, LG_SERVERS_DONE);
	scene_assert_all_old(scene);
	assert_int_equal(scene->fake[1].restarts, 2);
	assert_int_equal(scene_record(scene->world.journal.data,
				      scene->world.journal.len, "j", &record,
				      &err),
			 LG_OK);
	assert_int_equal(record.phase, LG_SERVERS_NOTHING);
	lg_servers_record_release(&record);
	scene_free(scene);
}

static void lift_asks_when_changed(void **state)
{
	struct scene *scene = scene_new();
	enum lg_servers_outcome outcome;
	struct lg_error err;

	(void)state;
	assert_int_equal(scene_apply(scene, &outcome, &err), LG_OK);
	lg_registry_set_text(scene->fake[2].values, KEY, LG_VALUE_LOGON_ONLY_AS,
			     "0", &err);
	assert_int_equal(lg_servers_lift(&scene->servers,
					 LG_SERVERS_LIFT_CAREFUL, &outcome,
					 &err),
			 LG_ERR_CONFLICT);
	assert_int_equal(outcome, LG_SERVERS_NOTHING_WRITTEN);
	scene_assert_locked(&scene->fake[0], scene->wanted);
	assert_true(scene->member[2].changed);
	assert_int_equal(lg_servers_lift(&scene->servers, LG_SERVERS_LIFT_FORCE,
					 &outcome, &err),
			 LG_OK);
	scene_assert_all_old(scene);
	scene_free(scene);
}

static enum lg_status no_logon(const void *context, struct lg_error *err)
{
	(void)context;
	return lg_error_set(err, LG_ERR_IO, "fake", "the store lets nobody on");
}

/* Who upgrades a server stops its store, and must find it stopped. */
static void a_store_that_is_stopped_stays_stopped(void **state)
{
	static const enum lg_service idle[] = {
		LG_SERVICE_STOPPED, LG_SERVICE_STOPPING, LG_SERVICE_PAUSED};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(idle) / sizeof(idle[0]); i++) {
		struct scene *scene = scene_new();
		enum lg_servers_outcome outcome;
		struct lg_error err;

		scene->fake[1].service = idle[i];
		scene->member[1].test = no_logon;
		assert_int_equal(scene_apply(scene, &outcome, &err), LG_OK);
		scene_assert_locked(&scene->fake[1], scene->wanted);
		assert_int_equal(scene->member[1].service, idle[i]);
		assert_int_equal(scene->member[0].service, LG_SERVICE_RUNNING);
		assert_null(strstr(scene->world.journal.data, "restarting"));
		assert_int_equal(lg_servers_lift(&scene->servers,
						 LG_SERVERS_LIFT_CAREFUL,
						 &outcome, &err),
				 LG_OK);
		scene_assert_all_old(scene);
		assert_int_equal(scene->member[1].service, idle[i]);
		assert_int_equal(scene->fake[1].restarts, 0);
		assert_int_equal(scene->fake[1].service, idle[i]);
		scene_free(scene);
	}
}

/* What counts at a lift is what somebody made of the store meanwhile. */
static void a_store_stopped_or_started_under_a_lock(void **state)
{
	int starts;

	(void)state;
	for (starts = 0; starts < 2; starts++) {
		struct scene *scene = scene_new();
		enum lg_servers_outcome outcome;
		struct lg_error err;

		if (starts)
			scene->fake[1].service = LG_SERVICE_STOPPED;
		assert_int_equal(scene_apply(scene, &outcome, &err), LG_OK);
		assert_int_equal(scene->fake[1].restarts, !starts);
		scene->fake[1].service =
			starts ? LG_SERVICE_RUNNING : LG_SERVICE_STOPPED;
		assert_int_equal(lg_servers_lift(&scene->servers,
						 LG_SERVERS_LIFT_CAREFUL,
						 &outcome, &err),
				 LG_OK);
		/* one that was started has read the lock's values */
		assert_int_equal(scene->fake[1].restarts, 1);
		assert_int_equal(scene->member[1].service,
				 starts ? LG_SERVICE_RUNNING
					: LG_SERVICE_STOPPED);
		scene_free(scene);
	}
}

static void a_store_that_cannot_be_asked(void **state)
{
	struct scene *scene = scene_new();
	enum lg_servers_outcome outcome;
	struct lg_error err;

	(void)state;
	scene->fake[0].service = LG_SERVICE_UNKNOWN;
	assert_int_equal(scene_apply(scene, &outcome, &err), LG_ERR_IO);
	assert_int_equal(outcome, LG_SERVERS_PUT_BACK);
	scene_assert_all_old(scene);
	scene_free(scene);
	/* it keeps nothing locked */
	scene = scene_new();
	assert_int_equal(scene_apply(scene, &outcome, &err), LG_OK);
	scene->fake[0].service = LG_SERVICE_UNKNOWN;
	assert_int_equal(lg_servers_lift(&scene->servers,
					 LG_SERVERS_LIFT_CAREFUL, &outcome,
					 &err),
			 LG_OK);
	assert_int_equal(scene->member[0].service, LG_SERVICE_UNKNOWN);
	scene_assert_all_old(scene);
	scene_free(scene);
}

static void apply_writes_nothing_over_a_newer_value(void **state)
{
	struct scene *scene = scene_new();
	enum lg_servers_outcome outcome;
	struct lg_error err;

	(void)state;
	scene->member[1].planned = scene->old;
	lg_registry_set_text(scene->fake[1].values, KEY,
			     LG_VALUE_DISABLE_MAPI_CLIENTS, "-6.0.0", &err);
	assert_int_equal(scene_apply(scene, &outcome, &err), LG_ERR_CONFLICT);
	assert_int_equal(outcome, LG_SERVERS_NOTHING_WRITTEN);
	assert_non_null(strstr(err.text, LG_VALUE_DISABLE_MAPI_CLIENTS));
	assert_int_equal(scene->fake[0].writes, 0);
	assert_int_equal(scene->fake[1].writes, 0);
	assert_true(scene_same(scene->fake[0].values, scene->old));
	assert_true(scene_same(scene->fake[2].values, scene->old));
	scene_free(scene);
}

static enum lg_status write_but_theirs(void *self,
				       const struct lg_target_change *item,
				       size_t count, struct lg_error *err)
{
	size_t i;

	for (i = 0; i < count; i++)
		assert_int_equal(item[i].care, LG_TARGET_RESTORE);
	scene_write(self, item, 1, err);
	return lg_error_set(err, LG_ERR_CONFLICT, "fake",
			    "somebody else changed it");
}

/* Only a backend that keeps what others changed may say so: the lock is over
 * then. From any other the same status is a failure. */
static void lift_ends_where_others_values_are_kept(void **state)
{
	int keeps;

	(void)state;
	for (keeps = 0; keeps < 2; keeps++) {
		struct scene *scene = scene_new();
		enum lg_servers_outcome outcome;
		struct lg_error err;

		assert_int_equal(scene_apply(scene, &outcome, &err), LG_OK);
		scene->port[2].keeps_others = keeps;
		scene->port[2].write = write_but_theirs;
		assert_int_equal(lg_servers_lift(&scene->servers,
						 LG_SERVERS_LIFT_CAREFUL,
						 &outcome, &err),
				 LG_ERR_CONFLICT);
		assert_int_equal(outcome, LG_SERVERS_LEFT_BEHIND);
		assert_int_equal(scene->member[2].kept, keeps);
		assert_int_equal(scene->member[2].left_behind, !keeps);
		assert_true(scene_same(scene->fake[0].values, scene->old));
		assert_int_equal(
			strstr(scene->world.journal.data, "\"lifted\"") != NULL,
			keeps);
		scene_free(scene);
	}
}

/* An end that is past: one that was changed keeps its own lock alone, unless
 * its backend keeps what others changed. */
static void an_end_lifts_each_by_itself(void **state)
{
	int keeps;

	(void)state;
	for (keeps = 0; keeps < 2; keeps++) {
		struct scene *scene = scene_new();
		enum lg_servers_outcome outcome;
		struct lg_error err;

		assert_int_equal(scene_apply(scene, &outcome, &err), LG_OK);
		lg_registry_set_text(scene->fake[2].values, KEY,
				     LG_VALUE_LOGON_ONLY_AS, "0", &err);
		scene->port[2].keeps_others = keeps;
		if (keeps)
			scene->port[2].write = write_but_theirs;
		assert_int_equal(lg_servers_lift(&scene->servers,
						 LG_SERVERS_LIFT_EACH, &outcome,
						 &err),
				 LG_ERR_CONFLICT);
		assert_int_equal(outcome, LG_SERVERS_LEFT_BEHIND);
		assert_int_equal(scene->member[2].left_behind, !keeps);
		assert_int_equal(scene->member[2].kept, keeps);
		assert_true(scene_same(scene->fake[0].values, scene->old));
		assert_true(scene_same(scene->fake[1].values, scene->old));
		assert_int_equal(scene->fake[2].writes, 1 + keeps);
		assert_int_equal(
			strstr(scene->world.journal.data, "\"lifted\"") != NULL,
			keeps);
		scene_free(scene);
	}
}

/* How the second of three servers fails, and what must be told. */
struct failure {
	void (*arrange)(struct fake_target *target);
	enum lg_status status;
	enum lg_servers_outcome outcome;
	int others_written;
};

static void unreachable(struct fake_target *target)
{
	target->probe_status = LG_ERR_IO;
}

static void wrong_password(struct fake_target *target)
{
	target->probe_status = LG_ERR_DENIED;
}

static void missing_right(struct fake_target *target)
{
	target->may_not_write = 1;
}

static void cut_in_mid_write(struct fake_target *target)
{
	target->fail_write = 1;
}

static void garbled(struct fake_target *target)
{
	target->garble = 1;
}

static void does_not_start(struct fake_target *target)
{
	target->fail_restart = 1;
}

static void never_starts(struct fake_target *target)
{
	target->fail_restart = 100;
}

static const struct failure failures[] = {
	{unreachable, LG_ERR_IO, LG_SERVERS_NOTHING_WRITTEN, 0},
	{wrong_password, LG_ERR_DENIED, LG_SERVERS_NOTHING_WRITTEN, 0},
	{missing_right, LG_ERR_DENIED, LG_SERVERS_NOTHING_WRITTEN, 0},
	{garbled, LG_ERR_IO, LG_SERVERS_LEFT_BEHIND, 1},
	{does_not_start, LG_ERR_CONFLICT, LG_SERVERS_PUT_BACK, 1},
	{never_starts, LG_ERR_CONFLICT, LG_SERVERS_LEFT_BEHIND, 1},
};

static void second_fails(void **state)
{
	const struct failure *failure = *state;
	struct scene *scene = scene_new();
	enum lg_servers_outcome outcome;
	struct lg_error err;

	failure->arrange(&scene->fake[1]);
	assert_int_equal(scene_apply(scene, &outcome, &err), failure->status);
	assert_int_equal(outcome, failure->outcome);
	assert_string_equal(err.place, "ex2");
	if (!failure->others_written) {
		assert_int_equal(scene->fake[0].writes, 0);
		assert_int_equal(scene->fake[2].writes, 0);
		assert_int_equal(scene->world.journal.len, 0);
	}
	assert_true(scene_same(scene->fake[0].values, scene->old));
	assert_true(scene_same(scene->fake[2].values, scene->old));
	assert_int_equal(scene->member[1].left_behind,
			 outcome == LG_SERVERS_LEFT_BEHIND);
	scene_free(scene);
}

static void cut_write_is_put_back_on_the_others(void **state)
{
	struct scene *scene = scene_new();
	enum lg_servers_outcome outcome;
	struct lg_error err;

	(void)state;
	cut_in_mid_write(&scene->fake[1]);
	assert_int_equal(scene_apply(scene, &outcome, &err), LG_ERR_IO);
	assert_int_equal(outcome, LG_SERVERS_LEFT_BEHIND);
	assert_true(scene->member[1].left_behind);
	assert_true(scene_same(scene->fake[0].values, scene->old));
	assert_true(scene_same(scene->fake[2].values, scene->old));
	scene_free(scene);
}

/* Somebody stops it: at the given question, and at every later one. */
struct stopping {
	int questions_left;
};

static int stop(void *context)
{
	struct stopping *stopping = context;

	return stopping->questions_left-- <= 0;
}

static void stopped_at_any_step_puts_all_back(void **state)
{
	enum lg_status status = LG_ERR_CONFLICT;
	enum lg_servers_outcome outcome;
	struct lg_error err;
	int questions;

	(void)state;
	for (questions = 0; status != LG_OK; questions++) {
		struct stopping stopping = {questions};
		struct scene *scene = scene_new();

		scene->servers.parallel = 1;
		scene->servers.watch.stop = stop;
		scene->servers.watch.context = &stopping;
		status = scene_apply(scene, &outcome, &err);
		if (status == LG_OK) {
			assert_int_equal(outcome, LG_SERVERS_DONE);
		} else {
			assert_int_equal(status, LG_ERR_CONFLICT);
			assert_int_equal(outcome, LG_SERVERS_PUT_BACK);
			assert_non_null(strstr(err.text, "signal"));
			scene_assert_all_old(scene);
		}
		scene_free(scene);
	}
	/* before each of two steps on each server, and before the end */
	assert_int_equal(questions, 2 * TARGETS + 2);
}

static void a_failure_names_the_place_below_the_server(void **state)
{
	struct scene *scene = scene_new();
	enum lg_servers_outcome outcome;
	struct lg_error err;

	(void)state;
	scene->fake[1].probe_status = LG_ERR_IO;
	assert_int_equal(scene_apply(scene, &outcome, &err), LG_ERR_IO);
	assert_string_equal(err.place, "ex2");
	assert_string_equal(err.text, "fake: cannot be reached");
	scene_free(scene);
}

/* Waits for as many beside it as there may be, and a moment for one more. */
static enum lg_status slow_probe(void *self, struct lg_target_probe *out_probe,
				 struct lg_error *err)
{
	struct fake_target *target = self;
	struct world *world = target->world;
	const struct timespec pause = {0, 1000000};
	int now = atomic_fetch_add(&world->at_once, 1) + 1;
	int most = atomic_load(&world->most);
	int i;

	(void)err;
	while (most < now &&
	       !atomic_compare_exchange_weak(&world->most, &most, now))
		continue;
	for (i = 0; i < 20000 && atomic_load(&world->most) < world->wanted; i++)
		nanosleep(&pause, NULL);
	for (i = 0; i < 20; i++)
		nanosleep(&pause, NULL);
	atomic_fetch_sub(&world->at_once, 1);
	*out_probe = (struct lg_target_probe){.may_write = 1};
	return LG_OK;
}

static void as_many_at_once_as_asked_for(void **state)
{
	int parallel;

	(void)state;
	for (parallel = 1; parallel <= TARGETS; parallel++) {
		struct scene *scene = scene_new();
		struct lg_error err;
		int i;

		for (i = 0; i < TARGETS; i++)
			scene->port[i].probe = slow_probe;
		scene->world.wanted = parallel;
		scene->servers.parallel = (unsigned int)parallel;
		assert_int_equal(lg_servers_probe(&scene->servers, &err),
				 LG_OK);
		assert_int_equal(atomic_load(&scene->world.most), parallel);
		scene_free(scene);
	}
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("an apply writes every target and keeps what it does "
			  "not name",
			  applies_to_all),
		suite_row("a stepped wall clock moves no end",
			  ends_by_the_clock_since_boot),
		suite_row("a lift puts the earlier values back everywhere",
			  lift_restores),
		suite_row("a lift asks when somebody changed a value meanwhile",
			  lift_asks_when_changed),
		suite_row("a store that somebody stopped or paused stays so, "
			  "and tests no logon",
			  a_store_that_is_stopped_stays_stopped),
		suite_row("a store that somebody stopped or started under a "
			  "lock",
			  a_store_stopped_or_started_under_a_lock),
		suite_row("a store that cannot be asked is no lock, and keeps "
			  "none",
			  a_store_that_cannot_be_asked),
		suite_row("an apply writes nothing over a value that is newer "
			  "than its plan",
			  apply_writes_nothing_over_a_newer_value),
		suite_row("a lift is over where a directory keeps what others "
			  "changed",
			  lift_ends_where_others_values_are_kept),
		suite_row("an end that is past lifts each server by itself",
			  an_end_lifts_each_by_itself),
		suite_row_with("a server that is down: nothing is written",
			       second_fails, &failures[0]),
		suite_row_with("a wrong password: nothing is written",
			       second_fails, &failures[1]),
		suite_row_with("a missing right: nothing is written",
			       second_fails, &failures[2]),
		suite_row_with("values that read back otherwise are a failure",
			       second_fails, &failures[3]),
		suite_row_with("a service that does not start: all put back",
			       second_fails, &failures[4]),
		suite_row_with("a service that never starts is named",
			       second_fails, &failures[5]),
		suite_row("a connection cut in mid-write: the others are put "
			  "back",
			  cut_write_is_put_back_on_the_others),
		suite_row("stopped by a signal at any step: all put back",
			  stopped_at_any_step_puts_all_back),
		suite_row("as many servers at once as asked for, and no more",
			  as_many_at_once_as_asked_for),
		suite_row("a failure names the place below the server",
			  a_failure_names_the_place_below_the_server),
	};

	return suite_run(rows);
}
