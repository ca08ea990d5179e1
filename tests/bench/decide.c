/* SPDX-License-Identifier: ISC */
/*
 * What a decision costs: one by one and in batches, on lists of a thousand,
 * a hundred thousand and a million accounts; compile and swap; a sweep of a
 * million sessions; memory an account. And with one and with sixteen locks of a
 * hundred thousand accounts each, beside one list of as many: locks that name
 * who gets in, and locks that concern some.
 *
 * In the same run it measures what the memory of this machine gives: one hash
 * of a DN and two dependent reads from arrays as large as the policy's, and
 * a sorted array with bsearch and strcasecmp. Ratios to those can be compared
 * between machines. Times are of the processor, so that others on the machine
 * disturb less. A table goes to stderr, JSON to stdout.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <logongate/dn.h>
#include "core/policy/session.h"

enum {
	ATTEMPTS = 1 << 18,
	ROUNDS = 9,
	LOCKS = 16,
	LOCK_ACCOUNTS = 100000
};

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static uint32_t next(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static void must(int truth, const char *what)
{
	if (truth)
		return;
	fprintf(stderr, "decide: %s\n", what);
	exit(1);
}

struct world {
	size_t accounts;
	struct lg_strlist dn;
	struct lg_registry *values;
	struct lg_findings *findings;
	struct lg_policy *policy;
	struct lg_attempt *attempt;
	struct lg_decision *decision;
	char *typed;    /* the DNs of the attempts, one behind another */
	double strings; /* bytes of the accounts' names */
};

static void make_names(struct world *world)
{
	char dn[128];
	char login[64];
	size_t i;

	must(lg_findings_new(&world->findings, NULL) == LG_OK, "no memory");
	for (i = 0; i < world->accounts; i++) {
		int dn_len = snprintf(dn, sizeof(dn),
				      "/o=Org/ou=First Administrative Group/"
				      "cn=Recipients/cn=user%07zu",
				      i);
		int login_len = snprintf(login, sizeof(login),
					 "user%07zu@example.org", i);
		struct lg_account account = {
			.asked_as = LG_ASKED_DN,
			.finding = LG_FINDING_ONE,
			.via = LG_VIA_LEGACY_EXCHANGE_DN,
			.asked = dn,
			.entry = dn,
			.dn = dn,
		};
		struct lg_login name = {login, 0};

		must(lg_strlist_add(&world->dn, dn, (size_t)dn_len, NULL) ==
				     LG_OK &&
			     lg_findings_add(world->findings, &account, &name,
					     1, NULL) == LG_OK,
		     "no memory");
		world->strings += dn_len + login_len;
	}
}

static void make_values(struct world *world)
{
	const char *key = LG_KEY_PARAMETERS_SYSTEM;

	must(lg_registry_new(&world->values, NULL) == LG_OK &&
		     lg_registry_set_list(world->values, key,
					  LG_VALUE_LOGON_ONLY_AS, &world->dn,
					  NULL) == LG_OK &&
		     lg_registry_set_text(world->values, key,
					  LG_VALUE_DISABLE_MAPI_CLIENTS,
					  "-5.65535.65535;7.0.0-11.6568.6567",
					  NULL) == LG_OK &&
		     lg_registry_set_text(
			     world->values, key,
			     LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES,
			     "program1.exe; program2.exe", NULL) == LG_OK,
	     "no memory");
}

static double compile(struct world *world)
{
	const struct lg_policy_layer layer = {
		.values = world->values,
		.facts = LG_FACTS_FINDINGS,
		.findings = world->findings,
	};
	const struct lg_policy_input input = {
		.dialect = LG_DIALECT_GATE,
		.generation = 1,
		.layer = &layer,
		.layer_count = 1,
	};
	struct lg_policy *policy = NULL;
	double start = now_ns();

	must(lg_policy_compile(&input, &policy, NULL, NULL) == LG_OK,
	     "compile");
	lg_policy_free(&world->policy);
	world->policy = policy;
	return now_ns() - start;
}

/* Every second one listed, spread over the list. */
static void make_attempts(struct world *world)
{
	uint32_t seed = 1;
	size_t i;

	world->attempt = calloc(ATTEMPTS, sizeof(*world->attempt));
	world->decision = calloc(ATTEMPTS, sizeof(*world->decision));
	world->typed = malloc((size_t)ATTEMPTS * 80);
	must(world->attempt && world->decision && world->typed, "no memory");
	for (i = 0; i < ATTEMPTS; i++) {
		char *dn = world->typed + i * 80;
		int len = snprintf(dn, 80,
				   "/o=Org/ou=First Administrative Group/"
				   "cn=%s/cn=user%07zu",
				   i % 2 ? "RECIPIENTS" : "Outsiders",
				   next(&seed) % world->accounts);

		world->attempt[i] = (struct lg_attempt){
			.dn = dn,
			.dn_len = (size_t)len,
			.version = {{12, 0, 4518, 1014}, LG_VERSION_FOUR},
			.process = "outlook.exe",
			.process_len = 11,
			.protocol = LG_PROTOCOL_MAPI,
		};
	}
}

static double best(double a, double b)
{
	return a == 0 || b < a ? b : a;
}

static double one_by_one(struct world *world)
{
	double fastest = 0;
	int round;
	size_t i;

	for (round = 0; round < ROUNDS; round++) {
		double start = now_ns();
		size_t admitted = 0;

		for (i = 0; i < ATTEMPTS; i++)
			admitted += lg_policy_decide(world->policy,
						     &world->attempt[i])
					    .verdict == LG_ADMIT;
		fastest = best(fastest, now_ns() - start);
		must(admitted == ATTEMPTS / 2, "half should be admitted");
	}
	return fastest / ATTEMPTS;
}

static double in_batches(struct world *world)
{
	double fastest = 0;
	int round;

	for (round = 0; round < ROUNDS; round++) {
		double start = now_ns();

		lg_policy_decide_many(world->policy, world->attempt, ATTEMPTS,
				      world->decision);
		fastest = best(fastest, now_ns() - start);
	}
	return fastest / ATTEMPTS;
}

/* One hash and two reads that depend on it, in arrays of that size. */
static double hash_and_two_reads(struct world *world)
{
	size_t slots = 16;
	uint64_t *first;
	uint64_t *second;
	double fastest = 0;
	int round;
	size_t i;

	while (slots / 4 * 3 < world->accounts)
		slots *= 2;
	first = malloc(slots * 8);
	second = malloc(slots * 64);
	must(first && second, "no memory");
	for (i = 0; i < slots; i++) {
		first[i] = i * 2654435761u;
		second[8 * i] = i;
	}
	for (round = 0; round < ROUNDS; round++) {
		double start = now_ns();
		volatile uint64_t sum = 0;

		for (i = 0; i < ATTEMPTS; i++) {
			uint64_t hash = lg_dn_hash(world->attempt[i].dn,
						   world->attempt[i].dn_len);
			uint64_t at = first[hash & (slots - 1)];

			sum += second[8 * ((at ^ hash) & (slots - 1))];
		}
		fastest = best(fastest, now_ns() - start);
	}
	free(first);
	free(second);
	return fastest / ATTEMPTS;
}

static int by_text(const void *a, const void *b)
{
	return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

/* What one would write first: a sorted array, bsearch and strcasecmp. */
static double with_bsearch(struct world *world)
{
	const char **sorted = malloc(world->accounts * sizeof(*sorted));
	double fastest = 0;
	int round;
	size_t i;

	must(sorted != NULL, "no memory");
	memcpy(sorted, world->dn.item, world->accounts * sizeof(*sorted));
	qsort(sorted, world->accounts, sizeof(*sorted), by_text);
	for (round = 0; round < 2; round++) {
		double start = now_ns();
		size_t found = 0;

		for (i = 0; i < ATTEMPTS; i++)
			found += bsearch(&world->attempt[i].dn, sorted,
					 world->accounts, sizeof(*sorted),
					 by_text) != NULL;
		fastest = best(fastest, now_ns() - start);
		must(found == ATTEMPTS / 2, "half should be found");
	}
	free(sorted);
	return fastest / ATTEMPTS;
}

static double sweep_ms(struct world *world, size_t count)
{
	struct lg_session *session = calloc(count, sizeof(*session));
	unsigned char *cut = malloc(count);
	double fastest = 0;
	int round;
	size_t i;

	must(session && cut, "no memory");
	for (i = 0; i < count; i++)
		session[i] = (struct lg_session){
			.dn = world->attempt[i % ATTEMPTS].dn,
			.version = {{12, 0, 4518, 1014}, LG_VERSION_FOUR},
			.protocol = LG_PROTOCOL_MAPI,
		};
	for (round = 0; round < 3; round++) {
		double start = now_ns();

		must(lg_sweep_plan(world->policy, session, count, cut, NULL) >
			     0,
		     "nobody to cut");
		fastest = best(fastest, now_ns() - start);
	}
	free(session);
	free(cut);
	return fastest / 1e6;
}

static void measure(size_t accounts, int last)
{
	struct world world = {.accounts = accounts};
	double first_ms;
	double swap_ms;
	double single;
	double batch;
	double floor_ns;
	double libc;
	double sweep;
	double overhead;

	make_names(&world);
	make_values(&world);
	first_ms = compile(&world) / 1e6;
	swap_ms = best(compile(&world), compile(&world)) / 1e6;
	make_attempts(&world);
	single = one_by_one(&world);
	batch = in_batches(&world);
	floor_ns = hash_and_two_reads(&world);
	libc = with_bsearch(&world);
	sweep = sweep_ms(&world, 1000000);
	overhead = ((double)lg_policy_memory(world.policy) - world.strings) /
		   (double)accounts;
	fprintf(stderr,
		"%8zu %8.1f %8.1f %10.1f %8.1f %9.2f %9.1f %9.1f %9.1f\n",
		accounts, single, batch, floor_ns, libc, single / floor_ns,
		best(first_ms, swap_ms), sweep, overhead);
	printf("{\"accounts\":%zu,\"decide_ns\":%.1f,\"batch_ns\":%.1f,"
	       "\"hash_and_two_reads_ns\":%.1f,\"bsearch_ns\":%.1f,"
	       "\"compile_and_swap_ms\":%.1f,\"sweep_million_ms\":%.1f,"
	       "\"bytes_beyond_strings\":%.1f}%s\n",
	       accounts, single, batch, floor_ns, libc, best(first_ms, swap_ms),
	       sweep, overhead, last ? "" : ",");
	lg_policy_free(&world.policy);
	lg_registry_free(&world.values);
	lg_findings_free(&world.findings);
	lg_strlist_release(&world.dn);
	free(world.attempt);
	free(world.decision);
	free(world.typed);
}

/* Locks as they are put together; NULL id: the values of world alone. */
struct locks {
	struct lg_policy_layer layer[LOCKS];
	char id[LOCKS][24];
};

/* What each kind of locks is made of. */
enum kind {
	STANDING = 0, /* the list as standing values, as before locks */
	LISTING,      /* each lists all accounts of world */
	CONCERNING    /* each concerns accounts of its own */
};

/* A lock that concerns the accounts of world, under names of its own. */
static void concern(struct world *world, size_t lock,
		    struct lg_policy_layer *layer)
{
	struct world own = {.accounts = world->accounts};
	struct lg_registry *values = NULL;
	size_t i;

	make_names(&own);
	for (i = 0; lock && i < own.accounts; i++) {
		char *dn = (char *)own.dn.item[i];

		/* cn=user0000001 becomes cn=usrA000001 */
		memcpy(strstr(dn, "cn=user") + 3, "usr", 3);
		strstr(dn, "cn=usr")[6] = (char)('A' + lock);
		strcpy((char *)own.findings->account[i].dn, dn);
		strcpy((char *)own.findings->account[i].asked, dn);
	}
	must(lg_registry_new(&values, NULL) == LG_OK &&
		     lg_registry_set_list(values, LG_KEY_PARAMETERS_SYSTEM,
					  LG_VALUE_APPLIES_TO, &own.dn,
					  NULL) == LG_OK,
	     "no memory");
	layer->values = values;
	layer->findings = layer->concerned = own.findings;
	lg_strlist_release(&own.dn);
}

static double compile_locks(struct world *world, enum kind kind, size_t count)
{
	struct locks locks = {0};
	const struct lg_policy_input input = {
		.dialect = LG_DIALECT_GATE,
		.generation = 1,
		.layer = locks.layer,
		.layer_count = count,
	};
	struct lg_policy *policy = NULL;
	double start;
	size_t i;

	for (i = 0; i < count; i++) {
		snprintf(locks.id[i], sizeof(locks.id[i]), "lg-%zu", i);
		locks.layer[i] = (struct lg_policy_layer){
			.id = kind == STANDING ? NULL : locks.id[i],
			.profile = "bench",
			.values = world->values,
			.findings = world->findings,
		};
		if (kind == CONCERNING)
			concern(world, i, &locks.layer[i]);
	}
	start = now_ns();
	must(lg_policy_compile(&input, &policy, NULL, NULL) == LG_OK,
	     "compile");
	start = now_ns() - start;
	lg_policy_free(&world->policy);
	world->policy = policy;
	for (i = 0; i < count && kind == CONCERNING; i++) {
		struct lg_findings *findings =
			(struct lg_findings *)locks.layer[i].findings;
		struct lg_registry *values =
			(struct lg_registry *)locks.layer[i].values;

		lg_findings_free(&findings);
		lg_registry_free(&values);
	}
	return start;
}

static void measure_locks(void)
{
	static const struct {
		const char *name;
		enum kind kind;
		size_t count;
	} row[] = {
		{"one list, no lock", STANDING, 1},
		{"1 lock that lists", LISTING, 1},
		{"16 locks that list", LISTING, LOCKS},
		{"1 lock that concerns", CONCERNING, 1},
		{"16 locks that concern", CONCERNING, LOCKS},
	};
	struct world world = {.accounts = LOCK_ACCOUNTS};
	double first = 0;
	size_t i;

	make_names(&world);
	make_values(&world);
	make_attempts(&world);
	fprintf(stderr, "\n%-24s %8s %8s %8s %9s\n", "100000 accounts each",
		"decide", "batch", "ratio", "compile");
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		double compiled =
			compile_locks(&world, row[i].kind, row[i].count);
		double single = one_by_one(&world);
		double batch = in_batches(&world);

		if (!i)
			first = single;
		fprintf(stderr, "%-24s %8.1f %8.1f %8.2f %9.1f\n", row[i].name,
			single, batch, single / first, compiled / 1e6);
		printf(",{\"locks\":\"%s\",\"decide_ns\":%.1f,"
		       "\"batch_ns\":%.1f,\"ratio\":%.2f,"
		       "\"compile_ms\":%.1f}\n",
		       row[i].name, single, batch, single / first,
		       compiled / 1e6);
	}
	lg_policy_free(&world.policy);
	lg_registry_free(&world.values);
	lg_findings_free(&world.findings);
	lg_strlist_release(&world.dn);
	free(world.attempt);
	free(world.decision);
	free(world.typed);
}

int main(int argc, char **argv)
{
	size_t sizes[] = {1000, 100000, 1000000};
	size_t count = argc > 1 ? 1 : 3;
	size_t i;

	if (argc > 1)
		sizes[0] = strtoul(argv[1], NULL, 10);
	must(sizes[0] > 0, "usage: decide [ACCOUNTS]");
	fprintf(stderr, "%8s %8s %8s %10s %8s %9s %9s %9s %9s\n", "accounts",
		"decide", "batch", "hash+2read", "bsearch", "ratio", "compile",
		"sweep 1M", "bytes");
	fprintf(stderr, "%8s %8s %8s %10s %8s %9s %9s %9s %9s\n", "", "ns",
		"ns", "ns", "ns", "", "ms", "ms", "/account");
	printf("[");
	for (i = 0; i < count; i++)
		measure(sizes[i], i + 1 == count);
	if (argc <= 1)
		measure_locks();
	printf("]\n");
	return 0;
}
