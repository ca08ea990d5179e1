/* SPDX-License-Identifier: ISC */
/*
 * ldap_fleet.c - a fleet's directory: OpenLDAP or Active Directory
 *
 * Which of the two it is is asked of each provider; see ldap_follow.c for how
 * it is followed, ldap_fleet_calls.c for the rest.
 */
#include "ldap_fleet.h"

#include <stdlib.h>
#include <unistd.h>
#include <sys/eventfd.h>

#include "ldap_follow.h"

#define HEARTBEAT_MS 30000
/* Another provider than the first is kept so long. */
#define RETURN_MS 600000

static void interrupt_it(void *self)
{
	struct lg_ldap_fleet *fleet = self;
	const uint64_t one = 1;
	ssize_t done;

	atomic_store(&fleet->interrupted, 1);
	/* Full only where it wakes anyway. */
	done = write(fleet->wake, &one, sizeof(one));
	(void)done;
}

static const char *describe(void *self)
{
	struct lg_ldap_fleet *fleet = self;

	return fleet->seat.settings.uri.item[fleet->seat.at];
}

static void close_it(void *self)
{
	struct lg_ldap_fleet *fleet = self;

	if (!fleet)
		return;
	lg_ldap_follow_drop(fleet, 1);
	lg_ldap_seat_release(&fleet->seat);
	lg_buffer_release(&fleet->base);
	lg_buffer_release(&fleet->locks);
	lg_buffer_release(&fleet->gates);
	if (fleet->wake >= 0)
		close(fleet->wake);
	free(fleet);
}

static enum lg_status name_branches(struct lg_ldap_fleet *fleet,
				    struct lg_error *err)
{
	const char *base = fleet->seat.settings.base;
	enum lg_status status;

	if (!*base)
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "[fleet] base is empty; one looks like "
				    "ou=logongate,dc=example,dc=org");
	lg_buffer_text(&fleet->base, base);
	lg_buffer_format(&fleet->locks, LG_LDAP_LOCKS ",%s", base);
	lg_buffer_format(&fleet->gates, LG_LDAP_GATES ",%s", base);
	status = lg_buffer_status(&fleet->base, err);
	if (status == LG_OK)
		status = lg_buffer_status(&fleet->locks, err);
	if (status == LG_OK)
		status = lg_buffer_status(&fleet->gates, err);
	return status;
}

enum lg_status lg_fleet_open_ldap(const struct lg_fleet_settings *settings,
				  unsigned int branches,
				  struct lg_fleet *out_fleet,
				  struct lg_error *err)
{
	struct lg_ldap_fleet *fleet = calloc(1, sizeof(*fleet));
	uint32_t heartbeat_ms = settings->heartbeat_ms;
	uint32_t return_ms = settings->return_ms;
	enum lg_status status;

	if (!fleet)
		return lg_no_memory(err);
	atomic_init(&fleet->interrupted, 0);
	fleet->branches = branches;
	fleet->heartbeat_ms = heartbeat_ms ? heartbeat_ms : HEARTBEAT_MS;
	fleet->return_ms = return_ms ? return_ms : RETURN_MS;
	fleet->gather_ms = settings->gather_ms;
	fleet->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	status = fleet->wake >= 0
			 ? lg_ldap_settings_read(&settings->directory,
						 &fleet->seat.settings, err)
			 : lg_error_set(err, LG_ERR_NO_MEMORY, NULL,
					"no file descriptor is left");
	fleet->seat.timeout_ms = fleet->seat.settings.timeout_ms;
	/* One that is not answered when the next is due is not answered. */
	fleet->beat_limit_ms = fleet->heartbeat_ms < fleet->seat.timeout_ms
				       ? fleet->heartbeat_ms
				       : fleet->seat.timeout_ms;
	fleet->seat.patience_ms = settings->patience_ms;
	if (status == LG_OK)
		status = name_branches(fleet, err);
	if (status != LG_OK) {
		close_it(fleet);
		return status;
	}
	*out_fleet = (struct lg_fleet){
		.self = fleet,
		.poll = lg_ldap_fleet_poll,
		.events = lg_ldap_fleet_events,
		.gates = lg_ldap_fleet_gates,
		.publish = lg_ldap_fleet_publish,
		.report = lg_ldap_fleet_send_report,
		.interrupt = interrupt_it,
		.describe = describe,
		.close = close_it,
	};
	return LG_OK;
}
