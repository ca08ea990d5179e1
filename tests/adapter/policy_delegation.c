/* SPDX-License-Identifier: ISC */
/*
 * Rows for adapters/postfix/policy_delegation.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/postfix/policy_delegation.h"

#include "allocation.h"
#include "suite.h"

/* As Postfix 3.7 sent it at RCPT. */
static const char real[] =
	"request=smtpd_access_policy\nprotocol_state=RCPT\n"
	"protocol_name=ESMTP\nclient_address=127.0.0.1\n"
	"client_name=localhost\nclient_port=51234\n"
	"reverse_client_name=localhost\nserver_address=127.0.0.1\n"
	"server_port=25587\nhelo_name=a=b\nsender=alice@example.org\n"
	"recipient=bob@example.org\nrecipient_count=0\nqueue_id=\n"
	"instance=7b2.655c.1\nsize=0\netrn_domain=\nstress=\n"
	"sasl_method=PLAIN\nsasl_username=alice\nsasl_sender=\n"
	"ccert_subject=\nccert_issuer=\nccert_fingerprint=\n"
	"ccert_pubkey_fingerprint=\nencryption_protocol=\n"
	"encryption_cipher=\nencryption_keysize=0\npolicy_context=submission\n"
	"\n";

static void assert_text(struct lg_postfix_text got, const char *want)
{
	if (!want) {
		assert_null(got.text);
		return;
	}
	assert_int_equal(got.len, strlen(want));
	assert_memory_equal(got.text, want, got.len);
}

static void reads_what_postfix_sends(void **state)
{
	struct lg_postfix_request r;
	size_t used = 0;

	assert_int_equal(
		lg_postfix_request_next(real, sizeof(real) - 1, &r, &used),
		LG_POSTFIX_REQUEST);
	assert_int_equal(used, sizeof(real) - 1);
	assert_text(r.protocol_state, "RCPT");
	assert_text(r.sasl_username, "alice");
	assert_text(r.client_address, "127.0.0.1");
	assert_text(r.helo_name, "a=b");
	assert_text(r.policy_context, "submission");
	assert_text(r.instance, "7b2.655c.1");
	assert_text(r.queue_id, NULL);
}

static void waits_for_the_empty_line(void **state)
{
	struct lg_postfix_request r, untouched;
	size_t len, used = 7;

	memset(&untouched, 0x5a, sizeof(untouched));
	for (len = 0; len < sizeof(real) - 1; len++) {
		char *part = malloc(len ? len : 1);

		assert_non_null(part);
		memcpy(part, real, len);
		r = untouched;
		assert_int_equal(lg_postfix_request_next(part, len, &r, &used),
				 LG_POSTFIX_MORE);
		assert_memory_equal(&r, &untouched, sizeof(r));
		assert_int_equal(used, 7);
		free(part);
	}
}

static void one_after_the_other(void **state)
{
	static const char two[] = "sasl_username=b\nunknown=1\n"
				  "request=smtpd_access_policy\n\n"
				  "request=smtpd_access_policy\n\n";
	struct lg_postfix_request r;
	size_t used = 0;

	assert_int_equal(
		lg_postfix_request_next(two, sizeof(two) - 1, &r, &used),
		LG_POSTFIX_REQUEST);
	assert_text(r.sasl_username, "b");
	assert_int_equal(lg_postfix_request_next(
				 two + used, sizeof(two) - 1 - used, &r, &used),
			 LG_POSTFIX_REQUEST);
	assert_text(r.sasl_username, NULL);
}

static void refuses_what_is_none(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} row[] = {
		{"\n", 1},
		{"sasl_username=a\n\n", 17},
		{"request=junk\n\n", 14},
		{"request=smtpd_access_policy\nnothing\n\n", 37},
		{"request=smtpd_access_policy\nsasl_username=a\n"
		 "sasl_username=b\n\n",
		 61},
		{"request=smtpd_access_policy\nrequest=smtpd_access_policy\n\n",
		 57},
	};
	static const char with_nul[] =
		"request=smtpd_access_policy\nsasl_username=a\0b\n\n";
	struct lg_postfix_request r, untouched;
	size_t i, used = 7;

	memset(&untouched, 0x5a, sizeof(untouched));
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		r = untouched;
		assert_int_equal(lg_postfix_request_next(row[i].text,
							 row[i].len, &r, &used),
				 LG_POSTFIX_BAD);
		assert_memory_equal(&r, &untouched, sizeof(r));
		assert_int_equal(used, 7);
	}
	/* Where no answer is an open door, a name with a NUL is a request. */
	assert_int_equal(lg_postfix_request_next(with_nul, sizeof(with_nul) - 1,
						 &r, &used),
			 LG_POSTFIX_REQUEST);
	assert_int_equal(r.sasl_username.len, 3);
	assert_memory_equal(r.sasl_username.text, "a\0b", 3);
}

static void has_a_limit(void **state)
{
	size_t len = LG_POSTFIX_REQUEST_MAX + 1, used;
	struct lg_postfix_request r;
	char *in = malloc(len);

	assert_non_null(in);
	memset(in, 'x', len);
	assert_int_equal(lg_postfix_request_next(in, len - 1, &r, &used),
			 LG_POSTFIX_MORE);
	assert_int_equal(lg_postfix_request_next(in, len, &r, &used),
			 LG_POSTFIX_BAD);
	free(in);
}

static void answers(void **state)
{
	struct lg_buffer answer = {0};

	lg_postfix_answer_dunno(&answer);
	lg_postfix_answer_hold(&answer);
	lg_postfix_answer_refuse(&answer, "Later,\r\n\r\naction=OK please");
	assert_string_equal(answer.data,
			    "action=DUNNO\n\naction=HOLD\n\n"
			    "action=421 4.3.2 Later, action=OK please\n\n");
	lg_buffer_clear(&answer);
	lg_postfix_answer_refuse(&answer, NULL);
	assert_true(answer.len > 30);
	lg_buffer_release(&answer);
}

static enum lg_status build(void *context, struct lg_error *err)
{
	struct lg_buffer answer = {0};
	enum lg_status status;

	lg_postfix_answer_refuse(&answer, "The server is being worked on, and "
					  "this text is longer than 64 bytes.");
	status = lg_buffer_status(&answer, err);
	lg_buffer_release(&answer);
	return status;
}

static void survives(void **state)
{
	allocation_survive(build, NULL);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("a request as Postfix sends it is read",
			  reads_what_postfix_sends),
		suite_row("nothing is read before the empty line",
			  waits_for_the_empty_line),
		suite_row("order and unknown attributes do not matter",
			  one_after_the_other),
		suite_row("what is no policy request is refused whole",
			  refuses_what_is_none),
		suite_row("a request has a limit", has_a_limit),
		suite_row("no text can forge a second action", answers),
		suite_row("each allocation may fail", survives),
	};

	return suite_run(rows);
}
