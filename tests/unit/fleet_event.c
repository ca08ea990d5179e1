/* SPDX-License-Identifier: ISC */
/*
 * The body of a fleet's event: what is written reads as the same, and no other
 * spelling of it reads at all.
 */
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#include "allocation.h"
#include "core/fleet/fleet_event.h"

static const char prepare[] =
	"{\"at\":1790000000123,\"base\":\"ou=lg,dc=x\",\"by\":\"anna\","
	"\"confirm_within_s\":600,\"count\":7,\"grace_s\":0,"
	"\"groups\":[\"imap\",\"web\"],\"key\":\"anna\",\"kind\":\"prepare\","
	"\"lists\":[\"k\",\"n\",\"1\",\"/o=a\"],\"lock\":\"lg-0123456789ab\",\"max_duration_s\":-1,\"number\":1,"
	"\"profile\":\"upgrade\",\"ready_by\":1790000010123,"
	"\"reason\":\"new disks \\\"B\\\"\",\"replace\":false,\"starts\":0,"
	"\"until\":1790007200,\"v\":1,"
	"\"values\":\"Windows\\r\\n\\u0001\xc3\xa4\",\"variables\":null}";

static const char extend[] =
	"{\"at\":1,\"base\":\"ou=lg,dc=x\",\"by\":null,\"count\":0,"
	"\"key\":\"k\",\"kind\":\"extend\",\"lock\":\"lg-0123456789ab\","
	"\"number\":3,\"until\":9007199254740991,\"v\":1}";

static const char key[] =
	"{\"at\":1,\"base\":\"ou=lg,dc=x\",\"by\":null,\"count\":0,"
	"\"key\":\"k\",\"kind\":\"key\",\"lock\":\"keys\",\"name\":\"new\","
	"\"number\":1,\"public\":\"AAAA\",\"revoked\":true,\"v\":1}";

static void same_again(enum lg_fleet_kind kind, const char *body)
{
	struct lg_fleet_event *event = NULL;
	struct lg_buffer again = {0};
	struct lg_error err = {0};

	if (lg_fleet_event_parse(kind, body, strlen(body), &event, &err) !=
	    LG_OK)
		fail_msg("%s", err.text);
	assert_int_equal(lg_fleet_event_render(event, &again, &err), LG_OK);
	assert_string_equal(again.data, body);
	lg_buffer_release(&again);
	lg_fleet_event_free(&event);
}

static void reads_what_it_writes(void **state)
{
	same_again(LG_FLEET_PREPARE, prepare);
	same_again(LG_FLEET_EXTEND, extend);
	same_again(LG_FLEET_KEY, key);
}

static void has_its_members(void **state)
{
	struct lg_fleet_event *event = NULL;
	struct lg_buffer name = {0};

	assert_int_equal(lg_fleet_event_parse(LG_FLEET_PREPARE, prepare,
					      strlen(prepare), &event, NULL),
			 LG_OK);
	assert_string_equal(event->lock, "lg-0123456789ab");
	assert_int_equal(event->until_s, 1790007200);
	assert_int_equal(event->max_duration_s, -1);
	assert_string_equal(event->reason, "new disks \"B\"");
	assert_string_equal(event->values, "Windows\r\n\x01\xc3\xa4");
	assert_null(event->variables);
	assert_int_equal(event->groups.count, 2);
	assert_int_equal(event->lists.count, 4);
	assert_string_equal(event->lists.item[3], "/o=a");
	lg_fleet_event_name(event, &name);
	assert_string_equal(name.data, "lg-0123456789ab.1.anna");
	lg_buffer_release(&name);
	lg_fleet_event_free(&event);
}

static void refused(const char *body, size_t len)
{
	struct lg_fleet_event *event = NULL;

	assert_int_not_equal(
		lg_fleet_event_parse(LG_FLEET_EXTEND, body, len, &event, NULL),
		LG_OK);
	assert_null(event);
}

static void replaced(const char *what, const char *with)
{
	struct lg_buffer body = {0};
	const char *at = strstr(extend, what);

	assert_non_null(at);
	lg_buffer_append(&body, extend, (size_t)(at - extend));
	lg_buffer_text(&body, with);
	lg_buffer_text(&body, at + strlen(what));
	refused(body.data, body.len);
	lg_buffer_release(&body);
}

static void takes_no_other_spelling(void **state)
{
	static const char *const row[][2] = {
		{"{\"at\"", "{ \"at\""},
		{"\"at\":1", "\"at\":1.0"},
		{"\"at\":1", "\"at\":01"},
		{"\"at\":1", "\"at\":-0"},
		{"\"at\":1", "\"at\":1e0"},
		{"\"at\":1", "\"at\":-1"},
		{"9007199254740991", "9007199254740992"},
		{"9007199254740991", "99999999999999999999999999"},
		{"\"at\":1", "\"at\":1,\"at\":1"},
		{"\"number\":3", "\"number\":0"},
		{"\"kind\":\"extend\"", "\"kind\":\"lift\""},
		{"lg-0123456789ab", "lg-0123456789aB"},
		{"lg-0123456789ab", "lg-0123456789abc"},
		{"lg-0123456789ab", "keys"},
		{"\"key\":\"k\"", "\"key\":\"k/..\""},
		{"\"key\":\"k\"", "\"key\":\"\""},
		{"\"v\":1", "\"v\":2"},
		{"\"v\":1}", "\"v\":1}x"},
		{"\"by\":null", "\"by\":\"\\/\""},
		{"\"by\":null", "\"by\":\"\\u0041\""},
		{"\"by\":null", "\"by\":\"\\u000a\""},
		{"\"by\":null", "\"by\":\"\\u001F\""},
		{"\"by\":null", "\"by\":\"\\u0000\""},
		{"\"by\":null", "\"by\":\"\n\""},
		{"\"by\":null", "\"by\":\"\xff\""},
		{"\"by\":null", "\"by\":\"\xed\xa0\x80\""},
		{"\"by\":null", "\"by\":7"},
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		replaced(row[i][0], row[i][1]);
	refused("a\0b", 3);
	refused("", 0);
}

static void cut_off_anywhere_is_refused(void **state)
{
	size_t i;

	for (i = 0; i < strlen(extend); i++) {
		/* The sanitizer sees who reads beyond the end. */
		char *part = malloc(i ? i : 1);

		memcpy(part, extend, i);
		refused(part, i);
		free(part);
	}
}

static void too_long_is_a_limit(void **state)
{
	struct lg_fleet_event event = {.kind = LG_FLEET_PREPARE,
				       .lock = "lg-0123456789ab",
				       .base = "ou=lg",
				       .key = "k",
				       .profile = "p"};
	char *values = malloc(LG_FLEET_BODY_LIMIT + 1);
	struct lg_buffer body = {0};
	struct lg_error err = {0};

	memset(values, 'x', LG_FLEET_BODY_LIMIT);
	values[LG_FLEET_BODY_LIMIT] = '\0';
	event.values = values;
	assert_int_equal(lg_fleet_event_render(&event, &body, &err),
			 LG_ERR_LIMIT);
	assert_non_null(strstr(err.text, "1048576"));
	lg_buffer_release(&body);
	free(values);
}

static void bases(void **state)
{
	static const char *const row[][2] = {
		{"ou=logongate,dc=example,dc=org",
		 "ou=logongate,dc=example,dc=org"},
		{" OU = Logongate , DC=Example,DC=ORG ",
		 "ou=logongate,dc=example,dc=org"},
		{"ou=a\\2C  b\\+c+l=x,dc=x", "ou=a\\, b\\+c+l=x,dc=x"},
		{"ou=a\\,  b\\2bc+l=x,dc=x", "ou=a\\, b\\+c+l=x,dc=x"},
		{"ou=\xc3\x84pfel,dc=x", "ou=\xc3\xa4pfel,dc=x"},
	};
	struct lg_buffer base = {0};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		lg_buffer_clear(&base);
		assert_int_equal(
			lg_fleet_base_normalize(row[i][0], &base, NULL), LG_OK);
		assert_string_equal(base.data, row[i][1]);
	}
	assert_int_equal(lg_fleet_base_normalize("ou=a\\x", &base, NULL),
			 LG_ERR_SYNTAX);
	assert_int_equal(lg_fleet_base_normalize("ou=a\\", &base, NULL),
			 LG_ERR_SYNTAX);
	lg_buffer_release(&base);
}

static void signed_bytes(void **state)
{
	static const char right[] = "logongate-fleet-1\0ou=lg\0{}";
	struct lg_buffer bytes = {0};

	lg_fleet_signed_bytes("ou=lg", "{}", 2, &bytes);
	assert_int_equal(bytes.len, sizeof(right) - 1);
	assert_memory_equal(bytes.data, right, bytes.len);
	lg_buffer_release(&bytes);
}

static enum lg_status read_and_write(void *context, struct lg_error *err)
{
	struct lg_fleet_event *event = NULL;
	struct lg_buffer again = {0};
	enum lg_status status;

	status = lg_fleet_event_parse(LG_FLEET_PREPARE, prepare,
				      strlen(prepare), &event, err);
	if (status == LG_OK)
		status = lg_fleet_event_render(event, &again, err);
	lg_buffer_release(&again);
	lg_fleet_event_free(&event);
	return status;
}

static void without_memory(void **state)
{
	allocation_survive(read_and_write, NULL);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("what is written reads as the same",
			  reads_what_it_writes),
		suite_row("members come out as they are", has_its_members),
		suite_row("no other spelling is taken",
			  takes_no_other_spelling),
		suite_row("a body cut off anywhere is refused",
			  cut_off_anywhere_is_refused),
		suite_row("a lock too long for an entry is a limit",
			  too_long_is_a_limit),
		suite_row("a base has one form", bases),
		suite_row("what is signed begins with its purpose and base",
			  signed_bytes),
		suite_row("every failing allocation is survived",
			  without_memory),
	};

	return suite_run(rows);
}
