/* SPDX-License-Identifier: ISC */
/*
 * Rows for several layers of a policy (contract 9 "Composition", 12 "Which lock
 * speaks").
 */
#include "locks_world.h"

/* The id of the layer that refuses. */
static const char *refused_by(const struct world *world, const char *dn,
			      const char *user)
{
	struct lg_decision decision = asks(world, dn, user, LG_PROTOCOL_IMAP);

	assert_int_equal(decision.verdict, LG_REFUSE);
	return lg_policy_layer_at(world->policy, decision.lock)->id;
}

static void the_last_to_end_speaks(void **state)
{
	/* In any order given. */
	static const struct {
		const char *id;
		const char *profile;
		int64_t until_s;
	} lock[] = {
		{"lg-000000000003", "b", 50}, {"lg-000000000001", "z", 90},
		{"lg-000000000005", "a", 90}, {"lg-000000000002", "a", 90},
		{"lg-000000000004", "a", 10},
	};
	static const char *const order[] = {
		"lg-000000000002", "lg-000000000005", "lg-000000000001",
		"lg-000000000003", "lg-000000000004"};
	size_t turn;
	size_t i;

	for (turn = 0; turn < 5; turn++) {
		struct world world = {0};

		for (i = 0; i < 5; i++) {
			size_t which = (i * 2 + turn) % 5;
			size_t layer = add_layer(&world, lock[which].id,
						 lock[which].profile,
						 lock[which].until_s);

			put(&world, layer, LG_VALUE_REFUSE_PROTOCOLS, "imap");
		}
		assert_int_equal(compile(&world), LG_OK);
		assert_int_equal(lg_policy_layer_count(world.policy), 5);
		for (i = 0; i < 5; i++)
			assert_string_equal(
				lg_policy_layer_at(world.policy, (int)i)->id,
				order[i]);
		assert_string_equal(refused_by(&world, A, NULL), order[0]);
		assert_null(lg_policy_layer_at(world.policy, 5));
		assert_null(lg_policy_layer_at(world.policy, -1));
		done(&world);
	}
}

static void standing_values_speak_first(void **state)
{
	struct world world = {0};
	size_t lock = add_layer(&world, "lg-1", "upgrade", 1000);
	size_t standing = add_layer(&world, NULL, NULL, 0);
	struct lg_decision decision;

	put(&world, lock, LG_VALUE_REFUSE_PROTOCOLS, "imap, pop3");
	put(&world, lock, LG_VALUE_REFUSAL_MESSAGE, "of the lock");
	put(&world, standing, LG_VALUE_REFUSE_PROTOCOLS, "imap");
	put(&world, standing, LG_VALUE_REFUSAL_MESSAGE, "of the values");
	assert_int_equal(compile(&world), LG_OK);
	assert_null(refused_by(&world, A, NULL));
	decision = asks(&world, A, NULL, LG_PROTOCOL_IMAP);
	assert_string_equal(
		lg_policy_layer_at(world.policy, decision.lock)->message,
		"of the values");
	decision = asks(&world, A, NULL, LG_PROTOCOL_POP3);
	assert_string_equal(
		lg_policy_layer_at(world.policy, decision.lock)->message,
		"of the lock");
	assert_string_equal(
		lg_policy_layer_at(world.policy, decision.lock)->profile,
		"upgrade");
	assert_int_equal(asks(&world, A, NULL, LG_PROTOCOL_HTTP).lock, -1);
	done(&world);
}

/* The lists of all have to name somebody. */
static void every_list_must_name_one(void **state)
{
	struct world world = {0};
	size_t first = add_layer(&world, "lg-1", "a", 20);
	size_t second = add_layer(&world, "lg-2", "b", 10);

	put_list(&world, first, LG_VALUE_LOGON_ONLY_AS, A, B);
	put_list(&world, second, LG_VALUE_LOGON_ONLY_AS, B, C);
	world.layer[first].facts = world.layer[second].facts =
		LG_FACTS_ALL_FOUND;
	assert_int_equal(compile(&world), LG_OK);
	assert_string_equal(refused_by(&world, A, NULL), "lg-2");
	assert_string_equal(refused_by(&world, C, NULL), "lg-1");
	assert_true(admits(&world, B, NULL));
	assert_int_equal(lg_policy_gate(world.policy), LG_GATE_LISTED);
	done(&world);
}

static void a_version_rule_speaks_in_its_turn(void **state)
{
	struct world world = {0};
	size_t late = add_layer(&world, "lg-1", "a", 20);
	size_t soon = add_layer(&world, "lg-2", "b", 10);
	struct lg_decision decision;

	put(&world, late, LG_VALUE_DISABLE_MAPI_CLIENTS, "11.0.0-");
	put(&world, soon, LG_VALUE_REFUSE_PROTOCOLS, "mapi");
	assert_int_equal(compile(&world), LG_OK);
	decision = asks(&world, A, NULL, LG_PROTOCOL_MAPI);
	assert_int_equal(decision.reason, LG_REASON_VERSION_BLOCKED);
	assert_int_equal(decision.lock, 0);
	world.layer[soon].until_s = 30;
	assert_int_equal(compile(&world), LG_OK);
	decision = asks(&world, A, NULL, LG_PROTOCOL_MAPI);
	assert_int_equal(decision.reason, LG_REASON_PROTOCOL_REFUSED);
	assert_int_equal(decision.lock, 0);
	assert_true(admits(&world, A, NULL));
	done(&world);
}

static void break_glass_is_before_every_lock(void **state)
{
	struct world world = {0};
	size_t i;

	lg_strlist_add(&world.glass, A, strlen(A), NULL);
	for (i = 0; i < 3; i++) {
		size_t layer = add_layer(&world, i ? "lg-1" : NULL,
					 i == 1 ? "x" : "y", 10);

		put(&world, layer, LG_VALUE_WHEN_INVALID, "closed");
		put_list(&world, layer, LG_VALUE_LOGON_ONLY_AS, "", NULL);
		answered(&world, layer, LG_ASKED_BREAK_GLASS, A, LG_FINDING_ONE,
			 A, "rescue", NULL);
	}
	assert_int_equal(compile(&world), LG_OK);
	assert_true(admits(&world, A, NULL));
	assert_true(admits(&world, NULL, "rescue"));
	assert_int_equal(asks(&world, A, NULL, LG_PROTOCOL_IMAP).rule,
			 LG_RULE_BREAK_GLASS);
	assert_false(admits(&world, B, NULL));
	done(&world);
}

static void there_are_64_locks_and_one_standing(void **state)
{
	static char id[MOST][16];
	struct world world = {0};
	size_t i;

	for (i = 0; i < LG_LAYERS_MAX; i++) {
		size_t layer;

		snprintf(id[i], sizeof(id[i]), "lg-%zu", i + 10);
		layer = add_layer(&world, i ? id[i] : NULL, "p",
				  (int64_t)(1000 - i));
		put(&world, layer, LG_VALUE_REFUSE_PROTOCOLS,
		    i + 1 == LG_LAYERS_MAX ? "imap" : "pop3");
	}
	assert_int_equal(compile(&world), LG_OK);
	assert_string_equal(refused_by(&world, A, NULL), "lg-74");
	assert_int_equal(asks(&world, A, NULL, LG_PROTOCOL_IMAP).lock, 64);
	add_layer(&world, "lg-99", "p", 1);
	assert_int_equal(compile(&world), LG_ERR_LIMIT);
	world.input.layer_count = 2;
	world.layer[1].id = NULL;
	assert_int_equal(compile(&world), LG_ERR_CONFLICT);
	world.input.layer_count = LG_LAYERS_MAX + 1;
	done(&world);
}

static void without_layers_nothing_is_limited(void **state)
{
	struct world world = {0};

	assert_int_equal(compile(&world), LG_OK);
	assert_false(lg_policy_limits(world.policy));
	assert_true(admits(&world, A, "anna"));
	assert_true(admits(&world, NULL, NULL));
	done(&world);
}

static void rules_are_explained_a_layer(void **state)
{
	struct world world = {0};
	size_t batch = add_layer(&world, "lg-1", "batch", 20);
	size_t upgrade = add_layer(&world, "lg-2", "upgrade", 10);
	struct lg_rule_answer answer[LG_RULE_ANSWERS];
	struct lg_attempt attempt = {
		.dn = A, .dn_len = strlen(A), .protocol = LG_PROTOCOL_IMAP};

	put_list(&world, batch, LG_VALUE_APPLIES_TO, B, NULL);
	put(&world, upgrade, LG_VALUE_REFUSE_PROTOCOLS, "imap");
	world.layer[batch].facts = LG_FACTS_ALL_FOUND;
	assert_int_equal(compile(&world), LG_OK);
	assert_int_equal(lg_policy_explain(world.policy, &attempt, 0, answer),
			 2);
	assert_int_equal(answer[0].rule, LG_RULE_BREAK_GLASS);
	assert_int_equal(answer[0].lock, -1);
	assert_int_equal(answer[1].rule, LG_RULE_APPLIES_TO);
	assert_int_equal(answer[1].lock, 0);
	assert_int_equal(lg_policy_explain(world.policy, &attempt, 1, answer),
			 4);
	assert_int_equal(answer[1].rule, LG_RULE_PROTOCOLS);
	assert_int_equal(answer[1].outcome, LG_OUTCOME_REFUSES);
	assert_int_equal(answer[1].lock, 1);
	attempt.dn = B;
	assert_int_equal(lg_policy_explain(world.policy, &attempt, 0, answer),
			 6);
	assert_int_equal(answer[2].outcome, LG_OUTCOME_REFUSES);
	done(&world);
}

static void the_names_to_ask(void **state)
{
	struct world world = {0};
	size_t lock = add_layer(&world, "lg-1", "batch", 20);
	struct lg_strlist dn = {0};
	struct lg_strlist user = {0};
	int domains = 7;

	put_list(&world, lock, LG_VALUE_APPLIES_TO, A, B);
	put_list(&world, lock, LG_VALUE_APPLIES_TO_USERS, "anna", " ");
	assert_int_equal(lg_policy_concerned_names(world.values[lock], &dn,
						   &user, &domains, NULL),
			 LG_OK);
	assert_int_equal(dn.count, 2);
	assert_int_equal(user.count, 1);
	assert_int_equal(domains, 0);
	put_list(&world, lock, LG_VALUE_APPLIES_TO_DOMAINS, "x", NULL);
	assert_int_equal(lg_policy_concerned_names(world.values[lock], NULL,
						   NULL, &domains, NULL),
			 LG_OK);
	assert_int_equal(domains, 1);
	put(&world, lock, LG_VALUE_APPLIES_TO, "text");
	assert_int_equal(lg_policy_concerned_names(world.values[lock], NULL,
						   NULL, &domains, &world.err),
			 LG_ERR_SYNTAX);
	lg_strlist_release(&dn);
	lg_strlist_release(&user);
	done(&world);
}

static enum lg_status compile_all(void *context, struct lg_error *err)
{
	struct world *world = context;
	struct lg_policy *policy = NULL;
	struct lg_warnings warnings = {0};
	enum lg_status status =
		lg_policy_compile(&world->input, &policy, &warnings, err);

	lg_policy_free(&policy);
	lg_warnings_release(&warnings);
	return status;
}

static void survives_failing_allocations(void **state)
{
	struct world world = {0};
	size_t i;

	for (i = 0; i < 3; i++) {
		size_t layer =
			add_layer(&world, i ? "lg-1" : NULL, i ? "x" : "y", 10);

		put_list(&world, layer, LG_VALUE_LOGON_ONLY_AS, A, C);
		put_list(&world, layer, LG_VALUE_APPLIES_TO, i == 1 ? A : B, C);
		put_list(&world, layer, LG_VALUE_APPLIES_TO_DOMAINS, "x.org",
			 "y.org");
		put(&world, layer, LG_VALUE_REFUSAL_MESSAGE, "later");
		put(&world, layer, LG_VALUE_DISABLE_MAPI_CLIENTS, "-5.9.9");
		answered(&world, layer, LG_ASKED_DN, A, LG_FINDING_ONE, A,
			 "anna@x.org", "a");
		answered(&world, layer, LG_ASKED_DN, B, LG_FINDING_ONE, B,
			 "bob@z.org", NULL);
		answered(&world, layer, LG_ASKED_DN, C, LG_FINDING_NONE, NULL,
			 NULL, NULL);
	}
	assert_true(allocation_survive(compile_all, &world) > 10);
	done(&world);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("the refusing lock that ends last speaks, in "
			  "whatever order they are given",
			  the_last_to_end_speaks),
		suite_row("standing values have no end and speak first",
			  standing_values_speak_first),
		suite_row("who is listed must be listed by every lock",
			  every_list_must_name_one),
		suite_row("version rules speak in the turn of their lock",
			  a_version_rule_speaks_in_its_turn),
		suite_row("break-glass comes before every lock",
			  break_glass_is_before_every_lock),
		suite_row("64 locks and the standing values, no more",
			  there_are_64_locks_and_one_standing),
		suite_row("without any layer nothing is limited",
			  without_layers_nothing_is_limited),
		suite_row("rules are explained a layer",
			  rules_are_explained_a_layer),
		suite_row("the names to ask about", the_names_to_ask),
		suite_row("survives failing allocations",
			  survives_failing_allocations),
	};

	return suite_run(rows);
}
