/* SPDX-License-Identifier: ISC */
/*
 * policy.h - the rules in force, and the one function that decides a logon
 *
 * Layer: core.
 * Flow: lg_policy_compile(layers) applies THE fail table once to each;
 * lg_policy_decide answers every door, preview, report and sweep.
 * Source: architecture.md "A logon"; conformance L, V, P;
 * contract 4 `check`, 7, 9 "Composition", 12 "Who is concerned", "Which lock
 * speaks".
 *
 * A policy is made of layers: the standing values and the locks beside them. A
 * logon is refused when any layer that concerns it refuses it, so what a layer
 * decides never depends on another. A policy is immutable. Deciding allocates
 * nothing and takes no lock.
 */
#ifndef LOGONGATE_POLICY_H
#define LOGONGATE_POLICY_H

#include <logongate/dialect.h>
#include <logongate/findings.h>
#include <logongate/registry.h>
#include <logongate/version.h>
#include <logongate/warning.h>

enum lg_protocol {
	LG_PROTOCOL_UNKNOWN = 0,
	LG_PROTOCOL_MAPI,
	LG_PROTOCOL_HTTP,
	LG_PROTOCOL_IMAP,
	LG_PROTOCOL_POP3,
	LG_PROTOCOL_SMTP,
	LG_PROTOCOL_LOGIN
};
#define LG_PROTOCOL_COUNT 7

/* "mapi" ... ; "" for UNKNOWN. */
const char *lg_protocol_name(enum lg_protocol protocol);
int lg_protocol_from_name(const char *name, size_t len,
			  enum lg_protocol *out_protocol);

/* Somebody who wants in. All borrowed; NULL with length 0 is "not known". */
struct lg_attempt {
	const char *dn;
	size_t dn_len;
	const char *user;
	size_t user_len;
	const char *process;
	size_t process_len;
	struct lg_version version;
	enum lg_protocol protocol;
};

enum lg_verdict {
	LG_ADMIT = 0,
	LG_REFUSE
};

enum lg_reason {
	LG_REASON_NONE = 0,
	LG_REASON_NOT_LISTED,
	LG_REASON_NOBODY,
	LG_REASON_PROTOCOL_REFUSED,
	LG_REASON_VERSION_BLOCKED,
	LG_REASON_PROCESS_BLOCKED,
	LG_REASON_VERSION_UNKNOWN,
	LG_REASON_PROCESS_UNKNOWN,
	LG_REASON_NO_POLICY,
	/* An open session is to begin anew; nobody was refused by it. */
	LG_REASON_SESSION_ENDED,
	LG_REASON_BAD_NAME /* a control character in it: no name */
};
#define LG_REASON_COUNT 11

const char *lg_verdict_name(enum lg_verdict verdict); /* "admit" "refuse" */
const char *lg_reason_name(enum lg_reason reason);    /* "not-listed" ... */

enum lg_gate_state {
	LG_GATE_OFF = 0, /* nobody is limited by name */
	LG_GATE_LISTED,
	LG_GATE_NOBODY
};
const char *lg_gate_state_name(enum lg_gate_state gate);

/* The rules in the order they are asked (architecture.md "A logon"). */
enum lg_rule {
	LG_RULE_NONE = 0,
	LG_RULE_BREAK_GLASS,   /* "break-glass" */
	LG_RULE_LOGON_ONLY_AS, /* "logon-only-as" */
	LG_RULE_PROTOCOLS,     /* "protocols" */
	LG_RULE_VERSIONS,      /* "disable-mapi-clients" */
	LG_RULE_PROCESSES,     /* "disable-mapi-client-processes" */
	LG_RULE_APPLIES_TO     /* "applies-to": whom a lock concerns, asked
				* after break-glass */
};
const char *lg_rule_name(enum lg_rule rule);

struct lg_decision {
	enum lg_verdict verdict;
	enum lg_reason reason;
	enum lg_rule rule; /* which rule decided; NONE: none applied */
	int lock;          /* the layer that refuses and speaks, for
			    * lg_policy_layer_at; -1: none */
};

/* Where the facts about listed names come from. */
enum lg_facts {
	LG_FACTS_FINDINGS = 0, /* the findings given; must not be NULL when
				 * the values need them */
	LG_FACTS_NOT_ASKED,    /* the directory could not be asked */
	LG_FACTS_ALL_FOUND     /* simulate without a directory */
};

/* The standing values and so many locks. */
#define LG_LOCKS_MAX 64
#define LG_LAYERS_MAX (LG_LOCKS_MAX + 1)

/*
 * What is in force by itself. All borrowed, needed while compiling only.
 * id NULL: the standing values, at most one layer.
 */
struct lg_policy_layer {
	const char *id;
	const char *profile;
	int64_t until_s; /* compared with those of other locks; standing
			  * values have no end */
	/* Under ParametersSystem. A long list that "Logon Only As File" or
	 * "Applies To File" names must stand in "Logon Only As", "Applies To"
	 * and "Applies To Users" already. */
	const struct lg_registry *values;
	enum lg_facts facts;
	/* Of the names that lg_policy_names gives and of break_glass. */
	const struct lg_findings *findings;
	/* Of those that lg_policy_concerned_names gives; NULL: the same as
	 * findings. */
	const struct lg_findings *concerned;
};

struct lg_policy_input {
	enum lg_dialect dialect;
	const struct lg_strlist *break_glass; /* DNs; may be NULL */
	/* The domain of a logon name without one; NULL: any domain. */
	const char *default_domain;
	uint64_t generation;
	const struct lg_policy_layer *layer; /* in any order */
	size_t layer_count;
};

struct lg_policy;

/*
 * Applies the fail table to the values and facts of each layer.
 * Values that the dialect does not know are read over; whom a lock concerns is
 * read in every dialect. What is noteworthy is added to warnings (may be
 * NULL), of all layers: dn-not-found, dn-ambiguous, dn-malformed, x500-match,
 * name-shared, fails-open, locks-everyone-out, directory-not-asked,
 * concerns-nobody, break-glass-not-found.
 * Returns: LG_OK; LG_ERR_DIRECTORY, the directory was not asked and a layer
 * has open semantics with names listed (L17) or concerns accounts or domains:
 * no new policy; LG_ERR_SYNTAX/RANGE/CONFLICT a value does not parse or has
 * the wrong type (err names the value); LG_ERR_CONFLICT two layers without id;
 * LG_ERR_LIMIT more than LG_LAYERS_MAX; LG_ERR_NO_MEMORY.
 * Owns: free with lg_policy_free.
 */
enum lg_status lg_policy_compile(const struct lg_policy_input *input,
				 struct lg_policy **out_policy,
				 struct lg_warnings *warnings,
				 struct lg_error *err);

/* One holder more, from any thread: each of them calls lg_policy_free, and
 * the last one frees. */
const struct lg_policy *lg_policy_share(const struct lg_policy *policy);
void lg_policy_free(struct lg_policy **policy);

/* The one decision function. */
struct lg_decision lg_policy_decide(const struct lg_policy *policy,
				    const struct lg_attempt *attempt);

/* The same for many at once, faster than one by one on large lists. */
void lg_policy_decide_many(const struct lg_policy *policy,
			   const struct lg_attempt *attempt, size_t count,
			   struct lg_decision *out_decision);

/*
 * For doors that know a name for certain beside a DN: the first layer in which
 * the DN has a right of its own, the logon names of its account are known and
 * no account with a right has this one; -1 where the name may be the DN's.
 */
int lg_policy_misfit(const struct lg_policy *policy,
		     const struct lg_attempt *attempt);

enum lg_outcome {
	LG_OUTCOME_ADMITS = 0, /* "admits": ends the asking */
	LG_OUTCOME_PASSES,     /* "passes" */
	LG_OUTCOME_REFUSES,    /* "refuses" */
	LG_OUTCOME_NOT_SET     /* "not-set" */
};

/* One answer of one rule, for `check --explain`. */
struct lg_rule_answer {
	enum lg_rule rule;
	enum lg_outcome outcome;
	char detail[256];
	int lock; /* whose rule, for lg_policy_layer_at; -1: break-glass */
};
#define LG_RULE_ANSWERS 6
const char *lg_outcome_name(enum lg_outcome outcome);

/*
 * Asks every rule of one layer, also after one refused; gives the number
 * written. Break-glass comes before layer 0 (or alone where there is none).
 * Whom it concerns is an answer of layers that do not concern everybody, and
 * the only one where the layer does not concern this logon.
 */
size_t lg_policy_explain(const struct lg_policy *policy,
			 const struct lg_attempt *attempt, int lock,
			 struct lg_rule_answer out_answer[LG_RULE_ANSWERS]);

/* What a layer was made from; texts are the policy's own. */
struct lg_policy_layer_info {
	const char *id; /* NULL: the standing values */
	const char *profile;
	int64_t until_s;
	enum lg_gate_state gate; /* for those whom it concerns */
	const char *message;     /* "Refusal Message", unexpanded, or NULL */
	int concerns_everybody;
	/* "Refusal Messages", "TAG=text", unexpanded; may be empty. */
	struct lg_strlist messages;
};

size_t lg_policy_layer_count(const struct lg_policy *policy);
/* In the order in which they speak: the first that refuses gives reason and
 * message. NULL where there is none of that index. */
const struct lg_policy_layer_info *
lg_policy_layer_at(const struct lg_policy *policy, int lock);

/* The strictest of the layers that concern everybody. */
enum lg_gate_state lg_policy_gate(const struct lg_policy *policy);
uint64_t lg_policy_generation(const struct lg_policy *policy);
enum lg_dialect lg_policy_dialect(const struct lg_policy *policy);
/* 1 when anything at all can be refused (a lock is in force). */
int lg_policy_limits(const struct lg_policy *policy);
/* 1 when version or process rules are set. */
int lg_policy_judges_clients(const struct lg_policy *policy);
/* 1 when a layer limits by name, whomever it concerns. */
int lg_policy_limits_names(const struct lg_policy *policy);
int lg_policy_holds_mail(const struct lg_policy *policy);
/* Bytes of memory, strings included, for the benchmark. */
size_t lg_policy_memory(const struct lg_policy *policy);

/*
 * Adds the names that the values list, for asking the directory, to the lists
 * (either may be NULL). Nothing is added where there is nothing to ask: no
 * list, a blank one, the value "0".
 * Returns: LG_OK; as lg_policy_compile for values that do not parse.
 */
enum lg_status lg_policy_names(enum lg_dialect dialect,
			       const struct lg_registry *values,
			       struct lg_strlist *out_dn,
			       struct lg_strlist *out_user,
			       struct lg_error *err);

/*
 * The same for the accounts that a lock concerns. *out_domains (may be NULL)
 * is 1 where it concerns domains: then the findings must also tell the logon
 * names of the accounts that have a legacyExchangeDN, for whoever logs on with
 * a DN alone. Accounts that a filter returned stand among the names.
 */
enum lg_status lg_policy_concerned_names(const struct lg_registry *values,
					 struct lg_strlist *out_dn,
					 struct lg_strlist *out_user,
					 int *out_domains,
					 struct lg_error *err);

#endif
