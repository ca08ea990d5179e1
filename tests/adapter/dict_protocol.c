/* SPDX-License-Identifier: ISC */
/*
 * Rows for adapters/dovecot/dict_protocol.h.
 */
#include <stdlib.h>
#include <string.h>

#include "adapters/dovecot/dict_protocol.h"

#include "allocation.h"
#include "suite.h"

static enum lg_dict_event next(const char *in, int *greeted,
			       struct lg_buffer *scratch,
			       struct lg_dict_request *request, size_t *used)
{
	return lg_dict_request_next(in, strlen(in), greeted, scratch, request,
				    used);
}

static void looks_up(void **state)
{
	static const char in[] =
		"H3\t2\t0\t\tlogongate\n"
		"Lshared/gate/imap/127.0.0.1/OyNM/c5/alice/\"name\" "
		"\"x\"\talice\n";
	struct lg_buffer scratch = {0};
	struct lg_dict_request r;
	size_t used = 0;
	int greeted = 0;

	assert_int_equal(next(in, &greeted, &scratch, &r, &used),
			 LG_DICT_HELLO);
	assert_int_equal(greeted, 1);
	assert_int_equal(next(in + used, &greeted, &scratch, &r, &used),
			 LG_DICT_LOOKUP);
	assert_string_equal(r.name, "alice");
	assert_int_equal(r.name_len, 5);
	assert_int_equal(r.protocol, LG_PROTOCOL_IMAP);
	assert_int_equal(r.is_decided, 1);
	assert_int_equal(r.is_about_life, 0);
	assert_string_equal(r.address, "127.0.0.1");
	lg_buffer_release(&scratch);
}

static void asks_whether_the_gate_lives(void **state)
{
	static const struct {
		const char *in;
		int is_about_life;
	} row[] = {
		{"Lshared/gate/alive\n", 1},
		{"Lshared/gate/alive/imap/OyNM/c5\talice\n", 1},
		{"Lshared/gate/alive2/imap\talice\n", 0},
		{"Lshared/gate/imap/alive/x\talive\n", 0},
		{"Lpriv/gate/alive/imap\talice\n", 0},
	};
	struct lg_buffer scratch = {0};
	struct lg_buffer answer = {0};
	struct lg_dict_request r;
	size_t used = 0;
	int greeted = 1;

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		assert_int_equal(next(row[i].in, &greeted, &scratch, &r, &used),
				 LG_DICT_LOOKUP);
		assert_int_equal(r.is_about_life, row[i].is_about_life);
	}
	lg_dict_answer_none(&answer);
	assert_int_equal(answer.len, 2);
	assert_memory_equal(answer.data, "N\n", 2);
	lg_buffer_release(&answer);
	lg_buffer_release(&scratch);
}

static void unescapes(void **state)
{
	struct lg_buffer scratch = {0};
	struct lg_dict_request r;
	size_t used = 0;
	int greeted = 1;

	assert_int_equal(next("Lshared/gate/pop3/::1/\001t\001r\001n\t"
			      "a\0011b\001tc\tmore\n",
			      &greeted, &scratch, &r, &used),
			 LG_DICT_LOOKUP);
	assert_string_equal(r.key, "shared/gate/pop3/::1/\t\r\n");
	assert_string_equal(r.name, "a\001b\tc");
	assert_string_equal(r.address, "::1");
	assert_int_equal(r.protocol, LG_PROTOCOL_POP3);
	lg_buffer_release(&scratch);
}

static void fields_may_be_missing(void **state)
{
	struct lg_buffer scratch = {0};
	struct lg_dict_request r;
	size_t used = 0;
	int greeted = 1;

	assert_int_equal(
		next("Lshared/gate/smtp\n", &greeted, &scratch, &r, &used),
		LG_DICT_LOOKUP);
	assert_null(r.name);
	assert_null(r.address);
	assert_string_equal(r.protocol_text, "smtp");
	assert_int_equal(r.is_decided, 0);
	assert_int_equal(
		next("Lpriv/other\talice\n", &greeted, &scratch, &r, &used),
		LG_DICT_LOOKUP);
	assert_null(r.protocol_text);
	assert_string_equal(r.name, "alice");
	assert_int_equal(r.is_decided, 1);
	assert_int_equal(
		next("Lshared/gate/sieve/\t\n", &greeted, &scratch, &r, &used),
		LG_DICT_LOOKUP);
	assert_int_equal(r.protocol, LG_PROTOCOL_IMAP);
	assert_string_equal(r.address, "");
	assert_string_equal(r.name, "");
	lg_buffer_release(&scratch);
}

static void master_logons(void **state)
{
	static const struct {
		const char *in;
		const char *name;
	} row[] = {
		{"Lshared/gate/imap/::1/master:mover:/x/bob/\tbob\n", "mover"},
		{"Lshared/gate/imap/::1/master::/x/bob/\tbob\n", "bob"},
		{"Lshared/gate/imap/::1/master:a/b:/x/bob/\tbob\n", "a/b"},
		{"Lshared/gate/imap/::1/xmaster:mover:/\tbob\n", "bob"},
	};
	struct lg_buffer scratch = {0};
	struct lg_dict_request r;
	size_t used = 0;
	int greeted = 1;
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		assert_int_equal(next(row[i].in, &greeted, &scratch, &r, &used),
				 LG_DICT_LOOKUP);
		assert_string_equal(r.name, row[i].name);
		assert_int_equal(r.name_len, strlen(row[i].name));
		assert_string_equal(r.address, "::1");
	}
	/* A name that was cut off is nobody's. */
	assert_int_equal(next("Lshared/gate/imap/::1/master:mover\tbob\n",
			      &greeted, &scratch, &r, &used),
			 LG_DICT_BAD);
	lg_buffer_release(&scratch);
}

static void client_ids(void **state)
{
	static const struct {
		const char *in;
		const char *client;
	} row[] = {
		{"Lshared/gate/imap/::1/master::/a/b/bob/(\"name\" \"M/7\")\tbob\n",
		 "(\"name\" \"M/7\")"},
		{"Lshared/gate/imap/::1/s/bob/x/bob/y\tbob\n", "x/bob/y"},
		{"Lshared/gate/imap/::1/master:m:/s/gate/x\tgate\n", "x"},
		{"Lshared/gate/imap/::1/s/a/b/x\ta/b\n", "x"},
		{"Lshared/gate/imap/::1/s/bob/\tbob\n", NULL},
		{"Lshared/gate/imap/::1/s/bob\tbob\n", NULL},
		{"Lshared/gate/bob/bob/x\tbob\n", NULL},
		{"Lshared/gate/imap/::1/s//x\n", NULL},
	};
	struct lg_buffer scratch = {0};
	struct lg_dict_request r;
	size_t used = 0;
	int greeted = 1;
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		assert_int_equal(next(row[i].in, &greeted, &scratch, &r, &used),
				 LG_DICT_LOOKUP);
		if (row[i].client)
			assert_string_equal(r.client_id, row[i].client);
		else
			assert_null(r.client_id);
	}
	lg_buffer_release(&scratch);
}

static void waits_for_the_line(void **state)
{
	static const char in[] = "Lshared/gate/imap/::1/x\talice\n";
	struct lg_buffer scratch = {0};
	struct lg_dict_request r, untouched;
	size_t len, used = 7;
	int greeted = 1;

	memset(&untouched, 0x5a, sizeof(untouched));
	for (len = 0; len < sizeof(in) - 1; len++) {
		r = untouched;
		assert_int_equal(lg_dict_request_next(in, len, &greeted,
						      &scratch, &r, &used),
				 LG_DICT_MORE);
		assert_memory_equal(&r, &untouched, sizeof(r));
	}
	assert_int_equal(used, 7);
	lg_buffer_release(&scratch);
}

static void refuses_what_is_none(void **state)
{
	static const struct {
		const char *in;
		int greeted;
		enum lg_dict_event event;
	} row[] = {
		{"Lshared/gate/imap\talice\n", 0, LG_DICT_BAD},
		{"\n", 1, LG_DICT_BAD},
		{"Lshared/\001x\ta\n", 1, LG_DICT_BAD},
		{"Lshared/a\talice\001\n", 1, LG_DICT_BAD},
		{"B1\t\n", 1, LG_DICT_OTHER},
		{"S1\tkey\tvalue\n", 1, LG_DICT_OTHER},
		{"C1\n", 1, LG_DICT_OTHER},
		{"I0\t0\tpath\n", 1, LG_DICT_OTHER},
		{"H3\t2\n", 1, LG_DICT_OTHER},
	};
	struct lg_buffer scratch = {0};
	struct lg_dict_request r, untouched;
	size_t i;

	memset(&untouched, 0x5a, sizeof(untouched));
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		int greeted = row[i].greeted;
		size_t used = 0;

		r = untouched;
		assert_int_equal(next(row[i].in, &greeted, &scratch, &r, &used),
				 row[i].event);
		assert_memory_equal(&r, &untouched, sizeof(r));
		assert_int_equal(used, row[i].event == LG_DICT_OTHER
					       ? strlen(row[i].in)
					       : 0);
	}
	lg_buffer_release(&scratch);
}

static void a_nul_is_no_end(void **state)
{
	static const struct {
		const char *in;
		size_t len;
	} row[] = {
		{"Lshared/gate/imap/::1/s\talice\0010\n", 0},
		{"Lshared/gate/imap/::1/s\talice\0010x\n", 0},
		{"Lshared/gate/lmtp/::1/\0010\talice\n", 0},
		{"Lshared/gate/imap/::1/s\tal\0ce\n", 31},
	};
	struct lg_buffer scratch = {0};
	struct lg_dict_request r;
	size_t used = 0;
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		int greeted = 1;

		assert_int_equal(
			lg_dict_request_next(row[i].in,
					     row[i].len ? row[i].len
							: strlen(row[i].in),
					     &greeted, &scratch, &r, &used),
			LG_DICT_LOOKUP);
		assert_true(r.has_nul);
		assert_true(r.is_decided);
	}
	lg_buffer_release(&scratch);
}

static void has_a_limit(void **state)
{
	size_t len = LG_DICT_LINE_MAX + 1, used;
	struct lg_buffer scratch = {0};
	struct lg_dict_request r;
	char *in = malloc(len);
	int greeted = 1;

	assert_non_null(in);
	memset(in, 'L', len);
	assert_int_equal(lg_dict_request_next(in, len - 1, &greeted, &scratch,
					      &r, &used),
			 LG_DICT_MORE);
	assert_int_equal(
		lg_dict_request_next(in, len, &greeted, &scratch, &r, &used),
		LG_DICT_BAD);
	free(in);
}

static void answers(void **state)
{
	struct lg_buffer answer = {0};

	lg_dict_answer_admit(&answer);
	lg_dict_answer_refuse(LG_PROTOCOL_IMAP, "a \"b\" c\\d\r\nOfake",
			      &answer);
	lg_dict_answer_refuse(LG_PROTOCOL_POP3, "Later.", &answer);
	lg_dict_answer_fail("no\npolicy", &answer);
	assert_string_equal(answer.data,
			    "O{\"nopassword\":\"y\"}\n"
			    "O{\"nopassword\":\"y\",\"nologin\":\"y\","
			    "\"reason\":\"a \\\"b\\\" c\\\\d Ofake\"}\n"
			    "O{\"nopassword\":\"y\",\"nologin\":\"y\","
			    "\"reason\":\"[SYS/TEMP] Later.\"}\n"
			    "Fno policy\n");
	lg_buffer_release(&answer);
}

static enum lg_status look_up(void *context, struct lg_error *err)
{
	struct lg_buffer scratch = {0}, answer = {0};
	struct lg_dict_request r;
	enum lg_status status;
	size_t used;
	int greeted = 1;

	if (next("Lshared/gate/imap/127.0.0.1/a-session/and-a-long-name@"
		 "example.org/x\tand-a-long-name@example.org\n",
		 &greeted, &scratch, &r, &used) == LG_DICT_LOOKUP)
		lg_dict_answer_refuse(LG_PROTOCOL_IMAP, r.name, &answer);
	status = lg_buffer_status(&scratch, err);
	if (status == LG_OK)
		status = lg_buffer_status(&answer, err);
	lg_buffer_release(&scratch);
	lg_buffer_release(&answer);
	return status;
}

static void survives(void **state)
{
	allocation_survive(look_up, NULL);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("a lookup gives name, protocol and address",
			  looks_up),
		suite_row("a question whether the gate lives is no logon",
			  asks_whether_the_gate_lives),
		suite_row("fields are unescaped as Dovecot escapes them",
			  unescapes),
		suite_row("a key may lack its fields", fields_may_be_missing),
		suite_row("a master logon is the master user's", master_logons),
		suite_row("what a mail program says of itself stands behind "
			  "the name",
			  client_ids),
		suite_row("nothing is read before the line ends",
			  waits_for_the_line),
		suite_row("what is not asked of a passdb gets no answer from "
			  "the lists",
			  refuses_what_is_none),
		suite_row("a NUL ends no name", a_nul_is_no_end),
		suite_row("a line has a limit", has_a_limit),
		suite_row("no text can forge a second answer", answers),
		suite_row("each allocation may fail", survives),
	};

	return suite_run(rows);
}
