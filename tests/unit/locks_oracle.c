/* SPDX-License-Identifier: ISC */
/*
 * The two laws of composition (contract 9): applying a lock admits nobody who
 * was refused and lifting it refuses nobody who was admitted; the order of
 * applying does not matter. Random sets of locks, of whom they concern, of
 * lists and of standing values, against naive_policy.c and naive_concerned.c:
 * for the gate each layer by itself, for each Exchange dialect the composed
 * values through lg_store.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "random_locks.h"
#include "suite.h"
#include "naive_concerned.h"
#include "naive_policy.h"

#include "core/policy/compose.h"
#include <logongate/store.h>

/* A million in all. */
#define GATE_STEPS 600000
#define STORE_STEPS 100000

enum {
	LAYERS = LG_LAYERS_MAX,
	FEW = 8,
	LOGONS = 30
};

/* Nothing but whom it concerns: nobody of them gets in. */
static int says_nothing_else(const struct layer *layer)
{
	const struct oracle_lock *lock = &layer->lock;
	int is_gate = lock->dialect == LG_DIALECT_GATE;
	int lists = lock->has_list &&
		    lock->dialect != LG_DIALECT_EXCHANGE_2003 &&
		    lock->dialect != LG_DIALECT_EXCHANGE_2007;
	int versions =
		lock->versions && lock->dialect != LG_DIALECT_EXCHANGE_5_5;
	int processes = lock->blocks_a_exe &&
			(is_gate || lock->dialect == LG_DIALECT_EXCHANGE_2003);

	return layer->who.some && !lists && !versions && !processes &&
	       !(is_gate && (lock->has_users || lock->refuse ||
			     lock->refuse_unknown_version ||
			     lock->refuse_unknown_process));
}

static struct oracle_answer decide_layer(const struct layer *layer,
					 const char *default_domain,
					 const struct lg_attempt *attempt)
{
	struct oracle_answer admits = {0};
	struct oracle_answer answer = oracle_decide(&layer->lock, attempt);
	struct oracle_lock closed = layer->lock;

	if (!oracle_is_concerned(&layer->who, default_domain, attempt))
		return admits;
	if (!says_nothing_else(layer))
		return answer;
	/* As a gate whose list is there and blank would. */
	closed.dialect = LG_DIALECT_GATE;
	closed.has_list = 1;
	closed.when_invalid = 2;
	closed.versions = ORACLE_VERSIONS_NONE;
	closed.blocks_a_exe = closed.refuse = 0;
	closed.refuse_unknown_version = closed.refuse_unknown_process = 0;
	closed.has_users = 0;
	closed.dn[0] = NULL;
	return oracle_decide(&closed, attempt);
}

static int speaks_before(const struct layer *a, const struct layer *b)
{
	if (a->is_standing || b->is_standing)
		return a->is_standing;
	if (a->until_s != b->until_s)
		return a->until_s > b->until_s;
	if (strcmp(a->profile, b->profile) != 0)
		return strcmp(a->profile, b->profile) < 0;
	return strcmp(a->id, b->id) < 0;
}

static enum lg_status compile(const struct layer *layer, const size_t *order,
			      size_t count, const char *break_glass,
			      const char *default_domain,
			      struct lg_policy **out_policy)
{
	struct lg_policy_layer given[LAYERS];
	struct lg_strlist glass = {0};
	const struct lg_policy_input input = {
		.dialect = layer[0].lock.dialect,
		.break_glass = &glass,
		.default_domain = default_domain,
		.layer = given,
		.layer_count = count,
	};
	enum lg_status status;
	size_t i;

	if (break_glass)
		lg_strlist_add(&glass, break_glass, strlen(break_glass), NULL);
	for (i = 0; i < count; i++) {
		const struct layer *from = &layer[order[i]];

		given[i] = (struct lg_policy_layer){
			.id = from->is_standing ? NULL : from->id,
			.profile = from->profile,
			.until_s = from->until_s,
			.values = from->values,
			.facts = from->lock.facts,
			.findings = from->findings,
			.concerned = from->concerned,
		};
	}
	status = lg_policy_compile(&input, out_policy, NULL, NULL);
	lg_strlist_release(&glass);
	return status;
}

static void fail_at(uint32_t start, const struct lg_attempt *attempt,
		    const char *what)
{
	fail_msg("seed %u, dn %.*s, user %.*s, protocol %s: %s", start,
		 (int)attempt->dn_len, attempt->dn ? attempt->dn : "",
		 (int)attempt->user_len, attempt->user ? attempt->user : "",
		 lg_protocol_name(attempt->protocol), what);
}

/* One logon against all the layers, the slow way. */
static void compare(uint32_t start, const struct layer *layer, size_t count,
		    const char *default_domain, const struct lg_policy *policy,
		    const struct lg_attempt *attempt)
{
	struct lg_decision decision = lg_policy_decide(policy, attempt);
	const struct lg_policy_layer_info *info =
		lg_policy_layer_at(policy, decision.lock);
	const struct layer *speaker = NULL;
	struct oracle_answer said = {0};
	size_t i;

	for (i = 0; i < count; i++) {
		struct oracle_answer answer =
			decide_layer(&layer[i], default_domain, attempt);

		if (answer.verdict == LG_ADMIT ||
		    (speaker && speaks_before(speaker, &layer[i])))
			continue;
		speaker = &layer[i];
		said = answer;
	}
	if ((decision.verdict == LG_REFUSE) != (speaker != NULL))
		fail_at(start, attempt,
			speaker ? "a layer refuses" : "no layer refuses");
	if (!speaker) {
		assert_int_equal(decision.lock, -1);
		return;
	}
	if (!info || strcmp(info->id ? info->id : "",
			    speaker->is_standing ? "" : speaker->id) != 0)
		fail_at(start, attempt, "another layer speaks");
	if (decision.reason != said.reason)
		fail_at(start, attempt, lg_reason_name(said.reason));
}

/* The same layers in another order, and without the last. */
static void hold_laws(uint32_t start, const struct layer *layer, size_t count,
		      const char *glass, const char *domain,
		      const struct lg_policy *policy,
		      const struct lg_attempt *attempt, size_t attempts)
{
	struct lg_decision with[LOGONS];
	struct lg_decision other[LOGONS];
	struct lg_policy *turned = NULL;
	struct lg_policy *lifted = NULL;
	size_t order[LAYERS];
	size_t i;

	for (i = 0; i < count; i++)
		order[i] = count - 1 - i;
	assert_int_equal(compile(layer, order, count, glass, domain, &turned),
			 LG_OK);
	assert_int_equal(
		compile(layer, order + 1, count - 1, glass, domain, &lifted),
		LG_OK);
	lg_policy_decide_many(policy, attempt, attempts, with);
	lg_policy_decide_many(turned, attempt, attempts, other);
	for (i = 0; i < attempts; i++)
		if (memcmp(&with[i], &other[i], sizeof(with[i])) != 0)
			fail_at(start, &attempt[i], "the order matters");
	lg_policy_decide_many(lifted, attempt, attempts, other);
	for (i = 0; i < attempts; i++)
		if (with[i].verdict == LG_ADMIT &&
		    other[i].verdict == LG_REFUSE)
			fail_at(start, &attempt[i], "a lock admits");
	lg_policy_free(&turned);
	lg_policy_free(&lifted);
}

static void random_layers(void **state)
{
	size_t order[LAYERS];
	size_t left = (size_t)(uintptr_t)*state;
	uint32_t seed = 91111;
	size_t made = 0;
	size_t j;

	for (j = 0; j < LAYERS; j++)
		order[j] = j;
	while (left) {
		struct layer layer[LAYERS];
		struct lg_attempt attempt[LOGONS];
		uint32_t start = seed;
		enum lg_dialect dialect =
			next(&seed, 3) ? LG_DIALECT_GATE
				       : (enum lg_dialect)next(&seed, 5);
		const char *glass = next(&seed, 4) ? NULL : A;
		const char *domain =
			next(&seed, 2) ? NULL : domain_pool[next(&seed, 3)];
		size_t count = 1 + next(&seed, next(&seed, 50) ? FEW : LAYERS);
		struct lg_policy *policy = NULL;
		int no_policy = 0;
		int unasked;
		enum lg_status status;
		size_t i;

		for (i = 0; i < count; i++) {
			make_layer(&seed, dialect, glass, !i && next(&seed, 2),
				   next(&seed, 100) * 100 + (unsigned int)i,
				   &layer[i]);
			attempt[0] = (struct lg_attempt){0};
			no_policy |= oracle_decide(&layer[i].lock, &attempt[0])
					     .no_policy;
			unasked = oracle_concerned_unasked(&layer[i].who);
			no_policy |= unasked;
		}
		status = compile(layer, order, count, glass, domain, &policy);
		if (status != (no_policy ? LG_ERR_DIRECTORY : LG_OK))
			fail_msg("seed %u: compile gives %s, no policy %d",
				 start, lg_status_name(status), no_policy);
		for (i = 0; i < LOGONS; i++)
			attempt[i] = random_attempt(&seed);
		for (i = 0; i < LOGONS && policy; i++)
			compare(start, layer, count, domain, policy,
				&attempt[i]);
		if (policy && !next(&seed, 4))
			hold_laws(start, layer, count, glass, domain, policy,
				  attempt, LOGONS);
		made += policy != NULL;
		left -= left < LOGONS ? left : LOGONS;
		lg_policy_free(&policy);
		for (i = 0; i < count; i++)
			free_layer(&layer[i]);
	}
	/* Worlds that say nothing would prove nothing. */
	assert_true(made > (size_t)(uintptr_t)*state / LOGONS / 2);
}

/* A store that takes one DN cannot hold two. */
static int has_two_dns(const struct layer *layer, size_t count)
{
	const char *first = NULL;
	size_t i;

	for (i = 0; i < count; i++) {
		const char *dn = layer[i].lock.dn[0];

		if (!layer[i].lock.has_list || !dn || !dn[0] ||
		    strcmp(dn, "0") == 0)
			continue;
		if (first && strcasecmp(first, dn) != 0)
			return 1;
		first = dn;
	}
	return 0;
}

static void same_values(uint32_t start, const struct lg_registry *a,
			const struct lg_registry *b)
{
	size_t i;

	assert_int_equal(lg_registry_count(a), lg_registry_count(b));
	for (i = 0; i < lg_registry_count(a); i++) {
		const struct lg_value *value = lg_registry_at(a, i);
		const struct lg_value *other =
			lg_registry_find(b, value->key, value->name);

		if (!other || !lg_value_equal(value, other))
			fail_msg("seed %u: %s depends on the order", start,
				 value->name);
	}
}

static void compare_store(uint32_t start, uint32_t *seed,
			  const struct layer *layer, size_t count,
			  const struct lg_registry *composed)
{
	static const struct lg_store_facts facts = {.facts =
							    LG_FACTS_ALL_FOUND};
	struct lg_store *store = NULL;
	size_t i;
	size_t j;

	assert_int_equal(lg_store_new(layer[0].lock.dialect, &store, NULL),
			 LG_OK);
	assert_int_equal(
		lg_store_values(store, 0, composed, &facts, NULL, NULL), LG_OK);
	assert_int_equal(lg_store_restart(store, 0, &facts, NULL, NULL), LG_OK);
	for (i = 0; i < LOGONS; i++) {
		struct lg_attempt attempt = random_attempt(seed);
		struct lg_decision decision;
		int refused = 0;

		for (j = 0; j < count; j++)
			refused |= oracle_decide(&layer[j].lock, &attempt)
					   .verdict == LG_REFUSE;
		assert_int_equal(lg_store_logon(store, 1, "s", &attempt, NULL,
						&decision, NULL),
				 LG_OK);
		if ((decision.verdict == LG_REFUSE) != refused)
			fail_at(start, &attempt,
				refused ? "a lock refuses" : "no lock refuses");
	}
	lg_store_free(&store);
}

/* layer[0] is what stood there before; the others are locks. */
static void composed_values(void **state)
{
	enum lg_dialect dialect = (enum lg_dialect)(uintptr_t)*state;
	uint32_t seed = 5501 + (uint32_t)dialect;
	size_t left;

	for (left = STORE_STEPS / LOGONS; left; left--) {
		struct layer layer[FEW];
		const struct lg_registry *lock[FEW];
		const struct lg_registry *turned[FEW];
		struct lg_compose_input input = {.dialect = dialect,
						 .lock = lock};
		struct lg_registry *composed = NULL;
		struct lg_registry *again = NULL;
		struct lg_warnings warnings = {0};
		uint32_t start = seed;
		size_t count = 1 + next(&seed, FEW);
		enum lg_status status;
		size_t i;

		memset(layer, 0, sizeof(layer));
		for (i = 0; i < count; i++) {
			make_rules(&seed, dialect, &layer[i].lock);
			layer[i].lock.facts = LG_FACTS_ALL_FOUND;
			/* One DN, more often the same. */
			if (dialect == LG_DIALECT_EXCHANGE_2000 &&
			    next(&seed, 3) && layer[i].lock.has_list)
				layer[i].lock.dn[0] =
					next(&seed, 2) ? A : A_LOUD;
			layer[i].values = oracle_values(&layer[i].lock);
			if (i)
				lock[i - 1] = layer[i].values;
			if (i)
				turned[count - 1 - i] = layer[i].values;
		}
		input.before = layer[0].values;
		input.lock_count = count - 1;
		status = lg_compose(&input, &composed, &warnings, NULL);
		if (dialect == LG_DIALECT_EXCHANGE_2000 && count > 1 &&
		    has_two_dns(layer, count)) {
			/* Unless it is only the value before that differs
			 * and no lock sets a DN. */
			int set = 0;

			for (i = 1; i < count; i++)
				set |= layer[i].lock.has_list;
			if (set) {
				assert_int_equal(status, LG_ERR_CONFLICT);
				assert_true(lg_warnings_has(
					&warnings, LG_WARN_LOCK_CONFLICT));
			}
		} else {
			assert_int_equal(status, LG_OK);
		}
		if (status == LG_OK) {
			compare_store(start, &seed, layer, count, composed);
			input.lock = turned;
			assert_int_equal(lg_compose(&input, &again, NULL, NULL),
					 LG_OK);
			same_values(start, composed, again);
		}
		lg_warnings_release(&warnings);
		lg_registry_free(&composed);
		lg_registry_free(&again);
		for (i = 0; i < count; i++)
			lg_registry_free(&layer[i].values);
	}
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row_with("random locks, whom they concern, and standing "
			       "values: each refuses by itself",
			       random_layers, (uintptr_t)GATE_STEPS),
		suite_row_with("values composed for Exchange 5.5",
			       composed_values, LG_DIALECT_EXCHANGE_5_5),
		suite_row_with("values composed for Exchange 2000",
			       composed_values, LG_DIALECT_EXCHANGE_2000),
		suite_row_with("values composed for Exchange 2003",
			       composed_values, LG_DIALECT_EXCHANGE_2003),
		suite_row_with("values composed for Exchange 2007",
			       composed_values, LG_DIALECT_EXCHANGE_2007),
	};

	return suite_run(rows);
}
