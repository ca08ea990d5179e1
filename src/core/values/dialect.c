/* SPDX-License-Identifier: ISC */
/*
 * The one table of what each generation of stores can express, when it reads
 * its values and how it fails. Everything else asks this table: a behaviour
 * that is not a column here is the same for all five.
 */
#include <logongate/dialect.h>

#include "base/listed.h"

static const struct lg_dialect_traits traits[LG_DIALECT_COUNT] = {
	[LG_DIALECT_GATE] =
		{
			.name = "gate",
			.product = "logongate's own gate",
			.logon_only_as = LG_LOA_LIST,
			.when_invalid =
				LG_WHEN_INVALID_OPEN, /* contract 7 simulate */
			.reads_when_invalid = 1,
			.reads_gate_values = 1,
			.versions = 1,
			.processes = 1,
			.zero_ends_lock = 1,
			.x500_counts_as_found = 1,               /* D3 */
			.takes_effect = LG_TAKES_EFFECT_AT_ONCE, /* T6 */
			.system_major = {6},
		},
	[LG_DIALECT_EXCHANGE_5_5] =
		{
			.name = "exchange5.5",
			.product = "Exchange Server 5.5",
			.logon_only_as = LG_LOA_LIST,           /* L3 */
			.when_invalid = LG_WHEN_INVALID_CLOSED, /* L4 */
			.x500_counts_as_found = 1,
			.takes_effect = LG_TAKES_EFFECT_RESTART, /* T1 */
		},
	[LG_DIALECT_EXCHANGE_2000] =
		{
			.name = "exchange2000",
			.product = "Exchange 2000 Server SP1",
			.logon_only_as = LG_LOA_SINGLE,          /* L9 */
			.when_invalid = LG_WHEN_INVALID_OPEN,    /* L10 */
			.versions = 1,                           /* V1 */
			.system_attendant_exempt = 1,            /* L12 */
			.zero_ends_lock = 1,                     /* L11 */
			.takes_effect = LG_TAKES_EFFECT_RESTART, /* T1 */
			.system_major = {6},                     /* V10 */
		},
	[LG_DIALECT_EXCHANGE_2003] =
		{
			.name = "exchange2003",
			.product = "Exchange Server 2003",
			.logon_only_as = LG_LOA_NONE, /* L18 */
			.versions = 1,
			.processes = 1,                       /* P1, P2 */
			.process_needs_version_11 = 1,        /* P4 */
			.takes_effect = LG_TAKES_EFFECT_POLL, /* T2 */
			.system_major = {6},
		},
	[LG_DIALECT_EXCHANGE_2007] =
		{
			.name = "exchange2007",
			.product = "Exchange Server 2007",
			.logon_only_as = LG_LOA_NONE, /* L18 */
			.versions = 1,
			.takes_effect = LG_TAKES_EFFECT_POLL, /* T2 */
			.system_major = {6, 8},               /* V10 */
		},
};

const struct lg_dialect_traits *lg_dialect_traits(enum lg_dialect dialect)
{
	if ((unsigned int)dialect >= LG_DIALECT_COUNT)
		return NULL;
	return &traits[dialect];
}

const char *lg_dialect_name(enum lg_dialect dialect)
{
	const struct lg_dialect_traits *found = lg_dialect_traits(dialect);

	return found ? found->name : NULL;
}

int lg_dialect_from_name(const char *name, size_t len,
			 enum lg_dialect *out_dialect)
{
	for (unsigned int i = 0; i < LG_DIALECT_COUNT; i++) {
		if (!lg_is_word(traits[i].name, name, len))
			continue;
		*out_dialect = (enum lg_dialect)i;
		return 1;
	}
	return 0;
}

const char *lg_takes_effect_name(enum lg_takes_effect takes_effect)
{
	static const char *const names[] = {
		[LG_TAKES_EFFECT_AT_ONCE] = "at-once",
		[LG_TAKES_EFFECT_POLL] = "poll",
		[LG_TAKES_EFFECT_RESTART] = "restart"};

	return LG_WORD_OF(names, takes_effect);
}
