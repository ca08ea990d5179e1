/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Says what a Windows error means; one that is not known keeps its number.
 */
#include <stddef.h>

#include "winreg/rrp.h"
#include "winreg/windows_error.h"

static const struct {
	uint32_t error;
	enum lg_status status;
	const char *words;
} meanings[] = {
	{WINDOWS_FILE_NOT_FOUND, LG_ERR_IO, "is not there"},
	{WINDOWS_PATH_NOT_FOUND, LG_ERR_IO, "is not there"},
	{WINDOWS_ACCESS_DENIED, LG_ERR_DENIED,
	 "the server denies it; the account needs to be an administrator "
	 "there"},
	{WINDOWS_NOT_ENOUGH_MEMORY, LG_ERR_IO, "the server is out of memory"},
	{WINDOWS_OUTOFMEMORY, LG_ERR_IO, "the server is out of memory"},
	{WINDOWS_KEY_DELETED, LG_ERR_IO, "somebody deleted it meanwhile"},
	{WINDOWS_DEPENDENT_SERVICES_RUNNING, LG_ERR_CONFLICT,
	 "other services that run depend on it; stop them first"},
	{WINDOWS_SERVICE_REQUEST_TIMEOUT, LG_ERR_CONFLICT,
	 "the service did not answer in time"},
	{WINDOWS_SERVICE_DISABLED, LG_ERR_CONFLICT, "the service is disabled"},
	{WINDOWS_SERVICE_DOES_NOT_EXIST, LG_ERR_CONFLICT,
	 "there is no such service"},
};

enum lg_status windows_failed(const char *server, const char *what,
			      uint32_t error, struct lg_error *err)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].error == error)
			return lg_error_set(err, meanings[i].status, server,
					    "%s: %s (Windows error %u)", what,
					    meanings[i].words,
					    (unsigned int)error);
	return lg_error_set(err, LG_ERR_IO, server, "%s: Windows error %u",
			    what, (unsigned int)error);
}
