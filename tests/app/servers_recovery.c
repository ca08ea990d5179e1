/* SPDX-License-Identifier: ISC */
/*
 * servers_recovery.c - killed at any step, and what the journal then says
 */
#include "servers_scene.h"

#include <string.h>

/* What the next command does: journal in, ports as they are. */
static void recover(struct scene *scene)
{
	struct lg_servers_record record;
	enum lg_servers_outcome outcome;
	struct lg_error err;
	size_t i;

	scene->world.crashed = 0;
	scene->world.effects_left = -1;
	assert_int_equal(scene_record(scene->world.journal.data
					      ? scene->world.journal.data
					      : "",
				      scene->world.journal.len, "journal",
				      &record, &err),
			 LG_OK);
	if (record.phase != LG_SERVERS_NOTHING &&
	    record.phase != LG_SERVERS_APPLIED) {
		for (i = 0; i < record.count; i++) {
			struct lg_servers_member *member = &scene->member[i];

			assert_string_equal(record.target[i].name,
					    member->name);
			lg_registry_free(&member->before);
			member->before = record.target[i].before;
			record.target[i].before = NULL;
			member->step = record.target[i].step;
			member->in_restart = record.target[i].in_restart;
			member->status = LG_OK;
			member->left_behind = 0;
		}
		assert_int_equal(lg_servers_lift(&scene->servers,
						 LG_SERVERS_LIFT_EACH, &outcome,
						 &err),
				 LG_OK);
	}
	lg_servers_record_release(&record);
}

static void killed_at_every_step_of_an_apply(void **state)
{
	enum lg_servers_outcome outcome = LG_SERVERS_NOTHING_WRITTEN;
	enum lg_status status = LG_ERR_IO;
	struct scene *scene;
	struct lg_error err;
	int steps;
	int i;

	(void)state;
	for (steps = 0; status != LG_OK; steps++) {
		assert_true(steps < 100);
		scene = scene_new();
		scene->world.effects_left = steps;
		status = scene_apply(scene, &outcome, &err);
		recover(scene);
		if (status == LG_OK) {
			for (i = 0; i < TARGETS; i++)
				scene_assert_locked(&scene->fake[i],
						    scene->wanted);
		} else {
			scene_assert_all_old(scene);
		}
		assert_int_equal(scene->fake[1].service, LG_SERVICE_RUNNING);
		scene_free(scene);
	}
	assert_true(steps > 10);
}

static void killed_at_every_step_of_a_lift(void **state)
{
	enum lg_servers_outcome outcome;
	enum lg_status status = LG_ERR_IO;
	struct scene *scene;
	struct lg_error err;
	int steps;
	int i;

	(void)state;
	for (steps = 0; status != LG_OK; steps++) {
		assert_true(steps < 100);
		scene = scene_new();
		assert_int_equal(scene_apply(scene, &outcome, &err), LG_OK);
		scene->world.effects_left = steps;
		status = lg_servers_lift(&scene->servers,
					 LG_SERVERS_LIFT_CAREFUL, &outcome,
					 &err);
		recover(scene);
		if (steps == 0) {
			for (i = 0; i < TARGETS; i++)
				scene_assert_locked(&scene->fake[i],
						    scene->wanted);
		} else {
			scene_assert_all_old(scene);
		}
		assert_int_equal(scene->fake[1].service, LG_SERVICE_RUNNING);
		scene_free(scene);
	}
	assert_true(steps > 8);
}

static void one_that_was_given_up_is_not_asked(void **state)
{
	static const char last[] = "{\"step\":\"lifted\",\"id\":\"\"}\n";
	struct scene *scene = scene_new();
	enum lg_servers_outcome outcome;
	struct lg_error err;
	int writes;

	(void)state;
	assert_int_equal(scene_apply(scene, &outcome, &err), LG_OK);
	writes = scene->fake[1].writes;
	assert_int_equal(
		lg_servers_journal_step(&scene->servers, "lifting", NULL, &err),
		LG_OK);
	assert_int_equal(lg_servers_journal_step(&scene->servers, "forgotten",
						 "ex2", &err),
			 LG_OK);
	recover(scene);
	assert_true(scene_same(scene->fake[0].values, scene->old));
	assert_true(scene_same(scene->fake[2].values, scene->old));
	scene_assert_locked(&scene->fake[1], scene->wanted);
	assert_int_equal(scene->fake[1].writes, writes);
	assert_memory_equal(scene->world.journal.data +
				    scene->world.journal.len - strlen(last),
			    last, strlen(last));
	scene_free(scene);
}

/* A restart that broke off is ours to finish, whatever was killed after it. */
static void a_store_that_we_stopped_is_started_again(void **state)
{
	enum lg_servers_outcome outcome;
	struct scene *scene;
	struct lg_error err;
	int whole;

	(void)state;
	for (whole = 0; whole < 2; whole++) {
		scene = scene_new();
		scene->fake[1].fail_restart = 2;
		assert_int_equal(scene_apply(scene, &outcome, &err),
				 LG_ERR_CONFLICT);
		assert_int_equal(outcome, LG_SERVERS_LEFT_BEHIND);
		assert_int_equal(scene->fake[1].service, LG_SERVICE_STOPPED);
		if (!whole)
			*strrchr(scene->world.journal.data, '{') = '\0';
		scene->world.journal.len = strlen(scene->world.journal.data);
		recover(scene);
		assert_int_equal(scene->fake[1].service, LG_SERVICE_RUNNING);
		scene_assert_all_old(scene);
		scene_free(scene);
	}
}

/* Opens what an interrupted apply of all three left. */
static void interrupt(struct scene *scene)
{
	enum lg_servers_outcome outcome;
	struct lg_error err;
	size_t len;

	assert_int_equal(scene_apply(scene, &outcome, &err), LG_OK);
	len = strlen("{\"step\":\"applied\",\"id\":\"\"}\n");
	scene->world.journal.len -= len;
}

static void what_somebody_changed_since_is_not_overwritten(void **state)
{
	struct scene *scene = scene_new();
	enum lg_servers_outcome outcome;
	struct lg_error err;
	struct lg_registry *by_hand = NULL;

	(void)state;
	interrupt(scene);
	/* one of its values is the earlier one again: no change */
	lg_registry_delete(scene->fake[0].values, KEY, LG_VALUE_LOGON_ONLY_AS);
	lg_registry_set_text(scene->fake[1].values, KEY,
			     LG_VALUE_DISABLE_MAPI_CLIENTS, "-6.0.0", &err);
	assert_int_equal(
		lg_registry_copy(scene->fake[1].values, &by_hand, &err), LG_OK);
	assert_int_equal(lg_servers_lift(&scene->servers, LG_SERVERS_LIFT_EACH,
					 &outcome, &err),
			 LG_ERR_CONFLICT);
	assert_int_equal(outcome, LG_SERVERS_LEFT_BEHIND);
	assert_string_equal(err.place, "ex2");
	assert_non_null(strstr(err.text, LG_VALUE_DISABLE_MAPI_CLIENTS));
	assert_true(scene->member[1].changed);
	assert_true(scene_same(scene->fake[0].values, scene->old));
	assert_true(scene_same(scene->fake[2].values, scene->old));
	assert_true(scene_same(scene->fake[1].values, by_hand));
	lg_registry_free(&by_hand);
	scene->member[1].left_behind = 0;
	scene->member[1].status = LG_OK;
	scene->servers.partial = 0;
	assert_int_equal(lg_servers_lift(&scene->servers, LG_SERVERS_LIFT_FORCE,
					 &outcome, &err),
			 LG_OK);
	scene_assert_all_old(scene);
	scene_free(scene);
}

static enum lg_servers_phase phase_of(const struct scene *scene)
{
	struct lg_servers_record record;
	enum lg_servers_phase phase;
	struct lg_error err;

	assert_int_equal(scene_record(scene->world.journal.data,
				      scene->world.journal.len, "j", &record,
				      &err),
			 LG_OK);
	phase = record.phase;
	lg_servers_record_release(&record);
	return phase;
}

static void a_lift_is_over_when_the_gate_is_lifted_too(void **state)
{
	struct scene *scene = scene_new();
	enum lg_servers_outcome outcome;
	struct lg_error err;

	(void)state;
	scene_add_gate(scene);
	assert_int_equal(scene_apply(scene, &outcome, &err), LG_OK);
	assert_true(scene->gate.locked);
	scene->servers.ends_last = 1;
	scene->gate.fail_end = 1;
	assert_int_equal(lg_servers_lift(&scene->servers,
					 LG_SERVERS_LIFT_CAREFUL, &outcome,
					 &err),
			 LG_OK);
	assert_int_equal(scene->last.status, LG_ERR_IO);
	scene_assert_all_old(scene);
	assert_int_equal(phase_of(scene), LG_SERVERS_LIFTING);
	scene->gate.fail_end = 0;
	assert_int_equal(lg_servers_end_last(&scene->servers), LG_OK);
	assert_false(scene->gate.locked);
	assert_int_equal(phase_of(scene), LG_SERVERS_NOTHING);
	scene_free(scene);
}

static void a_gate_that_is_lifted_first_ends_no_lift(void **state)
{
	struct scene *scene = scene_new();
	enum lg_servers_outcome outcome;
	struct lg_error err;

	(void)state;
	interrupt(scene);
	assert_int_equal(
		lg_servers_journal_step(&scene->servers, "opened", NULL, &err),
		LG_OK);
	assert_int_equal(phase_of(scene), LG_SERVERS_APPLYING);
	assert_int_equal(lg_servers_lift(&scene->servers, LG_SERVERS_LIFT_EACH,
					 &outcome, &err),
			 LG_OK);
	assert_int_equal(phase_of(scene), LG_SERVERS_NOTHING);
	scene_free(scene);
}

static void a_cut_off_last_line_counts_as_not_written(void **state)
{
	struct scene *scene = scene_new();
	struct lg_servers_record record;
	enum lg_servers_outcome outcome;
	struct lg_error err;

	(void)state;
	assert_int_equal(scene_apply(scene, &outcome, &err), LG_OK);
	assert_int_equal(scene_record(scene->world.journal.data,
				      scene->world.journal.len - 1, "j",
				      &record, &err),
			 LG_OK);
	assert_int_equal(record.phase, LG_SERVERS_APPLYING);
	lg_servers_record_release(&record);
	scene_free(scene);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("killed at every step of an apply, then recovered",
			  killed_at_every_step_of_an_apply),
		suite_row("killed at every step of a lift, then recovered",
			  killed_at_every_step_of_a_lift),
		suite_row("one that was given up is not asked",
			  one_that_was_given_up_is_not_asked),
		suite_row("a store that we stopped is started again by a "
			  "recovery",
			  a_store_that_we_stopped_is_started_again),
		suite_row("what somebody changed since is not overwritten",
			  what_somebody_changed_since_is_not_overwritten),
		suite_row("a lift is over when the gate is lifted, too",
			  a_lift_is_over_when_the_gate_is_lifted_too),
		suite_row("a gate that is lifted first ends no lift",
			  a_gate_that_is_lifted_first_ends_no_lift),
		suite_row("a cut-off last line of the journal counts as not "
			  "written",
			  a_cut_off_last_line_counts_as_not_written),
	};

	return suite_run(rows);
}
