/* SPDX-License-Identifier: ISC */
/*
 * naive_concerned.h - whom a lock concerns, the slow way
 *
 * Written from contract 9 "Whom it concerns" and 12 "Who is concerned", not
 * from the code.
 */
#ifndef LOGONGATE_TESTS_NAIVE_CONCERNED_H
#define LOGONGATE_TESTS_NAIVE_CONCERNED_H

#include <logongate/policy.h>

#define ORACLE_CONCERNED 4

struct oracle_concerned {
	int some; /* 0: everybody */
	const char *dn[ORACLE_CONCERNED + 1];
	const char *user[ORACLE_CONCERNED + 1];
	const char *domain[ORACLE_CONCERNED + 1];
	enum lg_facts facts;
	const struct lg_findings *findings; /* of those concerned */
};

/* 1 when the directory must be asked and was not. */
int oracle_concerned_unasked(const struct oracle_concerned *who);

int oracle_is_concerned(const struct oracle_concerned *who,
			const char *default_domain,
			const struct lg_attempt *attempt);

/* Adds it to the values of the lock: 1, or 0 when memory is short. */
int oracle_put_concerned(const struct oracle_concerned *who,
			 struct lg_registry *values);

#endif
