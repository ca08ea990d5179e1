/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/adapters/dovecot/anvil_list.h: lists as Dovecot 2.4.1 gave them.
 */
#include <string.h>

#include "suite.h"
#include "allocation.h"

#include "adapters/dovecot/anvil_list.h"

#define VERSION "VERSION\tanvil-server\t2\t0\n"
#define GUID "b6e7d106ac350d6b1300000083ecc375"

static const char two[] = VERSION
	"user_logongate\n"
	"19\ta\001tb\001\061\001x\timap\t127.0.0.1\t" GUID "\t\tmaster:\n"
	"25\tbob\tpop3-login\t\t" GUID "\t10.0.0.1\n\n";

static enum lg_status parse(const char *text, struct lg_anvil_list *list,
			    struct lg_error *err)
{
	return lg_anvil_list_parse(text, strlen(text), list, err);
}

static void connections_are_listed(void **state)
{
	struct lg_anvil_list list = {0};

	assert_int_equal(parse(two, &list, NULL), LG_OK);
	assert_int_equal(list.now.count, 2);
	assert_int_equal(list.named.count, 2);
	assert_string_equal(list.now.session[0].id, "imap-19");
	assert_string_equal(list.now.session[0].door, "dovecot");
	assert_string_equal(list.now.session[0].user, "a\tb\001\001x");
	assert_string_equal(list.now.session[0].address, "127.0.0.1");
	/* As it came. */
	assert_string_equal(list.named.item[0], "a\001tb\001\061\001x\t" GUID);
	assert_string_equal(list.now.session[1].id, "pop3-login-25");
	assert_null(list.now.session[1].address);
	assert_string_equal(list.named.item[1], "bob\t" GUID);
	lg_anvil_list_release(&list);
	assert_int_equal(parse(VERSION "\n\n", &list, NULL), LG_OK);
	assert_int_equal(list.now.count, 0);
}

static void what_is_no_list_is_none(void **state)
{
	static const char *const rows[] = {
		"",
		"\n\n\n",
		VERSION "\n",
		"VERSION\tanvil\t1\t0\n\n\n",
		"VERSION\tanvil-server\t3\t0\n\n\n",
		VERSION "\n19\ta\timap\t\t" GUID "\t\n",
		VERSION "\n19\ta\timap\t\t" GUID "\n\n",
		VERSION "\n19\ta\timap\t\tb6e7\t\n\n",
		VERSION "\nx\ta\timap\t\t" GUID "\t\n\n",
		VERSION "\n1234567890\ta\timap\t\t" GUID "\t\n\n",
		VERSION "\n\n19\ta\timap\t\t" GUID "\t\n\n",
	};
	struct lg_anvil_list list = {0};
	static const char with_nul[] = VERSION "\0\n\n";

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(parse(rows[i], &list, NULL), LG_ERR_IO);
		assert_int_equal(list.now.count + list.named.count, 0);
	}
	assert_int_equal(lg_anvil_list_parse(with_nul, sizeof(with_nul) - 1,
					     &list, NULL),
			 LG_ERR_IO);
}

static void a_list_ends_with_its_last_byte(void **state)
{
	static const char *const rows[] = {VERSION "\n\n", VERSION "x\ty\n\n",
					   two};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t len = 1; len <= strlen(rows[i]); len++)
			assert_int_equal(lg_anvil_list_ends(rows[i], len),
					 len == strlen(rows[i]));
}

static void a_count_is_digits(void **state)
{
	assert_true(lg_anvil_is_count("0", 1));
	assert_true(lg_anvil_is_count("17", 2));
	assert_false(lg_anvil_is_count("", 0));
	assert_false(lg_anvil_is_count("-1", 2));
	assert_false(lg_anvil_is_count("1\n1", 3));
}

static enum lg_status parse_and_free(void *context, struct lg_error *err)
{
	struct lg_anvil_list list = {0};
	enum lg_status status = parse(two, &list, err);

	if (status != LG_OK)
		assert_int_equal(list.now.count + list.named.count, 0);
	lg_anvil_list_release(&list);
	return status;
}

static void no_memory(void **state)
{
	assert_true(allocation_survive(parse_and_free, NULL) >= 8);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("connections are listed", connections_are_listed),
		suite_row("what is no list is none", what_is_no_list_is_none),
		suite_row("a list ends with its last byte",
			  a_list_ends_with_its_last_byte),
		suite_row("a count is digits", a_count_is_digits),
		suite_row("every allocation may fail", no_memory),
	};

	return suite_run(rows);
}
