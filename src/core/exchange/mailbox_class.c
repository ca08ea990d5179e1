/* SPDX-License-Identifier: ISC */
/*
 * The classes of entries that a listing of mailboxes meets.
 */
#include <string.h>
#include <strings.h>

#include "core/exchange/mailbox_class.h"

static const struct {
	const char *name;
	enum lg_mailbox_class says;
} classes[] = {
	{"person", LG_MAILBOX_CLASS_PERSON},
	{"organizationalPerson", LG_MAILBOX_CLASS_PERSON},
	{"inetOrgPerson", LG_MAILBOX_CLASS_PERSON},
	{"residentialPerson", LG_MAILBOX_CLASS_PERSON},
	{"user", LG_MAILBOX_CLASS_PERSON},
	{"account", LG_MAILBOX_CLASS_PERSON},
	{"posixAccount", LG_MAILBOX_CLASS_PERSON},
	{"contact", LG_MAILBOX_CLASS_OTHER},
	{"group", LG_MAILBOX_CLASS_OTHER},
	{"groupOfNames", LG_MAILBOX_CLASS_OTHER},
	{"groupOfUniqueNames", LG_MAILBOX_CLASS_OTHER},
	{"posixGroup", LG_MAILBOX_CLASS_OTHER},
};

enum lg_mailbox_class lg_mailbox_class(const char *object_class, size_t len)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strlen(classes[i].name) == len &&
		    strncasecmp(classes[i].name, object_class, len) == 0)
			return classes[i].says;
	return LG_MAILBOX_CLASS_NONE;
}
