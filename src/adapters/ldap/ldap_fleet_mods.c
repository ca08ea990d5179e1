/* SPDX-License-Identifier: ISC */
/*
 * ldap_fleet_mods.c - what an entry of a fleet is added with
 */
#include "ldap_fleet_entry.h"

#include <string.h>

/* MS-ADTS: rangeUpper of keywords. */
#define KEYWORD_MAX 256

enum lg_status lg_ldap_fleet_dn(const struct lg_fleet_text *name,
				const char *branch, const char *base,
				struct lg_buffer *out, struct lg_error *err)
{
	char cn[] = "cn";
	char none[1] = "";
	LDAPAVA ava = {
		.la_attr = {2, cn},
		.la_value = {name->len,
			     name->len ? (char *)(uintptr_t)name->bytes : none},
		.la_flags = LDAP_AVA_STRING};
	LDAPAVA *rdn[2] = {&ava, NULL};
	char *text = NULL;

	if (ldap_rdn2str(rdn, &text, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS)
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "the name cannot be written as one of an "
				    "entry");
	lg_buffer_format(out, "%s,%s,%s", text, branch, base);
	ldap_memfree(text);
	return lg_buffer_status(out, err);
}

static void add_value(struct lg_ldap_fleet_mods *mods, const char *attribute,
		      const struct lg_fleet_text *text)
{
	size_t i = mods->count;

	if (!text->bytes)
		return;
	mods->value[i] =
		(struct berval){text->len, (char *)(uintptr_t)text->bytes};
	mods->values[i][0] = &mods->value[i];
	mods->mod[i].mod_op = LDAP_MOD_ADD | LDAP_MOD_BVALUES;
	mods->mod[i].mod_type = (char *)(uintptr_t)attribute;
	mods->mod[i].mod_bvalues = mods->values[i];
	mods->list[i] = &mods->mod[i];
	mods->count++;
}

static void add_word(struct lg_ldap_fleet_mods *mods, const char *attribute,
		     const char *word)
{
	const struct lg_fleet_text text = {word, strlen(word)};

	add_value(mods, attribute, &text);
}

static enum lg_status add_keyword(struct lg_ldap_fleet_mods *mods,
				  const char *name,
				  const struct lg_fleet_text *text,
				  struct lg_error *err)
{
	size_t i = mods->keyword_count;
	struct lg_buffer *word = &mods->text[i];
	enum lg_status status;

	if (!text->bytes)
		return LG_OK;
	lg_buffer_format(word, "%s=", name);
	lg_buffer_append(word, text->bytes, text->len);
	status = lg_buffer_status(word, err);
	if (status != LG_OK)
		return status;
	if (word->len > KEYWORD_MAX)
		return lg_error_set(err, LG_ERR_LIMIT, NULL,
				    "the event's %s is longer than Active "
				    "Directory holds in a keyword (%d bytes)",
				    name, KEYWORD_MAX);
	mods->keyword[i] = (struct berval){word->len, word->data};
	mods->keywords[i] = &mods->keyword[i];
	mods->keyword_count++;
	return LG_OK;
}

static enum lg_status ad_mods(const struct lg_fleet_entry *entry,
			      struct lg_ldap_fleet_mods *mods,
			      struct lg_error *err)
{
	static const char keywords[] = "keywords";
	static const struct lg_fleet_text event = {"event", 5};
	LDAPMod *mod;
	enum lg_status status = add_keyword(mods, "logongate", &event, err);

	if (status == LG_OK)
		status = add_keyword(mods, "lock", &entry->lock, err);
	if (status == LG_OK)
		status = add_keyword(mods, "number", &entry->number, err);
	if (status == LG_OK)
		status = add_keyword(mods, "kind", &entry->kind, err);
	if (status == LG_OK)
		status = add_keyword(mods, "key", &entry->key, err);
	if (status == LG_OK)
		status = add_keyword(mods, "signature", &entry->signature, err);
	if (status != LG_OK)
		return status;
	add_word(mods, "objectClass", "serviceConnectionPoint");
	add_value(mods, "cn", &entry->cn);
	add_value(mods, lg_ldap_fleet_report(LG_LDAP_FLEET_AD), &entry->body);
	mod = &mods->mod[mods->count];
	mod->mod_op = LDAP_MOD_ADD | LDAP_MOD_BVALUES;
	mod->mod_type = (char *)(uintptr_t)keywords;
	mod->mod_bvalues = mods->keywords;
	mods->list[mods->count++] = mod;
	return LG_OK;
}

enum lg_status lg_ldap_fleet_event_mods(enum lg_ldap_fleet_dialect dialect,
					const struct lg_fleet_entry *entry,
					struct lg_ldap_fleet_mods *out_mods,
					struct lg_error *err)
{
	*out_mods = (struct lg_ldap_fleet_mods){0};
	if (entry->body.len > LG_FLEET_BODY_MAX)
		return lg_error_set(err, LG_ERR_LIMIT, NULL,
				    "the lock is longer than %zu bytes; a "
				    "long list is better said as a filter "
				    "that each gate asks by itself",
				    LG_FLEET_BODY_MAX);
	if (dialect == LG_LDAP_FLEET_AD)
		return ad_mods(entry, out_mods, err);
	add_word(out_mods, "objectClass", "logongateEvent");
	add_value(out_mods, "cn", &entry->cn);
	add_value(out_mods, "logongateLock", &entry->lock);
	add_value(out_mods, "logongateNumber", &entry->number);
	add_value(out_mods, "logongateKind", &entry->kind);
	add_value(out_mods, "logongateBody", &entry->body);
	add_value(out_mods, "logongateKey", &entry->key);
	add_value(out_mods, "logongateSignature", &entry->signature);
	return LG_OK;
}

void lg_ldap_fleet_mods_release(struct lg_ldap_fleet_mods *mods)
{
	for (size_t i = 0; i < sizeof(mods->text) / sizeof(mods->text[0]); i++)
		lg_buffer_release(&mods->text[i]);
	*mods = (struct lg_ldap_fleet_mods){0};
}
