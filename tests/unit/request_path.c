/* SPDX-License-Identifier: ISC */
/* A path is plain or it is asked about; MAPI's two paths and no other. */
#include <regex.h>
#include <string.h>

#include "core/mapi/request_path.h"

#include "suite.h"

static const struct {
	const char *target;
	int plain;
	int mapi;
} rows[] = {
	{"/", 1, 0},
	{"/owa/auth/logon.aspx?url=..\\..\\ews", 1, 0},
	{"/owa/auth/15.2.1118/themes/x_y.css", 1, 0},
	{"/.well-known/autoconfig/mail/config-v1.1.xml", 1, 0},
	{"/autodiscover/autodiscover.json/v1.0/x%40example.org", 1, 0},
	{"/autodiscover/autodiscover.json/v1.0/x%2btag@example.org", 1, 0},
	{"", 0, 0},
	{"?x", 0, 0},
	{"*", 0, 0},
	{"http://host/owa/", 0, 0},
	{"/owa/auth/..\\..\\ews/exchange.asmx", 0, 0},
	{"/owa/auth/..%5c..%5cews/exchange.asmx", 0, 0},
	{"/owa/auth/%2e%2e/ews/", 0, 0},
	{"/owa/auth/%252e%252e/ews/", 0, 0},
	{"/owa/auth/../ews/", 0, 0},
	{"/owa/auth/./logon", 0, 0},
	{"/owa/auth/..", 0, 0},
	{"/owa/auth/.", 0, 0},
	{"/owa/auth/x...", 0, 0},
	{"/owa/auth//logon", 0, 0},
	{"//owa/auth/", 0, 0},
	{"/owa/auth/..;/ews/", 0, 0},
	{"/owa/auth;x=/ews/", 0, 0},
	{"/owa/auth/%c0%ae%c0%ae/ews", 0, 0},
	{"/owa/auth/%u002e/ews", 0, 0},
	{"/owa/auth/%2", 0, 0},
	{"/owa/auth/%40%2f..", 0, 0},
	{"/owa/auth/x\x01y", 0, 0},
	{"/mapi/emsmdb", 1, 1},
	{"/MAPI/EmsMdb/?MailboxId=x@example.org", 1, 1},
	{"//mapi//nspi//", 0, 1},
	{"/mapi/%65msmdb/", 0, 1},
	{"/mapi%2Femsmdb", 0, 1},
	{"/mapi/./emsmdb/", 0, 0},
	{"/mapi/../owa/", 0, 0},
	{"/mapi/emsmdb/..%5c..%5cowa", 0, 0},
	{"/mapi/emsmdb\\", 0, 0},
	{"/mapi/emsmdbx", 1, 0},
	{"/mapi/%2565msmdb", 0, 0},
	{"/ews%5Cexchange.asmx%5Cx/../mapi/emsmdb/", 0, 0},
	{"mapi/emsmdb", 0, 0},
	{"/mapiemsmdb", 1, 0},
};

static void rows_hold(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].target);

		if (lg_request_path_is_plain(rows[i].target, len) !=
		    rows[i].plain)
			fail_msg("plain: %s", rows[i].target);
		if (lg_request_path_is_mapi(rows[i].target, len) !=
		    rows[i].mapi)
			fail_msg("mapi: %s", rows[i].target);
	}
}

/* What the drop-ins quote says the same as the function, for every path of
 * few characters that can hurt. */
static void the_pattern_says_the_same(void **state)
{
	static const char letters[] = "/.a%405;\\";
	char path[8];
	size_t count = sizeof(letters) - 1;
	size_t length;
	regex_t pattern;

	(void)state;
	assert_int_equal(regcomp(&pattern, LG_REQUEST_PATH_PLAIN,
				 REG_EXTENDED | REG_NOSUB),
			 0);
	for (length = 1; length <= 5; length++) {
		size_t total = 1;
		size_t number;
		size_t i;

		for (i = 0; i < length; i++)
			total *= count;
		for (number = 0; number < total; number++) {
			size_t left = number;

			path[0] = '/';
			for (i = 1; i <= length; i++, left /= count)
				path[i] = letters[left % count];
			path[length + 1] = '\0';
			if (lg_request_path_is_plain(path, length + 1) !=
			    !regexec(&pattern, path, 0, NULL, 0))
				fail_msg("%s", path);
		}
	}
	regfree(&pattern);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		suite_row("a path is plain, or MAPI's, or neither", rows_hold),
		suite_row("what the drop-ins quote says the same",
			  the_pattern_says_the_same),
	};

	return suite_run(tests);
}
