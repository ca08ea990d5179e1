/* SPDX-License-Identifier: ISC */
/*
 * Rows for include/logongate/explain.h (V10, V11).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "allocation.h"

#include <logongate/explain.h>

static struct lg_clients *clients;

static struct lg_explanation *explained(const char *spec,
					enum lg_dialect dialect)
{
	struct lg_explanation *explanation = NULL;
	struct lg_error err = {0};

	if (lg_explanation_new(spec, strlen(spec), LG_VERSION_FORM_FOUR_PART,
			       "test", dialect, clients, &explanation,
			       &err) != LG_OK)
		fail_msg("%s: %s", spec, err.text);
	return explanation;
}

static void safe_forms(void **state)
{
	static const struct {
		const char *spec;
		enum lg_dialect dialect;
		const char *safe;
	} row[] = {
		{"-12.1234.01", LG_DIALECT_GATE,
		 "-5.65535.65535;7.0.0-12.1234.1"},
		{"-12.1234.01", LG_DIALECT_EXCHANGE_2000,
		 "-5.65535.65535;7.0.0-12.1234.1"},
		{"-12.1234.01", LG_DIALECT_EXCHANGE_2003,
		 "-5.65535.65535;7.0.0-12.1234.1"},
		{"-12.1234.01", LG_DIALECT_EXCHANGE_2007,
		 "-5.65535.65535;7.0.0-7.65535.65535;9.0.0-12.1234.1"},
		{"-12.1234.01", LG_DIALECT_EXCHANGE_5_5, NULL},
		{"6.4712.0", LG_DIALECT_EXCHANGE_2000, NULL},
		{"6.4712.0;6.5716.0-6.5717.0", LG_DIALECT_GATE, NULL},
		{"6.4712.0;5.0.0", LG_DIALECT_GATE, "5.0.0"},
		{"-5.65535.65535;7.0.0-11.6568.6567", LG_DIALECT_GATE, NULL},
		{"6.0.0-", LG_DIALECT_GATE, "7.0.0-"},
		{"6.0.0-", LG_DIALECT_EXCHANGE_2007,
		 "7.0.0-7.65535.65535;9.0.0-"},
		{"-6.0.0", LG_DIALECT_GATE, "-5.65535.65535"},
		{"-7.0.0", LG_DIALECT_GATE, "-5.65535.65535;7.0.0"},
		{"-9.0.0;8.0.0-", LG_DIALECT_GATE, "-5.65535.65535;7.0.0-"},
		{"5.7.0-9.0.0", LG_DIALECT_GATE,
		 "5.7.0-5.65535.65535;7.0.0-9.0.0"},
		{"5.7.0-9.0.0", LG_DIALECT_EXCHANGE_2007,
		 "5.7.0-5.65535.65535;7.0.0-7.65535.65535;9.0.0"},
		{"8.215.0", LG_DIALECT_GATE, NULL},
		{"8.215.0", LG_DIALECT_EXCHANGE_2007, NULL},
		{"8.215.0;10.0.0", LG_DIALECT_EXCHANGE_2007, "10.0.0"},
		/* Four parts lose what three cannot name. */
		{"5.1.0.0-6.0.0.0", LG_DIALECT_GATE, NULL},
		{"4.1.0.0-6.0.0.0", LG_DIALECT_GATE, "5.0.0-5.65535.65535"},
		{"6.0.0-9.3.1.1", LG_DIALECT_GATE, "7.0.0-9.65535.65535"},
		{"6.0.0;65535.1.0.0-", LG_DIALECT_GATE, NULL},
		{"", LG_DIALECT_GATE, NULL},
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_explanation *explanation =
			explained(row[i].spec, row[i].dialect);

		if (!explanation->safe_spec != !row[i].safe ||
		    (row[i].safe &&
		     strcmp(explanation->safe_spec, row[i].safe) != 0))
			fail_msg("%s: %s", row[i].spec,
				 explanation->safe_spec ? explanation->safe_spec
							: "none");
		lg_explanation_free(&explanation);
	}
}

static void print_ranges(const struct lg_version_ranges *ranges,
			 struct lg_buffer *out_text)
{
	size_t i;

	lg_buffer_text(out_text, "");
	for (i = 0; i < ranges->count; i++) {
		lg_version_format(&ranges->item[i].from, out_text);
		lg_buffer_char(out_text, '-');
		lg_version_format(&ranges->item[i].to, out_text);
		lg_buffer_char(out_text, ' ');
	}
}

static void system_ranges(void **state)
{
	static const struct {
		const char *spec;
		enum lg_dialect dialect;
		const char *hit;
		const char *released;
	} row[] = {
		{"-12.1234.01", LG_DIALECT_GATE, "6.0.0.0-6.65535.65535.65535 ",
		 "5.1.0.0-5.65535.65535.65535 "},
		{"-12.1234.01", LG_DIALECT_EXCHANGE_5_5, "", ""},
		{"-12.1234.01", LG_DIALECT_EXCHANGE_2007,
		 "6.0.0.0-6.65535.65535.65535 8.0.0.0-8.65535.65535.65535 ",
		 "5.1.0.0-5.65535.65535.65535 7.1.0.0-7.65535.65535.65535 "},
		{"6.4712.0;6.5716.0;5.0.0", LG_DIALECT_EXCHANGE_2000,
		 "6.0.4712.0-6.0.4712.0 6.0.5716.0-6.0.5716.0 ", ""},
		{"6.4712.0", LG_DIALECT_EXCHANGE_2000, "6.0.4712.0-6.0.4712.0 ",
		 ""},
		{"6.9.0-8.3.0", LG_DIALECT_EXCHANGE_2007,
		 "6.0.9.0-6.65535.65535.65535 8.0.0.0-8.0.3.0 ",
		 "7.1.0.0-7.65535.65535.65535 "},
		{"5.0.0-5.65535.65535;7.0.0-", LG_DIALECT_GATE, "", ""},
		{"5.0.0-6.0.0", LG_DIALECT_GATE, "6.0.0.0-6.0.0.0 ",
		 "5.1.0.0-5.65535.65535.65535 "},
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_explanation *explanation =
			explained(row[i].spec, row[i].dialect);
		struct lg_buffer hit = {0};
		struct lg_buffer released = {0};

		print_ranges(&explanation->system, &hit);
		assert_string_equal(hit.data, row[i].hit);
		print_ranges(&explanation->released, &released);
		assert_string_equal(released.data, row[i].released);
		lg_buffer_release(&hit);
		lg_buffer_release(&released);
		lg_explanation_free(&explanation);
	}
}

static void traps(void **state)
{
	static const struct {
		const char *spec;
		int misses_97;
		int misses_2003;
		int help_about;
	} row[] = {
		{"-5.9.9", 1, 0, 0},
		{"5.0.0-5.9.9", 1, 0, 0},
		{"-5.9.9;7.0.0-11.9.9", 1, 1, 0},
		{"-11.9.9", 0, 1, 0},
		{"-12.1234.01", 0, 0, 0},
		{"-5.1456.65535", 1, 0, 0},
		{"-5.1457.0", 0, 0, 0},
		{"-5.9.9;5.1457.0", 0, 0, 0},
		{"-5.9.9;5.1000.0-5.2000.0", 0, 0, 0},
		{"7.0.0-11.5603.9", 0, 1, 0},
		{"7.0.0-11.5604.0", 0, 0, 0},
		/* One version is no bound. */
		{"5.9.9", 0, 0, 0},
		{"11.9.9", 0, 0, 0},
		{"5.9.9-5.9.9", 1, 0, 0},
		{"5.9.9-", 0, 0, 0},
		{"8.00.3511-8.5.7806", 0, 0, 1},
		{"-9.0.0", 0, 0, 1},
		{"9.0.0-", 0, 0, 1},
		{"8.5.7806", 0, 0, 1},
		{"7.0.0-10.0.0", 0, 0, 0},
		{"0.0.0-5.6535.6535;7.0.0;8.02.4-11.6535.6535", 0, 0, 1},
		{"", 0, 0, 0},
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_explanation *explanation =
			explained(row[i].spec, LG_DIALECT_GATE);
		const struct lg_warnings *found = &explanation->traps;

		if (lg_warnings_has(found, LG_WARN_MISSES_OUTLOOK_97_98_2000) !=
			    row[i].misses_97 ||
		    lg_warnings_has(found, LG_WARN_MISSES_OUTLOOK_2003) !=
			    row[i].misses_2003 ||
		    lg_warnings_has(found, LG_WARN_HELP_ABOUT_VERSION) !=
			    row[i].help_about)
			fail_msg("%s", row[i].spec);
		assert_int_equal(found->text.count, row[i].misses_97 +
							    row[i].misses_2003 +
							    row[i].help_about);
		lg_explanation_free(&explanation);
	}
}

static void trap_in_words(void **state)
{
	struct lg_explanation *explanation =
		explained(" -5.9.9 ", LG_DIALECT_GATE);

	assert_string_equal(explanation->traps.text.item[0],
			    "\"-5.9.9\" ends before Outlook 97, 98 and 2000 "
			    "begin: their numbers are 5.1457.0 to 5.3165.0; "
			    "end it at 5.65535.65535 to reach them all");
	lg_explanation_free(&explanation);
}

static void blocked_clients(void **state)
{
	struct lg_explanation *explanation =
		explained("5.2178.0;-4.993.3", LG_DIALECT_GATE);

	assert_int_equal(explanation->blocked_count, 3);
	assert_string_equal(explanation->blocked[1]->name, "Outlook 98");
	assert_string_equal(explanation->blocked[2]->registry, "4.993.3");
	lg_explanation_free(&explanation);
	explanation = explained("-12.1234.01", LG_DIALECT_GATE);
	assert_int_equal(explanation->blocked_count, 35);
	lg_explanation_free(&explanation);
}

static void components(void **state)
{
	struct lg_buffer text = {0};

	lg_explanation_components(LG_DIALECT_EXCHANGE_5_5, &text);
	assert_string_equal(text.data, "");
	lg_explanation_components(LG_DIALECT_EXCHANGE_2003, &text);
	assert_string_equal(text.data, "6.*");
	lg_buffer_clear(&text);
	lg_explanation_components(LG_DIALECT_EXCHANGE_2007, &text);
	assert_string_equal(text.data, "6.* and 8.*");
	lg_buffer_release(&text);
}

static void refuses(void **state)
{
	struct lg_explanation *const untouched = (void *)state;
	struct lg_explanation *explanation = untouched;
	struct lg_error err = {0};

	assert_int_equal(lg_explanation_new("5.0", 3, LG_VERSION_FORM_REGISTRY,
					    "here", LG_DIALECT_GATE, clients,
					    &explanation, &err),
			 LG_ERR_SYNTAX);
	assert_string_equal(err.place, "here");
	assert_ptr_equal(explanation, untouched);
}

static enum lg_status explain_and_free(void *context, struct lg_error *err)
{
	struct lg_explanation *explanation = NULL;
	enum lg_status status = lg_explanation_new(
		context, strlen(context), LG_VERSION_FORM_REGISTRY, NULL,
		LG_DIALECT_EXCHANGE_2007, clients, &explanation, err);

	lg_explanation_free(&explanation);
	return status;
}

static void survives_failing_allocations(void **state)
{
	char spec[] = "-5.9.9;6.0.0-11.9.9;9.0.0-";

	assert_true(allocation_survive(explain_and_free, spec) > 10);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("V10 the safe form is the setting without the "
			  "server's own versions",
			  safe_forms),
		suite_row("V10 what is hit of the server and what else changes "
			  "is listed",
			  system_ranges),
		suite_row("V11 each trap is found, and only traps", traps),
		suite_row("V11 a trap says what is missed and what to write",
			  trap_in_words),
		suite_row("the blocked clients are those of the table",
			  blocked_clients),
		suite_row("V10 a dialect's components have a name", components),
		suite_row("what does not read is not explained", refuses),
		suite_row("each allocation may fail",
			  survives_failing_allocations),
	};
	int result;

	if (lg_clients_new(&clients, NULL) != LG_OK)
		return 1;
	result = suite_run(rows);
	lg_clients_free(&clients);
	return result;
}
