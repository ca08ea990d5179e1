/* SPDX-License-Identifier: ISC */
/*
 * mailbox_class.h - which entries of a directory stand for people
 *
 * Layer: core.
 * Source: RFC 4519, RFC 2798, RFC 2307; the Active Directory schema.
 */
#ifndef LOGONGATE_CORE_EXCHANGE_MAILBOX_CLASS_H
#define LOGONGATE_CORE_EXCHANGE_MAILBOX_CLASS_H

#include <stddef.h>

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

#endif
