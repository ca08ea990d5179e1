/* SPDX-License-Identifier: ISC */
/*
 * directory_entry.h - what the values of a directory's entry say of an account
 *
 * Layer: core.
 * Flow: a server's answer and an export are both taken apart into such values.
 * Source: contract 7 "Names"; conformance D3, I1.
 */
#ifndef LOGONGATE_CORE_EXCHANGE_DIRECTORY_ENTRY_H
#define LOGONGATE_CORE_EXCHANGE_DIRECTORY_ENTRY_H

#include <stdint.h>

#include <logongate/strlist.h>

/* One value; its bytes may be any. There are millions of them in an export. */
struct lg_entry_value {
	const char *attribute; /* with its options */
	const char *text;
	uint32_t attribute_len;
	uint32_t len;
};

/* 1 when the value's attribute is the named one, options or not. */
int lg_entry_value_is(const struct lg_entry_value *value,
		      const char *attribute);

/* The first value of attribute, or NULL. */
const struct lg_entry_value *
lg_entry_value_of(const struct lg_entry_value *value, size_t count,
		  const char *attribute);

/* 1 where the value holds a logon name in that attribute. */
int lg_entry_login_of(const struct lg_entry_value *value, const char *attribute,
		      const char **out_name, size_t *out_len);

/* What is told of an account; a text with control characters is left out. */
struct lg_entry_account {
	const char *display; /* displayName, else cn; NULL: neither */
	const char *dn;      /* legacyExchangeDN; NULL: none */
};

/*
 * Adds to names the logon names of an entry, in the order of login_attributes,
 * each once; texts keeps what *out_account points to.
 */
enum lg_status
lg_entry_account(const struct lg_entry_value *value, size_t count,
		 const struct lg_strlist *login_attributes,
		 struct lg_strlist *texts, struct lg_strlist *names,
		 struct lg_entry_account *out_account, struct lg_error *err);

enum lg_mailbox_class {
	LG_MAILBOX_CLASS_NONE = 0, /* says nothing */
	LG_MAILBOX_CLASS_PERSON,
	LG_MAILBOX_CLASS_OTHER /* a contact, a group: no mailbox here */
};

/*
 * What one value of objectClass says, any ASCII case. An entry is a person's
 * when at least one of its values says PERSON and none says OTHER: a contact
 * is a person in Active Directory, too. Servers may leave out the classes that
 * a class is derived from, so those that are common are known by name.
 */
enum lg_mailbox_class lg_mailbox_class(const char *object_class, size_t len);

/* 1 where the entry stands for a person. */
int lg_entry_is_person(const struct lg_entry_value *value, size_t count);

/* What a mailbox is known by, and its protocolSettings. */
struct lg_entry_mailbox {
	struct lg_strlist x500;
	struct lg_strlist login;
	struct lg_strlist protocol_settings;
};

/* Sorts the values of an entry into the lists, which are empty. */
enum lg_status lg_entry_mailbox(const struct lg_entry_value *value,
				size_t count,
				const struct lg_strlist *login_attributes,
				struct lg_entry_mailbox *mailbox,
				struct lg_error *err);
void lg_entry_mailbox_release(struct lg_entry_mailbox *mailbox);

#endif
