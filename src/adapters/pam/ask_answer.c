/* SPDX-License-Identifier: ISC */
/*
 * ask_answer.c - reading what the gate answered
 *
 * As much HTTP as one answer of the gate needs: a status, a Content-Length or
 * the end of the connection, a JSON object. Anything else is no decision, and
 * no decision is never an admission.
 */
#include <string.h>
#include <strings.h>

#include <cjson/cJSON.h>

#include "core/policy/message.h"
#include "port/json_of.h"

#include "adapters/pam/ask_gate.h"

static enum lg_status unreadable(struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_SYNTAX, "",
			    "the answer is not a gate's");
}

static const char *find(const char *bytes, size_t len, const char *what)
{
	return memmem(bytes, len, what, strlen(what));
}

/* A header's decimal value; -1 not there, -2 not a number. */
static int64_t length_header(const char *head, size_t len)
{
	static const char name[] = "content-length:";
	const char *line = head, *end = head + len;

	while (line < end) {
		const char *stop = find(line, (size_t)(end - line), "\r\n");
		const char *p = line + sizeof(name) - 1;
		int64_t value = 0;

		if (!stop)
			stop = end;
		if (stop - line < (ptrdiff_t)sizeof(name) ||
		    strncasecmp(line, name, sizeof(name) - 1) != 0) {
			line = stop + 2;
			continue;
		}
		while (p < stop && *p == ' ')
			p++;
		if (p == stop)
			return -2;
		for (; p < stop; p++) {
			if (*p < '0' || *p > '9' || value > LG_ASK_ANSWER_MAX)
				return -2;
			value = value * 10 + (*p - '0');
		}
		return value;
	}
	return -1;
}

enum lg_status lg_ask_answer_read(const char *bytes, size_t len, int is_end,
				  const char **out_body, size_t *out_len,
				  struct lg_error *err)
{
	static const char version[] = "HTTP/1.";
	const char *body = len ? find(bytes, len, "\r\n\r\n") : NULL;
	int64_t stated;
	size_t have;

	if (!body)
		return is_end ? unreadable(err) : LG_ERR_TIMEOUT;
	/* "HTTP/1.1 200 OK" */
	if ((size_t)(body - bytes) < sizeof(version) + 4 ||
	    strncmp(bytes, version, sizeof(version) - 1) != 0)
		return unreadable(err);
	if (strncmp(bytes + sizeof(version), " 200", 4) != 0)
		return lg_error_set(err, LG_ERR_DENIED, "",
				    "the gate answered HTTP %.3s",
				    bytes + sizeof(version) + 1);
	stated = length_header(bytes, (size_t)(body - bytes));
	body += 4;
	have = len - (size_t)(body - bytes);
	if (stated == -2)
		return unreadable(err);
	if (stated < 0 ? !is_end : have < (size_t)stated) {
		if (!is_end)
			return LG_ERR_TIMEOUT;
		return unreadable(err);
	}
	*out_body = body;
	*out_len = stated < 0 ? have : (size_t)stated;
	return LG_OK;
}

enum lg_status lg_ask_decision_read(const char *body, size_t len,
				    enum lg_verdict *out_verdict,
				    struct lg_buffer *out_message,
				    struct lg_error *err)
{
	cJSON *json = cJSON_ParseWithLength(body, len);
	const char *word = lg_json_text_of(json, "verdict");
	const char *message = lg_json_text_of(json, "message");
	enum lg_status status = LG_OK;
	enum lg_verdict verdict;

	if (!word || (strcmp(word, "admit") && strcmp(word, "refuse"))) {
		status = unreadable(err);
		goto out;
	}
	verdict = strcmp(word, "admit") ? LG_REFUSE : LG_ADMIT;
	if (message) {
		lg_message_clean(message, strlen(message), out_message);
		status = lg_buffer_status(out_message, err);
		if (status != LG_OK)
			goto out;
	}
	*out_verdict = verdict;
out:
	cJSON_Delete(json);
	return status;
}
