/* SPDX-License-Identifier: ISC */
/*
 * logon_probe.c - one logon with a test account, as a user would
 *
 * libcurl logs on and says what came of it; only a refusal of the logon counts
 * as refused, every other failure as no answer. Proxies of the environment are
 * ignored, and no password goes over the network without TLS unless the file
 * says so. Over HTTP the name is sent with the first request, as Basic: a
 * proxy that asks a gate may refuse who names nobody before anybody asks for a
 * password.
 */
#include "adapters/logon/logon_probe.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <curl/curl.h>

#include "adapters/system/secret_file.h"

#define ANSWER_S 20L

enum key {
	URL,
	USERNAME,
	PASSWORD,
	EXPECT,
	CA_FILE,
	TLS,
	KEYS
};

static const char *const key_names[KEYS] = {"url",    "username", "password",
					    "expect", "ca_file",  "tls"};

/* Texts that lie in the file's own bytes. */
struct account {
	const char *value[KEYS];
};

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len > 0 && strchr(" \t\r", text[len - 1]) != NULL)
		text[--len] = '\0';
	return text;
}

static enum lg_status take_line(char *line, const char *path,
				struct account *account, struct lg_error *err)
{
	char *equals;
	const char *name;

	line = trim(line);
	if (*line == '\0' || *line == '#')
		return LG_OK;
	equals = strchr(line, '=');
	if (equals == NULL)
		return lg_error_set(err, LG_ERR_SYNTAX, path,
				    "a line is not KEY = VALUE");
	*equals = '\0';
	name = trim(line);
	for (size_t i = 0; i < KEYS; i++) {
		if (strcmp(name, key_names[i]) == 0) {
			account->value[i] = trim(equals + 1);
			return LG_OK;
		}
	}
	return lg_error_set(err, LG_ERR_SYNTAX, path,
			    "there is no %s; there are url, username, "
			    "password, expect, ca_file, tls",
			    name);
}

/* What every file must say, and only once it is known to be complete. */
static enum lg_status check_account(const char *path,
				    const struct account *account,
				    struct lg_error *err)
{
	const char *const *value = account->value;
	const char *host;

	for (size_t i = 0; i <= EXPECT; i++) {
		if (value[i] == NULL || *value[i] == '\0')
			return lg_error_set(err, LG_ERR_SYNTAX, path,
					    "has no %s = ...", key_names[i]);
	}
	if (strcmp(value[EXPECT], "admit") != 0 &&
	    strcmp(value[EXPECT], "refuse") != 0)
		return lg_error_set(err, LG_ERR_SYNTAX, path,
				    "expect is neither admit nor refuse");
	if (value[TLS] != NULL && strcmp(value[TLS], "none") != 0)
		return lg_error_set(err, LG_ERR_SYNTAX, path,
				    "tls is none, or left out");
	host = strstr(value[URL], "://");
	if (host == NULL)
		return lg_error_set(
			err, LG_ERR_SYNTAX, path,
			"url has no scheme; write imaps://HOST, imap, pop3s, "
			"pop3 or https");
	/* errors show the URL */
	host += strlen("://");
	if (memchr(host, '@', strcspn(host, "/?#")) != NULL)
		return lg_error_set(err, LG_ERR_SYNTAX, path,
				    "url names a user; that stands in "
				    "username = and password =");
	if (strncasecmp(value[URL], "http://", 7) == 0 && value[TLS] == NULL)
		return lg_error_set(err, LG_ERR_SYNTAX, path,
				    "url = http:// would send the password in "
				    "the clear; https, or tls = none to allow "
				    "it");
	return LG_OK;
}

static enum lg_status read_account(struct lg_buffer *bytes, const char *path,
				   struct account *account,
				   struct lg_error *err)
{
	enum lg_status status = lg_secret_file_read_lines(path, bytes, err);
	char *end;

	for (char *at = bytes->data; status == LG_OK && at != NULL; at = end) {
		end = strchr(at, '\n');
		if (end != NULL)
			*end++ = '\0';
		status = take_line(at, path, account, err);
	}
	return status == LG_OK ? check_account(path, account, err) : status;
}

/* What is read is of no interest. */
static size_t drop(char *bytes, size_t size, size_t count, void *context)
{
	return size * count;
}

/* What came of a logon. */
struct answer {
	CURLcode code;
	long http; /* 0: not HTTP */
	int admitted;
};

static int is_http(const struct account *account)
{
	return strncasecmp(account->value[URL], "http", 4) == 0;
}

/* A server that does not take Basic says what it takes. Negotiate last: it is
 * offered also to who has no ticket. */
static long other_ways(CURL *curl)
{
	long offered = 0;

	curl_easy_getinfo(curl, CURLINFO_HTTPAUTH_AVAIL, &offered);
	if (offered & (long)(CURLAUTH_NTLM | CURLAUTH_DIGEST))
		return offered & (long)(CURLAUTH_NTLM | CURLAUTH_DIGEST);
	return offered & ~(long)CURLAUTH_BASIC;
}

static struct answer log_on(CURL *curl, const struct account *account)
{
	int clear = account->value[TLS] != NULL;
	struct answer answer = {0};

	curl_easy_setopt(curl, CURLOPT_URL, account->value[URL]);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR,
			 clear ? "imap,imaps,pop3,pop3s,http,https"
			       : "imap,imaps,pop3,pop3s,https");
	curl_easy_setopt(curl, CURLOPT_USERNAME, account->value[USERNAME]);
	curl_easy_setopt(curl, CURLOPT_PASSWORD, account->value[PASSWORD]);
	curl_easy_setopt(curl, CURLOPT_USE_SSL,
			 clear ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
	curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, ANSWER_S);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
	if (account->value[CA_FILE] != NULL)
		curl_easy_setopt(curl, CURLOPT_CAINFO, account->value[CA_FILE]);
	answer.code = curl_easy_perform(curl);
	if (answer.code == CURLE_OK && is_http(account)) {
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.http);
		if (answer.http == 401 && other_ways(curl) != 0) {
			curl_easy_setopt(curl, CURLOPT_HTTPAUTH,
					 other_ways(curl));
			answer.code = curl_easy_perform(curl);
			curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE,
					  &answer.http);
		}
	}
	answer.admitted = answer.code == CURLE_OK &&
			  (!is_http(account) || answer.http < 300);
	if (answer.code == CURLE_LOGIN_DENIED)
		answer.code = CURLE_OK;
	return answer;
}

/* What to do about it, where the file of the account is the place. */
static const char *way_out(CURLcode code)
{
	if (code == CURLE_USE_SSL_FAILED)
		return "; url = imaps:// or pop3s://, or tls = none to allow "
		       "it in the clear";
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		return "; ca_file = names the CA, and url the host that the "
		       "certificate is for";
	return "";
}

/* What is no answer to the logon at all; LG_OK where there is one. */
static enum lg_status was_tried(const struct account *account,
				const struct answer *answer,
				struct lg_error *err)
{
	const char *url = account->value[URL];

	if (answer->code == CURLE_OPERATION_TIMEDOUT)
		return lg_error_set(err, LG_ERR_TIMEOUT, url,
				    "does not answer a logon");
	if (answer->code != CURLE_OK)
		return lg_error_set(err, LG_ERR_IO, url,
				    "a logon could not be tried: %s%s",
				    curl_easy_strerror(answer->code),
				    way_out(answer->code));
	if (answer->http >= 300 && answer->http < 400)
		return lg_error_set(err, LG_ERR_IO, url,
				    "answers with a redirection (%ld), which "
				    "says nothing of a logon; url should name "
				    "a page that asks for the password itself",
				    answer->http);
	/* 500: so Outlook Web Access refuses (E4) */
	if (answer->http >= 300 && answer->http != 401 && answer->http != 403 &&
	    answer->http != 500 && answer->http != 503)
		return lg_error_set(err, LG_ERR_IO, url,
				    "a logon could not be tried: it answers "
				    "%ld; url should name a page that a user "
				    "gets who logs on",
				    answer->http);
	return LG_OK;
}

static enum lg_status judge(const struct account *account,
			    const struct answer *answer, struct lg_error *err)
{
	int expected = strcmp(account->value[EXPECT], "admit") == 0;
	char http[64] = "";

	if (answer->admitted == expected)
		return LG_OK;
	if (!expected)
		return lg_error_set(err, LG_ERR_CONFLICT, account->value[URL],
				    "%s gets in and should not",
				    account->value[USERNAME]);
	if (answer->http != 0)
		snprintf(http, sizeof(http), " (%ld%s)", answer->http,
			 answer->http == 401 ? ", its password is not accepted"
					     : "");
	return lg_error_set(err, LG_ERR_CONFLICT, account->value[URL],
			    "%s should get in and does not%s",
			    account->value[USERNAME], http);
}

/* Who does not get in anyway shows nothing of a lock. */
static enum lg_status judge_before(const struct account *account,
				   const struct answer *answer,
				   const char *path, struct lg_error *err)
{
	if (answer->admitted)
		return LG_OK;
	return lg_error_set(err, LG_ERR_CONFLICT, path,
			    "%s does not get in at %s without the lock either, "
			    "so that a refusal would show nothing; its "
			    "password should be right",
			    account->value[USERNAME], account->value[URL]);
}

enum lg_status lg_logon_probe_check(const char *path, struct lg_error *err)
{
	struct account account = {{NULL}};
	struct lg_buffer bytes = {0};
	enum lg_status status = read_account(&bytes, path, &account, err);

	lg_secret_release(&bytes);
	return status;
}

enum lg_status lg_logon_probe(const char *path, enum lg_logon_when when,
			      unsigned int patience_s, struct lg_error *err)
{
	const struct timespec second = {.tv_sec = 1};
	struct account account = {{NULL}};
	struct lg_buffer bytes = {0};
	struct answer answer;
	CURL *curl = NULL;
	enum lg_status status = read_account(&bytes, path, &account, err);

	if (status != LG_OK || (when == LG_LOGON_BEFORE &&
				strcmp(account.value[EXPECT], "admit") == 0))
		goto out;
	curl = curl_easy_init();
	if (curl == NULL) {
		status = lg_no_memory(err);
		goto out;
	}
	answer = log_on(curl, &account);
	if (answer.code == CURLE_COULDNT_CONNECT && patience_s > 0 &&
	    when == LG_LOGON_BEFORE)
		goto out; /* apply may be what starts it */
	while (answer.code == CURLE_COULDNT_CONNECT && patience_s-- > 0) {
		nanosleep(&second, NULL);
		answer = log_on(curl, &account);
	}
	status = was_tried(&account, &answer, err);
	if (status == LG_OK)
		status = when == LG_LOGON_BEFORE
				 ? judge_before(&account, &answer, path, err)
				 : judge(&account, &answer, err);
out:
	if (curl != NULL)
		curl_easy_cleanup(curl);
	lg_secret_release(&bytes);
	return status;
}
