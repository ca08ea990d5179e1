/* SPDX-License-Identifier: ISC */
/* The locks there are, and which of them somebody means. */
#include "suite.h"

#include <stdio.h>
#include <string.h>

#include "app/change/known_locks.h"

#define BEGIN                                                                   \
	"{\"step\":\"begin\",\"id\":\"%s\",\"profile\":\"%s\",\"by\":\"anna\"," \
	"\"reason\":\"\",\"since\":100,\"until\":900,\"gate\":%s,"              \
	"\"max_duration\":-1,\"targets\":[{\"name\":\"%s\",\"restart\":false,"  \
	"\"before\":\"Windows Registry Editor Version 5.00\\n\\n\","            \
	"\"wanted\":\"Windows Registry Editor Version 5.00\\n\\n\"}]}\n"        \
	"{\"step\":\"wrote\",\"id\":\"%s\",\"target\":\"%s\"}\n"

/* a is on ex1 and at the gate, b on ex2, c at the gate alone. */
static void make(struct lg_known_locks *locks, const struct lg_strlist *servers)
{
	struct lg_known_lock a = {
		.id = "lg-a", .profile = "day", .since_s = 100, .is_here = 1};
	struct lg_known_lock c = {.id = "lg-c",
				  .profile = "night",
				  .is_here = 1,
				  .unconfirmed = 1};
	struct lg_servers_book book = {0};
	struct lg_buffer text = {0};
	struct lg_error err;

	lg_buffer_format(&text, BEGIN, "lg-a", "day", "true", "ex1", "lg-a",
			 "ex1");
	lg_buffer_format(&text, BEGIN, "lg-b", "day", "false", "ex2", "lg-b",
			 "ex2");
	assert_int_equal(lg_servers_book_parse(text.data, text.len, "journal",
					       &book, &err),
			 LG_OK);
	assert_int_equal(book.damaged, 0);
	assert_non_null(lg_known_locks_add(locks, &a));
	assert_non_null(lg_known_locks_add(locks, &c));
	assert_int_equal(lg_known_locks_add_book(locks, &book, servers, &err),
			 LG_OK);
	assert_int_equal(locks->count, 3);
	lg_servers_book_release(&book);
	lg_buffer_release(&text);
}

/* "": none, "?": several. */
static void assert_meant(const struct lg_known_locks *locks,
			 struct lg_lock_wish wish, const char *id)
{
	const struct lg_known_lock *found = NULL;
	size_t count = lg_known_locks_choose(locks, &wish, &found);

	assert_string_equal(count == 0 ? "" : count > 1 ? "?" : found->id, id);
}

static void one_at_both_is_one(void **state)
{
	struct lg_known_locks locks = {0};
	struct lg_change_lift lift;
	struct lg_change_move move;

	(void)state;
	make(&locks, NULL);
	lift = lg_known_lock_lift(&locks.lock[0], 1);
	assert_string_equal(lift.id, "lg-a");
	assert_string_equal(lift.gate_id, "lg-a");
	assert_true(lift.with_gate);
	lift = lg_known_lock_lift(&locks.lock[0], 0);
	assert_string_equal(lift.id, "lg-a");
	assert_null(lift.gate_id);
	move = lg_known_lock_move(&locks.lock[1]);
	assert_null(move.id);
	assert_string_equal(move.gate_id, "lg-c");
	move = lg_known_lock_move(&locks.lock[2]);
	assert_string_equal(move.id, "lg-b");
	assert_null(move.gate_id);
	lg_known_locks_release(&locks);
}

static void a_name_means_one_wherever_it_is(void **state)
{
	struct lg_known_locks locks = {0};
	struct lg_strlist servers = {0};

	(void)state;
	lg_strlist_add(&servers, "ex2", 3, NULL);
	make(&locks, &servers);
	assert_meant(&locks, (struct lg_lock_wish){.name = "night"}, "lg-c");
	assert_meant(&locks, (struct lg_lock_wish){.name = "day"}, "?");
	assert_meant(&locks, (struct lg_lock_wish){.name = "lg-a", .places = 1},
		     "lg-a");
	assert_meant(&locks, (struct lg_lock_wish){.name = "noon"}, "");
	lg_strlist_release(&servers);
	lg_known_locks_release(&locks);
}

static void without_a_name_the_only_one_there(void **state)
{
	struct lg_known_locks locks = {0};
	struct lg_strlist servers = {0};

	(void)state;
	lg_strlist_add(&servers, "ex2", 3, NULL);
	make(&locks, &servers);
	assert_meant(&locks, (struct lg_lock_wish){0}, "?");
	assert_meant(&locks,
		     (struct lg_lock_wish){.meant = LG_MEANT_UNCONFIRMED},
		     "lg-c");
	assert_meant(&locks, (struct lg_lock_wish){.places = 1}, "lg-b");
	assert_meant(&locks, (struct lg_lock_wish){.places = 1, .with_gate = 1},
		     "?");
	locks.lock[2].is_named = 0;
	assert_meant(&locks, (struct lg_lock_wish){.places = 1}, "");
	lg_strlist_release(&servers);
	lg_known_locks_release(&locks);
}

/* An earlier version gave no id there. */
static void one_without_an_id_is_told_by_its_beginning(void **state)
{
	struct lg_known_locks locks = {0};
	struct lg_known_lock here = {
		.id = "lg-a", .profile = "day", .since_s = 100, .is_here = 1};
	struct lg_servers_book book = {0};
	struct lg_buffer text = {0};
	struct lg_error err;

	(void)state;
	lg_buffer_format(&text, BEGIN, "", "day", "true", "ex1", "", "ex1");
	assert_int_equal(lg_servers_book_parse(text.data, text.len, "journal",
					       &book, &err),
			 LG_OK);
	lg_known_locks_add(&locks, &here);
	here.since_s = 99;
	lg_known_locks_add(&locks, &here);
	assert_int_equal(lg_known_locks_add_book(&locks, &book, NULL, &err),
			 LG_OK);
	assert_int_equal(locks.count, 2);
	assert_string_equal(lg_known_lock_lift(&locks.lock[0], 0).id, "");
	assert_false(locks.lock[1].is_there);
	lg_known_locks_release(&locks);
	lg_servers_book_release(&book);
	lg_buffer_release(&text);
}

/* It is down, or has lost it: who extends the rest is told. */
static void a_gate_that_does_not_say_is_asked(void **state)
{
	struct lg_known_locks locks = {0};
	struct lg_servers_book book = {0};
	struct lg_buffer text = {0};
	struct lg_error err;

	(void)state;
	lg_buffer_format(&text, BEGIN, "lg-a", "day", "true", "ex1", "lg-a",
			 "ex1");
	lg_buffer_format(&text, BEGIN, "lg-b", "day", "false", "ex2", "lg-b",
			 "ex2");
	assert_int_equal(lg_servers_book_parse(text.data, text.len, "journal",
					       &book, &err),
			 LG_OK);
	assert_int_equal(lg_known_locks_add_book(&locks, &book, NULL, &err),
			 LG_OK);
	assert_string_equal(lg_known_lock_move(&locks.lock[0]).gate_id, "lg-a");
	assert_true(lg_known_lock_lift(&locks.lock[0], 1).with_gate);
	assert_null(lg_known_lock_move(&locks.lock[1]).gate_id);
	assert_false(lg_known_lock_lift(&locks.lock[1], 1).with_gate);
	lg_known_locks_release(&locks);
	lg_servers_book_release(&book);
	lg_buffer_release(&text);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("one that is at both is one", one_at_both_is_one),
		suite_row("a name means one wherever it is",
			  a_name_means_one_wherever_it_is),
		suite_row("without a name the only one there",
			  without_a_name_the_only_one_there),
		suite_row("one without an id is told by its beginning",
			  one_without_an_id_is_told_by_its_beginning),
		suite_row("a gate that does not say is asked",
			  a_gate_that_does_not_say_is_asked),
	};

	return suite_run(rows);
}
