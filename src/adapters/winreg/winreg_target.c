/* SPDX-License-Identifier: ISC */
/*
 * winreg_target.c - the registry and services of a Windows server as a target
 *
 * Turns the port's calls into the helper's lines. A helper that was ended
 * (because it hung, or died) is started again by the next call, so that
 * putting back is tried with a connection of its own.
 */
#include "adapters/winreg/winreg_target.h"

#include <stdlib.h>
#include <string.h>

#include "port/json_of.h"
#include "adapters/winreg/winreg_process.h"
#include "adapters/winreg/winreg_services.h"

#define OPEN_TIMEOUT_MS 20000
#define CALL_TIMEOUT_MS 60000
#define DEFAULT_PORT 445

struct winreg_target {
	const struct lg_target_settings *settings;
	struct winreg_process helper;
	struct lg_strlist services; /* that are read as values */
	char *host;
	int port;
	char *program;
};

static cJSON *request(const char *op)
{
	cJSON *object = cJSON_CreateObject();

	if (object && !cJSON_AddStringToObject(object, "op", op)) {
		cJSON_Delete(object);
		return NULL;
	}
	return object;
}

static const char *service(const struct winreg_target *target)
{
	return lg_winreg_target_service(target->settings);
}

/* What the server or its library said, and where to look. */
static enum lg_status not_open(const struct winreg_target *target,
			       enum lg_status status, struct lg_error *err)
{
	const char *credentials = target->settings->credentials_file;

	if (!err)
		return status;
	/* Of a ticket the helper says itself whose it is. */
	if (status == LG_ERR_DENIED && credentials)
		return lg_error_set(err, status, target->host,
				    "%s; the account is that of %s", err->text,
				    credentials);
	if (status == LG_ERR_TIMEOUT ||
	    (status == LG_ERR_IO && strcmp(err->place, target->host) == 0))
		return lg_error_set(err, status, target->host,
				    "%s; it should be up and reachable at port "
				    "%d (server = of the target)",
				    err->text, target->port);
	return status;
}

/* Starts the helper and opens the server where that is not done. */
static enum lg_status reach(struct winreg_target *target, struct lg_error *err)
{
	const char *credentials = target->settings->credentials_file;
	enum lg_status status;
	cJSON *object;

	if (target->helper.pid > 0)
		return LG_OK;
	status = winreg_process_start(&target->helper, err);
	if (status != LG_OK)
		return status;
	object = request("open");
	if (!object ||
	    !cJSON_AddStringToObject(object, "server", target->host) ||
	    !cJSON_AddNumberToObject(object, "port", target->port) ||
	    !(credentials
		      ? cJSON_AddStringToObject(object, "credentials_file",
						credentials)
		      : cJSON_AddNullToObject(object, "credentials_file")) ||
	    !cJSON_AddBoolToObject(object, "smb1", target->settings->smb1) ||
	    !cJSON_AddNumberToObject(object, "timeout_ms", OPEN_TIMEOUT_MS)) {
		cJSON_Delete(object);
		winreg_process_stop(&target->helper);
		return lg_no_memory(err);
	}
	status = winreg_process_ask(&target->helper, object,
				    OPEN_TIMEOUT_MS + 5000, NULL, err);
	if (status == LG_OK)
		return LG_OK;
	winreg_process_stop(&target->helper);
	return not_open(target, status, err);
}

static enum lg_status probe_registry(struct winreg_target *target,
				     struct lg_target_probe *probe,
				     struct lg_error *err)
{
	cJSON *object = request("probe");
	cJSON *answer = NULL;
	enum lg_status status;
	const char *note;

	if (!object ||
	    !cJSON_AddStringToObject(object, "key", LG_KEY_PARAMETERS_SYSTEM)) {
		cJSON_Delete(object);
		return lg_no_memory(err);
	}
	status = winreg_process_ask(&target->helper, object, CALL_TIMEOUT_MS,
				    &answer, err);
	if (status != LG_OK)
		return status;
	probe->may_write = lg_json_is_true(answer, "may_write");
	note = lg_json_text_of(answer, "note");
	if (note && strlen(note) < sizeof(probe->note))
		memcpy(probe->note, note, strlen(note) + 1);
	cJSON_Delete(answer);
	return LG_OK;
}

static enum lg_status ask_service(struct winreg_target *target,
				  enum lg_service *out_service,
				  struct lg_error *err)
{
	return winreg_service_state(&target->helper, service(target),
				    out_service, err);
}

/* What a lock is to stop must be there. */
static enum lg_status probe_services(struct winreg_target *target,
				     struct lg_error *err)
{
	const struct lg_strlist *names = &target->settings->stop_services;
	enum lg_service one = LG_SERVICE_NONE;
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < names->count; i++) {
		status = winreg_service_state(&target->helper, names->item[i],
					      &one, err);
		if (status == LG_OK && one == LG_SERVICE_NONE)
			status =
				lg_error_set(err, LG_ERR_CONFLICT, target->host,
					     "has no service %s, and "
					     "stop_services asks to stop it",
					     names->item[i]);
	}
	return status;
}

static enum lg_status winreg_probe(void *self,
				   struct lg_target_probe *out_probe,
				   struct lg_error *err)
{
	struct winreg_target *target = self;
	struct lg_target_probe probe = {0};
	enum lg_status status = reach(target, err);

	if (status == LG_OK)
		status = probe_registry(target, &probe, err);
	if (status == LG_OK)
		status = ask_service(target, &probe.service, err);
	if (status == LG_OK && probe.service == LG_SERVICE_NONE &&
	    target->settings->restart)
		status = lg_error_set(err, LG_ERR_CONFLICT, target->host,
				      "has no service %s, and restart = yes "
				      "asks to restart it",
				      service(target));
	if (status == LG_OK)
		status = probe_services(target, err);
	if (status == LG_OK)
		*out_probe = probe;
	return status;
}

static enum lg_status winreg_watch(void *self, const struct lg_registry *names,
				   struct lg_error *err)
{
	struct winreg_target *target = self;

	return winreg_services_of(names, &target->services, err);
}

static enum lg_status winreg_read(void *self, struct lg_registry **out_values,
				  struct lg_error *err)
{
	static const char *const keys[] = {LG_KEY_PARAMETERS_SYSTEM,
					   LG_KEY_MSEXCHANGEIS};
	struct winreg_target *target = self;
	struct lg_registry *values = NULL;
	cJSON *answer = NULL;
	cJSON *object;
	const cJSON *item;
	cJSON *array;
	enum lg_status status = reach(target, err);

	if (status != LG_OK)
		return status;
	object = request("read");
	array = cJSON_CreateStringArray(keys, 2);
	if (!object || !array ||
	    !cJSON_AddItemToObject(object, "keys", array)) {
		cJSON_Delete(object);
		cJSON_Delete(array);
		return lg_no_memory(err);
	}
	status = winreg_process_ask(&target->helper, object, CALL_TIMEOUT_MS,
				    &answer, err);
	if (status == LG_OK)
		status = lg_registry_new(&values, err);
	if (status == LG_OK) {
		cJSON_ArrayForEach(item, lg_json_of(answer, "values")) {
			status = winreg_value_read(item, target->host, values,
						   err);
			if (status != LG_OK)
				break;
		}
	}
	cJSON_Delete(answer);
	if (status == LG_OK)
		status = winreg_services_read(&target->helper,
					      &target->services, values, err);
	if (status == LG_OK)
		*out_values = values;
	else
		lg_registry_free(&values);
	return status;
}

static enum lg_status winreg_write(void *self,
				   const struct lg_target_change *change,
				   size_t count, struct lg_error *err)
{
	struct winreg_target *target = self;
	cJSON *object;
	cJSON *array;
	enum lg_status status = reach(target, err);

	if (status != LG_OK)
		return status;
	object = request("write");
	array = object ? cJSON_AddArrayToObject(object, "changes") : NULL;
	for (size_t i = 0; array && i < count; i++) {
		if (!winreg_is_service(&change[i]) &&
		    !winreg_change_add(array, &change[i]))
			array = NULL;
	}
	if (!array) {
		cJSON_Delete(object);
		return lg_no_memory(err);
	}
	status = winreg_process_ask(&target->helper, object, CALL_TIMEOUT_MS,
				    NULL, err);
	/* the values first: whoever starts again is to read them */
	for (size_t i = 0; status == LG_OK && i < count; i++) {
		if (winreg_is_service(&change[i]))
			status = winreg_service_set(&target->helper,
						    change[i].name,
						    change[i].value, err);
	}
	return status;
}

static enum lg_status winreg_service(void *self, enum lg_service *out_service,
				     struct lg_error *err)
{
	struct winreg_target *target = self;
	enum lg_status status = reach(target, err);

	if (status == LG_OK)
		status = ask_service(target, out_service, err);
	return status;
}

static enum lg_status winreg_restart(void *self, struct lg_error *err)
{
	struct winreg_target *target = self;
	enum lg_status status = reach(target, err);

	if (status == LG_OK)
		status = winreg_service_restart(&target->helper,
						service(target), err);
	return status;
}

static void winreg_close(void *self)
{
	struct winreg_target *target = self;

	winreg_process_stop(&target->helper);
	lg_strlist_release(&target->services);
	free(target->program);
	free(target->host);
	free(target);
}

/* "host" or "host:port"; an IPv6 address stands in brackets before a port. */
static enum lg_status split_server(struct winreg_target *target,
				   const char *server, struct lg_error *err)
{
	const char *colon = strrchr(server, ':');
	unsigned long port;
	char *end;

	target->port = DEFAULT_PORT;
	if (colon && (strchr(server, ':') == colon || colon[-1] == ']')) {
		port = strtoul(colon + 1, &end, 10);
		if (*end || end == colon + 1 || port < 1 || port > 65535)
			return lg_error_set(err, LG_ERR_RANGE,
					    target->settings->name,
					    "server = \"%s\": the port must "
					    "be 1 to 65535",
					    server);
		target->port = (int)port;
	} else {
		colon = server + strlen(server);
	}
	target->host = strndup(server, (size_t)(colon - server));
	return target->host ? LG_OK : lg_no_memory(err);
}

const char *lg_winreg_target_service(const struct lg_target_settings *settings)
{
	return settings->service ? settings->service : "MSExchangeIS";
}

enum lg_status lg_winreg_target_open(const struct lg_target_settings *settings,
				     const char *program,
				     struct lg_target *out_target,
				     struct lg_error *err)
{
	struct winreg_target *target;
	enum lg_status status;

	if (!settings->server)
		return lg_error_set(err, LG_ERR_CONFLICT, settings->name,
				    "backend = winreg needs server = "
				    "\"host\"");
	target = calloc(1, sizeof(*target));
	if (!target)
		return lg_no_memory(err);
	target->settings = settings;
	status = split_server(target, settings->server, err);
	if (status == LG_OK)
		status = lg_strlist_add_all(&target->services,
					    &settings->stop_services, err);
	if (status != LG_OK) {
		winreg_close(target);
		return status;
	}
	target->program = strdup(program);
	if (!target->program) {
		winreg_close(target);
		return lg_no_memory(err);
	}
	target->helper.program = target->program;
	target->helper.server = target->host;
	*out_target = (struct lg_target){
		.self = target,
		.name = settings->name,
		.probe = winreg_probe,
		.read = winreg_read,
		.watch = winreg_watch,
		.write = winreg_write,
		.service = winreg_service,
		.restart = winreg_restart,
		.close = winreg_close,
	};
	return LG_OK;
}
