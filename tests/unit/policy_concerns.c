/* SPDX-License-Identifier: ISC */
/*
 * Rows for whom the layers of a policy concern (contract 9 "Whom it concerns",
 * 12 "Who is concerned").
 */
#include "locks_world.h"

static void named_accounts_are_concerned_by_all_their_names(void **state)
{
	struct world world = {0};
	size_t lock = add_layer(&world, "lg-1", "batch", 20);
	struct lg_decision decision;

	put_list(&world, lock, LG_VALUE_APPLIES_TO, A, NULL);
	put_list(&world, lock, LG_VALUE_APPLIES_TO_USERS, "bob", "ghost");
	answered(&world, lock, LG_ASKED_DN, A, LG_FINDING_ONE, A, "anna",
		 "Anna@example.org");
	answered(&world, lock, LG_ASKED_USER, "bob", LG_FINDING_ONE, B, "bob",
		 "robert");
	answered(&world, lock, LG_ASKED_USER, "ghost", LG_FINDING_NONE, NULL,
		 NULL, NULL);
	assert_int_equal(compile(&world), LG_OK);
	assert_false(admits(&world, A, NULL));
	assert_false(admits(&world, NULL, "ANNA"));
	assert_false(admits(&world, NULL, "anna@example.org"));
	assert_false(admits(&world, NULL, "robert"));
	assert_false(admits(&world, B, NULL));
	assert_false(admits(&world, NULL, "ghost"));
	assert_true(admits(&world, C, NULL));
	assert_true(admits(&world, C, "carol"));
	/* DN and name of different accounts: when either is. */
	assert_false(admits(&world, C, "anna"));
	assert_false(admits(&world, A, "carol"));
	decision = asks(&world, A, NULL, LG_PROTOCOL_IMAP);
	assert_int_equal(decision.reason, LG_REASON_NOBODY);
	assert_true(lg_warnings_has(&world.warnings, LG_WARN_DN_NOT_FOUND));
	assert_false(lg_warnings_has(&world.warnings, LG_WARN_CONCERNS_NOBODY));
	/* Only locks for everybody make the gate. */
	assert_int_equal(lg_policy_gate(world.policy), LG_GATE_OFF);
	assert_int_equal(lg_policy_layer_at(world.policy, 0)->gate,
			 LG_GATE_NOBODY);
	assert_false(lg_policy_layer_at(world.policy, 0)->concerns_everybody);
	assert_true(lg_policy_limits(world.policy));
	done(&world);
}

static void who_names_nobody(void **state)
{
	struct world world = {0};
	size_t lock = add_layer(&world, "lg-1", "batch", 20);

	put_list(&world, lock, LG_VALUE_APPLIES_TO, A, NULL);
	world.layer[lock].facts = LG_FACTS_ALL_FOUND;
	assert_int_equal(compile(&world), LG_OK);
	assert_int_equal(asks(&world, NULL, NULL, LG_PROTOCOL_HTTP).verdict,
			 LG_ADMIT);
	assert_int_equal(asks(&world, NULL, NULL, LG_PROTOCOL_MAPI).verdict,
			 LG_REFUSE);
	assert_int_equal(asks(&world, NULL, NULL, LG_PROTOCOL_IMAP).verdict,
			 LG_REFUSE);
	done(&world);
}

static void a_list_inside_names_who_stays_in(void **state)
{
	struct world world = {0};
	size_t lock = add_layer(&world, "lg-1", "batch", 20);

	put_list(&world, lock, LG_VALUE_APPLIES_TO, A, B);
	put_list(&world, lock, LG_VALUE_LOGON_ONLY_AS, B, NULL);
	world.layer[lock].facts = LG_FACTS_ALL_FOUND;
	assert_int_equal(compile(&world), LG_OK);
	assert_false(admits(&world, A, NULL));
	assert_true(admits(&world, B, NULL));
	assert_true(admits(&world, C, NULL));
	done(&world);
}

static void domains_are_whole_and_without_case(void **state)
{
	struct world world = {0};
	size_t lock = add_layer(&world, "lg-1", "freeze", 20);

	put_list(&world, lock, LG_VALUE_APPLIES_TO_DOMAINS, "Example.org",
		 NULL);
	/* The directory knows these, asked for whoever has a DN. */
	answered(&world, lock, LG_ASKED_FILTER, NULL, LG_FINDING_ONE, B,
		 "bob@example.net", NULL);
	answered(&world, lock, LG_ASKED_FILTER, NULL, LG_FINDING_ONE, C,
		 "carol@example.net", "carol@EXAMPLE.ORG");
	assert_int_equal(compile(&world), LG_OK);
	assert_false(admits(&world, NULL, "anna@EXAMPLE.ORG"));
	assert_false(admits(&world, NULL, "x@y@example.org"));
	assert_false(admits(&world, NULL, "NT\\anna@example.org"));
	assert_true(admits(&world, NULL, "anna@sub.example.org"));
	assert_true(admits(&world, NULL, "anna@example.org.evil"));
	assert_true(admits(&world, NULL, "anna@example.net"));
	/* Without a default domain a bare name may be of any. */
	assert_false(admits(&world, NULL, "anna"));
	assert_false(admits(&world, NULL, "anna@"));
	/* A DN alone: unless its names are known to lie elsewhere. */
	assert_false(admits(&world, A, NULL));
	assert_true(admits(&world, B, NULL));
	assert_false(admits(&world, C, NULL));
	assert_true(admits(&world, A, "anna@example.net"));
	assert_false(admits(&world, C, "carol@example.net"));
	world.input.default_domain = "example.net";
	assert_int_equal(compile(&world), LG_OK);
	assert_true(admits(&world, NULL, "anna"));
	world.input.default_domain = "EXAMPLE.org";
	assert_int_equal(compile(&world), LG_OK);
	assert_false(admits(&world, NULL, "anna"));
	assert_false(lg_warnings_has(&world.warnings, LG_WARN_CONCERNS_NOBODY));
	done(&world);
}

static void without_facts_nobody_knows_whom_it_concerns(void **state)
{
	static const char *const value[] = {LG_VALUE_APPLIES_TO,
					    LG_VALUE_APPLIES_TO_USERS,
					    LG_VALUE_APPLIES_TO_DOMAINS};
	size_t i;

	for (i = 0; i < 3; i++) {
		struct world world = {0};
		size_t lock = add_layer(&world, "lg-1", "batch", 20);

		put_list(&world, lock, value[i], i ? "example" : A, NULL);
		put(&world, lock, LG_VALUE_WHEN_INVALID, "closed");
		world.layer[lock].facts = LG_FACTS_NOT_ASKED;
		world.layer[lock].findings = NULL;
		assert_int_equal(compile(&world), LG_ERR_DIRECTORY);
		assert_null(world.policy);
		/* Findings that lack the name do not know it either. */
		world.layer[lock].facts = LG_FACTS_FINDINGS;
		assert_int_equal(compile(&world), LG_ERR_DIRECTORY);
		world.layer[lock].findings = world.findings[lock];
		assert_int_equal(compile(&world),
				 i == 2 ? LG_OK : LG_ERR_DIRECTORY);
		done(&world);
	}
}

static void a_blank_scope_concerns_nobody(void **state)
{
	struct world world = {0};
	size_t lock = add_layer(&world, "lg-1", "batch", 20);

	put_list(&world, lock, LG_VALUE_APPLIES_TO, "", NULL);
	assert_int_equal(compile(&world), LG_OK);
	assert_true(admits(&world, A, "anna"));
	assert_true(lg_warnings_has(&world.warnings, LG_WARN_CONCERNS_NOBODY));
	put_list(&world, lock, LG_VALUE_APPLIES_TO, A, NULL);
	answered(&world, lock, LG_ASKED_DN, A, LG_FINDING_NONE, NULL, NULL,
		 NULL);
	assert_int_equal(compile(&world), LG_OK);
	assert_true(lg_warnings_has(&world.warnings, LG_WARN_CONCERNS_NOBODY));
	assert_false(admits(&world, A, NULL));
	done(&world);
}

static void a_shared_name_is_concerned(void **state)
{
	struct world world = {0};
	size_t lock = add_layer(&world, "lg-1", "batch", 20);
	const struct lg_account account = {
		.asked_as = LG_ASKED_DN,
		.finding = LG_FINDING_ONE,
		.asked = A,
		.entry = "CN=a",
		.dn = A,
	};
	const struct lg_login name = {"info", 1};

	put_list(&world, lock, LG_VALUE_APPLIES_TO, A, NULL);
	assert_int_equal(
		lg_findings_add(world.findings[lock], &account, &name, 1, NULL),
		LG_OK);
	assert_int_equal(compile(&world), LG_OK);
	assert_false(admits(&world, NULL, "info"));
	assert_true(lg_warnings_has(&world.warnings, LG_WARN_NAME_SHARED));
	done(&world);
}

/* Those it concerns are asked by themselves. */
static void the_two_findings_are_apart(void **state)
{
	struct world world = {0};
	size_t lock = add_layer(&world, "lg-1", "batch", 20);
	size_t spare = add_layer(&world, "lg-2", "spare", 10);

	put_list(&world, lock, LG_VALUE_APPLIES_TO, A, B);
	put_list(&world, lock, LG_VALUE_LOGON_ONLY_AS, B, NULL);
	world.layer[lock].concerned = world.findings[spare];
	answered(&world, spare, LG_ASKED_DN, A, LG_FINDING_ONE, A, "anna",
		 NULL);
	answered(&world, spare, LG_ASKED_DN, B, LG_FINDING_ONE, B, "bob", NULL);
	answered(&world, lock, LG_ASKED_DN, B, LG_FINDING_ONE, B, "bob", NULL);
	assert_int_equal(compile(&world), LG_OK);
	assert_false(admits(&world, NULL, "anna"));
	assert_true(admits(&world, NULL, "bob"));
	assert_true(admits(&world, NULL, "carol"));
	done(&world);
}

static void an_exchange_dialect_knows_whom_a_lock_concerns(void **state)
{
	struct world world = {0};
	size_t lock = add_layer(&world, "lg-1", "batch", 20);

	world.input.dialect = LG_DIALECT_EXCHANGE_2003;
	put_list(&world, lock, LG_VALUE_APPLIES_TO, A, NULL);
	world.layer[lock].facts = LG_FACTS_ALL_FOUND;
	assert_int_equal(compile(&world), LG_OK);
	assert_false(admits(&world, A, NULL));
	assert_true(admits(&world, B, NULL));
	/* As standing values they are read over by such a store. */
	world.layer[lock].id = NULL;
	assert_int_equal(compile(&world), LG_OK);
	assert_true(admits(&world, A, NULL));
	done(&world);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("named accounts are concerned by all their names",
			  named_accounts_are_concerned_by_all_their_names),
		suite_row("who names nobody is concerned, but not on the web",
			  who_names_nobody),
		suite_row("a list inside a lock names who of them stays in",
			  a_list_inside_names_who_stays_in),
		suite_row("domains are whole, without case; bare names and DNs",
			  domains_are_whole_and_without_case),
		suite_row("L17: without facts nobody knows whom it concerns",
			  without_facts_nobody_knows_whom_it_concerns),
		suite_row("a lock that concerns nobody is warned",
			  a_blank_scope_concerns_nobody),
		suite_row("a name that is shared is concerned, warned",
			  a_shared_name_is_concerned),
		suite_row("who is listed and who is concerned are asked apart",
			  the_two_findings_are_apart),
		suite_row("locks of an Exchange dialect concern some too",
			  an_exchange_dialect_knows_whom_a_lock_concerns),
	};

	return suite_run(rows);
}
