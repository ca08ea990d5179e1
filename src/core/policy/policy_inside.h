/* SPDX-License-Identifier: ISC */
/*
 * policy_inside.h - what a policy is made of
 *
 * Layer: core, private to policy*.c.
 */
#ifndef LOGONGATE_CORE_POLICY_POLICY_INSIDE_H
#define LOGONGATE_CORE_POLICY_POLICY_INSIDE_H

#include <stdatomic.h>

#include <logongate/policy.h>
#include <logongate/process_list.h>
#include <logongate/version_setting.h>

#include "core/policy/key_table.h"

/* A set of layers; LG_LAYERS_MAX bits, the first to speak is bit 0. */
struct lg_layer_mask {
	uint64_t word[2];
};

/* What the layers know of a DN, a logon name or a domain. */
struct lg_key_rights {
	struct lg_layer_mask concerned;
	struct lg_layer_mask listed;
	struct lg_layer_mask glass;
	/* The directory gave the DN names, none in the layer's domains. */
	struct lg_layer_mask outside;
	/* A DN: the logon names of its account are known. A name: it is one of
	 * an account with a right, also where it gives none. */
	struct lg_layer_mask named;
};

/* The rules of one layer that need more than a mask. */
struct lg_layer_rules {
	struct lg_version_setting *versions; /* NULL: blocks nothing */
	struct lg_process_list *processes;   /* NULL: blocks nothing */
	int refuse_unknown_version;
	int refuse_unknown_process;
};

struct lg_policy {
	atomic_uint shares; /* holders beside the first */
	enum lg_dialect dialect;
	const struct lg_dialect_traits *traits;
	uint64_t generation;
	size_t layer_count;
	struct lg_policy_layer_info *info;
	struct lg_layer_rules *rules;
	/* A key's number is its place in rights; 0 is no right at all. */
	struct lg_key_table dn;
	struct lg_key_table name;
	struct lg_key_table domain;
	struct lg_key_rights *rights;
	size_t rights_count;
	size_t rights_capacity;
	enum lg_gate_state gate;
	int has_break_glass;
	int hold_mail;
	int concerns_some; /* some layer does not concern everybody */
	int names_can_add; /* a logon name may matter beside a listed DN */
	struct lg_layer_mask everybody; /* concern everybody */
	struct lg_layer_mask domains;   /* concern domains */
	struct lg_layer_mask bare;      /* of those, names without a domain */
	struct lg_layer_mask listing;   /* gate LISTED */
	struct lg_layer_mask nobody;    /* gate NOBODY */
	struct lg_layer_mask clients;   /* version or process rules */
	struct lg_layer_mask protocol[LG_PROTOCOL_COUNT];
	/* Refuse that protocol, or everybody. */
	struct lg_layer_mask strict[LG_PROTOCOL_COUNT];
};

static inline int lg_mask_has(const struct lg_layer_mask *mask, size_t layer)
{
	return (int)(mask->word[layer / 64] >> layer % 64 & 1);
}

static inline void lg_mask_add(struct lg_layer_mask *mask, size_t layer)
{
	mask->word[layer / 64] |= UINT64_C(1) << layer % 64;
}

static inline struct lg_layer_mask lg_mask_or(struct lg_layer_mask a,
					      struct lg_layer_mask b)
{
	return (struct lg_layer_mask){
		{a.word[0] | b.word[0], a.word[1] | b.word[1]}};
}

static inline struct lg_layer_mask lg_mask_and(struct lg_layer_mask a,
					       struct lg_layer_mask b)
{
	return (struct lg_layer_mask){
		{a.word[0] & b.word[0], a.word[1] & b.word[1]}};
}

/* Those of a that are not in b. */
static inline struct lg_layer_mask lg_mask_without(struct lg_layer_mask a,
						   struct lg_layer_mask b)
{
	return (struct lg_layer_mask){
		{a.word[0] & ~b.word[0], a.word[1] & ~b.word[1]}};
}

static inline int lg_mask_any(struct lg_layer_mask mask)
{
	return (mask.word[0] | mask.word[1]) != 0;
}

/* The first layer of a mask; LG_LAYERS_MAX where it is empty. */
static inline size_t lg_mask_first(struct lg_layer_mask mask)
{
	if (mask.word[0])
		return (size_t)__builtin_ctzll(mask.word[0]);
	return mask.word[1] ? 64 + (size_t)__builtin_ctzll(mask.word[1])
			    : LG_LAYERS_MAX;
}

/* What is known of both names of an attempt, and whom it concerns. */
struct lg_key_rights lg_policy_rights(const struct lg_policy *policy,
				      const struct lg_attempt *attempt);

/*
 * The mail domain of a logon name (contract 9 "Whom it concerns", 12 "Who is
 * concerned"): whole domains, without case; what stands behind the last @; a
 * name without one belongs to [gate] default_domain, and without that to any
 * domain. lg_domain_of: 0 where it has none. lg_domain_flags: those of its
 * domain in a table; any where it and default_domain (NULL) have none.
 */
size_t lg_domain_of(const char *name, size_t len, const char **out_domain);
uint32_t lg_domain_flags(const struct lg_key_table *domains,
			 const char *default_domain, uint32_t any,
			 const char *name, size_t len);

/* The same two rules for decide and explain. */
enum lg_reason lg_policy_version_reason(const struct lg_policy *policy,
					size_t layer,
					const struct lg_attempt *attempt);
enum lg_reason lg_policy_process_reason(const struct lg_policy *policy,
					size_t layer,
					const struct lg_attempt *attempt);

/* L12: not limited by name under this dialect. */
int lg_policy_is_exempt(const struct lg_policy *policy,
			const struct lg_attempt *attempt);

/* Version and process rules judge protocol mapi or not given (contract 7). */
int lg_policy_is_mapi(const struct lg_attempt *attempt);

#endif
