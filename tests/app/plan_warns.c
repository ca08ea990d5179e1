/* SPDX-License-Identifier: ISC */
/*
 * What a plan adds and warns of beside its answer.
 */
#include "plan_bench.h"

static void an_end_before_the_poll_is_told(void **state)
{
	static char versions[] = "7.0.0-11.65535.65535";
	struct bench *b = *state;

	b->profile.names_present = 0;
	b->profile.versions = versions;
	b->server[0].render.dialect = LG_DIALECT_EXCHANGE_2003;
	b->input.until_s = b->input.now_s + LG_POLL_INTERVAL_S;
	assert_int_equal(answer(b), LG_PLAN_WARNINGS);
	assert_true(warns(b, LG_WARN_ENDS_BEFORE_IT_BITES));
	b->input.until_s++;
	assert_int_equal(answer(b), LG_PLAN_GO);
	b->server[0].next_poll_s = b->input.now_s + 10;
	b->input.until_s = b->input.now_s + 11;
	assert_int_equal(answer(b), LG_PLAN_GO);
	b->input.until_s = 0;
	b->server[0].next_poll_s = 0;
	assert_int_equal(answer(b), LG_PLAN_GO);
}

static void nothing_to_write_is_no_lock(void **state)
{
	struct bench *b = *state;

	list(&b->profile.allow, DN "post");
	b->server[0].render.dialect = LG_DIALECT_EXCHANGE_2007;
	b->server[0].render.skip_unsupported = 1;
	b->input.accepting = LG_ACCEPT_WARNINGS | LG_ACCEPT_OPEN;
	assert_int_equal(answer(b), LG_PLAN_NOTHING);
	assert_true(warns(b, LG_WARN_UNSUPPORTED_BY_DIALECT));
}

static void what_a_dialect_cannot_hold_is_refused(void **state)
{
	struct bench *b = *state;

	list(&b->profile.allow, DN "post");
	b->server[0].render.dialect = LG_DIALECT_EXCHANGE_2007;
	assert_int_equal(lg_plan_new(&b->input, &b->plan, &b->err),
			 LG_ERR_CONFLICT);
	assert_null(b->plan);
}

static void sessions_that_go_are_counted(void **state)
{
	const struct lg_session session[] = {
		{.id = "1", .user = "post"},
		{.id = "2", .user = "alice"},
		{.id = "3", .user = "bob"},
	};
	struct bench *b = *state;

	list(&b->profile.allow, DN "post");
	b->input.session = session;
	b->input.session_count = 3;
	assert_int_equal(answer(b), LG_PLAN_GO);
	assert_int_equal(b->plan->cut_count, 2);
	assert_int_equal(b->plan->cut[0], 0);
	assert_int_equal(b->plan->decision[1].reason, LG_REASON_NOT_LISTED);
	assert_false(warns(b, LG_WARN_NO_SESSION_CONTROL));
	b->input.session_count = 0;
	b->input.session_control = LG_SESSIONS_UNKNOWN;
	assert_int_equal(answer(b), LG_PLAN_GO);
	assert_true(warns(b, LG_WARN_NO_SESSION_CONTROL));
}

static void a_restart_ends_every_session(void **state)
{
	const struct lg_session session[] = {{.id = "1", .user = "post"}};
	struct bench *b = *state;

	list(&b->profile.allow, DN "post");
	b->server[0].render.dialect = LG_DIALECT_EXCHANGE_2000;
	b->input.session = session;
	b->input.session_count = 1;
	b->input.accepting = LG_ACCEPT_WARNINGS;
	assert_int_equal(answer(b), LG_PLAN_GO);
	assert_int_equal(b->plan->cut_count, 1);
	b->server[0].restarts = 0;
	assert_int_equal(answer(b), LG_PLAN_GO);
	assert_int_equal(b->plan->cut_count, 0);
}

static void a_door_that_does_not_ask_is_told(void **state)
{
	struct lg_strlist doors = {0};
	struct bench *b = *state;

	list(&b->profile.allow, DN "post");
	list(&doors, "dovecot pop3 does not ask");
	b->input.unasking_doors = &doors;
	assert_int_equal(answer(b), LG_PLAN_GO);
	assert_true(warns(b, LG_WARN_DOOR_DOES_NOT_ASK));
	lg_strlist_release(&doors);
}

/* A gate keeps the end of its lock; values on a server are nobody's to end. */
static void a_lock_that_nobody_ends_needs_accepting(void **state)
{
	struct bench *b = *state;

	list(&b->profile.allow, DN "post");
	b->input.lifting = LG_LIFTED_BY_NOBODY;
	b->server[0].backend = LG_BACKEND_GATE;
	assert_int_equal(answer(b), LG_PLAN_GO);
	assert_false(warns(b, LG_WARN_NOBODY_LIFTS));
	b->server[0].backend = LG_BACKEND_WINREG;
	assert_int_equal(answer(b), LG_PLAN_WARNINGS);
	assert_true(warns(b, LG_WARN_NOBODY_LIFTS));
	b->input.accepting = LG_ACCEPT_WARNINGS;
	assert_int_equal(answer(b), LG_PLAN_GO);
	b->input.accepting = LG_ACCEPT_NOTHING;
	b->input.lifting = LG_LIFTED_IN_TIME;
	assert_int_equal(answer(b), LG_PLAN_GO);
	assert_false(warns(b, LG_WARN_NOBODY_LIFTS));
	b->server[0].not_ended = "its password is root's";
	assert_int_equal(answer(b), LG_PLAN_WARNINGS);
	assert_true(warns(b, LG_WARN_NOBODY_LIFTS));
}

static void a_list_takes_the_place_of_the_list_before(void **state)
{
	struct lg_attempt alice = {.user = "alice", .user_len = 5};
	struct lg_strlist users = {0};
	struct lg_registry *before = NULL;
	struct bench *b = *state;

	list(&users, "alice");
	assert_int_equal(lg_registry_new(&before, NULL), LG_OK);
	assert_int_equal(lg_registry_set_list(before, LG_KEY_PARAMETERS_SYSTEM,
					      LG_VALUE_LOGON_ONLY_AS_USERS,
					      &users, NULL),
			 LG_OK);
	assert_int_equal(lg_registry_set_text(before, LG_KEY_PARAMETERS_SYSTEM,
					      "Somebody's Own", "stays", NULL),
			 LG_OK);
	list(&b->profile.allow, DN "post");
	b->server[0].before = before;
	b->server[0].backend = LG_BACKEND_REGFILE;
	/* Whom the list before let in and whom the lock does are not the
	 * same: beside each other they let nobody in. */
	assert_int_equal(answer(b), LG_PLAN_WARNINGS);
	lg_plan_free(&b->plan);
	b->input.replaces = 1;
	assert_int_equal(answer(b), LG_PLAN_GO);
	assert_int_equal(
		lg_policy_decide(b->plan->target[0].policy, &alice).verdict,
		LG_REFUSE);
	assert_non_null(lg_registry_find(b->plan->target[0].after,
					 LG_KEY_PARAMETERS_SYSTEM,
					 "Somebody's Own"));
	/* A gate holds the lock beside what is there. */
	b->server[0].backend = LG_BACKEND_GATE;
	lg_plan_free(&b->plan);
	assert_int_equal(answer(b), LG_PLAN_GO);
	assert_null(lg_registry_find(b->plan->target[0].after,
				     LG_KEY_PARAMETERS_SYSTEM,
				     "Somebody's Own"));
	assert_int_equal(
		lg_policy_decide(b->plan->target[0].policy, &alice).verdict,
		LG_REFUSE);
	lg_registry_free(&before);
	lg_strlist_release(&users);
}

static void the_worst_of_two_servers_answers(void **state)
{
	struct bench *b = *state;
	struct lg_buffer text = {0};

	list(&b->profile.allow, DN "gone");
	list(&b->profile.allow, DN "post");
	b->profile.single = (char *)DN "gone";
	b->server[1].render.dialect = LG_DIALECT_EXCHANGE_2000;
	b->input.server_count = 2;
	assert_int_equal(answer(b), LG_PLAN_OPEN);
	assert_int_equal(b->plan->target[0].engages, 1);
	assert_int_equal(b->plan->target[1].engages, 0);
	assert_int_equal(
		lg_json_print(lg_plan_object(b->plan, &b->input), &text, NULL),
		LG_OK);
	assert_non_null(strstr(text.data, "\"name\":\"other\""));
	assert_non_null(strstr(text.data, "\"until\":null}"));
	lg_buffer_release(&text);
}

int main(void)
{
	/* clang-format off */
#define row(sentence, function)                                                \
	{                                                                      \
		sentence, function, set_up, tear_down, NULL                    \
	}
	/* clang-format on */
	const struct CMUnitTest rows[] = {
		row("an end before the next poll is told",
		    an_end_before_the_poll_is_told),
		row("a target with nothing to write is no lock",
		    nothing_to_write_is_no_lock),
		row("what a dialect cannot hold is refused",
		    what_a_dialect_cannot_hold_is_refused),
		row("sessions that would go are counted",
		    sessions_that_go_are_counted),
		row("a restart ends every session",
		    a_restart_ends_every_session),
		row("a door that does not ask is told",
		    a_door_that_does_not_ask_is_told),
		row("a lock that nobody ends needs accepting",
		    a_lock_that_nobody_ends_needs_accepting),
		row("a list takes the place of the list before it",
		    a_list_takes_the_place_of_the_list_before),
		row("the worst of two servers answers",
		    the_worst_of_two_servers_answers),
	};

	return suite_run(rows);
}
