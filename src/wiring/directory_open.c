/* SPDX-License-Identifier: ISC */
/*
 * directory_open.c - chooses the adapter by the address
 */
#include "wiring/directory_open.h"

#include <strings.h>

#include "adapters/ldap/ldap_directory.h"
#include "adapters/ldif/ldif_directory.h"
#include "core/settings/settings.h"

enum lg_status lg_directory_open(const struct lg_directory_settings *settings,
				 struct lg_directory *out_directory,
				 struct lg_error *err)
{
	struct lg_directory_settings complete = *settings;
	struct lg_strlist names = {0};
	enum lg_status status = LG_OK;

	if (!settings->login_attributes ||
	    settings->login_attributes->count == 0) {
		status = lg_settings_default_logins(&names, err);
		complete.login_attributes = &names;
	}
	if (status == LG_OK)
		status = settings->uri && strncasecmp(settings->uri,
						      "ldif:", 5) == 0
				 ? lg_directory_open_ldif(&complete,
							  out_directory, err)
				 : lg_directory_open_ldap(&complete,
							  out_directory, err);
	lg_strlist_release(&names);
	return status;
}
