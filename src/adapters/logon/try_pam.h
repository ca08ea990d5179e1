/* SPDX-License-Identifier: ISC */
/*
 * try_pam.h - one logon at a PAM service
 *
 * Layer: adapter, private to the logons.
 * Source: pam(3), pam_start(3), pam_acct_mgmt(3).
 */
#ifndef LOGONGATE_ADAPTERS_LOGON_TRY_PAM_H
#define LOGONGATE_ADAPTERS_LOGON_TRY_PAM_H

#include "adapters/logon/logon_try.h"

/*
 * url is pam:SERVICE, peer the folder of its file.
 * The password is asked for and then the account, as servers do; no session is
 * opened. The modules run in a process of their own, which ends with its time
 * limit. Only root can try it. Appends what the stack said to out_text, or why
 * nothing could be tried.
 */
enum lg_logon_came lg_try_pam(const struct lg_logon_attempt *attempt,
			      struct lg_buffer *out_text);

#endif
