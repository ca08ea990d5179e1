/* SPDX-License-Identifier: ISC */
/*
 * ldap_modify.c - changes protocolSettings of one entry
 */
#include "ldap_modify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ATTRIBUTE "protocolSettings"
/* No administrator's program writes such a value. */
#define NOT_THERE "logongate\xc2\xa7may\xc2\xa7I"

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
		  const char *const *delete_value, size_t delete_count,
		  const char *const *add_value, size_t add_count)
{
	struct values gone = {0}, come = {0};
	LDAPMod mod_gone = {.mod_op = LDAP_MOD_DELETE | LDAP_MOD_BVALUES,
			    .mod_type = (char *)ATTRIBUTE};
	LDAPMod mod_come = {.mod_op = LDAP_MOD_ADD | LDAP_MOD_BVALUES,
			    .mod_type = (char *)ATTRIBUTE};
	LDAPMod *mods[3] = {NULL, NULL, NULL};
	size_t count = 0;
	int code = LDAP_NO_MEMORY;

	if (values_fill(&gone, delete_value, delete_count) &&
	    values_fill(&come, add_value, add_count)) {
		mod_gone.mod_bvalues = gone.list;
		mod_come.mod_bvalues = come.list;
		if (delete_count)
			mods[count++] = &mod_gone;
		if (add_count)
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
				     const char *const *delete_value,
				     size_t delete_count,
				     const char *const *add_value,
				     size_t add_count, struct lg_error *err)
{
	int code = modify(connection, entry, delete_value, delete_count,
			  add_value, add_count);

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
	const char *const value = NOT_THERE;
	int code = modify(connection, entry, &value, 1, NULL, 0);

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
