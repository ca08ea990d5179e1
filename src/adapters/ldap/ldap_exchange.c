/* SPDX-License-Identifier: ISC */
/*
 * ldap_exchange.c - which values of an account go and which come
 *
 * A protocol's values are those whose text before the first U+00A7 is its
 * name. Each protocol is judged by itself, so that a hand at one of them does
 * not keep the others locked.
 */
#include "ldap_exchange.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/values/account_values.h"

int lg_ldap_same_value(const struct lg_value *a, const struct lg_value *b)
{
	return !a == !b && (!a || lg_value_equal(a, b));
}

static size_t count_of(const struct lg_value *value)
{
	return value ? value->list.count : 0;
}

/* Both end before U+00A7. */
static int same_protocol(const char *a, const char *b)
{
	size_t a_len = strcspn(a, "\xc2");
	size_t b_len = strcspn(b, "\xc2");

	return a_len == b_len && strncasecmp(a, b, a_len) == 0;
}

/* 1 where the lock's own values of that protocol are all still there. */
static int is_ours(const struct lg_target_change *change,
		   const struct lg_value *now, const char *protocol)
{
	size_t found = 0;

	for (size_t i = 0; i < count_of(change->expected); i++) {
		const char *text = change->expected->list.item[i];

		if (!same_protocol(text, protocol) ||
		    lg_account_values_has(change->value, text))
			continue;
		if (!lg_account_values_has(now, text))
			return 0;
		found++;
	}
	return found > 0;
}

void lg_ldap_exchange_release(struct lg_ldap_exchange *exchange)
{
	free(exchange->delete_value);
	free(exchange->add_value);
}

enum lg_status lg_ldap_exchange_plan(const struct lg_target_change *change,
				     const struct lg_value *now,
				     struct lg_ldap_exchange *exchange,
				     struct lg_error *err)
{
	int judge = change->care == LG_TARGET_RESTORE;

	exchange->delete_value = calloc(count_of(change->expected) + 1,
					sizeof(*exchange->delete_value));
	exchange->add_value = calloc(count_of(change->value) + 1,
				     sizeof(*exchange->add_value));
	if (!exchange->delete_value || !exchange->add_value)
		return lg_no_memory(err);
	for (size_t i = 0; i < count_of(change->expected); i++) {
		const char *text = change->expected->list.item[i];

		if (!lg_account_values_has(change->value, text) &&
		    (!judge || is_ours(change, now, text)))
			exchange->delete_value[exchange->delete_count++] = text;
	}
	for (size_t i = 0; i < count_of(change->value); i++) {
		const char *text = change->value->list.item[i];

		if (!lg_account_values_has(change->expected, text) &&
		    (!judge || is_ours(change, now, text)))
			exchange->add_value[exchange->add_count++] = text;
	}
	return LG_OK;
}
