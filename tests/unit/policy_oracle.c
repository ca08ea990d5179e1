/* SPDX-License-Identifier: ISC */
/*
 * lg_policy_decide against the oracle of naive_policy.c: every
 * combination of a small world, and a million random ones of a larger.
 */
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "naive_policy.h"

#include "core/policy/session.h"

#define A "/o=Org/ou=Site/cn=Recipients/cn=a"
#define A_LOUD "/O=ORG/OU=SITE/CN=RECIPIENTS/CN=A"
#define A_NEW "/o=New/ou=Site/cn=Recipients/cn=a"
#define B "/o=Org/ou=Site/cn=Recipients/cn=b"
#define C "/o=Org/ou=Site/cn=Recipients/cn=c"
#define ATTENDANT                                                              \
	"/o=Org/ou=Site/cn=Configuration/cn=Servers/cn=EX1/"                   \
	"cn=Microsoft System Attendant"

/* What a failure needs to be understood. */
#ifdef __SANITIZE_ADDRESS__
#define RANDOM_LOGONS 200000
#else
#define RANDOM_LOGONS 1000000
#endif

static void print_lock(const struct oracle_lock *lock)
{
	size_t i;
	size_t j;

	print_message("when=%d break-glass=%s facts=%d\n", lock->when_invalid,
		      lock->break_glass ? lock->break_glass : "-", lock->facts);
	for (i = 0; lock->dn[i]; i++)
		print_message("dn %s\n", lock->dn[i]);
	for (i = 0; lock->user[i]; i++)
		print_message("user %s\n", lock->user[i]);
	for (i = 0; i < lock->findings->account_count; i++) {
		const struct lg_account *account = &lock->findings->account[i];

		print_message("as=%d finding=%d via=%d asked=%s entry=%s "
			      "dn=%s",
			      account->asked_as, account->finding, account->via,
			      account->asked ? account->asked : "-",
			      account->entry ? account->entry : "-",
			      account->dn ? account->dn : "-");
		for (j = 0; j < account->login_count; j++) {
			const struct lg_login *login =
				&lock->findings
					 ->login[account->login_first + j];

			print_message(" %s%s", login->shared ? "!" : "+",
				      login->name);
		}
		print_message("\n");
	}
}

static void compare(const struct oracle_lock *lock,
		    const struct lg_policy *policy, enum lg_status status,
		    const struct lg_attempt *attempt)
{
	struct oracle_answer right = oracle_decide(lock, attempt);
	struct lg_decision decision;

	if (right.no_policy != (status == LG_ERR_DIRECTORY) ||
	    (status != LG_OK && status != LG_ERR_DIRECTORY)) {
		print_lock(lock);
		fail_msg("%s: compile gives %s, the oracle %s",
			 lg_dialect_name(lock->dialect), lg_status_name(status),
			 right.no_policy ? "directory" : "ok");
	}
	if (status != LG_OK)
		return;
	decision = lg_policy_decide(policy, attempt);
	if (lg_policy_gate(policy) != right.gate ||
	    decision.verdict != right.verdict ||
	    decision.reason != right.reason) {
		print_lock(lock);
		fail_msg("%s dn=%.*s user=%.*s protocol=%s list=%s %s: "
			 "%s %s %s, the oracle %s %s %s",
			 lg_dialect_name(lock->dialect), (int)attempt->dn_len,
			 attempt->dn ? attempt->dn : "", (int)attempt->user_len,
			 attempt->user ? attempt->user : "",
			 lg_protocol_name(attempt->protocol),
			 lock->dn[0] ? lock->dn[0] : "-",
			 lock->user[0] ? lock->user[0] : "-",
			 lg_gate_state_name(lg_policy_gate(policy)),
			 lg_verdict_name(decision.verdict),
			 lg_reason_name(decision.reason),
			 lg_gate_state_name(right.gate),
			 lg_verdict_name(right.verdict),
			 lg_reason_name(right.reason));
	}
}

static enum lg_status compile(const struct oracle_lock *lock,
			      struct lg_policy **out_policy)
{
	struct lg_registry *values = oracle_values(lock);
	const struct lg_policy_layer layer = {
		.values = values,
		.facts = lock->facts,
		.findings = lock->findings,
	};
	struct lg_policy_input input = {
		.dialect = lock->dialect,
		.generation = 1,
		.layer = &layer,
		.layer_count = 1,
	};
	struct lg_strlist glass = {0};
	enum lg_status status;

	assert_non_null(values);
	if (lock->break_glass)
		assert_int_equal(lg_strlist_add(&glass, lock->break_glass,
						strlen(lock->break_glass),
						NULL),
				 LG_OK);
	input.break_glass = &glass;
	status = lg_policy_compile(&input, out_policy, NULL, NULL);
	lg_strlist_release(&glass);
	lg_registry_free(&values);
	return status;
}

static struct lg_attempt attempt_of(const char *dn, const char *user,
				    const char *process, uint32_t major,
				    enum lg_version_known known,
				    enum lg_protocol protocol)
{
	return (struct lg_attempt){
		.dn = dn,
		.dn_len = dn ? strlen(dn) : 0,
		.user = user,
		.user_len = user ? strlen(user) : 0,
		.process = process,
		.process_len = process ? strlen(process) : 0,
		.version = {.part = {major}, .known = known},
		.protocol = protocol,
	};
}

static void add_account(struct lg_findings *findings, enum lg_asked_as as,
			enum lg_finding finding, enum lg_via via,
			const char *asked, const char *entry, const char *dn,
			const struct lg_login *login, size_t logins)
{
	struct lg_account account = {
		.asked_as = as,
		.finding = finding,
		.via = via,
		.asked = asked,
		.entry = entry,
		.dn = dn,
	};

	assert_int_equal(
		lg_findings_add(findings, &account, login, logins, NULL),
		LG_OK);
}

/* How the directory answers for A and B in the small world. */
static struct lg_findings *small_findings(unsigned int a, unsigned int b)
{
	static const struct lg_login login_a = {"alice", 0};
	static const enum lg_finding finding[] = {
		LG_FINDING_ONE, LG_FINDING_NONE, LG_FINDING_MANY,
		LG_FINDING_ONE, LG_FINDING_UNASKED};
	struct lg_findings *findings = NULL;
	int one = finding[a] == LG_FINDING_ONE;

	assert_int_equal(lg_findings_new(&findings, NULL), LG_OK);
	add_account(findings, LG_ASKED_DN, finding[a],
		    a == 3 ? LG_VIA_X500
		    : one  ? LG_VIA_LEGACY_EXCHANGE_DN
			   : LG_VIA_NOTHING,
		    A, one ? "CN=a" : NULL,
		    a == 3 ? A_NEW
		    : one  ? A
			   : NULL,
		    &login_a, one);
	add_account(findings, LG_ASKED_DN, b ? LG_FINDING_ONE : LG_FINDING_NONE,
		    b ? LG_VIA_LEGACY_EXCHANGE_DN : LG_VIA_NOTHING, B,
		    b ? "CN=b" : NULL, b ? B : NULL, NULL, 0);
	add_account(findings, LG_ASKED_DN, LG_FINDING_MALFORMED, LG_VIA_NOTHING,
		    "none", NULL, NULL, NULL, 0);
	return findings;
}

static void every_attempt(const struct oracle_lock *lock)
{
	static const char *const dns[] = {NULL, A,   A_LOUD, A_NEW,    B,
					  C,    "0", "none", ATTENDANT};
	static const char *const processes[] = {NULL, "C:\\x\\A.EXE", "c.exe"};
	static const enum lg_protocol protocols[] = {
		LG_PROTOCOL_UNKNOWN, LG_PROTOCOL_MAPI, LG_PROTOCOL_IMAP};
	struct lg_policy *policy = NULL;
	enum lg_status status = compile(lock, &policy);
	size_t d;
	size_t p;
	size_t x;
	size_t v;

	for (d = 0; d < sizeof(dns) / sizeof(dns[0]); d++)
		for (p = 0; p < 3; p++)
			for (x = 0; x < 3; x++)
				for (v = 0; v < 4; v++) {
					struct lg_attempt attempt = attempt_of(
						dns[d], d ? NULL : "Alice",
						processes[x], v == 3 ? 11 : 5,
						(enum lg_version_known)(v % 3),
						protocols[p]);

					compare(lock, policy, status, &attempt);
				}
	lg_policy_free(&policy);
}

static void every_small_lock(void **state)
{
	static const char *const lists[][3] = {
		{NULL}, {"0"},       {"", " \t"}, {A},
		{B, A}, {A_LOUD, C}, {"none"},    {"0", A},
	};
	enum lg_dialect dialect = (enum lg_dialect)(uintptr_t)*state;
	unsigned int a;
	unsigned int b;
	size_t l;

	for (a = 0; a < 5; a++)
		for (b = 0; b < 2; b++) {
			struct lg_findings *findings = small_findings(a, b);

			for (l = 0; l < 8 * 3 * 2 * 2 * 3; l++) {
				size_t list = l % 8;
				struct oracle_lock lock = {
					.dialect = dialect,
					.has_list = list != 0,
					.when_invalid = (int)(l / 8 % 3),
					.versions =
						l / 24 % 2
							? ORACLE_VERSIONS_5_TO_6
							: ORACLE_VERSIONS_NONE,
					.blocks_a_exe = l / 48 % 2,
					.refuse =
						l / 48 % 2
							? 1u << LG_PROTOCOL_IMAP
							: 0,
					.facts = (enum lg_facts)(l / 96 % 3),
					.findings = findings,
				};

				memcpy(lock.dn, lists[list],
				       sizeof(lists[list]));
				if (dialect == LG_DIALECT_EXCHANGE_2000)
					lock.dn[1] = NULL;
				every_attempt(&lock);
			}
			lg_findings_free(&findings);
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

static const char *const dn_pool[] = {
	A,   B,  C,      A_LOUD,    A_NEW,
	"0", "", "none", ATTENDANT, "/o=Org/cn=\xc3\xa4"};
static const char *const user_pool[] = {"alice", "bob", "carol",
					"alice@example.org"};
static const char *const typed_pool[] = {
	"alice", "BOB", "EXAMPLE\\carol", "smtp:Alice@Example.org",
	"dave",  NULL};

static struct lg_findings *random_findings(uint32_t *seed)
{
	static const char *const entries[] = {"CN=a", "CN=b", "CN=c"};
	struct lg_findings *findings = NULL;
	unsigned int count = next(seed, 7);

	assert_int_equal(lg_findings_new(&findings, NULL), LG_OK);
	while (count--) {
		static const enum lg_via vias[] = {LG_VIA_LEGACY_EXCHANGE_DN,
						   LG_VIA_X500, LG_VIA_LOGIN};
		struct lg_login login[2];
		enum lg_asked_as as = (enum lg_asked_as)next(seed, 5);
		enum lg_finding finding =
			next(seed, 3) ? LG_FINDING_ONE
				      : (enum lg_finding)next(seed, 5);
		const char *dn = next(seed, 4) ? dn_pool[next(seed, 5)] : NULL;
		const char *asked = dn_pool[next(seed, 5)];
		size_t logins = next(seed, 3);
		size_t i;

		if (as == LG_ASKED_USER || as == LG_ASKED_CALLER)
			asked = user_pool[next(seed, 4)];
		if (as == LG_ASKED_FILTER) {
			asked = NULL;
			finding = LG_FINDING_ONE;
		}
		for (i = 0; i < logins; i++)
			login[i] = (struct lg_login){user_pool[next(seed, 4)],
						     !next(seed, 12)};
		/* What was found by a name has it among its names. */
		if (as == LG_ASKED_USER && logins)
			login[0].name = asked;
		else if (as == LG_ASKED_USER)
			finding = LG_FINDING_NONE;
		add_account(findings, as, finding, vias[next(seed, 3)], asked,
			    entries[next(seed, 3)], dn, login,
			    finding == LG_FINDING_ONE ? logins : 0);
	}
	return findings;
}

static void random_locks(void **state)
{
	static const char *const processes[] = {NULL, "a.exe", "x/B.exe",
						"c.exe"};
	size_t left = (size_t)(uintptr_t)*state;
	uint32_t seed = 20071;

	while (left) {
		struct lg_findings *findings = random_findings(&seed);
		struct oracle_lock lock = {
			.dialect = next(&seed, 2)
					   ? LG_DIALECT_GATE
					   : (enum lg_dialect)next(&seed, 5),
			.has_list = next(&seed, 4) != 0,
			.has_users = next(&seed, 2),
			.when_invalid = (int)next(&seed, 3),
			.versions = (enum oracle_versions)next(&seed, 4),
			.blocks_a_exe = (int)next(&seed, 2),
			.refuse = next(&seed, 2) ? next(&seed, 128) & ~1u : 0,
			.refuse_unknown_version = !next(&seed, 4),
			.refuse_unknown_process = !next(&seed, 4),
			.break_glass =
				next(&seed, 3) ? NULL : dn_pool[next(&seed, 5)],
			.facts = next(&seed, 4) ? LG_FACTS_FINDINGS
						: (enum lg_facts)next(&seed, 3),
			.findings = findings,
		};
		struct lg_policy *policy = NULL;
		enum lg_status status;
		size_t i;

		for (i = next(&seed, 5); lock.has_list && i-- > 0;)
			lock.dn[i] = dn_pool[next(&seed, 10)];
		for (i = next(&seed, 3); lock.has_users && i-- > 0;)
			lock.user[i] = user_pool[next(&seed, 4)];
		if (lock.dialect == LG_DIALECT_EXCHANGE_2000)
			lock.dn[1] = NULL;
		status = compile(&lock, &policy);
		for (i = 0; i < 50 && left; i++, left--) {
			struct lg_attempt attempt = attempt_of(
				next(&seed, 3) ? dn_pool[next(&seed, 10)]
					       : NULL,
				typed_pool[next(&seed, 6)],
				processes[next(&seed, 4)],
				(uint32_t[]){4, 5, 6, 11}[next(&seed, 4)],
				(enum lg_version_known)next(&seed, 3),
				(enum lg_protocol)next(&seed, 7));

			if (attempt.version.known) {
				attempt.version.part[1] = next(&seed, 2);
				attempt.version.part[2] = next(&seed, 11);
				attempt.version.part[3] =
					attempt.version.known == LG_VERSION_FOUR
						? next(&seed, 11)
						: 0;
			}
			compare(&lock, policy, status, &attempt);
		}
		lg_policy_free(&policy);
		lg_findings_free(&findings);
	}
}

/* One after the other and all at once give the same. */
static void many_at_once(void **state)
{
	enum {
		MANY = 1000
	};
	static struct lg_attempt attempt[MANY];
	static struct lg_decision decision[MANY];
	static struct lg_session session[MANY];
	static unsigned char cut[MANY];
	uint32_t seed = 7;
	struct oracle_lock lock = {
		.has_list = 1,
		.has_users = 1,
		.dn = {A, C},
		.user = {"bob"},
		.versions = ORACLE_VERSIONS_5_TO_6,
		.break_glass = B,
		.facts = LG_FACTS_ALL_FOUND,
	};
	struct lg_policy *policy = NULL;
	size_t count;
	size_t i;

	assert_int_equal(compile(&lock, &policy), LG_OK);
	for (i = 0; i < MANY; i++) {
		session[i] = (struct lg_session){
			.dn = next(&seed, 2) ? dn_pool[next(&seed, 10)] : NULL,
			.user = typed_pool[next(&seed, 6)],
			.version = {{5}, LG_VERSION_FOUR},
			.protocol = (enum lg_protocol)next(&seed, 7),
		};
		attempt[i] = lg_session_attempt(&session[i]);
	}
	lg_policy_decide_many(policy, attempt, MANY, decision);
	count = lg_sweep_plan(policy, session, MANY, cut, NULL);
	for (i = 0; i < MANY; i++) {
		struct lg_decision alone =
			lg_policy_decide(policy, &attempt[i]);

		assert_int_equal(alone.verdict, decision[i].verdict);
		assert_int_equal(alone.reason, decision[i].reason);
		assert_int_equal(alone.rule, decision[i].rule);
		assert_int_equal(cut[i], alone.verdict == LG_REFUSE);
		count -= cut[i];
	}
	assert_int_equal(count, 0);
	lg_policy_free(&policy);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row_with("every small lock of the gate", every_small_lock,
			       LG_DIALECT_GATE),
		suite_row_with("every small lock of Exchange 5.5",
			       every_small_lock, LG_DIALECT_EXCHANGE_5_5),
		suite_row_with("every small lock of Exchange 2000",
			       every_small_lock, LG_DIALECT_EXCHANGE_2000),
		suite_row_with("every small lock of Exchange 2003",
			       every_small_lock, LG_DIALECT_EXCHANGE_2003),
		suite_row_with("every small lock of Exchange 2007",
			       every_small_lock, LG_DIALECT_EXCHANGE_2007),
		suite_row_with("a million random logons", random_locks,
			       (uintptr_t)RANDOM_LOGONS),
		suite_row("many at once are decided as one by one",
			  many_at_once),
	};

	return suite_run(rows);
}
