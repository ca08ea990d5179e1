/* SPDX-License-Identifier: ISC */
/*
 * Rows for include/logongate/dn.h: D2, D3, L12, L16.
 */
#include <stdio.h>
#include <string.h>

#include "suite.h"

#include <logongate/dn.h>

struct check_row {
	const char *sentence;
	const char *text;
	enum lg_status status;
};

#define X16 "xxxxxxxxxxxxxxxx"
#define X64 X16 X16 X16 X16
#define CN "/cn=a"

static const struct check_row check_rows[] = {
	{"D2: the ordinary form is one", "/o=Org/ou=Site/cn=Recipients/cn=name",
	 LG_OK},
	{"D2: /o=NT5 with hexadecimal parts is one",
	 "/o=NT5/ou=00000000000000000000000000000000/cn=0123456789ABCDEF",
	 LG_OK},
	{"D2: any case of o, ou and cn", "/O=Org/Ou=Site/CN=a", LG_OK},
	{"D2: any order of o, ou and cn", "/cn=a/o=Org/ou=Site", LG_OK},
	{"D2: two parts are enough", "/o=Org/ou=Site", LG_OK},
	{"D2: a value may hold =", "/o=Org/cn=a=b", LG_OK},
	{"D2: blanks and brackets within a value",
	 "/o=Org/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=a",
	 LG_OK},
	{"D2: a value of 64 characters", "/o=Org/cn=" X64, LG_OK},
	{"D2: a value of 65 characters is beyond the limit",
	 "/o=Org/cn=" X64 "x", LG_ERR_LIMIT},
	{"D2: 64 characters of two bytes are 64",
	 "/o=Org/cn=\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4"
	 "\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4"
	 "\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4"
	 "\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4"
	 "\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4"
	 "\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4",
	 LG_OK},
	{"D2: 16 parts", CN CN CN CN CN CN CN CN CN CN CN CN CN CN CN CN,
	 LG_OK},
	{"D2: 17 parts are beyond the limit",
	 CN CN CN CN CN CN CN CN CN CN CN CN CN CN CN CN CN, LG_ERR_LIMIT},
	{"D2: 256 characters",
	 "/o=" X64 "/ou=" X64 "/cn=" X64 "/cn=" X16 X16 X16 "x", LG_OK},
	{"D2: 257 characters are beyond the limit",
	 "/o=" X64 "/ou=" X64 "/cn=" X64 "/cn=" X16 X16 X16 "xx", LG_ERR_LIMIT},
	{"D2: an empty text is none", "", LG_ERR_SYNTAX},
	{"D2: a slash alone is none", "/", LG_ERR_SYNTAX},
	{"D2: one part is none", "/o=Org", LG_ERR_SYNTAX},
	{"D2: it begins with a slash", "o=Org/ou=Site/cn=a", LG_ERR_SYNTAX},
	{"D2: another type is none", "/o=Org/dc=Site/cn=a", LG_ERR_SYNTAX},
	{"D2: a part without = is none", "/o=Org/cn", LG_ERR_SYNTAX},
	{"D2: an empty value is none", "/o=Org/ou=/cn=a", LG_ERR_SYNTAX},
	{"D2: an empty part is none", "/o=Org//cn=a", LG_ERR_SYNTAX},
	{"D2: a slash at the end is none", "/o=Org/cn=a/", LG_ERR_SYNTAX},
	{"D2: a blank before a value is none", "/o=Org/cn= a", LG_ERR_SYNTAX},
	{"D2: a blank after a value is none", "/o=Org/cn=a ", LG_ERR_SYNTAX},
	{"D2: a blank before = is none", "/o=Org/cn =a", LG_ERR_SYNTAX},
	{"D2: a control character is none", "/o=Org/cn=a\tb", LG_ERR_SYNTAX},
	{"D2: a line break is none", "/o=Org/cn=a\nb", LG_ERR_SYNTAX},
	{"D2: a C1 control is none", "/o=Org/cn=a\xc2\x85", LG_ERR_SYNTAX},
	{"D2: what is not UTF-8 is none", "/o=Org/cn=\xe4", LG_ERR_SYNTAX},
	{"D2: an LDAP DN is none", "CN=a,OU=b,DC=example,DC=org",
	 LG_ERR_SYNTAX},
};

static void check_as_said(void **state)
{
	const struct check_row *row = *state;
	struct lg_error err = {0};

	assert_int_equal(
		lg_dn_check(row->text, strlen(row->text), "list:3", &err),
		row->status);
	if (row->status != LG_OK) {
		assert_int_equal(err.status, row->status);
		assert_string_equal(err.place, "list:3");
		assert_non_null(strstr(err.text, "/o=Org/ou=Site/"));
	}
}

static void finds_unusual_characters(void **state)
{
	assert_false(
		lg_dn_is_unusual("/o=A b/cn=!\"%&\\()*+,-.:<=>?@[]_|", 32));
	assert_true(lg_dn_is_unusual("/o=A/cn=a#b", 11));
	assert_true(lg_dn_is_unusual("/o=A/cn=\u00e4", 10));
	assert_true(lg_dn_is_unusual("/o=A/cn=a\0b", 11));
}

static void compares_ascii_case(void **state)
{
	assert_true(lg_dn_equal("/O=A/CN=zZ[", 11, "/o=a/cn=Zz[", 11));
	assert_false(lg_dn_equal("/o=a/cn=[", 9, "/o=a/cn={", 9));
	assert_false(lg_dn_equal("/o=a/cn=@", 9, "/o=a/cn=`", 9));
	assert_false(lg_dn_equal("/o=a", 4, "/o=ab", 5));
	assert_false(lg_dn_equal("\u00c4", 2, "\u00e4", 2));
}

static void hash_as_equal(void **state)
{
	char lower[3000];
	char upper[3000];

	for (size_t i = 0; i < sizeof(lower); i++) {
		lower[i] = (char)('a' + i % 26);
		upper[i] = (char)('A' + i % 26);
	}
	for (size_t len = 0; len < sizeof(lower); len += len < 40 ? 1 : 97) {
		assert_true(lg_dn_hash(lower, len) == lg_dn_hash(upper, len));
		assert_true(lg_dn_hash(lower, len) !=
			    lg_dn_hash(lower, len + 1));
	}
	/* Every byte value, in each place of the eight folded at once. */
	for (unsigned i = 0; i < 256; i++) {
		for (unsigned at = 0; at < 8; at++) {
			char a[9] = "AbCdEfGh";
			char b[9] = "aBcDeFgH";

			a[at] = (char)i;
			for (unsigned j = 0; j < 256; j++) {
				b[at] = (char)j;
				assert_int_equal(lg_dn_hash(a, 8) ==
							 lg_dn_hash(b, 8),
						 lg_dn_equal(a, 8, b, 8));
			}
		}
	}
}

static void knows_the_system_attendant(void **state)
{
	const char *yes = "/o=O/ou=S/cn=Configuration/cn=Servers/cn=X/"
			  "CN=microsoft SYSTEM attendant";
	const char *longer = "/o=O/cn=Microsoft System Attendant 2";
	const char *within = "/o=O/cn=Microsoft System Attendant/cn=a";

	assert_true(lg_dn_is_system_attendant(yes, strlen(yes)));
	assert_false(lg_dn_is_system_attendant(longer, strlen(longer)));
	assert_false(lg_dn_is_system_attendant(within, strlen(within)));
	assert_false(lg_dn_is_system_attendant("", 0));
}

static void takes_the_dn_of_x500(void **state)
{
	const char *dn = NULL;
	size_t len = 0;

	assert_true(lg_dn_of_x500("x500:/o=A/cn=b", 14, &dn, &len));
	assert_int_equal(len, 9);
	assert_memory_equal(dn, "/o=A/cn=b", 9);
	assert_true(lg_dn_of_x500("X500:/o=A/cn=b", 14, &dn, &len));
	dn = NULL;
	assert_false(lg_dn_of_x500("SMTP:a@b", 8, &dn, &len));
	assert_false(lg_dn_of_x500("X500:", 5, &dn, &len));
	assert_false(lg_dn_of_x500("X500", 4, &dn, &len));
	assert_null(dn);
}

#define CHECK_ROWS (sizeof(check_rows) / sizeof(check_rows[0]))

int main(void)
{
	struct CMUnitTest checks[CHECK_ROWS];
	const struct CMUnitTest rows[] = {
		suite_row("D2: characters outside the documented set are "
			  "unusual",
			  finds_unusual_characters),
		suite_row("L16: comparison ignores ASCII case alone",
			  compares_ascii_case),
		suite_row("L16: equal DNs have equal hashes", hash_as_equal),
		suite_row("L12: the System Attendant is known by its last part",
			  knows_the_system_attendant),
		suite_row("D3: X500: in any case is cut off",
			  takes_the_dn_of_x500),
	};

	for (size_t i = 0; i < CHECK_ROWS; i++)
		checks[i] = (struct CMUnitTest)suite_row_with(
			check_rows[i].sentence, check_as_said, &check_rows[i]);
	return (suite_run(checks) | suite_run(rows));
}
