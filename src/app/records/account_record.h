/* SPDX-License-Identifier: ISC */
/*
 * account_record.h - what the directory said of one account
 *
 * Layer: app: core.
 * Shape: {"dn","user","finding","entry","via"}; user only where it is asked by
 * that. plan adds "display", verify "logins".
 * Source: contract 4 plan and verify, 7 "Names".
 */
#ifndef LOGONGATE_APP_RECORDS_ACCOUNT_RECORD_H
#define LOGONGATE_APP_RECORDS_ACCOUNT_RECORD_H

#include <cjson/cJSON.h>

#include <logongate/findings.h>

/* dn, user: what it is called by; each may be NULL. */
cJSON *lg_account_object(const struct lg_account *account, const char *dn,
			 const char *user);

#endif
