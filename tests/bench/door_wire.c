/* SPDX-License-Identifier: ISC */
/*
 * The doors' protocols as their servers speak them. Requests are written anew
 * for every user; of the answers only length and verdict are read.
 */
#include "bench/door_wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A length and its bytes, as SPOP writes short ones. */
static size_t put_text(char *out, const char *text)
{
	size_t len = strlen(text);

	out[0] = (char)len;
	memcpy(out + 1, text, len);
	return len + 1;
}

static size_t put_pair(char *out, const char *name, const char *value)
{
	size_t len = put_text(out, name);

	out[len++] = 8; /* a string */
	return len + put_text(out + len, value);
}

/* Length and head of a frame whose payload stands behind them already. */
static size_t put_frame(char *out, unsigned char type, unsigned int stream,
			size_t payload)
{
	size_t len = 5 + 2 + payload;
	const unsigned char head[11] = {0,
					0,
					(unsigned char)(len >> 8),
					(unsigned char)len,
					type,
					0,
					0,
					0,
					1, /* the only fragment */
					(unsigned char)(stream % 200),
					1};

	memcpy(out, head, sizeof(head));
	return sizeof(head) + payload;
}

static size_t write_notify(char *out, unsigned int user)
{
	char *payload = out + 11;
	char name[32];
	size_t len = put_text(payload, "check");

	snprintf(name, sizeof(name), "user%u", user);
	payload[len++] = 2; /* arguments */
	len += put_pair(payload + len, "user", name);
	len += put_pair(payload + len, "proto", "web");
	return put_frame(out, 3, user, len);
}

static size_t write_hello(char *out)
{
	char *payload = out + 11;
	size_t len = put_pair(payload, "supported-versions", "2.0");

	len += put_text(payload + len, "max-frame-size");
	payload[len++] = 3; /* an unsigned number: 16380 */
	memcpy(payload + len, "\xfc\xf0\x06", 3);
	len += 3;
	len += put_pair(payload + len, "capabilities", "pipelining");
	return put_frame(out, 1, 0, len);
}

int door_kind_parse(const char *name, enum door_kind *out_kind)
{
	static const char *const names[] = {"check", "http",    "http-refuse",
					    "dict",  "postfix", "spop",
					    "get"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(name, names[i])) {
			*out_kind = (enum door_kind)i;
			return 1;
		}
	return 0;
}

size_t door_greeting(enum door_kind kind, char out[DOOR_WIRE_MAX],
		     int *out_is_answered)
{
	*out_is_answered = kind == DOOR_SPOP;
	if (kind == DOOR_SPOP)
		return write_hello(out);
	if (kind == DOOR_DICT)
		return (size_t)snprintf(out, DOOR_WIRE_MAX,
					"H3\t2\t0\t\tlogongate\n");
	return 0;
}

static int write_decide(enum door_kind kind, unsigned int user, char *out)
{
	char body[128];
	int len = snprintf(body, sizeof(body),
			   "{\"user\":\"%s%u\",\"protocol\":\"imap\"}",
			   kind == DOOR_HTTP ? "user" : "out", user);

	return snprintf(out, DOOR_WIRE_MAX,
			"POST /v1/decide HTTP/1.1\r\nHost: gate\r\n"
			"Content-Length: %d\r\n\r\n%s",
			len, body);
}

size_t door_request(enum door_kind kind, unsigned int user,
		    char out[DOOR_WIRE_MAX])
{
	int len = 0;

	switch (kind) {
	case DOOR_HTTP:
	case DOOR_HTTP_REFUSE:
		len = write_decide(kind, user, out);
		break;
	case DOOR_CHECK:
	case DOOR_GET:
		len = snprintf(out, DOOR_WIRE_MAX,
			       "GET %s HTTP/1.1\r\nHost: gate\r\n"
			       "X-Gate-User: user%u\r\n\r\n",
			       kind == DOOR_CHECK ? "/v1/check" : "/", user);
		break;
	case DOOR_DICT:
		len = snprintf(out, DOOR_WIRE_MAX,
			       "Lshared/gate/imap/10.0.0.1/s\tuser%u\n", user);
		break;
	case DOOR_POSTFIX:
		len = snprintf(out, DOOR_WIRE_MAX,
			       "request=smtpd_access_policy\n"
			       "protocol_state=MAIL\nsasl_username=user%u\n"
			       "client_address=10.0.0.1\n\n",
			       user);
		break;
	case DOOR_SPOP:
		len = (int)write_notify(out, user);
		break;
	}
	return (size_t)len;
}

static size_t spop_answer(const char *in, size_t have, int *out_is_refusal)
{
	size_t len;

	if (have < 4)
		return 0;
	len = ((size_t)(unsigned char)in[2] << 8 | (unsigned char)in[3]) + 4;
	if (len > have)
		return 0;
	if (in[4] != 101 && in[4] != 103) { /* AGENT-HELLO, ACK */
		fprintf(stderr, "bench gate: no ACK from the gate\n");
		exit(1);
	}
	*out_is_refusal = memmem(in, len, "render", 6) != NULL;
	return len;
}

static size_t http_answer(const char *in, size_t have, int *out_is_refusal)
{
	const char *end = strstr(in, "\r\n\r\n");
	const char *length;
	size_t len;

	if (!end)
		return 0;
	length = strcasestr(in, "Content-Length: ");
	len = (size_t)(end - in) + 4;
	if (length && length < end)
		len += strtoul(length + 16, NULL, 10);
	if (len > have)
		return 0;
	*out_is_refusal = strncmp(in, "HTTP/1.1 2", 10) != 0 ||
			  memmem(in, len, "\"refuse\"", 8) != NULL;
	return len;
}

size_t door_answer(enum door_kind kind, char *in, size_t len,
		   int *out_is_refusal)
{
	char *end;

	in[len] = '\0';
	switch (kind) {
	case DOOR_DICT:
		end = memchr(in, '\n', len);
		if (!end)
			return 0;
		*out_is_refusal =
			memmem(in, (size_t)(end - in), "nologin", 7) != NULL;
		return (size_t)(end - in) + 1;
	case DOOR_POSTFIX:
		end = strstr(in, "\n\n");
		if (!end)
			return 0;
		*out_is_refusal = !strncmp(in, "action=421", 10);
		return (size_t)(end - in) + 2;
	case DOOR_SPOP:
		return spop_answer(in, len, out_is_refusal);
	case DOOR_CHECK:
	case DOOR_HTTP:
	case DOOR_HTTP_REFUSE:
	case DOOR_GET:
		break;
	}
	return http_answer(in, len, out_is_refusal);
}
