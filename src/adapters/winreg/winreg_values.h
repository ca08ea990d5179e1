/* SPDX-License-Identifier: ISC */
/*
 * winreg_values.h - registry values in the helper's lines
 *
 * Layer: adapters/winreg, private to the target.
 * Source: src/winreg/PROTOCOL.md.
 */
#ifndef LOGONGATE_ADAPTERS_WINREG_WINREG_VALUES_H
#define LOGONGATE_ADAPTERS_WINREG_WINREG_VALUES_H

#include <cjson/cJSON.h>

#include <logongate/registry.h>

#include "port/target.h"

enum lg_status winreg_value_read(const cJSON *item, const char *place,
				 struct lg_registry *values,
				 struct lg_error *err);
int winreg_change_add(cJSON *array, const struct lg_target_change *change);

#endif
