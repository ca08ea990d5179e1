/* SPDX-License-Identifier: ISC */
/*
 * logon_probe.c - one logon with a test account, as a user would
 *
 * libcurl logs on and says what came of it; only a refusal of the logon counts
 * as refused, every other failure as no answer. Proxies of the environment are
 * ignored, and no password goes over the network without TLS unless the file
 * says so.
 */
#include "adapters/logon/logon_probe.h"

#include <string.h>
#include <time.h>

#include <curl/curl.h>

#include "adapters/system/atomic_file.h"
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

static enum lg_status read_account(struct lg_buffer *bytes, const char *path,
				   struct account *account,
				   struct lg_error *err)
{
	enum lg_status status = lg_secret_file_check(path, err);
	char *at, *end;

	if (status == LG_OK)
		status = lg_file_read(path, bytes, err);
	for (at = bytes->data; status == LG_OK && at != NULL; at = end) {
		end = strchr(at, '\n');
		if (end != NULL)
			*end++ = '\0';
		status = take_line(at, path, account, err);
	}
	for (size_t i = 0; status == LG_OK && i <= EXPECT; i++) {
		if (account->value[i] == NULL)
			status = lg_error_set(err, LG_ERR_SYNTAX, path,
					      "has no %s = ...", key_names[i]);
	}
	if (status == LG_OK && strcmp(account->value[EXPECT], "admit") != 0 &&
	    strcmp(account->value[EXPECT], "refuse") != 0)
		status = lg_error_set(err, LG_ERR_SYNTAX, path,
				      "expect is neither admit nor refuse");
	if (status == LG_OK && account->value[TLS] != NULL &&
	    strcmp(account->value[TLS], "none") != 0)
		status = lg_error_set(err, LG_ERR_SYNTAX, path,
				      "tls is none, or left out");
	return status;
}

/* What is read is of no interest. */
static size_t drop(char *bytes, size_t size, size_t count, void *context)
{
	return size * count;
}

static CURLcode log_on(CURL *curl, const struct account *account,
		       int *out_admitted)
{
	int clear = account->value[TLS] != NULL;
	long http = 0;
	CURLcode code;

	curl_easy_setopt(curl, CURLOPT_URL, account->value[URL]);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR,
			 clear ? "imap,imaps,pop3,pop3s,http,https"
			       : "imap,imaps,pop3,pop3s,https");
	curl_easy_setopt(curl, CURLOPT_USERNAME, account->value[USERNAME]);
	curl_easy_setopt(curl, CURLOPT_PASSWORD, account->value[PASSWORD]);
	curl_easy_setopt(curl, CURLOPT_USE_SSL,
			 clear ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
	curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_ANY);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, ANSWER_S);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
	if (account->value[CA_FILE] != NULL)
		curl_easy_setopt(curl, CURLOPT_CAINFO, account->value[CA_FILE]);
	code = curl_easy_perform(curl);
	*out_admitted = code == CURLE_OK;
	if (code == CURLE_LOGIN_DENIED)
		return CURLE_OK;
	if (code == CURLE_OK && strncmp(account->value[URL], "http", 4) == 0) {
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &http);
		*out_admitted = http < 400;
		/* what is neither an answer to a logon nor the gate's */
		if (http >= 400 && http != 401 && http != 403 && http != 500 &&
		    http != 503)
			code = CURLE_HTTP_RETURNED_ERROR;
	}
	return code;
}

static enum lg_status judge(const struct account *account, CURLcode code,
			    int admitted, struct lg_error *err)
{
	int expected = strcmp(account->value[EXPECT], "admit") == 0;

	if (code == CURLE_OPERATION_TIMEDOUT)
		return lg_error_set(err, LG_ERR_TIMEOUT, account->value[URL],
				    "does not answer a logon");
	if (code != CURLE_OK)
		return lg_error_set(err, LG_ERR_IO, account->value[URL],
				    "a logon could not be tried: %s",
				    curl_easy_strerror(code));
	if (admitted == expected)
		return LG_OK;
	return lg_error_set(err, LG_ERR_CONFLICT, account->value[URL],
			    expected ? "%s should get in and does not"
				     : "%s gets in and should not",
			    account->value[USERNAME]);
}

enum lg_status lg_logon_probe(const char *path, unsigned int patience_s,
			      struct lg_error *err)
{
	const struct timespec second = {.tv_sec = 1};
	struct account account = {{NULL}};
	struct lg_buffer bytes = {0};
	CURL *curl = NULL;
	CURLcode code = CURLE_OK;
	int admitted = 0;
	enum lg_status status = read_account(&bytes, path, &account, err);

	if (status == LG_OK) {
		curl = curl_easy_init();
		if (curl == NULL)
			status = lg_error_set(err, LG_ERR_NO_MEMORY, NULL,
					      "no memory");
	}
	if (status == LG_OK) {
		while ((code = log_on(curl, &account, &admitted)) ==
			       CURLE_COULDNT_CONNECT &&
		       patience_s-- > 0)
			nanosleep(&second, NULL);
		status = judge(&account, code, admitted, err);
	}
	if (curl != NULL)
		curl_easy_cleanup(curl);
	lg_secret_release(&bytes);
	return status;
}
