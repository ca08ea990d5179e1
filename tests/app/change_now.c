/* SPDX-License-Identifier: ISC */
/* What the journal of changes says, and who writes it now. */
#include "change_rig.h"

#include <stdlib.h>
#include <string.h>

#include "app/change/change_forget.h"

#define OTHER 815 /* a process that changes servers */

static enum lg_change_state look(struct rig *rig, char **out_command)
{
	const struct lg_change_hands hands = rig_hands(rig);
	struct lg_change_holder holder;
	struct lg_change_now now;
	struct lg_error err;
	enum lg_change_state state;

	assert_int_equal(lg_change_now(&hands, &now, &err), LG_OK);
	lg_change_holder_read(now.holder, &holder);
	if (out_command != NULL)
		*out_command = holder.command ? strdup(holder.command) : NULL;
	state = now.state;
	lg_change_now_release(&now);
	return state;
}

static void signs(struct rig *rig, int64_t pid)
{
	lg_buffer_clear(&rig->signature);
	lg_buffer_format(&rig->signature,
			 "{\"command\":\"extend\",\"by\":\"anna\",\"pid\":%lld,"
			 "\"since\":\"2026-11-30T08:00:00Z\"}\n",
			 (long long)pid);
}

static void who_changes_servers_signs(void **state)
{
	struct rig *rig = rig_new(1, 0);
	struct lg_change_holder holder;
	cJSON *object;

	(void)state;
	assert_int_equal(rig_apply(rig), LG_OK);
	object = cJSON_ParseWithLength(rig->signature.data, rig->signature.len);
	lg_change_holder_read(object, &holder);
	assert_string_equal(holder.command, "apply");
	assert_string_equal(holder.by, "admin");
	assert_int_equal(holder.pid, RIG_PID);
	assert_int_equal(holder.since_s, 1000);
	cJSON_Delete(object);
	rig_free(rig);
}

static void one_that_is_held_is_under_way(void **state)
{
	struct rig *rig = rig_new(1, 0);
	char *command;

	(void)state;
	assert_int_equal(look(rig, NULL), LG_CHANGE_SETTLED);
	rig->held_by = OTHER;
	signs(rig, OTHER);
	assert_int_equal(look(rig, &command), LG_CHANGE_UNDER_WAY);
	assert_string_equal(command, "extend");
	free(command);
	/* one that a crash left names a process that is gone */
	signs(rig, OTHER + 1);
	assert_int_equal(look(rig, &command), LG_CHANGE_UNDER_WAY);
	assert_null(command);
	rig_free(rig);
}

static void nothing_is_written_while_somebody_is_at_it(void **state)
{
	struct rig *rig = rig_new(1, 0);
	const struct lg_change_hands hands = rig_hands(rig);
	struct lg_servers_book book;
	struct lg_error err;

	(void)state;
	rig->held_by = OTHER;
	signs(rig, OTHER);
	assert_int_equal(lg_change_take(&hands, &book, &err), LG_ERR_CONFLICT);
	assert_string_equal(err.place, "journal");
	assert_string_equal(err.text,
			    "extend of anna is changing servers right now; try "
			    "again when it is done");
	lg_buffer_clear(&rig->signature);
	assert_int_equal(lg_change_take(&hands, &book, &err), LG_ERR_CONFLICT);
	assert_non_null(strstr(err.text, "nobody of nowhere is changing"));
	assert_int_equal(rig_apply(rig), LG_ERR_CONFLICT);
	rig_assert_nothing_locked(rig);
	rig_free(rig);
}

/* An apply that died after some steps. */
static struct rig *interrupted(void)
{
	struct rig *rig = rig_new(TARGETS, 0);

	rig->scene->world.effects_left = 5;
	assert_int_not_equal(rig_apply(rig), LG_OK);
	return rig;
}

static void an_unfinished_one_that_is_free_was_left(void **state)
{
	struct rig *rig = interrupted();

	(void)state;
	assert_int_equal(look(rig, NULL), LG_CHANGE_INTERRUPTED);
	/* it moved between two readings: it is looked at again */
	rig->others_write = 1;
	assert_int_equal(look(rig, NULL), LG_CHANGE_INTERRUPTED);
	/* it moves each time: somebody writes it */
	rig->others_write = 100;
	assert_int_equal(look(rig, NULL), LG_CHANGE_UNDER_WAY);
	rig_free(rig);
}

static void what_is_over_ends_unless_somebody_is_at_it(void **state)
{
	struct rig *rig = rig_new(TARGETS, 0);
	const struct lg_change_hands hands = rig_hands(rig);
	struct lg_change_recovered over;

	(void)state;
	assert_int_equal(rig_apply(rig), LG_OK);
	rig->now_s = scene_lock.until_s;
	rig->held_by = OTHER;
	lg_change_end_over(&hands, LG_SERVERS_LIFT_EACH, &over);
	assert_int_equal(over.done, 0);
	rig_assert_all_locked(rig);
	rig->held_by = 0;
	lg_change_end_over(&hands, LG_SERVERS_LIFT_EACH, &over);
	assert_int_equal(over.done, TARGETS);
	rig_assert_nothing_locked(rig);
	rig_free(rig);
}

static void a_damaged_one_is_kept_and_mended(void **state)
{
	struct rig *rig = rig_new(1, 0);
	const struct lg_change_hands hands = rig_hands(rig);
	struct lg_change_recovered recovered;
	struct lg_error err;

	(void)state;
	lg_buffer_text(&rig->scene->world.journal, "{\"step\":\"what?\"\n");
	/* what is over alone mends nothing */
	assert_int_equal(lg_change_recover(&hands, LG_SERVERS_LIFT_EACH, 0,
					   &recovered, &err),
			 LG_OK);
	assert_int_equal(recovered.damaged, 1);
	assert_int_equal(rig->begun, 0);
	assert_int_equal(lg_change_recover(&hands, LG_SERVERS_LIFT_EACH, 1,
					   &recovered, &err),
			 LG_OK);
	assert_int_equal(recovered.damaged, 1);
	assert_int_equal(rig->warned, 2);
	lg_change_recover(&hands, LG_SERVERS_LIFT_EACH, 1, &recovered, &err);
	assert_int_equal(recovered.damaged, 0);
	rig_free(rig);
}

static void a_history_that_cannot_be_written_fails_nothing(void **state)
{
	struct rig *rig = rig_new(1, 0);

	(void)state;
	assert_int_equal(rig_apply(rig), LG_OK);
	assert_non_null(strstr(rig->history.data, "\"event\":\"apply\""));
	assert_non_null(strstr(rig->history.data, "\"target\":\"ex1\""));
	rig->no_history = 1;
	assert_int_equal(rig_lift(rig), LG_OK);
	assert_int_equal(rig->warned, 1);
	rig_free(rig);
}

static void where_no_lock_is_nothing_is_given_up(void **state)
{
	struct rig *rig = rig_new(1, 0);
	const struct lg_change_hands hands = rig_hands(rig);
	struct lg_change_forgotten forgotten = {0};
	struct lg_strlist names = {0};
	struct lg_error err;

	(void)state;
	lg_strlist_add(&names, "ex1", 3, &err);
	assert_int_equal(lg_change_forget(&hands, &names, &forgotten, &err),
			 LG_ERR_UNKNOWN_KEY);
	assert_int_equal(rig->begun, 0);
	lg_strlist_release(&names);
	rig_free(rig);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("who changes servers signs",
			  who_changes_servers_signs),
		suite_row("one that is held is under way",
			  one_that_is_held_is_under_way),
		suite_row("nothing is written while somebody is at it",
			  nothing_is_written_while_somebody_is_at_it),
		suite_row("an unfinished one that is free was left",
			  an_unfinished_one_that_is_free_was_left),
		suite_row("what is over ends unless somebody is at it",
			  what_is_over_ends_unless_somebody_is_at_it),
		suite_row("a damaged one is kept and mended",
			  a_damaged_one_is_kept_and_mended),
		suite_row("a history that cannot be written fails nothing",
			  a_history_that_cannot_be_written_fails_nothing),
		suite_row("where no lock is nothing is given up",
			  where_no_lock_is_nothing_is_given_up),
	};

	return suite_run(rows);
}
