/* SPDX-License-Identifier: ISC */
/*
 * account_values.c - accounts' protocolSettings as values of a target
 */
#include "core/values/account_values.h"
#include "base/listed.h"

#include <stdlib.h>

enum lg_status lg_account_values_set(struct lg_registry *registry,
				     const char *entry,
				     const struct lg_strlist *settings,
				     struct lg_error *err)
{
	struct lg_strlist sorted = {0};
	enum lg_status status;

	if (!settings || !settings->count) {
		lg_registry_delete(registry, LG_KEY_ACCOUNTS, entry);
		return LG_OK;
	}
	status = lg_strlist_add_all(&sorted, settings, err);
	if (status == LG_OK) {
		qsort(sorted.item, sorted.count, sizeof(sorted.item[0]),
		      lg_compare_texts);
		status = lg_registry_set_list(registry, LG_KEY_ACCOUNTS, entry,
					      &sorted, err);
	}
	lg_strlist_release(&sorted);
	return status;
}

int lg_account_values_has(const struct lg_value *value, const char *text)
{
	return value && lg_listed(&value->list, text);
}
