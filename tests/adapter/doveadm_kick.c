/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/adapters/dovecot/doveadm_mask.h, doveadm_kick.h and
 * kick_batch.h: whom a kick hits, and how many stand in a request. The peer
 * writes down what it is sent and answers as Dovecot 2.3.19 does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"

#include "adapters/dovecot/doveadm_kick.h"
#include "adapters/dovecot/doveadm_mask.h"
#include "adapters/dovecot/doveadm_who.h"
#include "adapters/dovecot/kick_batch.h"

static void masks_name_one_user(void **state)
{
	static const struct {
		const char *user;
		const char *mask;
	} rows[] = {
		{"alice", "alice"},
		{"12345", "12345"},
		{"a*b", "a?b"},
		{"q?r", "q?r"},
		{"10.0.0.1", "?0.0.0.1"},
		{"10.0.0.0/8", "?0.0.0.0/8"},
		{"::1", "?:1"},
		{"[::1]", "?::1]"},
		{"a\tb", "a?b"},
		{"\xEF\xBF\xBDx", "*x"},
		{"j\xC3\xB6rg", "j\xC3\xB6rg"},
	};
	struct lg_buffer mask = {0};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		lg_buffer_clear(&mask);
		lg_doveadm_mask(rows[i].user, &mask);
		assert_string_equal(mask.data, rows[i].mask);
		assert_true(lg_doveadm_mask_matches(mask.data, rows[i].user));
	}
	lg_buffer_release(&mask);
}

static void masks_match_as_dovecot_matches(void **state)
{
	assert_true(lg_doveadm_mask_matches("a?b", "aXB"));
	assert_true(lg_doveadm_mask_matches("ALICE", "alice"));
	assert_true(lg_doveadm_mask_matches("*", ""));
	assert_true(lg_doveadm_mask_matches("a*c*", "abcabc"));
	assert_false(lg_doveadm_mask_matches("a?b", "ab"));
	assert_false(lg_doveadm_mask_matches("a", "ab"));
	assert_false(lg_doveadm_mask_matches("ab", "a"));
	assert_false(lg_doveadm_mask_matches("a*x", "abc"));
}

/* clang-format off */
#define SESSION(user_, address_)                                               \
	{                                                                      \
		.door = "dovecot", .id = "x", .user = user_,                   \
		.address = address_                                            \
	}
/* clang-format on */

static void a_plan_leaves_out_whom_a_mask_shares(void **state)
{
	static const struct lg_session list[] = {
		SESSION("a*b", "::1"), SESSION("axb", "::1"),
		SESSION("q?r", "::1"), SESSION("qur", "::2"),
		SESSION("bob", "::1"),
	};
	unsigned char cut[] = {1, 0, 1, 0, 1};

	/* axb stays and looks like a*b; qur is from elsewhere. */
	assert_int_equal(lg_doveadm_can_cut(list, 5, cut), 2);
	assert_memory_equal(cut, "\0\0\1\0\1", 5);
	/* Where axb goes too, both go. */
	memcpy(cut, "\1\1\0\0\0", 5);
	assert_int_equal(lg_doveadm_can_cut(list, 5, cut), 2);
}

struct peer {
	size_t requests;
	size_t commands;
	size_t stop_after; /* requests */
	struct lg_buffer said;
	enum lg_status fails;
	const char *hangs[4]; /* what a command says that is never done */
};

static enum lg_status ask(void *context, const struct lg_buffer *request,
			  uint32_t limit_ms, struct lg_anvil_socket *anvil,
			  struct lg_buffer *answer, struct lg_error *err)
{
	struct peer *peer = context;
	const char *at = request->data;
	size_t tag = 0, i;

	peer->requests++;
	lg_buffer_append(&peer->said, request->data, request->len);
	assert_in_range(limit_ms, 1, 5000);
	if (peer->fails != LG_OK)
		return lg_error_set(err, peer->fails, NULL, "no");
	for (i = 0; i < 4; i++)
		if (peer->hangs[i] && strstr(request->data, peer->hangs[i]))
			return lg_error_set(err, LG_ERR_TIMEOUT, NULL, "late");
	lg_buffer_char(answer, '[');
	for (; (at = strstr(at, "\"kick\"")); at++, tag++)
		lg_buffer_format(answer, "%s[\"doveadmResponse\",[],\"%zu\"]",
				 tag ? "," : "", tag);
	lg_buffer_char(answer, ']');
	peer->commands += tag;
	return LG_OK;
}

/* Dovecot 2.3 whose login processes ended while they were asked. */
static enum lg_status ask_broken(void *context, const struct lg_buffer *request,
				 uint32_t limit_ms,
				 struct lg_anvil_socket *anvil,
				 struct lg_buffer *answer, struct lg_error *err)
{
	static const char broke[] =
		"[[\"error\",{\"type\":\"exitCode\",\"exitCode\":75},\"0\"]]";

	lg_buffer_append(answer, broke, sizeof(broke) - 1);
	return LG_OK;
}

static int is_stopped(void *context)
{
	const struct peer *peer = context;

	return peer->stop_after && peer->requests >= peer->stop_after;
}

static void one_command_a_user_and_address(void **state)
{
	static const struct lg_session list[] = {
		SESSION("bob", "::1"),
		SESSION("alice", "::1"),
		SESSION("bob", "::1"),
		SESSION("bob", "::2"),
		SESSION("carl", "::1"),
		{.door = "haproxy", .id = "0x1", .user = "bob"},
	};
	unsigned char cut[] = {1, 0, 1, 1, LG_CUT_LATER, 1};
	struct lg_strlist notes = {0};
	struct lg_cut_order order = {list, cut, 6, &notes, 0};
	struct peer peer = {0};
	struct lg_doveadm_kicker kicker = {&peer, ask, is_stopped, NULL, NULL};

	assert_int_equal(lg_doveadm_kick(&kicker, &order, NULL), LG_OK);
	assert_string_equal(peer.said.data,
			    "[[\"kick\",{\"mask\":[\"bob\",\"::1\"]},\"0\"],"
			    "[\"kick\",{\"mask\":[\"bob\",\"::2\"]},\"1\"]]");
	assert_memory_equal(cut, "\3\0\3\3\2\1", 6);
	assert_int_equal(notes.count, 0);
	lg_buffer_release(&peer.said);
}

static void what_goes_along_is_said(void **state)
{
	static const struct lg_session list[] = {
		SESSION("bob", "::1"), SESSION("bob", "::1"),
		SESSION("a?", "::1"), SESSION("ab", "::1")};
	unsigned char cut[] = {1, 0, 1, 0};
	struct lg_strlist notes = {0};
	struct lg_cut_order order = {list, cut, 4, &notes, 0};
	struct peer peer = {0};
	struct lg_doveadm_kicker kicker = {&peer, ask, is_stopped, NULL, NULL};

	assert_int_equal(lg_doveadm_kick(&kicker, &order, NULL), LG_OK);
	assert_int_equal(peer.commands, 1);
	assert_memory_equal(cut, "\3\0\4\0", 4);
	assert_int_equal(notes.count, 2);
	assert_string_equal(notes.item[0],
			    "Dovecot cannot end a? from ::1 without somebody "
			    "else, whose name looks the same to it");
	assert_string_equal(notes.item[1],
			    "Dovecot ends all sessions of bob from ::1");
	lg_strlist_release(&notes);
	lg_buffer_release(&peer.said);
}

enum {
	MANY = 1000
};

static void many_are_few_requests_and_stop(void **state)
{
	static struct lg_session list[MANY];
	static char name[MANY][8];
	static unsigned char cut[MANY];
	struct lg_cut_order order = {list, cut, MANY, NULL, 0};
	struct peer peer = {0};
	struct lg_doveadm_kicker kicker = {&peer, ask, is_stopped, NULL, NULL};
	size_t told = 0;
	size_t i;

	for (i = 0; i < MANY; i++) {
		snprintf(name[i], sizeof(name[i]), "u%zu", i);
		list[i] = (struct lg_session)SESSION(name[i], "::1");
		cut[i] = LG_CUT_NOW;
	}
	assert_int_equal(lg_doveadm_kick(&kicker, &order, NULL), LG_OK);
	assert_int_equal(peer.commands, MANY);
	assert_true(peer.requests <= 24);
	for (i = 0; i < MANY; i++)
		assert_int_equal(cut[i], LG_CUT_TOLD);
	/* Stopped after the first request: nobody else is told. */
	memset(cut, LG_CUT_NOW, MANY);
	peer.requests = peer.commands = 0;
	peer.stop_after = 1;
	lg_doveadm_kick(&kicker, &order, NULL);
	assert_int_equal(peer.requests, 1);
	for (i = 0; i < MANY; i++)
		told += cut[i] == LG_CUT_TOLD;
	assert_int_equal(told, peer.commands);
	/* Dovecot that does not answer is not asked for each. */
	memset(cut, LG_CUT_NOW, MANY);
	peer = (struct peer){.said = peer.said, .fails = LG_ERR_TIMEOUT};
	assert_int_equal(lg_doveadm_kick(&kicker, &order, NULL),
			 LG_ERR_TIMEOUT);
	assert_int_equal(peer.requests, 4);
	lg_buffer_release(&peer.said);
}

static void one_that_hangs_holds_nobody_else(void **state)
{
	enum {
		COUNT = 100
	};
	static struct lg_session list[COUNT];
	static char name[COUNT][8];
	unsigned char cut[COUNT];
	struct lg_strlist notes = {0};
	struct lg_cut_order order = {list, cut, COUNT, &notes, 0};
	struct peer peer = {.hangs = {"\"u02\"", "\"u50\"", "\"u51\""}};
	struct lg_doveadm_kicker kicker = {&peer, ask, is_stopped, NULL, NULL};
	size_t i;

	for (i = 0; i < COUNT; i++) {
		snprintf(name[i], sizeof(name[i]), "u%02zu", i);
		list[i] = (struct lg_session)SESSION(name[i], "::1");
		cut[i] = LG_CUT_NOW;
	}
	assert_int_equal(lg_doveadm_kick(&kicker, &order, NULL),
			 LG_ERR_TIMEOUT);
	for (i = 0; i < COUNT; i++)
		assert_int_equal(cut[i], i == 2 || i == 50 || i == 51
						 ? LG_CUT_NOW
						 : LG_CUT_TOLD);
	assert_int_equal(notes.count, 3);
	assert_string_equal(
		notes.item[0],
		"Dovecot hangs while it ends the sessions of u02 from ::1");
	lg_strlist_release(&notes);
	lg_buffer_release(&peer.said);
}

/* What requests take where each has its own time and each command another. */
static size_t size_after(int64_t own_ms, int64_t command_ms, size_t requests)
{
	struct lg_kick_batch batch = {.size = LG_KICK_BATCH_FIRST};
	size_t most = 0;
	size_t i;

	for (i = 0; i < requests; i++) {
		lg_kick_batch_took(&batch,
				   own_ms + command_ms * (int64_t)batch.size);
		/* The size may alternate with a larger one. */
		if (i + 2 >= requests && batch.size > most)
			most = batch.size;
	}
	return most;
}

static void a_request_is_as_large_as_pays(void **state)
{
	static const struct {
		int64_t own_ms;
		int64_t command_ms;
		size_t least;
		size_t most;
	} rows[] = {
		{2, 1, 64, 64}, /* an idle machine */
		{2, 10, 8, 16},
		{2, 100, 2, 2}, /* each command takes long */
		{0, 400, 1, 2},
		{300, 1, 64, 64}, /* each request does, and no command */
		{900, 1, 32, 64},
		{2000, 1, 1, 2}, /* too long to be met by a lift */
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t size =
			size_after(rows[i].own_ms, rows[i].command_ms, 20);

		if (size < rows[i].least || size > rows[i].most)
			fail_msg("%d ms and %d a command: %zu commands",
				 (int)rows[i].own_ms, (int)rows[i].command_ms,
				 size);
	}
}

/* Only where a proxy's own processes end by it. */
static void what_broke_off_at_a_proxy_was_asked(void **state)
{
	static const struct {
		struct lg_session session;
		enum lg_status status;
		enum lg_cut cut;
	} rows[] = {
		{{.door = "dovecot",
		  .id = LG_DOVEADM_PROXY_ID "bob",
		  .user = "bob",
		  .address = "::1"},
		 LG_OK,
		 LG_CUT_ASKED},
		{SESSION("bob", "::1"), LG_ERR_IO, LG_CUT_NOW},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned char cut = LG_CUT_NOW;
		struct lg_strlist notes = {0};
		struct lg_cut_order order = {&rows[i].session, &cut, 1, &notes,
					     0};
		struct peer peer = {0};
		struct lg_doveadm_kicker kicker = {&peer, ask_broken,
						   is_stopped, NULL, NULL};
		struct lg_error err = {0};

		assert_int_equal(lg_doveadm_kick(&kicker, &order, &err),
				 rows[i].status);
		assert_int_equal(cut, rows[i].cut);
		lg_strlist_release(&notes);
	}
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("one that hangs holds nobody else",
			  one_that_hangs_holds_nobody_else),
		suite_row("a mask names one user", masks_name_one_user),
		suite_row("masks match as Dovecot matches",
			  masks_match_as_dovecot_matches),
		suite_row("a plan leaves out whom a mask shares with the "
			  "spared",
			  a_plan_leaves_out_whom_a_mask_shares),
		suite_row("one command a user and address",
			  one_command_a_user_and_address),
		suite_row("what goes along, and what cannot go, is said",
			  what_goes_along_is_said),
		suite_row("what broke off at a proxy was asked",
			  what_broke_off_at_a_proxy_was_asked),
		suite_row("many are few requests, and stop",
			  many_are_few_requests_and_stop),
		suite_row("a request is as large as pays",
			  a_request_is_as_large_as_pays),
	};

	return suite_run(rows);
}
