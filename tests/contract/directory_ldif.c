/* SPDX-License-Identifier: ISC */
/*
 * The suite of port/directory on an LDIF export.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "suite.h"
#include "directory_entries.h"
#include "directory_suite.h"

#include "adapters/ldif/ldif_directory.h"

static void remove_file(void *context)
{
	unlink(context);
}

int main(void)
{
	static const char *const attributes[] = ENTRIES_LOGIN_ATTRIBUTES;
	char file[] = "/tmp/logongate-XXXXXX";
	char uri[64];
	struct lg_strlist login_attributes = {0};
	struct lg_buffer text = {0};
	struct lg_directory_settings settings = {
		.uri = uri,
		.base = "OU=users, dc=ACME,dc=test",
		.login_attributes = &login_attributes,
	};
	struct directory_subject subject = {.take_away = remove_file,
					    .context = file};
	int fd = mkstemp(file);
	int failed = 1;

	snprintf(uri, sizeof(uri), "ldif:%s", file);
	for (size_t i = 0; i < sizeof(attributes) / sizeof(*attributes); i++)
		lg_strlist_add(&login_attributes, attributes[i],
			       strlen(attributes[i]), NULL);
	entries_ldif(&text);
	if (fd >= 0 && write(fd, text.data, text.len) == (ssize_t)text.len &&
	    lg_directory_open_ldif(&settings, &subject.directory, NULL) ==
		    LG_OK) {
		failed = directory_suite_run(&subject);
		subject.directory.close(subject.directory.self);
	}
	close(fd);
	unlink(file);
	lg_buffer_release(&text);
	lg_strlist_release(&login_attributes);
	return failed;
}
