/* SPDX-License-Identifier: ISC */
/*
 * ldap_settings.c - the settings of a directory, checked
 *
 * All that can be wrong without asking anybody is found here, so that what
 * fails later is a server's doing. libldap's own word on a bad CA file is
 * "(unknown error code)", so the file is looked at here too.
 */
#include "ldap_settings.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ldap.h>

#include "adapters/system/atomic_file.h"
#include "adapters/system/secret_file.h"

#define TIMEOUT_MS_DEFAULT 5000
#define PASSWORD_BYTES_MAX 4096

int lg_ldap_uri_is_local(const char *uri)
{
	return strncasecmp(uri, "ldapi://", 8) == 0;
}

int lg_ldap_uri_is_tls(const char *uri)
{
	return strncasecmp(uri, "ldaps://", 8) == 0;
}

/* An address is judged as one: 127.0.0.1.example.org is a name. */
static int is_loopback_host(const char *host)
{
	struct in_addr four;
	struct in6_addr six;

	/* libldap connects to localhost where no host is named. */
	if (*host == '\0' || strcasecmp(host, "localhost") == 0)
		return 1;
	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, host, &six) == 1)
		return IN6_IS_ADDR_LOOPBACK(&six);
	return 0;
}

static int is_loopback(const char *uri)
{
	LDAPURLDesc *parts = NULL;
	int loopback;

	if (ldap_url_parse(uri, &parts) != LDAP_URL_SUCCESS)
		return 0;
	loopback = is_loopback_host(parts->lud_host ? parts->lud_host : "");
	ldap_free_urldesc(parts);
	return loopback;
}

static enum lg_status check_uri(const char *uri, struct lg_error *err)
{
	LDAPURLDesc *parts = NULL;

	if ((strncasecmp(uri, "ldap://", 7) != 0 && !lg_ldap_uri_is_tls(uri) &&
	     !lg_ldap_uri_is_local(uri)) ||
	    ldap_url_parse(uri, &parts) != LDAP_URL_SUCCESS)
		return lg_error_set(
			err, LG_ERR_SYNTAX, NULL,
			"[directory] uri: \"%s\" is not the address of a "
			"directory; one looks like ldaps://dc1.example.org, "
			"ldapi://%%2Frun%%2Fslapd%%2Fldapi or "
			"ldif:/path/export.ldif",
			uri);
	ldap_free_urldesc(parts);
	return LG_OK;
}

static enum lg_status split_uris(const char *text, struct lg_strlist *out,
				 struct lg_error *err)
{
	while (text && *text) {
		size_t len;
		enum lg_status status;

		text += strspn(text, " \t,");
		len = strcspn(text, " \t,");
		if (len == 0)
			break;
		status = lg_strlist_add(out, text, len, err);
		if (status == LG_OK)
			status = check_uri(out->item[out->count - 1], err);
		if (status != LG_OK)
			return status;
		text += len;
	}
	if (out->count == 0)
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "[directory] uri is empty; one looks like "
				    "ldaps://dc1.example.org or "
				    "ldif:/path/export.ldif");
	return LG_OK;
}

static enum lg_status read_password(const char *file, struct lg_buffer *out,
				    struct lg_error *err)
{
	enum lg_status status;

	if (!file || !*file)
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "[directory] bind_dn without "
				    "password_file; a name needs a password, "
				    "no name binds anonymously");
	status = lg_secret_file_read_lines(file, out, err);
	if (status != LG_OK)
		return status;
	while (out->len > 0 && (out->data[out->len - 1] == '\n' ||
				out->data[out->len - 1] == '\r'))
		out->data[--out->len] = '\0';
	/* An empty one would be an anonymous bind (RFC 4513 5.1.2). */
	if (out->len == 0)
		return lg_error_set(err, LG_ERR_SYNTAX, file,
				    "no password in this file; it stands in "
				    "the first line");
	if (out->len > PASSWORD_BYTES_MAX || memchr(out->data, '\n', out->len))
		return lg_error_set(err, LG_ERR_SYNTAX, file,
				    "more than one line; the file holds the "
				    "password alone");
	return LG_OK;
}

static enum lg_status check_ca_file(const char *file, struct lg_error *err)
{
	struct lg_buffer text = {0};
	enum lg_status status;

	if (!*file)
		return LG_OK;
	status = lg_file_read(file, &text, err);
	if (status == LG_ERR_DENIED)
		status = lg_error_set(err, LG_ERR_IO, file, "%s",
				      err ? err->text : "");
	if (status == LG_OK &&
	    (text.len == 0 ||
	     !strstr(text.data, "-----BEGIN CERTIFICATE-----")))
		status = lg_error_set(err, LG_ERR_SYNTAX, file,
				      "no certificate in this file; ca_file "
				      "holds PEM certificates");
	lg_buffer_release(&text);
	return status;
}

static enum lg_status check_open_lines(const struct lg_ldap_settings *settings,
				       struct lg_error *err)
{
	if (settings->tls != LG_TLS_NONE || settings->password.len == 0)
		return LG_OK;
	for (size_t i = 0; i < settings->uri.count; i++) {
		const char *uri = settings->uri.item[i];

		if (!lg_ldap_uri_is_local(uri) && !lg_ldap_uri_is_tls(uri) &&
		    !is_loopback(uri))
			return lg_error_set(
				err, LG_ERR_CONFLICT, NULL,
				"[directory] tls = none would send the "
				"password to %s in the clear; say tls = "
				"starttls, or use ldaps://",
				uri);
	}
	return LG_OK;
}

static enum lg_status copy_text(const char *text, char **out,
				struct lg_error *err)
{
	*out = strdup(text ? text : "");
	return *out ? LG_OK : lg_no_memory(err);
}

enum lg_status
lg_ldap_settings_read(const struct lg_directory_settings *settings,
		      struct lg_ldap_settings *out_settings,
		      struct lg_error *err)
{
	const char *bind_dn = settings->bind_dn ? settings->bind_dn : "";
	struct lg_ldap_settings read = {
		.external = strcasecmp(bind_dn, "external") == 0,
		.tls = settings->tls,
		.timeout_ms = settings->timeout_ms ? settings->timeout_ms
						   : TIMEOUT_MS_DEFAULT,
	};
	enum lg_status status = split_uris(settings->uri, &read.uri, err);

	if (status == LG_OK)
		status = copy_text(settings->base, &read.base, err);
	if (status == LG_OK)
		status = copy_text(read.external ? "" : bind_dn, &read.bind_dn,
				   err);
	if (status == LG_OK)
		status = copy_text(settings->ca_file, &read.ca_file, err);
	if (status == LG_OK && settings->login_attributes)
		status = lg_strlist_add_all(&read.login_attributes,
					    settings->login_attributes, err);
	if (status == LG_OK && *read.bind_dn)
		status = read_password(settings->password_file, &read.password,
				       err);
	if (status == LG_OK)
		status = check_ca_file(read.ca_file, err);
	if (status == LG_OK)
		status = check_open_lines(&read, err);
	if (status == LG_OK) {
		*out_settings = read;
		read = (struct lg_ldap_settings){0};
	}
	lg_ldap_settings_release(&read);
	return status;
}

void lg_ldap_settings_release(struct lg_ldap_settings *settings)
{
	lg_secret_release(&settings->password);
	lg_strlist_release(&settings->uri);
	lg_strlist_release(&settings->login_attributes);
	free(settings->base);
	free(settings->bind_dn);
	free(settings->ca_file);
	*settings = (struct lg_ldap_settings){0};
}
