/* SPDX-License-Identifier: ISC */
/*
 * fleet.c - one lock on many servers, or on none
 *
 * The targets keep their values in memory. A crash is a moment from which on
 * nothing has any effect, neither on a target nor in the journal; what is
 * left is then recovered from the journal alone, as the next command would.
 */
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#include "app/fleet.h"
#include "app/fleet_journal.h"

#define KEY LG_KEY_PARAMETERS_SYSTEM
#define TARGETS 3

/* What all targets and the journal of one test share. */
struct world {
	struct lg_buffer journal;
	int effects_left; /* -1: no crash */
	int crashed;
};

struct fake_target {
	struct world *world;
	struct lg_registry *values;
	enum lg_status probe_status;
	int may_not_write;
	int fail_write;
	int fail_restart;
	int garble;
	int restarts;
	int writes;
};

static int effect(struct world *world)
{
	if (world->effects_left == 0)
		world->crashed = 1;
	if (world->crashed)
		return 0;
	if (world->effects_left > 0)
		world->effects_left--;
	return 1;
}

static enum lg_status fake_append(void *self, const char *line, size_t len,
				  struct lg_error *err)
{
	struct world *world = self;

	if (!effect(world))
		return lg_error_set(err, LG_ERR_IO, NULL, "crashed");
	lg_buffer_append(&world->journal, line, len);
	return LG_OK;
}

static enum lg_status fake_probe(void *self, struct lg_target_probe *out_probe,
				 struct lg_error *err)
{
	struct fake_target *target = self;

	if (target->probe_status != LG_OK)
		return lg_error_set(err, target->probe_status, "fake",
				    "cannot be reached");
	*out_probe = (struct lg_target_probe){
		.may_write = !target->may_not_write, .running = 1};
	return LG_OK;
}

static enum lg_status fake_read(void *self, struct lg_registry **out_values,
				struct lg_error *err)
{
	struct fake_target *target = self;

	return lg_registry_copy(target->values, out_values, err);
}

static enum lg_status fake_write(void *self,
				 const struct lg_target_change *change,
				 size_t count, struct lg_error *err)
{
	struct fake_target *target = self;
	size_t i;

	target->writes++;
	for (i = 0; i < count; i++) {
		if (!effect(target->world))
			return lg_error_set(err, LG_ERR_IO, "fake", "crashed");
		if (target->fail_write && i == 1)
			return lg_error_set(err, LG_ERR_IO, "fake",
					    "the connection was cut");
		if (change[i].value && target->garble)
			assert_int_equal(lg_registry_set_text(
						 target->values, change[i].key,
						 change[i].name, "?", err),
					 LG_OK);
		else if (change[i].value)
			assert_int_equal(lg_registry_set(target->values,
							 change[i].value, err),
					 LG_OK);
		else
			lg_registry_delete(target->values, change[i].key,
					   change[i].name);
	}
	return LG_OK;
}

static enum lg_status fake_restart(void *self, struct lg_error *err)
{
	struct fake_target *target = self;

	if (!effect(target->world))
		return lg_error_set(err, LG_ERR_IO, "fake", "crashed");
	target->restarts++;
	if (target->fail_restart && target->fail_restart-- > 0)
		return lg_error_set(err, LG_ERR_CONFLICT, "fake",
				    "MSExchangeIS did not start again");
	return LG_OK;
}

static const char *const names[TARGETS] = {"ex1", "ex2", "ex3"};
static const struct lg_fleet_change change = {
	"upgrade", "admin", "a \"reason\"", 1000, 8200, 0, -1};

static const struct lg_fleet_hooks no_hooks;

struct scene {
	struct world world;
	struct fake_target fake[TARGETS];
	struct lg_target port[TARGETS];
	struct lg_fleet_member member[TARGETS];
	struct lg_registry *wanted;
	struct lg_registry *old;
	struct lg_fleet fleet;
};

/* Each server has a value set by hand; the profile sets that and one more. */
static struct scene *scene_new(void)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct lg_error err;
	int i;

	assert_non_null(scene);
	scene->world.effects_left = -1;
	assert_int_equal(lg_registry_new(&scene->wanted, &err), LG_OK);
	assert_int_equal(lg_registry_new(&scene->old, &err), LG_OK);
	lg_registry_set_text(scene->old, KEY, LG_VALUE_DISABLE_MAPI_CLIENTS,
			     "-5.9.9", &err);
	lg_registry_set_text(scene->old, KEY, "By Hand", "kept", &err);
	lg_registry_set_text(scene->wanted, KEY, LG_VALUE_DISABLE_MAPI_CLIENTS,
			     "-11.65535.65535", &err);
	lg_registry_set_text(scene->wanted, KEY, LG_VALUE_LOGON_ONLY_AS,
			     "/o=Org/ou=Site/cn=Recipients/cn=rescue", &err);
	scene->fleet.member = scene->member;
	scene->fleet.count = TARGETS;
	scene->fleet.parallel = 2;
	scene->fleet.journal.self = &scene->world;
	scene->fleet.journal.append = fake_append;
	for (i = 0; i < TARGETS; i++) {
		scene->fake[i].world = &scene->world;
		lg_registry_copy(scene->old, &scene->fake[i].values, &err);
		scene->port[i] = (struct lg_target){
			.self = &scene->fake[i],
			.name = names[i],
			.probe = fake_probe,
			.read = fake_read,
			.write = fake_write,
			.restart = fake_restart,
		};
		scene->member[i].name = names[i];
		scene->member[i].port = &scene->port[i];
		scene->member[i].wanted = scene->wanted;
		scene->member[i].restart = i == 1;
	}
	return scene;
}

static void scene_free(struct scene *scene)
{
	int i;

	for (i = 0; i < TARGETS; i++) {
		lg_registry_free(&scene->fake[i].values);
		lg_fleet_member_release(&scene->member[i]);
	}
	lg_registry_free(&scene->wanted);
	lg_registry_free(&scene->old);
	lg_buffer_release(&scene->world.journal);
	free(scene);
}

static int same(const struct lg_registry *a, const struct lg_registry *b)
{
	const struct lg_value *value;
	const struct lg_value *other;
	size_t i;

	if (lg_registry_count(a) != lg_registry_count(b))
		return 0;
	for (i = 0; i < lg_registry_count(a); i++) {
		value = lg_registry_at(a, i);
		other = lg_registry_find(b, value->key, value->name);
		if (!other || !lg_value_equal(value, other))
			return 0;
	}
	return 1;
}

static void assert_all_old(const struct scene *scene)
{
	int i;

	for (i = 0; i < TARGETS; i++)
		assert_true(same(scene->fake[i].values, scene->old));
}

static void assert_locked(const struct fake_target *target,
			  const struct lg_registry *wanted)
{
	const struct lg_value *value;
	size_t i;

	assert_non_null(lg_registry_find(target->values, KEY, "By Hand"));
	for (i = 0; i < lg_registry_count(wanted); i++) {
		value = lg_registry_at(wanted, i);
		assert_true(lg_value_equal(
			value, lg_registry_find(target->values, value->key,
						value->name)));
	}
}

static enum lg_status apply(struct scene *scene, enum lg_fleet_outcome *outcome,
			    struct lg_error *err)
{
	return lg_fleet_apply(&scene->fleet, &change, &no_hooks, outcome, err);
}

static void applies_to_all(void **state)
{
	struct scene *scene = scene_new();
	struct lg_fleet_record record;
	enum lg_fleet_outcome outcome;
	struct lg_error err;
	int i;

	(void)state;
	assert_int_equal(apply(scene, &outcome, &err), LG_OK);
	assert_int_equal(outcome, LG_FLEET_DONE);
	for (i = 0; i < TARGETS; i++) {
		assert_locked(&scene->fake[i], scene->wanted);
		assert_int_equal(scene->fake[i].restarts, i == 1);
	}
	assert_int_equal(lg_fleet_record_parse(scene->world.journal.data,
					       scene->world.journal.len, "j",
					       &record, &err),
			 LG_OK);
	assert_int_equal(record.phase, LG_FLEET_APPLIED);
	assert_string_equal(record.profile, "upgrade");
	assert_string_equal(record.reason, "a \"reason\"");
	assert_int_equal(record.until_s, 8200);
	assert_int_equal(record.count, TARGETS);
	lg_fleet_record_release(&record);
	scene_free(scene);
}

static void lift_restores(void **state)
{
	struct scene *scene = scene_new();
	struct lg_fleet_record record;
	enum lg_fleet_outcome outcome;
	struct lg_error err;

	(void)state;
	assert_int_equal(apply(scene, &outcome, &err), LG_OK);
	assert_int_equal(lg_fleet_lift(&scene->fleet, LG_FLEET_LIFT_CAREFUL,
				       &outcome, &err),
			 LG_OK);
	assert_int_equal(outcome, LG_FLEET_DONE);
	assert_all_old(scene);
	assert_int_equal(scene->fake[1].restarts, 2);
	assert_int_equal(lg_fleet_record_parse(scene->world.journal.data,
					       scene->world.journal.len, "j",
					       &record, &err),
			 LG_OK);
	assert_int_equal(record.phase, LG_FLEET_NOTHING);
	lg_fleet_record_release(&record);
	scene_free(scene);
}

static void lift_asks_when_changed(void **state)
{
	struct scene *scene = scene_new();
	enum lg_fleet_outcome outcome;
	struct lg_error err;

	(void)state;
	assert_int_equal(apply(scene, &outcome, &err), LG_OK);
	lg_registry_set_text(scene->fake[2].values, KEY, LG_VALUE_LOGON_ONLY_AS,
			     "0", &err);
	assert_int_equal(lg_fleet_lift(&scene->fleet, LG_FLEET_LIFT_CAREFUL,
				       &outcome, &err),
			 LG_ERR_CONFLICT);
	assert_int_equal(outcome, LG_FLEET_NOTHING_WRITTEN);
	assert_locked(&scene->fake[0], scene->wanted);
	assert_true(scene->member[2].changed);
	assert_int_equal(lg_fleet_lift(&scene->fleet, LG_FLEET_LIFT_FORCE,
				       &outcome, &err),
			 LG_OK);
	assert_all_old(scene);
	scene_free(scene);
}

static void apply_writes_nothing_over_a_newer_value(void **state)
{
	struct scene *scene = scene_new();
	enum lg_fleet_outcome outcome;
	struct lg_error err;

	(void)state;
	scene->member[1].planned = scene->old;
	lg_registry_set_text(scene->fake[1].values, KEY,
			     LG_VALUE_DISABLE_MAPI_CLIENTS, "-6.0.0", &err);
	assert_int_equal(apply(scene, &outcome, &err), LG_ERR_CONFLICT);
	assert_int_equal(outcome, LG_FLEET_NOTHING_WRITTEN);
	assert_non_null(strstr(err.text, LG_VALUE_DISABLE_MAPI_CLIENTS));
	assert_int_equal(scene->fake[0].writes, 0);
	assert_int_equal(scene->fake[1].writes, 0);
	assert_true(same(scene->fake[0].values, scene->old));
	assert_true(same(scene->fake[2].values, scene->old));
	scene_free(scene);
}

static enum lg_status write_but_theirs(void *self,
				       const struct lg_target_change *item,
				       size_t count, struct lg_error *err)
{
	size_t i;

	for (i = 0; i < count; i++)
		assert_int_equal(item[i].care, LG_TARGET_RESTORE);
	fake_write(self, item, 1, err);
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
		enum lg_fleet_outcome outcome;
		struct lg_error err;

		assert_int_equal(apply(scene, &outcome, &err), LG_OK);
		scene->port[2].keeps_others = keeps;
		scene->port[2].write = write_but_theirs;
		assert_int_equal(lg_fleet_lift(&scene->fleet,
					       LG_FLEET_LIFT_CAREFUL, &outcome,
					       &err),
				 LG_ERR_CONFLICT);
		assert_int_equal(outcome, LG_FLEET_LEFT_BEHIND);
		assert_int_equal(scene->member[2].kept, keeps);
		assert_int_equal(scene->member[2].left_behind, !keeps);
		assert_true(same(scene->fake[0].values, scene->old));
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
	enum lg_fleet_outcome outcome;
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
	{unreachable, LG_ERR_IO, LG_FLEET_NOTHING_WRITTEN, 0},
	{wrong_password, LG_ERR_DENIED, LG_FLEET_NOTHING_WRITTEN, 0},
	{missing_right, LG_ERR_DENIED, LG_FLEET_NOTHING_WRITTEN, 0},
	{garbled, LG_ERR_IO, LG_FLEET_LEFT_BEHIND, 1},
	{does_not_start, LG_ERR_CONFLICT, LG_FLEET_PUT_BACK, 1},
	{never_starts, LG_ERR_CONFLICT, LG_FLEET_LEFT_BEHIND, 1},
};

static void second_fails(void **state)
{
	const struct failure *failure = *state;
	struct scene *scene = scene_new();
	enum lg_fleet_outcome outcome;
	struct lg_error err;

	failure->arrange(&scene->fake[1]);
	assert_int_equal(apply(scene, &outcome, &err), failure->status);
	assert_int_equal(outcome, failure->outcome);
	assert_string_equal(err.place, "ex2");
	if (!failure->others_written) {
		assert_int_equal(scene->fake[0].writes, 0);
		assert_int_equal(scene->fake[2].writes, 0);
		assert_int_equal(scene->world.journal.len, 0);
	}
	assert_true(same(scene->fake[0].values, scene->old));
	assert_true(same(scene->fake[2].values, scene->old));
	assert_int_equal(scene->member[1].left_behind,
			 outcome == LG_FLEET_LEFT_BEHIND);
	scene_free(scene);
}

static void cut_write_is_put_back_on_the_others(void **state)
{
	struct scene *scene = scene_new();
	enum lg_fleet_outcome outcome;
	struct lg_error err;

	(void)state;
	cut_in_mid_write(&scene->fake[1]);
	assert_int_equal(apply(scene, &outcome, &err), LG_ERR_IO);
	assert_int_equal(outcome, LG_FLEET_LEFT_BEHIND);
	assert_true(scene->member[1].left_behind);
	assert_true(same(scene->fake[0].values, scene->old));
	assert_true(same(scene->fake[2].values, scene->old));
	scene_free(scene);
}

/* What the next command does: journal in, ports as they are. */
static void recover(struct scene *scene)
{
	struct lg_fleet_record record;
	enum lg_fleet_outcome outcome;
	struct lg_error err;
	size_t i;

	scene->world.crashed = 0;
	scene->world.effects_left = -1;
	assert_int_equal(
		lg_fleet_record_parse(
			scene->world.journal.data ? scene->world.journal.data
						  : "",
			scene->world.journal.len, "journal", &record, &err),
		LG_OK);
	if (record.phase != LG_FLEET_NOTHING &&
	    record.phase != LG_FLEET_APPLIED) {
		for (i = 0; i < record.count; i++) {
			struct lg_fleet_member *member = &scene->member[i];

			assert_string_equal(record.target[i].name,
					    member->name);
			lg_registry_free(&member->before);
			member->before = record.target[i].before;
			record.target[i].before = NULL;
			member->step = record.target[i].step;
			member->status = LG_OK;
			member->left_behind = 0;
		}
		assert_int_equal(
			lg_fleet_recover(&scene->fleet, &outcome, &err), LG_OK);
	}
	lg_fleet_record_release(&record);
}

static void killed_at_every_step_of_an_apply(void **state)
{
	enum lg_fleet_outcome outcome = LG_FLEET_NOTHING_WRITTEN;
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
		status = apply(scene, &outcome, &err);
		recover(scene);
		if (status == LG_OK) {
			for (i = 0; i < TARGETS; i++)
				assert_locked(&scene->fake[i], scene->wanted);
		} else {
			assert_all_old(scene);
		}
		scene_free(scene);
	}
	assert_true(steps > 10);
}

static void killed_at_every_step_of_a_lift(void **state)
{
	enum lg_fleet_outcome outcome;
	enum lg_status status = LG_ERR_IO;
	struct scene *scene;
	struct lg_error err;
	int steps;
	int i;

	(void)state;
	for (steps = 0; status != LG_OK; steps++) {
		assert_true(steps < 100);
		scene = scene_new();
		assert_int_equal(apply(scene, &outcome, &err), LG_OK);
		scene->world.effects_left = steps;
		status = lg_fleet_lift(&scene->fleet, LG_FLEET_LIFT_CAREFUL,
				       &outcome, &err);
		recover(scene);
		if (steps == 0) {
			for (i = 0; i < TARGETS; i++)
				assert_locked(&scene->fake[i], scene->wanted);
		} else {
			assert_all_old(scene);
		}
		scene_free(scene);
	}
	assert_true(steps > 8);
}

static void a_cut_off_last_line_counts_as_not_written(void **state)
{
	struct scene *scene = scene_new();
	struct lg_fleet_record record;
	enum lg_fleet_outcome outcome;
	struct lg_error err;

	(void)state;
	assert_int_equal(apply(scene, &outcome, &err), LG_OK);
	assert_int_equal(lg_fleet_record_parse(scene->world.journal.data,
					       scene->world.journal.len - 1,
					       "j", &record, &err),
			 LG_OK);
	assert_int_equal(record.phase, LG_FLEET_APPLYING);
	lg_fleet_record_release(&record);
	scene_free(scene);
}

static void a_damaged_journal_is_an_error_with_its_line(void **state)
{
	static const char text[] = "{\"step\":\"applied\"}\n";
	struct lg_fleet_record record = {.count = 77};
	struct lg_error err;

	(void)state;
	assert_int_equal(lg_fleet_record_parse(text, sizeof(text) - 1, "j",
					       &record, &err),
			 LG_ERR_SYNTAX);
	assert_string_equal(err.place, "j:1");
	assert_int_equal(record.count, 77);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("an apply writes every target and keeps what it does "
			  "not name",
			  applies_to_all),
		suite_row("a lift puts the earlier values back everywhere",
			  lift_restores),
		suite_row("a lift asks when somebody changed a value meanwhile",
			  lift_asks_when_changed),
		suite_row("an apply writes nothing over a value that is newer "
			  "than its plan",
			  apply_writes_nothing_over_a_newer_value),
		suite_row("a lift is over where a directory keeps what others "
			  "changed",
			  lift_ends_where_others_values_are_kept),
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
		suite_row("killed at every step of an apply, then recovered",
			  killed_at_every_step_of_an_apply),
		suite_row("killed at every step of a lift, then recovered",
			  killed_at_every_step_of_a_lift),
		suite_row("a cut-off last line of the journal counts as not "
			  "written",
			  a_cut_off_last_line_counts_as_not_written),
		suite_row("a damaged journal is an error with its line",
			  a_damaged_journal_is_an_error_with_its_line),
	};

	return suite_run(rows);
}
