/* SPDX-License-Identifier: ISC */
/*
 * findings_login.h - the logon name by which an account that was found goes
 *
 * Layer: core.
 */
#ifndef LOGONGATE_CORE_VALUES_FINDINGS_LOGIN_H
#define LOGONGATE_CORE_VALUES_FINDINGS_LOGIN_H

#include <logongate/findings.h>

#include "base/listed.h"

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

/* Lists an account by its DN, without one by its logon name; one that has
 * neither is left out, and *out_left_out says so. */
static inline enum lg_status
lg_findings_list_account(const struct lg_findings *findings,
			 const struct lg_account *account,
			 struct lg_strlist *dn, struct lg_strlist *user,
			 int *out_left_out, struct lg_error *err)
{
	const char *login = lg_findings_login_of(findings, account);

	*out_left_out = !account->dn && !login;
	if (*out_left_out)
		return LG_OK;
	return account->dn ? lg_list_text(dn, account->dn, err)
			   : lg_list_text(user, login, err);
}

#endif
