/* SPDX-License-Identifier: ISC */
/*
 * Rows for include/logongate/dialect.h.
 */
#include <string.h>

#include "suite.h"

#include <logongate/dialect.h>

static void names_go_both_ways(void **state)
{
	static const char *const names[LG_DIALECT_COUNT] = {
		"gate", "exchange5.5", "exchange2000", "exchange2003",
		"exchange2007"};
	unsigned int i;

	for (i = 0; i < LG_DIALECT_COUNT; i++) {
		enum lg_dialect dialect = LG_DIALECT_GATE;

		assert_string_equal(lg_dialect_name((enum lg_dialect)i),
				    names[i]);
		assert_true(lg_dialect_from_name(names[i], strlen(names[i]),
						 &dialect));
		assert_int_equal(dialect, i);
	}
}

static void other_names_are_none(void **state)
{
	static const char *const names[] = {"",         "Gate",
					    "exchange", "exchange2010",
					    "gate ",    "exchange5.5 "};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		enum lg_dialect dialect = LG_DIALECT_EXCHANGE_2007;

		assert_false(lg_dialect_from_name(names[i], strlen(names[i]),
						  &dialect));
		assert_int_equal(dialect, LG_DIALECT_EXCHANGE_2007);
	}
	assert_null(lg_dialect_name((enum lg_dialect)5));
	assert_null(lg_dialect_traits((enum lg_dialect)5));
}

static void lists_and_singles(void **state)
{
	/* L3, L9, L18 */
	assert_int_equal(
		lg_dialect_traits(LG_DIALECT_EXCHANGE_5_5)->logon_only_as,
		LG_LOA_LIST);
	assert_int_equal(
		lg_dialect_traits(LG_DIALECT_EXCHANGE_2000)->logon_only_as,
		LG_LOA_SINGLE);
	assert_int_equal(
		lg_dialect_traits(LG_DIALECT_EXCHANGE_2003)->logon_only_as,
		LG_LOA_NONE);
	assert_int_equal(
		lg_dialect_traits(LG_DIALECT_EXCHANGE_2007)->logon_only_as,
		LG_LOA_NONE);
}

static void changes_take_effect(void **state)
{
	static const char *const when[LG_DIALECT_COUNT] = {
		"at-once", "restart", "restart", "poll", "poll"};
	unsigned int i;

	/* T1, T2, T6 */
	for (i = 0; i < LG_DIALECT_COUNT; i++)
		assert_string_equal(
			lg_takes_effect_name(
				lg_dialect_traits((enum lg_dialect)i)
					->takes_effect),
			when[i]);
	assert_int_equal(LG_POLL_INTERVAL_S, 900);
}

static void system_ranges(void **state)
{
	static const uint32_t major[LG_DIALECT_COUNT][3] = {
		{6}, {0}, {6}, {6}, {6, 8}};
	unsigned int i;

	for (i = 0; i < LG_DIALECT_COUNT; i++)
		assert_memory_equal(
			lg_dialect_traits((enum lg_dialect)i)->system_major,
			major[i], sizeof(major[i]));
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("the five names go both ways", names_go_both_ways),
		suite_row("any other name is none", other_names_are_none),
		suite_row("L3 L9 L18: a list, one DN, none", lists_and_singles),
		suite_row("T1 T2 T4 T6: restart, every 900 s, at once",
			  changes_take_effect),
		suite_row("V10: the versions of the server's own parts",
			  system_ranges),
	};

	return suite_run(rows);
}
