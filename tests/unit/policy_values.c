/* SPDX-License-Identifier: ISC */
/*
 * Rows for include/logongate/policy.h: values that do not parse, what a policy
 * says of itself and why it decided.
 */
#include "policy_world.h"

static void an_x500_match_is_no_match_for_2000(void **state)
{
	struct world world = fresh(LG_DIALECT_EXCHANGE_2000);
	const struct lg_account account = {
		.asked_as = LG_ASKED_DN,
		.finding = LG_FINDING_ONE,
		.via = LG_VIA_X500,
		.asked = A,
		.entry = "CN=b",
		.dn = B,
	};

	put(&world, LG_VALUE_LOGON_ONLY_AS, A);
	lg_findings_add(world.findings, &account, NULL, 0, NULL);
	assert_int_equal(compile(&world), LG_OK);
	assert_int_equal(lg_policy_gate(world.policy), LG_GATE_OFF);
	assert_true(lg_warnings_has(&world.warnings, LG_WARN_X500_MATCH));
	assert_true(lg_warnings_has(&world.warnings, LG_WARN_FAILS_OPEN));
	world.dialect = LG_DIALECT_GATE;
	put_list(&world, LG_VALUE_LOGON_ONLY_AS, A, NULL);
	assert_int_equal(compile(&world), LG_OK);
	assert_int_equal(lg_policy_gate(world.policy), LG_GATE_LISTED);
	assert_true(lg_warnings_has(&world.warnings, LG_WARN_X500_MATCH));
	assert_int_equal(logs_on(&world, B, NULL), LG_REASON_NONE);
	done(&world);
}

static void old_clients_cannot_match_a_process(void **state)
{
	struct world world = fresh(LG_DIALECT_EXCHANGE_2003);

	put(&world, LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES, "a.exe");
	assert_int_equal(compile(&world), LG_OK);
	assert_int_equal(asks(&world, A, NULL, LG_PROTOCOL_MAPI, 10, "a.exe"),
			 LG_REASON_NONE);
	assert_int_equal(asks(&world, A, NULL, LG_PROTOCOL_MAPI, 11, "a.exe"),
			 LG_REASON_PROCESS_BLOCKED);
	assert_int_equal(asks(&world, A, NULL, LG_PROTOCOL_MAPI, 0, "a.exe"),
			 LG_REASON_PROCESS_BLOCKED);
	assert_int_equal(asks(&world, A, NULL, LG_PROTOCOL_MAPI, 0, NULL),
			 LG_REASON_NONE);
	done(&world);
}

static void three_parts_stand_for_every_fourth(void **state)
{
	struct world world = fresh(LG_DIALECT_GATE);
	struct lg_attempt attempt = {
		.version = {{15, 0, 4569}, LG_VERSION_THREE},
	};

	put(&world, LG_VALUE_FOUR_PART, "yes");
	put(&world, LG_VALUE_DISABLE_MAPI_CLIENTS, "15.0.4569.1503");
	assert_int_equal(compile(&world), LG_OK);
	assert_int_equal(lg_policy_decide(world.policy, &attempt).reason,
			 LG_REASON_VERSION_BLOCKED);
	attempt.version.part[2] = 4570;
	assert_int_equal(lg_policy_decide(world.policy, &attempt).reason,
			 LG_REASON_NONE);
	done(&world);
}

static void wrong_values_are_named(void **state)
{
	static const char *const names[] = {
		LG_VALUE_WHEN_INVALID,
		LG_VALUE_REFUSE_PROTOCOLS,
		LG_VALUE_UNKNOWN_VERSION,
		LG_VALUE_UNKNOWN_PROCESS,
		LG_VALUE_FOUR_PART,
		LG_VALUE_HOLD_MAIL,
		LG_VALUE_DISABLE_MAPI_CLIENTS,
		LG_VALUE_LOGON_ONLY_AS,
		LG_VALUE_LOGON_ONLY_AS_USERS,
		LG_VALUE_LOGON_ONLY_AS_FILE,
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct world world = fresh(LG_DIALECT_GATE);
		struct lg_policy *untouched = NULL;

		put(&world, names[i], "no such word");
		assert_int_not_equal(compile(&world), LG_OK);
		assert_ptr_equal(world.policy, untouched);
		assert_string_equal(world.err.place, names[i]);
		assert_true(world.err.text[0]);
		done(&world);
	}
	for (i = 0; i < 7; i++) {
		struct world world = fresh(LG_DIALECT_GATE);

		lg_registry_set_dword(world.values, KEY, names[i], 1, NULL);
		assert_int_equal(compile(&world), LG_ERR_SYNTAX);
		assert_string_equal(world.err.place, names[i]);
		assert_non_null(strstr(world.err.text, "REG_DWORD"));
		done(&world);
	}
}

static void unknown_values_are_read_over(void **state)
{
	static const enum lg_dialect dialects[] = {
		LG_DIALECT_EXCHANGE_5_5, LG_DIALECT_EXCHANGE_2000,
		LG_DIALECT_EXCHANGE_2003, LG_DIALECT_EXCHANGE_2007};
	size_t i;

	for (i = 0; i < 4; i++) {
		struct world world = fresh(dialects[i]);

		put(&world, LG_VALUE_REFUSE_PROTOCOLS, "nonsense");
		put(&world, LG_VALUE_WHEN_INVALID, "nonsense");
		put(&world, "Logon Only As Users", "nonsense");
		put(&world, LG_VALUE_REFUSAL_MESSAGE, "Come back later");
		if (dialects[i] == LG_DIALECT_EXCHANGE_5_5)
			put(&world, LG_VALUE_DISABLE_MAPI_CLIENTS, "x");
		if (dialects[i] != LG_DIALECT_EXCHANGE_2003)
			put(&world, LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES,
			    "/");
		if (i > 1)
			lg_registry_set_dword(world.values, KEY,
					      LG_VALUE_LOGON_ONLY_AS, 1, NULL);
		assert_int_equal(compile(&world), LG_OK);
		assert_false(lg_policy_limits(world.policy));
		assert_string_equal(
			lg_policy_layer_at(world.policy, 0)->message,
			"Come back later");
		done(&world);
	}
}

static void what_a_policy_says_of_itself(void **state)
{
	struct world world = fresh(LG_DIALECT_GATE);

	assert_int_equal(compile(&world), LG_OK);
	assert_int_equal(lg_policy_generation(world.policy), 42);
	assert_int_equal(lg_policy_dialect(world.policy), LG_DIALECT_GATE);
	assert_false(lg_policy_limits(world.policy));
	assert_null(lg_policy_layer_at(world.policy, 0)->message);
	put(&world, LG_VALUE_DISABLE_MAPI_CLIENTS, " ");
	put(&world, LG_VALUE_HOLD_MAIL, "yes");
	assert_int_equal(compile(&world), LG_OK);
	assert_false(lg_policy_judges_clients(world.policy));
	assert_true(lg_policy_holds_mail(world.policy));
	put(&world, LG_VALUE_UNKNOWN_VERSION, "refuse");
	assert_int_equal(compile(&world), LG_OK);
	assert_true(lg_policy_judges_clients(world.policy));
	assert_true(lg_policy_limits(world.policy));
	done(&world);
}

static void names_to_ask(void **state)
{
	struct world world = fresh(LG_DIALECT_GATE);
	struct lg_strlist dn = {0};
	struct lg_strlist user = {0};

	put_list(&world, LG_VALUE_LOGON_ONLY_AS, A, " ");
	put_list(&world, LG_VALUE_LOGON_ONLY_AS_USERS, "bob", NULL);
	assert_int_equal(
		lg_policy_names(world.dialect, world.values, &dn, &user, NULL),
		LG_OK);
	assert_int_equal(dn.count, 1);
	assert_string_equal(dn.item[0], A);
	assert_int_equal(user.count, 1);
	lg_registry_delete(world.values, KEY, LG_VALUE_LOGON_ONLY_AS_USERS);
	put_list(&world, LG_VALUE_LOGON_ONLY_AS, "0", NULL);
	assert_int_equal(
		lg_policy_names(world.dialect, world.values, &dn, NULL, NULL),
		LG_OK);
	assert_int_equal(dn.count, 1);
	lg_strlist_release(&dn);
	lg_strlist_release(&user);
	done(&world);
}

static void every_rule_is_explained(void **state)
{
	struct world world = fresh(LG_DIALECT_GATE);
	struct lg_rule_answer answer[LG_RULE_ANSWERS];
	struct lg_attempt attempt = {
		.dn = B,
		.dn_len = strlen(B),
		.process = "a.exe",
		.process_len = 5,
		.version = {{5, 0, 2819, 0}, LG_VERSION_FOUR},
		.protocol = LG_PROTOCOL_MAPI,
	};
	static const char *const outcomes[] = {"not-set", "refuses", "refuses",
					       "refuses", "refuses"};
	size_t i;

	put_list(&world, LG_VALUE_LOGON_ONLY_AS, A, NULL);
	put(&world, LG_VALUE_REFUSE_PROTOCOLS, "mapi");
	put(&world, LG_VALUE_DISABLE_MAPI_CLIENTS, "-5.9.9, 5.2819.0");
	put(&world, LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES, "A.EXE");
	world.facts = LG_FACTS_ALL_FOUND;
	assert_int_equal(compile(&world), LG_OK);
	assert_int_equal(lg_policy_explain(world.policy, &attempt, 0, answer),
			 5);
	for (i = 0; i < 5; i++) {
		assert_string_equal(lg_outcome_name(answer[i].outcome),
				    outcomes[i]);
		assert_int_equal(answer[i].rule, i + LG_RULE_BREAK_GLASS);
	}
	assert_string_equal(answer[3].detail, "5.0.2819.0 is blocked");
	done(&world);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("D3: found through X500 is not found for 2000",
			  an_x500_match_is_no_match_for_2000),
		suite_row("P4 P7: a client below 11 has no process name",
			  old_clients_cannot_match_a_process),
		suite_row("V7 V8: three parts stand for every fourth",
			  three_parts_stand_for_every_fourth),
		suite_row("a value of the wrong word or type is named",
			  wrong_values_are_named),
		suite_row("what a dialect does not know is read over",
			  unknown_values_are_read_over),
		suite_row("a policy says what it limits",
			  what_a_policy_says_of_itself),
		suite_row("the names to ask the directory about", names_to_ask),
		suite_row("every rule is asked, also after a refusal",
			  every_rule_is_explained),
	};

	return suite_run(rows);
}
