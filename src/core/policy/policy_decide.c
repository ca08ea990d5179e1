/* SPDX-License-Identifier: ISC */
/*
 * The one decision function, for one logon and for many. Layers are bits: what
 * is known of a DN and of a name are rows of sets of layers, and which layer
 * refuses is arithmetic on them.
 *
 * On a list of a million names a decision waits for memory twice: for the
 * slot and for the text. For many at once these waits overlap: a block of
 * attempts is hashed, then their slots are read, then their texts.
 */
#include <string.h>

#include <logongate/dn.h>

#include "core/policy/policy_inside.h"

enum {
	BLOCK = 16,
	SMALL_POLICY = 256 << 10
};

int lg_policy_is_mapi(const struct lg_attempt *attempt)
{
	return attempt->protocol == LG_PROTOCOL_MAPI ||
	       attempt->protocol == LG_PROTOCOL_UNKNOWN;
}

int lg_policy_is_exempt(const struct lg_policy *policy,
			const struct lg_attempt *attempt)
{
	return policy->traits->system_attendant_exempt &&
	       lg_dn_is_system_attendant(attempt->dn, attempt->dn_len);
}

static const struct lg_key_rights *rights_of(const struct lg_policy *policy,
					     uint32_t row)
{
	return &policy->rights[row];
}

/* Whether the logon name can still change what the DN gave. */
static int asks_name(const struct lg_policy *policy,
		     const struct lg_attempt *attempt,
		     const struct lg_key_rights *dn)
{
	if (!attempt->user_len)
		return 0;
	return policy->names_can_add ||
	       lg_mask_any(lg_mask_without(policy->listing, dn->listed));
}

/* The layers that concern the domain of the attempt's name, or its DN. */
static struct lg_layer_mask by_domain(const struct lg_policy *policy,
				      const struct lg_attempt *attempt,
				      const struct lg_key_rights *dn)
{
	const char *domain = NULL;
	size_t len;

	if (!attempt->user_len)
		return lg_mask_without(policy->domains, dn->outside);
	len = lg_domain_of(attempt->user, attempt->user_len, &domain);
	if (!len)
		return policy->bare;
	/* No mail domain has such a sign, see policy_concerned.c. */
	if (memchr(domain, ':', len) || memchr(domain, '\\', len))
		return (struct lg_layer_mask){{0, 0}};
	return rights_of(policy,
			 lg_key_table_flags(&policy->domain, domain, len))
		->concerned;
}

/* The layers that concern the attempt, of which dn and name are known
 * (contract 12). */
static struct lg_layer_mask concerning(const struct lg_policy *policy,
				       const struct lg_attempt *attempt,
				       const struct lg_key_rights *dn,
				       const struct lg_key_rights *name)
{
	struct lg_layer_mask layers;

	/* Who names nobody is concerned by all, but for the web: its doors ask
	 * before anybody is known. */
	if (!attempt->user_len && !attempt->dn_len) {
		if (attempt->protocol == LG_PROTOCOL_HTTP)
			return policy->everybody;
		memset(&layers, 0xff, sizeof(layers));
		return layers;
	}
	layers = lg_mask_or(policy->everybody,
			    lg_mask_or(dn->concerned, name->concerned));
	if (lg_mask_any(policy->domains))
		layers = lg_mask_or(layers, by_domain(policy, attempt, dn));
	return layers;
}

/* Where no layer leaves anybody out there is nothing to ask. */
static inline struct lg_layer_mask layers_of(const struct lg_policy *policy,
					     const struct lg_attempt *attempt,
					     const struct lg_key_rights *dn,
					     const struct lg_key_rights *name)
{
	return policy->concerns_some ? concerning(policy, attempt, dn, name)
				     : policy->everybody;
}

static inline const struct lg_key_rights *
dn_rights(const struct lg_policy *policy, const struct lg_attempt *attempt)
{
	return rights_of(policy,
			 attempt->dn_len
				 ? lg_key_table_flags(&policy->dn, attempt->dn,
						      attempt->dn_len)
				 : 0);
}

static inline const struct lg_key_rights *
name_rights(const struct lg_policy *policy, const struct lg_attempt *attempt,
	    const struct lg_key_rights *dn)
{
	return rights_of(policy, asks_name(policy, attempt, dn)
					 ? lg_key_table_flags(&policy->name,
							      attempt->user,
							      attempt->user_len)
					 : 0);
}

struct lg_key_rights lg_policy_rights(const struct lg_policy *policy,
				      const struct lg_attempt *attempt)
{
	const struct lg_key_rights *dn = dn_rights(policy, attempt);
	const struct lg_key_rights *name = name_rights(policy, attempt, dn);

	return (struct lg_key_rights){
		.concerned = layers_of(policy, attempt, dn, name),
		.listed = lg_mask_or(dn->listed, name->listed),
		.glass = lg_mask_or(dn->glass, name->glass),
	};
}

enum lg_reason lg_policy_version_reason(const struct lg_policy *policy,
					size_t layer,
					const struct lg_attempt *attempt)
{
	const struct lg_layer_rules *rules = &policy->rules[layer];

	if (attempt->version.known == LG_VERSION_UNKNOWN)
		return rules->refuse_unknown_version ? LG_REASON_VERSION_UNKNOWN
						     : LG_REASON_NONE;
	if (rules->versions &&
	    lg_version_setting_blocks(rules->versions, &attempt->version))
		return LG_REASON_VERSION_BLOCKED;
	return LG_REASON_NONE;
}

enum lg_reason lg_policy_process_reason(const struct lg_policy *policy,
					size_t layer,
					const struct lg_attempt *attempt)
{
	const struct lg_layer_rules *rules = &policy->rules[layer];

	if (!attempt->process_len) /* P7 */
		return rules->refuse_unknown_process ? LG_REASON_PROCESS_UNKNOWN
						     : LG_REASON_NONE;
	if (!rules->processes)
		return LG_REASON_NONE;
	/* P4: what such a client says its name is was never sent. */
	if (policy->traits->process_needs_version_11 &&
	    attempt->version.known != LG_VERSION_UNKNOWN &&
	    attempt->version.part[0] < 11)
		return LG_REASON_NONE;
	return lg_process_list_contains(rules->processes, attempt->process,
					attempt->process_len)
		       ? LG_REASON_PROCESS_BLOCKED
		       : LG_REASON_NONE;
}

/* Sets the decision and gives 1 where version or process refuse (P6). */
static int refuses_client(const struct lg_policy *policy, size_t layer,
			  const struct lg_attempt *attempt,
			  struct lg_decision *decision)
{
	enum lg_reason reason =
		lg_policy_version_reason(policy, layer, attempt);
	enum lg_rule rule = LG_RULE_VERSIONS;

	if (!reason) {
		rule = LG_RULE_PROCESSES;
		reason = lg_policy_process_reason(policy, layer, attempt);
	}
	if (!reason)
		return 0;
	*decision = (struct lg_decision){LG_REFUSE, reason, rule, (int)layer};
	return 1;
}

/* Of the rules that are asked of all layers at once, the one that refuses. */
static struct lg_decision refusal(const struct lg_policy *policy, size_t layer,
				  int is_unlisted)
{
	struct lg_decision decision = {LG_REFUSE, LG_REASON_NOBODY,
				       LG_RULE_LOGON_ONLY_AS, (int)layer};

	if (lg_mask_has(&policy->nobody, layer))
		return decision;
	decision.reason = LG_REASON_NOT_LISTED;
	if (is_unlisted)
		return decision;
	decision.rule = LG_RULE_PROTOCOLS;
	decision.reason = LG_REASON_PROTOCOL_REFUSED;
	return decision;
}

/*
 * The rules that are asked of all layers at once, as sets of layers, say which
 * refuses first; only those that speak before it have their versions and
 * processes asked. Design "Order of a decision" holds within each layer.
 */
static inline struct lg_decision decide(const struct lg_policy *policy,
					const struct lg_attempt *attempt,
					const struct lg_key_rights *dn,
					const struct lg_key_rights *name)
{
	struct lg_decision decision = {LG_ADMIT, LG_REASON_NONE, LG_RULE_NONE,
				       -1};
	struct lg_layer_mask glass = lg_mask_or(dn->glass, name->glass);
	struct lg_layer_mask asked =
		lg_mask_without(layers_of(policy, attempt, dn, name), glass);
	struct lg_layer_mask list = lg_mask_and(asked, policy->listing);
	struct lg_layer_mask unlisted =
		lg_mask_without(list, lg_mask_or(dn->listed, name->listed));
	struct lg_layer_mask refusing =
		lg_mask_and(asked, policy->strict[attempt->protocol]);
	struct lg_layer_mask clients = lg_mask_and(asked, policy->clients);
	size_t first;

	if (policy->traits->system_attendant_exempt && lg_mask_any(unlisted) &&
	    lg_policy_is_exempt(policy, attempt))
		unlisted = (struct lg_layer_mask){{0, 0}};
	first = lg_mask_first(lg_mask_or(refusing, unlisted));
	if (lg_mask_any(clients) && lg_policy_is_mapi(attempt)) {
		for (size_t layer = lg_mask_first(clients); layer < first;
		     layer = lg_mask_first(clients)) {
			if (refuses_client(policy, layer, attempt, &decision))
				return decision;
			clients.word[layer / 64] &=
				~(UINT64_C(1) << layer % 64);
		}
	}
	if (first < LG_LAYERS_MAX)
		return refusal(policy, first, lg_mask_has(&unlisted, first));
	if (lg_mask_any(glass))
		decision.rule = LG_RULE_BREAK_GLASS;
	else if (lg_mask_any(list))
		decision.rule = LG_RULE_LOGON_ONLY_AS;
	return decision;
}

struct lg_decision lg_policy_decide(const struct lg_policy *policy,
				    const struct lg_attempt *attempt)
{
	const struct lg_key_rights *dn = dn_rights(policy, attempt);

	return decide(policy, attempt, dn, name_rights(policy, attempt, dn));
}

int lg_policy_misfit(const struct lg_policy *policy,
		     const struct lg_attempt *attempt)
{
	const struct lg_key_rights *dn, *name;
	struct lg_layer_mask misfit;

	if (!attempt->dn_len || !attempt->user_len)
		return -1;
	dn = dn_rights(policy, attempt);
	name = rights_of(policy,
			 lg_key_table_flags(&policy->name, attempt->user,
					    attempt->user_len));
	misfit = lg_mask_without(
		lg_mask_and(dn->named, lg_mask_or(dn->listed, dn->glass)),
		lg_mask_or(name->named, lg_mask_or(name->listed, name->glass)));
	return lg_mask_any(misfit) ? (int)lg_mask_first(misfit) : -1;
}

static void decide_block(const struct lg_policy *policy,
			 const struct lg_attempt *attempt, size_t count,
			 struct lg_decision *out_decision)
{
	struct lg_key_probe probe[BLOCK] __attribute__((uninitialized));
	const struct lg_key_rights *dn[BLOCK];

	for (size_t i = 0; i < count; i++)
		if (attempt[i].dn_len)
			lg_key_probe_begin(&probe[i], &policy->dn,
					   attempt[i].dn, attempt[i].dn_len);
	for (size_t i = 0; i < count; i++)
		if (attempt[i].dn_len)
			lg_key_probe_fetch(&probe[i], &policy->dn);
	for (size_t i = 0; i < count; i++) {
		dn[i] = rights_of(policy, 0);
		if (attempt[i].dn_len)
			dn[i] = rights_of(
				policy,
				lg_key_probe_flags(&probe[i], &policy->dn));
		if (asks_name(policy, &attempt[i], dn[i]))
			lg_key_probe_begin(&probe[i], &policy->name,
					   attempt[i].user,
					   attempt[i].user_len);
	}
	for (size_t i = 0; i < count; i++)
		if (asks_name(policy, &attempt[i], dn[i]))
			lg_key_probe_fetch(&probe[i], &policy->name);
	for (size_t i = 0; i < count; i++) {
		const struct lg_key_rights *name = rights_of(policy, 0);

		if (asks_name(policy, &attempt[i], dn[i]))
			name = rights_of(
				policy,
				lg_key_probe_flags(&probe[i], &policy->name));
		out_decision[i] = decide(policy, &attempt[i], dn[i], name);
	}
}

void lg_policy_decide_many(const struct lg_policy *policy,
			   const struct lg_attempt *attempt, size_t count,
			   struct lg_decision *out_decision)
{
	/* What the caches hold need not be fetched ahead. */
	int is_small = lg_policy_memory(policy) < SMALL_POLICY;

	while (is_small && count) {
		*out_decision++ = lg_policy_decide(policy, attempt++);
		count--;
	}
	while (count) {
		size_t block = count < BLOCK ? count : BLOCK;

		decide_block(policy, attempt, block, out_decision);
		attempt += block;
		out_decision += block;
		count -= block;
	}
}
