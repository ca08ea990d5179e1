/* SPDX-License-Identifier: ISC */
/*
 * policy_compiler.h - the steps from values and findings to a layer of a policy
 *
 * Layer: core, private to policy_compile.c, policy_accounts.c,
 * policy_concerned.c, policy_layers.c and policy_warnings.c.
 */
#ifndef LOGONGATE_CORE_POLICY_POLICY_COMPILER_H
#define LOGONGATE_CORE_POLICY_POLICY_COMPILER_H

#include "core/policy/policy_inside.h"
#include "core/policy/policy_values.h"

/* What is known of a DN or a name of one layer. The first five decide, the
 * others are of the compilation. */
enum {
	KEY_LISTED = 1,
	KEY_BREAK_GLASS = 2,
	KEY_SHARED = 4, /* also somebody else's: admits nobody */
	KEY_CONCERNED = 8,
	KEY_OUTSIDE = 16,  /* a DN whose names lie in no domain concerned */
	KEY_ASKED = 32,    /* a value names it */
	KEY_ANSWERED = 64, /* the directory answered for it */
	KEY_FOUND = 128,
	KEY_MANY = 256,
	KEY_X500 = 512,
	KEY_GLASS_ASKED = 1024, /* [gate] break_glass names it */
	/* The same of the names that the lock concerns. */
	KEY_CONCERN_ASKED = 2048,
	KEY_CONCERN_ANSWERED = 4096,
	KEY_CONCERN_FOUND = 8192,
	KEY_CONCERN_MANY = 16384,
	/* A DN or a logon name of an account with a right of which both are
	 * known. */
	KEY_NAMED = 32768
};

/* One layer on its way into the policy. */
struct lg_policy_compiler {
	const struct lg_policy_input *input;
	const struct lg_policy_layer *layer;
	const struct lg_dialect_traits *traits;
	struct lg_policy_values values;
	struct lg_key_table dn;
	struct lg_key_table name;
	struct lg_key_table domain;
	enum lg_gate_state gate;
	int has_break_glass;
	struct lg_warnings *warnings;
	struct lg_error *err;
	/* One byte an account: it has the right it was asked for. */
	unsigned char *has_right;
	struct lg_key_table entry; /* of accounts with a right */
	int has_entries;
	int shares;        /* some name is shared */
	size_t found;      /* listed names with an entry */
	size_t unanswered; /* listed names nobody answered for */
	const char *unanswered_name;
	size_t concern_found;
};

static inline int lg_policy_is_closed(const struct lg_policy_compiler *compiler)
{
	return compiler->values.when_invalid == LG_WHEN_INVALID_CLOSED;
}

static inline int lg_policy_is_zero(const char *dn)
{
	return dn[0] == '0' && !dn[1];
}

/* policy_layers.c: takes what the tables know into the policy, as that layer;
 * the tables may be taken with it. */
enum lg_status lg_policy_take_layer(struct lg_policy *policy, size_t index,
				    struct lg_policy_compiler *compiler);

/* policy_concerned.c: whom the layer concerns, found and told. */
enum lg_status lg_policy_judge_concerned(struct lg_policy_compiler *compiler);

/* policy_accounts.c, in the order of use. */
enum lg_status lg_policy_reserve(struct lg_policy_compiler *compiler);
enum lg_status lg_policy_add_listed(struct lg_policy_compiler *compiler);
enum lg_status lg_policy_add_break_glass(struct lg_policy_compiler *compiler);
enum lg_status lg_policy_read_findings(struct lg_policy_compiler *compiler);
enum lg_status
lg_policy_judge_shared_names(struct lg_policy_compiler *compiler);

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
