/* SPDX-License-Identifier: ISC */
/*
 * Letters beyond ASCII may stand in a domain; what ends a logon name's domain
 * or belongs to a pattern may not.
 */
#include <string.h>

#include "adapters/ini/mail_domain.h"

int lg_mail_domain_valid(const char *text)
{
	static const char never[] = "@:\\/*?()<>\" \t";
	size_t i;

	for (i = 0; text[i]; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f ||
		    strchr(never, text[i]))
			return 0;
	return i && text[0] != '.' && text[i - 1] != '.';
}
