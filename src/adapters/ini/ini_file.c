/* SPDX-License-Identifier: ISC */
/*
 * The file is read once into memory and guarded there; iniparser then gets the
 * very same bytes through an anonymous file, so that nobody can put another
 * file in between. Every value must come out of both alike: what the guard
 * does not know about iniparser is an error and never another value.
 *
 * Of iniparser only load, getstring and freedict are used: its number and
 * boolean readers guess, and getboolean crashes on the name of a section
 * (CVE-2023-33461).
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <iniparser/iniparser.h>

#include <logongate/buffer.h>

#include "adapters/ini/ini_file.h"
#include "adapters/system/durable.h"

/* What iniparser complains about is told by the guard. */
__attribute__((format(printf, 1, 2))) static int say_nothing(const char *format,
							     ...)
{
	return 0;
}

enum lg_status lg_ini_read(const char *path, const struct lg_ini_rules *rules,
			   struct lg_ini_items *out_items, struct lg_error *err)
{
	struct lg_buffer text = {0};
	struct stat is;
	int fd;
	enum lg_status status =
		lg_open_regular(path, "a text file is needed", &fd, &is, err);

	if (status != LG_OK)
		return status;
	if (is.st_size <= LG_INI_FILE_MAX && lg_read_all(fd, &text) != 0)
		status = lg_errno_unread(path, err);
	else if (is.st_size > LG_INI_FILE_MAX || text.len > LG_INI_FILE_MAX)
		status = lg_error_set(err, LG_ERR_LIMIT, path,
				      "the file is larger than %d bytes; long "
				      "lists belong in an allow_file",
				      LG_INI_FILE_MAX);
	else
		status = lg_buffer_status(&text, err);
	if (status == LG_OK)
		status = lg_ini_parse(text.data ? text.data : "", text.len,
				      path, rules, out_items, err);
	close(fd);
	lg_buffer_release(&text);
	return status;
}

/*
 * 1 when iniparser's value is the guard's. Since 4.2 it takes a backslash
 * between quotes for an escape and drops it; up to 4.1 it keeps it. The guard
 * admits a backslash in LDAP texts alone, and its reading counts.
 */
static int reads_same(const char *theirs, const char *ours)
{
	if (!strcmp(theirs, ours))
		return 1;
	for (const char *at = ours; *at; at++) {
		if (*at == '\\' && at[1])
			at++;
		if (*theirs++ != *at)
			return 0;
	}
	return !*theirs;
}

static enum lg_status compare(const dictionary *dict,
			      const struct lg_ini_items *items,
			      const char *file, struct lg_error *err)
{
	struct lg_buffer name = {0};
	enum lg_status status = LG_OK;

	if (!dict || (size_t)dict->n != items->count)
		return lg_error_set(err, LG_ERR_BUG, file,
				    "iniparser reads this file differently");
	for (size_t i = 0; i < items->count && status == LG_OK; i++) {
		const struct lg_ini_item *item = &items->item[i];
		const char *value;

		if (!item->key)
			continue;
		lg_buffer_clear(&name);
		lg_buffer_format(&name, "%s:%s", item->section, item->key);
		status = lg_buffer_status(&name, err);
		if (status != LG_OK)
			break;
		value = iniparser_getstring(dict, name.data, NULL);
		if (!value || !reads_same(value, item->value))
			status = lg_error_set_at(err, LG_ERR_BUG, file,
						 item->line,
						 "iniparser reads %s as \"%s\"",
						 item->key, value ? value : "");
	}
	lg_buffer_release(&name);
	return status;
}

enum lg_status lg_ini_parse(const char *text, size_t len, const char *file,
			    const struct lg_ini_rules *rules,
			    struct lg_ini_items *out_items,
			    struct lg_error *err)
{
	struct lg_ini_items items = {0};
	dictionary *dict = NULL;
	char path[64];
	enum lg_status status;
	int fd = -1;

	status = lg_ini_guard(text, len, file, rules, &items, err);
	if (status != LG_OK)
		goto out;
	fd = memfd_create("logongate-ini", MFD_CLOEXEC);
	if (fd < 0 || lg_write_all(fd, text, len) < 0) {
		status = lg_errno_unread(file, err);
		goto out;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	iniparser_set_error_callback(say_nothing);
	dict = iniparser_load(path);
	status = compare(dict, &items, file, err);
	if (status != LG_OK)
		goto out;
	*out_items = items;
	items = (struct lg_ini_items){0};
out:
	if (dict)
		iniparser_freedict(dict);
	if (fd >= 0)
		close(fd);
	lg_ini_items_release(&items);
	return status;
}
