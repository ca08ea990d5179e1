/* SPDX-License-Identifier: ISC */
/*
 * policy_values.h - registry values as a store of some dialect reads them
 *
 * Layer: core, private to the policy and the store.
 * Source: contract 7 "simulate", "render, registry, targets"; conformance L,
 * V, P.
 */
#ifndef LOGONGATE_CORE_POLICY_POLICY_VALUES_H
#define LOGONGATE_CORE_POLICY_POLICY_VALUES_H

#include <logongate/policy.h>
#include <logongate/process_list.h>
#include <logongate/version_setting.h>

/* What the values that list names say, before anybody is asked. */
enum lg_list_state {
	LG_LIST_ABSENT = 0,
	LG_LIST_ZERO,  /* the one entry "0" (L11, L13) */
	LG_LIST_BLANK, /* present, and nobody named (L4, L10) */
	LG_LIST_NAMES
};

/* Texts are borrowed from the registry. */
struct lg_policy_values {
	enum lg_list_state list;
	enum lg_when_invalid when_invalid;
	const char *single;                  /* LG_LOA_SINGLE */
	const struct lg_strlist *dn;         /* LG_LOA_LIST, may be NULL */
	const struct lg_strlist *user;       /* gate, may be NULL */
	struct lg_version_setting *versions; /* NULL: none */
	struct lg_process_list *processes;   /* NULL: none */
	uint32_t refuse_protocols;
	int refuse_unknown_version;
	int refuse_unknown_process;
	int hold_mail;
	const char *message;
	const struct lg_strlist *messages; /* "TAG=text"; may be NULL */
	int concerns_some; /* not everybody: those of the next three */
	const struct lg_strlist *concerned_dn;     /* may be NULL */
	const struct lg_strlist *concerned_user;   /* may be NULL */
	const struct lg_strlist *concerned_domain; /* may be NULL */
};

#define LG_VALUE_NAMES_MAX 17

/* The names a dialect reads, in the order in which it reads them: what a
 * value depends on comes before it. Gives how many. */
size_t lg_policy_value_names(enum lg_dialect dialect,
			     const char *out_name[LG_VALUE_NAMES_MAX]);

/*
 * Whether one value parses (absent ones do). "Disable MAPI Clients" is read as
 * the "Four Part" of the same registry says.
 */
enum lg_status lg_policy_value_check(enum lg_dialect dialect,
				     const struct lg_registry *values,
				     const char *name, struct lg_error *err);

/* All of them; the first that does not parse is the error. Owns: release. */
enum lg_status lg_policy_values_read(enum lg_dialect dialect,
				     const struct lg_registry *values,
				     struct lg_policy_values *out_values,
				     struct lg_error *err);
/* Whom a lock concerns: the gate's own values, whatever dialect it follows.
 * Borrowed from the registry. */
enum lg_status lg_policy_values_read_concerned(const struct lg_registry *values,
					       struct lg_policy_values *out,
					       struct lg_error *err);
void lg_policy_values_release(struct lg_policy_values *values);

/* Calls with each listed DN (user) that is not blank. "0" alone is none. */
struct lg_name_walk {
	const struct lg_strlist *list;
	const char *single;
	size_t next;
};
struct lg_name_walk lg_policy_values_dns(const struct lg_policy_values *values);
struct lg_name_walk
lg_policy_values_users(const struct lg_policy_values *values);
/* NULL at the end. */
const char *lg_name_walk_next(struct lg_name_walk *walk);

#endif
