/* SPDX-License-Identifier: ISC */
/*
 * Rows for include/logongate/process_list.h (P1, P3, P5).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "allocation.h"

#include <logongate/buffer.h>
#include <logongate/process_list.h>

static struct lg_process_list *parsed(const char *text)
{
	struct lg_process_list *list = NULL;
	struct lg_error err = {0};

	if (lg_process_list_parse(text, strlen(text), "test", &list, &err) !=
	    LG_OK)
		fail_msg("%s: %s", text, err.text);
	return list;
}

static void contains(void **state)
{
	static const struct {
		const char *list;
		const char *process;
		int contained;
	} row[] = {
		{"program1.exe; program2.exe", "program1.exe", 1},
		{"program1.exe; program2.exe", "program2.exe", 1},
		{"program1.exe;program2.exe", "PROGRAM2.EXE", 1},
		{"Program1.EXE", "program1.exe", 1},
		{"program1.exe", "program1", 0},
		{"program1.exe", "program1.exe.bak", 0},
		{"program1.exe", "xprogram1.exe", 0},
		{"program1.exe", "C:\\Program Files\\Office\\program1.exe", 1},
		{"program1.exe", "/usr/bin/program1.exe", 1},
		{"program1.exe", "program1.exe\\", 0},
		{"program1.exe", "program1.exe/other.exe", 0},
		{"program1.exe", "", 0},
		{"program*.exe", "program1.exe", 0},
		{"program?.exe", "program1.exe", 0},
		{"a,b.exe", "a,b.exe", 1},
		{"a,b.exe", "b.exe", 0},
		{"my program.exe ;\tother.exe ", "my program.exe", 1},
		{"my program.exe ;\tother.exe ", "other.exe", 1},
		{"my program.exe", "myprogram.exe", 0},
		{"sshd", "sshd", 1},
		/* Beyond ASCII case counts. */
		{"\xc3\xa4.exe", "\xc3\xa4.EXE", 1},
		{"\xc3\xa4.exe", "\xc3\x84.exe", 0},
		{"[a.exe;`b.exe", "{a.exe", 0},
		{"[a.exe;`b.exe", "@b.exe", 0},
		{"", "program1.exe", 0},
		{" \t ", "", 0},
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_process_list *list = parsed(row[i].list);

		if (lg_process_list_contains(list, row[i].process,
					     strlen(row[i].process)) !=
		    row[i].contained)
			fail_msg("%s: %s", row[i].list, row[i].process);
		lg_process_list_free(&list);
		lg_process_list_free(&list);
	}
}

static void refuses(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *says;
	} row[] = {
		{";", 1, "separators at character 1;"},
		{"a.exe;", 6, "separators at character 7;"},
		{"a.exe; ", 7, "separators at character 8;"},
		{";a.exe", 6, "separators at character 1;"},
		{"a.exe;;b.exe", 12, "separators at character 7;"},
		{"a.exe; ;b.exe", 13, "separators at character 8;"},
		{"C:\\a.exe", 8, "\"C:\\a.exe\" at character 1 is a path"},
		{"x;bin/a", 7, "\"bin/a\" at character 3 is a path"},
		{"a\tb.exe", 7, "control character stands at character 2"},
		{"a.exe\n", 6, "control character stands at character 6"},
		{"a\0b", 3, "control character stands at character 2"},
		{"a\x7f", 2, "control character stands at character 2"},
		{"a\xc2\x85", 3, "control character stands at character 2"},
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_process_list *const untouched = (void *)row;
		struct lg_process_list *list = untouched;
		struct lg_error err = {0};

		assert_int_equal(lg_process_list_parse(row[i].text, row[i].len,
						       "here:3", &list, &err),
				 LG_ERR_SYNTAX);
		if (!strstr(err.text, row[i].says))
			fail_msg("%s", err.text);
		assert_string_equal(err.place, "here:3");
		assert_ptr_equal(list, untouched);
	}
}

static void names_as_written(void **state)
{
	struct lg_process_list *list = parsed(" B.exe;a.EXE ; B.exe");
	const struct lg_strlist *name = lg_process_list_names(list);

	assert_int_equal(name->count, 3);
	assert_string_equal(name->item[0], "B.exe");
	assert_string_equal(name->item[1], "a.EXE");
	assert_string_equal(name->item[2], "B.exe");
	lg_process_list_free(&list);
}

/* Thousands of names, each asked in another case. */
static void many_names(void **state)
{
	enum {
		NAMES = 5000
	};
	struct lg_buffer text = {0};
	struct lg_process_list *list;
	char name[32];
	int i;

	for (i = 0; i < NAMES; i++)
		lg_buffer_format(&text, "%sPrg%d.exe", i ? ";" : "", i * 3);
	assert_int_equal(lg_buffer_status(&text, NULL), LG_OK);
	list = parsed(text.data);
	for (i = 0; i < 3 * NAMES; i++) {
		snprintf(name, sizeof(name), "pRG%d.EXE", i);
		assert_int_equal(
			lg_process_list_contains(list, name, strlen(name)),
			i % 3 == 0);
	}
	lg_process_list_free(&list);
	lg_buffer_release(&text);
}

static enum lg_status parse_and_free(void *context, struct lg_error *err)
{
	struct lg_process_list *list = NULL;
	enum lg_status status = lg_process_list_parse(context, strlen(context),
						      NULL, &list, err);

	lg_process_list_free(&list);
	return status;
}

static void survives_failing_allocations(void **state)
{
	char text[] = "a.exe;b.exe";
	char blank[] = "";

	assert_true(allocation_survive(parse_and_free, text) >= 5);
	assert_int_equal(allocation_survive(parse_and_free, blank), 1);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("P1 P3 P5 a process is known by its base name",
			  contains),
		suite_row("P5 paths, empty items and control characters are "
			  "refused",
			  refuses),
		suite_row("names are kept as written", names_as_written),
		suite_row("thousands of names are told apart", many_names),
		suite_row("each allocation may fail",
			  survives_failing_allocations),
	};

	return suite_run(rows);
}
