/* SPDX-License-Identifier: ISC */
/*
 * What a plan says and how it is answered: every warning a plan adds, every
 * answer, on a directory of two accounts that can be told not to answer.
 */
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#include "allocation.h"
#include "app/change/plan.h"
#include "app/records/json_member.h"
#include "app/records/plan_json.h"

#define DN "/o=Org/ou=Site/cn=Recipients/cn="

/* Who is there: dn, logon name, entry. */
static const char *const people[][3] = {
	{DN "post", "post", "cn=Post"},
	{DN "test", "test", "cn=Test"},
	{DN "alice", "alice", "cn=Alice"},
};

struct fake {
	enum lg_status says;
	int asked;
	int asked_break_glass;
};

static enum lg_status add(struct lg_findings *findings, const char *asked,
			  enum lg_asked_as asked_as, struct lg_error *err)
{
	struct lg_account account = {.asked_as = asked_as, .asked = asked};
	struct lg_login login = {0};
	size_t logins = 0;

	account.finding = LG_FINDING_NONE;
	for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
		if (strcmp(people[i][0], asked) != 0 &&
		    strcmp(people[i][1], asked) != 0)
			continue;
		account.finding = LG_FINDING_ONE;
		account.via = asked_as == LG_ASKED_USER
				      ? LG_VIA_LOGIN
				      : LG_VIA_LEGACY_EXCHANGE_DN;
		account.dn = people[i][0];
		account.entry = people[i][2];
		login.name = people[i][1];
		logins = 1;
	}
	return lg_findings_add(findings, &account, &login, logins, err);
}

static enum lg_status add_all(struct lg_findings *findings,
			      const struct lg_strlist *names,
			      enum lg_asked_as asked_as, struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; names != NULL && i < names->count; i++) {
		status = add(findings, names->item[i], asked_as, err);
		if (status != LG_OK)
			break;
	}
	return status;
}

static enum lg_status ask(void *self, const struct lg_ask *question,
			  const struct lg_progress *progress,
			  struct lg_findings **out_findings,
			  struct lg_error *err)
{
	struct fake *fake = self;
	struct lg_findings *findings = NULL;
	enum lg_status status;

	fake->asked++;
	fake->asked_break_glass = question->break_glass != NULL;
	if (fake->says != LG_OK)
		return lg_error_set(err, fake->says, "fake", "no answer");
	status = lg_findings_new(&findings, err);
	if (status == LG_OK)
		status = add_all(findings, question->dn, LG_ASKED_DN, err);
	if (status == LG_OK)
		status = add_all(findings, question->user, LG_ASKED_USER, err);
	if (status == LG_OK)
		status = add_all(findings, question->break_glass,
				 LG_ASKED_BREAK_GLASS, err);
	if (status == LG_OK && question->filter != NULL)
		status = add(findings, DN "alice", LG_ASKED_FILTER, err);
	if (status == LG_OK && question->caller != NULL)
		status = add(findings, question->caller, LG_ASKED_CALLER, err);
	if (status != LG_OK)
		lg_findings_free(&findings);
	else
		*out_findings = findings;
	return status;
}

/* Everything of one plan, so that a row changes what it is about. */
struct bench {
	struct fake fake;
	struct lg_directory directory;
	struct lg_profile profile;
	struct lg_plan_server server[2];
	struct lg_strlist break_glass;
	struct lg_plan_input input;
	struct lg_plan *plan;
	struct lg_error err;
};

static void list(struct lg_strlist *names, const char *name)
{
	assert_int_equal(lg_strlist_add(names, name, strlen(name), NULL),
			 LG_OK);
}

static int set_up(void **state)
{
	static char name[] = "upgrade", path[] = "upgrade.ini";
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->directory.self = &b->fake;
	b->directory.ask = ask;
	b->profile.name = name;
	b->profile.path = path;
	b->profile.max_duration_s = -1;
	b->profile.names_present = 1;
	b->profile.when_invalid = LG_WHEN_INVALID_OPEN;
	b->server[0].name = "gate";
	b->server[0].render.has_process_hotfix = 1;
	b->server[0].is_local = 1;
	b->server[0].restarts = 1;
	b->server[1].name = "other";
	b->input.profile = &b->profile;
	b->input.server = b->server;
	b->input.server_count = 1;
	b->input.directory = &b->directory;
	b->input.now_s = 1000000;
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	lg_plan_free(&b->plan);
	lg_strlist_release(&b->profile.allow);
	lg_strlist_release(&b->profile.allow_user);
	lg_strlist_release(&b->break_glass);
	free(b);
	return 0;
}

static enum lg_plan_answer answer(struct bench *b)
{
	lg_plan_free(&b->plan);
	if (lg_plan_new(&b->input, &b->plan, &b->err) != LG_OK)
		fail_msg("%s: %s", b->err.place, b->err.text);
	return b->plan->answer;
}

static int warns(const struct bench *b, enum lg_warning code)
{
	return lg_warnings_has(&b->plan->warnings, code);
}

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
		row("every allocation may fail", every_allocation_may_fail),
	};

	return suite_run(rows);
}
