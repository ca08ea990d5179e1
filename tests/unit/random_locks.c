/* SPDX-License-Identifier: ISC */
/*
 * random_locks.c - layers of locks and logons, drawn by lot
 */
#include "random_locks.h"

#include <stdio.h>
#include <string.h>

#include "suite.h"
#define B "/o=Org/ou=Site/cn=Recipients/cn=b"
#define C "/o=Org/ou=Site/cn=Recipients/cn=c"
#define ATTENDANT                                                              \
	"/o=Org/ou=Site/cn=Configuration/cn=Servers/cn=EX1/"                   \
	"cn=Microsoft System Attendant"

uint32_t next(uint32_t *seed, uint32_t below)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed % below;
}

static const char *const dn_pool[] = {A,   B,  C,      A_LOUD,
				      "0", "", "none", ATTENDANT};
static const char *const user_pool[] = {"alice", "bob@example.org", "carol",
					"alice@example.net"};
static const char *const typed_pool[] = {
	"alice",          "BOB@Example.Org",
	"EXAMPLE\\carol", "smtp:alice@Example.net",
	"dave",           "dave@sub.example.org",
	"eve@",           NULL};

const char *const domain_pool[] = {"example.org", "Example.NET", "other.test"};

static void add_account(struct lg_findings *findings, uint32_t *seed,
			enum lg_asked_as as, const char *asked)
{
	static const char *const entry[] = {"CN=a", "CN=b", "CN=c"};
	struct lg_login login[2];
	struct lg_account account = {
		.asked_as = as,
		.asked = asked,
		.finding = next(seed, 4) ? LG_FINDING_ONE
					 : (enum lg_finding)next(seed, 4),
		.via = as == LG_ASKED_DN ? LG_VIA_LEGACY_EXCHANGE_DN
					 : LG_VIA_LOGIN,
		.entry = entry[next(seed, 3)],
	};
	size_t logins = next(seed, 3);
	size_t i;

	if (as == LG_ASKED_FILTER || as == LG_ASKED_KNOWN)
		account.finding = LG_FINDING_ONE;
	/* A few answers are lost. */
	if (next(seed, 40) && account.finding == LG_FINDING_UNASKED)
		account.finding = LG_FINDING_NONE;
	for (i = 0; i < logins; i++)
		login[i] = (struct lg_login){user_pool[next(seed, 4)],
					     !next(seed, 12)};
	if (as == LG_ASKED_USER && logins)
		login[0].name = asked;
	else if (as == LG_ASKED_USER && account.finding == LG_FINDING_ONE)
		account.finding = LG_FINDING_NONE;
	if (account.finding == LG_FINDING_ONE && next(seed, 4))
		account.dn = as == LG_ASKED_DN ? asked : dn_pool[next(seed, 4)];
	assert_int_equal(
		lg_findings_add(findings, &account, login,
				account.finding == LG_FINDING_ONE ? logins : 0,
				NULL),
		LG_OK);
}

/* Answers for the names of the lists, and a few more. */
static struct lg_findings *make_findings(uint32_t *seed, const char *const *dn,
					 const char *const *user,
					 const char *break_glass)
{
	struct lg_findings *findings = NULL;
	unsigned int more = next(seed, 3);

	assert_int_equal(lg_findings_new(&findings, NULL), LG_OK);
	/* What is no DN is never asked. */
	for (; *dn; dn++)
		if (next(seed, 60) && **dn == '/')
			add_account(findings, seed, LG_ASKED_DN, *dn);
	for (; *user; user++)
		if (next(seed, 60))
			add_account(findings, seed, LG_ASKED_USER, *user);
	if (break_glass)
		add_account(findings, seed, LG_ASKED_BREAK_GLASS, break_glass);
	while (more--)
		add_account(findings, seed,
			    next(seed, 2) ? LG_ASKED_FILTER : LG_ASKED_KNOWN,
			    NULL);
	return findings;
}

static void pick(uint32_t *seed, const char *const *pool, uint32_t pool_size,
		 uint32_t most, const char **out)
{
	uint32_t count = next(seed, most + 1);

	while (count--)
		*out++ = pool[next(seed, pool_size)];
}

void make_rules(uint32_t *seed, enum lg_dialect dialect,
		struct oracle_lock *lock)
{
	*lock = (struct oracle_lock){
		.dialect = dialect,
		.has_list = !next(seed, 3),
		.has_users = !next(seed, 6),
		.when_invalid = (int)next(seed, 3),
		.versions = next(seed, 2) ? (enum oracle_versions)next(seed, 4)
					  : ORACLE_VERSIONS_NONE,
		.blocks_a_exe = !next(seed, 4),
		.refuse = next(seed, 3) ? 0 : next(seed, 128) & ~1u,
		.refuse_unknown_version = !next(seed, 10),
		.refuse_unknown_process = !next(seed, 10),
		.facts = next(seed, 5) ? LG_FACTS_FINDINGS : LG_FACTS_ALL_FOUND,
	};
	if (lock->has_list)
		pick(seed, dn_pool, 8, 4, lock->dn);
	if (lock->has_users)
		pick(seed, user_pool, 4, 2, lock->user);
	if (dialect == LG_DIALECT_EXCHANGE_2000)
		lock->dn[1] = NULL;
	if (!next(seed, 40))
		lock->facts = LG_FACTS_NOT_ASKED;
}

static void make_concerned(uint32_t *seed, struct layer *layer)
{
	struct oracle_concerned *who = &layer->who;

	*who = (struct oracle_concerned){
		.some = (int)next(seed, 2),
		.facts = layer->lock.facts,
	};
	if (!who->some)
		return;
	pick(seed, dn_pool, 4, 2, who->dn);
	pick(seed, user_pool, 4, 2, who->user);
	if (!next(seed, 3))
		pick(seed, domain_pool, 3, 2, who->domain);
}

void make_layer(uint32_t *seed, enum lg_dialect dialect,
		const char *break_glass, int is_standing, unsigned int number,
		struct layer *out)
{
	static const char *const profile[] = {"batch", "freeze", "upgrade"};

	memset(out, 0, sizeof(*out));
	make_rules(seed, dialect, &out->lock);
	out->lock.break_glass = break_glass;
	out->is_standing = is_standing;
	if (!is_standing)
		make_concerned(seed, out);
	out->findings =
		make_findings(seed, out->lock.dn, out->lock.user, break_glass);
	out->lock.findings = out->findings;
	out->concerned = make_findings(seed, out->who.dn, out->who.user, NULL);
	out->who.findings = out->concerned;
	out->values = oracle_values(&out->lock);
	assert_non_null(out->values);
	assert_true(oracle_put_concerned(&out->who, out->values));
	snprintf(out->id, sizeof(out->id), "lg-%04u", number);
	out->profile = profile[next(seed, 3)];
	out->until_s = next(seed, 3);
}

void free_layer(struct layer *layer)
{
	lg_findings_free(&layer->findings);
	lg_findings_free(&layer->concerned);
	lg_registry_free(&layer->values);
}

struct lg_attempt random_attempt(uint32_t *seed)
{
	static const char *const processes[] = {NULL, "a.exe", "x/B.exe",
						"c.exe"};
	const char *dn = next(seed, 3) ? dn_pool[next(seed, 8)] : NULL;
	const char *user = typed_pool[next(seed, 8)];
	const char *process = processes[next(seed, 4)];
	struct lg_attempt attempt = {
		.dn = dn,
		.dn_len = dn ? strlen(dn) : 0,
		.user = user,
		.user_len = user ? strlen(user) : 0,
		.process = process,
		.process_len = process ? strlen(process) : 0,
		.version = {.part = {(uint32_t[]){4, 5, 6, 11}[next(seed, 4)]},
			    .known = (enum lg_version_known)next(seed, 3)},
		.protocol = (enum lg_protocol)next(seed, 7),
	};

	if (attempt.version.known) {
		attempt.version.part[1] = next(seed, 2);
		attempt.version.part[2] = next(seed, 11);
		if (attempt.version.known == LG_VERSION_FOUR)
			attempt.version.part[3] = next(seed, 11);
	}
	return attempt;
}
