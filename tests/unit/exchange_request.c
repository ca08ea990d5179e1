/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/core/mapi/exchange_request.h: the requests of
 * tests/data/mapi-http/http.jsonl, and ActiveSync queries.
 */
#include <stdlib.h>
#include <string.h>

#include "core/mapi/exchange_request.h"

#include "json_rows.h"
#include "suite.h"

static const char *text_of(const cJSON *row, const char *name)
{
	return cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(row, name));
}

static const cJSON *item_of(const cJSON *row, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(row, name);
}

static const char *header_of(const cJSON *row, const char *name)
{
	const cJSON *header;

	cJSON_ArrayForEach(header, item_of(row, "headers")) {
		if (!strcmp(cJSON_GetStringValue(cJSON_GetArrayItem(header, 0)),
			    name))
			return cJSON_GetStringValue(
				cJSON_GetArrayItem(header, 1));
	}
	return NULL;
}

static size_t length(const char *text)
{
	return text ? strlen(text) : 0;
}

static void assert_version(const cJSON *want, const struct lg_version *version)
{
	int p;

	if (cJSON_IsNull(want)) {
		assert_int_equal(version->known, LG_VERSION_UNKNOWN);
		return;
	}
	for (p = 0; p < 4; p++) {
		const cJSON *part = cJSON_GetArrayItem(want, p);

		if (cJSON_IsNull(part))
			assert_int_equal(version->known, LG_VERSION_THREE);
		else
			assert_int_equal(version->part[p], part->valuedouble);
	}
}

static void assert_request(const cJSON *row)
{
	const cJSON *expect = item_of(row, "expect");
	const cJSON *version = item_of(expect, "client_version");
	const char *kind = header_of(row, "X-RequestType");
	const char *agent = header_of(row, "User-Agent");
	const char *xca = header_of(row, "X-ClientApplication");
	const char *client = text_of(expect, "client");
	struct lg_exchange_client got;
	struct lg_version claimed;
	enum lg_mapi_request request = lg_mapi_request_kind(kind, length(kind));

	if (item_of(expect, "inspect_body"))
		assert_int_equal(request == LG_MAPI_REQUEST_CONNECT,
				 cJSON_IsTrue(item_of(expect, "inspect_body")));
	lg_exchange_client(agent, length(agent), &got);
	if (client) {
		assert_int_equal(got.name.len, strlen(client));
		assert_memory_equal(got.name.text, client, got.name.len);
		assert_version(version, &got.version);
	} else if (version) {
		lg_mapi_client_version(xca, length(xca), agent, length(agent),
				       &claimed);
		assert_version(version, &claimed);
	}
}

static void assert_bytes(const char *want, const char *got, size_t len)
{
	if (!want)
		return;
	assert_int_equal(len, strlen(want));
	assert_memory_equal(got, want, len);
}

static void assert_device(const cJSON *row)
{
	const cJSON *expect = item_of(row, "expect");
	const cJSON *version = item_of(expect, "protocol_version");
	const char *target = text_of(row, "target");
	struct lg_activesync_query q;

	assert_int_equal(lg_activesync_query_read(target, strlen(target), &q),
			 1);
	assert_bytes(text_of(expect, "device_type"), q.device_type,
		     q.device_type_len);
	assert_bytes(text_of(expect, "device_id"), q.device_id,
		     q.device_id_len);
	if (!version)
		return;
	assert_int_equal(q.protocol_version, version->valuedouble);
	assert_int_equal(q.command, item_of(expect, "cmd_code")->valuedouble);
	assert_int_equal(q.locale, item_of(expect, "locale")->valuedouble);
	assert_int_equal(q.has_policy_key, 0);
}

static void vectors(void **state)
{
	struct json_rows rows;
	size_t i;

	json_rows_read(&rows, "mapi-http/http.jsonl");
	for (i = 0; i < rows.count; i++) {
		const cJSON *row = rows.row[i];
		const char *target = text_of(row, "target");
		const char *want = text_of(item_of(row, "expect"), "protocol");

		print_message("    %s\n", text_of(row, "name"));
		assert_string_equal(
			lg_exchange_service_name(
				lg_exchange_service(target, strlen(target))),
			want);
		assert_request(row);
		if (!strcmp(want, "activesync"))
			assert_device(row);
	}
	json_rows_release(&rows);
}

static void services(void **state)
{
	static const struct {
		const char *target;
		enum lg_exchange_service service;
	} row[] = {
		{"//mapi///EMSMDB/", LG_EXCHANGE_MAPI_EMSMDB},
		{"/mapi/nspi/?x", LG_EXCHANGE_MAPI_NSPI},
		{"/owa/auth/logon.aspx", LG_EXCHANGE_OWA},
		{"/x?/owa", LG_EXCHANGE_OTHER},
		{"/", LG_EXCHANGE_OTHER},
		{"", LG_EXCHANGE_OTHER},
		{"/ma", LG_EXCHANGE_OTHER},
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		assert_int_equal(lg_exchange_service(row[i].target,
						     strlen(row[i].target)),
				 row[i].service);
}

static void broken_queries(void **state)
{
	static const char *const row[] = {
		"/Microsoft-Server-ActiveSync",
		"/Microsoft-Server-ActiveSync?",
		"/Microsoft-Server-ActiveSync?jAAJ",
		"/Microsoft-Server-ActiveSync?jAAJBAp2MTQwRGV2",
		"/Microsoft-Server-ActiveSync?Cmd=Sync&User=jane",
	};
	struct lg_activesync_query q, untouched;
	char *longest;
	size_t i;

	memset(&untouched, 0x5a, sizeof(untouched));
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		q = untouched;
		assert_int_equal(
			lg_activesync_query_read(row[i], strlen(row[i]), &q),
			0);
		assert_memory_equal(&q, &untouched, sizeof(q));
	}
	longest = malloc(400);
	assert_non_null(longest);
	memset(longest, 'x', 400);
	memcpy(longest, "/?a=b&DeviceId=", 15);
	assert_int_equal(lg_activesync_query_read(longest, 15 + 255, &q), 1);
	assert_int_equal(q.device_id_len, 255);
	assert_int_equal(lg_activesync_query_read(longest, 15 + 256, &q), 0);
	free(longest);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("every request of the vectors is named", vectors),
		suite_row("services are known by their path alone", services),
		suite_row("a broken ActiveSync query names no device",
			  broken_queries),
	};

	return suite_run(rows);
}
