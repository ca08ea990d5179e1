/* SPDX-License-Identifier: ISC */
/*
 * servers_service.c - the services that read the values of a change
 *
 * Who upgrades a server stops its store and must find it stopped. What tells
 * that from a restart of ours that broke off is the journal: its step
 * "restarting", until the target is tested or restored.
 */
#include "app/change/servers_steps.h"

static const char *const service_names[] = {
	[LG_SERVICE_NONE] = NULL,           [LG_SERVICE_RUNNING] = "running",
	[LG_SERVICE_STOPPED] = "stopped",   [LG_SERVICE_STOPPING] = "stopping",
	[LG_SERVICE_STARTING] = "starting", [LG_SERVICE_PAUSED] = "paused",
	[LG_SERVICE_UNKNOWN] = "unknown",
};

const char *lg_servers_service_name(enum lg_service service)
{
	return service_names[service];
}

int lg_servers_service_idle(enum lg_service service)
{
	return service != LG_SERVICE_NONE && service != LG_SERVICE_RUNNING;
}

static enum lg_status ask(struct lg_servers_member *member,
			  struct lg_error *err)
{
	if (!member->port->service)
		return LG_OK;
	member->service = LG_SERVICE_UNKNOWN;
	return member->port->service(member->port->self, &member->service, err);
}

static int may_restart(const struct lg_servers_member *member)
{
	switch (member->service) {
	case LG_SERVICE_STOPPED:
	case LG_SERVICE_STOPPING:
	case LG_SERVICE_PAUSED:
	case LG_SERVICE_UNKNOWN:
		return member->in_restart;
	case LG_SERVICE_NONE:
	case LG_SERVICE_RUNNING:
	case LG_SERVICE_STARTING:
		break;
	}
	return 1;
}

enum lg_status lg_servers_service_restart(struct lg_servers_round *round,
					  struct lg_servers_member *member,
					  struct lg_error *err)
{
	enum lg_status status;

	if (!member->restart || !member->port->restart)
		return LG_OK;
	status = ask(member, err);
	if (status != LG_OK || !may_restart(member))
		return status;
	status = lg_servers_round_step(round, member, LG_SERVERS_RESTARTING,
				       err);
	if (status != LG_OK)
		return status;
	member->in_restart = 1;
	return member->port->restart(member->port->self, err);
}

enum lg_status lg_servers_service_look(struct lg_servers_member *member,
				       struct lg_error *err)
{
	enum lg_status status = ask(member, err);

	if (status == LG_OK && member->in_restart &&
	    lg_servers_service_idle(member->service))
		status = lg_error_set(err, LG_ERR_CONFLICT, member->name,
				      "its service was restarted and is %s "
				      "now",
				      lg_servers_service_name(member->service));
	return status;
}
