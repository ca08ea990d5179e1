/* SPDX-License-Identifier: ISC */
/*
 * ldap_probe.c - whether "not found" may be believed
 *
 * An attribute can be matched when the schema gives it (or what it is derived
 * from) an EQUALITY rule, when the server is Active Directory, which has one
 * for all and publishes none, or when a value that is there is found by it.
 */
#include "ldap_probe.h"

#include <string.h>
#include <strings.h>

#include <ldap_schema.h>

#define AD_CAPABILITY "1.2.840.113556.1.4.800"
#define SUP_DEPTH_MAX 16

static struct lg_ldap_search search_of(const struct lg_ldap_search *search,
				       const char *base, int scope,
				       char **attribute)
{
	return (struct lg_ldap_search){search->connection, base, scope,
				       attribute};
}

static int holds(struct berval **values, const char *text)
{
	size_t len = strlen(text);

	for (; values && *values; values++)
		if ((*values)->bv_len == len &&
		    memcmp((*values)->bv_val, text, len) == 0)
			return 1;
	return 0;
}

enum lg_status lg_ldap_probe_open(const struct lg_ldap_search *search,
				  struct lg_ldap_probe *out_probe,
				  struct lg_error *err)
{
	struct lg_ldap_probe probe = {.search = search};
	struct berval **capability = NULL;
	struct berval **place = NULL;
	enum lg_status status;

	status = lg_ldap_read_entry(search->connection, "",
				    "supportedCapabilities", &capability, err);
	if (status != LG_OK)
		goto out;
	probe.active_directory = holds(capability, AD_CAPABILITY);
	status = lg_ldap_read_entry(search->connection, "", "subschemaSubentry",
				    &place, err);
	if (status != LG_OK)
		goto out;
	/* A schema that may not be read is no failure: values are tried. */
	if (place && place[0] && !probe.active_directory &&
	    lg_ldap_read_entry(search->connection, place[0]->bv_val,
			       "attributeTypes", &probe.schema,
			       NULL) == LG_ERR_NO_MEMORY)
		status = lg_no_memory(err);
	if (status == LG_OK) {
		*out_probe = probe;
		probe.schema = NULL;
	}
out:
	ldap_value_free_len(probe.schema);
	ldap_value_free_len(place);
	ldap_value_free_len(capability);
	return status;
}

void lg_ldap_probe_close(struct lg_ldap_probe *probe)
{
	ldap_value_free_len(probe->schema);
	probe->schema = NULL;
}

/* The schema's entry for a name or OID; freed by the caller. */
static LDAPAttributeType *find_type(const struct lg_ldap_probe *probe,
				    const char *name)
{
	for (struct berval **at = probe->schema; *at; at++) {
		LDAPAttributeType *type;
		const char *where;
		int code;

		/* Taking each of some hundred apart would be slow. */
		if (!strcasestr((*at)->bv_val, name))
			continue;
		type = ldap_str2attributetype((*at)->bv_val, &code, &where,
					      LDAP_SCHEMA_ALLOW_ALL);
		if (!type)
			continue;
		if (type->at_oid && strcmp(type->at_oid, name) == 0)
			return type;
		for (char **n = type->at_names; n && *n; n++)
			if (strcasecmp(*n, name) == 0)
				return type;
		ldap_attributetype_free(type);
	}
	return NULL;
}

/* 1 with an EQUALITY rule, 0 without, -1 not in the schema. */
static int has_equality(const struct lg_ldap_probe *probe,
			const char *attribute, int depth)
{
	LDAPAttributeType *type = find_type(probe, attribute);
	int found;

	if (!type)
		return -1;
	found = type->at_equality_oid != NULL;
	if (!found && type->at_sup_oid && depth < SUP_DEPTH_MAX)
		found = has_equality(probe, type->at_sup_oid, depth + 1) == 1;
	ldap_attributetype_free(type);
	return found;
}

static enum lg_status count_entries(const struct lg_ldap_search *search,
				    const char *filter, int size_limit,
				    int *out_count, struct lg_error *err)
{
	LDAPMessage *result = NULL;
	enum lg_status status =
		lg_ldap_search_one(search, filter, size_limit, &result, err);

	if (status != LG_OK)
		return status;
	*out_count = ldap_count_entries(search->connection->ld, result);
	ldap_msgfree(result);
	return LG_OK;
}

/* Takes a value that is there and asks for it. */
static enum lg_status try_value(const struct lg_ldap_probe *probe,
				const char *attribute,
				enum lg_ldap_matchable *out_matchable,
				struct lg_error *err)
{
	char *names[2] = {(char *)(uintptr_t)attribute, NULL};
	const struct lg_ldap_search some = search_of(
		probe->search, probe->search->base, LDAP_SCOPE_SUBTREE, names);
	LDAP *ld = probe->search->connection->ld;
	struct lg_buffer filter = {0};
	LDAPMessage *result = NULL;
	LDAPMessage *entry;
	struct berval **values = NULL;
	int count = 0;
	enum lg_status status;

	*out_matchable = LG_LDAP_NO_VALUE;
	lg_buffer_format(&filter, "(%s=*)", attribute);
	status = lg_buffer_status(&filter, err);
	if (status == LG_OK)
		status =
			lg_ldap_search_one(&some, filter.data, 1, &result, err);
	if (status != LG_OK)
		goto out;
	entry = ldap_first_entry(ld, result);
	values = entry ? ldap_get_values_len(ld, entry, attribute) : NULL;
	if (!values || !values[0])
		goto out;
	lg_buffer_clear(&filter);
	lg_buffer_format(&filter, "(%s=", attribute);
	status = lg_ldap_escape(values[0]->bv_val, values[0]->bv_len, &filter,
				err);
	lg_buffer_char(&filter, ')');
	if (status == LG_OK)
		status = lg_buffer_status(&filter, err);
	if (status == LG_OK)
		status = count_entries(&some, filter.data, 1, &count, err);
	if (status == LG_OK)
		*out_matchable =
			count > 0 ? LG_LDAP_MATCHABLE : LG_LDAP_UNMATCHABLE;
out:
	ldap_value_free_len(values);
	ldap_msgfree(result);
	lg_buffer_release(&filter);
	return status;
}

enum lg_status lg_ldap_probe_attribute(const struct lg_ldap_probe *probe,
				       const char *attribute,
				       enum lg_ldap_matchable *out_matchable,
				       struct lg_error *err)
{
	int equality = 0;

	if (probe->active_directory) {
		*out_matchable = LG_LDAP_MATCHABLE;
		return LG_OK;
	}
	if (probe->schema) {
		equality = has_equality(probe, attribute, 0);
		if (equality != 0) {
			*out_matchable = equality > 0 ? LG_LDAP_MATCHABLE
						      : LG_LDAP_UNKNOWN;
			return LG_OK;
		}
	}
	return try_value(probe, attribute, out_matchable, err);
}

enum lg_status lg_ldap_probe_sight(const struct lg_ldap_search *search,
				   struct lg_error *err)
{
	const struct lg_ldap_settings *settings = search->connection->settings;
	char none[] = LDAP_NO_ATTRS;
	char *names[2] = {none, NULL};
	struct lg_ldap_search any =
		search_of(search, search->base, LDAP_SCOPE_ONELEVEL, names);
	/* The empty base of a global catalog is no entry, others are one. */
	int base_entries = *search->base ? 1 : 0;
	int count = 0;
	enum lg_status status = LG_OK;

	if (*search->base)
		status = count_entries(&any, "(objectClass=*)", 1, &count, err);
	/* What is right below may be hidden, and what is below that not. */
	any.scope = LDAP_SCOPE_SUBTREE;
	if (status == LG_OK && count == 0) {
		status = count_entries(&any, "(objectClass=*)",
				       base_entries + 1, &count, err);
		count -= base_entries;
	}
	if (status == LG_OK && count <= 0)
		status = lg_error_set(
			err, LG_ERR_DIRECTORY, search->connection->uri,
			"the directory shows no entry at all below \"%s\"; "
			"%s, and base names a place with entries",
			search->base,
			settings->external || *settings->bind_dn
				? "bind_dn needs the right to read"
				: "it may want a bind_dn");
	return status;
}
