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

#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "ldap_watchdog.h"
#include "ldap_words.h"

#define UNREACHABLE "it is down or cannot be reached"

struct deadline {
	struct timespec end;
};

static struct deadline deadline_after(uint32_t timeout_ms)
{
	struct deadline deadline;

	clock_gettime(CLOCK_MONOTONIC, &deadline.end);
	deadline.end.tv_sec += timeout_ms / 1000;
	deadline.end.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (deadline.end.tv_nsec >= 1000000000) {
		deadline.end.tv_sec++;
		deadline.end.tv_nsec -= 1000000000;
	}
	return deadline;
}

/* What is left, at least a millisecond: 0 would mean for ever. */
static struct timeval time_left(const struct deadline *deadline)
{
	struct timespec now;
	int64_t left_us;

	clock_gettime(CLOCK_MONOTONIC, &now);
	left_us = (int64_t)(deadline->end.tv_sec - now.tv_sec) * 1000000 +
		  (deadline->end.tv_nsec - now.tv_nsec) / 1000;
	if (left_us < 1000)
		left_us = 1000;
	return (struct timeval){left_us / 1000000, left_us % 1000000};
}

static void limit_time(LDAP *ld, const struct deadline *deadline)
{
	struct timeval left = time_left(deadline);

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
	struct deadline deadline = deadline_after(settings->timeout_ms);
	enum lg_status status = LG_OK;

	if (settings->tls != LG_TLS_NONE &&
	    !lg_ldap_uri_is_tls(connection->uri) &&
	    !lg_ldap_uri_is_local(connection->uri)) {
		limit_time(connection->ld, &deadline);
		status = start_tls(connection, err);
	}
	if (status == LG_OK) {
		limit_time(connection->ld, &deadline);
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
	struct deadline deadline;
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
		deadline = deadline_after(settings->timeout_ms);
		limit_time(connection.ld, &deadline);
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
