/* SPDX-License-Identifier: ISC */
/*
 * plan_bench.c - a plan on a directory of two accounts that can be told not to
 * answer
 */
#include "plan_bench.h"

const char *const people[][3] = {
	{DN "post", "post", "cn=Post"},
	{DN "test", "test", "cn=Test"},
	{DN "alice", "alice", "cn=Alice"},
};

enum lg_status add(struct lg_findings *findings, const char *asked,
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

enum lg_status add_all(struct lg_findings *findings,
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

enum lg_status ask(void *self, const struct lg_ask *question,
		   const struct lg_progress *progress,
		   struct lg_findings **out_findings, struct lg_error *err)
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

void list(struct lg_strlist *names, const char *name)
{
	assert_int_equal(lg_strlist_add(names, name, strlen(name), NULL),
			 LG_OK);
}

int set_up(void **state)
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

int tear_down(void **state)
{
	struct bench *b = *state;

	lg_plan_free(&b->plan);
	lg_strlist_release(&b->profile.allow);
	lg_strlist_release(&b->profile.allow_user);
	lg_strlist_release(&b->break_glass);
	free(b);
	return 0;
}

enum lg_plan_answer answer(struct bench *b)
{
	lg_plan_free(&b->plan);
	if (lg_plan_new(&b->input, &b->plan, &b->err) != LG_OK)
		fail_msg("%s: %s", b->err.place, b->err.text);
	return b->plan->answer;
}

int warns(const struct bench *b, enum lg_warning code)
{
	return lg_warnings_has(&b->plan->warnings, code);
}
