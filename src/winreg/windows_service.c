/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Services of a Windows server: whether one runs, and restarting it (A4).
 * Stopping and starting are asked for and then watched: the answer to a start
 * comes long before an Information Store is up.
 */
#include <string.h>
#include <time.h>

#include "base/utf8.h"
#include "adapters/system/steady.h"
#include "winreg/scmr.h"
#include "winreg/server.h"

enum {
	POLL_MS = 250,
	DEPENDENTS_FIRST = 16384,
	DEPENDENTS_MOST = 262144 /* MS-SCMR 3.1.4.13 */
};

struct service {
	struct server *server;
	const char *name;
	struct rpc_handle manager;
	struct rpc_handle handle;
	int has_manager;
	int has_handle;
};

static enum lg_status call(struct server *server, uint16_t opnum,
			   struct lg_error *err)
{
	return server_call(server, server->svcctl, opnum, err);
}

static void close_handle(struct server *server, const struct rpc_handle *handle)
{
	if (!server->svcctl)
		return;
	rpc_put_handle(&server->stub, handle);
	call(server, SCMR_CLOSE_HANDLE, NULL);
}

static void service_close(struct service *service)
{
	if (service->has_handle)
		close_handle(service->server, &service->handle);
	if (service->has_manager)
		close_handle(service->server, &service->manager);
}

/* has_handle stays 0 with LG_OK where there is no such service. */
static enum lg_status service_open(struct service *service, uint32_t access,
				   struct lg_error *err)
{
	struct server *server = service->server;
	uint32_t error = 0;
	enum lg_status status;

	if (!lg_utf8_is_valid(service->name, strlen(service->name)))
		return lg_error_set(err, LG_ERR_SYNTAX, server->settings.server,
				    "the name of the service is not UTF-8");
	status = server_pipe(server, &server->svcctl, "svcctl", &dcerpc_svcctl,
			     err);
	if (status == LG_OK) {
		scmr_open_manager(&server->stub);
		status = call(server, SCMR_OPEN_MANAGER, err);
	}
	if (status == LG_OK)
		status = rrp_read_handle(&server->answer, &service->manager,
					 &error, err);
	if (status == LG_OK && error)
		status = server_failed(server, "the services", error, err);
	if (status != LG_OK)
		return status;
	service->has_manager = 1;
	scmr_open_service(&service->manager, service->name, access,
			  &server->stub);
	status = call(server, SCMR_OPEN_SERVICE, err);
	if (status == LG_OK)
		status = rrp_read_handle(&server->answer, &service->handle,
					 &error, err);
	if (status == LG_OK && error && error != WINDOWS_SERVICE_DOES_NOT_EXIST)
		status = server_failed(server, service->name, error, err);
	if (status == LG_OK)
		service->has_handle = !error;
	return status;
}

static enum lg_status query(struct service *service, uint32_t *out_state,
			    struct lg_error *err)
{
	struct server *server = service->server;
	uint32_t error = 0;
	enum lg_status status;

	rpc_put_handle(&server->stub, &service->handle);
	status = call(server, SCMR_QUERY_STATUS, err);
	if (status == LG_OK)
		status = scmr_read_state(&server->answer, out_state, &error,
					 err);
	if (status == LG_OK && error)
		status = server_failed(server, service->name, error, err);
	return status;
}

/* Watches until the service is in the state; settles says that another state
 * of rest means that it will not come to it. */
static enum lg_status await(struct service *service, uint32_t wanted,
			    uint32_t settles, int64_t end_ms,
			    struct lg_error *err)
{
	const struct timespec pause = {0, POLL_MS * 1000000L};
	uint32_t state = 0;
	enum lg_status status;

	for (;;) {
		status = query(service, &state, err);
		if (status != LG_OK || state == wanted)
			return status;
		if (state == settles)
			return lg_error_set(err, LG_ERR_CONFLICT,
					    service->server->settings.server,
					    "%s did not %s", service->name,
					    wanted == SCMR_RUNNING ? "start"
								   : "stop");
		if (lg_steady_ms() >= end_ms)
			return lg_error_set(
				err, LG_ERR_TIMEOUT,
				service->server->settings.server,
				"%s takes too long to %s", service->name,
				wanted == SCMR_RUNNING ? "start" : "stop");
		nanosleep(&pause, NULL);
	}
}

static enum lg_status stop(struct service *service, int64_t end_ms,
			   struct lg_error *err)
{
	struct server *server = service->server;
	uint32_t state = 0;
	uint32_t error = 0;
	enum lg_status status;

	scmr_stop(&service->handle, &server->stub);
	status = call(server, SCMR_CONTROL_SERVICE, err);
	if (status == LG_OK)
		status = scmr_read_state(&server->answer, &state, &error, err);
	if (status != LG_OK || error == WINDOWS_SERVICE_NOT_ACTIVE)
		return status;
	if (error)
		return server_failed(server, service->name, error, err);
	/* A service that was asked to stop may still say that it runs. */
	return await(service, SCMR_STOPPED, 0, end_ms, err);
}

static enum lg_status start(struct service *service, int64_t end_ms,
			    struct lg_error *err)
{
	struct server *server = service->server;
	uint32_t error = 0;
	enum lg_status status;

	scmr_start(&service->handle, &server->stub);
	status = call(server, SCMR_START_SERVICE, err);
	if (status == LG_OK)
		status = rrp_read_error(&server->answer, &error, err);
	if (status == LG_OK && error &&
	    error != WINDOWS_SERVICE_ALREADY_RUNNING) {
		status = server_failed(server, service->name, error, err);
		if (status == LG_ERR_IO)
			status = lg_error_set(
				err, LG_ERR_CONFLICT, server->settings.server,
				"%s does not start: Windows error %u",
				service->name, (unsigned int)error);
	}
	if (status == LG_OK)
		status =
			await(service, SCMR_RUNNING, SCMR_STOPPED, end_ms, err);
	return status;
}

static enum lg_status state_of(const struct service *service, uint32_t state,
			       enum server_service_state *out_state,
			       struct lg_error *err)
{
	static const enum server_service_state states[] = {
		[SCMR_STOPPED] = SERVER_STOPPED,
		[SCMR_START_PENDING] = SERVER_STARTING,
		[SCMR_STOP_PENDING] = SERVER_STOPPING,
		[SCMR_RUNNING] = SERVER_RUNNING,
		[SCMR_CONTINUE_PENDING] = SERVER_STARTING,
		[SCMR_PAUSE_PENDING] = SERVER_PAUSED,
		[SCMR_PAUSED] = SERVER_PAUSED,
	};

	if (state < SCMR_STOPPED || state > SCMR_PAUSED)
		return lg_error_set(err, LG_ERR_SYNTAX,
				    service->server->settings.server,
				    "%s is in a state that no service has: %u",
				    service->name, (unsigned int)state);
	*out_state = states[state];
	return LG_OK;
}

enum lg_status server_service(struct server *server, const char *name,
			      enum server_service_state *out_state,
			      struct lg_error *err)
{
	struct service service = {.server = server, .name = name};
	uint32_t state = 0;
	enum lg_status status = service_open(&service, SCMR_QUERY, err);

	if (status == LG_OK && service.has_handle)
		status = query(&service, &state, err);
	if (status == LG_OK && service.has_handle)
		status = state_of(&service, state, out_state, err);
	else if (status == LG_OK)
		*out_state = SERVER_NO_SERVICE;
	service_close(&service);
	return status;
}

/* Waits until it runs or is stopped: in between it takes no orders. */
static enum lg_status settle(struct service *service, uint32_t *out_state,
			     int64_t end_ms, struct lg_error *err)
{
	enum lg_status status = query(service, out_state, err);

	if (status == LG_OK && *out_state == SCMR_START_PENDING) {
		*out_state = SCMR_RUNNING;
		return await(service, SCMR_RUNNING, SCMR_STOPPED, end_ms, err);
	}
	if (status == LG_OK && *out_state == SCMR_STOP_PENDING) {
		*out_state = SCMR_STOPPED;
		return await(service, SCMR_STOPPED, 0, end_ms, err);
	}
	return status;
}

static enum lg_status open_to_control(struct service *service, uint32_t access,
				      struct lg_error *err)
{
	enum lg_status status = service_open(
		service, SCMR_QUERY | SCMR_START | SCMR_STOP | access, err);

	if (status == LG_OK && !service->has_handle)
		status = lg_error_set(err, LG_ERR_CONFLICT,
				      service->server->settings.server,
				      "there is no service %s", service->name);
	return status;
}

enum lg_status server_set_running(struct server *server, const char *name,
				  int runs, int timeout_ms,
				  struct lg_error *err)
{
	struct service service = {.server = server, .name = name};
	int64_t end_ms = lg_steady_ms() + timeout_ms;
	uint32_t state = 0;
	enum lg_status status = open_to_control(&service, 0, err);

	if (status == LG_OK)
		status = settle(&service, &state, end_ms, err);
	if (status == LG_OK && !runs && state != SCMR_STOPPED)
		status = stop(&service, end_ms, err);
	else if (status == LG_OK && runs && state == SCMR_STOPPED)
		status = start(&service, end_ms, err);
	service_close(&service);
	return status;
}

/* Names of those that depend on the service and run. */
static enum lg_status dependents(struct service *service,
				 struct lg_strlist *out_names,
				 struct lg_error *err)
{
	struct server *server = service->server;
	uint32_t size = DEPENDENTS_FIRST;
	uint32_t error = WINDOWS_MORE_DATA;
	enum lg_status status = LG_OK;

	for (int tries = 0;
	     status == LG_OK && error == WINDOWS_MORE_DATA && tries < 3;
	     tries++) {
		uint32_t needed = 0;

		scmr_enum_dependents(&service->handle, size, &server->stub);
		status = call(server, SCMR_ENUM_DEPENDENTS, err);
		if (status == LG_OK)
			status =
				scmr_read_dependents(&server->answer, out_names,
						     &needed, &error, err);
		size = needed < DEPENDENTS_MOST ? needed : DEPENDENTS_MOST;
	}
	if (status == LG_OK && error)
		status = server_failed(server, service->name, error, err);
	return status;
}

/* Stops the service, and first those that depend on it (T5). */
static enum lg_status stop_all(struct service *service,
			       const struct lg_strlist *names, int64_t end_ms,
			       struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < names->count; i++)
		status =
			server_set_running(service->server, names->item[i], 0,
					   (int)(end_ms - lg_steady_ms()), err);
	return status != LG_OK ? status : stop(service, end_ms, err);
}

enum lg_status server_restart(struct server *server, const char *name,
			      int timeout_ms, struct lg_error *err)
{
	struct service service = {.server = server, .name = name};
	int64_t end_ms = lg_steady_ms() + timeout_ms;
	struct lg_strlist names = {0};
	struct lg_error later;
	uint32_t state = 0;
	enum lg_status again;
	enum lg_status status =
		open_to_control(&service, SCMR_ENUMERATE_DEPENDENTS, err);

	if (status == LG_OK)
		status = settle(&service, &state, end_ms, err);
	if (status == LG_OK && state != SCMR_STOPPED)
		status = dependents(&service, &names, err);
	if (status == LG_OK && state != SCMR_STOPPED)
		status = stop_all(&service, &names, end_ms, err);
	if (status == LG_OK)
		status = start(&service, end_ms, err);
	/* what ran is to run again, whatever became of the others */
	for (size_t i = names.count; i > 0; i--) {
		again = server_set_running(server, names.item[i - 1], 1,
					   (int)(end_ms - lg_steady_ms()),
					   &later);
		if (again != LG_OK && status == LG_OK) {
			status = again;
			*err = later;
		}
	}
	lg_strlist_release(&names);
	service_close(&service);
	return status;
}
