/* SPDX-License-Identifier: ISC */
/*
 * Rows for lg_profile_lint of include/logongate/profile.h (V10, V11, P3).
 */
#include <string.h>

#include "suite.h"
#include "allocation.h"

#include <logongate/profile.h>

static char path[] = "upgrade.ini";

static struct lg_profile profile_of(char *versions, char *processes)
{
	struct lg_profile profile = {.path = path,
				     .versions = versions,
				     .versions_line = 12,
				     .processes = processes,
				     .processes_line = 17};

	return profile;
}

static void warns(void **state)
{
	static struct {
		char versions[64];
		char processes[64];
		enum lg_dialect dialect;
		int count;
		enum lg_warning code[3];
	} row[] = {
		{"-5.65535.65535;7.0.0-11.6568.6567",
		 "a.exe; b.exe",
		 LG_DIALECT_GATE,
		 0,
		 {0}},
		{"-12.1234.01",
		 "",
		 LG_DIALECT_GATE,
		 1,
		 {LG_WARN_SYSTEM_VERSIONS_BLOCKED}},
		{"-12.1234.01", "", LG_DIALECT_EXCHANGE_5_5, 0, {0}},
		{"6.4712.0",
		 "",
		 LG_DIALECT_EXCHANGE_2000,
		 1,
		 {LG_WARN_SYSTEM_VERSIONS_BLOCKED}},
		{"8.215.0",
		 "",
		 LG_DIALECT_EXCHANGE_2007,
		 2,
		 {LG_WARN_SYSTEM_VERSIONS_BLOCKED, LG_WARN_HELP_ABOUT_VERSION}},
		{"-5.9.9;7.0.0-11.9.9",
		 "",
		 LG_DIALECT_EXCHANGE_2003,
		 2,
		 {LG_WARN_MISSES_OUTLOOK_97_98_2000,
		  LG_WARN_MISSES_OUTLOOK_2003}},
		{"",
		 "a,b.exe;c.exe;d,e",
		 LG_DIALECT_GATE,
		 2,
		 {LG_WARN_COMMA_IN_PROCESS, LG_WARN_COMMA_IN_PROCESS}},
	};
	size_t i;
	int j;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_profile profile =
			profile_of(row[i].versions, row[i].processes);
		struct lg_warnings warnings = {0};

		assert_int_equal(lg_profile_lint(&profile, row[i].dialect,
						 &warnings, NULL),
				 LG_OK);
		assert_int_equal(warnings.text.count, row[i].count);
		for (j = 0; j < row[i].count; j++)
			assert_int_equal(warnings.code[j], row[i].code[j]);
		lg_warnings_release(&warnings);
	}
}

static void says_what_to_write(void **state)
{
	char versions[] = "-12.1234.01";
	char processes[] = "one.exe, two.exe";
	struct lg_profile profile = profile_of(versions, processes);
	struct lg_warnings warnings = {0};

	assert_int_equal(lg_profile_lint(&profile, LG_DIALECT_EXCHANGE_2003,
					 &warnings, NULL),
			 LG_OK);
	assert_string_equal(
		warnings.text.item[0],
		"versions block what the server's own components report "
		"(6.*), so that services such as the System Attendant stop; "
		"write \"-5.65535.65535;7.0.0-12.1234.1\", or "
		"allow_system_block = yes");
	assert_string_equal(
		warnings.text.item[1],
		"processes: \"one.exe, two.exe\" is read as one file name, "
		"comma and all; write a semicolon between two names");
	lg_warnings_release(&warnings);
}

static void nothing_said_is_nothing_found(void **state)
{
	struct lg_profile profile = profile_of(NULL, NULL);
	struct lg_warnings warnings = {0};

	assert_int_equal(
		lg_profile_lint(&profile, LG_DIALECT_GATE, &warnings, NULL),
		LG_OK);
	assert_int_equal(warnings.text.count, 0);
}

static void errors_have_their_line(void **state)
{
	char versions[] = "-5.0";
	char four[] = "5.0.0.0";
	char processes[] = "a.exe;";
	struct lg_profile profile = profile_of(versions, NULL);
	struct lg_warnings warnings = {0};
	struct lg_error err = {0};

	assert_int_equal(
		lg_profile_lint(&profile, LG_DIALECT_GATE, &warnings, &err),
		LG_ERR_SYNTAX);
	assert_string_equal(err.place, "upgrade.ini:12");
	profile = profile_of(NULL, processes);
	assert_int_equal(
		lg_profile_lint(&profile, LG_DIALECT_GATE, &warnings, &err),
		LG_ERR_SYNTAX);
	assert_string_equal(err.place, "upgrade.ini:17");
	profile = profile_of(four, NULL);
	assert_int_equal(
		lg_profile_lint(&profile, LG_DIALECT_GATE, &warnings, &err),
		LG_ERR_SYNTAX);
	profile.four_part = LG_FOUR_PART_YES;
	assert_int_equal(
		lg_profile_lint(&profile, LG_DIALECT_GATE, &warnings, &err),
		LG_OK);
	assert_int_equal(warnings.text.count, 0);
}

static enum lg_status lint(void *context, struct lg_error *err)
{
	struct lg_warnings warnings = {0};
	enum lg_status status = lg_profile_lint(
		context, LG_DIALECT_EXCHANGE_2007, &warnings, err);

	lg_warnings_release(&warnings);
	return status;
}

static void survives_failing_allocations(void **state)
{
	char versions[] = "-5.9.9;6.0.0-9.9.9";
	char processes[] = "a,b";
	struct lg_profile profile = profile_of(versions, processes);

	assert_true(allocation_survive(lint, &profile) > 20);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("V10 V11 P3 each code is given where it belongs",
			  warns),
		suite_row("V10 P3 a warning says what to write",
			  says_what_to_write),
		suite_row("a profile without clients has nothing to lint",
			  nothing_said_is_nothing_found),
		suite_row("a value that does not read is an error with its "
			  "line",
			  errors_have_their_line),
		suite_row("each allocation may fail",
			  survives_failing_allocations),
	};

	return suite_run(rows);
}
