/* SPDX-License-Identifier: ISC */
/*
 * account_record.c - what the directory said of one account
 */
#include "app/records/account_record.h"

#include "app/records/json_member.h"

cJSON *lg_account_object(const struct lg_account *account, const char *dn,
			 const char *user)
{
	enum lg_via via = user ? LG_VIA_LOGIN : account->via;
	cJSON *object = cJSON_CreateObject();

	lg_json_text(object, "dn", dn);
	if (user)
		lg_json_text(object, "user", user);
	lg_json_text(object, "finding", lg_finding_name(account->finding));
	lg_json_text(object, "entry", account->entry);
	lg_json_text(object, "via", lg_via_name(via));
	return object;
}
