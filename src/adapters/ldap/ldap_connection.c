/* SPDX-License-Identifier: ISC */
/*
 * ldap_connection.c - one bound connection to one server
 *
 * One URI a handle, because libldap's own list does not fail over from a
 * server that accepts and is silent. CONNECT_ASYNC with NETWORK_TIMEOUT,
 * because without it a stalled TLS handshake spins for ever (ITS#8047). The
 * time left of timeout_ms is set anew before each step.
 */
#include "ldap_connection.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/system/steady.h"

#include "ldap_watchdog.h"

#define UNREACHABLE "it is down or cannot be reached"

static void limit_time(LDAP *ld, int64_t end_ms)
{
	int64_t left_ms = end_ms - lg_steady_ms();
	struct timeval left;

	/* 0 would mean for ever. */
	if (left_ms < 1)
		left_ms = 1;
	left = (struct timeval){left_ms / 1000, left_ms % 1000 * 1000};
	ldap_set_option(ld, LDAP_OPT_NETWORK_TIMEOUT, &left);
	ldap_set_option(ld, LDAP_OPT_TIMEOUT, &left);
}

static const char *diagnostic(LDAP *ld, char **out_free)
{
	*out_free = NULL;
	if (ld)
		ldap_get_option(ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, out_free);
	/* GnuTLS failures come as "(unknown error code)", whatever they are. */
	return *out_free && **out_free && **out_free != '(' ? *out_free : NULL;
}

/*
 * Active Directory answers each refused bind with invalidCredentials; why it
 * did stands as a Windows error number, in hexadecimal, behind "data" of the
 * diagnostic message. The numbers are those of winerror.h.
 */
static const struct {
	unsigned long code;
	const char *words;
} known[] = {
	{0x525, "there is no such account"},
	{0x52e, "the password is wrong"},
	{0x52f, "the account may not log on with this password"},
	{0x530, "the account may not log on at this time of day"},
	{0x531, "the account may not log on from this machine"},
	{0x532, "the password has expired; set a new one"},
	{0x533, "the account is disabled"},
	{0x568, "the account is in too many groups"},
	{0x701, "the account has expired"},
	{0x773, "the account has to change its password first; set one"},
	{0x775, "the account is locked out after wrong passwords"},
};

const char *lg_ldap_words_of(const char *diagnostic)
{
	const char *at = diagnostic ? strstr(diagnostic, ", data ") : NULL;
	unsigned long code;
	char *end;

	if (!at)
		return NULL;
	at += strlen(", data ");
	code = strtoul(at, &end, 16);
	if (end == at || (*end && *end != ','))
		return NULL;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].code == code)
			return known[i].words;
	return NULL;
}

enum lg_status lg_ldap_failed(const struct lg_ldap_connection *connection,
			      int code, const char *what, struct lg_error *err)
{
	int late = code == LDAP_TIMEOUT || code == LDAP_TIMELIMIT_EXCEEDED;
	char *message;
	const char *detail = diagnostic(connection->ld, &message);
	const char *words = lg_ldap_words_of(detail);

	if (code == LDAP_NO_MEMORY) {
		ldap_memfree(message);
		return lg_no_memory(err);
	}
	lg_error_set(err, late ? LG_ERR_TIMEOUT : LG_ERR_DIRECTORY,
		     connection->uri,
		     "the directory could not be asked: "
		     "%s: %s%s%s%s%s%s",
		     what, ldap_err2string(code), words ? ": " : "",
		     words ? words : "", detail ? " (" : "",
		     detail ? detail : "", detail ? ")" : "");
	ldap_memfree(message);
	return late ? LG_ERR_TIMEOUT : LG_ERR_DIRECTORY;
}

enum lg_status lg_ldap_lost(const struct lg_ldap_connection *connection,
			    struct lg_error *err)
{
	int code = LDAP_OTHER;

	ldap_get_option(connection->ld, LDAP_OPT_RESULT_CODE, &code);
	return lg_ldap_failed(connection, code, "it stopped answering", err);
}

struct timeval lg_ldap_timeout(const struct lg_ldap_connection *connection)
{
	uint32_t ms = connection->settings->timeout_ms;

	return (struct timeval){ms / 1000, (long)(ms % 1000) * 1000};
}

enum lg_status lg_ldap_wait(const struct lg_ldap_connection *connection,
			    int message_id, int how_many,
			    LDAPMessage **out_message, struct lg_error *err)
{
	struct timeval timeout = lg_ldap_timeout(connection);
	LDAPMessage *message = NULL;
	int type = ldap_result(connection->ld, message_id, how_many, &timeout,
			       &message);

	if (type == 0)
		return lg_ldap_failed(connection, LDAP_TIMEOUT,
				      "no answer in time", err);
	if (type < 0)
		return lg_ldap_lost(connection, err);
	*out_message = message;
	return LG_OK;
}

static int set_options(LDAP *ld, const struct lg_ldap_settings *settings,
		       const char *uri)
{
	int version = LDAP_VERSION3;
	int demand = LDAP_OPT_X_TLS_DEMAND;
	int never = LDAP_DEREF_NEVER;
	int no_limit = LDAP_NO_LIMIT;
	int client = 0;

	/* What a user's ldaprc may have set is set back. */
	if (ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION, &version) ||
	    ldap_set_option(ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) ||
	    ldap_set_option(ld, LDAP_OPT_CONNECT_ASYNC, LDAP_OPT_ON) ||
	    ldap_set_option(ld, LDAP_OPT_DEREF, &never) ||
	    ldap_set_option(ld, LDAP_OPT_SIZELIMIT, &no_limit) ||
	    ldap_set_option(ld, LDAP_OPT_TIMELIMIT, &no_limit))
		return LDAP_LOCAL_ERROR;
	if (lg_ldap_uri_is_local(uri))
		return LDAP_SUCCESS;
	if (ldap_set_option(ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand))
		return LDAP_LOCAL_ERROR;
	if (*settings->ca_file &&
	    ldap_set_option(ld, LDAP_OPT_X_TLS_CACERTFILE, settings->ca_file))
		return LDAP_LOCAL_ERROR;
	/* Without a context of its own the handle ignores the above. */
	if (ldap_set_option(ld, LDAP_OPT_X_TLS_NEWCTX, &client))
		return LDAP_LOCAL_ERROR;
	return LDAP_SUCCESS;
}

/* OpenLDAP 2.6 says the second where a connection is refused. */
static int is_unreachable(int code)
{
	return code == LDAP_SERVER_DOWN || code == LDAP_CONNECT_ERROR;
}

/* As ldap_start_tls_s, which does not tell who failed: the connection, the
 * server that does not speak TLS, or TLS itself. */
static enum lg_status start_tls(struct lg_ldap_connection *connection,
				struct lg_error *err)
{
	struct berval *data = NULL;
	char *name = NULL;
	int code =
		ldap_extended_operation_s(connection->ld, LDAP_EXOP_START_TLS,
					  NULL, NULL, NULL, &name, &data);

	ldap_memfree(name);
	ber_bvfree(data);
	if (is_unreachable(code))
		return lg_ldap_failed(connection, code, UNREACHABLE, err);
	if (code != LDAP_SUCCESS)
		return lg_ldap_failed(connection, code,
				      "StartTLS (tls = none does without)",
				      err);
	code = ldap_install_tls(connection->ld);
	if (code == LDAP_SUCCESS)
		return LG_OK;
	return lg_ldap_failed(connection, code,
			      "StartTLS failed; the server's certificate is "
			      "not trusted, of another name or out of date, "
			      "or it speaks no TLS",
			      err);
}

static enum lg_status bind_connection(struct lg_ldap_connection *connection,
				      struct lg_error *err)
{
	const struct lg_ldap_settings *settings = connection->settings;
	struct berval password = {settings->password.len,
				  settings->password.data};
	struct berval nothing = {0, NULL};
	char no_text[1] = "";
	enum lg_status status;
	int code;

	nothing.bv_val = no_text;
	if (settings->external)
		code = ldap_sasl_bind_s(connection->ld, NULL, "EXTERNAL",
					&nothing, NULL, NULL, NULL);
	else if (*settings->bind_dn)
		code = ldap_sasl_bind_s(connection->ld, settings->bind_dn,
					LDAP_SASL_SIMPLE, &password, NULL, NULL,
					NULL);
	else
		code = ldap_sasl_bind_s(connection->ld, "", LDAP_SASL_SIMPLE,
					&nothing, NULL, NULL, NULL);
	if (code == LDAP_SUCCESS)
		return LG_OK;
	if (is_unreachable(code) && lg_ldap_uri_is_tls(connection->uri))
		return lg_ldap_failed(connection, code,
				      "it is down, or its certificate is not "
				      "trusted, of another name or out of "
				      "date",
				      err);
	status = lg_ldap_failed(connection, code,
				is_unreachable(code) ? UNREACHABLE : "bind",
				err);
	/* For the same words, another status: see lg_ldap_could_not_ask. */
	if (code == LDAP_INVALID_CREDENTIALS) {
		status = LG_ERR_DENIED;
		if (err)
			err->status = status;
	}
	return status;
}

static enum lg_status protect_and_bind(struct lg_ldap_connection *connection,
				       struct lg_error *err)
{
	const struct lg_ldap_settings *settings = connection->settings;
	int64_t end_ms = lg_steady_ms() + settings->timeout_ms;
	enum lg_status status = LG_OK;

	if (settings->tls != LG_TLS_NONE &&
	    !lg_ldap_uri_is_tls(connection->uri) &&
	    !lg_ldap_uri_is_local(connection->uri)) {
		limit_time(connection->ld, end_ms);
		status = start_tls(connection, err);
	}
	if (status == LG_OK) {
		limit_time(connection->ld, end_ms);
		status = bind_connection(connection, err);
	}
	return status;
}

enum lg_status lg_ldap_connect(const struct lg_ldap_settings *settings,
			       const char *uri,
			       struct lg_ldap_connection *out_connection,
			       struct lg_error *err)
{
	struct lg_ldap_connection connection = {.uri = uri,
						.settings = settings};
	struct lg_ldap_watchdog *watchdog = NULL;
	int too_late;
	enum lg_status status;
	int code = ldap_initialize(&connection.ld, uri);

	if (code != LDAP_SUCCESS)
		return lg_ldap_failed(&connection, code, "address", err);
	code = set_options(connection.ld, settings, uri);
	if (code != LDAP_SUCCESS) {
		status = lg_ldap_failed(&connection, code,
					"TLS could not be set up (ca_file?)",
					err);
		goto out;
	}
	status = lg_ldap_watchdog_begin(connection.ld, settings->timeout_ms,
					&watchdog, err);
	if (status != LG_OK)
		goto out;
	status = protect_and_bind(&connection, err);
	too_late = lg_ldap_watchdog_end(&watchdog);
	if (too_late && status != LG_ERR_NO_MEMORY)
		status = lg_ldap_failed(&connection, LDAP_TIMEOUT,
					"no connection in time", err);
	if (status == LG_OK) {
		limit_time(connection.ld,
			   lg_steady_ms() + settings->timeout_ms);
		*out_connection = connection;
		connection.ld = NULL;
	}
out:
	lg_ldap_disconnect(&connection);
	return status;
}

enum lg_status lg_ldap_could_not_ask(enum lg_status status,
				     struct lg_error *err)
{
	if (status != LG_ERR_DENIED)
		return status;
	if (err)
		err->status = LG_ERR_DIRECTORY;
	return LG_ERR_DIRECTORY;
}

void lg_ldap_disconnect(struct lg_ldap_connection *connection)
{
	if (connection->ld)
		ldap_unbind_ext_s(connection->ld, NULL, NULL);
	connection->ld = NULL;
}
