/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/core/policy/message.h.
 */
#include <stdlib.h>
#include <string.h>

#include "core/policy/message.h"

#include "allocation.h"
#include "suite.h"

static const struct lg_message_facts facts = {
	.until = "2026-11-22T06:00:00Z",
	.since = "2026-11-21T22:00:00Z",
	.profile = "upgrade",
	.reason = "new disks\r\na1 OK injected",
};

static void assert_refusal(const char *message, const char *want)
{
	struct lg_buffer text = {0};

	assert_int_equal(lg_message_refusal(message, LG_REASON_NOT_LISTED,
					    &facts, &text, NULL),
			 LG_OK);
	assert_string_equal(text.data, want);
	lg_buffer_release(&text);
}

static void facts_are_put_in(void **state)
{
	assert_refusal("Back at %{until}.", "Back at 2026-11-22T06:00:00Z.");
	assert_refusal("%{since} %{profile}%{until}",
		       "2026-11-21T22:00:00Z upgrade2026-11-22T06:00:00Z");
	assert_refusal("%{nobody} %{until 100% %", "%{nobody} %{until 100% %");
}

static void nothing_injects_a_line(void **state)
{
	assert_refusal("Why: %{reason}", "Why: new disks a1 OK injected");
	assert_refusal("a\r\n\tb\x7f"
		       "c",
		       "a b c");
	assert_refusal("a\xc2\x85\xe2\x80\xa8"
		       "b",
		       "a b");
	assert_refusal("gr\xc3\xbc\xc3\x9f dich", "gr\xc3\xbc\xc3\x9f dich");
	assert_refusal("a\xff"
		       "b\xc3",
		       "a\xef\xbf\xbd"
		       "b\xef\xbf\xbd");
}

static void absent_facts_are_nothing(void **state)
{
	struct lg_message_facts none = {0};
	struct lg_buffer text = {0};

	assert_int_equal(lg_message_refusal("[%{since}%{reason}]",
					    LG_REASON_NOBODY, &none, &text,
					    NULL),
			 LG_OK);
	assert_string_equal(text.data, "[]");
	/* An end that nobody knows: not "Closed until .". */
	lg_buffer_clear(&text);
	assert_int_equal(lg_message_refusal("Closed until %{until}.",
					    LG_REASON_NOBODY, &none, &text,
					    NULL),
			 LG_OK);
	assert_string_equal(text.data, lg_message_default(LG_REASON_NOBODY));
	lg_buffer_release(&text);
}

static void blank_message_has_words(void **state)
{
	static const char *const blank[] = {NULL, "", " \r\n"};
	struct lg_buffer text = {0};
	size_t i;
	int reason;

	for (i = 0; i < 3; i++)
		for (reason = 0; reason < LG_REASON_COUNT; reason++) {
			lg_buffer_clear(&text);
			assert_int_equal(
				lg_message_refusal(blank[i],
						   (enum lg_reason)reason,
						   &facts, &text, NULL),
				LG_OK);
			assert_string_equal(
				text.data,
				lg_message_default((enum lg_reason)reason));
			assert_true(text.len > 20);
		}
	lg_buffer_release(&text);
}

static enum lg_status build(void *context, struct lg_error *err)
{
	struct lg_buffer text = {0};
	enum lg_status status;

	status = lg_message_refusal("%{until} %{reason} and so on, for longer "
				    "than the first allocation can hold",
				    LG_REASON_NONE, &facts, &text, err);
	lg_buffer_release(&text);
	return status;
}

static void survives(void **state)
{
	allocation_survive(build, NULL);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("a message tells until, since, profile",
			  facts_are_put_in),
		suite_row("no control character leaves, wherever it came from",
			  nothing_injects_a_line),
		suite_row("a fact that is not known leaves no trace",
			  absent_facts_are_nothing),
		suite_row("a profile without a message still says something",
			  blank_message_has_words),
		suite_row("each allocation may fail", survives),
	};

	return suite_run(rows);
}
