/* SPDX-License-Identifier: ISC */
/*
 * findings_login.h - the logon name by which an account that was found goes
 *
 * Layer: core.
 */
#ifndef LOGONGATE_CORE_VALUES_FINDINGS_LOGIN_H
#define LOGONGATE_CORE_VALUES_FINDINGS_LOGIN_H

#include <logongate/findings.h>

/* A name that is the account's own, else its first; NULL: it has none. The
 * name is borrowed from findings. */
static inline const char *
lg_findings_login_of(const struct lg_findings *findings,
		     const struct lg_account *account)
{
	const struct lg_login *login = &findings->login[account->login_first];

	for (size_t i = 0; i < account->login_count; i++)
		if (!login[i].shared && login[i].name[0])
			return login[i].name;
	return account->login_count ? login[0].name : NULL;
}

#endif
