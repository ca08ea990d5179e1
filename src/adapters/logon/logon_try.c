/* SPDX-License-Identifier: ISC */
/*
 * logon_try.c - one logon at a door of this machine, and what came of it
 *
 * libcurl logs on where it can; the last line that the server said tells a
 * refusal by the gate from a wrong password. SMTP commands are sent one by one
 * over the one connection, for a gate is asked at MAIL or RCPT.
 */
#include "adapters/logon/logon_try.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#define ANSWER_S 20L

struct said {
	char line[LG_LOGON_TEXT_SIZE];
	struct lg_buffer *body; /* NULL: of no interest */
};

const char *lg_logon_came_name(enum lg_logon_came came)
{
	static const char *const names[] = {
		[LG_LOGON_ADMITTED] = "admitted",
		[LG_LOGON_REFUSED] = "refused",
		[LG_LOGON_WRONG_PASSWORD] = "wrong-password",
		[LG_LOGON_TEMPORARY] = "temporary-error",
		[LG_LOGON_NOT_TRIED] = "not-tried",
	};

	return names[came];
}

/* Keeps the last line with anything in it. */
static size_t keep_line(char *bytes, size_t size, size_t count, void *context)
{
	struct said *said = context;
	size_t len = size * count;
	size_t kept = 0;

	if (len == 0 || bytes[0] == '\r' || bytes[0] == '\n')
		return len;
	for (size_t i = 0; i < len && kept + 1 < sizeof(said->line); i++) {
		if ((unsigned char)bytes[i] >= 0x20 && bytes[i] != 0x7f)
			said->line[kept++] = bytes[i];
	}
	said->line[kept] = '\0';
	return len;
}

static size_t keep_body(char *bytes, size_t size, size_t count, void *context)
{
	struct said *said = context;

	if (said->body)
		lg_buffer_append(said->body, bytes, size * count);
	return size * count;
}

static int has(const char *text, const char *part)
{
	return strcasestr(text, part) != NULL;
}

enum lg_logon_came lg_logon_words(const char *line)
{
	if (has(line, "temporary authentication failure") ||
	    has(line, "internal error") || has(line, " 454 ") ||
	    strncmp(line, "454", 3) == 0)
		return LG_LOGON_TEMPORARY;
	if (has(line, "[AUTHENTICATIONFAILED]") ||
	    has(line, "authentication failed") ||
	    has(line, "authentication failure") || has(line, "invalid "))
		return LG_LOGON_WRONG_PASSWORD;
	return *line ? LG_LOGON_REFUSED : LG_LOGON_NOT_TRIED;
}

int lg_logon_begins(const char *text, const char *start)
{
	return strncasecmp(text, start, strlen(start)) == 0;
}

int lg_logon_is_safe(const struct lg_logon_attempt *attempt)
{
	const char *peer = attempt->peer;

	return attempt->is_nobody || lg_logon_begins(peer, "127.") ||
	       strcmp(peer, "::1") == 0 || strcmp(peer, "[::1]") == 0;
}

static enum lg_status prepare(CURL *curl,
			      const struct lg_logon_attempt *attempt,
			      struct said *said, struct curl_slist **out_to,
			      struct lg_error *err)
{
	int is_safe = lg_logon_is_safe(attempt);
	int six = strchr(attempt->peer, ':') && *attempt->peer != '[';
	struct lg_buffer to = {0};
	struct lg_buffer url = {0};
	enum lg_status status;

	lg_buffer_format(&to, "::%s%s%s:", six ? "[" : "", attempt->peer,
			 six ? "]" : "");
	status = lg_buffer_status(&to, err);
	if (status == LG_OK)
		*out_to = curl_slist_append(NULL, to.data);
	lg_buffer_release(&to);
	/* the path of an smtp url is what HELO says */
	lg_buffer_text(&url, attempt->url);
	if (attempt->client && lg_logon_begins(attempt->url, "smtp"))
		lg_buffer_format(&url, "/%s", attempt->client);
	if (status == LG_OK)
		status = lg_buffer_status(&url, err);
	curl_easy_setopt(curl, CURLOPT_CONNECT_TO, *out_to);
	curl_easy_setopt(curl, CURLOPT_URL, url.data);
	lg_buffer_release(&url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR,
			 "imap,imaps,pop3,pop3s,smtp,smtps,http,https");
	if (attempt->password) {
		curl_easy_setopt(curl, CURLOPT_USERNAME, attempt->user);
		curl_easy_setopt(curl, CURLOPT_PASSWORD, attempt->password);
	}
	curl_easy_setopt(curl, CURLOPT_USE_SSL,
			 is_safe ? (long)CURLUSESSL_TRY : (long)CURLUSESSL_ALL);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, is_safe ? 0L : 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, is_safe ? 0L : 2L);
	curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	curl_easy_setopt(curl, CURLOPT_USERAGENT,
			 attempt->client ? attempt->client
					 : "logongate doors --probe");
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, ANSWER_S);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, keep_line);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, said);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, said);
	return status;
}

static enum lg_logon_came not_tried(CURLcode code, struct said *said)
{
	strncpy(said->line, curl_easy_strerror(code), sizeof(said->line) - 1);
	return LG_LOGON_NOT_TRIED;
}

static enum lg_logon_came try_mailbox(CURL *curl, struct said *said)
{
	CURLcode code = curl_easy_perform(curl);
	size_t tag = strspn(said->line, "A0123456789");

	if (code == CURLE_OK)
		return LG_LOGON_ADMITTED;
	if (code != CURLE_LOGIN_DENIED)
		return not_tried(code, said);
	/* the tag of an IMAP command is nobody's business */
	if (said->line[0] == 'A' && said->line[tag] == ' ')
		memmove(said->line, said->line + tag + 1,
			strlen(said->line + tag));
	return lg_logon_words(said->line);
}

/* One command; its code, or 0 where none came. */
static long command(CURL *curl, const char *verb, const char *address,
		    struct said *said)
{
	struct lg_buffer line = {0};

	if (address && strpbrk(address, "<> \r\n\t"))
		address = "";
	lg_buffer_format(&line, "%s%s%s%s", verb, address ? ":<" : "",
			 address ? address : "", address ? ">" : "");
	said->line[0] = '\0';
	if (line.status == LG_OK) {
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, line.data);
		curl_easy_perform(curl);
	}
	lg_buffer_release(&line);
	return strtol(said->line, NULL, 10);
}

static enum lg_logon_came try_submission(CURL *curl, const char *user,
					 struct said *said)
{
	static const char *const verbs[] = {"MAIL FROM", "RCPT TO"};
	CURLcode code;
	long answer;

	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "NOOP");
	code = curl_easy_perform(curl);
	if (code == CURLE_LOGIN_DENIED)
		return lg_logon_words(said->line);
	if (code != CURLE_OK)
		return not_tried(code, said);
	for (size_t i = 0; i < 2; i++) {
		answer = command(curl, verbs[i], user, said);
		if (answer == 0)
			return LG_LOGON_NOT_TRIED;
		if (answer == 421)
			return LG_LOGON_REFUSED;
		if (answer >= 400 && answer < 500)
			return LG_LOGON_TEMPORARY;
		/* a recipient may be refused for itself */
		if (answer >= 500)
			return i == 0 ? LG_LOGON_REFUSED : LG_LOGON_ADMITTED;
	}
	command(curl, "RSET", NULL, said);
	return LG_LOGON_ADMITTED;
}

/* 502 and 504 speak of the server behind, all else of the front. */
static enum lg_logon_came try_page(CURL *curl, struct said *said)
{
	CURLcode code = curl_easy_perform(curl);
	long http = 0;

	if (code != CURLE_OK)
		return not_tried(code, said);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &http);
	said->line[0] = '\0';
	snprintf(said->line, sizeof(said->line), "HTTP %ld", http);
	if (http == 401)
		return LG_LOGON_WRONG_PASSWORD;
	if (http == 403 || http == 500 || http == 503)
		return LG_LOGON_REFUSED;
	return http == 502 || http == 504 ? LG_LOGON_NOT_TRIED
					  : LG_LOGON_ADMITTED;
}

static enum lg_status try_with_curl(const struct lg_logon_attempt *attempt,
				    enum lg_logon_came *out_came,
				    struct lg_buffer *out_text,
				    struct lg_error *err)
{
	struct said said = {.line = ""};
	struct curl_slist *to = NULL;
	CURL *curl = curl_easy_init();
	enum lg_status status = LG_OK;

	if (curl == NULL)
		return lg_no_memory(err);
	status = prepare(curl, attempt, &said, &to, err);
	if (status != LG_OK)
		goto out;
	if (lg_logon_begins(attempt->url, "http"))
		*out_came = try_page(curl, &said);
	else if (lg_logon_begins(attempt->url, "smtp"))
		*out_came = try_submission(curl, attempt->user, &said);
	else
		*out_came = try_mailbox(curl, &said);
	if (*out_came != LG_LOGON_ADMITTED ||
	    lg_logon_begins(attempt->url, "http"))
		lg_buffer_text(out_text, said.line);
out:
	curl_easy_cleanup(curl);
	curl_slist_free_all(to);
	return status;
}

enum lg_status lg_logon_try(const struct lg_logon_attempt *attempt,
			    enum lg_logon_came *out_came,
			    struct lg_buffer *out_text, struct lg_error *err)
{
	enum lg_logon_came came = LG_LOGON_NOT_TRIED;
	enum lg_status status = LG_OK;

	if (lg_logon_begins(attempt->url, "sieve:"))
		came = lg_try_sieve(attempt, out_text);
	else if (lg_logon_begins(attempt->url, "pam:"))
		came = lg_try_pam(attempt, out_text);
	else
		status = try_with_curl(attempt, &came, out_text, err);
	if (status == LG_OK)
		status = lg_buffer_status(out_text, err);
	if (status == LG_OK)
		*out_came = came;
	return status;
}

enum lg_status lg_logon_count(const char *socket, uint64_t *out_decided,
			      struct lg_error *err)
{
	static const char name[] = "\nlogongate_decisions_total{";
	struct lg_buffer body = {0};
	struct said said = {.body = &body};
	CURL *curl = curl_easy_init();
	enum lg_status status = LG_OK;
	uint64_t decided = 0;
	CURLcode code;

	if (curl == NULL)
		return lg_no_memory(err);
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket);
	curl_easy_setopt(curl, CURLOPT_URL, "http://gate/metrics");
	curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, ANSWER_S);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &said);
	code = curl_easy_perform(curl);
	if (code != CURLE_OK)
		status = lg_error_set(err, LG_ERR_IO, socket, "%s",
				      curl_easy_strerror(code));
	if (status == LG_OK)
		status = lg_buffer_status(&body, err);
	for (const char *at = body.data;
	     status == LG_OK && at && (at = strstr(at, name));) {
		at += strcspn(at + 1, " \n") + 1;
		decided += strtoull(at, NULL, 10);
	}
	if (status == LG_OK)
		*out_decided = decided;
	curl_easy_cleanup(curl);
	lg_buffer_release(&body);
	return status;
}
