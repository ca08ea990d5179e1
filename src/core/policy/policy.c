/* SPDX-License-Identifier: ISC */
/*
 * The words of a policy and what can be asked of one. It is compiled in
 * policy_compile.c, decides in policy_decide.c, explains itself in
 * policy_explain.c.
 */
#include <stdlib.h>

#include "base/listed.h"
#include "core/policy/policy_inside.h"

static const char *const protocols[LG_PROTOCOL_COUNT] = {
	[LG_PROTOCOL_UNKNOWN] = "",    [LG_PROTOCOL_MAPI] = "mapi",
	[LG_PROTOCOL_HTTP] = "http",   [LG_PROTOCOL_IMAP] = "imap",
	[LG_PROTOCOL_POP3] = "pop3",   [LG_PROTOCOL_SMTP] = "smtp",
	[LG_PROTOCOL_LOGIN] = "login",
};

const char *lg_protocol_name(enum lg_protocol protocol)
{
	return LG_WORD_OF(protocols, protocol);
}

int lg_protocol_from_name(const char *name, size_t len,
			  enum lg_protocol *out_protocol)
{
	int found = lg_word_index(protocols, LG_PROTOCOL_COUNT, name, len);

	if (found <= (int)LG_PROTOCOL_UNKNOWN)
		return 0;
	*out_protocol = (enum lg_protocol)found;
	return 1;
}

const char *lg_verdict_name(enum lg_verdict verdict)
{
	static const char *const words[] = {
		[LG_ADMIT] = "admit",
		[LG_REFUSE] = "refuse",
	};

	return LG_WORD_OF(words, verdict);
}

const char *lg_reason_name(enum lg_reason reason)
{
	static const char *const words[LG_REASON_COUNT] = {
		[LG_REASON_NONE] = "none",
		[LG_REASON_NOT_LISTED] = "not-listed",
		[LG_REASON_NOBODY] = "nobody",
		[LG_REASON_PROTOCOL_REFUSED] = "protocol-refused",
		[LG_REASON_VERSION_BLOCKED] = "version-blocked",
		[LG_REASON_PROCESS_BLOCKED] = "process-blocked",
		[LG_REASON_VERSION_UNKNOWN] = "version-unknown",
		[LG_REASON_PROCESS_UNKNOWN] = "process-unknown",
		[LG_REASON_NO_POLICY] = "no-policy",
		[LG_REASON_SESSION_ENDED] = "session-ended",
		[LG_REASON_BAD_NAME] = "bad-name",
	};

	return LG_WORD_OF(words, reason);
}

const char *lg_gate_state_name(enum lg_gate_state gate)
{
	static const char *const words[] = {
		[LG_GATE_OFF] = "off",
		[LG_GATE_LISTED] = "listed",
		[LG_GATE_NOBODY] = "nobody",
	};

	return LG_WORD_OF(words, gate);
}

const char *lg_rule_name(enum lg_rule rule)
{
	static const char *const words[] = {
		[LG_RULE_BREAK_GLASS] = "break-glass",
		[LG_RULE_APPLIES_TO] = "applies-to",
		[LG_RULE_LOGON_ONLY_AS] = "logon-only-as",
		[LG_RULE_PROTOCOLS] = "protocols",
		[LG_RULE_VERSIONS] = "disable-mapi-clients",
		[LG_RULE_PROCESSES] = "disable-mapi-client-processes",
	};

	return LG_WORD_OF(words, rule);
}

const char *lg_outcome_name(enum lg_outcome outcome)
{
	static const char *const words[] = {
		[LG_OUTCOME_ADMITS] = "admits",
		[LG_OUTCOME_PASSES] = "passes",
		[LG_OUTCOME_REFUSES] = "refuses",
		[LG_OUTCOME_NOT_SET] = "not-set",
	};

	return LG_WORD_OF(words, outcome);
}

const struct lg_policy *lg_policy_share(const struct lg_policy *policy)
{
	/* The count is no part of the value. */
	atomic_fetch_add(&((struct lg_policy *)policy)->shares, 1);
	return policy;
}

void lg_policy_free(struct lg_policy **policy)
{
	struct lg_policy *old = policy ? *policy : NULL;

	if (!old)
		return;
	*policy = NULL;
	if (atomic_fetch_sub(&old->shares, 1))
		return;
	for (size_t i = 0; i < old->layer_count; i++) {
		free((char *)old->info[i].id);
		free((char *)old->info[i].profile);
		free((char *)old->info[i].message);
		lg_strlist_release(&old->info[i].messages);
		lg_version_setting_free(&old->rules[i].versions);
		lg_process_list_free(&old->rules[i].processes);
	}
	free(old->info);
	free(old->rules);
	free(old->rights);
	lg_key_table_release(&old->dn);
	lg_key_table_release(&old->name);
	lg_key_table_release(&old->domain);
	free(old);
}

size_t lg_policy_layer_count(const struct lg_policy *policy)
{
	return policy->layer_count;
}

const struct lg_policy_layer_info *
lg_policy_layer_at(const struct lg_policy *policy, int lock)
{
	if (lock < 0 || (size_t)lock >= policy->layer_count)
		return NULL;
	return &policy->info[lock];
}

enum lg_gate_state lg_policy_gate(const struct lg_policy *policy)
{
	return policy->gate;
}

uint64_t lg_policy_generation(const struct lg_policy *policy)
{
	return policy->generation;
}

enum lg_dialect lg_policy_dialect(const struct lg_policy *policy)
{
	return policy->dialect;
}

int lg_policy_judges_clients(const struct lg_policy *policy)
{
	return lg_mask_any(policy->clients);
}

int lg_policy_limits_names(const struct lg_policy *policy)
{
	return lg_mask_any(policy->listing) || lg_mask_any(policy->nobody);
}

int lg_policy_limits(const struct lg_policy *policy)
{
	for (unsigned int i = 0; i < LG_PROTOCOL_COUNT; i++)
		if (lg_mask_any(policy->protocol[i]))
			return 1;
	return lg_policy_limits_names(policy) ||
	       lg_policy_judges_clients(policy);
}

int lg_policy_holds_mail(const struct lg_policy *policy)
{
	return policy->hold_mail;
}

size_t lg_policy_memory(const struct lg_policy *policy)
{
	return sizeof(*policy) + lg_key_table_memory(&policy->dn) +
	       lg_key_table_memory(&policy->name) +
	       lg_key_table_memory(&policy->domain) +
	       policy->rights_capacity * sizeof(*policy->rights) +
	       policy->layer_count *
		       (sizeof(*policy->info) + sizeof(*policy->rules));
}
