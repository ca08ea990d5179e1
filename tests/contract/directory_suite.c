/* SPDX-License-Identifier: ISC */
/*
 * What every implementation of port/directory must do: L10, L15, L17, D1-D5,
 * contract 7 "Names" and 8 "Directory".
 */
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "directory_entries.h"
#include "directory_suite.h"

#define DN ENTRIES_DN
#define USER(name) "uid=" name "," ENTRIES_BASE

/* What to ask, as plain arrays that end with NULL. */
struct asked {
	const char *dn[8];
	const char *user[8];
	const char *break_glass[4];
	const char *filter;
	const char *caller;
};

static void fill(struct lg_strlist *list, const char *const *text)
{
	for (; *text; text++)
		assert_int_equal(
			lg_strlist_add(list, *text, strlen(*text), NULL),
			LG_OK);
}

static enum lg_status try_ask(struct directory_subject *subject,
			      const struct asked *asked,
			      struct lg_findings **out_findings,
			      struct lg_error *err)
{
	struct lg_strlist dn = {0};
	struct lg_strlist user = {0};
	struct lg_strlist break_glass = {0};
	struct lg_ask ask = {.dn = &dn,
			     .user = &user,
			     .break_glass = &break_glass,
			     .filter = asked->filter,
			     .caller = asked->caller};
	enum lg_status status;

	fill(&dn, asked->dn);
	fill(&user, asked->user);
	fill(&break_glass, asked->break_glass);
	status = subject->directory.ask(subject->directory.self, &ask, NULL,
					out_findings, err);
	lg_strlist_release(&dn);
	lg_strlist_release(&user);
	lg_strlist_release(&break_glass);
	return status;
}

static struct lg_findings *ask(struct directory_subject *subject,
			       struct asked asked)
{
	struct lg_findings *findings = NULL;
	struct lg_error err = {0};
	enum lg_status status = try_ask(subject, &asked, &findings, &err);

	if (status != LG_OK)
		print_message("%s: %s: %s\n", lg_status_name(status), err.place,
			      err.text);
	assert_int_equal(status, LG_OK);
	assert_non_null(findings);
	return findings;
}

static int has_login(const struct lg_findings *findings, size_t account,
		     const char *name)
{
	const struct lg_account *of = &findings->account[account];

	for (size_t i = 0; i < of->login_count; i++)
		if (strcmp(findings->login[of->login_first + i].name, name) ==
		    0)
			return 1 + findings->login[of->login_first + i].shared;
	return 0;
}

static void is_found(const struct lg_findings *findings, size_t account,
		     enum lg_via via, const char *entry)
{
	assert_true(account < findings->account_count);
	assert_int_equal(findings->account[account].finding, LG_FINDING_ONE);
	assert_int_equal(findings->account[account].via, via);
	assert_string_equal(findings->account[account].entry, entry);
}

static void is_nothing(const struct lg_findings *findings, size_t account,
		       enum lg_finding finding)
{
	assert_true(account < findings->account_count);
	assert_int_equal(findings->account[account].finding, finding);
	assert_null(findings->account[account].entry);
	assert_int_equal(findings->account[account].login_count, 0);
	if (finding != LG_FINDING_MANY)
		assert_int_equal(findings->account[account].via,
				 LG_VIA_NOTHING);
}

static void finds_by_dn(void **state)
{
	struct lg_findings *f = ask(*state, (struct asked){.dn = {DN "anna"}});

	assert_int_equal(f->account_count, 1);
	is_found(f, 0, LG_VIA_LEGACY_EXCHANGE_DN, USER("anna"));
	assert_int_equal(f->account[0].asked_as, LG_ASKED_DN);
	assert_string_equal(f->account[0].asked, DN "anna");
	assert_string_equal(f->account[0].display, "Anna \u00c4rger");
	assert_string_equal(f->account[0].dn, DN "anna");
	assert_int_equal(f->account[0].login_count, 3);
	assert_int_equal(has_login(f, 0, "Anna@acme.test"), 1);
	assert_int_equal(has_login(f, 0, "anna"), 1);
	assert_int_equal(has_login(f, 0, "a.second@acme.test"), 1);
	assert_null(f->filter);
	lg_findings_free(&f);
}

static void ignores_case_and_blanks(void **state)
{
	struct lg_findings *f = ask(
		*state,
		(struct asked){.dn = {"/O=acme/OU=site/CN=RECIPIENTS/"
				      "CN=ANNA",
				      DN "star  one two", DN "m\u00dcLLER"}});

	is_found(f, 0, LG_VIA_LEGACY_EXCHANGE_DN, USER("anna"));
	is_found(f, 1, LG_VIA_LEGACY_EXCHANGE_DN, USER("starred"));
	is_found(f, 2, LG_VIA_LEGACY_EXCHANGE_DN, USER("mueller"));
	assert_string_equal(f->account[2].display, "M\u00fcller");
	lg_findings_free(&f);
}

static void says_none(void **state)
{
	struct lg_findings *f = ask(
		*state,
		(struct asked){.dn = {DN "nobody", DN "anna", DN "nobody2"}});

	is_nothing(f, 0, LG_FINDING_NONE);
	is_found(f, 1, LG_VIA_LEGACY_EXCHANGE_DN, USER("anna"));
	is_nothing(f, 2, LG_FINDING_NONE);
	lg_findings_free(&f);
}

static void says_none_alone(void **state)
{
	struct lg_findings *f =
		ask(*state, (struct asked){.dn = {DN "nobody"}});

	is_nothing(f, 0, LG_FINDING_NONE);
	lg_findings_free(&f);
}

static void says_many(void **state)
{
	struct lg_findings *f = ask(*state, (struct asked){.dn = {DN "twin"}});

	is_nothing(f, 0, LG_FINDING_MANY);
	lg_findings_free(&f);
}

static void finds_by_x500(void **state)
{
	struct lg_findings *f = ask(
		*state,
		(struct asked){.dn = {"/o=ACME/ou=Old/cn=Recipients/cn=BERT"}});

	is_found(f, 0, LG_VIA_X500, USER("bert"));
	assert_string_equal(f->account[0].dn, DN "bert.new");
	assert_int_equal(has_login(f, 0, "bert@acme.test"), 1);
	lg_findings_free(&f);
}

static void never_asks_malformed(void **state)
{
	struct lg_findings *f =
		ask(*state, (struct asked){.dn = {"CN=anna,DC=acme", "/o=ACME",
						  "", DN "anna"}});

	is_nothing(f, 0, LG_FINDING_MALFORMED);
	is_nothing(f, 1, LG_FINDING_MALFORMED);
	is_nothing(f, 2, LG_FINDING_MALFORMED);
	is_found(f, 3, LG_VIA_LEGACY_EXCHANGE_DN, USER("anna"));
	lg_findings_free(&f);
}

static void takes_odd_characters_as_they_are(void **state)
{
	struct lg_findings *f = ask(
		*state, (struct asked){.dn = {DN "Smith (temp)*\\x", DN "star*",
					      DN "*", DN "Smith (temp)*\\y"}});

	is_found(f, 0, LG_VIA_LEGACY_EXCHANGE_DN, USER("odd"));
	is_nothing(f, 1, LG_FINDING_NONE);
	is_nothing(f, 2, LG_FINDING_NONE);
	is_nothing(f, 3, LG_FINDING_NONE);
	lg_findings_free(&f);
}

static void answers_each_time(void **state)
{
	struct lg_findings *f =
		ask(*state, (struct asked){.dn = {DN "anna", DN "ANNA",
						  DN "nobody", DN "anna"},
					   .break_glass = {DN "anna"}});

	assert_int_equal(f->account_count, 5);
	is_found(f, 0, LG_VIA_LEGACY_EXCHANGE_DN, USER("anna"));
	is_found(f, 1, LG_VIA_LEGACY_EXCHANGE_DN, USER("anna"));
	is_nothing(f, 2, LG_FINDING_NONE);
	is_found(f, 3, LG_VIA_LEGACY_EXCHANGE_DN, USER("anna"));
	is_found(f, 4, LG_VIA_LEGACY_EXCHANGE_DN, USER("anna"));
	assert_int_equal(f->account[4].asked_as, LG_ASKED_BREAK_GLASS);
	lg_findings_free(&f);
}

static void stays_below_base(void **state)
{
	struct lg_findings *f =
		ask(*state, (struct asked){.dn = {DN "outside", DN "anna"},
					   .user = {"outside"}});

	is_nothing(f, 0, LG_FINDING_NONE);
	is_found(f, 1, LG_VIA_LEGACY_EXCHANGE_DN, USER("anna"));
	is_nothing(f, 2, LG_FINDING_NONE);
	lg_findings_free(&f);
}

static void finds_by_logon_name(void **state)
{
	struct lg_findings *f =
		ask(*state,
		    (struct asked){.user = {"nodn", "ANNA@ACME.TEST",
					    "A.Second@acme.test", "ACME\\bert",
					    "smtp:nodn@acme.test", "no such"}});

	is_found(f, 0, LG_VIA_LOGIN, USER("nodn"));
	assert_null(f->account[0].dn);
	assert_int_equal(f->account[0].asked_as, LG_ASKED_USER);
	assert_string_equal(f->account[0].asked, "nodn");
	assert_int_equal(has_login(f, 0, "nodn@acme.test"), 1);
	is_found(f, 1, LG_VIA_LOGIN, USER("anna"));
	assert_string_equal(f->account[1].dn, DN "anna");
	is_found(f, 2, LG_VIA_LOGIN, USER("anna"));
	is_found(f, 3, LG_VIA_LOGIN, USER("bert"));
	is_found(f, 4, LG_VIA_LOGIN, USER("nodn"));
	is_nothing(f, 5, LG_FINDING_NONE);
	lg_findings_free(&f);
}

static void says_many_of_a_name(void **state)
{
	struct lg_findings *f =
		ask(*state, (struct asked){.user = {"twin@acme.test"}});

	is_nothing(f, 0, LG_FINDING_MANY);
	lg_findings_free(&f);
}

static void keeps_the_order_of_the_port(void **state)
{
	struct lg_findings *f =
		ask(*state, (struct asked){.dn = {DN "bert.new"},
					   .user = {"nodn"},
					   .break_glass = {DN "nobody"},
					   .filter = "(uid=carl)",
					   .caller = "anna"});

	assert_int_equal(f->account_count, 5);
	assert_int_equal(f->account[0].asked_as, LG_ASKED_DN);
	assert_int_equal(f->account[1].asked_as, LG_ASKED_USER);
	assert_int_equal(f->account[2].asked_as, LG_ASKED_BREAK_GLASS);
	is_nothing(f, 2, LG_FINDING_NONE);
	assert_int_equal(f->account[3].asked_as, LG_ASKED_FILTER);
	assert_null(f->account[3].asked);
	is_found(f, 3, LG_VIA_FILTER, USER("carl"));
	assert_int_equal(f->account[4].asked_as, LG_ASKED_CALLER);
	is_found(f, 4, LG_VIA_LOGIN, USER("anna"));
	assert_string_equal(f->filter, "(uid=carl)");
	lg_findings_free(&f);
}

static void filters(void **state)
{
	static const struct {
		const char *filter;
		const char *entry[3];
	} rows[] = {
		{"(employeeType=admin  CREW)", {USER("anna")}},
		{"(employeeType=admin*)", {USER("anna"), USER("nodn")}},
		{"(&(employeeType=*)(!(legacyExchangeDN=*)))", {USER("nodn")}},
		{"(|(uid=anna)(uid=bert))", {USER("anna"), USER("bert")}},
		{"(&(objectClass=INETORGPERSON)(uid=*w*n2))", {USER("twin2")}},
		{"(&(objectClass=inetOrgPerson)(uid=*n*w*))", {NULL}},
		{"(uid=nobody)", {NULL}},
		{"(cn=m\\c3\\bcll*)", {USER("mueller")}},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lg_findings *f;
		size_t count = 0;

		f = ask(*state, (struct asked){.filter = rows[i].filter});
		while (count < 3 && rows[i].entry[count])
			count++;
		assert_int_equal(f->account_count, count);
		for (size_t j = 0; j < count; j++) {
			size_t k = 0;

			while (k < count && strcmp(f->account[k].entry,
						   rows[i].entry[j]) != 0)
				k++;
			assert_true(k < count);
			is_found(f, k, LG_VIA_FILTER, rows[i].entry[j]);
			assert_true(f->account[k].login_count > 0);
		}
		lg_findings_free(&f);
	}
}

static void refuses_no_filter(void **state)
{
	static const char *const wrong[] = {"(uid=anna", "uid", "(&(uid=a)",
					    "((uid=anna))", "(=a)"};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct asked asked = {.filter = wrong[i]};
		struct lg_findings *f = NULL;
		struct lg_error err = {0};

		assert_int_equal(try_ask(*state, &asked, &f, &err),
				 LG_ERR_SYNTAX);
		assert_int_equal(err.status, LG_ERR_SYNTAX);
		assert_null(f);
	}
}

static void tells_shared_names(void **state)
{
	struct lg_findings *f =
		ask(*state, (struct asked){.dn = {DN "carl", DN "anna"}});

	assert_int_equal(has_login(f, 0, "office@acme.test"), 2);
	assert_int_equal(has_login(f, 0, "carl"), 1);
	assert_int_equal(has_login(f, 1, "anna"), 1);
	lg_findings_free(&f);
	f = ask(*state, (struct asked){.dn = {DN "carl"}, .user = {"carla"}});
	assert_int_equal(has_login(f, 0, "office@acme.test"), 1);
	assert_int_equal(has_login(f, 1, "OFFICE@acme.test"), 1);
	lg_findings_free(&f);
	/* Who applies the lock is not listed by that. */
	f = ask(*state, (struct asked){.dn = {DN "carl"}, .caller = "carla"});
	assert_int_equal(has_login(f, 0, "office@acme.test"), 2);
	lg_findings_free(&f);
	f = ask(*state, (struct asked){.filter = "(uid=carl)"});
	assert_int_equal(has_login(f, 0, "office@acme.test"), 2);
	lg_findings_free(&f);
}

static void answers_nothing(void **state)
{
	struct lg_findings *f = ask(*state, (struct asked){0});

	assert_int_equal(f->account_count, 0);
	lg_findings_free(&f);
}

static void verifies(void **state)
{
	struct directory_subject *subject = *state;
	const char *const asked[] = {DN "anna", "bad", DN "nobody", DN "twin",
				     NULL};
	struct lg_strlist dn = {0};
	struct lg_findings *f = NULL;

	fill(&dn, asked);
	assert_int_equal(subject->directory.verify(subject->directory.self, &dn,
						   NULL, &f, NULL),
			 LG_OK);
	assert_int_equal(f->account_count, 4);
	is_found(f, 0, LG_VIA_LEGACY_EXCHANGE_DN, USER("anna"));
	assert_int_equal(f->account[0].login_count, 3);
	is_nothing(f, 1, LG_FINDING_MALFORMED);
	is_nothing(f, 2, LG_FINDING_NONE);
	is_nothing(f, 3, LG_FINDING_MANY);
	lg_findings_free(&f);
	lg_strlist_release(&dn);
}

static void describes_itself(void **state)
{
	struct directory_subject *subject = *state;
	const char *text = subject->directory.describe(subject->directory.self);

	assert_non_null(text);
	assert_true(strlen(text) > 0);
	assert_null(strchr(text, '\n'));
}

static int is_could_not_ask(enum lg_status status)
{
	return status == LG_ERR_DIRECTORY || status == LG_ERR_TIMEOUT;
}

static void could_not_ask_is_no_finding(void **state)
{
	struct directory_subject *subject = *state;
	struct asked asked = {.dn = {DN "anna", DN "nobody"}};
	const char *const again[] = {DN "anna", "bad", DN "nobody", NULL};
	struct lg_strlist dn = {0};
	struct lg_findings *f = NULL;
	struct lg_error err = {0};

	subject->take_away(subject->context);
	assert_true(is_could_not_ask(try_ask(subject, &asked, &f, &err)));
	assert_null(f);
	assert_true(is_could_not_ask(err.status));
	assert_true(strlen(err.text) > 0);
	fill(&dn, again);
	assert_true(is_could_not_ask(subject->directory.verify(
		subject->directory.self, &dn, NULL, &f, NULL)));
	assert_non_null(f);
	assert_int_equal(f->account_count, 3);
	is_nothing(f, 0, LG_FINDING_UNASKED);
	is_nothing(f, 1, LG_FINDING_MALFORMED);
	is_nothing(f, 2, LG_FINDING_UNASKED);
	lg_findings_free(&f);
	lg_strlist_release(&dn);
}

int directory_suite_run(struct directory_subject *subject)
{
	struct CMUnitTest rows[] = {
		suite_row("D1: an account is found by its legacyExchangeDN",
			  finds_by_dn),
		suite_row("D1: case and runs of blanks do not count",
			  ignores_case_and_blanks),
		suite_row("L10: what is not there is none", says_none),
		suite_row("L10: one that is not there, asked alone, is none",
			  says_none_alone),
		suite_row("L15: two entries with one DN are many", says_many),
		suite_row("D3: an old DN is found through X500", finds_by_x500),
		suite_row("D2: what is no DN is malformed and not asked",
			  never_asks_malformed),
		suite_row("D4: brackets, stars and backslashes mean themselves",
			  takes_odd_characters_as_they_are),
		suite_row("a name asked twice is answered twice",
			  answers_each_time),
		suite_row("entries outside base are not there",
			  stays_below_base),
		suite_row("an account is found by a logon name",
			  finds_by_logon_name),
		suite_row("two entries with one logon name are many",
			  says_many_of_a_name),
		suite_row("accounts come in the order of the port",
			  keeps_the_order_of_the_port),
		suite_row("a filter gives every entry it matches", filters),
		suite_row("what is not a filter is refused", refuses_no_filter),
		suite_row("a name that an unlisted entry has too is shared",
			  tells_shared_names),
		suite_row("who asks nothing is answered nothing",
			  answers_nothing),
		suite_row("verify answers for each DN", verifies),
		suite_row("a directory describes itself in a line",
			  describes_itself),
		/* The last: nothing answers after it. */
		suite_row("L17: could not ask is never not there",
			  could_not_ask_is_no_finding),
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		rows[i].initial_state = subject;
	return suite_run(rows);
}
