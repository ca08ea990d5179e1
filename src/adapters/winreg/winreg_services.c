/* SPDX-License-Identifier: ISC */
/*
 * winreg_services.c - services of a Windows server, and those that are values
 */
#include "adapters/winreg/winreg_services.h"

#include <string.h>
#include <strings.h>

#include "core/values/service_values.h"
#include "port/json_of.h"

#define ASK_TIMEOUT_MS 60000
#define SET_TIMEOUT_MS 300000

static enum lg_status ask(struct winreg_process *helper, const char *op,
			  const char *name, int timeout_ms, cJSON **out_answer,
			  struct lg_error *err)
{
	cJSON *object = cJSON_CreateObject();

	if (!object || !cJSON_AddStringToObject(object, "op", op) ||
	    !cJSON_AddStringToObject(object, "name", name) ||
	    !cJSON_AddNumberToObject(object, "timeout_ms", timeout_ms)) {
		cJSON_Delete(object);
		return lg_no_memory(err);
	}
	return winreg_process_ask(helper, object, timeout_ms + 10000,
				  out_answer, err);
}

static enum lg_status read_state(const cJSON *state, const char *server,
				 enum lg_service *out_service,
				 struct lg_error *err)
{
	static const char *const words[] = {
		[LG_SERVICE_RUNNING] = "running",
		[LG_SERVICE_STOPPED] = "stopped",
		[LG_SERVICE_STOPPING] = "stopping",
		[LG_SERVICE_STARTING] = "starting",
		[LG_SERVICE_PAUSED] = "paused",
	};

	if (cJSON_IsNull(state)) {
		*out_service = LG_SERVICE_NONE;
		return LG_OK;
	}
	for (enum lg_service one = LG_SERVICE_RUNNING; one <= LG_SERVICE_PAUSED;
	     one++) {
		if (cJSON_IsString(state) &&
		    strcmp(words[one], state->valuestring) == 0) {
			*out_service = one;
			return LG_OK;
		}
	}
	return lg_error_set(err, LG_ERR_SYNTAX, server,
			    "the helper gave a state that no service has");
}

enum lg_status winreg_service_state(struct winreg_process *helper,
				    const char *name,
				    enum lg_service *out_service,
				    struct lg_error *err)
{
	cJSON *answer = NULL;
	enum lg_status status =
		ask(helper, "service", name, ASK_TIMEOUT_MS, &answer, err);

	if (status != LG_OK)
		return status;
	status = read_state(lg_json_of(answer, "state"), helper->server,
			    out_service, err);
	cJSON_Delete(answer);
	return status;
}

int winreg_is_service(const struct lg_target_change *change)
{
	return strcasecmp(change->key, LG_KEY_SERVICES) == 0;
}

enum lg_status winreg_service_set(struct winreg_process *helper,
				  const char *name,
				  const struct lg_value *value,
				  struct lg_error *err)
{
	int runs;

	/* one that was not there before is nobody's to start */
	if (!value || value->type != LG_REG_SZ)
		return LG_OK;
	runs = strcmp(value->text, LG_SERVICE_RUNS) == 0;
	return ask(helper, runs ? "start" : "stop", name, SET_TIMEOUT_MS, NULL,
		   err);
}

enum lg_status winreg_service_restart(struct winreg_process *helper,
				      const char *name, struct lg_error *err)
{
	return ask(helper, "restart", name, SET_TIMEOUT_MS, NULL, err);
}

static int is_among(const struct lg_strlist *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++) {
		if (strcasecmp(names->item[i], name) == 0)
			return 1;
	}
	return 0;
}

enum lg_status winreg_services_of(const struct lg_registry *names,
				  struct lg_strlist *services,
				  struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < lg_registry_count(names);
	     i++) {
		const struct lg_value *value = lg_registry_at(names, i);

		if (strcasecmp(value->key, LG_KEY_SERVICES) == 0 &&
		    !is_among(services, value->name))
			status = lg_strlist_add(services, value->name,
						strlen(value->name), err);
	}
	return status;
}

enum lg_status winreg_services_read(struct winreg_process *helper,
				    const struct lg_strlist *services,
				    struct lg_registry *values,
				    struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < services->count; i++) {
		enum lg_service one = LG_SERVICE_NONE;
		int stands;

		status = winreg_service_state(helper, services->item[i], &one,
					      err);
		if (status != LG_OK || one == LG_SERVICE_NONE)
			continue;
		stands =
			one == LG_SERVICE_STOPPED || one == LG_SERVICE_STOPPING;
		status = lg_registry_set_text(
			values, LG_KEY_SERVICES, services->item[i],
			stands ? LG_SERVICE_STANDS : LG_SERVICE_RUNS, err);
	}
	return status;
}
