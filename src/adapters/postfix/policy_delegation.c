/* SPDX-License-Identifier: ISC */
/*
 * policy_delegation.c - Postfix's policy protocol
 *
 * A request is whole at its empty line. Values come from strangers: they are
 * split at the first "=", and nothing in them is believed but that Postfix
 * keeps newlines out. A NUL in a value stays there: whoever judges the name
 * refuses it, where a request that is not answered would be admitted by a
 * default_action that says so.
 */
#include <string.h>

#include "core/policy/message.h"

#include "adapters/postfix/policy_delegation.h"

/* Where the request ends (behind its empty line), or NULL. */
static const char *end_find(const char *in, size_t len)
{
	const char *p = in, *end = in + len;

	if (len && *in == '\n')
		return in + 1;
	while ((p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		p++;
		if (p < end && *p == '\n')
			return p + 1;
	}
	return NULL;
}

static int is_named(const char *line, size_t name_len, const char *name)
{
	return name_len == strlen(name) && !memcmp(line, name, name_len);
}

/* 0 when the attribute was there before. */
static int attribute_take(struct lg_postfix_request *r, const char *line,
			  size_t name_len, const char *value, size_t value_len,
			  unsigned int *seen)
{
	const struct {
		const char *name;
		struct lg_postfix_text *text;
	} known[] = {
		{"protocol_state", &r->protocol_state},
		{"sasl_username", &r->sasl_username},
		{"sasl_method", &r->sasl_method},
		{"client_address", &r->client_address},
		{"client_port", &r->client_port},
		{"client_name", &r->client_name},
		{"helo_name", &r->helo_name},
		{"sender", &r->sender},
		{"recipient", &r->recipient},
		{"queue_id", &r->queue_id},
		{"instance", &r->instance},
		{"policy_context", &r->policy_context},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!is_named(line, name_len, known[i].name))
			continue;
		if (*seen & 1u << i)
			return 0;
		*seen |= 1u << i;
		if (value_len) {
			known[i].text->text = value;
			known[i].text->len = value_len;
		}
		break;
	}
	return 1;
}

static int request_read(const char *p, const char *end,
			struct lg_postfix_request *request)
{
	static const char wanted[] = "smtpd_access_policy";
	unsigned int seen = 0;
	int is_policy = 0;

	/* The last line before end is the empty one. */
	while (p < end - 1) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		const char *equals = memchr(p, '=', (size_t)(stop - p));
		size_t name_len, value_len;

		if (!equals)
			return 0;
		name_len = (size_t)(equals - p);
		value_len = (size_t)(stop - equals) - 1;
		if (is_named(p, name_len, "request")) {
			if (is_policy || value_len != sizeof(wanted) - 1 ||
			    memcmp(equals + 1, wanted, value_len))
				return 0;
			is_policy = 1;
		} else if (!attribute_take(request, p, name_len, equals + 1,
					   value_len, &seen)) {
			return 0;
		}
		p = stop + 1;
	}
	return is_policy;
}

enum lg_postfix_event
lg_postfix_request_next(const char *in, size_t len,
			struct lg_postfix_request *out_request,
			size_t *out_consumed)
{
	struct lg_postfix_request request = {0};
	const char *end = len ? end_find(in, len) : NULL;

	if (!end)
		return len > LG_POSTFIX_REQUEST_MAX ? LG_POSTFIX_BAD
						    : LG_POSTFIX_MORE;
	if ((size_t)(end - in) > LG_POSTFIX_REQUEST_MAX ||
	    !request_read(in, end, &request))
		return LG_POSTFIX_BAD;
	*out_request = request;
	*out_consumed = (size_t)(end - in);
	return LG_POSTFIX_REQUEST;
}

void lg_postfix_answer_dunno(struct lg_buffer *answer)
{
	lg_buffer_text(answer, "action=DUNNO\n\n");
}

void lg_postfix_answer_hold(struct lg_buffer *answer)
{
	lg_buffer_text(answer, "action=HOLD\n\n");
}

void lg_postfix_answer_refuse(struct lg_buffer *answer, const char *text)
{
	lg_buffer_text(answer, "action=421 4.3.2 ");
	if (!text || !*text)
		text = lg_message_default(LG_REASON_NONE);
	lg_message_clean(text, strlen(text), answer);
	lg_buffer_text(answer, "\n\n");
}
