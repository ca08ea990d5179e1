/* SPDX-License-Identifier: ISC */
/*
 * Rows for include/logongate/clients.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "allocation.h"

#include <logongate/clients.h>

#define HEADER "client,provider_version,registry_version,source\n"

static struct lg_clients *builtin(void)
{
	struct lg_clients *clients = NULL;
	struct lg_error err = {0};

	if (lg_clients_new(&clients, &err) != LG_OK)
		fail_msg("%s: %s", err.place, err.text);
	return clients;
}

static void compiled_in(void **state)
{
	struct lg_clients *clients = builtin();
	const struct lg_client *client;
	size_t count;
	size_t judged = 0;
	size_t i;

	client = lg_clients_items(clients, &count);
	assert_int_equal(count, 51);
	for (i = 0; i < count; i++) {
		assert_true(client[i].name[0] != '\0');
		assert_true(client[i].source[0] != '\0');
		judged += client[i].version.known == LG_VERSION_FOUR;
		assert_int_equal(client[i].provider != NULL,
				 client[i].version.known == LG_VERSION_FOUR);
	}
	assert_int_equal(judged, 46);
	assert_string_equal(client[0].provider, "4.0.994.0");
	assert_string_equal(client[0].registry, "4.994.0");
	assert_string_equal(client[26].name,
			    "Outlook 2000 (ESM Client Version example)");
	assert_int_equal(client[26].version.part[2], 2819);
	lg_clients_free(&clients);
	lg_clients_free(&clients);
}

static void a_file_adds(void **state)
{
	static const char file[] =
		"\xef\xbb\xbf" HEADER "\n"
		"Outlook for us,16.0.9000.100,,\"our \"\"desk\"\", today\"\r\n"
		"By registry,,12.4518.1014,\n"
		"Both,8.0.5.6,8.5.6,x\n"
		"A component,8.1.215.0,,x\n"
		"Unknown,,,x";
	struct lg_clients *clients = builtin();
	const struct lg_client *client;
	struct lg_error err = {0};
	size_t before;
	size_t count;

	lg_clients_items(clients, &before);
	if (lg_clients_add(clients, file, sizeof(file) - 1, "ours.csv", &err) !=
	    LG_OK)
		fail_msg("%s: %s", err.place, err.text);
	client = lg_clients_items(clients, &count);
	assert_int_equal(count, before + 5);
	client += before;
	assert_string_equal(client[0].registry, "16.9000.100");
	assert_string_equal(client[0].source, "our \"desk\", today");
	assert_string_equal(client[1].provider, "12.0.4518.1014");
	assert_string_equal(client[2].registry, "8.5.6");
	assert_string_equal(client[3].provider, "8.1.215.0");
	assert_null(client[3].registry);
	assert_null(client[4].provider);
	assert_int_equal(client[4].version.known, LG_VERSION_UNKNOWN);
	assert_int_equal(lg_clients_add(clients, HEADER, strlen(HEADER),
					"empty.csv", &err),
			 LG_OK);
	lg_clients_items(clients, &before);
	assert_int_equal(before, count);
	lg_clients_free(&clients);
}

static void refuses(void **state)
{
	static const struct {
		const char *text;
		enum lg_status status;
		const char *place;
		const char *says;
	} row[] = {
		{"", LG_ERR_SYNTAX, "f:1", "name the columns"},
		{"a,b\n", LG_ERR_SYNTAX, "f:1", "name the columns"},
		{HEADER "a,1.0.0.0,1.0.0\n", LG_ERR_SYNTAX, "f:2", "3 fields"},
		{HEADER "\n\na,,,x,y\n", LG_ERR_SYNTAX, "f:4", "5 fields"},
		{HEADER ",1.0.0.0,,x\n", LG_ERR_SYNTAX, "f:2", "no name"},
		{HEADER "a,1.0.0,,x\n", LG_ERR_SYNTAX, "f:2", "3 parts"},
		{HEADER "a,,1.0.0.0,x\n", LG_ERR_SYNTAX, "f:2", "4 parts"},
		{HEADER "a,1.0.0.x,,x\n", LG_ERR_SYNTAX, "f:2",
		 "not a version"},
		{HEADER "a,99999999999.0.0.0,,x\n", LG_ERR_RANGE, "f:2",
		 "too large"},
		{HEADER "a,5.0.1.0,5.2.0,x\n", LG_ERR_CONFLICT, "f:2",
		 "5.2.0 is not 5.0.1.0"},
		{HEADER "a,8.1.215.0,8.215.0,x\n", LG_ERR_CONFLICT, "f:2",
		 "is not"},
		{HEADER "\"a\nb\",,,x\nc,,,\"x", LG_ERR_SYNTAX, "f:2",
		 "line end"},
		{HEADER "\"a\",,,x\nc,,,\"x\ny", LG_ERR_SYNTAX, "f:3",
		 "not closed"},
		{HEADER "\"a\"b,,,x\n", LG_ERR_SYNTAX, "f:2", "closing quote"},
		{HEADER "a\"b,,,x\n", LG_ERR_SYNTAX, "f:2", "unquoted"},
		{HEADER "a\x1b[1m,,,x\n", LG_ERR_SYNTAX, "f:2", "field 1"},
		{HEADER "a\rb,,,x\n", LG_ERR_SYNTAX, "f:2", "field 1"},
	};
	struct lg_clients *clients = builtin();
	size_t before;
	size_t i;

	lg_clients_items(clients, &before);
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_error err = {0};
		size_t count;
		enum lg_status status = lg_clients_add(
			clients, row[i].text, strlen(row[i].text), "f", &err);

		if (status != row[i].status || !strstr(err.text, row[i].says) ||
		    strcmp(err.place, row[i].place) != 0)
			fail_msg("%s: %s: %s", row[i].text, err.place,
				 err.text);
		lg_clients_items(clients, &count);
		assert_int_equal(count, before);
	}
	assert_int_equal(lg_clients_add(clients, HEADER "a\0b,,,x\n",
					strlen(HEADER) + 9, "f", NULL),
			 LG_ERR_SYNTAX);
	assert_int_equal(
		lg_clients_add(clients, HEADER, (16u << 20) + 1, "f", NULL),
		LG_ERR_LIMIT);
	lg_clients_free(&clients);
}

static enum lg_status read_all(void *context, struct lg_error *err)
{
	static const char file[] = HEADER "One,1.0.2.3,,x\n";
	struct lg_clients *clients = NULL;
	enum lg_status status = lg_clients_new(&clients, err);

	if (status == LG_OK)
		status = lg_clients_add(clients, file, sizeof(file) - 1, "f",
					err);
	lg_clients_free(&clients);
	return status;
}

static void survives_failing_allocations(void **state)
{
	assert_true(allocation_survive(read_all, NULL) > 20);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("the known clients are compiled in with their "
			  "sources",
			  compiled_in),
		suite_row("a clients_file adds to them", a_file_adds),
		suite_row("a broken clients_file adds nothing", refuses),
		suite_row("each allocation may fail",
			  survives_failing_allocations),
	};

	return suite_run(rows);
}
