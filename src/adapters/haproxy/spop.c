/* SPDX-License-Identifier: ISC */
/*
 * spop.c - the agent's side of a SPOP connection
 *
 * A frame is a length of 32 bits, a type, flags, two numbers and a payload.
 * The first must be HAPROXY-HELLO; what can go wrong afterwards has a status
 * code, which goes into AGENT-DISCONNECT before the connection is closed.
 * Lengths are written once the frame behind them is whole.
 */
#include <arpa/inet.h>
#include <string.h>

#include "adapters/haproxy/spop.h"
#include "adapters/haproxy/spop_value.h"

enum {
	FRAME_UNSET = 0,
	FRAME_HAPROXY_HELLO = 1,
	FRAME_HAPROXY_DISCONNECT = 2,
	FRAME_NOTIFY = 3,
	FRAME_AGENT_HELLO = 101,
	FRAME_AGENT_DISCONNECT = 102,
	FRAME_ACK = 103
};

#define LENGTH_SIZE 4
#define HEAD_MIN 7 /* type, flags, two numbers of one byte */
#define FLAG_FIN 0x00000001u
#define FLAG_ABORT 0x00000002u

#define ACTION_SET_VAR 1
#define SCOPE_TRANSACTION 2

/* doc/SPOE.txt 3.5. */
enum spop_status {
	STATUS_NORMAL = 0,
	STATUS_TOO_BIG = 3,
	STATUS_INVALID = 4,
	STATUS_NO_VERSION = 5,
	STATUS_NO_FRAME_SIZE = 6,
	STATUS_BAD_VERSION = 8,
	STATUS_BAD_FRAME_SIZE = 9,
	STATUS_FRAGMENTED = 10
};

static const char *status_text(enum spop_status status)
{
	static const char *const words[] = {
		[STATUS_NORMAL] = "normal",
		[STATUS_TOO_BIG] = "frame is too big",
		[STATUS_INVALID] = "invalid frame received",
		[STATUS_NO_VERSION] = "version value not found",
		[STATUS_NO_FRAME_SIZE] = "max-frame-size value not found",
		[STATUS_BAD_VERSION] = "unsupported version",
		[STATUS_BAD_FRAME_SIZE] = "max-frame-size too big or too small",
		[STATUS_FRAGMENTED] = "fragmentation not supported",
	};

	return words[status];
}

struct frame {
	unsigned char type;
	uint32_t flags;
	uint64_t stream_id;
	uint64_t frame_id;
	struct spop_reader payload;
};

static uint32_t be32_read(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static void be32_put(char *p, uint32_t value)
{
	p[0] = (char)(value >> 24);
	p[1] = (char)(value >> 16);
	p[2] = (char)(value >> 8);
	p[3] = (char)value;
}

/* Gives where the frame begins, for frame_end. */
static size_t frame_begin(unsigned char type, uint64_t stream_id,
			  uint64_t frame_id, struct lg_buffer *out)
{
	static const char fin[4] = {0, 0, 0, FLAG_FIN};
	size_t start = out->len;

	lg_buffer_append(out, "\0\0\0\0", LENGTH_SIZE);
	lg_buffer_char(out, (char)type);
	lg_buffer_append(out, fin, sizeof(fin));
	spop_varint_write(stream_id, out);
	spop_varint_write(frame_id, out);
	return start;
}

static void frame_end(size_t start, struct lg_buffer *out)
{
	if (out->status == LG_OK)
		be32_put(out->data + start,
			 (uint32_t)(out->len - start - LENGTH_SIZE));
}

static enum lg_spop_event disconnect(struct lg_spop_agent *agent,
				     enum spop_status status,
				     struct lg_buffer *answer)
{
	size_t start = frame_begin(FRAME_AGENT_DISCONNECT, 0, 0, answer);

	spop_bytes_write("status-code", strlen("status-code"), answer);
	spop_uint32_write(status, answer);
	spop_bytes_write("message", strlen("message"), answer);
	spop_string_write(status_text(status), answer);
	frame_end(start, answer);
	agent->is_over = 1;
	return LG_SPOP_CLOSE;
}

void lg_spop_goodbye(struct lg_spop_agent *agent, struct lg_buffer *answer)
{
	disconnect(agent, STATUS_NORMAL, answer);
}

struct hello {
	struct lg_spop_bytes versions;
	struct lg_spop_bytes capabilities;
	int64_t max_frame_size;
	int is_healthcheck;
};

static int hello_read(struct spop_reader payload, struct hello *out_hello)
{
	struct hello hello = {.max_frame_size = -1};

	while (payload.p < payload.end) {
		struct lg_spop_bytes name;
		struct spop_value value;

		if (!spop_bytes_read(&payload, &name) ||
		    !spop_value_read(&payload, &value))
			return 0;
		if (spop_bytes_equal(name, "supported-versions"))
			hello.versions = value.bytes;
		else if (spop_bytes_equal(name, "capabilities"))
			hello.capabilities = value.bytes;
		else if (spop_bytes_equal(name, "max-frame-size") &&
			 value.kind == SPOP_NUMBER)
			hello.max_frame_size = value.number;
		else if (spop_bytes_equal(name, "healthcheck"))
			hello.is_healthcheck =
				value.kind == SPOP_BOOL && value.number;
	}
	*out_hello = hello;
	return 1;
}

/* Whether a comma-separated list has an item, blanks around it ignored. */
static int list_has(struct lg_spop_bytes list, const char *item)
{
	size_t want = strlen(item), pos = 0;

	while (pos < list.len) {
		const char *start = list.data + pos;
		const char *comma = memchr(start, ',', list.len - pos);
		size_t len = comma ? (size_t)(comma - start) : list.len - pos;

		pos += len + 1;
		while (len && *start == ' ') {
			start++;
			len--;
		}
		while (len && start[len - 1] == ' ')
			len--;
		if (len == want && !memcmp(start, item, len))
			return 1;
	}
	return 0;
}

static enum lg_spop_event greet(struct lg_spop_agent *agent,
				const struct frame *frame,
				struct lg_buffer *answer)
{
	struct hello hello;
	size_t start;

	if (!hello_read(frame->payload, &hello))
		return disconnect(agent, STATUS_INVALID, answer);
	if (!hello.versions.data)
		return disconnect(agent, STATUS_NO_VERSION, answer);
	if (!list_has(hello.versions, "2.0"))
		return disconnect(agent, STATUS_BAD_VERSION, answer);
	if (hello.max_frame_size < 0)
		return disconnect(agent, STATUS_NO_FRAME_SIZE, answer);
	if (hello.max_frame_size < LG_SPOP_FRAME_MIN)
		return disconnect(agent, STATUS_BAD_FRAME_SIZE, answer);
	agent->max_frame_size = hello.max_frame_size < LG_SPOP_FRAME_MAX
					? (uint32_t)hello.max_frame_size
					: LG_SPOP_FRAME_MAX;
	start = frame_begin(FRAME_AGENT_HELLO, 0, 0, answer);
	spop_bytes_write("version", strlen("version"), answer);
	spop_string_write("2.0", answer);
	spop_bytes_write("max-frame-size", strlen("max-frame-size"), answer);
	spop_uint32_write(agent->max_frame_size, answer);
	spop_bytes_write("capabilities", strlen("capabilities"), answer);
	spop_string_write(
		list_has(hello.capabilities, "pipelining") ? "pipelining" : "",
		answer);
	frame_end(start, answer);
	if (!hello.is_healthcheck)
		return LG_SPOP_HELLO;
	agent->is_over = 1;
	return LG_SPOP_CLOSE;
}

/* Puts a value where the argument of this name belongs. */
static void argument_take(struct lg_spop_notify *n, struct lg_spop_bytes name,
			  const struct spop_value *value)
{
	const struct {
		const char *name;
		struct lg_spop_bytes *bytes;
	} text[] = {
		{"method", &n->method}, {"path", &n->path},
		{"rt", &n->rt},         {"clen", &n->clen},
		{"body", &n->body},     {"ce", &n->ce},
		{"ca", &n->ca},         {"ua", &n->ua},
		{"ci", &n->ci},         {"rid", &n->rid},
		{"user", &n->user},     {"proto", &n->proto},
		{"cred", &n->cred},     {"chal", &n->chal},
		{"ck", &n->ck},         {"ticket", &n->ticket},
		{"hdrs", &n->hdrs},     {"answer", &n->answer},
	};
	const struct {
		const char *name;
		int64_t *number;
	} number[] = {
		{"sport", &n->sport}, {"rtn", &n->rtn}, {"rep", &n->rep},
		{"bsize", &n->bsize}, {"ckn", &n->ckn}, {"status", &n->status},
	};

	if (value->kind == SPOP_ADDRESS) {
		if (spop_bytes_equal(name, "src"))
			n->src = value->bytes;
		return;
	}
	if (value->kind == SPOP_NUMBER) {
		for (size_t i = 0; i < sizeof(number) / sizeof(number[0]); i++)
			if (spop_bytes_equal(name, number[i].name))
				*number[i].number = value->number;
		return;
	}
	if (value->kind != SPOP_BYTES)
		return;
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		if (spop_bytes_equal(name, text[i].name))
			*text[i].bytes = value->bytes;
}

static int notify_read(const struct frame *frame,
		       struct lg_spop_notify *out_notify)
{
	struct lg_spop_notify notify = {
		.stream_id = frame->stream_id,
		.frame_id = frame->frame_id,
		.sport = -1,
		.rtn = -1,
		.rep = -1,
		.bsize = -1,
		.ckn = -1,
		.status = -1,
	};
	struct spop_reader r = frame->payload;

	while (r.p < r.end) {
		struct lg_spop_bytes name;

		if (!spop_bytes_read(&r, &name) || r.p == r.end)
			return 0;
		for (unsigned int count = *r.p++; count; count--) {
			struct spop_value value;

			if (!spop_bytes_read(&r, &name) ||
			    !spop_value_read(&r, &value))
				return 0;
			argument_take(&notify, name, &value);
		}
	}
	*out_notify = notify;
	return 1;
}

static int head_read(const unsigned char *p, size_t len, struct frame *frame)
{
	if (len < HEAD_MIN)
		return 0;
	frame->type = p[0];
	frame->flags = be32_read(p + 1);
	frame->payload.p = p + 5;
	frame->payload.end = p + len;
	return spop_varint_read(&frame->payload, &frame->stream_id) &&
	       spop_varint_read(&frame->payload, &frame->frame_id);
}

static enum lg_spop_event frame_take(struct lg_spop_agent *agent,
				     const struct frame *frame,
				     struct lg_spop_notify *out_notify,
				     struct lg_buffer *answer)
{
	int is_greeted = agent->max_frame_size != 0;

	/* Capabilities were not offered, so neither may come. */
	if (frame->type == FRAME_UNSET || frame->flags & FLAG_ABORT ||
	    !(frame->flags & FLAG_FIN))
		return disconnect(agent, STATUS_FRAGMENTED, answer);
	if (frame->type == FRAME_HAPROXY_DISCONNECT)
		return disconnect(agent, STATUS_NORMAL, answer);
	if (!is_greeted && frame->type == FRAME_HAPROXY_HELLO)
		return greet(agent, frame, answer);
	if (is_greeted && frame->type == FRAME_NOTIFY &&
	    notify_read(frame, out_notify))
		return LG_SPOP_NOTIFY;
	return disconnect(agent, STATUS_INVALID, answer);
}

enum lg_spop_event lg_spop_next(struct lg_spop_agent *agent,
				const unsigned char *in, size_t len,
				struct lg_spop_notify *out_notify,
				struct lg_buffer *answer, size_t *out_consumed)
{
	uint32_t most = agent->max_frame_size ? agent->max_frame_size
					      : LG_SPOP_FRAME_MAX;
	enum lg_spop_event event;
	struct frame frame;
	uint32_t frame_len;

	if (agent->is_over) {
		*out_consumed = len;
		return LG_SPOP_CLOSE;
	}
	if (len < LENGTH_SIZE)
		return LG_SPOP_MORE;
	frame_len = be32_read(in);
	if (frame_len > most) {
		*out_consumed = len;
		return disconnect(agent, STATUS_TOO_BIG, answer);
	}
	if (len - LENGTH_SIZE < frame_len)
		return LG_SPOP_MORE;
	*out_consumed = LENGTH_SIZE + frame_len;
	if (!head_read(in + LENGTH_SIZE, frame_len, &frame))
		return disconnect(agent, STATUS_INVALID, answer);
	event = frame_take(agent, &frame, out_notify, answer);
	if (lg_buffer_status(answer, NULL) != LG_OK) {
		agent->is_over = 1;
		return LG_SPOP_CLOSE;
	}
	return event;
}

static void set_var(const char *name, const char *value,
		    struct lg_buffer *answer)
{
	static const char head[] = {ACTION_SET_VAR, 3, SCOPE_TRANSACTION};

	if (!value)
		return;
	lg_buffer_append(answer, head, sizeof(head));
	spop_bytes_write(name, strlen(name), answer);
	spop_string_write(value, answer);
}

void lg_spop_ack(const struct lg_spop_agent *agent, uint64_t stream_id,
		 uint64_t frame_id, const struct lg_spop_actions *actions,
		 struct lg_buffer *answer)
{
	size_t start = frame_begin(FRAME_ACK, stream_id, frame_id, answer);
	/* Type, scope and lengths around the reason. */
	size_t around = 32;

	if (actions) {
		set_var("action", actions->action, answer);
		set_var("token", actions->token, answer);
		set_var("ticket", actions->ticket, answer);
		set_var("status", actions->status, answer);
		set_var("retry", actions->retry, answer);
		if (actions->reason &&
		    answer->len - start + strlen(actions->reason) + around <=
			    agent->max_frame_size)
			set_var("reason", actions->reason, answer);
	}
	frame_end(start, answer);
}

void lg_spop_address(const struct lg_spop_notify *notify,
		     char out_text[LG_SPOP_ADDRESS_SIZE])
{
	out_text[0] = '\0';
	if (notify->src.data)
		inet_ntop(notify->src.len == 4 ? AF_INET : AF_INET6,
			  notify->src.data, out_text, LG_SPOP_ADDRESS_SIZE);
}
