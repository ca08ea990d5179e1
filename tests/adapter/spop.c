/* SPDX-License-Identifier: ISC */
/*
 * Rows for adapters/haproxy/spop.h. Frames are put together here from the
 * document (doc/SPOE.txt 3), not by the code under test.
 */
#include <stdlib.h>
#include <string.h>

#include "adapters/haproxy/spop.h"

#include "allocation.h"
#include "suite.h"

struct bytes {
	unsigned char data[4096];
	size_t len;
};

static void put(struct bytes *b, const void *data, size_t len)
{
	assert_true(len <= sizeof(b->data) - b->len);
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

static void put8(struct bytes *b, unsigned int value)
{
	unsigned char c = (unsigned char)value;

	put(b, &c, 1);
}

static void put_varint(struct bytes *b, uint64_t value)
{
	if (value < 240) {
		put8(b, (unsigned int)value);
		return;
	}
	put8(b, (unsigned int)(value & 15) | 0xf0);
	value = (value - 240) >> 4;
	while (value >= 128) {
		put8(b, (unsigned int)(value & 127) | 128);
		value = (value - 128) >> 7;
	}
	put8(b, (unsigned int)value);
}

static void put_bytes(struct bytes *b, const char *text, size_t len)
{
	put_varint(b, len);
	put(b, text, len);
}

static void put_name(struct bytes *b, const char *name)
{
	put_bytes(b, name, strlen(name));
}

static void put_string(struct bytes *b, const char *name, const char *text)
{
	put_name(b, name);
	put8(b, 8);
	put_bytes(b, text, strlen(text));
}

static void put_uint32(struct bytes *b, const char *name, uint64_t value)
{
	put_name(b, name);
	put8(b, 3);
	put_varint(b, value);
}

static void frame_flags(struct bytes *out, unsigned int type,
			unsigned int flags, uint64_t stream, uint64_t id,
			const struct bytes *payload)
{
	struct bytes head = {{0}, 0};
	size_t len;

	put8(&head, type);
	put(&head, "\0\0\0", 3);
	put8(&head, flags);
	put_varint(&head, stream);
	put_varint(&head, id);
	len = head.len + payload->len;
	put8(out, (unsigned int)(len >> 24));
	put8(out, (unsigned int)(len >> 16 & 255));
	put8(out, (unsigned int)(len >> 8 & 255));
	put8(out, (unsigned int)(len & 255));
	put(out, head.data, head.len);
	put(out, payload->data, payload->len);
}

static void frame(struct bytes *out, unsigned int type, uint64_t stream,
		  uint64_t id, const struct bytes *payload)
{
	frame_flags(out, type, 1, stream, id, payload);
}

static void hello(struct bytes *out, const char *versions, uint64_t size,
		  int healthcheck)
{
	struct bytes payload = {{0}, 0};

	if (versions)
		put_string(&payload, "supported-versions", versions);
	if (size)
		put_uint32(&payload, "max-frame-size", size);
	put_string(&payload, "capabilities",
		   healthcheck ? "" : "pipelining,async");
	put_string(&payload, "engine-id", "unknown to the agent");
	if (healthcheck) {
		put_name(&payload, "healthcheck");
		put8(&payload, 0x11);
	}
	frame(out, 1, 0, 0, &payload);
}

static int answer_has(const struct lg_buffer *answer, const char *text,
		      size_t len)
{
	return answer->len >= len &&
	       memmem(answer->data, answer->len, text, len) != NULL;
}

/* Feeds all of in; gives the first event that is not MORE. */
static enum lg_spop_event feed(struct lg_spop_agent *agent,
			       const struct bytes *in,
			       struct lg_spop_notify *notify,
			       struct lg_buffer *answer, size_t *used)
{
	struct lg_spop_notify untouched;
	enum lg_spop_event event;
	size_t len;

	memset(&untouched, 0x5a, sizeof(untouched));
	for (len = 0; len <= in->len; len++) {
		unsigned char *part = malloc(len ? len : 1);

		assert_non_null(part);
		memcpy(part, in->data, len);
		*notify = untouched;
		event = lg_spop_next(agent, part, len, notify, answer, used);
		free(part);
		if (event == LG_SPOP_MORE) {
			assert_memory_equal(notify, &untouched,
					    sizeof(untouched));
			assert_int_equal(answer->len, 0);
			continue;
		}
		if (event == LG_SPOP_NOTIFY)
			return lg_spop_next(agent, in->data, len, notify,
					    answer, used);
		return event;
	}
	return LG_SPOP_MORE;
}

static void greets(void **state)
{
	struct lg_spop_agent agent = {0};
	struct lg_spop_notify notify;
	struct lg_buffer answer = {0};
	struct bytes in = {{0}, 0};
	size_t used = 0;

	hello(&in, "1.0, 2.0", 16380, 0);
	assert_int_equal(feed(&agent, &in, &notify, &answer, &used),
			 LG_SPOP_HELLO);
	assert_int_equal(used, in.len);
	assert_int_equal(agent.max_frame_size, 16380);
	assert_int_equal((unsigned char)answer.data[4], 101);
	assert_int_equal(answer.len - 4, (unsigned char)answer.data[3]);
	assert_true(answer_has(&answer,
			       "\x07version\x08\x03"
			       "2.0",
			       13));
	assert_true(answer_has(&answer,
			       "\x0c"
			       "capabilities\x08\x0a"
			       "pipelining",
			       25));
	assert_false(answer_has(&answer, "async", 5));
	lg_buffer_release(&answer);
}

static void health_check(void **state)
{
	struct lg_spop_agent agent = {0};
	struct lg_spop_notify notify;
	struct lg_buffer answer = {0};
	struct bytes in = {{0}, 0};
	size_t used = 0;

	hello(&in, "2.0", 16380, 1);
	assert_int_equal(feed(&agent, &in, &notify, &answer, &used),
			 LG_SPOP_CLOSE);
	assert_int_equal((unsigned char)answer.data[4], 101);
	assert_int_equal(
		lg_spop_next(&agent, in.data, in.len, &notify, &answer, &used),
		LG_SPOP_CLOSE);
	lg_buffer_release(&answer);
}

struct refusal {
	const char *versions;
	uint64_t size;
	unsigned int status;
};

static void refuses_hello(void **state)
{
	static const struct refusal row[] = {
		{"3.0", 16380, 8}, {"2.01", 16380, 8}, {NULL, 16380, 5},
		{"2.0", 0, 6},     {"2.0", 255, 9},
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_spop_agent agent = {0};
		struct lg_spop_notify notify;
		struct lg_buffer answer = {0};
		struct bytes in = {{0}, 0};
		char want[] = "\x0bstatus-code\x03?";
		size_t used = 0;

		hello(&in, row[i].versions, row[i].size, 0);
		assert_int_equal(feed(&agent, &in, &notify, &answer, &used),
				 LG_SPOP_CLOSE);
		assert_int_equal((unsigned char)answer.data[4], 102);
		want[13] = (char)row[i].status;
		assert_true(answer_has(&answer, want, 14));
		lg_buffer_release(&answer);
	}
}

static const struct lg_spop_agent greeted = {.max_frame_size = 2048};

static void full_notify(struct bytes *in)
{
	struct bytes p = {{0}, 0};

	put_name(&p, "checkbody");
	put8(&p, 9);
	put_name(&p, "src");
	put8(&p, 6);
	put(&p, "\x7f\0\0\1", 4);
	put_uint32(&p, "sport", 54321);
	put_string(&p, "rt", "Connect");
	put_name(&p, "rtn");
	put8(&p, 4);
	put_varint(&p, 1);
	put_name(&p, "body");
	put8(&p, 9);
	put_bytes(&p, "a\0b", 3);
	put_name(&p, "ca");
	put8(&p, 0);
	put_string(&p, "unheard-of", "x");
	put_name(&p, "flag");
	put8(&p, 0x11);
	put_name(&p, "bsize");
	put8(&p, 5);
	put_varint(&p, 3);
	put_name(&p, "second");
	put8(&p, 4);
	put_string(&p, "user", "alice");
	put_string(&p, "cred", "none");
	put_string(&p, "chal", "server");
	put_name(&p, "rep");
	put8(&p, 4);
	put_varint(&p, 2);
	frame(in, 3, 300, 70000, &p);
}

static void reads_arguments(void **state)
{
	struct lg_spop_agent agent = greeted;
	struct lg_spop_notify n;
	struct lg_buffer answer = {0};
	struct bytes in = {{0}, 0};
	char address[LG_SPOP_ADDRESS_SIZE];
	size_t used = 0;

	full_notify(&in);
	assert_int_equal(feed(&agent, &in, &n, &answer, &used), LG_SPOP_NOTIFY);
	assert_int_equal(used, in.len);
	assert_int_equal(n.stream_id, 300);
	assert_int_equal(n.frame_id, 70000);
	assert_int_equal(n.sport, 54321);
	assert_int_equal(n.rtn, 1);
	assert_int_equal(n.bsize, 3);
	assert_int_equal(n.rt.len, 7);
	assert_memory_equal(n.rt.data, "Connect", 7);
	assert_int_equal(n.body.len, 3);
	assert_memory_equal(n.body.data, "a\0b", 3);
	assert_memory_equal(n.user.data, "alice", 5);
	assert_int_equal(n.cred.len, 4);
	assert_memory_equal(n.cred.data, "none", 4);
	assert_memory_equal(n.chal.data, "server", 6);
	assert_int_equal(n.rep, 2);
	assert_null(n.ca.data);
	assert_null(n.path.data);
	lg_spop_address(&n, address);
	assert_string_equal(address, "127.0.0.1");
	lg_buffer_release(&answer);
}

static void missing_is_not_known(void **state)
{
	struct lg_spop_agent agent = greeted;
	struct lg_spop_notify n;
	struct lg_buffer answer = {0};
	struct bytes in = {{0}, 0}, empty = {{0}, 0};
	char address[LG_SPOP_ADDRESS_SIZE];
	size_t used = 0;

	frame(&in, 3, 1, 1, &empty);
	assert_int_equal(feed(&agent, &in, &n, &answer, &used), LG_SPOP_NOTIFY);
	assert_int_equal(n.sport, -1);
	assert_int_equal(n.rtn, -1);
	assert_int_equal(n.bsize, -1);
	assert_int_equal(n.rep, -1);
	assert_null(n.cred.data);
	assert_null(n.body.data);
	lg_spop_address(&n, address);
	assert_string_equal(address, "");
	lg_buffer_release(&answer);
}

static void acknowledges(void **state)
{
	static const struct lg_spop_actions render = {
		.action = "render",
		.token = "t0",
		.status = "503",
		.reason = "Later.",
		.retry = "60",
	};
	static const char want[] = "\0\0\0\x5f\x67\0\0\0\x01\x02\x03"
				   "\x01\x03\x02\x06"
				   "action\x08\x06"
				   "render"
				   "\x01\x03\x02\x05"
				   "token\x08\x02"
				   "t0"
				   "\x01\x03\x02\x06"
				   "status\x08\x03"
				   "503"
				   "\x01\x03\x02\x05"
				   "retry\x08\x02"
				   "60"
				   "\x01\x03\x02\x06"
				   "reason\x08\x06"
				   "Later.";
	struct lg_buffer answer = {0};

	lg_spop_ack(&greeted, 2, 3, &render, &answer);
	assert_int_equal(answer.len, sizeof(want) - 1);
	assert_memory_equal(answer.data + 4, want + 4, sizeof(want) - 5);
	assert_int_equal((unsigned char)answer.data[3], answer.len - 4);
	lg_buffer_clear(&answer);
	lg_spop_ack(&greeted, 2, 3, NULL, &answer);
	assert_int_equal(answer.len, 11);
	lg_buffer_release(&answer);
}

static void long_reason_is_left_out(void **state)
{
	struct lg_spop_actions actions = {.action = "render", .token = "t"};
	struct lg_buffer answer = {0};
	char reason[3000];

	memset(reason, 'x', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	actions.reason = reason;
	lg_spop_ack(&greeted, 2, 3, &actions, &answer);
	assert_true(answer.len <= greeted.max_frame_size);
	assert_true(answer_has(&answer, "render", 6));
	assert_false(answer_has(&answer, "reason", 6));
	lg_buffer_release(&answer);
}

static void expect_close(const struct lg_spop_agent *start,
			 const struct bytes *in, unsigned int status)
{
	struct lg_spop_agent agent = *start;
	struct lg_spop_notify notify;
	struct lg_buffer answer = {0};
	char want[] = "\x0bstatus-code\x03?";
	size_t used = 0;

	want[13] = (char)status;
	assert_int_equal(feed(&agent, in, &notify, &answer, &used),
			 LG_SPOP_CLOSE);
	assert_int_equal((unsigned char)answer.data[4], 102);
	assert_true(answer_has(&answer, want, 14));
	lg_buffer_release(&answer);
}

static void closes_on_what_it_cannot_take(void **state)
{
	static const struct lg_spop_agent fresh;
	struct bytes empty = {{0}, 0}, bad = {{0}, 0}, in;

	/* A fragment, an UNSET frame, an abort. */
	in.len = 0;
	frame_flags(&in, 3, 0, 1, 1, &empty);
	expect_close(&greeted, &in, 10);
	in.len = 0;
	frame_flags(&in, 0, 1, 1, 1, &empty);
	expect_close(&greeted, &in, 10);
	in.len = 0;
	frame_flags(&in, 3, 3, 1, 1, &empty);
	expect_close(&greeted, &in, 10);
	/* NOTIFY before HELLO, a second HELLO, an unknown type. */
	in.len = 0;
	frame(&in, 3, 1, 1, &empty);
	expect_close(&fresh, &in, 4);
	in.len = 0;
	hello(&in, "2.0", 16380, 0);
	expect_close(&greeted, &in, 4);
	in.len = 0;
	frame(&in, 77, 1, 1, &empty);
	expect_close(&greeted, &in, 4);
	/* HAPROXY-DISCONNECT is answered. */
	in.len = 0;
	frame(&in, 2, 0, 0, &empty);
	expect_close(&greeted, &in, 0);
	/* Longer than was agreed. */
	in.len = 0;
	put(&in, "\0\0\x08\x01", 4);
	expect_close(&greeted, &in, 3);
	/* A value of a type nobody knows, a length beyond the frame. */
	put_name(&bad, "m");
	put8(&bad, 1);
	put_name(&bad, "x");
	put8(&bad, 0x0a);
	in.len = 0;
	frame(&in, 3, 1, 1, &bad);
	expect_close(&greeted, &in, 4);
	bad.data[bad.len - 1] = 8;
	put_varint(&bad, UINT64_MAX);
	in.len = 0;
	frame(&in, 3, 1, 1, &bad);
	expect_close(&greeted, &in, 4);
}

static void pipelined(void **state)
{
	struct lg_spop_agent agent = greeted;
	struct lg_spop_notify n;
	struct lg_buffer answer = {0};
	struct bytes in = {{0}, 0};
	size_t at = 0, used = 0;
	int count = 0;

	full_notify(&in);
	full_notify(&in);
	full_notify(&in);
	while (lg_spop_next(&agent, in.data + at, in.len - at, &n, &answer,
			    &used) == LG_SPOP_NOTIFY) {
		at += used;
		count++;
		lg_spop_ack(&agent, n.stream_id, n.frame_id, NULL, &answer);
	}
	assert_int_equal(count, 3);
	assert_int_equal(at, in.len);
	lg_buffer_release(&answer);
}

static enum lg_status talk(void *context, struct lg_error *err)
{
	struct lg_spop_agent agent = {0};
	struct lg_spop_actions actions = {.action = "admit"};
	struct lg_spop_notify notify;
	struct lg_buffer answer = {0};
	struct bytes in = {{0}, 0};
	enum lg_status status;
	size_t used;

	hello(&in, "2.0", 16380, 0);
	lg_spop_next(&agent, in.data, in.len, &notify, &answer, &used);
	lg_spop_ack(&agent, 1, 1, &actions, &answer);
	lg_spop_goodbye(&agent, &answer);
	status = lg_buffer_status(&answer, err);
	if (status != LG_OK)
		assert_true(agent.is_over);
	lg_buffer_release(&answer);
	return status;
}

static void survives(void **state)
{
	allocation_survive(talk, NULL);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("HELLO is answered with 2.0 and pipelining only",
			  greets),
		suite_row("a health check is answered, then closed",
			  health_check),
		suite_row("a HELLO that names no common ground gets its status",
			  refuses_hello),
		suite_row("arguments are read by name from every message",
			  reads_arguments),
		suite_row("what is not sent is not known",
			  missing_is_not_known),
		suite_row("an ACK sets the transaction's variables",
			  acknowledges),
		suite_row("a reason never makes a frame too long",
			  long_reason_is_left_out),
		suite_row("fragments, strangers and broken frames end it",
			  closes_on_what_it_cannot_take),
		suite_row("frames that come together are taken one by one",
			  pipelined),
		suite_row("each allocation may fail", survives),
	};

	return suite_run(rows);
}
