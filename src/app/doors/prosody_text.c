/* SPDX-License-Identifier: ISC */
/*
 * prosody_text.c - prosody.cfg.lua and what it includes, as one text
 */
#include "app/doors/prosody_text.h"

#include <string.h>

#define DEPTH_MAX 4

struct taker {
	const struct lg_machine *machine;
	int depth;
	struct lg_buffer *text;
	struct lg_error *err;
};

static enum lg_status take(struct taker *taker, const char *path);

/* All files of the folder whose name ends so. */
static enum lg_status take_folder(struct taker *taker, const char *folder,
				  const char *ends)
{
	const struct lg_machine *machine = taker->machine;
	struct lg_strlist names = {0};
	enum lg_status status =
		machine->list(machine->self, folder, &names, taker->err);

	for (size_t i = 0; status == LG_OK && i < names.count; i++) {
		size_t len = strlen(names.item[i]);
		struct lg_buffer path = {0};

		if (len < strlen(ends) ||
		    strcmp(names.item[i] + len - strlen(ends), ends) != 0)
			continue;
		lg_buffer_format(&path, "%s/%s", folder, names.item[i]);
		status = lg_buffer_status(&path, taker->err);
		if (status == LG_OK)
			status = take(taker, path.data);
		lg_buffer_release(&path);
	}
	lg_strlist_release(&names);
	return status;
}

/* What an Include line names, from the file that has the line. */
static enum lg_status take_named(struct taker *taker, const char *from,
				 const char *name, size_t len)
{
	const char *slash = strrchr(from, '/');
	struct lg_buffer path = {0};
	enum lg_status status;
	char *star;

	if (*name != '/' && slash)
		lg_buffer_append(&path, from, (size_t)(slash - from) + 1);
	lg_buffer_append(&path, name, len);
	status = lg_buffer_status(&path, taker->err);
	star = status == LG_OK ? strstr(path.data, "/*") : NULL;
	if (star) {
		*star = '\0';
		status = take_folder(taker, path.data, star + 2);
	} else if (status == LG_OK) {
		status = take(taker, path.data);
	}
	lg_buffer_release(&path);
	return status;
}

/* The name in an Include line, or NULL. */
static const char *named(const char *line, size_t *out_len)
{
	static const char word[] = "Include";

	line += strspn(line, " \t");
	if (strncmp(line, word, sizeof(word) - 1) != 0)
		return NULL;
	line += sizeof(word) - 1;
	line += strspn(line, " \t(");
	if (*line != '"' && *line != '\'')
		return NULL;
	*out_len = strcspn(line + 1, "\"'\n");
	return line + 1;
}

static enum lg_status take(struct taker *taker, const char *path)
{
	const struct lg_machine *machine = taker->machine;
	struct lg_buffer file = {0};
	const char *end;
	const char *name;
	size_t len = 0;
	enum lg_status status;

	if (taker->depth == DEPTH_MAX)
		return lg_error_set(taker->err, LG_ERR_LIMIT, path,
				    "files include files more than %d deep",
				    DEPTH_MAX);
	status = machine->read(machine->self, path, &file, taker->err);
	if (status == LG_ERR_UNKNOWN_KEY && taker->depth)
		status = lg_error_set(taker->err, LG_ERR_IO, path,
				      "is included and not there");
	taker->depth++;
	for (const char *line = file.data; status == LG_OK && line && *line;
	     line = end) {
		end = line + strcspn(line, "\n");
		end += *end == '\n';
		name = named(line, &len);
		if (name)
			status = take_named(taker, path, name, len);
		else
			lg_buffer_append(taker->text, line,
					 (size_t)(end - line));
	}
	taker->depth--;
	lg_buffer_release(&file);
	return status;
}

enum lg_status lg_prosody_text(const struct lg_machine *machine,
			       const char *path, struct lg_buffer *out_text,
			       struct lg_error *err)
{
	struct taker taker = {machine, 0, out_text, err};
	enum lg_status status = take(&taker, path);

	return status == LG_OK ? lg_buffer_status(out_text, err) : status;
}
