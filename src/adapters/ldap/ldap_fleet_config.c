/* SPDX-License-Identifier: ISC */
/*
 * ldap_fleet_config.c - schema and access in OpenLDAP's cn=config
 *
 * Rules are asked in their order, so ours stand first: they are about our own
 * entries only, and end there. A rule is known again by its text.
 */
#include "ldap_fleet_setup.h"

#include <stdlib.h>
#include <string.h>

#include "base/listed.h"
#include "core/fleet/fleet_event.h"

#include "ldap_schema_text.h"

#define SCHEMA "cn=schema,cn=config"

/* 1 where a schema there has our classes, whatever its name is. */
static enum lg_status has_schema(struct lg_ldap_setup *config, int *out_has,
				 struct lg_error *err)
{
	char attribute[] = "olcObjectClasses";
	char *attributes[2] = {attribute, NULL};
	LDAP *ld = config->connection.ld;
	LDAPMessage *result = NULL;
	int code = ldap_search_ext_s(
		ld, SCHEMA, LDAP_SCOPE_SUBTREE, "(objectClass=olcSchemaConfig)",
		attributes, 0, NULL, NULL, NULL, LDAP_NO_LIMIT, &result);

	*out_has = 0;
	for (LDAPMessage *entry =
		     code == LDAP_SUCCESS ? ldap_first_entry(ld, result) : NULL;
	     entry; entry = ldap_next_entry(ld, entry)) {
		struct berval **value =
			ldap_get_values_len(ld, entry, attribute);

		for (size_t i = 0; value && value[i]; i++)
			if (strstr(value[i]->bv_val, "'logongateEvent'"))
				*out_has = 1;
		ldap_value_free_len(value);
	}
	ldap_msgfree(result);
	return code == LDAP_SUCCESS ? LG_OK
				    : lg_ldap_seat_failed(&config->connection,
							  code, SCHEMA, err);
}

enum lg_status lg_ldap_setup_schema(struct lg_ldap_setup *config, int *out_made,
				    struct lg_error *err)
{
	LDIFRecord parsed = {0};
	struct berval record;
	int has = 0;
	int code = LDAP_SUCCESS;
	enum lg_status status = has_schema(config, &has, err);
	char *text;

	if (status != LG_OK || has)
		return status;
	/* The reader writes into what it reads. */
	text = strdup((const char *)lg_ldap_schema_text);
	record.bv_val = text ? strstr(text, "\ndn: ") : NULL;
	if (!record.bv_val) {
		free(text);
		return lg_no_memory(err);
	}
	record.bv_val++;
	record.bv_len = strlen(record.bv_val);
	code = ldap_parse_ldif_record(&record, 1, &parsed, "logongate",
				      LDIF_DEFAULT_ADD);
	if (code == LDAP_SUCCESS)
		code = ldap_add_ext_s(config->connection.ld,
				      parsed.lr_dn.bv_val, parsed.lrop_mods,
				      NULL, NULL);
	ldap_ldif_record_done(&parsed);
	free(text);
	if (code != LDAP_SUCCESS)
		return lg_ldap_seat_failed(&config->connection, code, SCHEMA,
					   err);
	*out_made = 1;
	return LG_OK;
}

/* 1 where base is suffix, or below it. */
static int holds(const char *suffix, const char *base)
{
	struct lg_buffer a = {0}, b = {0};
	int found = 0;

	if (lg_fleet_base_normalize(suffix, &a, NULL) == LG_OK &&
	    lg_fleet_base_normalize(base, &b, NULL) == LG_OK &&
	    a.len <= b.len && a.len > 0)
		found = strcmp(b.data + b.len - a.len, a.data) == 0 &&
			(a.len == b.len || b.data[b.len - a.len - 1] == ',');
	lg_buffer_release(&a);
	lg_buffer_release(&b);
	return found;
}

/* The entry of the database with the longest suffix that holds base. */
static enum lg_status find_database(struct lg_ldap_setup *config,
				    const char *base, LDAPMessage **out_result,
				    LDAPMessage **out_entry,
				    struct lg_error *err)
{
	char suffix[] = "olcSuffix", access[] = "olcAccess",
	     limits[] = "olcLimits", copies[] = "olcSyncrepl",
	     index[] = "olcDbIndex";
	char *attributes[6] = {suffix, access, limits, copies, index, NULL};
	LDAP *ld = config->connection.ld;
	LDAPMessage *result = NULL;
	LDAPMessage *best = NULL;
	size_t longest = 0;
	int code =
		ldap_search_ext_s(ld, "cn=config", LDAP_SCOPE_ONELEVEL,
				  "(objectClass=olcDatabaseConfig)", attributes,
				  0, NULL, NULL, NULL, LDAP_NO_LIMIT, &result);

	if (code != LDAP_SUCCESS) {
		ldap_msgfree(result);
		return lg_ldap_seat_failed(&config->connection, code,
					   "cn=config", err);
	}
	for (LDAPMessage *entry = ldap_first_entry(ld, result); entry;
	     entry = ldap_next_entry(ld, entry)) {
		struct berval **value = ldap_get_values_len(ld, entry, suffix);

		for (size_t i = 0; value && value[i]; i++) {
			if (value[i]->bv_len > longest &&
			    holds(value[i]->bv_val, base)) {
				longest = value[i]->bv_len;
				best = entry;
			}
		}
		ldap_value_free_len(value);
	}
	if (!best) {
		ldap_msgfree(result);
		return lg_error_set(err, LG_ERR_UNKNOWN_KEY,
				    config->connection.uri,
				    "no database there holds %s", base);
	}
	*out_result = result;
	*out_entry = best;
	return LG_OK;
}

/* Without "{N}". */
static const char *bare(const char *value)
{
	const char *end = *value == '{' ? strchr(value, '}') : NULL;

	return end ? end + 1 : value;
}

/* The same, whatever blanks are in between. */
static int is_same(const char *a, const char *b)
{
	for (;;) {
		int gap_a = *a == ' ', gap_b = *b == ' ';

		while (*a == ' ')
			a++;
		while (*b == ' ')
			b++;
		if (gap_a != gap_b && *a && *b)
			return 0;
		if (*a != *b)
			return 0;
		if (!*a)
			return 1;
		a++;
		b++;
	}
}

static int stands_first(struct berval **there, const struct lg_strlist *ours)
{
	for (size_t i = 0; i < ours->count; i++)
		if (!there || !there[i] ||
		    !is_same(bare(there[i]->bv_val), ours->item[i]))
			return 0;
	return 1;
}

/* One modification: those of ours that are there go, all of ours come. */
static int put_first(LDAP *ld, const char *dn, const char *attribute,
		     struct berval **there, const struct lg_strlist *ours)
{
	size_t count = 0;
	size_t gone = 0;
	char **come = calloc(ours->count + 1, sizeof(*come));
	char **go;
	LDAPMod mod_go = {.mod_op = LDAP_MOD_DELETE,
			  .mod_type = (char *)(uintptr_t)attribute};
	LDAPMod mod_come = {.mod_op = LDAP_MOD_ADD,
			    .mod_type = (char *)(uintptr_t)attribute};
	LDAPMod *mods[3] = {NULL, NULL, NULL};
	size_t mod_count = 0;
	int code = LDAP_NO_MEMORY;

	while (there && there[count])
		count++;
	go = calloc(count + 1, sizeof(*go));
	if (!come || !go)
		goto out;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < ours->count; j++)
			if (is_same(bare(there[i]->bv_val), ours->item[j])) {
				go[gone++] = there[i]->bv_val;
				break;
			}
	for (size_t i = 0; i < ours->count; i++) {
		struct lg_buffer text = {0};

		lg_buffer_format(&text, "{%zu}%s", i, ours->item[i]);
		if (lg_buffer_take(&text, &come[i], NULL) != LG_OK)
			goto out;
	}
	mod_go.mod_values = go;
	mod_come.mod_values = come;
	if (gone)
		mods[mod_count++] = &mod_go;
	mods[mod_count++] = &mod_come;
	code = ldap_modify_ext_s(ld, dn, mods, NULL, NULL);
out:
	for (size_t i = 0; come && i < ours->count; i++)
		free(come[i]);
	free(come);
	free(go);
	return code;
}

static enum lg_status put(struct lg_ldap_setup *config, LDAPMessage *entry,
			  const char *attribute, const struct lg_strlist *ours,
			  int *out_made, struct lg_error *err)
{
	LDAP *ld = config->connection.ld;
	struct berval **there = ldap_get_values_len(ld, entry, attribute);
	char *dn = ldap_get_dn(ld, entry);
	int code = LDAP_SUCCESS;

	if (!dn)
		code = LDAP_NO_MEMORY;
	else if (!stands_first(there, ours)) {
		code = put_first(ld, dn, attribute, there, ours);
		*out_made = 1;
	}
	ldap_memfree(dn);
	ldap_value_free_len(there);
	return code == LDAP_SUCCESS ? LG_OK
				    : lg_ldap_seat_failed(&config->connection,
							  code, attribute, err);
}

/* So that a lock is found at once among whatever is there. A database that
 * knows no indices does without. */
static void add_index(struct lg_ldap_setup *config, LDAPMessage *entry,
		      int *out_made)
{
	LDAP *ld = config->connection.ld;
	struct berval **there = ldap_get_values_len(ld, entry, "olcDbIndex");
	char *dn = ldap_get_dn(ld, entry);
	char attribute[] = "olcDbIndex", value[] = "logongateLock eq";
	char *values[2] = {value, NULL};
	LDAPMod mod = {.mod_op = LDAP_MOD_ADD,
		       .mod_type = attribute,
		       .mod_values = values};
	LDAPMod *mods[2] = {&mod, NULL};
	int has = !dn;

	for (size_t i = 0; there && there[i]; i++)
		if (strcasestr(there[i]->bv_val, "logongateLock"))
			has = 1;
	if (!has && ldap_modify_ext_s(ld, dn, mods, NULL, NULL) == LDAP_SUCCESS)
		*out_made = 1;
	ldap_memfree(dn);
	ldap_value_free_len(there);
}

/* The value of binddn= in what slapd copies by; "" where there is none, or it
 * is too long. */
static void find_binddn(const char *syncrepl, char *out, size_t size)
{
	const char *at = strstr(syncrepl, " binddn=");
	size_t len;

	*out = '\0';
	if (!at)
		return;
	at += strlen(" binddn=");
	len = *at == '"' ? strcspn(++at, "\"") : strcspn(at, " ");
	if (len < size) {
		memcpy(out, at, len);
		out[len] = '\0';
	}
}

static enum lg_status add_replicas(struct lg_ldap_setup *config,
				   const char *base, void *context,
				   struct lg_error *err)
{
	struct lg_strlist *out_dns = context;
	LDAPMessage *result = NULL;
	LDAPMessage *entry = NULL;
	struct berval **value = NULL;
	enum lg_status status =
		find_database(config, base, &result, &entry, err);

	if (status == LG_OK)
		value = ldap_get_values_len(config->connection.ld, entry,
					    "olcSyncrepl");
	for (size_t i = 0; status == LG_OK && value && value[i]; i++) {
		char dn[1024];

		find_binddn(value[i]->bv_val, dn, sizeof(dn));
		/* It stands in words of slapd's between quotes. */
		if (*dn && !strpbrk(dn, "\"\n") && !lg_listed(out_dns, dn))
			status = lg_list_text(out_dns, dn, err);
	}
	ldap_value_free_len(value);
	ldap_msgfree(result);
	return status;
}

struct access {
	const struct lg_strlist *rules;
	const struct lg_strlist *limits;
	int *out_made;
};

static enum lg_status set_access(struct lg_ldap_setup *config, const char *base,
				 void *context, struct lg_error *err)
{
	const struct access *access = context;
	LDAPMessage *result = NULL;
	LDAPMessage *entry = NULL;
	enum lg_status status =
		find_database(config, base, &result, &entry, err);

	if (status == LG_OK)
		status = put(config, entry, "olcAccess", access->rules,
			     access->out_made, err);
	if (status == LG_OK)
		status = put(config, entry, "olcLimits", access->limits,
			     access->out_made, err);
	if (status == LG_OK)
		add_index(config, entry, access->out_made);
	ldap_msgfree(result);
	return status;
}

/* The branches may have databases of their own. */
static enum lg_status for_each_database(
	struct lg_ldap_setup *config, const char *base,
	enum lg_status (*act)(struct lg_ldap_setup *config, const char *base,
			      void *context, struct lg_error *err),
	void *context, struct lg_error *err)
{
	static const char *const branch[] = {"", "ou=locks,", "ou=gates,"};
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < 3; i++) {
		struct lg_buffer dn = {0};

		lg_buffer_format(&dn, "%s%s", branch[i], base);
		status = lg_buffer_status(&dn, err);
		if (status == LG_OK)
			status = act(config, dn.data, context, err);
		lg_buffer_release(&dn);
	}
	return status;
}

enum lg_status lg_ldap_setup_replicas(struct lg_ldap_setup *config,
				      const char *base,
				      struct lg_strlist *out_dns,
				      struct lg_error *err)
{
	return for_each_database(config, base, add_replicas, out_dns, err);
}

enum lg_status lg_ldap_setup_access(struct lg_ldap_setup *config,
				    const char *base,
				    const struct lg_strlist *rules,
				    const struct lg_strlist *limits,
				    int *out_made, struct lg_error *err)
{
	struct access access = {rules, limits, out_made};

	return for_each_database(config, base, set_access, &access, err);
}
