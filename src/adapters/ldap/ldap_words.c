/* SPDX-License-Identifier: ISC */
/*
 * Active Directory answers each refused bind with invalidCredentials; why it
 * did stands as a Windows error number, in hexadecimal, behind "data" of the
 * diagnostic message. The numbers are those of winerror.h.
 */
#include <stdlib.h>
#include <string.h>

#include "ldap_words.h"

static const struct {
	unsigned long code;
	const char *words;
} known[] = {
	{0x525, "there is no such account"},
	{0x52e, "the password is wrong"},
	{0x52f, "the account may not log on with this password"},
	{0x530, "the account may not log on at this time of day"},
	{0x531, "the account may not log on from this machine"},
	{0x532, "the password has expired; set a new one"},
	{0x533, "the account is disabled"},
	{0x568, "the account is in too many groups"},
	{0x701, "the account has expired"},
	{0x773, "the account has to change its password first; set one"},
	{0x775, "the account is locked out after wrong passwords"},
};

const char *lg_ldap_words_of(const char *diagnostic)
{
	const char *at = diagnostic ? strstr(diagnostic, ", data ") : NULL;
	unsigned long code;
	char *end;

	if (!at)
		return NULL;
	at += strlen(", data ");
	code = strtoul(at, &end, 16);
	if (end == at || (*end && *end != ','))
		return NULL;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].code == code)
			return known[i].words;
	return NULL;
}
