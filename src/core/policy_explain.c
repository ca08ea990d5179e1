/* SPDX-License-Identifier: ISC */
/*
 * Asks every rule of a policy and says in words what each answered. The
 * verdict is lg_policy_decide's, never put together here.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "policy_inside.h"

static void answer(struct lg_rule_answer *out, enum lg_rule rule,
		   enum lg_outcome outcome, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void answer(struct lg_rule_answer *out, enum lg_rule rule,
		   enum lg_outcome outcome, const char *format, ...)
{
	va_list args;

	out->rule = rule;
	out->outcome = outcome;
	va_start(args, format);
	vsnprintf(out->detail, sizeof(out->detail), format, args);
	va_end(args);
}

static void explain_break_glass(const struct lg_policy *policy,
				unsigned int flags, struct lg_rule_answer *out)
{
	if (!policy->has_break_glass)
		answer(out, LG_RULE_BREAK_GLASS, LG_OUTCOME_NOT_SET,
		       "no break-glass account is set");
	else if (flags & KEY_BREAK_GLASS)
		answer(out, LG_RULE_BREAK_GLASS, LG_OUTCOME_ADMITS,
		       "a break-glass account is admitted before every rule");
	else
		answer(out, LG_RULE_BREAK_GLASS, LG_OUTCOME_PASSES,
		       "not a break-glass account");
}

static void explain_list(const struct lg_policy *policy,
			 const struct lg_attempt *attempt, unsigned int flags,
			 struct lg_rule_answer *out)
{
	enum lg_rule rule = LG_RULE_LOGON_ONLY_AS;

	if (policy->gate == LG_GATE_OFF)
		answer(out, rule, LG_OUTCOME_NOT_SET,
		       "nobody is limited by name");
	else if (policy->gate == LG_GATE_NOBODY)
		answer(out, rule, LG_OUTCOME_REFUSES,
		       "the list is there and blank, so nobody gets in");
	else if (flags & KEY_LISTED)
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

static void explain_protocols(const struct lg_policy *policy,
			      const struct lg_attempt *attempt,
			      struct lg_rule_answer *out)
{
	enum lg_rule rule = LG_RULE_PROTOCOLS;

	if (!policy->refuse_protocols)
		answer(out, rule, LG_OUTCOME_NOT_SET, "no protocol is refused");
	else if (attempt->protocol == LG_PROTOCOL_UNKNOWN)
		answer(out, rule, LG_OUTCOME_PASSES,
		       "the protocol is not known");
	else if (policy->refuse_protocols >> attempt->protocol & 1)
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

static void explain_versions(const struct lg_policy *policy,
			     const struct lg_attempt *attempt,
			     struct lg_rule_answer *out)
{
	enum lg_rule rule = LG_RULE_VERSIONS;
	enum lg_reason reason = lg_policy_version_reason(policy, attempt);
	char version[64];

	print_version(&attempt->version, version, sizeof(version));
	if (!policy->versions && !policy->refuse_unknown_version)
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

static void explain_processes(const struct lg_policy *policy,
			      const struct lg_attempt *attempt,
			      struct lg_rule_answer *out)
{
	enum lg_rule rule = LG_RULE_PROCESSES;
	enum lg_reason reason = lg_policy_process_reason(policy, attempt);

	if (!policy->processes && !policy->refuse_unknown_process)
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
			 const struct lg_attempt *attempt,
			 struct lg_rule_answer out_answer[LG_RULE_ANSWERS],
			 struct lg_decision *out_decision)
{
	unsigned int flags = lg_policy_flags(policy, attempt);

	explain_break_glass(policy, flags, &out_answer[0]);
	explain_list(policy, attempt, flags, &out_answer[1]);
	explain_protocols(policy, attempt, &out_answer[2]);
	explain_versions(policy, attempt, &out_answer[3]);
	explain_processes(policy, attempt, &out_answer[4]);
	*out_decision = lg_policy_decide(policy, attempt);
	return LG_RULE_ANSWERS;
}
