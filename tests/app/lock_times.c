/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/app/lock/lock_change.h: when locks begin and end.
 */
#include <stdio.h>

#include "lock_scene.h"
#include "suite.h"

/* Of two that meet, the one that begins is there before the other is gone. */
static void a_beginning_goes_before_an_end(void **unused)
{
	struct lock_scene s;
	char id[LG_LOCK_ID_SIZE] = "";
	enum lg_lock_event event;
	struct lg_lock *first;

	lock_scene_begin(&s);
	s.request.for_s = 600;
	first = applied(s.state, &s.request);
	snprintf(id, sizeof(id), "%s", first->id);
	s.request.profile = "next";
	s.request.at_s = 1795299360 + 600;
	applied(s.state, &s.request);
	folder_wait(&s.folder, 600);
	assert_int_equal(lg_lock_settle(s.state, &event, id, NULL), LG_OK);
	assert_int_equal(event, LG_LOCK_BEGINS);
	assert_int_equal(lg_lock_settle(s.state, &event, id, NULL), LG_OK);
	assert_int_equal(event, LG_LOCK_EXPIRES);
	assert_int_equal(lg_lock_settle(s.state, &event, id, NULL), LG_OK);
	assert_int_equal(event, LG_LOCK_NOTHING);
	assert_string_equal(s.state->lock[0]->profile, "next");
	assert_int_equal(s.state->lock[0]->since_s, 1795299360 + 600);
	lock_scene_end(&s);
}

/* Nobody is kept out past the end because nothing can be written. */
static void an_end_does_not_wait_for_the_disk(void **unused)
{
	struct lock_scene s;
	enum lg_lock_event event;

	lock_scene_begin(&s);
	applied(s.state, &s.request);
	folder_wait(&s.folder, 3600);
	s.folder.writes = 0;
	s.folder.fail_write = 1;
	assert_int_equal(lg_lock_settle(s.state, &event, NULL, NULL), LG_OK);
	assert_int_equal(event, LG_LOCK_EXPIRES);
	assert_false(lg_state_locked(s.state));
	assert_true(s.state->unsaved);
	assert_true(is_loud(s.state, "could not be written"));
	/* Nor does a beginning. */
	s.request.at_s = 1795299360 + 7000;
	s.folder.fail_write = 0;
	assert_int_equal(lg_picture_flush(s.state, NULL), LG_OK);
	assert_false(is_loud(s.state, "what changed could not be written"));
	applied(s.state, &s.request);
	folder_wait(&s.folder, 3400);
	s.folder.writes = 0;
	s.folder.fail_write = 1;
	assert_int_equal(lg_lock_settle(s.state, &event, NULL, NULL), LG_OK);
	assert_int_equal(event, LG_LOCK_BEGINS);
	assert_true(lg_state_locked(s.state));
	s.folder.fail_write = 0;
	assert_int_equal(lg_picture_flush(s.state, NULL), LG_OK);
	lock_scene_again(&s);
	assert_true(lg_state_locked(s.state));
	lift_by_name(s.state, NULL);
	assert_null(shown(s.state));
	lock_scene_end(&s);
}

static void an_end_is_needed(void **unused)
{
	static const struct {
		int64_t for_s, until_s, at_s;
	} rows[] = {
		{0, 0, 0},
		{0, 1795299360, 0},
		{0, 100, 0},
		{7201, 0, 0},
		{0, 1795299360 + 7201, 0},
		{60, 0, 1795299300},
		{0, 1795299400, 1795299500},
		{-5, 0, 0},
	};
	struct lock_scene s;
	struct lg_lock *lock = NULL;
	size_t i;

	lock_scene_begin(&s);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		s.request.for_s = rows[i].for_s;
		s.request.until_s = rows[i].until_s;
		s.request.at_s = rows[i].at_s;
		assert_int_equal(
			lg_lock_apply(s.state, &s.request, &lock, NULL),
			LG_ERR_RANGE);
	}
	assert_false(folder_has(&s.folder, LG_STATE_LOCK));
	assert_false(folder_has(&s.folder, LG_STATE_REGISTRY));
	lock_scene_end(&s);
}

static void waits_for_its_beginning(void **unused)
{
	struct lock_scene s;
	int64_t left_ms;

	lock_scene_begin(&s);
	s.request.at_s = 1795299360 + 600;
	s.request.grace_s = 60;
	applied(s.state, &s.request);
	assert_false(lg_state_locked(s.state));
	assert_null(shown(s.state));
	assert_int_equal(settle(s.state), LG_LOCK_NOTHING);
	assert_int_equal(lg_lock_next(s.state, NULL, &left_ms), LG_LOCK_BEGINS);
	assert_int_equal(left_ms, 600000);
	lg_state_free(&s.state);
	folder_wait(&s.folder, 600);
	s.state = folder_load(&s.folder);
	assert_int_equal(settle(s.state), LG_LOCK_BEGINS);
	assert_true(lg_state_locked(s.state));
	assert_string_equal(shown(s.state), "/o=a/cn=one");
	folder_wait(&s.folder, 60);
	assert_int_equal(settle(s.state), LG_LOCK_CUTS);
	assert_int_equal(settle(s.state), LG_LOCK_NOTHING);
	folder_wait(&s.folder, 3540);
	assert_int_equal(settle(s.state), LG_LOCK_EXPIRES);
	assert_false(lg_state_locked(s.state));
	assert_null(shown(s.state));
	lock_scene_end(&s);
}

static void never_began(void **unused)
{
	struct lock_scene s;

	lock_scene_begin(&s);
	s.request.at_s = 1795299360 + 600;
	applied(s.state, &s.request);
	lg_state_free(&s.state);
	folder_wait(&s.folder, 5000);
	s.state = folder_load(&s.folder);
	/* The start is due too; what is over does not begin. */
	assert_int_equal(settle(s.state), LG_LOCK_EXPIRES);
	assert_int_equal(settle(s.state), LG_LOCK_NOTHING);
	assert_null(shown(s.state));
	lock_scene_end(&s);
}

static void lifts_without_a_confirm(void **unused)
{
	struct lock_scene s;
	int confirmed;

	for (confirmed = 0; confirmed < 2; confirmed++) {
		lock_scene_begin(&s);
		s.request.confirm_within_s = 120;
		applied(s.state, &s.request);
		folder_wait(&s.folder, 119);
		assert_int_equal(settle(s.state), LG_LOCK_NOTHING);
		if (confirmed) {
			assert_int_equal(lg_lock_confirm(s.state,
							 s.state->lock[0],
							 "bert", NULL),
					 LG_OK);
			assert_int_equal(lg_lock_confirm(s.state,
							 s.state->lock[0],
							 "bert", NULL),
					 LG_ERR_CONFLICT);
		}
		folder_wait(&s.folder, 1);
		assert_int_equal(settle(s.state),
				 confirmed ? LG_LOCK_NOTHING
					   : LG_LOCK_UNCONFIRMED);
		assert_int_equal(lg_state_locked(s.state), confirmed);
		lock_scene_end(&s);
	}
}

static void extends_within_the_limit(void **unused)
{
	struct lock_scene s;

	lock_scene_begin(&s);
	applied(s.state, &s.request);
	folder_wait(&s.folder, 3000);
	assert_int_equal(lg_lock_extend(s.state, s.state->lock[0], "bert", 0,
					4200, NULL),
			 LG_OK);
	assert_int_equal(s.state->lock[0]->until.wall_s, 1795299360 + 7200);
	assert_int_equal(lg_lock_extend(s.state, s.state->lock[0], "bert", 0,
					4201, NULL),
			 LG_ERR_RANGE);
	assert_int_equal(
		lg_lock_extend(s.state, s.state->lock[0], "bert", 17, 0, NULL),
		LG_ERR_RANGE);
	assert_int_equal(s.state->lock[0]->until.wall_s, 1795299360 + 7200);
	folder_wait(&s.folder, 4199);
	assert_int_equal(settle(s.state), LG_LOCK_NOTHING);
	folder_wait(&s.folder, 1);
	assert_int_equal(settle(s.state), LG_LOCK_EXPIRES);
	lock_scene_end(&s);
}

static void a_stepped_clock_changes_nothing(void **unused)
{
	static const int64_t steps[] = {36000, -36000};
	struct lock_scene s;
	struct lg_now now;
	size_t i;

	for (i = 0; i < 2; i++) {
		lock_scene_begin(&s);
		applied(s.state, &s.request);
		s.folder.now.wall_ms += steps[i] * 1000;
		now = lg_state_now(s.state);
		assert_int_equal(lg_lock_stepped_s(s.state->lock[0], &now),
				 steps[i]);
		folder_wait(&s.folder, 3599);
		assert_int_equal(settle(s.state), LG_LOCK_NOTHING);
		/* Nor does a restart of the gate. */
		lock_scene_again(&s);
		assert_int_equal(settle(s.state), LG_LOCK_NOTHING);
		folder_wait(&s.folder, 1);
		assert_int_equal(settle(s.state), LG_LOCK_EXPIRES);
		lock_scene_end(&s);
	}
}

static void extends_after_a_step(void **unused)
{
	static const int64_t steps[] = {86400, -86400};
	struct lock_scene s;
	struct lg_now now;
	size_t i;

	for (i = 0; i < 2; i++) {
		lock_scene_begin(&s);
		applied(s.state, &s.request);
		folder_wait(&s.folder, 3000);
		s.folder.now.wall_ms += steps[i] * 1000;
		/* What is left of max_duration is what was left before. */
		assert_int_equal(lg_lock_extend(s.state, s.state->lock[0],
						"bert", 0, 4201, NULL),
				 LG_ERR_RANGE);
		assert_int_equal(lg_lock_extend(s.state, s.state->lock[0],
						"bert", 0, 100, NULL),
				 LG_OK);
		assert_int_equal(lg_lock_extend(s.state, s.state->lock[0],
						"bert", 0, 4201, NULL),
				 LG_ERR_RANGE);
		assert_int_equal(lg_lock_extend(s.state, s.state->lock[0],
						"bert", 0, 4200, NULL),
				 LG_OK);
		now = lg_state_now(s.state);
		assert_int_equal(lg_lock_stepped_s(s.state->lock[0], &now),
				 steps[i]);
		folder_wait(&s.folder, 4199);
		assert_int_equal(settle(s.state), LG_LOCK_NOTHING);
		folder_wait(&s.folder, 1);
		assert_int_equal(settle(s.state), LG_LOCK_EXPIRES);
		lock_scene_end(&s);
	}
}

static void after_a_reboot_the_wall_clock_counts(void **unused)
{
	struct lock_scene s;

	lock_scene_begin(&s);
	applied(s.state, &s.request);
	lg_state_free(&s.state);
	s.folder.now.wall_ms += 1800 * 1000;
	s.folder.now.boot_ms = 900;
	s.folder.now.boot_id[0] = 'F';
	s.state = folder_load(&s.folder);
	assert_int_equal(settle(s.state), LG_LOCK_NOTHING);
	/* From here on the new boot counts. */
	s.folder.now.wall_ms += 5000 * 1000;
	assert_int_equal(settle(s.state), LG_LOCK_NOTHING);
	s.folder.now.boot_ms += 1799 * 1000;
	assert_int_equal(settle(s.state), LG_LOCK_NOTHING);
	s.folder.now.boot_ms += 1000;
	assert_int_equal(settle(s.state), LG_LOCK_EXPIRES);
	lock_scene_end(&s);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("where two locks meet nobody slips in",
			  a_beginning_goes_before_an_end),
		suite_row("a full disk keeps nobody out past the end",
			  an_end_does_not_wait_for_the_disk),
		suite_row("no end, a past one, one beyond max_duration",
			  an_end_is_needed),
		suite_row("a pending lock begins, cuts and expires in time",
			  waits_for_its_beginning),
		suite_row("a pending lock whose end is past never begins",
			  never_began),
		suite_row("a lock that is not confirmed lifts by itself",
			  lifts_without_a_confirm),
		suite_row("extend counts max_duration from the start",
			  extends_within_the_limit),
		suite_row("a stepped wall clock neither lifts nor holds",
			  a_stepped_clock_changes_nothing),
		suite_row("extend keeps to max_duration after a step",
			  extends_after_a_step),
		suite_row("across a reboot the wall clock tells the end",
			  after_a_reboot_the_wall_clock_counts),
	};

	return suite_run(rows);
}
