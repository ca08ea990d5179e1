/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/winreg: packets, stubs and credentials, as bytes written down
 * by hand from C706, MS-RRP and MS-SCMR.
 */
#include <stdlib.h>
#include <string.h>

#include "suite.h"

#include "winreg/credentials.h"
#include "winreg/dcerpc.h"
#include "winreg/rrp.h"
#include "winreg/scmr.h"

static const uint8_t *bytes_of(const struct lg_buffer *buffer)
{
	return (const uint8_t *)buffer->data;
}

/* Hexadecimal with blanks, as protocols are written down. */
static void from_hex(const char *hex, struct lg_buffer *out)
{
	char pair[3] = "";

	lg_buffer_text(out, "");
	for (; *hex; hex++) {
		if (*hex == ' ')
			continue;
		pair[0] = hex[0];
		pair[1] = *++hex;
		lg_buffer_char(out, (char)strtoul(pair, NULL, 16));
	}
}

static void assert_hex(const struct lg_buffer *found, const char *hex)
{
	struct lg_buffer wanted = {0};

	from_hex(hex, &wanted);
	assert_int_equal(found->len, wanted.len);
	assert_memory_equal(found->data, wanted.data, wanted.len);
	lg_buffer_release(&wanted);
}

static void binds(void **state)
{
	struct lg_buffer packet = {0};

	dcerpc_bind(&dcerpc_winreg, 1, &packet);
	assert_hex(&packet, "05 00 0b 03 10000000 4800 0000 01000000 b810 b810 "
			    "00000000 01000000 0000 0100 "
			    "01d08c33 4422 f131 aaaa 900038001003 0100 0000 "
			    "045d888a eb1c c911 9fe8 08002b104860 02000000");
	lg_buffer_release(&packet);
}

#define BIND_ACK                                                               \
	"05 00 0c 03 10000000 4400 0000 01000000 b810 b80b f0530000 0d00 "     \
	"5c504950455c77696e726567 00 00 01000000 0000 0000 "                   \
	"045d888a eb1c c911 9fe8 08002b104860 02000000"

static void reads_the_answer_to_a_bind(void **state)
{
	static const struct {
		size_t at;
		uint8_t byte;
		enum lg_status status;
	} row[] = {
		{44, 2, LG_ERR_CONFLICT}, /* provider rejection */
		{2, 13, LG_ERR_CONFLICT}, /* bind_nak */
		{2, 2, LG_ERR_SYNTAX},    /* a response */
		{40, 2, LG_ERR_SYNTAX},   /* two results */
		{24, 0xff, LG_ERR_SYNTAX},
		{12, 2, LG_ERR_SYNTAX}, /* of another call */
		{0, 4, LG_ERR_SYNTAX},
		{4, 0, LG_ERR_SYNTAX}, /* big-endian */
		{8, 0x43, LG_ERR_SYNTAX},
	};
	struct lg_buffer packet = {0};
	size_t fragment = 0;
	size_t i;

	from_hex(BIND_ACK, &packet);
	assert_int_equal(packet.len, 68);
	assert_int_equal(dcerpc_bind_ack(bytes_of(&packet), packet.len, 1,
					 &fragment, NULL),
			 LG_OK);
	assert_int_equal(fragment, 3000);
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		char kept = packet.data[row[i].at];

		packet.data[row[i].at] = (char)row[i].byte;
		assert_int_equal(dcerpc_bind_ack(bytes_of(&packet), packet.len,
						 1, &fragment, NULL),
				 row[i].status);
		packet.data[row[i].at] = kept;
	}
	for (i = 0; i < packet.len; i++)
		assert_int_equal(dcerpc_bind_ack(bytes_of(&packet), i, 1,
						 &fragment, NULL),
				 LG_ERR_SYNTAX);
	assert_int_equal(fragment, 3000);
	lg_buffer_release(&packet);
}

/* A server that sends back what it got. */
static void whole_stubs_come_through_fragments(void **state)
{
	static const size_t lengths[] = {0, 1, 1408, 1409, 4256, 4257, 100000};
	size_t i;
	size_t at;

	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct lg_buffer stub = {0};
		struct lg_buffer back = {0};
		struct lg_buffer packet = {0};
		int last = 0;

		lg_buffer_text(&stub, "");
		for (at = 0; at < lengths[i]; at++)
			lg_buffer_char(&stub, (char)(at * 7 + at / 256));
		at = 0;
		do {
			size_t length = 0;
			size_t part;

			assert_int_equal(last, 0);
			lg_buffer_clear(&packet);
			part = dcerpc_request(9, 22, bytes_of(&stub), stub.len,
					      at, 1432, &packet);
			assert_true(packet.len <= 1432);
			assert_int_equal((packet.data[3] & 1) != 0, at == 0);
			at += part;
			assert_int_equal((packet.data[3] & 2) != 0,
					 at == stub.len);
			assert_int_equal(dcerpc_packet_length(bytes_of(&packet),
							      &length, NULL),
					 LG_OK);
			assert_int_equal(length, packet.len);
			packet.data[2] = 2;
			assert_int_equal(dcerpc_response(bytes_of(&packet),
							 packet.len, 9, &back,
							 &last, NULL),
					 LG_OK);
		} while (at < stub.len);
		assert_int_equal(last, 1);
		assert_int_equal(back.len, stub.len);
		assert_memory_equal(back.data, stub.data, stub.len);
		lg_buffer_release(&packet);
		lg_buffer_release(&back);
		lg_buffer_release(&stub);
	}
}

static void faults_are_failures(void **state)
{
	struct lg_buffer packet = {0};
	struct lg_buffer stub = {0};
	struct lg_error err = {0};
	int last = 7;
	size_t i;

	from_hex("05 00 03 03 10000000 2000 0000 01000000 20000000 0000 00 00 "
		 "05000000 00000000",
		 &packet);
	assert_int_equal(dcerpc_response(bytes_of(&packet), packet.len, 1,
					 &stub, &last, NULL),
			 LG_ERR_DENIED);
	packet.data[24] = 2;
	packet.data[27] = 0x1c;
	assert_int_equal(dcerpc_response(bytes_of(&packet), packet.len, 1,
					 &stub, &last, &err),
			 LG_ERR_CONFLICT);
	assert_non_null(strstr(err.text, "0x1c000002"));
	packet.data[10] = 8;
	assert_int_equal(dcerpc_response(bytes_of(&packet), packet.len, 1,
					 &stub, &last, NULL),
			 LG_ERR_SYNTAX);
	for (i = 0; i < 24; i++)
		assert_int_equal(dcerpc_response(bytes_of(&packet), i, 1, &stub,
						 &last, NULL),
				 LG_ERR_SYNTAX);
	assert_int_equal(last, 7);
	assert_int_equal(stub.len, 0);
	lg_buffer_release(&packet);
}

#define HANDLE "00000000 01020304 0506 0708 090a 0b0c0d0e0f10"

static struct rpc_handle a_handle(void)
{
	struct rpc_handle handle;
	struct lg_buffer bytes = {0};

	from_hex(HANDLE, &bytes);
	assert_int_equal(bytes.len, sizeof(handle.bytes));
	memcpy(handle.bytes, bytes.data, sizeof(handle.bytes));
	lg_buffer_release(&bytes);
	return handle;
}

static void writes_calls(void **state)
{
	struct rpc_handle handle = a_handle();
	const struct rrp_key_info info = {1, 4, 6};
	struct lg_buffer stub = {0};

	rrp_open_local_machine(RRP_MAXIMUM_ALLOWED, &stub);
	assert_hex(&stub, "00000000 00000002");
	lg_buffer_clear(&stub);
	rrp_open_key(&handle, "Ab", RRP_READ, &stub);
	assert_hex(&stub, HANDLE "0600 0600 18000200 03000000 00000000 "
				 "03000000 4100 6200 0000 0000 00000000 "
				 "19000200");
	lg_buffer_clear(&stub);
	rrp_set_value(&handle, "\xc3\xa4", 7, "x\0\0\0\0", 5, &stub);
	assert_hex(&stub, HANDLE "0400 0400 18000200 02000000 00000000 "
				 "02000000 e400 0000 07000000 05000000 "
				 "7800000000 000000 05000000");
	lg_buffer_clear(&stub);
	rrp_enum_value(&handle, 2, &info, &stub);
	assert_hex(&stub, HANDLE "02000000 0000 0600 1c000200 03000000 "
				 "00000000 00000000 2c000200 00000000 "
				 "34000200 06000000 00000000 00000000 "
				 "44000200 06000000 4c000200 00000000");
	lg_buffer_clear(&stub);
	scmr_open_service(&handle, "IS", SCMR_QUERY, &stub);
	assert_hex(&stub, HANDLE "03000000 00000000 03000000 4900 5300 0000 "
				 "0000 04000000");
	lg_buffer_release(&stub);
}

/* No part of an answer reads as an answer. */
static void reads_a_value(void **state)
{
	struct lg_buffer whole = {0};
	struct lg_buffer part;
	struct rrp_value value = {{0}, 0, NULL, 0};
	uint32_t error = 9;
	size_t len;

	from_hex("0600 0800 00000200 04000000 00000000 03000000 4100 e400 0000 "
		 "0000 04000200 07000000 08000200 06000000 00000000 03000000 "
		 "010203 00 0c000200 03000000 10000200 03000000 00000000",
		 &whole);
	assert_int_equal(rrp_read_value(&whole, &value, &error, NULL), LG_OK);
	assert_int_equal(error, 0);
	assert_string_equal(value.name.data, "A\xc3\xa4");
	assert_int_equal(value.type, 7);
	assert_int_equal(value.len, 3);
	assert_memory_equal(value.data, "\1\2\3", 3);
	lg_buffer_release(&value.name);
	for (len = 0; len < whole.len; len++) {
		/* Its own allocation, so that a byte beyond is seen. */
		part = (struct lg_buffer){.data = malloc(len ? len : 1),
					  .len = len};
		assert_non_null(part.data);
		memcpy(part.data, whole.data, len);
		assert_int_equal(rrp_read_value(&part, &value, &error, NULL),
				 LG_ERR_SYNTAX);
		free(part.data);
	}
	lg_buffer_release(&value.name);
	/* More elements than there is room for. */
	whole.data[16] = 5;
	assert_int_equal(rrp_read_value(&whole, &value, &error, NULL),
			 LG_ERR_SYNTAX);
	lg_buffer_release(&whole);
}

static void reads_handles_infos_and_states(void **state)
{
	struct lg_buffer stub = {0};
	struct rpc_handle handle = {{0}};
	struct rrp_key_info info = {0};
	uint32_t error = 9;
	uint32_t service = 0;

	from_hex(HANDLE "00000000", &stub);
	assert_int_equal(rrp_read_handle(&stub, &handle, &error, NULL), LG_OK);
	assert_int_equal(error, 0);
	assert_int_equal(handle.bytes[4], 1);
	lg_buffer_clear(&stub);
	from_hex(HANDLE "00000200 01000000 05000000", &stub);
	assert_int_equal(rrp_read_created(&stub, &handle, &error, NULL), LG_OK);
	assert_int_equal(error, WINDOWS_ACCESS_DENIED);
	lg_buffer_clear(&stub);
	from_hex("0000 0000 00000000 01000000 02000000 00000000 03000000 "
		 "20000000 00010000 00000000 1122334455667788 00000000",
		 &stub);
	assert_int_equal(rrp_read_key_info(&stub, &info, &error, NULL), LG_OK);
	assert_int_equal(info.values, 3);
	assert_int_equal(info.name_max, 32);
	assert_int_equal(info.value_max, 256);
	lg_buffer_clear(&stub);
	from_hex("20000000 04000000 05000000 00000000 00000000 00000000 "
		 "00000000 00000000",
		 &stub);
	assert_int_equal(scmr_read_state(&stub, &service, &error, NULL), LG_OK);
	assert_int_equal(service, SCMR_RUNNING);
	stub.len--;
	assert_int_equal(scmr_read_state(&stub, &service, &error, NULL),
			 LG_ERR_SYNTAX);
	lg_buffer_release(&stub);
}

/* Two entries, their names behind them: "AB" and "C". */
#define STATUS_OF_ONE                                                          \
	"20000000 04000000 05000000 00000000 00000000 00000000 00000000"
#define DEPENDENTS                                                             \
	"54000000 48000000 48000000 " STATUS_OF_ONE " "                        \
	"4e000000 4e000000 " STATUS_OF_ONE " 410042000000 43000000 0000 "
static void dependents_are_read(void **state)
{
	struct lg_strlist names = {0};
	struct lg_buffer stub = {0};
	uint32_t needed = 0, error = 1;
	size_t i;

	(void)state;
	from_hex(DEPENDENTS "54000000 02000000 00000000", &stub);
	assert_int_equal(
		scmr_read_dependents(&stub, &names, &needed, &error, NULL),
		LG_OK);
	assert_int_equal(error, 0);
	assert_int_equal(names.count, 2);
	assert_string_equal(names.item[0], "AB");
	assert_string_equal(names.item[1], "C");
	lg_strlist_release(&names);
	/* a name beyond the end, more entries than there are, a short one */
	stub.data[4] = 0x60;
	assert_int_equal(
		scmr_read_dependents(&stub, &names, &needed, &error, NULL),
		LG_ERR_SYNTAX);
	stub.data[4] = 0x48;
	stub.data[stub.len - 8] = 3;
	assert_int_equal(
		scmr_read_dependents(&stub, &names, &needed, &error, NULL),
		LG_ERR_SYNTAX);
	for (i = stub.len; i-- > 0;) {
		stub.len = i;
		assert_int_equal(scmr_read_dependents(&stub, &names, &needed,
						      &error, NULL),
				 LG_ERR_SYNTAX);
	}
	lg_strlist_release(&names);
	lg_buffer_clear(&stub);
	from_hex("00000000 00010000 00000000 ea000000", &stub);
	assert_int_equal(
		scmr_read_dependents(&stub, &names, &needed, &error, NULL),
		LG_OK);
	assert_int_equal(needed, 256);
	assert_int_equal(error, WINDOWS_MORE_DATA);
	lg_buffer_release(&stub);
}

static void credentials_files(void **state)
{
	static const struct {
		const char *text;
		enum lg_status status;
		const char *user;
		const char *password;
		const char *domain;
	} row[] = {
		{"username = admin\npassword = se = cret;#\ndomain = ACME\n",
		 LG_OK, "admin", "se = cret;#", "ACME"},
		{"\r\n# comment\r\n;x\r\n Password=p\r\nUSERNAME=u", LG_OK, "u",
		 "p", ""},
		{"username=u\n", LG_ERR_SYNTAX, NULL, NULL, NULL},
		{"password=p\n", LG_ERR_SYNTAX, NULL, NULL, NULL},
		{"username=u\npassword=p\nrealm=x\n", LG_ERR_SYNTAX, NULL, NULL,
		 NULL},
		{"username=u\npassword=p\nlonely\n", LG_ERR_SYNTAX, NULL, NULL,
		 NULL},
		{"username=u\npassword=p\npassword=q\n", LG_ERR_SYNTAX, NULL,
		 NULL, NULL},
		{"", LG_ERR_SYNTAX, NULL, NULL, NULL},
	};
	struct credentials untouched = {"x", "", ""};
	char text[600];
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct credentials found = {"x", "y", "z"};
		struct lg_error err = {0};

		assert_int_equal(credentials_parse(row[i].text,
						   strlen(row[i].text), "c",
						   &found, &err),
				 row[i].status);
		assert_string_equal(found.username,
				    row[i].user ? row[i].user : "x");
		assert_string_equal(found.password,
				    row[i].user ? row[i].password : "y");
		assert_string_equal(found.domain,
				    row[i].user ? row[i].domain : "z");
		/* An error never shows what may be the password. */
		assert_null(strstr(err.text, "lonely"));
	}
	memset(text, 'x', sizeof(text));
	memcpy(text, "username=", 9);
	assert_int_equal(
		credentials_parse(text, 9 + 256, "c", &untouched, NULL),
		LG_ERR_LIMIT);
	assert_string_equal(untouched.username, "x");
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("a bind is what C706 says", binds),
		suite_row("the answer to a bind is checked byte by byte",
			  reads_the_answer_to_a_bind),
		suite_row("stubs of every length come through fragments",
			  whole_stubs_come_through_fragments),
		suite_row("a fault is a failure", faults_are_failures),
		suite_row("calls are written as their IDL says", writes_calls),
		suite_row("a value is read, and no part of one", reads_a_value),
		suite_row("handles, infos and states are read",
			  reads_handles_infos_and_states),
		suite_row("dependent services are read, and no part of them",
			  dependents_are_read),
		suite_row("credentials are read as Samba writes them",
			  credentials_files),
	};

	return suite_run(rows);
}
