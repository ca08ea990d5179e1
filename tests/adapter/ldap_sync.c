/* SPDX-License-Identifier: ISC */
/*
 * What a server says between entries, byte by byte (RFC 4533), and its times.
 */
#include <string.h>

#include "suite.h"

#include "adapters/ldap/ldap_sync.h"

#define UUID "0123456789abcdef"
#define UUID2 "fedcba9876543210"

static struct berval bytes(const char *text, size_t len)
{
	return (struct berval){len, (char *)(uintptr_t)text};
}
#define BYTES(text) bytes(text, sizeof(text) - 1)

static void request_without_cookie(void **state)
{
	struct berval value = {0, NULL};

	assert_int_equal(lg_ldap_sync_request(NULL, &value, NULL), LG_OK);
	assert_int_equal(value.bv_len, 8);
	assert_memory_equal(value.bv_val, "\x30\x06\x0a\x01\x03\x01\x01\x00",
			    8);
	ber_memfree(value.bv_val);
}

static void request_with_cookie(void **state)
{
	struct berval value = {0, NULL};
	struct berval cookie = BYTES("rid=1");

	assert_int_equal(lg_ldap_sync_request(&cookie, &value, NULL), LG_OK);
	assert_int_equal(value.bv_len, 15);
	assert_memory_equal(value.bv_val,
			    "\x30\x0d\x0a\x01\x03\x04\x05rid=1\x01\x01\x00",
			    15);
	ber_memfree(value.bv_val);
}

static void states(void **state)
{
	struct lg_ldap_sync_state read = {0};
	struct berval plain = BYTES("\x30\x15\x0a\x01\x03\x04\x10" UUID);
	struct berval with =
		BYTES("\x30\x18\x0a\x01\x01\x04\x10" UUID "\x04\x01z");

	assert_int_equal(lg_ldap_sync_state_parse(&plain, &read, NULL), LG_OK);
	assert_int_equal(read.state, LDAP_SYNC_DELETE);
	assert_memory_equal(read.uuid, UUID, 16);
	assert_int_equal(read.cookie.bv_len, 0);
	assert_int_equal(lg_ldap_sync_state_parse(&with, &read, NULL), LG_OK);
	assert_int_equal(read.state, LDAP_SYNC_ADD);
	assert_int_equal(read.cookie.bv_len, 1);
	ber_memfree(read.cookie.bv_val);
}

static void bad_states(void **state)
{
	const struct berval bad[] = {
		{0, NULL},
		BYTES("\x30"),
		BYTES("\x30\x15\x0a\x01\x04\x04\x10" UUID),
		BYTES("\x30\x14\x0a\x01\x03\x04\x0f"
		      "0123456789abcde"),
		BYTES("\x30\x16\x0a\x01\x03\x04\x11" UUID "x"),
		BYTES("\x30\x15\x0a\x01\x03\x04\x10" UUID "more"),
		BYTES("\x30\x15\x0a\x01\x03\x04\x7f" UUID),
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct lg_ldap_sync_state read = {.state = 77};
		struct lg_error err = {0};

		assert_int_equal(lg_ldap_sync_state_parse(&bad[i], &read, &err),
				 LG_ERR_SYNTAX);
		assert_int_equal(read.state, 77);
	}
}

static void notes(void **state)
{
	const struct berval cookie = BYTES("\x80\x02zz");
	const struct berval deletes = BYTES("\xa1\x00");
	const struct berval present = BYTES("\xa2\x07\x04\x02zz\x01\x01\x00");
	const struct berval ids = BYTES(
		"\xa3\x29\x01\x01\xff\x31\x24\x04\x10" UUID "\x04\x10" UUID2);
	struct lg_ldap_sync_info info = {0};

	assert_int_equal(lg_ldap_sync_info_parse(&cookie, &info, NULL), LG_OK);
	assert_int_equal(info.said, LG_LDAP_SYNC_NEW_COOKIE);
	assert_int_equal(info.cookie.bv_len, 2);
	assert_int_equal(info.done, 0);
	lg_ldap_sync_info_release(&info);
	/* DEFAULT TRUE */
	assert_int_equal(lg_ldap_sync_info_parse(&deletes, &info, NULL), LG_OK);
	assert_int_equal(info.said, LG_LDAP_SYNC_REFRESH_DELETE);
	assert_int_equal(info.done, 1);
	lg_ldap_sync_info_release(&info);
	assert_int_equal(lg_ldap_sync_info_parse(&present, &info, NULL), LG_OK);
	assert_int_equal(info.said, LG_LDAP_SYNC_REFRESH_PRESENT);
	assert_int_equal(info.done, 0);
	assert_int_equal(info.cookie.bv_len, 2);
	lg_ldap_sync_info_release(&info);
	assert_int_equal(lg_ldap_sync_info_parse(&ids, &info, NULL), LG_OK);
	assert_int_equal(info.said, LG_LDAP_SYNC_ID_SET);
	assert_int_equal(info.deletes, 1);
	assert_int_equal(info.count, 2);
	assert_memory_equal(info.uuid, UUID UUID2, 32);
	lg_ldap_sync_info_release(&info);
}

static void bad_notes(void **state)
{
	const struct berval bad[] = {
		{0, NULL},
		BYTES("\x05\x00"),
		BYTES("\x80\x09zz"),
		BYTES("\xa3\x14\x31\x12\x04\x0f"
		      "0123456789abcde"),
		BYTES("\xa1\x00more"),
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct lg_ldap_sync_info info = {.count = 77};

		assert_int_equal(lg_ldap_sync_info_parse(&bad[i], &info, NULL),
				 LG_ERR_SYNTAX);
		assert_int_equal(info.count, 77);
	}
}

static void a_provider_is_not_named(void **state)
{
	static const struct {
		const char *cookie;
		const char *left;
	} row[] = {
		{"rid=000,sid=001,csn=2026#000001#001#000000",
		 "rid=000,csn=2026#000001#001#000000"},
		{"sid=001,csn=x", "csn=x"},
		{"rid=000,sid=001", "rid=000,"},
		{"rid=000,csn=x", "rid=000,csn=x"},
		{"xsid=1,y", "xsid=1,y"},
		{"", ""},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		char text[64];
		struct berval cookie = {strlen(row[i].cookie), text};

		memcpy(text, row[i].cookie, cookie.bv_len + 1);
		lg_ldap_sync_forget_sid(&cookie);
		assert_int_equal(cookie.bv_len, strlen(row[i].left));
		assert_memory_equal(cookie.bv_val, row[i].left, cookie.bv_len);
	}
}

static void times(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} row[] = {
		{"19700101000000Z", 0},
		{"20261129192758Z", 1795980478000},
		{"20261129192758.0Z", 1795980478000},
		{"20261129192758.123456Z#000000#001#000000", 1795980478123},
		{"20240229000000Z", 1709164800000},
		{"2026112919275Z", 0},
		{"20261329192758Z", 0},
		{"2026112919 758Z", 0},
		{"20261129192758", 0},
		{"20261129192758.5", 0},
		{"", 0},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		assert_int_equal(lg_ldap_time(row[i].text, strlen(row[i].text)),
				 row[i].ms);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("a request for all", request_without_cookie),
		suite_row("a request for what is new", request_with_cookie),
		suite_row("the state of an entry", states),
		suite_row("what is none is refused", bad_states),
		suite_row("the notes between entries", notes),
		suite_row("what is no note is refused", bad_notes),
		suite_row("a cookie names no provider",
			  a_provider_is_not_named),
		suite_row("a directory's times", times),
	};

	return suite_run(rows);
}
