/* SPDX-License-Identifier: ISC */
/*
 * Rows for include/logongate/policy.h and session.h: names, order of the rules,
 * long lists, memory.
 */
#include "policy_world.h"
#define ATTENDANT                                                              \
	"/o=Org/ou=Site/cn=Configuration/cn=Servers/cn=EX1/"                   \
	"cn=Microsoft System Attendant"

static void listed_by_dn_is_admitted_by_name(void **state)
{
	struct world world = fresh(LG_DIALECT_GATE);

	put_list(&world, LG_VALUE_LOGON_ONLY_AS, A, NULL);
	found(&world, LG_ASKED_DN, A, A, "Alice@example.org", 0);
	assert_int_equal(compile(&world), LG_OK);
	assert_int_equal(logs_on(&world, A, NULL), LG_REASON_NONE);
	assert_int_equal(logs_on(&world, NULL, "alice@EXAMPLE.org"),
			 LG_REASON_NONE);
	assert_int_equal(logs_on(&world, NULL, "EX\\smtp"),
			 LG_REASON_NOT_LISTED);
	assert_int_equal(logs_on(&world, NULL, NULL), LG_REASON_NOT_LISTED);
	assert_int_equal(logs_on(&world, B, "bob"), LG_REASON_NOT_LISTED);
	done(&world);
}

static void listed_by_name_is_admitted_by_dn(void **state)
{
	struct world world = fresh(LG_DIALECT_GATE);

	put_list(&world, LG_VALUE_LOGON_ONLY_AS_USERS, "bob", "carol");
	found(&world, LG_ASKED_USER, "bob", B, "bob", 0);
	found(&world, LG_ASKED_USER, "carol", NULL, "carol", 0);
	assert_int_equal(compile(&world), LG_OK);
	assert_int_equal(logs_on(&world, B, NULL), LG_REASON_NONE);
	assert_int_equal(logs_on(&world, NULL, "EX\\Carol"), LG_REASON_NONE);
	assert_int_equal(logs_on(&world, A, NULL), LG_REASON_NOT_LISTED);
	done(&world);
}

static void a_shared_name_admits_nobody(void **state)
{
	struct world world = fresh(LG_DIALECT_GATE);

	put_list(&world, LG_VALUE_LOGON_ONLY_AS, A, NULL);
	found(&world, LG_ASKED_DN, A, A, "info", 1);
	assert_int_equal(compile(&world), LG_OK);
	assert_int_equal(logs_on(&world, NULL, "info"), LG_REASON_NOT_LISTED);
	assert_int_equal(logs_on(&world, A, "info"), LG_REASON_NONE);
	assert_true(lg_warnings_has(&world.warnings, LG_WARN_NAME_SHARED));
	done(&world);
}

static void the_callers_name_is_no_listed_name(void **state)
{
	struct world world = fresh(LG_DIALECT_GATE);

	put_list(&world, LG_VALUE_LOGON_ONLY_AS, A, NULL);
	found(&world, LG_ASKED_DN, A, A, "info", 0);
	found(&world, LG_ASKED_CALLER, "root", B, "info", 0);
	assert_int_equal(compile(&world), LG_OK);
	assert_int_equal(logs_on(&world, NULL, "info"), LG_REASON_NOT_LISTED);
	done(&world);
}

static void break_glass_is_before_every_rule(void **state)
{
	struct world world = fresh(LG_DIALECT_GATE);

	put_list(&world, LG_VALUE_LOGON_ONLY_AS, "", NULL);
	put(&world, LG_VALUE_WHEN_INVALID, "closed");
	put(&world, LG_VALUE_REFUSE_PROTOCOLS, "imap,mapi , pop3");
	put(&world, LG_VALUE_DISABLE_MAPI_CLIENTS, "5.0.0-");
	put(&world, LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES, "a.exe");
	lg_strlist_add(&world.glass, A, strlen(A), NULL);
	found(&world, LG_ASKED_BREAK_GLASS, A, A, "rescue", 0);
	assert_int_equal(compile(&world), LG_OK);
	assert_int_equal(asks(&world, A, NULL, LG_PROTOCOL_MAPI, 5, "a.exe"),
			 LG_REASON_NONE);
	assert_int_equal(logs_on(&world, NULL, "Rescue"), LG_REASON_NONE);
	assert_int_equal(logs_on(&world, B, NULL), LG_REASON_NOBODY);
	done(&world);
}

static void break_glass_that_is_not_found_is_warned(void **state)
{
	struct world world = fresh(LG_DIALECT_GATE);
	const struct lg_account account = {
		.asked_as = LG_ASKED_BREAK_GLASS,
		.finding = LG_FINDING_NONE,
		.asked = A,
	};

	lg_strlist_add(&world.glass, A, strlen(A), NULL);
	lg_findings_add(world.findings, &account, NULL, 0, NULL);
	assert_int_equal(compile(&world), LG_OK);
	assert_true(lg_warnings_has(&world.warnings,
				    LG_WARN_BREAK_GLASS_NOT_FOUND));
	done(&world);
}

static void the_first_rule_gives_the_reason(void **state)
{
	struct world world = fresh(LG_DIALECT_GATE);

	put_list(&world, LG_VALUE_LOGON_ONLY_AS, A, NULL);
	put(&world, LG_VALUE_REFUSE_PROTOCOLS, "mapi");
	put(&world, LG_VALUE_DISABLE_MAPI_CLIENTS, "5.0.0-");
	put(&world, LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES, "a.exe");
	put(&world, LG_VALUE_UNKNOWN_VERSION, "refuse");
	put(&world, LG_VALUE_UNKNOWN_PROCESS, "refuse");
	world.facts = LG_FACTS_ALL_FOUND;
	assert_int_equal(compile(&world), LG_OK);
	assert_int_equal(asks(&world, B, NULL, LG_PROTOCOL_MAPI, 5, "a.exe"),
			 LG_REASON_NOT_LISTED);
	assert_int_equal(asks(&world, A, NULL, LG_PROTOCOL_MAPI, 5, "a.exe"),
			 LG_REASON_PROTOCOL_REFUSED);
	/* Not given is judged as MAPI, but refused by no protocol. */
	assert_int_equal(asks(&world, A, NULL, LG_PROTOCOL_UNKNOWN, 5, "a.exe"),
			 LG_REASON_VERSION_BLOCKED);
	assert_int_equal(asks(&world, A, NULL, LG_PROTOCOL_UNKNOWN, 4, "a.exe"),
			 LG_REASON_PROCESS_BLOCKED);
	assert_int_equal(asks(&world, A, NULL, LG_PROTOCOL_UNKNOWN, 0, NULL),
			 LG_REASON_VERSION_UNKNOWN);
	assert_int_equal(asks(&world, A, NULL, LG_PROTOCOL_UNKNOWN, 4, NULL),
			 LG_REASON_PROCESS_UNKNOWN);
	assert_int_equal(asks(&world, A, NULL, LG_PROTOCOL_IMAP, 5, "a.exe"),
			 LG_REASON_NONE);
	done(&world);
}

static void the_attendant_is_exempt_from_the_list_only(void **state)
{
	struct world world = fresh(LG_DIALECT_EXCHANGE_2000);

	put(&world, LG_VALUE_LOGON_ONLY_AS, A);
	put(&world, LG_VALUE_DISABLE_MAPI_CLIENTS, "6.0.0-6.65535.65535");
	world.facts = LG_FACTS_ALL_FOUND;
	assert_int_equal(compile(&world), LG_OK);
	assert_int_equal(
		asks(&world, ATTENDANT, NULL, LG_PROTOCOL_MAPI, 5, NULL),
		LG_REASON_NONE);
	assert_int_equal(
		asks(&world, ATTENDANT, NULL, LG_PROTOCOL_MAPI, 6, NULL),
		LG_REASON_VERSION_BLOCKED);
	world.dialect = LG_DIALECT_GATE;
	put_list(&world, LG_VALUE_LOGON_ONLY_AS, A, NULL);
	assert_int_equal(compile(&world), LG_OK);
	assert_int_equal(
		asks(&world, ATTENDANT, NULL, LG_PROTOCOL_MAPI, 5, NULL),
		LG_REASON_NOT_LISTED);
	done(&world);
}

static void a_long_list_is_small(void **state)
{
	enum {
		COUNT = 20000
	};
	struct world world = fresh(LG_DIALECT_EXCHANGE_5_5);
	struct lg_strlist list = {0};
	struct lg_buffer dn = {0};
	size_t bytes = 0;
	size_t i;

	for (i = 0; i < COUNT; i++) {
		lg_buffer_clear(&dn);
		lg_buffer_format(&dn, "/o=Org/ou=Site/cn=Recipients/cn=%zu", i);
		lg_strlist_add(&list, dn.data, dn.len, NULL);
		bytes += dn.len;
	}
	lg_registry_set_list(world.values, KEY, LG_VALUE_LOGON_ONLY_AS, &list,
			     NULL);
	world.facts = LG_FACTS_NOT_ASKED;
	assert_int_equal(compile(&world), LG_OK);
	assert_true(lg_policy_memory(world.policy) - bytes < 100 * COUNT);
	for (i = 0; i < COUNT; i++)
		assert_int_equal(logs_on(&world, list.item[i], NULL),
				 LG_REASON_NONE);
	assert_int_equal(
		logs_on(&world, "/o=Org/ou=Site/cn=Recipients/cn=x", NULL),
		LG_REASON_NOT_LISTED);
	lg_buffer_release(&dn);
	lg_strlist_release(&list);
	done(&world);
}

/* Small lists are decided one by one; this one is not. */
static void many_on_a_long_list(void **state)
{
	enum {
		COUNT = 10000
	};
	struct world world = fresh(LG_DIALECT_GATE);
	struct lg_attempt *attempt = calloc(COUNT, sizeof(*attempt));
	struct lg_decision *decision = calloc(COUNT, sizeof(*decision));
	struct lg_strlist dn = {0};
	struct lg_strlist user = {0};
	struct lg_buffer text = {0};
	size_t i;

	assert_non_null(attempt);
	assert_non_null(decision);
	for (i = 0; i < COUNT; i++) {
		lg_buffer_clear(&text);
		lg_buffer_format(&text, "/o=Org/ou=Site/cn=%zu%s", i,
				 i == 77 ? "-with-a-longer-name" : "");
		lg_strlist_add(&dn, text.data, text.len, NULL);
		lg_buffer_clear(&text);
		lg_buffer_format(&text, "J\xc3\xb6rg%zu", i);
		lg_strlist_add(&user, text.data, text.len, NULL);
		/* By DN, by name, by both, by neither, unlisted. */
		if (i % 5 == 0 || i % 5 == 2) {
			attempt[i].dn = dn.item[i];
			attempt[i].dn_len = strlen(dn.item[i]);
		}
		if (i % 5 == 1 || i % 5 == 2) {
			attempt[i].user = user.item[i];
			attempt[i].user_len = strlen(user.item[i]);
		}
		if (i % 5 == 4) {
			attempt[i].dn = B;
			attempt[i].dn_len = strlen(B);
			attempt[i].user = "EX\\nobody";
			attempt[i].user_len = 9;
		}
	}
	lg_registry_set_list(world.values, KEY, LG_VALUE_LOGON_ONLY_AS, &dn,
			     NULL);
	lg_registry_set_list(world.values, KEY, LG_VALUE_LOGON_ONLY_AS_USERS,
			     &user, NULL);
	world.facts = LG_FACTS_ALL_FOUND;
	assert_int_equal(compile(&world), LG_OK);
	assert_true(lg_policy_memory(world.policy) > 512 * 1024);
	lg_policy_decide_many(world.policy, attempt, COUNT, decision);
	for (i = 0; i < COUNT; i++) {
		assert_int_equal(decision[i].verdict == LG_ADMIT, i % 5 < 3);
		assert_int_equal(
			decision[i].reason,
			lg_policy_decide(world.policy, &attempt[i]).reason);
	}
	free(attempt);
	free(decision);
	lg_buffer_release(&text);
	lg_strlist_release(&dn);
	lg_strlist_release(&user);
	done(&world);
}

/* Longer than any legacyExchangeDN, and longer than a short record. */
static void long_texts_are_compared_whole(void **state)
{
	struct world world = fresh(LG_DIALECT_EXCHANGE_5_5);
	struct lg_buffer text = {0};
	struct lg_buffer typed = {0};
	size_t i;

	for (i = 0; i < 70000; i++) {
		lg_buffer_char(&text, 'x');
		lg_buffer_char(&typed, 'X');
	}
	put_list(&world, LG_VALUE_LOGON_ONLY_AS, text.data, NULL);
	world.facts = LG_FACTS_NOT_ASKED;
	assert_int_equal(compile(&world), LG_OK);
	assert_int_equal(logs_on(&world, typed.data, NULL), LG_REASON_NONE);
	typed.data[69999] = 'y';
	assert_int_equal(logs_on(&world, typed.data, NULL),
			 LG_REASON_NOT_LISTED);
	lg_buffer_release(&text);
	lg_buffer_release(&typed);
	done(&world);
}

static void names_beyond_ascii_fold(void **state)
{
	struct world world = fresh(LG_DIALECT_GATE);

	put_list(&world, LG_VALUE_LOGON_ONLY_AS_USERS, "J\xc3\xb6rg",
		 "stra\xc3\x9f"
		 "e");
	world.facts = LG_FACTS_ALL_FOUND;
	assert_int_equal(compile(&world), LG_OK);
	assert_int_equal(logs_on(&world, NULL, "J\xc3\x96RG"), LG_REASON_NONE);
	assert_int_equal(logs_on(&world, NULL, "STRASSE"), LG_REASON_NONE);
	assert_int_equal(logs_on(&world, NULL, "Jorg"), LG_REASON_NOT_LISTED);
	done(&world);
}

static enum lg_status compile_all(void *context, struct lg_error *err)
{
	struct world *world = context;
	const struct lg_policy_layer layer = {
		.values = world->values,
		.findings = world->findings,
	};
	const struct lg_policy_input input = {
		.dialect = world->dialect,
		.break_glass = &world->glass,
		.layer = &layer,
		.layer_count = 1,
	};
	struct lg_policy *policy = NULL;
	struct lg_warnings warnings = {0};
	enum lg_status status =
		lg_policy_compile(&input, &policy, &warnings, err);

	lg_policy_free(&policy);
	lg_warnings_release(&warnings);
	return status;
}

static void survives_failing_allocations(void **state)
{
	struct world world = fresh(LG_DIALECT_GATE);

	put_list(&world, LG_VALUE_LOGON_ONLY_AS, A, "none");
	put_list(&world, LG_VALUE_LOGON_ONLY_AS_USERS, "bob", NULL);
	put(&world, LG_VALUE_DISABLE_MAPI_CLIENTS, "-5.9.9");
	put(&world, LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES, "a.exe");
	put(&world, LG_VALUE_REFUSAL_MESSAGE, "later");
	lg_strlist_add(&world.glass, B, strlen(B), NULL);
	found(&world, LG_ASKED_DN, A, A, "alice", 1);
	found(&world, LG_ASKED_USER, "bob", NULL, "bob", 0);
	assert_true(allocation_survive(compile_all, &world) > 10);
	done(&world);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("one listed by DN is admitted by its logon names",
			  listed_by_dn_is_admitted_by_name),
		suite_row("one listed by logon name is admitted by its DN",
			  listed_by_name_is_admitted_by_dn),
		suite_row("a name that others share admits nobody, warned",
			  a_shared_name_admits_nobody),
		suite_row("a name that the caller shares admits nobody",
			  the_callers_name_is_no_listed_name),
		suite_row("break-glass comes before every rule",
			  break_glass_is_before_every_rule),
		suite_row("a break-glass account that is missing is warned",
			  break_glass_that_is_not_found_is_warned),
		suite_row("P6: the first rule that refuses gives the reason",
			  the_first_rule_gives_the_reason),
		suite_row("L12: the System Attendant passes the list only",
			  the_attendant_is_exempt_from_the_list_only),
		suite_row("a long list takes under 100 bytes an account",
			  a_long_list_is_small),
		suite_row("many on a long list are decided as one by one",
			  many_on_a_long_list),
		suite_row("texts of any length are compared whole",
			  long_texts_are_compared_whole),
		suite_row("names beyond ASCII are folded",
			  names_beyond_ascii_fold),
		suite_row("each allocation may fail",
			  survives_failing_allocations),
	};

	return suite_run(rows);
}
