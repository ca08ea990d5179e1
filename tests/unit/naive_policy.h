/* SPDX-License-Identifier: ISC */
/*
 * naive_policy.h - what a logon should come to, the slow way
 *
 * Written from the fail table, the order of a decision and the contract's
 * sections 7, not from the code: linear searches, no hashes, no tables of
 * traits.
 */
#ifndef LOGONGATE_TESTS_NAIVE_POLICY_H
#define LOGONGATE_TESTS_NAIVE_POLICY_H

#include <logongate/policy.h>

#define ORACLE_NAMES 8

enum oracle_versions {
	ORACLE_VERSIONS_NONE = 0,
	ORACLE_VERSIONS_5_TO_6,   /* "5.0.0-6.0.0" */
	ORACLE_VERSIONS_TO_5_9_9, /* "-5.9.9" */
	ORACLE_VERSIONS_11_ON     /* "11.0.0-" */
};
extern const char *const oracle_versions_text[4];

/* The values of a lock, before they become registry values. */
struct oracle_lock {
	enum lg_dialect dialect;
	int has_list;
	const char *dn[ORACLE_NAMES + 1]; /* NULL-terminated */
	int has_users;
	const char *user[ORACLE_NAMES + 1];
	int when_invalid; /* 0 unset, 1 open, 2 closed */
	enum oracle_versions versions;
	int blocks_a_exe; /* "a.exe; b.exe" */
	uint32_t refuse;
	int refuse_unknown_version;
	int refuse_unknown_process;
	const char *break_glass; /* one DN, or NULL */
	enum lg_facts facts;
	const struct lg_findings *findings;
};

struct oracle_answer {
	int no_policy; /* L17: LG_ERR_DIRECTORY */
	enum lg_gate_state gate;
	enum lg_verdict verdict;
	enum lg_reason reason;
};

struct oracle_answer oracle_decide(const struct oracle_lock *lock,
				   const struct lg_attempt *attempt);

/* The same lock as registry values; NULL when memory is short. */
struct lg_registry *oracle_values(const struct oracle_lock *lock);

#endif
