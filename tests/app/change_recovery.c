/* SPDX-License-Identifier: ISC */
/*
 * change_recovery.c - several changes that broke off on one server
 *
 * Each may have written its values or not, and the journal does not know. One
 * recover brings back what was there before all of them, and takes nothing for
 * somebody else's.
 */
#include "change_rig.h"

#include <stdlib.h>
#include <string.h>

#define LOCKS 3

static const char *const ids[LOCKS] = {"lg-00000000000a", "lg-00000000000b",
				       "lg-00000000000c"};

/* What each sets by itself. */
static struct lg_registry *own_of(int lock)
{
	struct lg_registry *values = NULL;
	struct lg_strlist people = {0};

	assert_int_equal(lg_registry_new(&values, NULL), LG_OK);
	if (lock != 1)
		lg_registry_set_text(values, KEY, LG_VALUE_DISABLE_MAPI_CLIENTS,
				     lock ? "-11.65535.65535" : "-7.0.0", NULL);
	if (lock != 0) {
		lg_strlist_add(&people, "/o=Org/cn=both", 14, NULL);
		lg_strlist_add(&people,
			       lock == 1 ? "/o=Org/cn=a" : "/o=Org/cn=b", 11,
			       NULL);
		lg_registry_set_list(values, KEY, LG_VALUE_LOGON_ONLY_AS,
				     &people, NULL);
		lg_strlist_release(&people);
	}
	return values;
}

/* The names of own as they were. */
static struct lg_registry *before_of(const struct lg_registry *old,
				     const struct lg_registry *own)
{
	struct lg_registry *before = NULL;

	assert_int_equal(lg_registry_new(&before, NULL), LG_OK);
	for (size_t i = 0; i < lg_registry_count(own); i++) {
		const struct lg_value *name = lg_registry_at(own, i);
		const struct lg_value *is =
			lg_registry_find(old, name->key, name->name);

		if (is)
			lg_registry_set(before, is, NULL);
	}
	return before;
}

/* Three locks on ex1; those that are over end in the past. */
static struct lg_servers_book book_of(const struct scene *scene, int over)
{
	struct lg_servers_book book = {.version = LG_SERVERS_BOOK_VERSION};

	book.record = calloc(LOCKS, sizeof(*book.record));
	for (int i = 0; i < LOCKS; i++) {
		struct lg_servers_record *record = &book.record[book.count++];

		record->lock.id = strdup(ids[i]);
		record->lock.profile = strdup("upgrade");
		record->lock.by = strdup("admin");
		record->lock.reason = strdup("");
		record->lock.until_s = over & (1 << i) ? 500 : 9000;
		record->lock.max_duration_s = -1;
		record->target = calloc(1, sizeof(*record->target));
		record->count = 1;
		record->target->name = strdup("ex1");
		record->target->dialect = LG_DIALECT_EXCHANGE_2007;
		record->target->wanted = own_of(i);
		record->target->before =
			before_of(scene->old, record->target->wanted);
	}
	return book;
}

/* What is there with those of the locks that are in set. */
static void stand(struct scene *scene, struct lg_servers_book *book,
		  unsigned int set)
{
	const struct lg_servers_more none = {.dialect =
						     LG_DIALECT_EXCHANGE_2007};
	struct lg_registry *is = scene->fake[0].values;
	struct lg_servers_beside beside = {0};
	struct lg_registry *composed = NULL;
	struct lg_error err;

	for (size_t i = 0; i < LOCKS; i++)
		book->record[i].target->step = set & (1u << i)
						       ? LG_SERVERS_TESTED
						       : LG_SERVERS_RESTORED;
	assert_int_equal(lg_servers_beside(book, "ex1", NULL, &beside, &err),
			 LG_OK);
	assert_int_equal(lg_servers_composed(&beside, &none, beside.bare,
					     beside.names, &composed, NULL,
					     &err),
			 LG_OK);
	for (size_t i = 0; i < lg_registry_count(beside.names); i++) {
		const struct lg_value *name = lg_registry_at(beside.names, i);

		lg_registry_delete(is, name->key, name->name);
	}
	for (size_t i = 0; i < lg_registry_count(composed); i++)
		lg_registry_set(is, lg_registry_at(composed, i), NULL);
	lg_registry_free(&composed);
	lg_servers_beside_release(&beside);
}

/* The journal: half lifted, or half ended by time (over). */
static void write_journal(struct rig *rig, struct lg_servers_book *book,
			  int over)
{
	struct lg_error err;

	for (int i = 0; i < LOCKS; i++) {
		book->record[i].phase = over & (1 << i) ? LG_SERVERS_APPLIED
							: LG_SERVERS_LIFTING;
		book->record[i].target->step = LG_SERVERS_RESTORING;
	}
	assert_int_equal(
		lg_servers_book_render(book, &rig->scene->world.journal, &err),
		LG_OK);
}

static void one_recover_is_enough(void **state)
{
	(void)state;
	for (unsigned int set = 0; set < 1u << LOCKS; set++) {
		struct rig *rig = rig_new(1, 0);
		struct lg_servers_book book = book_of(rig->scene, 0);

		stand(rig->scene, &book, set);
		write_journal(rig, &book, 0);
		rig_recover(rig);
		scene_assert_all_old(rig->scene);
		assert_int_equal(rig_in_journal(rig), 0);
		lg_servers_book_release(&book);
		rig_free(rig);
	}
}

/* The newest is over; it ends, whatever became of the two before it. */
static void what_is_over_ends_beside_what_broke_off(void **state)
{
	(void)state;
	for (unsigned int set = 0; set < 1u << LOCKS; set++) {
		struct rig *rig = rig_new(1, 0);
		const struct lg_change_hands hands = rig_hands(rig);
		struct lg_servers_book book = book_of(rig->scene, 4);
		struct lg_change_recovered recovered;

		stand(rig->scene, &book, set);
		write_journal(rig, &book, 4);
		lg_change_end_over(&hands, LG_SERVERS_LIFT_EACH, &recovered);
		assert_int_equal(recovered.status, LG_OK);
		assert_int_equal(recovered.done, 1);
		assert_int_equal(rig_in_journal(rig), 2);
		rig_recover(rig);
		scene_assert_all_old(rig->scene);
		lg_servers_book_release(&book);
		rig_free(rig);
	}
}

/* A value that none of them wrote is still somebody else's, and stays. */
static void what_somebody_changed_is_told(void **state)
{
	struct rig *rig = rig_new(1, 0);
	const struct lg_change_hands hands = rig_hands(rig);
	struct lg_servers_book book = book_of(rig->scene, 0);
	struct lg_registry *is = rig->scene->fake[0].values;
	struct lg_change_recovered recovered;
	struct lg_error err;

	(void)state;
	stand(rig->scene, &book, 7);
	write_journal(rig, &book, 0);
	lg_registry_set_text(is, KEY, LG_VALUE_DISABLE_MAPI_CLIENTS, "-1.2.3",
			     NULL);
	lg_change_recover(&hands, LG_SERVERS_LIFT_EACH, 1, &recovered, &err);
	assert_int_equal(recovered.status, LG_ERR_CONFLICT);
	assert_string_equal(
		lg_registry_find(is, KEY, LG_VALUE_DISABLE_MAPI_CLIENTS)->text,
		"-1.2.3");
	lg_change_recover(&hands, LG_SERVERS_LIFT_FORCE, 1, &recovered, &err);
	assert_int_equal(recovered.status, LG_OK);
	scene_assert_all_old(rig->scene);
	lg_servers_book_release(&book);
	rig_free(rig);
}

/* Its lock stays elsewhere; what is half put back is put back. */
static void a_lift_of_some_that_broke_off_is_finished(void **state)
{
	struct rig *rig = rig_new(TARGETS, 0);
	const struct lg_change_hands hands = rig_hands(rig);
	struct fake_target *first = &rig->scene->fake[0];
	struct lg_strlist names = {0};
	const struct lg_change_lift lift = {.id = ID, .names = &names};
	struct lg_error err;
	size_t count;

	(void)state;
	assert_int_equal(rig_apply(rig), LG_OK);
	lg_strlist_add(&names, "ex1", 3, NULL);
	first->fail_write = 1;
	assert_int_not_equal(lg_change_lift(&hands, &lift, &count, &err),
			     LG_OK);
	assert_int_equal(rig->outcome, LG_SERVERS_LEFT_BEHIND);
	first->fail_write = 0;
	rig_recover(rig);
	assert_true(scene_same(first->values, rig->scene->old));
	scene_assert_locked(&rig->scene->fake[1], rig->scene->wanted);
	assert_int_equal(rig_in_journal(rig), 1);
	lg_strlist_release(&names);
	rig_free(rig);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("one recover is enough, whatever is there",
			  one_recover_is_enough),
		suite_row("what is over ends beside what broke off",
			  what_is_over_ends_beside_what_broke_off),
		suite_row("what somebody changed is told, and stays",
			  what_somebody_changed_is_told),
		suite_row("a lift of some that broke off is finished",
			  a_lift_of_some_that_broke_off_is_finished),
	};

	return suite_run(rows);
}
