/* SPDX-License-Identifier: ISC */
/*
 * winreg_values.c - registry values in the helper's lines
 */
#include "adapters/winreg/winreg_values.h"

#include "base/hex.h"
#include "port/json_of.h"

static enum lg_status read_hex(const char *hex, struct lg_buffer *out,
			       const char *place, struct lg_error *err)
{
	if (!hex || !lg_hex_read(hex, out))
		return lg_error_set(
			err, LG_ERR_SYNTAX, place,
			"the helper gave a value that is not hexadecimal");
	return lg_buffer_status(out, err);
}

enum lg_status winreg_value_read(const cJSON *item, const char *place,
				 struct lg_registry *values,
				 struct lg_error *err)
{
	const char *key = lg_json_text_of(item, "key");
	const char *name = lg_json_text_of(item, "name");
	const cJSON *type = lg_json_of(item, "type");
	struct lg_buffer bytes = {0};
	enum lg_status status;

	if (!key || !name || !cJSON_IsNumber(type) || type->valuedouble < 0)
		return lg_error_set(err, LG_ERR_SYNTAX, place,
				    "the helper gave a value without key, "
				    "name or type");
	status = read_hex(lg_json_text_of(item, "hex"), &bytes, place, err);
	if (status == LG_OK)
		status = lg_registry_set_bytes(
			values, key, name, (uint32_t)type->valuedouble,
			bytes.data ? bytes.data : "", bytes.len, err);
	lg_buffer_release(&bytes);
	return status;
}

static int add_hex(cJSON *object, const struct lg_value *value)
{
	struct lg_buffer bytes = {0};
	struct lg_buffer hex = {0};
	struct lg_error ignored;
	int added = 0;

	lg_value_bytes(value, &bytes);
	lg_hex_append(&hex, bytes.data, bytes.len);
	if (lg_buffer_status(&bytes, &ignored) == LG_OK &&
	    lg_buffer_status(&hex, &ignored) == LG_OK)
		added = cJSON_AddStringToObject(object, "hex",
						hex.data ? hex.data : "") !=
			NULL;
	lg_buffer_release(&bytes);
	lg_buffer_release(&hex);
	return added;
}

int winreg_change_add(cJSON *array, const struct lg_target_change *change)
{
	cJSON *object = cJSON_CreateObject();

	if (!object || !cJSON_AddItemToArray(array, object)) {
		cJSON_Delete(object);
		return 0;
	}
	if (!cJSON_AddStringToObject(object, "key", change->key) ||
	    !cJSON_AddStringToObject(object, "name", change->name))
		return 0;
	if (!change->value)
		return cJSON_AddNullToObject(object, "type") != NULL;
	return cJSON_AddNumberToObject(object, "type", change->value->type) &&
	       add_hex(object, change->value);
}
