/* SPDX-License-Identifier: ISC */
/*
 * gate_answer.c - answers as bytes
 *
 * A refusal is a page that people understand, or what a MAPI client
 * understands. What came from a client goes back only where it is printable
 * ASCII; texts for people are cleaned.
 */
#include <stdio.h>
#include <string.h>

#include "core/policy/message.h"

#include "adapters/http/gate_answer.h"
#include "adapters/http/page.h"

#define TYPE_HTML "text/html; charset=utf-8"
#define TYPE_TEXT "text/plain; charset=utf-8"
/* An echoed header is a GUID and a counter. */
#define ECHO_MAX 512

static void header_add(struct lg_http_answer *answer, const char *name,
		       const char *value)
{
	if (answer->header_count == LG_HTTP_HEADER_MAX)
		return;
	answer->header[answer->header_count].name = name;
	answer->header[answer->header_count].value = value;
	answer->header_count++;
}

static void header_number(struct lg_http_answer *answer, const char *name,
			  unsigned int value)
{
	char *text = answer->number[answer->number[0][0] ? 1 : 0];

	snprintf(text, sizeof(answer->number[0]), "%u", value);
	header_add(answer, name, text);
}

static void retry_add(struct lg_http_answer *answer, unsigned int retry_s)
{
	if (retry_s > LG_HTTP_RETRY_MAX_S)
		retry_s = LG_HTTP_RETRY_MAX_S;
	header_number(answer, "Retry-After", retry_s ? retry_s : 1);
}

/* A client's value goes back only where it is what the protocol says: one
 * line of printable ASCII of reasonable length. */
static void echo_add(struct lg_http_answer *answer, const char *name,
		     const char *value)
{
	if (!value)
		return;
	for (size_t i = 0; value[i]; i++)
		if (i == ECHO_MAX || value[i] < 0x20 || value[i] > 0x7e)
			return;
	header_add(answer, name, value);
}

void lg_http_answer_release(struct lg_http_answer *answer)
{
	lg_buffer_release(&answer->body);
	lg_buffer_release(&answer->challenge);
	memset(answer, 0, sizeof(*answer));
}

void lg_http_answer_plain(struct lg_http_answer *answer, unsigned int status,
			  const char *type, const char *text)
{
	answer->status = status;
	header_add(answer, "Content-Type", type);
	lg_buffer_text(&answer->body, text);
}

void lg_http_answer_failed(struct lg_http_answer *answer,
			   const struct lg_error *err)
{
	lg_http_answer_release(answer);
	lg_http_answer_plain(answer, 500, TYPE_TEXT, err->text);
}

void lg_http_answer_admit(struct lg_http_answer *out_answer)
{
	memset(out_answer, 0, sizeof(*out_answer));
	out_answer->status = 204;
}

void lg_http_answer_let_by(const char *ticket,
			   struct lg_http_answer *out_answer)
{
	lg_http_answer_admit(out_answer);
	if (!*ticket)
		return;
	snprintf(out_answer->token, sizeof(out_answer->token), "%s", ticket);
	header_add(out_answer, "X-Gate-Ticket", out_answer->token);
}

/* An answer whose body could not be built is no answer. */
static enum lg_status finish(struct lg_http_answer *answer,
			     struct lg_error *err)
{
	enum lg_status status = lg_buffer_status(&answer->body, err);

	if (status == LG_OK)
		status = lg_buffer_status(&answer->challenge, err);
	if (status != LG_OK)
		lg_http_answer_release(answer);
	return status;
}

static const char *text_of(const struct lg_http_refusal *refusal)
{
	return refusal->text && *refusal->text
		       ? refusal->text
		       : lg_message_default(refusal->reason);
}

enum lg_status lg_http_answer_refused(const struct lg_http_refusal *refusal,
				      const char *token,
				      struct lg_http_answer *out_answer,
				      struct lg_error *err)
{
	const char *text = text_of(refusal);

	memset(out_answer, 0, sizeof(*out_answer));
	out_answer->status = 403;
	header_add(out_answer, "Content-Type", TYPE_TEXT);
	header_add(out_answer, "Cache-Control", "no-store");
	header_add(out_answer, "X-Gate-Reason",
		   refusal->kind == LG_HTTP_REFUSAL_CHALLENGE
			   ? "challenge"
			   : lg_reason_name(refusal->reason));
	if (token) {
		snprintf(out_answer->token, sizeof(out_answer->token), "%s",
			 token);
		header_add(out_answer, "X-Gate-Token", out_answer->token);
	}
	retry_add(out_answer, refusal->retry_s);
	lg_message_clean(text, strlen(text), &out_answer->body);
	lg_buffer_char(&out_answer->body, '\n');
	return finish(out_answer, err);
}

static void mapi_headers(const struct lg_http_refusal *refusal,
			 const char *request_type, const char *type,
			 struct lg_http_answer *answer)
{
	answer->status = 200;
	header_add(answer, "Content-Type", type);
	header_add(answer, "Cache-Control", "private");
	echo_add(answer, "X-RequestType", request_type);
	header_number(answer, "X-ResponseCode",
		      refusal->kind == LG_HTTP_REFUSAL_MAPI_CODE
			      ? (unsigned int)refusal->code
			      : LG_MAPI_CODE_SUCCESS);
	echo_add(answer, "X-RequestId", refusal->request_id);
	echo_add(answer, "X-ClientInfo", refusal->client_info);
	header_add(answer, "X-ServerApplication", "Exchange/15.02.1118.040");
}

static void denial_add(struct lg_http_answer *answer)
{
	unsigned char body[LG_MAPI_DENIAL_SIZE];

	lg_mapi_denial(LG_MAPI_EC_CLIENT_VER_DISALLOWED, body);
	lg_buffer_append(&answer->body, body, sizeof(body));
}

/* A text for people, and that another might have read another. */
static void html_add(const struct lg_http_refusal *refusal,
		     const struct lg_refusal_page *page,
		     struct lg_http_answer *answer)
{
	const struct lg_refusal_words words = {
		.text = text_of(refusal),
		.language = refusal->language,
		.until = refusal->until,
		.profile = refusal->profile,
		.reason = refusal->lock_reason,
	};
	enum lg_status status =
		lg_refusal_page_render(page, &words, &answer->body, NULL);

	if (refusal->language && *refusal->language)
		header_add(answer, "Content-Language", refusal->language);
	header_add(answer, "Vary", "Accept-Language");
	if (status != LG_OK)
		answer->body.status = status;
}

static void page_add(const struct lg_http_refusal *refusal,
		     const struct lg_refusal_page *page,
		     struct lg_http_answer *answer)
{
	answer->status = refusal->status == 500 ? 500 : 503;
	header_add(answer, "Content-Type", TYPE_HTML);
	header_add(answer, "Cache-Control", "no-store");
	retry_add(answer, refusal->retry_s);
	html_add(refusal, page, answer);
}

/* A line for each scheme: not every client reads a list in one. */
static void challenge_add(const struct lg_http_refusal *refusal,
			  const struct lg_refusal_page *page,
			  struct lg_http_answer *answer)
{
	answer->status = 401;
	header_add(answer, "Content-Type", TYPE_HTML);
	header_add(answer, "Cache-Control", "no-store");
	if (refusal->schemes & LG_HTTP_SCHEME_NEGOTIATE)
		header_add(answer, "WWW-Authenticate", "Negotiate");
	if (refusal->schemes & LG_HTTP_SCHEME_NTLM)
		header_add(answer, "WWW-Authenticate", "NTLM");
	if (refusal->schemes & LG_HTTP_SCHEME_BASIC) {
		lg_buffer_format(&answer->challenge,
				 "Basic realm=\"%s\", charset=\"UTF-8\"",
				 refusal->realm ? refusal->realm : "Mail");
		if (answer->challenge.status == LG_OK)
			header_add(answer, "WWW-Authenticate",
				   answer->challenge.data);
	}
	html_add(refusal, page, answer);
}

enum lg_status lg_http_answer_render(const struct lg_http_refusal *refusal,
				     const struct lg_refusal_page *page,
				     struct lg_http_answer *out_answer,
				     struct lg_error *err)
{
	static const struct lg_http_refusal unknown = {.retry_s = 60};

	memset(out_answer, 0, sizeof(*out_answer));
	if (!refusal)
		refusal = &unknown;
	switch (refusal->kind) {
	case LG_HTTP_REFUSAL_PAGE:
		page_add(refusal, page, out_answer);
		break;
	case LG_HTTP_REFUSAL_MAPI_DENIAL:
		mapi_headers(refusal, "Connect", LG_MAPI_CONTENT_TYPE,
			     out_answer);
		denial_add(out_answer);
		break;
	case LG_HTTP_REFUSAL_MAPI_CODE:
		mapi_headers(refusal, refusal->request_type, "text/html",
			     out_answer);
		lg_buffer_text(&out_answer->body,
			       lg_mapi_code_page(refusal->code));
		break;
	case LG_HTTP_REFUSAL_CHALLENGE:
		challenge_add(refusal, page, out_answer);
		break;
	}
	return finish(out_answer, err);
}

enum lg_status lg_http_answer_status(const struct lg_http_status *status,
				     struct lg_http_answer *out_answer,
				     struct lg_error *err)
{
	memset(out_answer, 0, sizeof(*out_answer));
	out_answer->status = 200;
	header_add(out_answer, "Content-Type", TYPE_HTML);
	header_add(out_answer, "Cache-Control", "no-store");
	lg_http_status_page(status, &out_answer->body);
	return finish(out_answer, err);
}
