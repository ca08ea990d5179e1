/* SPDX-License-Identifier: ISC */
/*
 * locks_world.c - a policy of several layers, made and asked
 */
#include "locks_world.h"

size_t add_layer(struct world *world, const char *id, const char *profile,
		 int64_t until_s)
{
	size_t i = world->input.layer_count++;

	assert_true(i < MOST);
	assert_int_equal(lg_registry_new(&world->values[i], NULL), LG_OK);
	assert_int_equal(lg_findings_new(&world->findings[i], NULL), LG_OK);
	world->layer[i] = (struct lg_policy_layer){
		.id = id,
		.profile = profile,
		.until_s = until_s,
		.values = world->values[i],
		.findings = world->findings[i],
	};
	world->input.layer = world->layer;
	world->input.break_glass = &world->glass;
	return i;
}

void put(struct world *world, size_t layer, const char *name, const char *text)
{
	assert_int_equal(lg_registry_set_text(world->values[layer], KEY, name,
					      text, NULL),
			 LG_OK);
}

void put_list(struct world *world, size_t layer, const char *name,
	      const char *first, const char *second)
{
	struct lg_strlist list = {0};

	if (first[0])
		lg_strlist_add(&list, first, strlen(first), NULL);
	if (second)
		lg_strlist_add(&list, second, strlen(second), NULL);
	assert_int_equal(lg_registry_set_list(world->values[layer], KEY, name,
					      &list, NULL),
			 LG_OK);
	lg_strlist_release(&list);
}

void answered(struct world *world, size_t layer, enum lg_asked_as as,
	      const char *asked, enum lg_finding finding, const char *dn,
	      const char *first, const char *second)
{
	const struct lg_account account = {
		.asked_as = as,
		.finding = finding,
		.via = as == LG_ASKED_DN ? LG_VIA_LEGACY_EXCHANGE_DN
					 : LG_VIA_LOGIN,
		.asked = asked,
		.entry = finding == LG_FINDING_ONE ? asked : NULL,
		.dn = dn,
	};
	struct lg_login name[2] = {{first, 0}, {second, 0}};

	assert_int_equal(lg_findings_add(world->findings[layer], &account, name,
					 (first != NULL) + (second != NULL),
					 NULL),
			 LG_OK);
}

enum lg_status compile(struct world *world)
{
	lg_policy_free(&world->policy);
	lg_warnings_release(&world->warnings);
	return lg_policy_compile(&world->input, &world->policy,
				 &world->warnings, &world->err);
}

void done(struct world *world)
{
	size_t i;

	lg_policy_free(&world->policy);
	lg_warnings_release(&world->warnings);
	lg_strlist_release(&world->glass);
	for (i = 0; i < world->input.layer_count; i++) {
		lg_registry_free(&world->values[i]);
		lg_findings_free(&world->findings[i]);
	}
}

struct lg_decision asks(const struct world *world, const char *dn,
			const char *user, enum lg_protocol protocol)
{
	const struct lg_attempt attempt = {
		.dn = dn,
		.dn_len = dn ? strlen(dn) : 0,
		.user = user,
		.user_len = user ? strlen(user) : 0,
		.version = {{11, 0, 1, 0}, LG_VERSION_FOUR},
		.protocol = protocol,
	};
	struct lg_decision many;
	struct lg_decision one = lg_policy_decide(world->policy, &attempt);

	lg_policy_decide_many(world->policy, &attempt, 1, &many);
	assert_int_equal(one.verdict, many.verdict);
	assert_int_equal(one.lock, many.lock);
	return one;
}

int admits(const struct world *world, const char *dn, const char *user)
{
	return asks(world, dn, user, LG_PROTOCOL_IMAP).verdict == LG_ADMIT;
}
