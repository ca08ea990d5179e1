/* SPDX-License-Identifier: ISC */
/*
 * The one decision function, for one logon and for many.
 *
 * On a list of a million names a decision waits for memory twice: for the
 * slot and for the text. For many at once these waits overlap: a block of
 * attempts is hashed, then their slots are read, then their texts.
 */
#include <logongate/dn.h>

#include "policy_inside.h"

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

/* A name that is shared has no right of its own; break-glass is taken from
 * such a name when the policy is made. */
static unsigned int rights(unsigned int flags)
{
	if (flags & KEY_SHARED)
		return 0;
	return flags & (KEY_LISTED | KEY_BREAK_GLASS);
}

/* Whether the logon name can still change what the DN gave. */
static int asks_name(const struct lg_policy *policy,
		     const struct lg_attempt *attempt, unsigned int flags)
{
	if (!attempt->user_len || flags & KEY_BREAK_GLASS)
		return 0;
	return policy->has_break_glass || !(flags & KEY_LISTED);
}

unsigned int lg_policy_flags(const struct lg_policy *policy,
			     const struct lg_attempt *attempt)
{
	unsigned int flags = 0;

	if (attempt->dn_len)
		flags = rights(lg_key_table_flags(&policy->dn, attempt->dn,
						  attempt->dn_len));
	if (asks_name(policy, attempt, flags))
		flags |= rights(lg_key_table_flags(&policy->name, attempt->user,
						   attempt->user_len));
	return flags;
}

enum lg_reason lg_policy_version_reason(const struct lg_policy *policy,
					const struct lg_attempt *attempt)
{
	if (attempt->version.known == LG_VERSION_UNKNOWN)
		return policy->refuse_unknown_version
			       ? LG_REASON_VERSION_UNKNOWN
			       : LG_REASON_NONE;
	if (policy->versions &&
	    lg_version_setting_blocks(policy->versions, &attempt->version))
		return LG_REASON_VERSION_BLOCKED;
	return LG_REASON_NONE;
}

enum lg_reason lg_policy_process_reason(const struct lg_policy *policy,
					const struct lg_attempt *attempt)
{
	if (!attempt->process_len) /* P7 */
		return policy->refuse_unknown_process
			       ? LG_REASON_PROCESS_UNKNOWN
			       : LG_REASON_NONE;
	if (!policy->processes)
		return LG_REASON_NONE;
	/* P4: what such a client says its name is was never sent. */
	if (policy->traits->process_needs_version_11 &&
	    attempt->version.known != LG_VERSION_UNKNOWN &&
	    attempt->version.part[0] < 11)
		return LG_REASON_NONE;
	return lg_process_list_contains(policy->processes, attempt->process,
					attempt->process_len)
		       ? LG_REASON_PROCESS_BLOCKED
		       : LG_REASON_NONE;
}

static struct lg_decision refuse(enum lg_rule rule, enum lg_reason reason)
{
	return (struct lg_decision){LG_REFUSE, reason, rule};
}

/* Design "Order of a decision"; flags are the rights of its names. */
static struct lg_decision decide(const struct lg_policy *policy,
				 const struct lg_attempt *attempt,
				 unsigned int flags)
{
	struct lg_decision decision = {LG_ADMIT, LG_REASON_NONE, LG_RULE_NONE};
	enum lg_reason reason;

	if (flags & KEY_BREAK_GLASS) {
		decision.rule = LG_RULE_BREAK_GLASS;
		return decision;
	}
	if (policy->gate != LG_GATE_OFF) {
		if (policy->gate == LG_GATE_NOBODY)
			return refuse(LG_RULE_LOGON_ONLY_AS, LG_REASON_NOBODY);
		if (!(flags & KEY_LISTED) &&
		    !lg_policy_is_exempt(policy, attempt))
			return refuse(LG_RULE_LOGON_ONLY_AS,
				      LG_REASON_NOT_LISTED);
		decision.rule = LG_RULE_LOGON_ONLY_AS;
	}
	if (policy->refuse_protocols >> attempt->protocol & 1)
		return refuse(LG_RULE_PROTOCOLS, LG_REASON_PROTOCOL_REFUSED);
	if (!lg_policy_is_mapi(attempt))
		return decision;
	reason = lg_policy_version_reason(policy, attempt);
	if (reason)
		return refuse(LG_RULE_VERSIONS, reason);
	reason = lg_policy_process_reason(policy, attempt);
	if (reason) /* P6 */
		return refuse(LG_RULE_PROCESSES, reason);
	return decision;
}

struct lg_decision lg_policy_decide(const struct lg_policy *policy,
				    const struct lg_attempt *attempt)
{
	return decide(policy, attempt, lg_policy_flags(policy, attempt));
}

static void decide_block(const struct lg_policy *policy,
			 const struct lg_attempt *attempt, size_t count,
			 struct lg_decision *out_decision)
{
	struct lg_key_probe probe[BLOCK] __attribute__((uninitialized));
	unsigned int flags[BLOCK];
	size_t i;

	for (i = 0; i < count; i++)
		if (attempt[i].dn_len)
			lg_key_probe_begin(&probe[i], &policy->dn,
					   attempt[i].dn, attempt[i].dn_len);
	for (i = 0; i < count; i++)
		if (attempt[i].dn_len)
			lg_key_probe_fetch(&probe[i], &policy->dn);
	for (i = 0; i < count; i++) {
		flags[i] = 0;
		if (attempt[i].dn_len)
			flags[i] = rights(
				lg_key_probe_flags(&probe[i], &policy->dn));
		if (asks_name(policy, &attempt[i], flags[i]))
			lg_key_probe_begin(&probe[i], &policy->name,
					   attempt[i].user,
					   attempt[i].user_len);
	}
	for (i = 0; i < count; i++)
		if (asks_name(policy, &attempt[i], flags[i]))
			lg_key_probe_fetch(&probe[i], &policy->name);
	for (i = 0; i < count; i++) {
		if (asks_name(policy, &attempt[i], flags[i]))
			flags[i] |= rights(
				lg_key_probe_flags(&probe[i], &policy->name));
		out_decision[i] = decide(policy, &attempt[i], flags[i]);
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
