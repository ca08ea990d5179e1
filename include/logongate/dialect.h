/* SPDX-License-Identifier: ISC */
/*
 * dialect.h - the generations of stores and what each can express
 *
 * Layer: core.
 * Flow: the one table that profile rendering, the store model, `dialects` and
 * the plan's capability check read; nothing about a dialect is decided
 * anywhere else.
 * Source: conformance L, V, P, T; contract 7 "simulate", 8 "Targets".
 */
#ifndef LOGONGATE_DIALECT_H
#define LOGONGATE_DIALECT_H

#include <stddef.h>
#include <stdint.h>

enum lg_dialect {
	LG_DIALECT_GATE = 0,
	LG_DIALECT_EXCHANGE_5_5,
	LG_DIALECT_EXCHANGE_2000,
	LG_DIALECT_EXCHANGE_2003,
	LG_DIALECT_EXCHANGE_2007
};
#define LG_DIALECT_COUNT 5

enum lg_logon_only_as_form {
	LG_LOA_NONE = 0, /* no documented value (L18) */
	LG_LOA_SINGLE,   /* REG_SZ, one DN (L9) */
	LG_LOA_LIST      /* REG_MULTI_SZ (L3) */
};

enum lg_when_invalid {
	LG_WHEN_INVALID_OPEN = 0, /* Exchange 2000 (L10) */
	LG_WHEN_INVALID_CLOSED    /* Exchange 5.5 (L4) */
};

enum lg_takes_effect {
	LG_TAKES_EFFECT_AT_ONCE = 0, /* T6 */
	LG_TAKES_EFFECT_POLL,        /* T2: every 900 s, or a restart */
	LG_TAKES_EFFECT_RESTART      /* T1 */
};

#define LG_POLL_INTERVAL_S 900 /* T2, T4 */

struct lg_dialect_traits {
	const char *name;    /* "gate", "exchange5.5", ... */
	const char *product; /* "Exchange Server 5.5" */
	enum lg_logon_only_as_form logon_only_as;
	enum lg_when_invalid when_invalid; /* what the store itself does */
	int reads_when_invalid;            /* gate: the value "When Invalid" */
	int reads_gate_values;        /* the gate's own names of contract 7 */
	int versions;                 /* Disable MAPI Clients */
	int processes;                /* Disable MAPI Client Processes */
	int process_needs_version_11; /* P4 */
	int system_attendant_exempt;  /* L12, from the allow list only */
	int zero_ends_lock;           /* L11, while open; else "0" is an
					 * entry that matches nobody (L13) */
	int x500_counts_as_found;     /* contract 7 "Allow list" */
	enum lg_takes_effect takes_effect;
	/* major numbers of the server's own components (V10), 0-terminated */
	uint32_t system_major[3];
};

const struct lg_dialect_traits *lg_dialect_traits(enum lg_dialect dialect);

/* The name of contract 3; NULL for none. */
const char *lg_dialect_name(enum lg_dialect dialect);

/* 1 and *out_dialect for one of the five names, else 0. */
int lg_dialect_from_name(const char *name, size_t len,
			 enum lg_dialect *out_dialect);

/* "at-once", "poll", "restart". */
const char *lg_takes_effect_name(enum lg_takes_effect takes_effect);

#endif
