/* SPDX-License-Identifier: ISC */
/*
 * policy_compiler.h - the steps from values and findings to a policy
 *
 * Layer: core, private to policy_compile.c, policy_accounts.c and
 * policy_warnings.c.
 */
#ifndef LOGONGATE_CORE_POLICY_COMPILER_H
#define LOGONGATE_CORE_POLICY_COMPILER_H

#include "policy_inside.h"
#include "policy_values.h"

struct lg_policy_compiler {
	const struct lg_policy_input *input;
	struct lg_policy *policy;
	struct lg_policy_values values;
	struct lg_warnings *warnings;
	struct lg_error *err;
	/* One byte an account: it has the right it was asked for. */
	unsigned char *has_right;
	int shares;        /* some name is shared */
	size_t found;      /* listed names with an entry */
	size_t unanswered; /* listed names nobody answered for */
	const char *unanswered_name;
};

static inline int lg_policy_is_closed(const struct lg_policy_compiler *compiler)
{
	return compiler->values.when_invalid == LG_WHEN_INVALID_CLOSED;
}

static inline int lg_policy_is_zero(const char *dn)
{
	return dn[0] == '0' && !dn[1];
}

/* policy_accounts.c, in the order of use. */
enum lg_status lg_policy_reserve(struct lg_policy_compiler *compiler);
enum lg_status lg_policy_add_listed(struct lg_policy_compiler *compiler);
enum lg_status lg_policy_add_break_glass(struct lg_policy_compiler *compiler);
enum lg_status lg_policy_read_findings(struct lg_policy_compiler *compiler);
void lg_policy_judge_shared_names(struct lg_policy_compiler *compiler);

/* The key under which the values (or break_glass) name this account; NULL
 * where they do not. */
struct lg_key *lg_policy_listed_key(const struct lg_policy_compiler *compiler,
				    const struct lg_account *account);

/* policy_warnings.c; before NAME after is one sentence. */
enum lg_status lg_policy_warn(struct lg_policy_compiler *compiler,
			      enum lg_warning code, const char *before,
			      const char *name, const char *after);
/* Also takes the rights of shared names away. */
enum lg_status lg_policy_tell_logins(struct lg_policy_compiler *compiler);
/* Also counts what was found and what nobody answered for. */
enum lg_status lg_policy_tell_names(struct lg_policy_compiler *compiler);
enum lg_status lg_policy_tell_gate(struct lg_policy_compiler *compiler);
enum lg_status lg_policy_tell_break_glass(struct lg_policy_compiler *compiler);

#endif
