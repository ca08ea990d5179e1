/* SPDX-License-Identifier: ISC */
/*
 * Asks every rule of a policy and says in words what each answered. The
 * verdict is lg_policy_decide's, never put together here.
 */
#include <stdarg.h>
#include <stdio.h>

#include "core/policy/policy_inside.h"

static void answer(struct lg_rule_answer *out, enum lg_rule rule,
		   enum lg_outcome outcome, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void answer(struct lg_rule_answer *out, enum lg_rule rule,
		   enum lg_outcome outcome, const char *format, ...)
{
	va_list args;

	out->rule = rule;
	out->lock = -1;
	out->outcome = outcome;
	va_start(args, format);
	vsnprintf(out->detail, sizeof(out->detail), format, args);
	va_end(args);
}

static void explain_break_glass(const struct lg_policy *policy,
				const struct lg_key_rights *rights,
				struct lg_rule_answer *out)
{
	if (!policy->has_break_glass)
		answer(out, LG_RULE_BREAK_GLASS, LG_OUTCOME_NOT_SET,
		       "no break-glass account is set");
	else if (lg_mask_any(rights->glass))
		answer(out, LG_RULE_BREAK_GLASS, LG_OUTCOME_ADMITS,
		       "a break-glass account is admitted before every rule");
	else
		answer(out, LG_RULE_BREAK_GLASS, LG_OUTCOME_PASSES,
		       "not a break-glass account");
}

static void explain_concerned(const struct lg_policy *policy, size_t layer,
			      const struct lg_attempt *attempt,
			      const struct lg_key_rights *rights,
			      struct lg_rule_answer *out)
{
	enum lg_rule rule = LG_RULE_APPLIES_TO;

	if (!lg_mask_has(&rights->concerned, layer))
		answer(out, rule, LG_OUTCOME_PASSES,
		       "the lock does not concern this logon");
	else if (attempt->dn_len || attempt->user_len)
		answer(out, rule, LG_OUTCOME_PASSES,
		       "the lock concerns this logon");
	else
		answer(out, rule, LG_OUTCOME_PASSES,
		       "the logon names nobody, so the lock concerns it");
}

static void explain_list(const struct lg_policy *policy, size_t layer,
			 const struct lg_attempt *attempt,
			 const struct lg_key_rights *rights,
			 struct lg_rule_answer *out)
{
	enum lg_rule rule = LG_RULE_LOGON_ONLY_AS;
	int everybody = policy->info[layer].concerns_everybody;

	if (policy->info[layer].gate == LG_GATE_OFF)
		answer(out, rule, LG_OUTCOME_NOT_SET,
		       "nobody is limited by name");
	else if (policy->info[layer].gate == LG_GATE_NOBODY)
		answer(out, rule, LG_OUTCOME_REFUSES,
		       everybody
			       ? "the list is there and blank, so nobody gets in"
			       : "nobody whom the lock concerns gets in");
	else if (lg_mask_has(&rights->listed, layer))
		answer(out, rule, LG_OUTCOME_PASSES, "listed");
	else if (lg_policy_is_exempt(policy, attempt))
		answer(out, rule, LG_OUTCOME_PASSES,
		       "the System Attendant always has access");
	else if (!attempt->dn_len && !attempt->user_len)
		answer(out, rule, LG_OUTCOME_REFUSES,
		       "the logon names nobody, so it is nobody listed");
	else
		answer(out, rule, LG_OUTCOME_REFUSES, "not listed");
}

static int refuses_protocols(const struct lg_policy *policy, size_t layer)
{
	for (unsigned int i = 0; i < LG_PROTOCOL_COUNT; i++)
		if (lg_mask_has(&policy->protocol[i], layer))
			return 1;
	return 0;
}

static void explain_protocols(const struct lg_policy *policy, size_t layer,
			      const struct lg_attempt *attempt,
			      struct lg_rule_answer *out)
{
	enum lg_rule rule = LG_RULE_PROTOCOLS;

	if (!refuses_protocols(policy, layer))
		answer(out, rule, LG_OUTCOME_NOT_SET, "no protocol is refused");
	else if (attempt->protocol == LG_PROTOCOL_UNKNOWN)
		answer(out, rule, LG_OUTCOME_PASSES,
		       "the protocol is not known");
	else if (lg_mask_has(&policy->protocol[attempt->protocol], layer))
		answer(out, rule, LG_OUTCOME_REFUSES, "%s is refused",
		       lg_protocol_name(attempt->protocol));
	else
		answer(out, rule, LG_OUTCOME_PASSES, "%s is not refused",
		       lg_protocol_name(attempt->protocol));
}

/* "5.0.2819.0", of three parts "5.0.2819". */
static void print_version(const struct lg_version *version, char *out,
			  size_t size)
{
	int len = snprintf(out, size, "%u.%u.%u", version->part[0],
			   version->part[1], version->part[2]);

	if (version->known == LG_VERSION_FOUR && len > 0 && (size_t)len < size)
		snprintf(out + len, size - (size_t)len, ".%u",
			 version->part[3]);
}

static void explain_versions(const struct lg_policy *policy, size_t layer,
			     const struct lg_attempt *attempt,
			     struct lg_rule_answer *out)
{
	const struct lg_layer_rules *rules = &policy->rules[layer];
	enum lg_rule rule = LG_RULE_VERSIONS;
	enum lg_reason reason =
		lg_policy_version_reason(policy, layer, attempt);
	char version[64];

	print_version(&attempt->version, version, sizeof(version));
	if (!rules->versions && !rules->refuse_unknown_version)
		answer(out, rule, LG_OUTCOME_NOT_SET, "no version is blocked");
	else if (!lg_policy_is_mapi(attempt))
		answer(out, rule, LG_OUTCOME_PASSES,
		       "judges MAPI clients only");
	else if (reason == LG_REASON_VERSION_UNKNOWN)
		answer(out, rule, LG_OUTCOME_REFUSES,
		       "the client names no version, and such are refused");
	else if (reason)
		answer(out, rule, LG_OUTCOME_REFUSES, "%s is blocked", version);
	else if (attempt->version.known == LG_VERSION_UNKNOWN)
		answer(out, rule, LG_OUTCOME_PASSES,
		       "the client names no version");
	else
		answer(out, rule, LG_OUTCOME_PASSES, "%s is not blocked",
		       version);
}

static void explain_processes(const struct lg_policy *policy, size_t layer,
			      const struct lg_attempt *attempt,
			      struct lg_rule_answer *out)
{
	const struct lg_layer_rules *rules = &policy->rules[layer];
	enum lg_rule rule = LG_RULE_PROCESSES;
	enum lg_reason reason =
		lg_policy_process_reason(policy, layer, attempt);

	if (!rules->processes && !rules->refuse_unknown_process)
		answer(out, rule, LG_OUTCOME_NOT_SET, "no process is blocked");
	else if (!lg_policy_is_mapi(attempt))
		answer(out, rule, LG_OUTCOME_PASSES,
		       "judges MAPI clients only");
	else if (reason == LG_REASON_PROCESS_UNKNOWN)
		answer(out, rule, LG_OUTCOME_REFUSES,
		       "the client names no process, and such are refused");
	else if (reason)
		answer(out, rule, LG_OUTCOME_REFUSES,
		       "the client's process is blocked");
	else if (!attempt->process_len)
		answer(out, rule, LG_OUTCOME_PASSES,
		       "the client names no process");
	else
		answer(out, rule, LG_OUTCOME_PASSES,
		       "the client's process is not blocked");
}

size_t lg_policy_explain(const struct lg_policy *policy,
			 const struct lg_attempt *attempt, int lock,
			 struct lg_rule_answer out_answer[LG_RULE_ANSWERS])
{
	struct lg_key_rights rights = lg_policy_rights(policy, attempt);
	size_t layer = (size_t)lock;
	size_t count = 0;
	size_t i;

	if (lock <= 0)
		explain_break_glass(policy, &rights, &out_answer[count++]);
	if (!lg_policy_layer_at(policy, lock))
		return count;
	i = count;
	if (!policy->info[layer].concerns_everybody)
		explain_concerned(policy, layer, attempt, &rights,
				  &out_answer[count++]);
	if (lg_mask_has(&rights.concerned, layer)) {
		explain_list(policy, layer, attempt, &rights,
			     &out_answer[count++]);
		explain_protocols(policy, layer, attempt, &out_answer[count++]);
		explain_versions(policy, layer, attempt, &out_answer[count++]);
		explain_processes(policy, layer, attempt, &out_answer[count++]);
	}
	for (; i < count; i++)
		out_answer[i].lock = lock;
	return count;
}
