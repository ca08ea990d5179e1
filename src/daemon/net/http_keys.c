/* SPDX-License-Identifier: ISC */
/*
 * http_keys.c - who may ask over TCP: the keys and how they are shown
 */
#include "daemon/net/http_inside.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <strings.h>

#include "adapters/system/secret_file.h"

/* Takes as long for a wrong key as for the right one. */
static int is_key(const struct lg_buffer *key, const char *given, size_t len)
{
	unsigned char different = 0;

	if (!key->len || len != key->len)
		return 0;
	for (size_t i = 0; i < key->len; i++)
		different |= (unsigned char)(given[i] ^ key->data[i]);
	return !different;
}

/* What stands behind the scheme; NULL where it is another one. */
static const char *behind(const char *authorization, const char *scheme)
{
	size_t len = strlen(scheme);

	if (!authorization || strncasecmp(authorization, scheme, len))
		return NULL;
	authorization += len;
	return authorization + strspn(authorization, " ");
}

static int is_bearer(const struct lg_buffer *key, const char *authorization)
{
	const char *token = behind(authorization, "Bearer ");

	return token && is_key(key, token, strlen(token));
}

static int is_password(const struct lg_buffer *key, const char *authorization)
{
	const char *text = behind(authorization, "Basic ");
	gnutls_datum_t coded = {(unsigned char *)text,
				text ? (unsigned int)strlen(text) : 0};
	gnutls_datum_t plain = {0};
	const unsigned char *colon;
	int is = 0;

	if (!text || gnutls_base64_decode2(&coded, &plain))
		return 0;
	colon = memchr(plain.data, ':', plain.size);
	if (colon)
		is = is_key(key, (const char *)colon + 1,
			    (size_t)(plain.data + plain.size - colon - 1));
	gnutls_memset(plain.data, 0, plain.size);
	gnutls_free(plain.data);
	return is;
}

int gate_http_is_key_bearer(const struct gate *gate, const char *authorization)
{
	return is_bearer(&gate->http->key, authorization);
}

/* Monitors that can send no header of ours say it as a bearer's token. */
static int has_key(const struct lg_buffer *key, int takes_password,
		   const struct lg_http_request *request)
{
	const char *own = lg_http_request_header(request, "X-Logongate-Key");
	const char *authorization;

	if (own)
		return is_key(key, own, strlen(own));
	for (size_t i = 0; (authorization = lg_http_request_header_at(
				    request, "Authorization", i));
	     i++)
		if (is_bearer(key, authorization) ||
		    (takes_password && is_password(key, authorization)))
			return 1;
	return 0;
}

int gate_http_has_status_key(const struct gate *gate,
			     const struct lg_http_request *request)
{
	return has_key(&gate->http->status_key, 1, request);
}

int gate_http_may_ask(const struct gate_conn *conn,
		      const struct lg_http_request *request)
{
	const struct lg_buffer *key = &conn->gate->http->key;

	/* What is not for everybody there asks for its own key. */
	return conn->listener == LG_LISTEN_STATUS || !key->len ||
	       conn->peer.is_unix || has_key(key, 0, request);
}

static enum lg_status read_key(const struct lg_listen_settings *listen,
			       struct lg_buffer *out_key, struct lg_error *err)
{
	if (!listen->present || !listen->key_file)
		return LG_OK;
	return lg_secret_file_read(listen->key_file, out_key, err);
}

enum lg_status gate_http_read_keys(const struct lg_settings *settings,
				   struct gate_http_keys *out_keys,
				   struct lg_error *err)
{
	enum lg_status status = read_key(&settings->listen[LG_LISTEN_HTTP],
					 &out_keys->http, err);

	if (status == LG_OK)
		status = read_key(&settings->listen[LG_LISTEN_STATUS],
				  &out_keys->status, err);
	return status;
}

static void take(struct lg_buffer *own, struct lg_buffer *key)
{
	if (!key->len)
		return;
	lg_secret_release(own);
	*own = *key;
	*key = (struct lg_buffer){0};
}

void gate_http_take_keys(struct gate *gate, struct gate_http_keys *keys)
{
	take(&gate->http->key, &keys->http);
	take(&gate->http->status_key, &keys->status);
}

void gate_http_keys_release(struct gate_http_keys *keys)
{
	lg_secret_release(&keys->http);
	lg_secret_release(&keys->status);
}
