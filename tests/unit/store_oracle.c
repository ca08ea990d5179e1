/* SPDX-License-Identifier: ISC */
/*
 * lg_store against a naive store written from conformance T and contract 7
 * "simulate": the same random steps, and the same events, in order. What a
 * logon comes to is asked of naive_policy.c.
 */
#include <stdio.h>
#include <string.h>

#include "suite.h"
#include "naive_policy.h"

#include <logongate/store.h>

#define KEY LG_KEY_PARAMETERS_SYSTEM
#define A "/o=Org/ou=Site/cn=Recipients/cn=a"
#define B "/o=Org/ou=Site/cn=Recipients/cn=b"
#define ATTENDANT                                                              \
	"/o=Org/ou=Site/cn=Configuration/cn=Servers/cn=EX1/"                   \
	"cn=Microsoft System Attendant"

enum {
	LIST = 0,
	VERSIONS,
	PROCESSES,
	WHEN,
	NAMES
};
enum {
	SESSIONS = 6,
	EVENTS = 64
};

/* A million in all for the five dialects; sanitizers take ten times as long. */
#ifdef __SANITIZE_ADDRESS__
#define STEPS 20000
#else
#define STEPS 200000
#endif

/* What each name can be set to; choice 0 is absent. */
enum {
	LIST_ZERO = 1,
	LIST_BLANK,
	LIST_A,
	LIST_B,
	LIST_A_B,
	LIST_DWORD,
	LIST_CHOICES
};
static const char *const version_choice[] = {NULL,      "5.0.0-6.0.0", "-5.9.9",
					     "11.0.0-", "5.0.0-",      "5.0"};
static const char *const process_choice[] = {NULL, "a.exe; b.exe", "",
					     "a.exe;;b.exe"};
static const char *const when_choice[] = {NULL, "open", "closed", "perhaps"};

struct naive_session {
	int open;
	unsigned int order;
	struct lg_attempt attempt;
};

struct naive_store {
	enum lg_dialect dialect;
	const struct lg_findings *findings;
	int written[NAMES];
	int in_force[NAMES];
	int64_t now;
	int64_t restarted;
	int64_t polled;
	struct naive_session session[SESSIONS];
	unsigned int order;
	char event[EVENTS][64];
	size_t events;
};

static void say(struct naive_store *store, int64_t t, const char *what,
		const char *detail)
{
	assert_true(store->events < EVENTS);
	snprintf(store->event[store->events++], sizeof(store->event[0]),
		 "%lld %s %s", (long long)t, what, detail);
}

static struct oracle_lock lock_of(const struct naive_store *store)
{
	static const char *const lists[][3] = {
		[LIST_ZERO] = {"0"}, [LIST_BLANK] = {""}, [LIST_A] = {A},
		[LIST_B] = {B},      [LIST_A_B] = {A, B}, [LIST_DWORD] = {NULL},
	};
	struct oracle_lock lock = {
		.dialect = store->dialect,
		.has_list = store->in_force[LIST] != 0,
		.when_invalid = store->in_force[WHEN],
		.versions = store->in_force[VERSIONS] == 4
				    ? ORACLE_VERSIONS_NONE
				    : (enum oracle_versions)
					      store->in_force[VERSIONS],
		.blocks_a_exe = store->in_force[PROCESSES] == 1,
		.facts = LG_FACTS_FINDINGS,
		.findings = store->findings,
	};

	memcpy(lock.dn, lists[store->in_force[LIST]], sizeof(lists[0]));
	return lock;
}

static int knows(enum lg_dialect dialect, int name)
{
	switch (name) {
	case LIST:
		return dialect == LG_DIALECT_GATE ||
		       dialect == LG_DIALECT_EXCHANGE_5_5 ||
		       dialect == LG_DIALECT_EXCHANGE_2000;
	case VERSIONS:
		return dialect != LG_DIALECT_EXCHANGE_5_5;
	case PROCESSES:
		return dialect == LG_DIALECT_GATE ||
		       dialect == LG_DIALECT_EXCHANGE_2003;
	default:
		return dialect == LG_DIALECT_GATE;
	}
}

static int parses(const struct naive_store *store, int name)
{
	int choice = store->written[name];

	switch (name) {
	case LIST:
		return choice != LIST_DWORD;
	case VERSIONS:
		return choice != 5;
	default:
		return choice != 3;
	}
}

static void naive_read(struct naive_store *store, int64_t t, int restarts)
{
	struct oracle_lock lock;
	struct oracle_answer answer;
	struct lg_attempt nobody = {0};
	int wrong = 0;
	int name;
	unsigned int order;
	size_t i;

	for (name = 0; name < NAMES; name++) {
		if (!knows(store->dialect, name))
			continue;
		if (parses(store, name)) {
			store->in_force[name] = store->written[name];
			continue;
		}
		wrong++;
		if (restarts)
			store->in_force[name] = 0;
	}
	lock = lock_of(store);
	answer = oracle_decide(&lock, &nobody);
	say(store, t, "read", lg_gate_state_name(answer.gate));
	while (wrong--)
		say(store, t, "error", "");
	for (order = 0; order < store->order; order++)
		for (i = 0; i < SESSIONS; i++) {
			struct naive_session *session = &store->session[i];
			char detail[48];

			if (!session->open || session->order != order)
				continue;
			answer = oracle_decide(&lock, &session->attempt);
			if (answer.verdict == LG_ADMIT)
				continue;
			session->open = 0;
			snprintf(detail, sizeof(detail), "%zu %s", i,
				 lg_reason_name(answer.reason));
			say(store, t, "cut", detail);
		}
}

static void naive_restart(struct naive_store *store)
{
	unsigned int order;
	size_t i;

	for (order = 0; order < store->order; order++)
		for (i = 0; i < SESSIONS; i++) {
			char detail[32];

			if (!store->session[i].open ||
			    store->session[i].order != order)
				continue;
			store->session[i].open = 0;
			snprintf(detail, sizeof(detail), "%zu restart", i);
			say(store, store->now, "cut", detail);
		}
	store->order = 0;
	store->restarted = store->polled = store->now;
	naive_read(store, store->now, 1);
}

static void naive_advance(struct naive_store *store, int64_t t)
{
	int64_t at;

	if (store->dialect == LG_DIALECT_EXCHANGE_2003 ||
	    store->dialect == LG_DIALECT_EXCHANGE_2007)
		for (at = store->now; at <= t; at++)
			if (at > store->polled && at > store->restarted &&
			    (at - store->restarted) % 900 == 0) {
				store->polled = at;
				naive_read(store, at, 0);
			}
	store->now = t;
}

static void naive_logon(struct naive_store *store, size_t id,
			const struct lg_attempt *attempt)
{
	struct oracle_lock lock = lock_of(store);
	struct oracle_answer answer = oracle_decide(&lock, attempt);
	char detail[48];

	snprintf(detail, sizeof(detail), "%zu %s", id,
		 lg_reason_name(answer.reason));
	say(store, store->now, "logon", detail);
	if (answer.verdict == LG_REFUSE)
		return;
	store->session[id].open = 1;
	store->session[id].order = store->order++;
	store->session[id].attempt = *attempt;
}

/* The events of the store under test, in the same words. */
static void record(void *context, const struct lg_store_event *event)
{
	struct naive_store *seen = context;
	char detail[48];

	switch (event->kind) {
	case LG_STORE_READ:
		say(seen, event->t_s, "read", lg_gate_state_name(event->gate));
		return;
	case LG_STORE_LOGON:
	case LG_STORE_CUT:
		snprintf(detail, sizeof(detail), "%s %s", event->id,
			 lg_reason_name(event->decision.reason));
		assert_int_equal(event->decision.verdict == LG_REFUSE,
				 event->decision.reason != LG_REASON_NONE);
		say(seen, event->t_s,
		    event->kind == LG_STORE_CUT ? "cut" : "logon", detail);
		return;
	case LG_STORE_RESTART_CUT:
		snprintf(detail, sizeof(detail), "%s restart", event->id);
		say(seen, event->t_s, "cut", detail);
		return;
	case LG_STORE_ERROR:
		assert_true(event->text[0]);
		say(seen, event->t_s, "error", "");
		return;
	}
}

/* xorshift: a failure repeats. */
static uint32_t next(uint32_t *seed, uint32_t below)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed % below;
}

static const char *const value_name[NAMES] = {
	LG_VALUE_LOGON_ONLY_AS, LG_VALUE_DISABLE_MAPI_CLIENTS,
	LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES, LG_VALUE_WHEN_INVALID};

static struct lg_registry *value_of(const struct naive_store *store, int name)
{
	static const char *const first[] = {NULL, "0", "", A, B, A};
	const char *const *texts[] = {NULL, version_choice, process_choice,
				      when_choice};
	int choice = store->written[name];
	struct lg_registry *values = NULL;
	struct lg_strlist list = {0};

	assert_int_equal(lg_registry_new(&values, NULL), LG_OK);
	if (!choice)
		return values;
	if (name != LIST) {
		lg_registry_set_text(values, KEY, value_name[name],
				     texts[name][choice], NULL);
	} else if (choice == LIST_DWORD) {
		lg_registry_set_dword(values, KEY, value_name[name], 1, NULL);
	} else if (store->dialect == LG_DIALECT_EXCHANGE_2000) {
		lg_registry_set_text(values, KEY, value_name[name],
				     first[choice], NULL);
	} else {
		lg_strlist_add(&list, first[choice], strlen(first[choice]),
			       NULL);
		if (choice == LIST_A_B)
			lg_strlist_add(&list, B, strlen(B), NULL);
		lg_registry_set_list(values, KEY, value_name[name], &list,
				     NULL);
		lg_strlist_release(&list);
	}
	return values;
}

/* A value is written: the naive store takes note, the other one is told. */
static void set_value(struct naive_store *naive, struct lg_store *store,
		      uint32_t *seed, const struct lg_store_facts *facts,
		      const struct lg_store_sink *sink)
{
	static const uint32_t choices[NAMES] = {LIST_CHOICES, 6, 4, 4};
	int name = (int)next(seed, NAMES);
	struct lg_registry *values;

	naive->written[name] = (int)next(seed, choices[name]);
	/* One value cannot hold two DNs. */
	if (name == LIST && naive->dialect == LG_DIALECT_EXCHANGE_2000 &&
	    naive->written[name] == LIST_A_B)
		naive->written[name] = LIST_A;
	/* "5.0.0-" has no counterpart in the naive policy. */
	if (name == VERSIONS && naive->written[name] == 4)
		naive->written[name] = 0;
	values = value_of(naive, name);
	assert_int_equal(lg_store_set(store, naive->now, KEY, value_name[name],
				      lg_registry_at(values, 0), facts, sink,
				      NULL),
			 LG_OK);
	lg_registry_free(&values);
	if (naive->dialect == LG_DIALECT_GATE)
		naive_read(naive, naive->now, 0);
}

/* What must hold whatever the oracle says. */
static void hold_invariants(const struct naive_store *naive,
			    const struct lg_store *store)
{
	const struct lg_policy *policy = lg_store_policy(store);
	size_t i;

	for (i = 0; i < SESSIONS; i++) {
		struct lg_decision decision =
			lg_policy_decide(policy, &naive->session[i].attempt);

		/* An admitted session never stays past a read that blocks. */
		assert_false(naive->session[i].open &&
			     decision.verdict == LG_REFUSE);
		/* 5.5 never admits anyone on a blank list. */
		if (naive->dialect == LG_DIALECT_EXCHANGE_5_5 &&
		    naive->in_force[LIST] == LIST_BLANK)
			assert_int_equal(decision.reason, LG_REASON_NOBODY);
		/* A listed account is never refused by name. */
		if (naive->session[i].attempt.dn &&
		    strcmp(naive->session[i].attempt.dn, A) == 0 &&
		    (naive->in_force[LIST] == LIST_A ||
		     naive->in_force[LIST] == LIST_A_B))
			assert_int_not_equal(decision.reason,
					     LG_REASON_NOT_LISTED);
	}
	/* 2000 never locks anyone out on a value that matches nothing. */
	if (naive->dialect == LG_DIALECT_EXCHANGE_2000 &&
	    naive->in_force[LIST] != LIST_A)
		assert_int_equal(lg_policy_gate(policy), LG_GATE_OFF);
}

static void compare(struct naive_store *naive, struct naive_store *seen)
{
	size_t i;

	for (i = 0; i < naive->events || i < seen->events; i++) {
		const char *right =
			i < naive->events ? naive->event[i] : "nothing";
		const char *got = i < seen->events ? seen->event[i] : "nothing";

		if (strcmp(right, got) != 0)
			fail_msg("%s: \"%s\", the naive store \"%s\"",
				 lg_dialect_name(naive->dialect), got, right);
	}
	naive->events = seen->events = 0;
}

static struct lg_findings *a_is_found(void)
{
	static const struct lg_account accounts[] = {
		{.asked_as = LG_ASKED_DN,
		 .finding = LG_FINDING_ONE,
		 .via = LG_VIA_LEGACY_EXCHANGE_DN,
		 .asked = A,
		 .entry = "CN=a",
		 .dn = A},
		{.asked_as = LG_ASKED_DN,
		 .finding = LG_FINDING_NONE,
		 .asked = B},
	};
	struct lg_findings *findings = NULL;

	assert_int_equal(lg_findings_new(&findings, NULL), LG_OK);
	lg_findings_add(findings, &accounts[0], NULL, 0, NULL);
	lg_findings_add(findings, &accounts[1], NULL, 0, NULL);
	return findings;
}

static void agrees(void **state)
{
	static const char *const dns[] = {NULL, A, B, ATTENDANT};
	static const char *const processes[] = {NULL, "A.exe", "c.exe"};
	static const uint32_t majors[] = {4, 5, 6, 11};
	struct lg_findings *findings = a_is_found();
	struct naive_store naive = {
		.dialect = (enum lg_dialect)(uintptr_t)*state,
		.findings = findings,
	};
	struct naive_store seen = {0};
	const struct lg_store_facts facts = {.findings = findings};
	const struct lg_store_sink sink = {&seen, record};
	struct lg_store *store = NULL;
	uint32_t seed = 920185;
	int step;

	assert_int_equal(lg_store_new(naive.dialect, &store, NULL), LG_OK);
	assert_int_equal(lg_store_restart(store, 0, &facts, &sink, NULL),
			 LG_OK);
	naive_restart(&naive);
	for (step = 0; step < STEPS; step++) {
		size_t id = next(&seed, SESSIONS);
		char name[24];
		struct lg_attempt attempt = {
			.dn = dns[next(&seed, 4)],
			.process = processes[next(&seed, 3)],
			.version = {{majors[next(&seed, 4)]},
				    next(&seed, 4) ? LG_VERSION_FOUR
						   : LG_VERSION_UNKNOWN},
			.protocol = (enum lg_protocol)next(&seed, 4),
		};
		int64_t t = naive.now + (next(&seed, 3) ? 0 : next(&seed, 700));

		attempt.dn_len = attempt.dn ? strlen(attempt.dn) : 0;
		attempt.process_len =
			attempt.process ? strlen(attempt.process) : 0;
		snprintf(name, sizeof(name), "%zu", id);
		assert_int_equal(
			lg_store_advance(store, t, &facts, &sink, NULL), LG_OK);
		naive_advance(&naive, t);
		switch (next(&seed, 8)) {
		case 0:
			if (next(&seed, 4))
				break;
			assert_int_equal(
				lg_store_restart(store, t, &facts, &sink, NULL),
				LG_OK);
			naive_restart(&naive);
			break;
		case 1:
		case 2:
			set_value(&naive, store, &seed, &facts, &sink);
			break;
		case 3:
			lg_store_logoff(store, name);
			naive.session[id].open = 0;
			break;
		default:
			assert_int_equal(lg_store_logon(store, t, name,
							&attempt, &sink, NULL,
							NULL),
					 LG_OK);
			naive_logon(&naive, id, &attempt);
			break;
		}
		compare(&naive, &seen);
		hold_invariants(&naive, store);
	}
	lg_store_free(&store);
	lg_findings_free(&findings);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row_with("T6: the gate, random steps", agrees,
			       LG_DIALECT_GATE),
		suite_row_with("T1: Exchange 5.5, random steps", agrees,
			       LG_DIALECT_EXCHANGE_5_5),
		suite_row_with("T1: Exchange 2000, random steps", agrees,
			       LG_DIALECT_EXCHANGE_2000),
		suite_row_with("T2: Exchange 2003, random steps", agrees,
			       LG_DIALECT_EXCHANGE_2003),
		suite_row_with("T2: Exchange 2007, random steps", agrees,
			       LG_DIALECT_EXCHANGE_2007),
	};

	return suite_run(rows);
}
