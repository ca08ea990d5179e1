/* SPDX-License-Identifier: ISC */
/*
 * How a plan is answered: every answer, on a directory of two accounts that can
 * be told not to answer.
 */
#include "plan_bench.h"

static void a_found_name_locks(void **state)
{
	struct bench *b = *state;

	list(&b->profile.allow, DN "post");
	assert_int_equal(answer(b), LG_PLAN_GO);
	assert_int_equal(b->plan->target[0].engages, 1);
	assert_int_equal(b->plan->target[0].gate, LG_GATE_LISTED);
	assert_int_equal(b->fake.asked, 1);
}

static void nobody_found_fails_open(void **state)
{
	struct bench *b = *state;

	list(&b->profile.allow, DN "gone");
	assert_int_equal(answer(b), LG_PLAN_OPEN);
	assert_int_equal(b->plan->target[0].engages, 0);
	assert_true(warns(b, LG_WARN_FAILS_OPEN));
	assert_true(warns(b, LG_WARN_DN_NOT_FOUND));
	b->input.accepting = LG_ACCEPT_WARNINGS;
	assert_int_equal(answer(b), LG_PLAN_OPEN);
	b->input.accepting = LG_ACCEPT_OPEN;
	assert_int_equal(answer(b), LG_PLAN_GO);
}

static void one_missing_needs_accepting(void **state)
{
	struct bench *b = *state;

	list(&b->profile.allow, DN "post");
	list(&b->profile.allow, DN "gone");
	assert_int_equal(answer(b), LG_PLAN_WARNINGS);
	assert_int_equal(b->plan->target[0].engages, 1);
	assert_int_equal(b->plan->unaccepted.count, 1);
	b->input.accepting = LG_ACCEPT_OPEN;
	assert_int_equal(answer(b), LG_PLAN_WARNINGS);
	b->input.accepting = LG_ACCEPT_NOTHING;
	b->profile.accept = UINT32_C(1) << LG_WARN_DN_NOT_FOUND;
	assert_int_equal(answer(b), LG_PLAN_GO);
}

static void no_answer_is_no_plan_where_it_matters(void **state)
{
	static const enum lg_status silent[] = {LG_ERR_DIRECTORY,
						LG_ERR_TIMEOUT};
	struct bench *b = *state;

	list(&b->profile.allow, DN "post");
	for (size_t i = 0; i < 2; i++) {
		b->fake.says = silent[i];
		b->profile.when_invalid = LG_WHEN_INVALID_OPEN;
		assert_int_equal(answer(b), LG_PLAN_DIRECTORY);
		assert_int_equal(b->plan->directory_error.status, silent[i]);
		assert_null(b->plan->target[0].policy);
		assert_int_equal(b->plan->findings->account[0].finding,
				 LG_FINDING_UNASKED);
		b->input.accepting = LG_ACCEPT_WARNINGS | LG_ACCEPT_OPEN;
		assert_int_equal(answer(b), LG_PLAN_DIRECTORY);
		b->input.accepting = LG_ACCEPT_NOTHING;
		b->profile.when_invalid = LG_WHEN_INVALID_CLOSED;
		assert_int_equal(answer(b), LG_PLAN_WARNINGS);
		assert_true(warns(b, LG_WARN_DIRECTORY_NOT_ASKED));
		assert_int_equal(b->plan->target[0].gate, LG_GATE_LISTED);
		b->input.accepting = LG_ACCEPT_WARNINGS;
		assert_int_equal(answer(b), LG_PLAN_GO);
		b->input.accepting = LG_ACCEPT_NOTHING;
	}
	b->input.directory = NULL;
	b->profile.when_invalid = LG_WHEN_INVALID_OPEN;
	assert_int_equal(answer(b), LG_PLAN_DIRECTORY);
}

static void logon_names_alone_need_no_directory(void **state)
{
	struct bench *b = *state;

	list(&b->profile.allow_user, "tester@example.org");
	b->input.directory = NULL;
	b->profile.when_invalid = LG_WHEN_INVALID_CLOSED;
	assert_int_equal(answer(b), LG_PLAN_GO);
	assert_false(warns(b, LG_WARN_DIRECTORY_NOT_ASKED));
	assert_int_equal(b->plan->target[0].gate, LG_GATE_LISTED);
	/* Nobody would know whether the lock engages. */
	b->profile.when_invalid = LG_WHEN_INVALID_OPEN;
	assert_int_equal(answer(b), LG_PLAN_DIRECTORY);
	/* A DN's logon names are what only a directory knows. */
	b->profile.when_invalid = LG_WHEN_INVALID_CLOSED;
	list(&b->profile.allow, DN "post");
	assert_int_equal(answer(b), LG_PLAN_WARNINGS);
	assert_true(warns(b, LG_WARN_DIRECTORY_NOT_ASKED));
}

static void a_filter_nobody_asked_is_no_blank_list(void **state)
{
	static char filter[] = "(uid=alice)";
	struct bench *b = *state;

	b->profile.allow_filter = filter;
	assert_int_equal(answer(b), LG_PLAN_GO);
	assert_int_equal(b->plan->target[0].gate, LG_GATE_LISTED);
	b->fake.says = LG_ERR_DIRECTORY;
	assert_int_equal(answer(b), LG_PLAN_DIRECTORY);
	b->profile.when_invalid = LG_WHEN_INVALID_CLOSED;
	assert_int_equal(answer(b), LG_PLAN_WARNINGS);
	assert_true(warns(b, LG_WARN_DIRECTORY_NOT_ASKED));
}

static void a_bad_filter_is_an_error(void **state)
{
	static char filter[] = "(uid=";
	struct bench *b = *state;

	b->profile.allow_filter = filter;
	b->fake.says = LG_ERR_SYNTAX;
	assert_int_equal(lg_plan_new(&b->input, &b->plan, &b->err),
			 LG_ERR_SYNTAX);
	assert_null(b->plan);
	assert_string_equal(b->err.text, "no answer");
}

static void no_list_asks_nobody(void **state)
{
	static char versions[] = "7.0.0-11.65535.65535";
	struct bench *b = *state;

	b->profile.names_present = 0;
	b->profile.versions = versions;
	b->fake.says = LG_ERR_DIRECTORY;
	assert_int_equal(answer(b), LG_PLAN_GO);
	assert_int_equal(b->fake.asked, 0);
	assert_int_equal(b->plan->target[0].gate, LG_GATE_OFF);
	assert_int_equal(b->plan->target[0].engages, 1);
}

static void break_glass_is_asked_too(void **state)
{
	struct bench *b = *state;

	list(&b->profile.allow, DN "post");
	list(&b->break_glass, DN "alice");
	b->input.break_glass = &b->break_glass;
	assert_int_equal(answer(b), LG_PLAN_GO);
	assert_true(b->fake.asked_break_glass);
	list(&b->break_glass, DN "gone");
	assert_int_equal(answer(b), LG_PLAN_GO);
	assert_true(warns(b, LG_WARN_BREAK_GLASS_NOT_FOUND));
}

static void blank_and_closed_locks_everyone_out(void **state)
{
	struct bench *b = *state;

	b->profile.when_invalid = LG_WHEN_INVALID_CLOSED;
	assert_int_equal(answer(b), LG_PLAN_WARNINGS);
	assert_true(warns(b, LG_WARN_LOCKS_EVERYONE_OUT));
	assert_int_equal(b->plan->target[0].gate, LG_GATE_NOBODY);
}

static void who_applies_is_a_person(void **state)
{
	struct bench *b = *state;

	list(&b->profile.allow, DN "post");
	b->input.caller = "alice";
	assert_int_equal(answer(b), LG_PLAN_WARNINGS);
	assert_true(warns(b, LG_WARN_LOCKS_YOU_OUT));
	b->input.caller = "post";
	assert_int_equal(answer(b), LG_PLAN_GO);
	b->input.caller = "stranger";
	assert_int_equal(answer(b), LG_PLAN_GO);
	list(&b->break_glass, DN "alice");
	b->input.break_glass = &b->break_glass;
	b->input.caller = "alice";
	assert_int_equal(answer(b), LG_PLAN_GO);
}

static enum lg_status make(void *context, struct lg_error *err)
{
	struct bench *b = context;
	struct lg_buffer text = {0};
	enum lg_status status = lg_plan_new(&b->input, &b->plan, err);

	if (status == LG_OK)
		status = lg_json_print(lg_plan_object(b->plan, &b->input),
				       &text, err);
	lg_buffer_release(&text);
	lg_plan_free(&b->plan);
	return status;
}

static void every_allocation_may_fail(void **state)
{
	const struct lg_session session[] = {{.id = "1", .user = "post"}};
	struct bench *b = *state;

	list(&b->profile.allow, DN "post");
	list(&b->profile.allow, DN "gone");
	b->input.session = session;
	b->input.session_count = 1;
	b->input.caller = "alice";
	allocation_survive(make, b);
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
		row("a name that is found makes a lock", a_found_name_locks),
		row("nobody found under open semantics would fail open",
		    nobody_found_fails_open),
		row("one name missing needs accepting",
		    one_missing_needs_accepting),
		row("a directory that does not answer is no plan under open "
		    "semantics",
		    no_answer_is_no_plan_where_it_matters),
		row("logon names alone need no directory under closed semantics",
		    logon_names_alone_need_no_directory),
		row("a filter that nobody asked is no blank list",
		    a_filter_nobody_asked_is_no_blank_list),
		row("a filter that does not parse is an error",
		    a_bad_filter_is_an_error),
		row("without a list the directory is not asked",
		    no_list_asks_nobody),
		row("break-glass accounts are asked with the others",
		    break_glass_is_asked_too),
		row("blank and closed locks everyone out",
		    blank_and_closed_locks_everyone_out),
		row("who applies is judged as a person",
		    who_applies_is_a_person),
		row("every allocation may fail", every_allocation_may_fail),
	};

	return suite_run(rows);
}
