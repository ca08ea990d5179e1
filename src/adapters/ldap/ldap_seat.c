/* SPDX-License-Identifier: ISC */
/*
 * ldap_seat.c - the provider of a list that is in use
 *
 * A socket is made one that does not block: a provider that is stopped in the
 * middle of a TLS record would hold a read for ever, whatever libldap's own
 * limits are.
 */
#include "ldap_seat.h"

#include <fcntl.h>
#include <string.h>

#include "ldap_search.h"

#define AD_CAPABILITY "1.2.840.113556.1.4.800"

static void do_not_block(LDAP *ld)
{
	int fd = -1;
	int flags;

	if (ldap_get_option(ld, LDAP_OPT_DESC, &fd) != LDAP_OPT_SUCCESS ||
	    fd < 0)
		return;
	flags = fcntl(fd, F_GETFL);
	if (flags >= 0)
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

enum lg_status lg_ldap_seat_look(const struct lg_ldap_connection *connection,
				 const char *dn, char **attributes,
				 const char *what, LDAPMessage **out_result,
				 struct lg_error *err)
{
	int message_id = 0;
	int code = ldap_search_ext(connection->ld, dn, LDAP_SCOPE_BASE,
				   "(objectClass=*)", attributes, 0, NULL, NULL,
				   NULL, LDAP_NO_LIMIT, &message_id);

	return code == LDAP_SUCCESS
		       ? lg_ldap_wait(connection, message_id, LDAP_MSG_ALL,
				      out_result, err)
		       : lg_ldap_failed(connection, code, what, err);
}

enum lg_status lg_ldap_seat_root(const struct lg_ldap_connection *connection,
				 const char *attribute,
				 struct berval ***out_values,
				 struct lg_error *err)
{
	char *attributes[2] = {(char *)(uintptr_t)attribute, NULL};
	LDAPMessage *result = NULL;
	enum lg_status status = lg_ldap_seat_look(connection, "", attributes,
						  "root entry", &result, err);

	if (status == LG_OK)
		*out_values =
			lg_ldap_take_values(connection, result, attribute);
	return status;
}

static enum lg_status ask_dialect(const struct lg_ldap_connection *connection,
				  enum lg_ldap_fleet_dialect *out_dialect,
				  struct lg_error *err)
{
	struct berval **value = NULL;
	enum lg_ldap_fleet_dialect dialect = LG_LDAP_FLEET_OPENLDAP;
	enum lg_status status = lg_ldap_seat_root(
		connection, "supportedCapabilities", &value, err);

	if (status != LG_OK)
		return status;
	for (size_t i = 0; value && value[i]; i++)
		if (strcmp(value[i]->bv_val, AD_CAPABILITY) == 0)
			dialect = LG_LDAP_FLEET_AD;
	ldap_value_free_len(value);
	*out_dialect = dialect;
	return LG_OK;
}

enum lg_status lg_ldap_seat_connect(const struct lg_ldap_settings *settings,
				    size_t at,
				    struct lg_ldap_connection *out_connection,
				    enum lg_ldap_fleet_dialect *out_dialect,
				    struct lg_error *err)
{
	struct lg_ldap_connection connection = {0};
	enum lg_status status = lg_ldap_connect(
		settings, settings->uri.item[at], &connection, err);

	if (status != LG_OK)
		return status;
	do_not_block(connection.ld);
	status = ask_dialect(&connection, out_dialect, err);
	if (status == LG_OK)
		*out_connection = connection;
	else
		lg_ldap_disconnect(&connection);
	return status;
}

void lg_ldap_seat_hurry(struct lg_ldap_seat *seat, uint32_t times)
{
	uint32_t hurried_ms = seat->patience_ms * times;

	seat->settings.timeout_ms =
		times && lg_ldap_seat_can_hurry(seat) &&
				hurried_ms < seat->timeout_ms
			? hurried_ms
			: seat->timeout_ms;
}

int lg_ldap_seat_can_hurry(const struct lg_ldap_seat *seat)
{
	return seat->settings.uri.count > 1 && seat->patience_ms > 0 &&
	       seat->patience_ms < seat->timeout_ms;
}

void lg_ldap_seat_leave(struct lg_ldap_seat *seat)
{
	lg_ldap_disconnect(&seat->calls);
	seat->at = (seat->at + 1) % seat->settings.uri.count;
	seat->left++;
}

enum lg_status lg_ldap_seat_take(struct lg_ldap_seat *seat, int hurries,
				 struct lg_error *err)
{
	size_t count = seat->settings.uri.count;
	enum lg_status status = LG_OK;

	for (size_t i = 0; !seat->calls.ld && i < count; i++) {
		lg_ldap_seat_hurry(seat, hurries && i + 1 < count);
		status =
			lg_ldap_seat_connect(&seat->settings, seat->at,
					     &seat->calls, &seat->dialect, err);
		lg_ldap_seat_hurry(seat, 0);
		if (status == LG_OK || status == LG_ERR_NO_MEMORY)
			return status;
		lg_ldap_seat_leave(seat);
	}
	return status;
}

void lg_ldap_seat_release(struct lg_ldap_seat *seat)
{
	lg_ldap_disconnect(&seat->calls);
	lg_ldap_settings_release(&seat->settings);
}

int lg_ldap_seat_is_elsewhere(enum lg_status status)
{
	return status == LG_ERR_DIRECTORY || status == LG_ERR_TIMEOUT;
}

enum lg_status lg_ldap_seat_failed(const struct lg_ldap_connection *connection,
				   int code, const char *what,
				   struct lg_error *err)
{
	enum lg_status status;

	switch (code) {
	case LDAP_NO_SUCH_OBJECT:
		return lg_error_set(err, LG_ERR_UNKNOWN_KEY, connection->uri,
				    "%s: there is no such entry, or it may not "
				    "be seen",
				    what);
	case LDAP_INSUFFICIENT_ACCESS:
	case LDAP_STRONG_AUTH_REQUIRED:
	case LDAP_CONFIDENTIALITY_REQUIRED:
	case LDAP_INAPPROPRIATE_AUTH:
		status = LG_ERR_DENIED;
		break;
	case LDAP_ALREADY_EXISTS:
		status = LG_ERR_CONFLICT;
		break;
	case LDAP_ADMINLIMIT_EXCEEDED:
		status = LG_ERR_LIMIT;
		break;
	case LDAP_SIZELIMIT_EXCEEDED:
		return lg_error_set(err, LG_ERR_DIRECTORY, connection->uri,
				    "%s: the directory gives only a part of "
				    "the entries (see olcLimits in "
				    "logongate-fleet(7))",
				    what);
	default:
		return lg_ldap_failed(connection, code, what, err);
	}
	return lg_error_set(err, status, connection->uri, "%s: %s", what,
			    ldap_err2string(code));
}
