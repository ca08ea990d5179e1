/* SPDX-License-Identifier: ISC */
/*
 * policy_inside.h - what a policy is made of
 *
 * Layer: core, private to policy*.c.
 */
#ifndef LOGONGATE_CORE_POLICY_INSIDE_H
#define LOGONGATE_CORE_POLICY_INSIDE_H

#include <logongate/policy.h>
#include <logongate/process_list.h>
#include <logongate/version_setting.h>

#include "key_table.h"

/* What is known of a DN or a name. The first three decide, the others are of
 * the compilation. */
enum {
	KEY_LISTED = 1,
	KEY_BREAK_GLASS = 2,
	KEY_SHARED = 4,    /* also somebody else's: admits nobody */
	KEY_ASKED = 8,     /* a value names it */
	KEY_ANSWERED = 16, /* the directory answered for it */
	KEY_FOUND = 32,
	KEY_MANY = 64,
	KEY_X500 = 128,
	KEY_GLASS_ASKED = 256 /* [gate] break_glass names it */
};

struct lg_policy {
	enum lg_dialect dialect;
	const struct lg_dialect_traits *traits;
	uint64_t generation;
	enum lg_gate_state gate;
	struct lg_key_table dn;
	struct lg_key_table name;
	int has_break_glass;
	uint32_t refuse_protocols;           /* bit 1 << enum lg_protocol */
	struct lg_version_setting *versions; /* NULL: blocks nothing */
	struct lg_process_list *processes;   /* NULL: blocks nothing */
	int refuse_unknown_version;
	int refuse_unknown_process;
	int hold_mail;
	char *message;
};

/* The flags of both names of an attempt that decide. */
unsigned int lg_policy_flags(const struct lg_policy *policy,
			     const struct lg_attempt *attempt);

/* The same two rules for decide and explain. */
enum lg_reason lg_policy_version_reason(const struct lg_policy *policy,
					const struct lg_attempt *attempt);
enum lg_reason lg_policy_process_reason(const struct lg_policy *policy,
					const struct lg_attempt *attempt);

/* L12: not limited by name under this dialect. */
int lg_policy_is_exempt(const struct lg_policy *policy,
			const struct lg_attempt *attempt);

/* Version and process rules judge protocol mapi or not given (contract 7). */
int lg_policy_is_mapi(const struct lg_attempt *attempt);

#endif
