/* SPDX-License-Identifier: ISC */
/*
 * ldap_modify.c - changes protocolSettings of one entry
 *
 * A protocol's values are those whose text before the first U+00A7 is its
 * name. Each protocol is judged by itself, so that a hand at one of them does
 * not keep the others locked.
 */
#include "ldap_modify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/values/account_values.h"

#define ATTRIBUTE "protocolSettings"
/* No administrator's program writes such a value. */
#define NOT_THERE "logongate\xc2\xa7may\xc2\xa7I"

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

void lg_ldap_exchange_release(struct lg_ldap_exchange *exchange)
{
	free(exchange->delete_value);
	free(exchange->add_value);
}

/* A modification of libldap: bervals and the pointers to them. */
struct values {
	struct berval *value;
	struct berval **list;
};

static int values_fill(struct values *values, const char *const *text,
		       size_t count)
{
	values->value = calloc(count + 1, sizeof(*values->value));
	values->list = calloc(count + 1, sizeof(*values->list));
	if (!values->value || !values->list)
		return 0;
	for (size_t i = 0; i < count; i++) {
		values->value[i].bv_len = strlen(text[i]);
		values->value[i].bv_val = (char *)text[i];
		values->list[i] = &values->value[i];
	}
	return 1;
}

static void values_release(struct values *values)
{
	free(values->value);
	free(values->list);
}

static int modify(struct lg_ldap_connection *connection, const char *entry,
		  const struct lg_ldap_exchange *exchange)
{
	struct values gone = {0}, come = {0};
	LDAPMod mod_gone = {.mod_op = LDAP_MOD_DELETE | LDAP_MOD_BVALUES,
			    .mod_type = (char *)ATTRIBUTE};
	LDAPMod mod_come = {.mod_op = LDAP_MOD_ADD | LDAP_MOD_BVALUES,
			    .mod_type = (char *)ATTRIBUTE};
	LDAPMod *mods[3] = {NULL, NULL, NULL};
	size_t count = 0;
	int code = LDAP_NO_MEMORY;

	if (values_fill(&gone, exchange->delete_value,
			exchange->delete_count) &&
	    values_fill(&come, exchange->add_value, exchange->add_count)) {
		mod_gone.mod_bvalues = gone.list;
		mod_come.mod_bvalues = come.list;
		if (exchange->delete_count)
			mods[count++] = &mod_gone;
		if (exchange->add_count)
			mods[count++] = &mod_come;
		code = ldap_modify_ext_s(connection->ld, entry, mods, NULL,
					 NULL);
	}
	values_release(&gone);
	values_release(&come);
	return code;
}

static int is_denied(int code)
{
	return code == LDAP_INSUFFICIENT_ACCESS ||
	       code == LDAP_STRONG_AUTH_REQUIRED ||
	       code == LDAP_UNWILLING_TO_PERFORM || code == LDAP_REFERRAL ||
	       code == LDAP_CONFIDENTIALITY_REQUIRED;
}

enum lg_status lg_ldap_modify_values(struct lg_ldap_connection *connection,
				     const char *entry,
				     const struct lg_ldap_exchange *exchange,
				     struct lg_error *err)
{
	int code = modify(connection, entry, exchange);

	if (code == LDAP_SUCCESS)
		return LG_OK;
	if (code == LDAP_NO_SUCH_ATTRIBUTE || code == LDAP_NO_SUCH_OBJECT ||
	    code == LDAP_TYPE_OR_VALUE_EXISTS)
		return lg_error_set(err, LG_ERR_CONFLICT, connection->uri,
				    "%s: somebody else changed it", entry);
	if (is_denied(code))
		return lg_error_set(err, LG_ERR_DENIED, connection->uri, "%s",
				    ldap_err2string(code));
	return lg_ldap_failed(connection, code, entry, err);
}

enum lg_status lg_ldap_may_modify(struct lg_ldap_connection *connection,
				  const char *entry, int *out_may, char *note,
				  size_t note_size, struct lg_error *err)
{
	const char *value = NOT_THERE;
	const struct lg_ldap_exchange exchange = {.delete_value = &value,
						  .delete_count = 1};
	int code = modify(connection, entry, &exchange);

	/* An entry that is gone is found out by the change itself. */
	if (code == LDAP_SUCCESS || code == LDAP_NO_SUCH_ATTRIBUTE ||
	    code == LDAP_NO_SUCH_OBJECT) {
		*out_may = 1;
		return LG_OK;
	}
	if (!is_denied(code))
		return lg_ldap_failed(connection, code, entry, err);
	*out_may = 0;
	snprintf(note, note_size, "%s", ldap_err2string(code));
	return LG_OK;
}

enum lg_status lg_ldap_is_there(struct lg_ldap_connection *connection,
				const char *entry, int *out_there,
				struct lg_error *err)
{
	char none[] = LDAP_NO_ATTRS;
	char *names[2] = {none, NULL};
	LDAPMessage *result = NULL;
	int code = ldap_search_ext_s(connection->ld, entry, LDAP_SCOPE_BASE,
				     "(objectClass=*)", names, 0, NULL, NULL,
				     NULL, LDAP_NO_LIMIT, &result);

	ldap_msgfree(result);
	if (code != LDAP_SUCCESS && code != LDAP_NO_SUCH_OBJECT)
		return lg_ldap_failed(connection, code, entry, err);
	*out_there = code == LDAP_SUCCESS;
	return LG_OK;
}
