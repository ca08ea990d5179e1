/* SPDX-License-Identifier: ISC */
/*
 * policy_world.c - a policy made of a few values and findings, and asked
 */
#include "policy_world.h"

struct world fresh(enum lg_dialect dialect)
{
	struct world world = {.dialect = dialect};

	assert_int_equal(lg_registry_new(&world.values, NULL), LG_OK);
	assert_int_equal(lg_findings_new(&world.findings, NULL), LG_OK);
	return world;
}

void put(struct world *world, const char *name, const char *text)
{
	assert_int_equal(
		lg_registry_set_text(world->values, KEY, name, text, NULL),
		LG_OK);
}

void put_list(struct world *world, const char *name, const char *first,
	      const char *second)
{
	struct lg_strlist list = {0};

	lg_strlist_add(&list, first, strlen(first), NULL);
	if (second)
		lg_strlist_add(&list, second, strlen(second), NULL);
	assert_int_equal(
		lg_registry_set_list(world->values, KEY, name, &list, NULL),
		LG_OK);
	lg_strlist_release(&list);
}

void found(struct world *world, enum lg_asked_as as, const char *asked,
	   const char *dn, const char *login, int shared)
{
	const struct lg_account account = {
		.asked_as = as,
		.finding = LG_FINDING_ONE,
		.via = as == LG_ASKED_DN ? LG_VIA_LEGACY_EXCHANGE_DN
					 : LG_VIA_LOGIN,
		.asked = asked,
		.entry = dn ? dn : login,
		.dn = dn,
	};
	const struct lg_login name = {login, shared};

	assert_int_equal(lg_findings_add(world->findings, &account, &name,
					 login != NULL, NULL),
			 LG_OK);
}

enum lg_status compile(struct world *world)
{
	const struct lg_policy_layer layer = {
		.values = world->values,
		.facts = world->facts,
		.findings = world->findings,
	};
	const struct lg_policy_input input = {
		.dialect = world->dialect,
		.break_glass = &world->glass,
		.generation = 42,
		.layer = &layer,
		.layer_count = 1,
	};

	lg_policy_free(&world->policy);
	lg_warnings_release(&world->warnings);
	return lg_policy_compile(&input, &world->policy, &world->warnings,
				 &world->err);
}

void done(struct world *world)
{
	lg_policy_free(&world->policy);
	lg_warnings_release(&world->warnings);
	lg_strlist_release(&world->glass);
	lg_findings_free(&world->findings);
	lg_registry_free(&world->values);
}

enum lg_reason asks(const struct world *world, const char *dn, const char *user,
		    enum lg_protocol protocol, uint32_t major,
		    const char *process)
{
	const struct lg_attempt attempt = {
		.dn = dn,
		.dn_len = dn ? strlen(dn) : 0,
		.user = user,
		.user_len = user ? strlen(user) : 0,
		.process = process,
		.process_len = process ? strlen(process) : 0,
		.version = {{major},
			    major ? LG_VERSION_FOUR : LG_VERSION_UNKNOWN},
		.protocol = protocol,
	};
	struct lg_decision decision = lg_policy_decide(world->policy, &attempt);

	assert_int_equal(decision.verdict == LG_REFUSE,
			 decision.reason != LG_REASON_NONE);
	return decision.reason;
}

enum lg_reason logs_on(const struct world *world, const char *dn,
		       const char *user)
{
	return asks(world, dn, user, LG_PROTOCOL_IMAP, 0, NULL);
}
