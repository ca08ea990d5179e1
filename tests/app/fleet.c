/* SPDX-License-Identifier: ISC */
/*
 * A lock of a fleet from apply to lift, with what can come between: gates that
 * are away, not ready, restarted, providers that stand still.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/fleet/fleet_beside.h"
#include "fleet_scene.h"
#include "suite.h"

static void applies_and_lifts(void **state)
{
	struct scene *scene = scene_make(4);
	struct lg_error err = {0};
	const struct lg_lock *lock;
	int64_t until_s;
	size_t i;

	scene_applied_everywhere(scene);
	lock = lg_state_lock(scene->gate[2].state, SCENE_LOCK);
	assert_int_equal(lock->origin, LG_ORIGIN_FLEET);
	assert_string_equal(lock->profile, "upgrade");
	assert_string_equal(lock->by, "anna");
	until_s = lock->until.wall_s + 600;
	assert_int_equal(scene_lock(scene, LG_FLEET_EXTEND, until_s, &err),
			 LG_OK);
	assert_int_equal(scene->round.outcome, LG_FLEET_CAME_TRUE);
	for (i = 0; i < 4; i++)
		assert_int_equal(lg_state_lock(scene->gate[i].state, SCENE_LOCK)
					 ->until.wall_s,
				 until_s);
	assert_int_equal(scene_lock(scene, LG_FLEET_LIFT, 0, &err), LG_OK);
	assert_int_equal(scene->round.outcome, LG_FLEET_CAME_TRUE);
	for (i = 0; i < 4; i++)
		assert_false(scene_holds(scene, i));
	scene_free(scene);
}

static void ends_by_itself_everywhere(void **state)
{
	struct scene *scene = scene_make(3);
	size_t i;

	scene_applied_everywhere(scene);
	/* Cut off from the directory it holds to its end, and not longer. */
	scene->gate[1].link->away = 1;
	scene_wait(scene, 3000 * 1000);
	for (i = 0; i < 3; i++)
		assert_true(scene_holds(scene, i));
	scene_wait(scene, 700 * 1000);
	for (i = 0; i < 3; i++)
		assert_false(scene_holds(scene, i));
	scene_free(scene);
}

/* One gate that is not ready: in force nowhere, not even for a moment. */
static void one_not_ready_is_none(void **state)
{
	struct scene *scene = scene_make(3);
	struct lg_error err = {0};
	size_t i;

	scene->gate[1].make_fails = LG_ERR_DIRECTORY;
	assert_int_equal(scene_apply(scene, &err), LG_OK);
	assert_int_equal(scene->round.outcome, LG_FLEET_CAME_TO_NOTHING);
	assert_int_equal(scene->round.part[1].answer, LG_FLEET_IS_NOT_READY);
	assert_non_null(strstr(scene->round.part[1].why, "could not be asked"));
	scene_wait(scene, 100000);
	for (i = 0; i < 3; i++) {
		assert_false(scene_holds(scene, i));
		assert_int_equal(scene->gate[i].state->generation, 0);
	}
	scene_free(scene);
}

/* Somebody presses Ctrl-C, before begin and after it. */
static void stopped_by_hand(void **state)
{
	struct scene *scene = scene_make(3);
	struct lg_error err = {0};

	assert_int_equal(scene_begin(scene, &err), LG_OK);
	lg_fleet_round_stop(&scene->round);
	assert_int_equal(scene->round.outcome, LG_FLEET_STOPPED);
	scene_wait(scene, 1000);
	assert_false(scene_holds(scene, 0));
	assert_non_null(memory_find(scene->directory, 0, SCENE_LOCK ".2.anna"));
	scene_free(scene);
	scene = scene_make(3);
	assert_int_equal(scene_begin(scene, &err), LG_OK);
	scene_turn(scene);
	while (scene->round.phase == LG_FLEET_PHASE_READY)
		assert_int_equal(lg_fleet_round_step(&scene->round, 0, &err),
				 LG_OK);
	lg_fleet_round_stop(&scene->round);
	assert_int_equal(scene->round.outcome, LG_FLEET_STOPPED_LATE);
	scene_wait(scene, 1000);
	assert_true(scene_holds(scene, 2));
	scene_free(scene);
}

static void skewed_clock_is_not_ready(void **state)
{
	struct scene *scene = scene_make(2);
	struct lg_error err = {0};

	scene->gate[0].stopped = 1;
	assert_int_equal(scene_begin(scene, &err), LG_OK);
	/* The gate hears it a minute and a half ahead. */
	scene->now.wall_ms += 90000;
	scene_turn(scene);
	scene->now.wall_ms -= 90000;
	scene_finish(scene);
	assert_int_equal(scene->round.outcome, LG_FLEET_CAME_TO_NOTHING);
	assert_non_null(strstr(scene->round.part[1].why, "clock"));
	scene_free(scene);
}

static void away_gates_need_leave(void **state)
{
	struct scene *scene = scene_make(3);
	struct lg_error err = {0};

	scene->gate[2].link->away = 1;
	scene_wait(scene, 100000);
	scene_wait(scene, 1000);
	/* Nothing is written when the required ones cannot be ready. */
	assert_int_equal(scene_apply(scene, &err), LG_ERR_CONFLICT);
	assert_non_null(strstr(err.text, "g2"));
	assert_null(memory_find(scene->directory, 0, SCENE_LOCK ".1.anna"));
	scene->round.require = LG_FLEET_REQUIRE_PERCENT;
	scene->round.required = 51;
	assert_int_equal(scene_apply(scene, &err), LG_OK);
	assert_int_equal(scene->round.outcome, LG_FLEET_CAME_TRUE);
	assert_int_equal(scene->round.needed, 2);
	assert_int_equal(scene->round.part[2].answer, LG_FLEET_IS_AWAY);
	assert_false(scene_holds(scene, 2));
	/* It enforces when it comes back, whatever its own directory does. */
	scene->gate[2].make_fails = LG_ERR_TIMEOUT;
	scene->gate[2].link->away = 0;
	scene_turn(scene);
	assert_true(scene_holds(scene, 2));
	scene_free(scene);
}

/* Its provider died a moment ago; it is heard again before the time is over,
 * and the required ones are all of them. */
static void comes_back_in_time(void **state)
{
	struct scene *scene = scene_make(3);
	struct lg_error err = {0};

	scene->gate[2].link->away = 1;
	scene_wait(scene, 100000);
	scene_wait(scene, 1000);
	scene->back_ms = 3000;
	assert_int_equal(scene_apply(scene, &err), LG_OK);
	assert_int_equal(scene->round.outcome, LG_FLEET_CAME_TRUE);
	assert_true(scene_holds(scene, 2));
	/* The same while it is lifted. */
	scene->gate[2].link->away = 1;
	scene_wait(scene, 100000);
	scene_wait(scene, 1000);
	scene->back_ms = 3000;
	assert_int_equal(scene_lock(scene, LG_FLEET_LIFT, 0, &err), LG_OK);
	assert_int_equal(scene->round.outcome, LG_FLEET_CAME_TRUE);
	assert_false(scene_holds(scene, 2));
	scene_free(scene);
}

static void dies_in_the_middle(void **state)
{
	struct scene *scene = scene_make(3);
	struct lg_error err = {0};

	assert_int_equal(scene_begin(scene, &err), LG_OK);
	/* All become ready, then one is gone before begin. */
	scene_turn(scene);
	scene->gate[2].stopped = 1;
	scene_finish(scene);
	assert_int_equal(scene->round.outcome, LG_FLEET_NOT_PUT_BACK);
	assert_false(scene_holds(scene, 0));
	assert_false(scene_holds(scene, 1));
	/* What it hears when it comes back is begin and lift. */
	scene->gate[2].stopped = 0;
	scene_turn(scene);
	assert_false(scene_holds(scene, 2));
	scene_free(scene);
}

static void prepared_is_dropped(void **state)
{
	struct scene *scene = scene_make(2);
	struct lg_error err = {0};

	/* The administrator's machine dies after prepare. */
	assert_int_equal(scene_begin(scene, &err), LG_OK);
	scene_turn(scene);
	scene_wait(scene, 69000);
	scene_wait(scene, 2000);
	assert_false(scene_holds(scene, 0));
	/* A begin that was written after that counts for nothing. */
	scene_publish(scene, LG_FLEET_BEGIN, 2, scene->now.wall_ms);
	scene_wait(scene, 1000);
	assert_false(scene_holds(scene, 0));
	assert_false(scene_holds(scene, 1));
	scene_free(scene);
}

static void restarts(void **state)
{
	struct scene *scene = scene_make(2);
	struct lg_error err = {0};

	scene_applied_everywhere(scene);
	/* It starts with what it has, without the directory. */
	scene->gate[1].link->away = 1;
	scene_restart(&scene->gate[1]);
	scene->gate[1].link->away = 1;
	scene_turn(scene);
	assert_true(scene_holds(scene, 1));
	assert_int_equal(scene->gate[1].gate.ear.set->count, 2);
	/* What was lifted here by force does not come back. */
	assert_int_equal(
		lg_lock_lift(scene->gate[0].state,
			     lg_state_lock(scene->gate[0].state, SCENE_LOCK),
			     LG_LOCK_END_FORCE, "ben", NULL, NULL, &err),
		LG_OK);
	scene_restart(&scene->gate[0]);
	scene_turn(scene);
	scene_wait(scene, 40000);
	assert_false(scene_holds(scene, 0));
	/* A lift that was written meanwhile is heard. */
	scene_publish(scene, LG_FLEET_LIFT, 3, scene->now.wall_ms);
	scene->gate[1].link->away = 0;
	scene_turn(scene);
	assert_false(scene_holds(scene, 1));
	scene_free(scene);
}

/* Its provider says nothing, and is not known to be away. */
static void one_provider_stands_still(void **state)
{
	struct scene *scene = scene_make(3);
	struct scene_gate *gate = &scene->gate[2];
	struct lg_error err = {0};

	gate->hears_beside = 1;
	gate->link->still = 1;
	scene_applied_everywhere(scene);
	assert_true(scene->round.part[2].after_ms < 1000);
	assert_int_equal(scene_troubles(gate), 0);
	/* It awakes, and the gate reports to it again. */
	gate->link->still = 0;
	scene_wait(scene, 6000);
	gate->beside_is_still = 1;
	assert_int_equal(scene_lock(scene, LG_FLEET_LIFT, 0, &err), LG_OK);
	assert_int_equal(scene->round.outcome, LG_FLEET_CAME_TRUE);
	scene_free(scene);
}

/* It stops after it told of the lock, before the report was written. */
static void stands_still_under_a_report(void **state)
{
	struct scene *scene = scene_make(2);
	struct scene_gate *gate = &scene->gate[1];
	struct lg_error err = {0};

	gate->hears_beside = 1;
	assert_int_equal(scene_begin(scene, &err), LG_OK);
	gate->link->fails = LG_ERR_TIMEOUT;
	scene_turn(scene);
	gate->link->still = 1;
	scene_finish(scene);
	assert_int_equal(scene->round.outcome, LG_FLEET_CAME_TRUE);
	assert_true(scene_holds(scene, 1));
	scene_free(scene);
}

/* What the other one told was its last word; ours is only late. */
static void the_other_one_stands_still(void **state)
{
	struct scene *scene = scene_make(2);
	struct scene_gate *gate = &scene->gate[1];
	struct lg_error err = {0};

	gate->hears_beside = 1;
	gate->beside_is_still = 1;
	gate->link->still = 1;
	assert_int_equal(scene_begin(scene, &err), LG_OK);
	scene_turn(scene);
	scene_wait(scene, 200);
	gate->link->still = 0;
	scene_finish(scene);
	assert_int_equal(scene->round.outcome, LG_FLEET_CAME_TRUE);
	assert_true(scene->round.part[1].after_ms < 1000);
	scene_free(scene);
}

/* Only what is new and good: the rest is the other provider's to tell. */
static void beside_tells_no_trouble(void **state)
{
	struct scene *scene = scene_make(2);
	struct lg_fleet_entry entry = {
		.cn = {SCENE_LOCK ".9.x", 19},
		.lock = {SCENE_LOCK, 15},
		.kind = {"lift", 4},
		.body = {"{}", 2},
	};
	struct lg_fleet_gate *gate = &scene->gate[0].gate;

	scene_applied_everywhere(scene);
	assert_int_equal(lg_fleet_gate_beside(gate, &entry, NULL), LG_OK);
	assert_int_equal(gate->ear.set->trouble_count, 0);
	/* What vanished is not back because another one still has it. */
	memory_forget(scene->directory, SCENE_LOCK ".2.anna");
	scene_turn(scene);
	assert_int_equal(gate->ear.set->trouble_count, 1);
	entry.body = (struct lg_fleet_text){gate->ear.set->held[1]->body,
					    gate->ear.set->held[1]->len};
	assert_int_equal(lg_fleet_gate_beside(gate, &entry, NULL), LG_OK);
	assert_int_equal(gate->ear.set->trouble_count, 1);
	scene_free(scene);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("applied, extended and lifted at all gates",
			  applies_and_lifts),
		suite_row("ends by itself everywhere, cut off or not",
			  ends_by_itself_everywhere),
		suite_row("one gate that is not ready: in force nowhere",
			  one_not_ready_is_none),
		suite_row("stopped by hand it is aborted, or stays",
			  stopped_by_hand),
		suite_row("a clock that is wrong is not ready",
			  skewed_clock_is_not_ready),
		suite_row("gates that are away need --require",
			  away_gates_need_leave),
		suite_row("a gate that is failing over is waited for",
			  comes_back_in_time),
		suite_row("a gate that dies after it was ready: lifted again",
			  dies_in_the_middle),
		suite_row("what is only prepared is dropped",
			  prepared_is_dropped),
		suite_row("a gate starts with what it has", restarts),
		suite_row("a provider that stands still costs no time",
			  one_provider_stands_still),
		suite_row("nor one that does so under a report",
			  stands_still_under_a_report),
		suite_row("nor one whose last word was ahead of ours",
			  the_other_one_stands_still),
		suite_row("a second provider tells no trouble",
			  beside_tells_no_trouble),
	};

	return suite_run(rows);
}
