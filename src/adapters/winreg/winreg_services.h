/* SPDX-License-Identifier: ISC */
/*
 * winreg_services.h - services of a Windows server, and those that are values
 *
 * Layer: adapters/winreg, private to the target.
 */
#ifndef LOGONGATE_ADAPTERS_WINREG_WINREG_SERVICES_H
#define LOGONGATE_ADAPTERS_WINREG_WINREG_SERVICES_H

#include "adapters/winreg/winreg_process.h"
#include "port/target.h"

/* LG_SERVICE_NONE where the server has no such service. */
enum lg_status winreg_service_state(struct winreg_process *helper,
				    const char *name,
				    enum lg_service *out_service,
				    struct lg_error *err);

/* 1 for a change that starts or stops a service
 * (core/values/service_values). */
int winreg_is_service(const struct lg_target_change *change);

/* Makes it as the value says; NULL: it is left as it is. */
enum lg_status winreg_service_set(struct winreg_process *helper,
				  const char *name,
				  const struct lg_value *value,
				  struct lg_error *err);

/* Stops and starts it, and waits until it runs. */
enum lg_status winreg_service_restart(struct winreg_process *helper,
				      const char *name, struct lg_error *err);

/* Adds the services among the names of a change, each once. */
enum lg_status winreg_services_of(const struct lg_registry *names,
				  struct lg_strlist *services,
				  struct lg_error *err);

/* Adds what each of them does. */
enum lg_status winreg_services_read(struct winreg_process *helper,
				    const struct lg_strlist *services,
				    struct lg_registry *values,
				    struct lg_error *err);

#endif
