/* SPDX-License-Identifier: ISC */
/*
 * ldap_fleet_entry.c - a fleet's entries as a directory keeps them
 *
 * Nothing is judged here: what is longer than it may be is withheld, and what
 * stands there twice is said to, so that one entry that somebody else made
 * stops nobody from reading the next. Below, what an entry is added with.
 */
#include "ldap_fleet_entry.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hex.h"
#include "ldap_search.h"
#include "ldap_sync.h"

#define BODY_AD "serviceBindingInformation"
/* MS-ADTS: rangeUpper of keywords. */
#define KEYWORD_MAX 256

static char a_object_class[] = "objectClass", a_cn[] = "cn",
	    a_lock[] = "logongateLock", a_number[] = "logongateNumber",
	    a_kind[] = "logongateKind", a_body[] = "logongateBody",
	    a_key[] = "logongateKey", a_signature[] = "logongateSignature",
	    a_report[] = "logongateReport", a_uuid[] = "entryUUID",
	    a_csn[] = "entryCSN", a_modified[] = "modifyTimestamp";
static char *openldap_attributes[] = {
	a_object_class, a_cn,     a_lock, a_number, a_kind,     a_body, a_key,
	a_signature,    a_report, a_uuid, a_csn,    a_modified, NULL};
static char a_guid[] = "objectGUID", a_changed[] = "whenChanged",
	    a_usn[] = "uSNChanged", a_keywords[] = "keywords",
	    a_information[] = BODY_AD;
static char *ad_attributes[] = {a_cn,       a_guid,        a_changed, a_usn,
				a_keywords, a_information, NULL};

/* What an event says: attributes of OpenLDAP; those with a keyword stand as
 * "KEYWORD=VALUE" in Active Directory. */
static const struct part {
	const char *attribute;
	const char *keyword;
	size_t max;
	size_t offset;
} parts[] = {
#define AT(member) offsetof(struct lg_fleet_entry, member)
	{a_cn, NULL, LG_FLEET_TEXT_MAX, AT(cn)},
	{a_lock, "lock", LG_FLEET_TEXT_MAX, AT(lock)},
	{a_number, "number", LG_FLEET_TEXT_MAX, AT(number)},
	{a_kind, "kind", LG_FLEET_TEXT_MAX, AT(kind)},
	{a_body, NULL, LG_FLEET_BODY_MAX, AT(body)},
	{a_key, "key", LG_FLEET_TEXT_MAX, AT(key)},
	{a_signature, "signature", LG_FLEET_TEXT_MAX, AT(signature)},
};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

static struct lg_fleet_text *text_of(const struct lg_fleet_entry *entry,
				     const struct part *part)
{
	return (void *)((uintptr_t)entry + part->offset);
}

char **lg_ldap_fleet_attributes(enum lg_ldap_fleet_dialect dialect)
{
	return dialect == LG_LDAP_FLEET_AD ? ad_attributes
					   : openldap_attributes;
}

const char *lg_ldap_fleet_report(enum lg_ldap_fleet_dialect dialect)
{
	return dialect == LG_LDAP_FLEET_AD ? BODY_AD : a_report;
}

enum lg_status lg_ldap_fleet_filter(enum lg_ldap_fleet_dialect dialect,
				    enum lg_ldap_fleet_class class,
				    const char *lock, struct lg_buffer *out,
				    struct lg_error *err)
{
	int gate = class == LG_LDAP_FLEET_GATE;
	enum lg_status status = LG_OK;

	if (dialect == LG_LDAP_FLEET_AD)
		lg_buffer_format(out,
				 "(&(objectClass=serviceConnectionPoint)"
				 "(keywords=logongate=%s)",
				 gate ? "gate" : "event");
	else
		lg_buffer_format(out, "(&(objectClass=%s)",
				 gate ? "logongateGate" : "logongateEvent");
	if (lock) {
		lg_buffer_format(out, dialect == LG_LDAP_FLEET_AD
					      ? "(keywords=lock="
					      : "(logongateLock=");
		status = lg_ldap_escape(lock, strlen(lock), out, err);
		lg_buffer_append(out, ")", 1);
	}
	lg_buffer_append(out, ")", 1);
	return status == LG_OK ? lg_buffer_status(out, err) : status;
}

/* Values stay held until the entry is released. */
static struct berval **hold(struct lg_ldap_fleet_read *read, LDAP *ld,
			    LDAPMessage *message, const char *attribute)
{
	struct berval **values = ldap_get_values_len(ld, message, attribute);

	if (values)
		read->held[read->held_count++] = values;
	return values;
}

/* One value at most, of at most max bytes. */
static void take(const struct berval *value, size_t max,
		 struct lg_fleet_text *text, enum lg_fleet_fault *fault)
{
	if (text->bytes) {
		*fault = LG_FLEET_FAULT_MANY;
		return;
	}
	if (value->bv_len > max) {
		*fault = LG_FLEET_FAULT_TOO_LONG;
		return;
	}
	*text = (struct lg_fleet_text){value->bv_val, value->bv_len};
}

static void take_all(struct berval **values, size_t max,
		     struct lg_fleet_text *text, enum lg_fleet_fault *fault)
{
	for (size_t i = 0; values && values[i]; i++)
		take(values[i], max, text, fault);
}

static int is_text(const struct berval *value, const char *text)
{
	return value->bv_len == strlen(text) &&
	       strncasecmp(value->bv_val, text, value->bv_len) == 0;
}

static void read_openldap(LDAP *ld, LDAPMessage *message,
			  struct lg_ldap_fleet_read *read)
{
	struct lg_fleet_entry *entry = &read->entry;
	struct berval **class = hold(read, ld, message, a_object_class);
	struct berval **when;

	for (size_t i = 0; class && class[i]; i++) {
		if (is_text(class[i], "logongateEvent"))
			read->class = LG_LDAP_FLEET_EVENT;
		else if (is_text(class[i], "logongateGate"))
			read->class = LG_LDAP_FLEET_GATE;
	}
	for (size_t i = 0; i < PARTS && read->class == LG_LDAP_FLEET_EVENT; i++)
		take_all(hold(read, ld, message, parts[i].attribute),
			 parts[i].max, text_of(entry, &parts[i]),
			 &entry->fault);
	if (read->class != LG_LDAP_FLEET_GATE)
		return;
	take_all(hold(read, ld, message, a_cn), LG_FLEET_TEXT_MAX,
		 &read->gate.name, &read->gate.fault);
	take_all(hold(read, ld, message, a_report), LG_FLEET_REPORT_MAX,
		 &read->gate.report, &read->gate.fault);
	when = hold(read, ld, message, a_csn);
	if (!when)
		when = hold(read, ld, message, a_modified);
	if (when)
		read->gate.modified_ms =
			lg_ldap_time(when[0]->bv_val, when[0]->bv_len);
}

/* "NAME=VALUE" */
static void take_keyword(const struct berval *keyword, const struct part *part,
			 struct lg_fleet_entry *entry)
{
	size_t len = strlen(part->keyword);
	struct berval value;

	if (keyword->bv_len <= len || keyword->bv_val[len] != '=' ||
	    strncasecmp(keyword->bv_val, part->keyword, len) != 0)
		return;
	value.bv_val = keyword->bv_val + len + 1;
	value.bv_len = keyword->bv_len - len - 1;
	take(&value, LG_FLEET_TEXT_MAX, text_of(entry, part), &entry->fault);
}

static void read_keyword(const struct berval *keyword,
			 struct lg_ldap_fleet_read *read)
{
	if (is_text(keyword, "logongate=event"))
		read->class = LG_LDAP_FLEET_EVENT;
	else if (is_text(keyword, "logongate=gate"))
		read->class = LG_LDAP_FLEET_GATE;
	for (size_t i = 0; i < PARTS; i++)
		if (parts[i].keyword)
			take_keyword(keyword, &parts[i], &read->entry);
}

static void read_ad(LDAP *ld, LDAPMessage *message,
		    struct lg_ldap_fleet_read *read)
{
	struct berval **keyword = hold(read, ld, message, a_keywords);
	struct berval **name = hold(read, ld, message, a_cn);
	struct berval **text = hold(read, ld, message, a_information);
	struct berval **when = hold(read, ld, message, a_changed);
	struct berval **usn = hold(read, ld, message, a_usn);

	for (size_t i = 0; keyword && keyword[i]; i++)
		read_keyword(keyword[i], read);
	/* Values of libldap end with a NUL that is not counted. */
	if (usn)
		read->usn = strtoull(usn[0]->bv_val, NULL, 10);
	if (read->class == LG_LDAP_FLEET_GATE) {
		take_all(name, LG_FLEET_TEXT_MAX, &read->gate.name,
			 &read->gate.fault);
		take_all(text, LG_FLEET_REPORT_MAX, &read->gate.report,
			 &read->gate.fault);
		if (when)
			read->gate.modified_ms =
				lg_ldap_time(when[0]->bv_val, when[0]->bv_len);
		return;
	}
	take_all(name, LG_FLEET_TEXT_MAX, &read->entry.cn, &read->entry.fault);
	take_all(text, LG_FLEET_BODY_MAX, &read->entry.body,
		 &read->entry.fault);
}

/* The text form of RFC 4530. */
static void id_of_text(const struct berval *text, struct lg_fleet_id *id)
{
	size_t count = 0;

	for (size_t i = 0; i < text->bv_len && count < sizeof(id->byte) * 2;
	     i++) {
		int value = lg_hex_value(text->bv_val[i]);

		if (value < 0)
			continue;
		id->byte[count / 2] =
			(unsigned char)(id->byte[count / 2] << 4 | value);
		count++;
	}
}

void lg_ldap_fleet_read(enum lg_ldap_fleet_dialect dialect, LDAP *ld,
			LDAPMessage *message,
			struct lg_ldap_fleet_read *out_read)
{
	struct lg_ldap_fleet_read read = {0};
	struct berval **id;

	if (dialect == LG_LDAP_FLEET_AD) {
		id = hold(&read, ld, message, a_guid);
		if (id && id[0]->bv_len == sizeof(read.entry.id.byte))
			memcpy(read.entry.id.byte, id[0]->bv_val,
			       sizeof(read.entry.id.byte));
		read_ad(ld, message, &read);
	} else {
		id = hold(&read, ld, message, a_uuid);
		if (id)
			id_of_text(id[0], &read.entry.id);
		read_openldap(ld, message, &read);
	}
	read.gate.id = read.entry.id;
	*out_read = read;
}

void lg_ldap_fleet_release(struct lg_ldap_fleet_read *read)
{
	for (size_t i = 0; i < read->held_count; i++)
		ldap_value_free_len(read->held[i]);
	*read = (struct lg_ldap_fleet_read){0};
}

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

	for (size_t i = 0; i < PARTS && status == LG_OK; i++)
		if (parts[i].keyword)
			status = add_keyword(mods, parts[i].keyword,
					     text_of(entry, &parts[i]), err);
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
	for (size_t i = 0; i < PARTS; i++)
		add_value(out_mods, parts[i].attribute,
			  text_of(entry, &parts[i]));
	return LG_OK;
}

void lg_ldap_fleet_mods_release(struct lg_ldap_fleet_mods *mods)
{
	for (size_t i = 0; i < sizeof(mods->text) / sizeof(mods->text[0]); i++)
		lg_buffer_release(&mods->text[i]);
	*mods = (struct lg_ldap_fleet_mods){0};
}
