/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/core/exchange/protocol_settings.h (I1, I2). In the rows the
 * separator U+00A7 is written as it is.
 */
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "allocation.h"

#include "core/exchange/protocol_settings.h"

/* Values apart by a blank, as no value has one. */
static struct lg_strlist list_of(const char *text)
{
	struct lg_strlist list = {0};

	while (*text) {
		size_t len = strcspn(text, " ");

		assert_int_equal(lg_strlist_add(&list, text, len, NULL), LG_OK);
		text += len + (text[len] != '\0');
	}
	return list;
}

static int is_list(const struct lg_strlist *list, const char *text)
{
	struct lg_strlist wanted = list_of(text);
	int same = wanted.count == list->count;
	size_t i;

	for (i = 0; same && i < list->count; i++)
		same = strcmp(list->item[i], wanted.item[i]) == 0;
	lg_strlist_release(&wanted);
	return same;
}

static void says_what_is_allowed(void **state)
{
	static const struct {
		const char *values;
		enum lg_protocol protocol;
		enum lg_access access;
	} row[] = {
		{"", LG_PROTOCOL_IMAP, LG_ACCESS_UNSTATED},
		{"HTTP§1§1§§§§§§", LG_PROTOCOL_IMAP, LG_ACCESS_UNSTATED},
		{"HTTP§1§1§§§§§§", LG_PROTOCOL_HTTP, LG_ACCESS_ENABLED},
		{"HTTP§0§1§§§§§§", LG_PROTOCOL_HTTP, LG_ACCESS_DISABLED},
		{"IMAP4§0§0§1§ISO-8859-1§0§1§1§", LG_PROTOCOL_IMAP,
		 LG_ACCESS_DISABLED},
		{"IMAP4§1§1§1§ISO-8859-1§0§1§1§0", LG_PROTOCOL_IMAP,
		 LG_ACCESS_ENABLED},
		{"POP3§1§1§1§ISO-8859-1§0§§§", LG_PROTOCOL_POP3,
		 LG_ACCESS_ENABLED},
		{"pop3§0", LG_PROTOCOL_POP3, LG_ACCESS_DISABLED},
		{"MAPI§0§0§§§§§§", LG_PROTOCOL_MAPI, LG_ACCESS_DISABLED},
		{"MAPI§1§0§§§§§§", LG_PROTOCOL_MAPI, LG_ACCESS_ENABLED},
		{"MAPI§1§1§§§§§§", LG_PROTOCOL_MAPI, LG_ACCESS_CACHED_ONLY},
		{"MAPI§0§1§§§§§§", LG_PROTOCOL_MAPI, LG_ACCESS_DISABLED},
		{"MAPI§§§§§§§§", LG_PROTOCOL_MAPI, LG_ACCESS_UNSTATED},
		{"MAPI", LG_PROTOCOL_MAPI, LG_ACCESS_UNSTATED},
		{"MAPI§", LG_PROTOCOL_MAPI, LG_ACCESS_UNSTATED},
		{"MAPI§1", LG_PROTOCOL_MAPI, LG_ACCESS_ENABLED},
		{"MAPI§1§11§", LG_PROTOCOL_MAPI, LG_ACCESS_ENABLED},
		{"MAPI§2§§", LG_PROTOCOL_MAPI, LG_ACCESS_UNKNOWN},
		{"MAPI§00§§", LG_PROTOCOL_MAPI, LG_ACCESS_UNKNOWN},
		{"OWA§0", LG_PROTOCOL_HTTP, LG_ACCESS_DISABLED},
		{"OWA§1 HTTP§0§1§§§§§§", LG_PROTOCOL_HTTP, LG_ACCESS_DISABLED},
		{"POP3§1 POP3§0", LG_PROTOCOL_POP3, LG_ACCESS_DISABLED},
		{"POP3X§0 XPOP3§0 POP§0", LG_PROTOCOL_POP3, LG_ACCESS_UNSTATED},
		/* Another character with the same last byte. */
		{"POP3\xc3\xa7"
		 "0",
		 LG_PROTOCOL_POP3, LG_ACCESS_UNSTATED},
		{"SMTP§0", LG_PROTOCOL_SMTP, LG_ACCESS_UNSTATED},
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_strlist values = list_of(row[i].values);

		if (lg_protocol_settings_access(&values, row[i].protocol) !=
		    row[i].access)
			fail_msg("%s", row[i].values);
		lg_strlist_release(&values);
	}
}

static void disables_and_comes_back(void **state)
{
	static const struct {
		const char *values;
		enum lg_protocol protocol;
		const char *removed;
		const char *added;
	} row[] = {
		/* 5.5 */
		{"HTTP§1§1§§§§§§ IMAP4§1§0§1§ISO-8859-1§0§1§1§ LDAP§1§1§§§§§§",
		 LG_PROTOCOL_IMAP, "IMAP4§1§0§1§ISO-8859-1§0§1§1§",
		 "IMAP4§0§0§1§ISO-8859-1§0§1§1§"},
		/* 2000 and 2003 */
		{"POP3§1§1§4§ISO-8859-1§0§§§", LG_PROTOCOL_POP3,
		 "POP3§1§1§4§ISO-8859-1§0§§§", "POP3§0§1§4§ISO-8859-1§0§§§"},
		/* 2003 SP2 */
		{"MAPI§1§1§§§§§§", LG_PROTOCOL_MAPI, "MAPI§1§1§§§§§§",
		 "MAPI§0§1§§§§§§"},
		/* 2013 */
		{"OWA§1 RemotePowerShell§1 MAPI§§§§§§§§", LG_PROTOCOL_HTTP,
		 "OWA§1", "OWA§0"},
		{"OWA§1 RemotePowerShell§1 MAPI§§§§§0§§§", LG_PROTOCOL_MAPI,
		 "MAPI§§§§§0§§§", "MAPI§0§§§§0§§§"},
		{"HTTP§1§1§§§§§§ OWA§1", LG_PROTOCOL_HTTP,
		 "HTTP§1§1§§§§§§ OWA§1", "HTTP§0§1§§§§§§ OWA§0"},
		/* Without a value one is made. */
		{"", LG_PROTOCOL_IMAP, "", "IMAP4§0§1§1§ISO-8859-1§0§1§1§0"},
		{"POP3§1", LG_PROTOCOL_HTTP, "", "HTTP§0§1§§§§§§"},
		{"", LG_PROTOCOL_POP3, "", "POP3§0§1§1§ISO-8859-1§0§§§"},
		{"", LG_PROTOCOL_MAPI, "", "MAPI§0§0§§§§§§"},
		/* Disabled already. */
		{"IMAP4§0§1", LG_PROTOCOL_IMAP, "", ""},
		{"HTTP§0§1§§§§§§ OWA§1", LG_PROTOCOL_HTTP, "OWA§1", "OWA§0"},
		/* A value stands in an attribute once. */
		{"IMAP4§0§1 IMAP4§1§1", LG_PROTOCOL_IMAP, "IMAP4§1§1", ""},
		/* What is not understood stays. */
		{"imap4§1§§§§§x§§§§§§§§§§§y", LG_PROTOCOL_IMAP,
		 "imap4§1§§§§§x§§§§§§§§§§§y", "imap4§0§§§§§x§§§§§§§§§§§y"},
		{"IMAP4", LG_PROTOCOL_IMAP, "IMAP4", "IMAP4§0"},
		{"IMAP4§", LG_PROTOCOL_IMAP, "IMAP4§", "IMAP4§0"},
		{"IMAP4§yes§1", LG_PROTOCOL_IMAP, "IMAP4§yes§1", "IMAP4§0§1"},
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_strlist values = list_of(row[i].values);
		struct lg_protocol_change change = {{0}, {0}};
		struct lg_protocol_change undo;
		struct lg_strlist after = {0};
		struct lg_strlist before = {0};

		assert_int_equal(lg_protocol_settings_disable(&values,
							      row[i].protocol,
							      &change, NULL),
				 LG_OK);
		if (!is_list(&change.removed, row[i].removed) ||
		    !is_list(&change.added, row[i].added))
			fail_msg("%s", row[i].values);
		assert_int_equal(lg_protocol_change_apply(&values, &change,
							  &after, NULL),
				 LG_OK);
		assert_int_equal(
			lg_protocol_settings_access(&after, row[i].protocol),
			LG_ACCESS_DISABLED);
		undo = lg_protocol_change_undo(&change);
		assert_int_equal(
			lg_protocol_change_apply(&after, &undo, &before, NULL),
			LG_OK);
		assert_int_equal(before.count, values.count);
		lg_strlist_release(&before);
		lg_strlist_release(&after);
		lg_protocol_change_release(&change);
		lg_strlist_release(&values);
	}
}

static void somebody_elses_change_is_seen(void **state)
{
	struct lg_strlist values = list_of("IMAP4§1§1 POP3§1");
	struct lg_strlist other = list_of("IMAP4§1§0 POP3§1");
	struct lg_strlist after = {0};
	struct lg_protocol_change change = {{0}, {0}};
	struct lg_error err = {0};

	assert_int_equal(lg_protocol_settings_disable(&values, LG_PROTOCOL_IMAP,
						      &change, NULL),
			 LG_OK);
	assert_int_equal(
		lg_protocol_change_apply(&other, &change, &after, &err),
		LG_ERR_CONFLICT);
	assert_int_equal(after.count, 0);
	lg_protocol_change_release(&change);
	lg_strlist_release(&values);
	lg_strlist_release(&other);
}

static void the_same_value_twice(void **state)
{
	struct lg_strlist values = list_of("IMAP4§1 X IMAP4§1");
	struct lg_strlist after = {0};
	struct lg_protocol_change change = {{0}, {0}};

	assert_int_equal(lg_protocol_settings_disable(&values, LG_PROTOCOL_IMAP,
						      &change, NULL),
			 LG_OK);
	assert_int_equal(
		lg_protocol_change_apply(&values, &change, &after, NULL),
		LG_OK);
	assert_true(is_list(&after, "X IMAP4§0"));
	lg_strlist_release(&after);
	lg_protocol_change_release(&change);
	lg_strlist_release(&values);
}

static void other_protocols_have_no_switch(void **state)
{
	struct lg_strlist values = {0};
	struct lg_protocol_change change = {{0}, {0}};
	struct lg_error err = {0};
	enum lg_protocol protocol;

	for (protocol = LG_PROTOCOL_UNKNOWN; protocol < LG_PROTOCOL_COUNT;
	     protocol++) {
		enum lg_status wanted = lg_protocol_settings_knows(protocol)
						? LG_OK
						: LG_ERR_CONFLICT;

		assert_int_equal(lg_protocol_settings_disable(&values, protocol,
							      &change, &err),
				 wanted);
	}
	assert_int_equal(lg_protocol_settings_knows(LG_PROTOCOL_SMTP), 0);
	assert_int_equal(lg_protocol_settings_knows(LG_PROTOCOL_LOGIN), 0);
	assert_int_equal(change.added.count, 4);
	lg_protocol_change_release(&change);
}

static enum lg_status disable_and_apply(void *context, struct lg_error *err)
{
	struct lg_protocol_change change = {{0}, {0}};
	struct lg_strlist after = {0};
	enum lg_status status = lg_protocol_settings_disable(
		context, LG_PROTOCOL_HTTP, &change, err);

	if (status == LG_OK)
		status = lg_protocol_settings_disable(context, LG_PROTOCOL_IMAP,
						      &change, err);
	if (status == LG_OK)
		status =
			lg_protocol_change_apply(context, &change, &after, err);
	lg_strlist_release(&after);
	lg_protocol_change_release(&change);
	return status;
}

static void survives_failing_allocations(void **state)
{
	struct lg_strlist values = list_of("HTTP§1§1 POP3§1§");

	assert_true(allocation_survive(disable_and_apply, &values) >= 7);
	lg_strlist_release(&values);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("I2 every generation's values are understood",
			  says_what_is_allowed),
		suite_row("I2 disabling changes one field and can be undone",
			  disables_and_comes_back),
		suite_row("a change by somebody else meanwhile is seen",
			  somebody_elses_change_is_seen),
		suite_row("a value that is there twice is changed twice",
			  the_same_value_twice),
		suite_row("I1 protocols without a switch are refused",
			  other_protocols_have_no_switch),
		suite_row("each allocation may fail",
			  survives_failing_allocations),
	};

	return suite_run(rows);
}
