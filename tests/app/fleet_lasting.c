/* SPDX-License-Identifier: ISC */
/*
 * What outlasts a round of a fleet: entries that are forged, deleted, replayed,
 * a full disk, confirmation, keys, groups and long lists.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/fleet/fleet_ask.h"
#include "app/fleet/fleet_values.h"
#include "fleet_scene.h"
#include "suite.h"

static void bad_entries_change_nothing(void **state)
{
	struct scene *scene = scene_make(2);
	struct memory_entry *real, *other;
	struct lg_fleet_entry entry = {0};
	unsigned int codes = 0;
	size_t i, count;

	scene_applied_everywhere(scene);
	count = scene->gate[0].gate.ear.set->count;
	real = memory_find(scene->directory, 0, SCENE_LOCK ".2.anna");
	/* Nobody signed it. */
	entry.cn = (struct lg_fleet_text){SCENE_LOCK ".9.x", 19};
	entry.lock = (struct lg_fleet_text){SCENE_LOCK, 15};
	entry.kind = (struct lg_fleet_text){"lift", 4};
	entry.body = (struct lg_fleet_text){"{}", 2};
	memory_put(scene->directory, &entry);
	/* A key that nobody knows. */
	entry.key = (struct lg_fleet_text){"eve", 3};
	entry.signature = (struct lg_fleet_text){real->signature,
						 strlen(real->signature)};
	memory_put(scene->directory, &entry);
	/* A good signature over something else. */
	entry.key = (struct lg_fleet_text){"anna", 4};
	memory_put(scene->directory, &entry);
	/* What was signed, under another name. */
	other = memory_put(scene->directory, &entry);
	free(other->body);
	other->body = strdup(real->body);
	free(other->kind);
	other->kind = strdup(real->kind);
	scene_turn(scene);
	for (i = 0; i < 2; i++) {
		assert_true(scene_holds(scene, i));
		assert_int_equal(scene->gate[i].gate.ear.set->count, count);
		assert_int_equal(scene_troubles(&scene->gate[i]), 4);
	}
	for (i = 0; i < scene->gate[0].gate.ear.set->trouble_count; i++)
		codes |= 1u << scene->gate[0].gate.ear.set->trouble[i].code;
	assert_int_equal(codes, 1u << LG_FLEET_UNSIGNED |
					1u << LG_FLEET_BAD_SIGNATURE |
					1u << LG_FLEET_REPLAYED);
	scene_free(scene);
}

static void deleted_entries_change_nothing(void **state)
{
	struct scene *scene = scene_make(2);
	const struct lg_fleet_set *set;

	scene_applied_everywhere(scene);
	assert_true(memory_forget(scene->directory, SCENE_LOCK ".2.anna"));
	scene_turn(scene);
	set = scene->gate[0].gate.ear.set;
	assert_true(scene_holds(scene, 0));
	assert_int_equal(set->trouble_count, 1);
	assert_int_equal(set->trouble[0].code, LG_FLEET_VANISHED);
	/* A short look at everything, and after a start, too. */
	scene->gate[1].link->away = 1;
	scene_turn(scene);
	scene->gate[1].link->away = 0;
	scene->gate[1].link->short_look = 100;
	scene_turn(scene);
	assert_true(scene_holds(scene, 1));
	assert_int_equal(
		scene->gate[1].gate.ear.set->rejected[LG_FLEET_VANISHED], 2);
	scene_restart(&scene->gate[1]);
	scene_turn(scene);
	assert_true(scene_holds(scene, 1));
	scene_free(scene);
}

static void a_full_disk(void **state)
{
	struct scene *scene = scene_make(2);
	struct lg_error err = {0};

	/* Not ready at once, so that it is in force nowhere. */
	scene->gate[1].folder.fail_write = 1;
	assert_int_equal(scene_apply(scene, &err), LG_OK);
	assert_int_equal(scene->round.outcome, LG_FLEET_CAME_TO_NOTHING);
	assert_int_equal(scene->round.part[1].answer, LG_FLEET_IS_NOT_READY);
	assert_false(scene_holds(scene, 0));
	scene_free(scene);
	scene = scene_make(2);
	scene_applied_everywhere(scene);
	scene->gate[1].folder.fail_write = scene->gate[1].folder.writes;
	/* It lifts all the same. */
	assert_int_equal(scene_lock(scene, LG_FLEET_LIFT, 0, &err), LG_OK);
	assert_int_equal(scene->round.outcome, LG_FLEET_CAME_TRUE);
	assert_false(scene_holds(scene, 1));
	scene_free(scene);
}

static void groups(void **state)
{
	struct scene *scene = scene_make(4);
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_buffer text = {0};
	struct lg_fleet_event prepare = {.profile = "upgrade",
					 .until_s = scene->now.wall_ms / 1000 +
						    3600,
					 .max_duration_s = -1};
	struct lg_error err = {0};

	lg_reg_text_render(values, LG_REG_ENCODING_UTF8, &text, NULL);
	prepare.values = text.data;
	lg_strlist_add(&prepare.groups, "odd", 3, NULL);
	scene->round = (struct lg_fleet_round){.fleet = &scene->admin,
					       .signature = &scene->signature,
					       .clock = &scene->clock,
					       .ear = &scene->ear,
					       .key = "anna",
					       .by = "anna",
					       .within_ms = 10000};
	assert_int_equal(
		lg_fleet_round_apply(&scene->round, SCENE_LOCK, &prepare, &err),
		LG_OK);
	scene_finish(scene);
	assert_int_equal(scene->round.part_count, 2);
	assert_int_equal(scene->round.outcome, LG_FLEET_CAME_TRUE);
	assert_false(scene_holds(scene, 0));
	assert_true(scene_holds(scene, 1));
	assert_false(scene_holds(scene, 2));
	assert_true(scene_holds(scene, 3));
	lg_strlist_release(&prepare.groups);
	lg_buffer_release(&text);
	lg_registry_free(&values);
	scene_free(scene);
}

static void confirmed(void **state)
{
	struct scene *scene = scene_make(3);
	struct lg_error err = {0};

	assert_int_equal(scene_apply_unconfirmed(scene, 600, &err), LG_OK);
	assert_int_equal(scene->round.outcome, LG_FLEET_CAME_TRUE);
	scene->gate[2].link->away = 1;
	scene_turn(scene);
	scene->round.require = LG_FLEET_REQUIRE_COUNT;
	scene->round.required = 2;
	assert_int_equal(scene_lock(scene, LG_FLEET_CONFIRM, 0, &err), LG_OK);
	assert_int_equal(scene->round.outcome, LG_FLEET_CAME_TRUE);
	scene_wait(scene, 601000);
	assert_true(scene_holds(scene, 0));
	assert_true(scene_holds(scene, 1));
	/* The one that did not hear it in time has ended the lock, and hearing
	 * it later does not bring it back. */
	assert_false(scene_holds(scene, 2));
	scene->gate[2].link->away = 0;
	scene_turn(scene);
	scene_wait(scene, 1000);
	assert_false(scene_holds(scene, 2));
	scene_free(scene);
}

static void not_confirmed(void **state)
{
	struct scene *scene = scene_make(2);
	struct lg_error err = {0};

	assert_int_equal(scene_apply_unconfirmed(scene, 60, &err), LG_OK);
	scene_wait(scene, 59000);
	assert_true(scene_holds(scene, 0));
	scene_wait(scene, 2000);
	assert_false(scene_holds(scene, 0));
	assert_false(scene_holds(scene, 1));
	scene_free(scene);
}

static void keys_are_learned_and_revoked(void **state)
{
	struct scene *scene = scene_make(2);
	struct lg_error err = {0};

	/* Nobody knows ben yet. */
	scene_sign_as(scene, "ben", 9);
	assert_int_equal(scene_apply(scene, &err), LG_OK);
	assert_int_equal(scene->round.outcome, LG_FLEET_CAME_TO_NOTHING);
	assert_int_equal(scene->gate[0].gate.ear.set->trouble[0].code,
			 LG_FLEET_BAD_SIGNATURE);
	/* anna says who he is: what he signed before counts from then on. */
	scene_sign_as(scene, "anna", 7);
	scene_key(scene, 1, "ben", 9, 0);
	scene_turn(scene);
	assert_int_equal(scene->gate[0].gate.ear.set->trouble_count, 0);
	assert_int_equal(scene->gate[0].gate.ear.set->count, 3);
	assert_false(scene_holds(scene, 0));
	/* It is kept, also without the directory. */
	scene_restart(&scene->gate[1]);
	scene->gate[1].link->away = 1;
	scene_turn(scene);
	assert_non_null(
		lg_fleet_keys_find(scene->gate[1].gate.ear.keys, "ben", 3));
	scene->gate[1].link->away = 0;
	/* Revoked, he signs nothing any more. */
	scene_key(scene, 2, "ben", 9, 1);
	scene_turn(scene);
	scene_sign_as(scene, "ben", 9);
	scene_publish(scene, LG_FLEET_LIFT, 7, scene->now.wall_ms);
	scene_turn(scene);
	assert_int_equal(scene->gate[0].gate.ear.set->count, 4);
	assert_int_equal(scene->gate[0].gate.ear.set->trouble_count, 1);
	scene_free(scene);
}

/* Both at providers that are apart, as two entries nobody's view had both
 * of. */
/* What he locked before stays as he locked it, also over a start, and another
 * administrator lifts it; he himself cannot any more. */
static void revoked_in_the_middle_of_a_lock(void **state)
{
	struct scene *scene = scene_make(2);
	struct lg_error err = {0};
	size_t i;

	scene_key(scene, 1, "ben", 9, 0);
	scene_turn(scene);
	scene_sign_as(scene, "ben", 9);
	scene_applied_everywhere(scene);
	scene_sign_as(scene, "anna", 7);
	scene_key(scene, 2, "ben", 9, 1);
	scene_turn(scene);
	scene_restart(&scene->gate[1]);
	scene_turn(scene);
	for (i = 0; i < 2; i++)
		assert_true(scene_holds(scene, i));
	scene_sign_as(scene, "ben", 9);
	scene_publish(scene, LG_FLEET_LIFT, 7, scene->now.wall_ms);
	scene_turn(scene);
	for (i = 0; i < 2; i++)
		assert_true(scene_holds(scene, i));
	scene_sign_as(scene, "anna", 7);
	assert_int_equal(scene_lock(scene, LG_FLEET_LIFT, 0, &err), LG_OK);
	assert_int_equal(scene->round.outcome, LG_FLEET_CAME_TRUE);
	for (i = 0; i < 2; i++)
		assert_false(scene_holds(scene, i));
	scene_free(scene);
}

/* Locks enough for a set to be full, all over: the next is locked and lifted,
 * and what made room for it is not on disk any more. */
static void more_than_a_set_holds(void **state)
{
	struct scene *scene = scene_make(1);
	struct lg_fleet_set *set = scene->gate[0].gate.ear.set;
	struct lg_error err = {0};
	size_t before;

	scene_applied_everywhere(scene);
	assert_int_equal(scene_lock(scene, LG_FLEET_LIFT, 0, &err), LG_OK);
	scene_wait(scene, 2 * 3600 * 1000);
	before = set->count;
	assert_true(before >= 3);
	/* As good as full, and cheaper than that many locks. */
	set->bytes = LG_FLEET_HELD_BYTES_MAX;
	scene->lock = "lg-ffffffffffff";
	scene_applied_everywhere(scene);
	assert_true(set->bytes < LG_FLEET_HELD_BYTES_MAX);
	assert_int_equal(set->count, 2);
	assert_int_equal(scene_lock(scene, LG_FLEET_LIFT, 0, &err), LG_OK);
	assert_false(scene_holds(scene, 0));
	/* A start finds the same on disk. */
	scene_restart(&scene->gate[0]);
	assert_int_equal(scene->gate[0].gate.ear.set->count, 3);
	scene_free(scene);
}

static void two_of_one_name(void **state)
{
	struct scene *scene = scene_make(2);
	struct lg_error err = {0};

	assert_int_equal(scene_apply(scene, &err), LG_OK);
	scene_publish(scene, LG_FLEET_CONFIRM, 3, scene->now.wall_ms);
	scene_turn(scene);
	/* The lift took the number that the other could not see. */
	assert_true(memory_forget(scene->directory, SCENE_LOCK ".3.anna"));
	scene_publish(scene, LG_FLEET_LIFT, 3, scene->now.wall_ms);
	scene_turn(scene);
	assert_false(scene_holds(scene, 0));
	scene_restart(&scene->gate[0]);
	assert_int_equal(scene->gate[0].gate.ear.set->count, 4);
	scene_free(scene);
}

static void long_lists(void **state)
{
	const struct lg_fleet_filters filters = {.allow = "(cn=*)"};
	struct lg_fleet_event prepare = {0}, filtered = {0};
	struct lg_registry *values = NULL, *again = NULL;
	struct lg_strlist list = {0};
	struct lg_buffer text = {0};
	const struct lg_value *value;
	char dn[96];
	int i;

	for (i = 0; i < 10000; i++) {
		snprintf(dn, sizeof(dn),
			 "/o=Organisation/ou=Site/cn=Recipients/cn=person%d",
			 i);
		lg_strlist_add(&list, dn, strlen(dn), NULL);
	}
	assert_int_equal(lg_registry_new(&values, NULL), LG_OK);
	assert_int_equal(lg_registry_set_list(values, LG_KEY_PARAMETERS_SYSTEM,
					      LG_VALUE_LOGON_ONLY_AS, &list,
					      NULL),
			 LG_OK);
	lg_registry_set_text(values, LG_KEY_PARAMETERS_SYSTEM, "Other", "x",
			     NULL);
	assert_int_equal(
		lg_fleet_values_split(values, &text, &prepare.lists, NULL),
		LG_OK);
	assert_true(text.len < 1000);
	prepare.values = text.data;
	assert_int_equal(lg_fleet_values_join(&prepare, &again, NULL), LG_OK);
	value = lg_registry_find(again, LG_KEY_PARAMETERS_SYSTEM,
				 LG_VALUE_LOGON_ONLY_AS);
	assert_non_null(value);
	assert_int_equal(value->list.count, 10000);
	assert_string_equal(value->list.item[9999], dn);
	assert_non_null(
		lg_registry_find(again, LG_KEY_PARAMETERS_SYSTEM, "Other"));
	/* A filter before them is none of them. */
	assert_int_equal(lg_fleet_filters_add(&filters, &filtered.lists, NULL),
			 LG_OK);
	lg_strlist_add_all(&filtered.lists, &prepare.lists, NULL);
	filtered.values = text.data;
	lg_registry_free(&again);
	assert_int_equal(lg_fleet_values_join(&filtered, &again, NULL), LG_OK);
	value = lg_registry_find(again, LG_KEY_PARAMETERS_SYSTEM,
				 LG_VALUE_LOGON_ONLY_AS);
	assert_int_equal(value->list.count, 10000);
	assert_string_equal(lg_fleet_filters_of(&filtered).allow, "(cn=*)");
	assert_null(lg_fleet_filters_of(&filtered).applies);
	assert_null(lg_fleet_filters_of(&prepare).allow);
	lg_strlist_release(&filtered.lists);
	/* One item less than it says. */
	prepare.lists.count--;
	lg_registry_free(&again);
	assert_int_equal(lg_fleet_values_join(&prepare, &again, NULL),
			 LG_ERR_SYNTAX);
	assert_null(again);
	prepare.lists.count++;
	lg_strlist_release(&prepare.lists);
	lg_strlist_release(&list);
	lg_buffer_release(&text);
	lg_registry_free(&values);
}

/* So many entries of no worth before those of a lock that a command leaves the
 * rest unread: it knows the lock all the same, by what the gate says. */
static void junk_is_left_unread(void **state)
{
	struct scene *scene = scene_make(1);
	struct lg_fleet_ear ear = {0};
	struct lg_fleet_fate fate;
	struct lg_error err = {0};
	char cn[64];
	int i, is_cut = 0;

	for (i = 0; i < LG_FLEET_JUNK_MAX + 100; i++) {
		struct lg_fleet_entry junk = {.lock = {"lg-000000000000", 15},
					      .kind = {"lift", 4},
					      .number = {"1", 1},
					      .body = {"{}", 2},
					      .key = {"mallory", 7},
					      .signature = {"AA==", 4}};

		snprintf(cn, sizeof(cn), "lg-000000000000.%d.mallory", i);
		junk.cn = (struct lg_fleet_text){cn, strlen(cn)};
		assert_non_null(memory_put(scene->directory, &junk));
	}
	scene_turn(scene);
	scene_applied_everywhere(scene);
	assert_int_equal(lg_fleet_ear_open(&ear, SCENE_BASE, &scene->keys,
					   &scene->signature, NULL,
					   &scene->clock, &err),
			 LG_OK);
	assert_int_equal(lg_fleet_ask(&ear, &scene->admin, NULL, &is_cut, &err),
			 LG_OK);
	assert_true(is_cut);
	assert_true(lg_fleet_set_find(ear.set, SCENE_LOCK, &fate));
	assert_non_null(fate.begin);
	lg_fleet_ear_close(&ear);
	scene_free(scene);
}

/* A machine with very many doors fills no entry; what nobody looked at is told
 * apart from what has none. */
static void doors_are_bounded(void **state)
{
	struct lg_fleet_report *report = calloc(1, sizeof(*report));
	struct lg_fleet_report *again = calloc(1, sizeof(*again));
	struct lg_buffer text = {0};
	char door[64];
	int i;

	strcpy(report->version, "1");
	assert_int_equal(lg_fleet_report_render(report, &text, NULL), LG_OK);
	assert_int_equal(
		lg_fleet_report_parse(text.data, text.len, again, NULL), LG_OK);
	assert_false(again->doors_looked);
	lg_fleet_report_release(again);
	lg_buffer_clear(&text);
	report->doors_looked = 1;
	for (i = 0; i < LG_FLEET_REPORT_DOORS_MAX + 8; i++) {
		snprintf(door, sizeof(door), "dovecot imap %d\n", i);
		lg_strlist_add(&report->not_closed, door, strlen(door), NULL);
	}
	assert_int_equal(lg_fleet_report_render(report, &text, NULL), LG_OK);
	assert_int_equal(
		lg_fleet_report_parse(text.data, text.len, again, NULL), LG_OK);
	assert_true(again->doors_looked);
	assert_int_equal(again->not_closed.count,
			 LG_FLEET_REPORT_DOORS_MAX + 1);
	assert_string_equal(again->not_closed.item[0], "dovecot imap 0 ");
	assert_string_equal(again->not_closed.item[LG_FLEET_REPORT_DOORS_MAX],
			    "8 more");
	assert_int_equal(again->doors_unknown.count, 0);
	lg_fleet_report_release(again);
	lg_fleet_report_release(report);
	lg_buffer_release(&text);
	free(report);
	free(again);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("what is forged or replayed changes nothing",
			  bad_entries_change_nothing),
		suite_row("what is deleted changes nothing",
			  deleted_entries_change_nothing),
		suite_row("a full disk keeps no lock", a_full_disk),
		suite_row("a lock is kept where its confirmation was heard",
			  confirmed),
		suite_row("one that nobody confirms ends everywhere",
			  not_confirmed),
		suite_row("keys are learned, kept and revoked",
			  keys_are_learned_and_revoked),
		suite_row("a key is revoked in the middle of a lock",
			  revoked_in_the_middle_of_a_lock),
		suite_row("what is over makes room for the next lock",
			  more_than_a_set_holds),
		suite_row("two events of one name both count", two_of_one_name),
		suite_row("a command leaves junk unread and knows the lock",
			  junk_is_left_unread),
		suite_row("a gate names so many doors and no more",
			  doors_are_bounded),
		suite_row("ten thousand names fit into an entry", long_lists),
		suite_row("a lock for a group is for its gates alone", groups),
	};

	return suite_run(rows);
}
