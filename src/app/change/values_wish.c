/* SPDX-License-Identifier: ISC */
/*
 * values_wish.c - what a server is to hold after an import or a restore
 */
#include "app/change/change_values.h"

#include <string.h>

/* What a hive and a sane remote registry take (contract 7). */
#define VALUE_LIMIT 1048576

enum lg_status lg_values_check_sizes(const char *name,
				     const struct lg_registry *values,
				     struct lg_error *err)
{
	const struct lg_value *value;
	size_t size;

	for (size_t i = 0; i < lg_registry_count(values); i++) {
		value = lg_registry_at(values, i);
		size = lg_value_stored_size(value);
		if (size > VALUE_LIMIT)
			return lg_error_set(err, LG_ERR_LIMIT, name,
					    "\"%s\" has %zu bytes; a registry "
					    "value takes at most %d (about "
					    "7,400 DNs)",
					    value->name, size, VALUE_LIMIT);
	}
	return LG_OK;
}

static enum lg_status parse(const struct lg_values_wish *wish,
			    const struct lg_registry *is,
			    struct lg_registry **out_should,
			    struct lg_error *err)
{
	return lg_reg_text_parse(wish->bytes->data ? wish->bytes->data : "",
				 wish->bytes->len, wish->place, is, out_should,
				 err);
}

/* What no registry takes is not written; a gate keeps a list of any length. */
static enum lg_status checked(const struct lg_values_wish *wish,
			      struct lg_registry *should,
			      struct lg_registry **out_should,
			      struct lg_error *err)
{
	enum lg_status status = LG_OK;

	if (wish->server && wish->server->backend != LG_BACKEND_GATE)
		status = lg_values_check_sizes(wish->server->name, should, err);
	if (status == LG_OK)
		*out_should = should;
	else
		lg_registry_free(&should);
	return status;
}

enum lg_status lg_values_merged(const void *context,
				const struct lg_registry *is,
				struct lg_registry **out_should,
				struct lg_error *err)
{
	struct lg_registry *should = NULL;
	enum lg_status status = parse(context, is, &should, err);

	return status == LG_OK ? checked(context, should, out_should, err)
			       : status;
}

/* 1 for a name that an apply writes there. */
static int is_ours(const char *name, const struct lg_target_settings *server)
{
	static const char *const ours[] = {
		LG_VALUE_LOGON_ONLY_AS,
		LG_VALUE_DISABLE_MAPI_CLIENTS,
		LG_VALUE_LOGON_ONLY_AS_FILE,
		LG_VALUE_LOGON_ONLY_AS_USERS,
		LG_VALUE_WHEN_INVALID,
		LG_VALUE_REFUSE_PROTOCOLS,
		LG_VALUE_REFUSAL_MESSAGE,
		LG_VALUE_REFUSAL_MESSAGES,
		LG_VALUE_UNKNOWN_VERSION,
		LG_VALUE_UNKNOWN_PROCESS,
		LG_VALUE_FOUR_PART,
		LG_VALUE_HOLD_MAIL,
		LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES,
	};

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		if (strcmp(name, ours[i]) == 0)
			return 1;
	}
	if (lg_backend_row(server->backend)->holds_accounts)
		return 1;
	return server->companion_name != NULL &&
	       strcmp(name, server->companion_name) == 0;
}

enum lg_status lg_values_as_kept(const void *context,
				 const struct lg_registry *is,
				 struct lg_registry **out_should,
				 struct lg_error *err)
{
	const struct lg_values_wish *wish = context;
	struct lg_registry *should = NULL;
	const struct lg_value *value;
	enum lg_status status = parse(wish, NULL, &should, err);

	for (size_t i = 0; status == LG_OK && i < lg_registry_count(is); i++) {
		value = lg_registry_at(is, i);
		if (!is_ours(value->name, wish->server) &&
		    lg_registry_find(should, value->key, value->name) == NULL)
			status = lg_registry_set(should, value, err);
	}
	if (status == LG_OK)
		return checked(wish, should, out_should, err);
	lg_registry_free(&should);
	return status;
}
