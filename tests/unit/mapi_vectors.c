/* SPDX-License-Identifier: ISC */
/*
 * The vectors of tests/data/mapi-http, each file one row: LZ77, auxiliary
 * buffers, Connect bodies and answers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mapi/lz77.h"
#include "core/mapi/mapi.h"
#include "core/mapi/mapi_answer.h"

#include "json_rows.h"
#include "mapi_result.h"
#include "suite.h"

static struct lg_mapi_scratch scratch;

static const char *text_of(const cJSON *row, const char *name)
{
	return cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(row, name));
}

static const cJSON *item_of(const cJSON *row, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(row, name);
}

static void assert_number(const cJSON *expect, const char *name, double got)
{
	const cJSON *want = item_of(expect, name);

	if (want && want->valuedouble != got)
		fail_msg("%s is %.0f and should be %.0f", name, got,
			 want->valuedouble);
}

static void assert_text(const cJSON *want, struct lg_mapi_text got)
{
	if (cJSON_IsNull(want)) {
		assert_null(got.text);
		return;
	}
	assert_non_null(got.text);
	assert_string_equal(got.text, cJSON_GetStringValue(want));
	assert_int_equal(got.len, strlen(got.text));
}

static struct lg_mapi_text first_process(const struct lg_mapi_aux *aux)
{
	struct lg_mapi_text none = {0};

	return aux->process_count ? aux->process[0] : none;
}

static const char *lz_name(enum lg_lz77 result)
{
	switch (result) {
	case LG_LZ77_OK:
		return "ok";
	case LG_LZ77_TRUNCATED:
		return "lz-truncated";
	case LG_LZ77_BAD_OFFSET:
		return "lz-bad-offset";
	case LG_LZ77_BAD_LENGTH:
		return "lz-bad-length";
	case LG_LZ77_OUTPUT_OVERRUN:
		return "lz-output-overrun";
	}
	return "";
}

static void assert_plain(const cJSON *row, const unsigned char *out, size_t len)
{
	const cJSON *plain = item_of(row, "plain_hex");
	unsigned char *want;
	size_t want_len, i;

	if (plain) {
		want = json_rows_hex(plain, &want_len);
		assert_int_equal(want_len, len);
		assert_memory_equal(out, want, len);
		free(want);
		return;
	}
	/* The long rows are runs of one byte. */
	for (i = 1; i < len; i++)
		assert_int_equal(out[i], out[0]);
}

static void lz77_rows(void **state)
{
	struct json_rows rows;
	size_t i;

	json_rows_read(&rows, "mapi-http/lz77.jsonl");
	for (i = 0; i < rows.count; i++) {
		const cJSON *row = rows.row[i];
		size_t len, consumed = 0;
		size_t actual =
			(size_t)item_of(row, "size_actual")->valuedouble;
		unsigned char *in =
			json_rows_hex(item_of(row, "compressed_hex"), &len);
		unsigned char *out = malloc(actual);
		const char *want = text_of(row, "expect");
		enum lg_lz77 result;

		assert_non_null(out);
		print_message("    %s\n", text_of(row, "name"));
		result = lg_lz77_expand(in, len, out, actual, &consumed);
		if (strcmp(want, "ok"))
			want = text_of(row, "reason");
		assert_string_equal(lz_name(result), want);
		if (result == LG_LZ77_OK) {
			assert_number(row, "consumed", (double)consumed);
			assert_plain(row, out, actual);
		} else {
			assert_int_equal(consumed, 0);
		}
		free(in);
		free(out);
	}
	json_rows_release(&rows);
}

/* The example of MS-XCA 3.1. */
static void lz77_document_example(void **state)
{
	static const unsigned char in[] = {0xff, 0xff, 0xff, 0x1f, 'a',
					   'b',  'c',  0x17, 0x00, 0x0f,
					   0xff, 0x26, 0x01};
	unsigned char out[300];
	size_t i;

	assert_int_equal(lg_lz77_expand(in, sizeof(in), out, sizeof(out), NULL),
			 LG_LZ77_OK);
	for (i = 0; i < sizeof(out); i++)
		assert_int_equal(out[i], "abc"[i % 3]);
}

static void assert_blocks(const cJSON *expect, const struct lg_mapi_aux *aux)
{
	struct lg_mapi_block block;
	const cJSON *want;
	size_t pos = 0;

	cJSON_ArrayForEach(want, item_of(expect, "blocks")) {
		assert_int_equal(lg_mapi_block_next(aux, &pos, &block), 1);
		assert_number(want, "offset", (double)block.offset);
		assert_number(want, "size", block.size);
		assert_number(want, "version", block.version);
		assert_number(want, "type", block.type);
	}
	assert_int_equal(lg_mapi_block_next(aux, &pos, &block), 0);
}

static void assert_aux(const cJSON *expect, const struct lg_mapi_aux *aux)
{
	const cJSON *ext = item_of(expect, "rpc_header_ext");
	const cJSON *payload = item_of(expect, "payload_hex");
	unsigned char *want;
	size_t len;

	assert_blocks(expect, aux);
	if (ext) {
		assert_number(ext, "flags", aux->flags);
		assert_number(ext, "size", aux->size);
		assert_number(ext, "size_actual", aux->size_actual);
	}
	assert_number(expect, "trailing", (double)aux->trailing);
	if (payload) {
		want = json_rows_hex(payload, &len);
		assert_int_equal(aux->payload_len, len);
		if (len)
			assert_memory_equal(aux->payload, want, len);
		free(want);
	}
}

static void aux_rows(void **state)
{
	static const struct lg_mapi_aux untouched;
	struct json_rows rows;
	size_t i;

	json_rows_read(&rows, "mapi-http/aux.jsonl");
	for (i = 0; i < rows.count; i++) {
		const cJSON *row = rows.row[i];
		const cJSON *expect = item_of(row, "expect");
		struct lg_mapi_aux aux;
		size_t len;
		unsigned char *bytes =
			json_rows_hex(item_of(row, "aux_hex"), &len);
		enum lg_mapi_fault fault;

		print_message("    %s\n", text_of(row, "name"));
		fault = lg_mapi_aux_parse(bytes, len, &scratch, &aux);
		if (!strcmp(text_of(row, "result"), "ok")) {
			assert_int_equal(fault, LG_MAPI_SOUND);
			assert_aux(expect, &aux);
			assert_text(item_of(expect, "process_name"),
				    first_process(&aux));
		} else {
			assert_string_equal(lg_mapi_fault_name(fault),
					    text_of(row, "reason"));
			assert_memory_equal(&aux, &untouched, sizeof(aux));
		}
		free(bytes);
	}
	json_rows_release(&rows);
}

/* The DN of a vector stands there as Unicode, on the wire as bytes. */
static void assert_dn(const char *want, struct lg_mapi_text got)
{
	size_t i = 0;

	for (; *want; want++, i++) {
		unsigned char c = (unsigned char)*want;

		if (c >= 0xc0) {
			want++;
			c = (unsigned char)(c << 6 | (*want & 0x3f));
		}
		assert_true(i < got.len);
		assert_int_equal((unsigned char)got.text[i], c);
	}
	assert_int_equal(i, got.len);
}

static void assert_connect(const cJSON *expect,
			   const struct lg_mapi_connect *connect)
{
	assert_dn(text_of(expect, "user_dn"), connect->user_dn);
	assert_number(expect, "flags", connect->flags);
	assert_number(expect, "code_page", connect->code_page);
	assert_number(expect, "lcid_sort", connect->lcid_sort);
	assert_number(expect, "lcid_string", connect->lcid_string);
	assert_number(expect, "aux_size", connect->aux_size);
	assert_number(expect, "trailing", (double)connect->trailing);
	assert_aux(item_of(expect, "aux"), &connect->aux);
	assert_text(item_of(expect, "process_name"),
		    first_process(&connect->aux));
	assert_int_equal(connect->depth, LG_MAPI_DEPTH_ALL);
}

static void connect_rows(void **state)
{
	struct json_rows rows;
	size_t i;

	json_rows_read(&rows, "mapi-http/connect_request.jsonl");
	for (i = 0; i < rows.count; i++) {
		const cJSON *row = rows.row[i];
		struct lg_mapi_connect connect;
		size_t len;
		unsigned char *body =
			json_rows_hex(item_of(row, "body_hex"), &len);
		enum lg_mapi_fault fault;

		print_message("    %s\n", text_of(row, "name"));
		fault = lg_mapi_connect_parse(body, len, &scratch, &connect);
		if (!strcmp(text_of(row, "result"), "ok")) {
			assert_int_equal(fault, LG_MAPI_SOUND);
			assert_connect(item_of(row, "expect"), &connect);
		} else {
			assert_string_equal(lg_mapi_fault_name(fault),
					    text_of(row, "reason"));
			assert_true(connect.depth < LG_MAPI_DEPTH_ALL);
			assert_int_equal(connect.aux.process_count, 0);
		}
		free(body);
	}
	json_rows_release(&rows);
}

/* Every prefix of a sound body is refused or is sound without its tail. */
static void connect_prefixes(void **state)
{
	struct json_rows rows;
	size_t i, cut;

	json_rows_read(&rows, "mapi-http/connect_request.jsonl");
	for (i = 0; i < rows.count; i++) {
		size_t len;
		unsigned char *body =
			json_rows_hex(item_of(rows.row[i], "body_hex"), &len);

		for (cut = 0; cut < len; cut++) {
			struct lg_mapi_connect connect;
			unsigned char *part = malloc(cut ? cut : 1);

			assert_non_null(part);
			memcpy(part, body, cut);
			assert_int_not_equal(lg_mapi_connect_parse(part, cut,
								   &scratch,
								   &connect),
					     LG_MAPI_SOUND);
			free(part);
		}
		free(body);
	}
	json_rows_release(&rows);
}

static void assert_denial(uint32_t error_code, const unsigned char *entity,
			  size_t len)
{
	unsigned char body[LG_MAPI_DENIAL_SIZE];

	lg_mapi_denial(error_code, body);
	assert_int_equal(len, sizeof(body));
	assert_memory_equal(body, entity, len);
}

static void response_rows(void **state)
{
	struct json_rows rows;
	size_t i;

	json_rows_read(&rows, "mapi-http/connect_response.jsonl");
	for (i = 0; i < rows.count; i++) {
		const cJSON *row = rows.row[i];
		const cJSON *expect = item_of(row, "expect");
		struct mapi_result result;
		size_t len;
		unsigned char *entity =
			json_rows_hex(item_of(row, "full_entity_hex"), &len);

		print_message("    %s\n", text_of(row, "name"));
		assert_int_equal(mapi_result_read(entity, len, &result, NULL),
				 LG_OK);
		assert_number(expect, "status_code", result.status_code);
		assert_number(expect, "error_code", result.error_code);
		assert_number(expect, "polls_max", result.polls_max);
		assert_number(expect, "retry_count", result.retry_count);
		assert_number(expect, "retry_delay", result.retry_delay);
		assert_number(expect, "aux_size", result.aux_size);
		if (result.error_code)
			assert_denial(result.error_code, entity, len);
		free(entity);
	}
	json_rows_release(&rows);
}

static void response_prefixes(void **state)
{
	unsigned char body[LG_MAPI_DENIAL_SIZE];
	struct mapi_result result, untouched;
	size_t cut;

	memset(&untouched, 0x5a, sizeof(untouched));
	lg_mapi_denial(LG_MAPI_EC_CLIENT_VER_DISALLOWED, body);
	for (cut = 0; cut < sizeof(body); cut++) {
		unsigned char *part = malloc(cut ? cut : 1);

		assert_non_null(part);
		memcpy(part, body, cut);
		result = untouched;
		assert_int_equal(mapi_result_read(part, cut, &result, NULL),
				 LG_ERR_SYNTAX);
		assert_memory_equal(&result, &untouched, sizeof(result));
		free(part);
	}
}

static void denial_is_what_the_document_says(void **state)
{
	static const unsigned char tail[27] = {0, 0, 0, 0, 0xdf, 0x04};
	unsigned char body[LG_MAPI_DENIAL_SIZE];

	lg_mapi_denial(LG_MAPI_EC_CLIENT_VER_DISALLOWED, body);
	assert_memory_equal(
		body,
		"PROCESSING\r\nDONE\r\nX-ElapsedTime: 0\r\n"
		"X-StartTime: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n",
		sizeof(body) - sizeof(tail));
	assert_memory_equal(body + sizeof(body) - sizeof(tail), tail,
			    sizeof(tail));
}

static void version_header_rows(void **state)
{
	struct json_rows rows;
	size_t i;
	int p;

	json_rows_read(&rows, "mapi-http/version.jsonl");
	for (i = 0; i < rows.count; i++) {
		const cJSON *row = rows.row[i];
		const cJSON *want = item_of(row, "normalized");
		const char *xca = text_of(row, "x_client_application");
		const char *agent = text_of(row, "user_agent");
		struct lg_version version;
		int known;

		if (strcmp(text_of(row, "kind"), "header"))
			continue;
		print_message("    %s | %s\n", xca ? xca : "-",
			      agent ? agent : "-");
		known = lg_mapi_client_version(xca, xca ? strlen(xca) : 0,
					       agent, agent ? strlen(agent) : 0,
					       &version);
		assert_int_equal(known, !cJSON_IsNull(want));
		if (!known) {
			assert_int_equal(version.known, LG_VERSION_UNKNOWN);
			continue;
		}
		for (p = 0; p < 4; p++) {
			const cJSON *part = cJSON_GetArrayItem(want, p);

			if (cJSON_IsNull(part))
				assert_int_equal(version.known,
						 LG_VERSION_THREE);
			else
				assert_int_equal(version.part[p],
						 part->valuedouble);
		}
	}
	json_rows_release(&rows);
}

static void version_limits(void **state)
{
	static const struct {
		const char *xca;
		uint32_t last;
		int known;
	} row[] = {
		{"Outlook/0000000000016.0.1.4294967295", 4294967295u, 1},
		{"Outlook/16.0.1.4294967296", 0, 0},
		{"Outlook/16.0.1.99999999999999999999999999", 0, 0},
		{"Outlook/16.0.1.", 0, 0},
		{"Outlook/16.0.1.2.3", 0, 0},
		{"Outlook/16..1.2", 0, 0},
		{" Outlook/16.0.1.2", 0, 0},
		{"Outlook/16.0.1.2 ", 0, 0},
	};
	struct lg_version version;
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		assert_int_equal(lg_mapi_client_version(row[i].xca,
							strlen(row[i].xca),
							NULL, 0, &version),
				 row[i].known);
		assert_int_equal(version.part[3], row[i].last);
	}
}

static void request_kinds(void **state)
{
	static const struct {
		const char *text;
		enum lg_mapi_request kind;
	} row[] = {
		{"", LG_MAPI_REQUEST_NONE},
		{" \t", LG_MAPI_REQUEST_NONE},
		{"Connect", LG_MAPI_REQUEST_CONNECT},
		{" cONNECT ", LG_MAPI_REQUEST_CONNECT},
		{"Disconnect", LG_MAPI_REQUEST_DISCONNECT},
		{"Execute", LG_MAPI_REQUEST_SESSION},
		{"NotificationWait", LG_MAPI_REQUEST_SESSION},
		{"PING", LG_MAPI_REQUEST_PING},
		{"Bind", LG_MAPI_REQUEST_ADDRESS_BOOK},
		{"QueryRows", LG_MAPI_REQUEST_ADDRESS_BOOK},
		{"Connectx", LG_MAPI_REQUEST_OTHER},
		{"Con", LG_MAPI_REQUEST_OTHER},
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		assert_int_equal(
			lg_mapi_request_kind(row[i].text, strlen(row[i].text)),
			row[i].kind);
}

static void address_book_paths(void **state)
{
	static const struct {
		const char *path;
		int is_book;
	} row[] = {
		{"/mapi/nspi", 1},
		{"/mapi/nspi/", 1},
		{"//MAPI/Nspi//?MailboxId=x/y", 1},
		{"/mapi/%6espi/", 1},
		{"/mapi/nsp%69%2F", 1},
		{"/mapi/nspi/..", 0},
		{"/mapi/nspi/x", 0},
		{"/mapi/nspix", 0},
		{"/mapi/nsp", 0},
		{"/mapi/emsmdb/", 0},
		{"/mapi/nspi%", 0},
		{"/mapi/nspi%2", 0},
		{"/mapi/nspi%zz", 0},
		{"/mapi/%6", 0},
		{"mapi/nspi", 0},
		{"?/mapi/nspi", 0},
		{"", 0},
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		assert_int_equal(lg_mapi_path_is_address_book(
					 row[i].path, strlen(row[i].path)),
				 row[i].is_book);
}

/* What real clients send (facts on MAPI over HTTP 10.8). */
static void versions_seen(void **state)
{
	static const struct {
		const char *xca;
		const char *agent;
		uint32_t part[4];
		int known;
	} row[] = {
		{NULL, "MAPICPL 16.0.14334", {16, 0, 14334}, LG_VERSION_THREE},
		{NULL, "mapicpl 16.0.14334.5 x", {16, 0, 14334, 5}, 4},
		{NULL, "MAPICPL 16.0", {0}, 0},
		{NULL, "MAPICPL ", {0}, 0},
		{NULL, "MAPICPL16.0.14334", {0}, 0},
		{NULL,
		 "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook "
		 "16.0.11929; Pro)",
		 {16, 0, 11929},
		 LG_VERSION_THREE},
		{"Outlook/16.0.11929.20836", NULL, {16, 0, 11929, 20836}, 4},
		{"Outlook/16.0.20026.20076", NULL, {16, 0, 20026, 20076}, 4},
		{"Outlook/15.0.4815.1002", NULL, {15, 0, 4815, 1002}, 4},
		{"Outlook/15.00.0856.000", NULL, {15, 0, 856, 0}, 4},
		{"Outlook/15.00.0847.4040", NULL, {15, 0, 847, 4040}, 4},
		{"Outlook/15.00.0000.0000", "MAPICPL 16.0.1", {15}, 4},
	};
	struct lg_version version;
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		assert_int_equal(
			lg_mapi_client_version(
				row[i].xca, row[i].xca ? strlen(row[i].xca) : 0,
				row[i].agent,
				row[i].agent ? strlen(row[i].agent) : 0,
				&version),
			row[i].known != 0);
		assert_int_equal(version.known, row[i].known == 4
							? LG_VERSION_FOUR
							: row[i].known);
		assert_memory_equal(version.part, row[i].part,
				    sizeof(row[i].part));
	}
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("every LZ77 vector expands or fails as it says",
			  lz77_rows),
		suite_row("the example of MS-XCA expands",
			  lz77_document_example),
		suite_row("every auxiliary buffer reads as it says", aux_rows),
		suite_row("every Connect body reads as it says", connect_rows),
		suite_row("no cut Connect body is taken for a whole one",
			  connect_prefixes),
		suite_row("every Connect response is read, and denials written",
			  response_rows),
		suite_row("no cut Connect response is taken for a whole one",
			  response_prefixes),
		suite_row(
			"the denial is 109 bytes with 0x4DF in the second word",
			denial_is_what_the_document_says),
		suite_row("versions come from headers as the vectors say",
			  version_header_rows),
		suite_row("versions of headers that were seen", versions_seen),
		suite_row("the address book's path in its spellings",
			  address_book_paths),
		suite_row("a part of a version may be any 32-bit number",
			  version_limits),
		suite_row("request types are known in any case", request_kinds),
	};

	return suite_run(rows);
}
