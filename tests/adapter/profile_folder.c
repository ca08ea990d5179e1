/* SPDX-License-Identifier: ISC */
/*
 * profile_folder.c - profiles in a folder of their own
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile_folder.h"

#include "suite.h"

char folder[] = "/tmp/logongate-profile-XXXXXX";

void write_bytes(const char *name, const char *bytes, size_t len)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

void write_file(const char *name, const char *text)
{
	write_bytes(name, text, strlen(text));
}

enum lg_status load(const char *name, const char *const *set,
		    struct lg_profile **out_profile,
		    struct lg_strlist *out_usage, struct lg_error *err)
{
	struct lg_strlist list = {0};
	struct lg_profile_source source = {name, folder, &list};
	enum lg_status status;

	for (; set && *set; set++)
		assert_int_equal(
			lg_strlist_add(&list, *set, strlen(*set), NULL), LG_OK);
	status = lg_profile_load(&source, out_profile, out_usage, err);
	lg_strlist_release(&list);
	return status;
}

struct lg_profile *good(const char *text)
{
	struct lg_profile *profile = NULL;
	struct lg_strlist usage = {0};
	struct lg_error err = {0};

	write_file("good.ini", text);
	if (load("good", NULL, &profile, &usage, &err) != LG_OK)
		fail_msg("%s: %s", err.place, err.text);
	assert_int_equal(usage.count, 0);
	return profile;
}

int profile_folder_begin(void)
{
	return mkdtemp(folder) ? 0 : 1;
}

int profile_folder_end(void)
{
	char line[256];

	snprintf(line, sizeof(line), "rm -rf %s", folder);
	return system(line) ? 1 : 0;
}
