/* SPDX-License-Identifier: ISC */
/*
 * Rows for lg_profile_render: contract 7 "render, registry, targets" and 8
 * "Targets"; conformance L3, L4, L9, L18, V1, V8, P2.
 */
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "allocation.h"

#include <logongate/profile.h>

#define ORG "/o=Org/ou=Site/cn=Recipients/cn="
#define KEY LG_KEY_PARAMETERS_SYSTEM

/* A profile made of borrowed texts; only the lists need a release. */
struct made {
	struct lg_profile profile;
	struct lg_registry *values;
	struct lg_strlist unsupported;
	struct lg_warnings warnings;
	struct lg_error err;
};

static void list(struct made *made, const char *dn)
{
	made->profile.names_present = 1;
	assert_int_equal(
		lg_strlist_add(&made->profile.allow, dn, strlen(dn), NULL),
		LG_OK);
}

static void list_user(struct made *made, const char *user)
{
	made->profile.names_present = 1;
	assert_int_equal(lg_strlist_add(&made->profile.allow_user, user,
					strlen(user), NULL),
			 LG_OK);
}

static enum lg_status render(struct made *made,
			     const struct lg_render_target *target,
			     const struct lg_findings *findings)
{
	made->profile.path = (char *)"x.ini";
	lg_registry_free(&made->values);
	lg_strlist_release(&made->unsupported);
	lg_warnings_release(&made->warnings);
	return lg_profile_render(&made->profile, target, findings, findings,
				 &made->values, &made->unsupported,
				 &made->warnings, &made->err);
}

static void release(struct made *made)
{
	lg_strlist_release(&made->profile.allow);
	lg_strlist_release(&made->profile.allow_user);
	lg_registry_free(&made->values);
	lg_strlist_release(&made->unsupported);
	lg_warnings_release(&made->warnings);
}

static void expect_text(const struct made *made, const char *name,
			const char *text)
{
	const struct lg_value *value =
		lg_registry_find(made->values, KEY, name);

	if (!text) {
		assert_null(value);
		return;
	}
	if (!value)
		fail_msg("there is no %s", name);
	assert_int_equal(value->type, LG_REG_SZ);
	assert_string_equal(value->text, text);
}

static void expect_list(const struct made *made, const char *name,
			const char *const *item)
{
	const struct lg_value *value =
		lg_registry_find(made->values, KEY, name);
	size_t count = 0;

	if (!value)
		fail_msg("there is no %s", name);
	assert_int_equal(value->type, LG_REG_MULTI_SZ);
	for (; item[count]; count++) {
		assert_true(count < value->list.count);
		assert_string_equal(value->list.item[count], item[count]);
	}
	assert_int_equal(value->list.count, count);
}

static void gate_holds_all(void **state)
{
	static const char *const dns[] = {ORG "b", ORG "a", NULL};
	static const char *const users[] = {"rescue@example.org", NULL};
	struct lg_render_target target = {.dialect = LG_DIALECT_GATE};
	struct made made = {
		.profile = {.when_invalid = LG_WHEN_INVALID_CLOSED,
			    .versions = (char *)"8.1.215.0",
			    .four_part = LG_FOUR_PART_YES,
			    .unknown_version = LG_UNKNOWN_REFUSE,
			    .processes = (char *)"a.exe; b.exe",
			    .unknown_process = LG_UNKNOWN_REFUSE,
			    .refuse_protocols = 1u << LG_PROTOCOL_POP3 |
						1u << LG_PROTOCOL_IMAP,
			    .hold_mail = 1,
			    .refused_message = (char *)"Back at %{until}."}};

	list(&made, ORG "b");
	list(&made, ORG "a");
	list_user(&made, "rescue@example.org");
	assert_int_equal(render(&made, &target, NULL), LG_OK);
	expect_list(&made, LG_VALUE_LOGON_ONLY_AS, dns);
	expect_list(&made, LG_VALUE_LOGON_ONLY_AS_USERS, users);
	expect_text(&made, LG_VALUE_WHEN_INVALID, "closed");
	expect_text(&made, LG_VALUE_DISABLE_MAPI_CLIENTS, "8.1.215.0");
	expect_text(&made, LG_VALUE_FOUR_PART, "yes");
	expect_text(&made, LG_VALUE_UNKNOWN_VERSION, "refuse");
	expect_text(&made, LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES,
		    "a.exe; b.exe");
	expect_text(&made, LG_VALUE_UNKNOWN_PROCESS, "refuse");
	expect_text(&made, LG_VALUE_REFUSE_PROTOCOLS, "imap, pop3");
	expect_text(&made, LG_VALUE_HOLD_MAIL, "yes");
	expect_text(&made, LG_VALUE_REFUSAL_MESSAGE, "Back at %{until}.");
	assert_int_equal(lg_registry_count(made.values), 11);
	assert_int_equal(made.warnings.text.count, 0);
	release(&made);
}

static void empty_profile_has_no_values(void **state)
{
	struct lg_render_target target = {.dialect = LG_DIALECT_GATE};
	struct made made = {0};

	assert_int_equal(render(&made, &target, NULL), LG_OK);
	assert_int_equal(lg_registry_count(made.values), 0);
	release(&made);
}

static void blank_is_not_absent(void **state)
{
	static const char *const nobody[] = {NULL};
	struct lg_render_target gate = {.dialect = LG_DIALECT_GATE};
	struct lg_render_target e55 = {.dialect = LG_DIALECT_EXCHANGE_5_5};
	struct lg_render_target e2000 = {.dialect = LG_DIALECT_EXCHANGE_2000};
	struct made made = {.profile = {.names_present = 1}};

	assert_int_equal(render(&made, &gate, NULL), LG_OK);
	expect_list(&made, LG_VALUE_LOGON_ONLY_AS, nobody);
	expect_text(&made, LG_VALUE_WHEN_INVALID, "open");
	assert_null(lg_registry_find(made.values, KEY,
				     LG_VALUE_LOGON_ONLY_AS_USERS));
	assert_int_equal(render(&made, &e55, NULL), LG_OK);
	expect_list(&made, LG_VALUE_LOGON_ONLY_AS, nobody);
	assert_int_equal(render(&made, &e2000, NULL), LG_OK);
	expect_text(&made, LG_VALUE_LOGON_ONLY_AS, "");
	release(&made);
}

static void exchange_2000_takes_one(void **state)
{
	struct lg_render_target target = {.dialect = LG_DIALECT_EXCHANGE_2000};
	struct made made = {0};

	list(&made, ORG "a");
	assert_int_equal(render(&made, &target, NULL), LG_OK);
	expect_text(&made, LG_VALUE_LOGON_ONLY_AS, ORG "a");
	assert_int_equal(lg_registry_count(made.values), 1);
	/* The same DN in another case is the same (L16). */
	list(&made, "/O=ORG/OU=SITE/CN=RECIPIENTS/CN=A");
	assert_int_equal(render(&made, &target, NULL), LG_OK);
	/* A server without the second value is told of it. */
	target.is_server = 1;
	assert_int_equal(render(&made, &target, NULL), LG_OK);
	assert_true(lg_warnings_has(&made.warnings, LG_WARN_COMPANION_UNKNOWN));
	target.companion_name = "Other";
	target.companion_type = LG_REG_SZ;
	assert_int_equal(render(&made, &target, NULL), LG_OK);
	assert_int_equal(made.warnings.text.count, 0);
	target = (struct lg_render_target){.dialect = LG_DIALECT_EXCHANGE_2000};
	/* Before SP1 nothing is read, so nothing is written. */
	target.is_before_sp1 = 1;
	assert_int_equal(render(&made, &target, NULL), LG_ERR_CONFLICT);
	target.skip_unsupported = 1;
	assert_int_equal(render(&made, &target, NULL), LG_OK);
	assert_int_equal(lg_registry_count(made.values), 0);
	target = (struct lg_render_target){.dialect = LG_DIALECT_EXCHANGE_2000};
	list(&made, ORG "b");
	assert_int_equal(render(&made, &target, NULL), LG_ERR_CONFLICT);
	assert_null(made.values);
	assert_int_equal(made.unsupported.count, 1);
	assert_non_null(strstr(made.err.text, "single"));
	made.profile.single = (char *)ORG "c";
	assert_int_equal(render(&made, &target, NULL), LG_OK);
	expect_text(&made, LG_VALUE_LOGON_ONLY_AS, ORG "c");
	assert_int_equal(made.warnings.text.count, 0);
	release(&made);
}

static void companion_is_written_as_told(void **state)
{
	static const char *const one[] = {"x", NULL};
	struct lg_render_target target = {.dialect = LG_DIALECT_EXCHANGE_2000,
					  .companion_name = "Other",
					  .companion_type = LG_REG_DWORD,
					  .companion_data = "0x1F"};
	static const char *const bad[] = {"", "0x", "1g", "-1", "4294967296"};
	struct made made = {0};
	size_t i;

	list(&made, ORG "a");
	assert_int_equal(render(&made, &target, NULL), LG_OK);
	assert_int_equal(lg_registry_find(made.values, KEY, "Other")->dword,
			 31);
	target.companion_data = "4294967295";
	assert_int_equal(render(&made, &target, NULL), LG_OK);
	assert_int_equal(lg_registry_find(made.values, KEY, "Other")->dword,
			 UINT32_MAX);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		target.companion_data = bad[i];
		assert_int_equal(render(&made, &target, NULL), LG_ERR_SYNTAX);
		assert_null(made.values);
	}
	target.companion_data = "x";
	target.companion_type = LG_REG_MULTI_SZ;
	assert_int_equal(render(&made, &target, NULL), LG_OK);
	expect_list(&made, "Other", one);
	target.companion_type = LG_REG_SZ;
	assert_int_equal(render(&made, &target, NULL), LG_OK);
	expect_text(&made, "Other", "x");
	/* It belongs to the value of 2000, to no other (L9). */
	target.dialect = LG_DIALECT_EXCHANGE_5_5;
	assert_int_equal(render(&made, &target, NULL), LG_OK);
	assert_null(lg_registry_find(made.values, KEY, "Other"));
	release(&made);
}

static void when_invalid_of_a_store_is_its_own(void **state)
{
	struct lg_render_target e55 = {.dialect = LG_DIALECT_EXCHANGE_5_5};
	struct lg_render_target e2000 = {.dialect = LG_DIALECT_EXCHANGE_2000};
	struct made made = {.profile = {.when_invalid = LG_WHEN_INVALID_OPEN}};

	list(&made, ORG "a");
	assert_int_equal(render(&made, &e2000, NULL), LG_OK);
	assert_int_equal(made.warnings.text.count, 0);
	assert_int_equal(render(&made, &e55, NULL), LG_OK);
	assert_true(lg_warnings_has(&made.warnings,
				    LG_WARN_UNSUPPORTED_BY_DIALECT));
	assert_null(lg_registry_find(made.values, KEY, LG_VALUE_WHEN_INVALID));
	made.profile.when_invalid = LG_WHEN_INVALID_CLOSED;
	assert_int_equal(render(&made, &e55, NULL), LG_OK);
	assert_int_equal(made.warnings.text.count, 0);
	release(&made);
}

struct limit {
	const char *sentence;
	enum lg_dialect dialect;
	int hotfix;
	int names;
	const char *versions;
	const char *processes;
	size_t unsupported;
	size_t left; /* values with skip_unsupported */
	const char *says;
};

static const struct limit limits[] = {
	{"2003 has no documented list of names", LG_DIALECT_EXCHANGE_2003, 1, 1,
	 NULL, NULL, 1, 0, "L18"},
	{"2007 has no documented list of names", LG_DIALECT_EXCHANGE_2007, 0, 1,
	 "5.9.9", NULL, 1, 1, "L18"},
	{"5.5 knows no versions", LG_DIALECT_EXCHANGE_5_5, 0, 1, "5.9.9", NULL,
	 1, 1, "V1"},
	{"5.5 knows no processes", LG_DIALECT_EXCHANGE_5_5, 0, 0, NULL, "a.exe",
	 1, 0, "P2"},
	{"2000 knows no processes", LG_DIALECT_EXCHANGE_2000, 1, 0, "5.9.9",
	 "a.exe", 1, 1, "P2"},
	{"2007 knows no processes", LG_DIALECT_EXCHANGE_2007, 1, 0, "5.9.9",
	 "a.exe", 1, 1, "P2"},
	{"2003 before the hotfix knows no processes", LG_DIALECT_EXCHANGE_2003,
	 0, 0, "5.9.9", "a.exe", 1, 1, "6.5.7651.19"},
	{"four parts are the gate's alone", LG_DIALECT_EXCHANGE_2003, 1, 0,
	 "8.1.215.0", "a.exe", 1, 1, "V8"},
	{"all of it is told at once", LG_DIALECT_EXCHANGE_2003, 0, 1,
	 "8.1.215.0", "a.exe", 3, 0, "; "},
};

static void limit_of_a_dialect(void **state)
{
	const struct limit *limit = *state;
	struct lg_render_target target = {.dialect = limit->dialect,
					  .has_process_hotfix = limit->hotfix};
	struct made made = {
		.profile = {.versions = (char *)limit->versions,
			    .four_part = LG_FOUR_PART_YES,
			    .processes = (char *)limit->processes,
			    .when_invalid = LG_WHEN_INVALID_CLOSED}};
	size_t i;

	if (limit->names)
		list(&made, ORG "a");
	assert_int_equal(render(&made, &target, NULL), LG_ERR_CONFLICT);
	assert_null(made.values);
	assert_int_equal(made.unsupported.count, limit->unsupported);
	assert_string_equal(made.err.place, "x.ini");
	assert_non_null(strstr(made.err.text, limit->says));
	target.skip_unsupported = 1;
	assert_int_equal(render(&made, &target, NULL), LG_OK);
	assert_int_equal(lg_registry_count(made.values), limit->left);
	assert_int_equal(made.unsupported.count, 0);
	assert_int_equal(made.warnings.text.count, limit->unsupported);
	for (i = 0; i < made.warnings.text.count; i++)
		assert_int_equal(made.warnings.code[i],
				 LG_WARN_UNSUPPORTED_BY_DIALECT);
	release(&made);
}

static void hotfix_and_undocumented(void **state)
{
	struct lg_render_target target = {.dialect = LG_DIALECT_EXCHANGE_2003,
					  .has_process_hotfix = 1,
					  .undocumented = 1};
	struct made made = {.profile = {.processes = (char *)"a.exe",
					.versions = (char *)"5.9.9",
					.four_part = LG_FOUR_PART_YES}};

	list(&made, ORG "a");
	assert_int_equal(render(&made, &target, NULL), LG_OK);
	expect_text(&made, LG_VALUE_LOGON_ONLY_AS, ORG "a");
	expect_text(&made, LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES, "a.exe");
	expect_text(&made, LG_VALUE_DISABLE_MAPI_CLIENTS, "5.9.9");
	expect_text(&made, LG_VALUE_FOUR_PART, NULL);
	assert_int_equal(lg_registry_count(made.values), 3);
	release(&made);
}

static void gate_alone_is_warned(void **state)
{
	struct lg_render_target target = {.dialect = LG_DIALECT_EXCHANGE_2003};
	struct made made = {
		.profile = {.unknown_version = LG_UNKNOWN_REFUSE,
			    .unknown_process = LG_UNKNOWN_REFUSE,
			    .refuse_protocols = 1u << LG_PROTOCOL_IMAP,
			    .hold_mail = 1,
			    .refused_message = (char *)"x"}};

	assert_int_equal(render(&made, &target, NULL), LG_OK);
	assert_int_equal(lg_registry_count(made.values), 0);
	assert_int_equal(made.warnings.text.count, 4);
	/* The doors of a gate that follows 2003 speak and hold mail. */
	target.is_gate = 1;
	assert_int_equal(render(&made, &target, NULL), LG_OK);
	expect_text(&made, LG_VALUE_REFUSAL_MESSAGE, "x");
	expect_text(&made, LG_VALUE_HOLD_MAIL, "yes");
	assert_int_equal(lg_registry_count(made.values), 2);
	assert_int_equal(made.warnings.text.count, 3);
	release(&made);
}

static struct lg_findings *some_findings(void)
{
	static const struct lg_login shared[] = {{"info", 1}, {"carol", 0}};
	static const struct lg_login all_shared[] = {{"team", 1}};
	const struct lg_account account[] = {
		{.asked_as = LG_ASKED_DN,
		 .finding = LG_FINDING_ONE,
		 .asked = ORG "a",
		 .dn = ORG "a"},
		{.asked_as = LG_ASKED_USER,
		 .finding = LG_FINDING_ONE,
		 .asked = "alice",
		 .dn = ORG "alice"},
		{.asked_as = LG_ASKED_USER,
		 .finding = LG_FINDING_NONE,
		 .asked = "bob"},
		{.asked_as = LG_ASKED_FILTER,
		 .finding = LG_FINDING_ONE,
		 .via = LG_VIA_FILTER,
		 .dn = ORG "filtered"},
		{.asked_as = LG_ASKED_CALLER,
		 .finding = LG_FINDING_ONE,
		 .dn = ORG "caller"},
		{.asked_as = LG_ASKED_BREAK_GLASS,
		 .finding = LG_FINDING_ONE,
		 .dn = ORG "glass"},
		{.asked_as = LG_ASKED_FILTER,
		 .finding = LG_FINDING_ONE,
		 .entry = "cn=nameless"},
	};
	const struct lg_account carol = {.asked_as = LG_ASKED_FILTER,
					 .finding = LG_FINDING_ONE,
					 .via = LG_VIA_FILTER};
	struct lg_findings *findings = NULL;
	size_t i;

	assert_int_equal(lg_findings_new(&findings, NULL), LG_OK);
	for (i = 0; i < sizeof(account) / sizeof(account[0]); i++)
		assert_int_equal(
			lg_findings_add(findings, &account[i], NULL, 0, NULL),
			LG_OK);
	assert_int_equal(lg_findings_add(findings, &carol, shared, 2, NULL),
			 LG_OK);
	assert_int_equal(lg_findings_add(findings, &carol, all_shared, 1, NULL),
			 LG_OK);
	return findings;
}

static void what_the_filter_returned(void **state)
{
	static const char *const dns[] = {ORG "a", ORG "filtered", NULL};
	static const char *const users[] = {"alice", "bob", "carol", "team",
					    NULL};
	static const char *const of_55[] = {ORG "a", ORG "filtered",
					    ORG "alice", NULL};
	struct lg_render_target gate = {.dialect = LG_DIALECT_GATE};
	struct lg_render_target e55 = {.dialect = LG_DIALECT_EXCHANGE_5_5};
	struct lg_findings *findings = some_findings();
	struct made made = {
		.profile = {.when_invalid = LG_WHEN_INVALID_CLOSED}};

	list(&made, ORG "a");
	list_user(&made, "alice");
	list_user(&made, "bob");
	assert_int_equal(render(&made, &gate, findings), LG_OK);
	expect_list(&made, LG_VALUE_LOGON_ONLY_AS, dns);
	expect_list(&made, LG_VALUE_LOGON_ONLY_AS_USERS, users);
	/* Neither a name nor a DN: cn=nameless is told. */
	assert_int_equal(made.warnings.text.count, 1);
	assert_int_equal(render(&made, &e55, findings), LG_OK);
	expect_list(&made, LG_VALUE_LOGON_ONLY_AS, of_55);
	/* nameless, bob, carol, team */
	assert_int_equal(made.warnings.text.count, 4);
	assert_true(lg_warnings_has(&made.warnings, LG_WARN_DN_NOT_FOUND));
	release(&made);
	lg_findings_free(&findings);
}

static void whom_it_concerns(void **state)
{
	static const char *const nobody[] = {NULL};
	static const char *const dns[] = {ORG "x", ORG "filtered", NULL};
	static const char *const users[] = {"zoe", "carol", "team", NULL};
	static const char *const domains[] = {"example.org", NULL};
	struct lg_render_target gate = {.dialect = LG_DIALECT_GATE};
	struct lg_render_target e2003 = {.dialect = LG_DIALECT_EXCHANGE_2003};
	struct lg_findings *findings = some_findings();
	struct made made = {.profile = {.applies_to_some = 1,
					.versions = (char *)"-5.9.9"}};

	/* Nobody found is not everybody. */
	assert_int_equal(render(&made, &gate, NULL), LG_OK);
	expect_list(&made, LG_VALUE_APPLIES_TO, nobody);
	lg_strlist_add(&made.profile.applies_dn, ORG "x", strlen(ORG "x"),
		       NULL);
	lg_strlist_add(&made.profile.applies_user, "zoe", 3, NULL);
	lg_strlist_add(&made.profile.applies_domain, "example.org", 11, NULL);
	made.profile.applies_filter = (char *)"(uid=x)";
	assert_int_equal(render(&made, &gate, findings), LG_OK);
	expect_list(&made, LG_VALUE_APPLIES_TO, dns);
	expect_list(&made, LG_VALUE_APPLIES_TO_USERS, users);
	expect_list(&made, LG_VALUE_APPLIES_TO_DOMAINS, domains);
	/* A store has no value for it, and must not lock out everybody. */
	assert_int_equal(render(&made, &e2003, findings), LG_ERR_CONFLICT);
	e2003.skip_unsupported = 1;
	assert_int_equal(render(&made, &e2003, findings), LG_OK);
	assert_int_equal(lg_registry_count(made.values), 0);
	assert_true(lg_warnings_has(&made.warnings,
				    LG_WARN_UNSUPPORTED_BY_DIALECT));
	e2003.is_gate = 1;
	assert_int_equal(render(&made, &e2003, findings), LG_OK);
	expect_list(&made, LG_VALUE_APPLIES_TO, dns);
	expect_text(&made, LG_VALUE_DISABLE_MAPI_CLIENTS, "-5.9.9");
	lg_strlist_release(&made.profile.applies_dn);
	lg_strlist_release(&made.profile.applies_user);
	lg_strlist_release(&made.profile.applies_domain);
	release(&made);
	lg_findings_free(&findings);
}

static enum lg_status render_whole(void *context, struct lg_error *err)
{
	struct lg_render_target target = {.dialect = LG_DIALECT_EXCHANGE_2003,
					  .is_gate = 1,
					  .skip_unsupported = 1};
	struct lg_warnings warnings = {0};
	struct lg_registry *values = NULL;
	enum lg_status status = lg_profile_render(
		context, &target, NULL, NULL, &values, NULL, &warnings, err);

	lg_registry_free(&values);
	target.dialect = LG_DIALECT_GATE;
	if (status == LG_OK)
		status = lg_profile_render(context, &target, NULL, NULL,
					   &values, NULL, &warnings, err);
	lg_registry_free(&values);
	lg_warnings_release(&warnings);
	return status;
}

static void survives_failing_allocations(void **state)
{
	struct made made = {
		.profile = {.path = (char *)"x.ini",
			    .versions = (char *)"5.9.9",
			    .processes = (char *)"a.exe",
			    .unknown_version = LG_UNKNOWN_REFUSE,
			    .refuse_protocols = 1u << LG_PROTOCOL_IMAP,
			    .refused_message = (char *)"x"}};

	list(&made, ORG "a");
	list_user(&made, "u");
	allocation_survive(render_whole, &made.profile);
	release(&made);
}

int main(void)
{
	struct CMUnitTest rows[sizeof(limits) / sizeof(limits[0]) + 11];
	const struct CMUnitTest more[] = {
		suite_row("the gate holds all of a profile", gate_holds_all),
		suite_row("an empty profile has no values",
			  empty_profile_has_no_values),
		suite_row("a blank list is written, an absent one not (L4)",
			  blank_is_not_absent),
		suite_row("2000 takes one DN (L9)", exchange_2000_takes_one),
		suite_row("the companion value is written as told (L9)",
			  companion_is_written_as_told),
		suite_row("a store fails in its own way",
			  when_invalid_of_a_store_is_its_own),
		suite_row("2003 with the hotfix, undocumented = yes",
			  hotfix_and_undocumented),
		suite_row("what only a gate does is warned",
			  gate_alone_is_warned),
		suite_row("whom a profile concerns", whom_it_concerns),
		suite_row("accounts of allow_filter and allow_user",
			  what_the_filter_returned),
		suite_row("survives failing allocations",
			  survives_failing_allocations),
	};
	size_t count = 0;
	size_t i;

	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		rows[count++] = (struct CMUnitTest)suite_row_with(
			limits[i].sentence, limit_of_a_dialect, &limits[i]);
	for (i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		rows[count++] = more[i];
	return suite_run(rows);
}
