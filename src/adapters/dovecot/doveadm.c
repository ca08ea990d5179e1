/* SPDX-License-Identifier: ISC */
/*
 * One POST a request, on one curl handle that keeps its connection. Proxies of
 * the environment are ignored: the key must reach Dovecot and nobody else.
 * While Dovecot works on a request it may ask the gate back (anvil_socket.h).
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

#include "adapters/dovecot/anvil_socket.h"
#include "adapters/dovecot/doveadm.h"
#include "adapters/system/steady.h"
#include "adapters/dovecot/doveadm_kick.h"
#include "adapters/dovecot/doveadm_who.h"
#include "adapters/dovecot/kick_connections.h"

enum {
	ANSWER_MAX = 256 * 1024 * 1024, /* about a million sessions */
	/* A kick that is under way may be answered before it is given up. */
	STOP_MS = 300,
	LOOK_MS = 1000
};

static const char unix_prefix[] = "unix:";

struct doveadm {
	CURL *curl;
	CURLM *multi;
	struct curl_slist *header;
	char *address;
	char *url;
	char *run_dir; /* or NULL */
	char *anvil;   /* or NULL */
	uint32_t timeout_ms;
	const atomic_int *stop;
	int64_t stop_seen_ms; /* 0: not */
};

static int is_stopped(const struct doveadm *doveadm)
{
	return doveadm->stop && atomic_load(doveadm->stop);
}

/* curl asks this often while bytes come, else every second. */
static int may_go_on(void *context, curl_off_t a, curl_off_t b, curl_off_t c,
		     curl_off_t d)
{
	struct doveadm *doveadm = context;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	if (!is_stopped(doveadm))
		return 0;
	if (!doveadm->stop_seen_ms)
		doveadm->stop_seen_ms = lg_steady_ms();
	return lg_steady_ms() - doveadm->stop_seen_ms >= STOP_MS;
}

static void append_base64(const char *text, struct lg_buffer *out)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789+/";
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i += 3) {
		uint32_t bits = (uint32_t)(unsigned char)text[i] << 16;

		if (i + 1 < len)
			bits |= (uint32_t)(unsigned char)text[i + 1] << 8;
		if (i + 2 < len)
			bits |= (unsigned char)text[i + 2];
		lg_buffer_char(out, digit[bits >> 18]);
		lg_buffer_char(out, digit[bits >> 12 & 63]);
		lg_buffer_char(out, i + 1 < len ? digit[bits >> 6 & 63] : '=');
		lg_buffer_char(out, i + 2 < len ? digit[bits & 63] : '=');
	}
}

static size_t take_answer(char *bytes, size_t size, size_t count, void *context)
{
	struct lg_buffer *answer = context;

	if (size * count > ANSWER_MAX - answer->len)
		return 0;
	lg_buffer_append(answer, bytes, size * count);
	return lg_buffer_status(answer, NULL) != LG_OK ? 0 : size * count;
}

static enum lg_status judge(const struct doveadm *doveadm, CURLcode code,
			    uint32_t limit_ms, const struct lg_buffer *answer,
			    struct lg_error *err)
{
	long http = 0;

	if (code == CURLE_OK)
		curl_easy_getinfo(doveadm->curl, CURLINFO_RESPONSE_CODE, &http);
	if (code == CURLE_OK && http == 200)
		return LG_OK;
	if (code == CURLE_OK && http == 401)
		return lg_error_set(
			err, LG_ERR_DENIED, doveadm->address,
			"Dovecot does not accept the key; api_key_file must "
			"hold its doveadm_api_key (where Dovecot reads it from "
			"a file, a line end is a part of it)");
	if (code == CURLE_OK)
		return lg_error_set(err, LG_ERR_IO, doveadm->address,
				    "doveadm answered HTTP %ld", http);
	if (code == CURLE_OPERATION_TIMEDOUT)
		return lg_error_set(err, LG_ERR_TIMEOUT, doveadm->address,
				    "doveadm did not answer within %u ms",
				    (unsigned int)limit_ms);
	if (code == CURLE_ABORTED_BY_CALLBACK)
		return lg_error_set(err, LG_ERR_TIMEOUT, doveadm->address,
				    "the gate no longer waits for doveadm");
	if (code == CURLE_OUT_OF_MEMORY ||
	    lg_buffer_status(answer, NULL) != LG_OK)
		return lg_no_memory(err);
	return lg_error_set(err, LG_ERR_IO, doveadm->address,
			    "doveadm cannot be asked: %s",
			    curl_easy_strerror(code));
}

/* As curl_easy_perform, and looks after anvil's socket meanwhile. */
static CURLcode perform(struct doveadm *doveadm, struct lg_anvil_socket *anvil)
{
	struct curl_waitfd beside = {.fd = anvil ? anvil->fd : -1,
				     .events = CURL_WAIT_POLLIN};
	CURLMcode code = curl_multi_add_handle(doveadm->multi, doveadm->curl);
	CURLcode result = CURLE_OUT_OF_MEMORY;
	int running = code == CURLM_OK;
	const CURLMsg *said;
	int left;

	while (code == CURLM_OK && running) {
		code = curl_multi_perform(doveadm->multi, &running);
		if (code == CURLM_OK && running)
			code = curl_multi_poll(doveadm->multi, &beside,
					       anvil != NULL, LOOK_MS, NULL);
		if (anvil && beside.revents && !is_stopped(doveadm))
			lg_anvil_socket_answer(anvil);
		beside.revents = 0;
	}
	said = curl_multi_info_read(doveadm->multi, &left);
	if (code == CURLM_OK && said)
		result = said->data.result;
	curl_multi_remove_handle(doveadm->multi, doveadm->curl);
	return result;
}

static enum lg_status ask(struct doveadm *doveadm,
			  const struct lg_buffer *request, uint32_t limit_ms,
			  struct lg_anvil_socket *anvil,
			  struct lg_buffer *answer, struct lg_error *err)
{
	CURL *curl = doveadm->curl;
	CURLcode code;
	enum lg_status status = lg_buffer_status(request, err);

	if (status != LG_OK)
		return status;
	if (is_stopped(doveadm))
		return judge(doveadm, CURLE_ABORTED_BY_CALLBACK, limit_ms,
			     answer, err);
	doveadm->stop_seen_ms = 0;
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)limit_ms);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->data);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)request->len);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	code = perform(doveadm, anvil);
	return judge(doveadm, code, limit_ms, answer, err);
}

static enum lg_status list_sessions(void *self,
				    struct lg_session_list *out_list,
				    struct lg_error *err)
{
	struct doveadm *doveadm = self;
	struct lg_buffer request = {0};
	struct lg_buffer answer = {0};
	enum lg_status status;

	lg_doveadm_who_request(&request);
	status =
		ask(doveadm, &request, doveadm->timeout_ms, NULL, &answer, err);
	if (status == LG_OK)
		status = lg_doveadm_who_parse(answer.data ? answer.data : "",
					      answer.len, out_list, err);
	lg_buffer_release(&request);
	lg_buffer_release(&answer);
	return status;
}

static enum lg_status ask_kick(void *context, const struct lg_buffer *request,
			       uint32_t limit_ms, struct lg_anvil_socket *anvil,
			       struct lg_buffer *answer, struct lg_error *err)
{
	const struct doveadm *doveadm = context;

	if (limit_ms > doveadm->timeout_ms)
		limit_ms = doveadm->timeout_ms;
	return ask(context, request, limit_ms, anvil, answer, err);
}

static int kick_is_stopped(void *context)
{
	return is_stopped(context);
}

static enum lg_status cut_sessions(void *self, struct lg_cut_order *order,
				   struct lg_error *err)
{
	const struct doveadm *doveadm = self;
	struct lg_doveadm_kicker kicker = {self, ask_kick, kick_is_stopped,
					   doveadm->run_dir, doveadm->anvil};

	return lg_doveadm_kick(&kicker, order, err);
}

static void close_door(void *self)
{
	struct doveadm *doveadm = self;

	if (!doveadm)
		return;
	if (doveadm->curl)
		curl_easy_cleanup(doveadm->curl);
	if (doveadm->multi)
		curl_multi_cleanup(doveadm->multi);
	curl_slist_free_all(doveadm->header);
	free(doveadm->address);
	free(doveadm->url);
	free(doveadm->run_dir);
	free(doveadm->anvil);
	free(doveadm);
}

/* Every option that could fail for want of memory is looked at. */
static int set_options(struct doveadm *doveadm, const char *socket_path)
{
	CURL *curl = doveadm->curl;

	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, doveadm->header);
	curl_easy_setopt(curl, CURLOPT_POST, 1L);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, may_go_on);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, doveadm);
	return curl_easy_setopt(curl, CURLOPT_URL, doveadm->url) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") ==
		       CURLE_OK &&
	       (!socket_path || curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH,
						 socket_path) == CURLE_OK);
}

static struct curl_slist *add_header(struct curl_slist *list, const char *text)
{
	struct curl_slist *longer = text ? curl_slist_append(list, text) : NULL;

	if (!longer)
		curl_slist_free_all(list);
	return longer;
}

/* Beside the socket of doveadm. */
static char *anvil_beside(const char *socket_path)
{
	struct lg_buffer path = {0};
	const char *name = strrchr(socket_path, '/');
	char *text = NULL;

	if (name)
		lg_buffer_append(&path, socket_path,
				 (size_t)(name + 1 - socket_path));
	lg_buffer_text(&path, LG_KICK_CONNECTIONS_SOCKET);
	if (lg_buffer_take(&path, &text, NULL) != LG_OK)
		lg_buffer_release(&path);
	return text;
}

static int is_socket(const char *address)
{
	return !strncmp(address, unix_prefix, strlen(unix_prefix));
}

int lg_doveadm_names_each(const char *address)
{
	char *anvil = address && is_socket(address)
			      ? anvil_beside(address + strlen(unix_prefix))
			      : NULL;
	int is_there = anvil && !access(anvil, F_OK);

	free(anvil);
	return is_there;
}

static int prepare(struct doveadm *doveadm,
		   const struct lg_doveadm_settings *settings)
{
	int is_unix = is_socket(settings->address);
	struct lg_buffer key = {0};

	doveadm->timeout_ms = settings->timeout_ms ? settings->timeout_ms
						   : LG_DOVEADM_TIMEOUT_MS;
	doveadm->stop = settings->stop;
	lg_buffer_text(&key, "Authorization: X-Dovecot-API ");
	append_base64(settings->api_key, &key);
	doveadm->header = add_header(
		NULL, lg_buffer_status(&key, NULL) != LG_OK ? NULL : key.data);
	if (doveadm->header)
		doveadm->header = add_header(doveadm->header,
					     "Content-Type: application/json");
	/* Dovecot answers 100-continue late. */
	if (doveadm->header)
		doveadm->header = add_header(doveadm->header, "Expect:");
	lg_buffer_release(&key);
	doveadm->address = strdup(settings->address);
	doveadm->url = strdup(is_unix ? "http://localhost/doveadm/v1"
				      : settings->address);
	if (is_unix && settings->run_dir)
		doveadm->run_dir = strdup(settings->run_dir);
	if (is_unix)
		doveadm->anvil =
			anvil_beside(settings->address + strlen(unix_prefix));
	doveadm->curl = curl_easy_init();
	doveadm->multi = curl_multi_init();
	return doveadm->header && doveadm->address && doveadm->url &&
	       (doveadm->anvil || !is_unix) && doveadm->curl &&
	       doveadm->multi &&
	       set_options(doveadm,
			   is_unix ? settings->address + strlen(unix_prefix)
				   : NULL);
}

enum lg_status lg_doveadm_open(const struct lg_doveadm_settings *settings,
			       struct lg_door *out_door, struct lg_error *err)
{
	struct doveadm *doveadm;

	if (strncmp(settings->address, "unix:/", 6) &&
	    strncmp(settings->address, "http://", 7) &&
	    strncmp(settings->address, "https://", 8))
		return lg_error_set(
			err, LG_ERR_SYNTAX, NULL,
			"\"%s\" is not an address of doveadm; write "
			"unix:/run/dovecot/http or "
			"http://127.0.0.1:8080/doveadm/v1",
			settings->address);
	doveadm = calloc(1, sizeof(*doveadm));
	if (!doveadm || !prepare(doveadm, settings)) {
		close_door(doveadm);
		return lg_no_memory(err);
	}
	*out_door = (struct lg_door){.self = doveadm,
				     .name = "dovecot",
				     .list = list_sessions,
				     .cut = cut_sessions,
				     .close = close_door};
	return LG_OK;
}
