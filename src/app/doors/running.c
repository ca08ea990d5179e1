/* SPDX-License-Identifier: ISC */
/*
 * running.c - with which configuration servers run
 *
 * A path on the command line counts more than where a package puts its file.
 */
#include "app/doors/running.h"

#include <string.h>

#define HAPROXY_DEFAULTS "/etc/default/haproxy"
#define HAPROXY_CONF "/etc/haproxy/haproxy.cfg"

static enum lg_status add_once(struct lg_strlist *list, const char *text,
			       size_t len, struct lg_error *err)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strlen(list->item[i]) == len &&
		    memcmp(list->item[i], text, len) == 0)
			return LG_OK;
	}
	return lg_strlist_add(list, text, len, err);
}

/* The next word of a command line from at on; its length is 0 at the end. */
static const char *next_word(const char *at, const char *ends, size_t *out_len)
{
	at += strspn(at, ends);
	*out_len = strcspn(at, ends);
	return at;
}

/* nginx writes its command line anew, as one text with blanks. */
static const char *ends_of_words(const char *line)
{
	return strncmp(line, "nginx: ", 7) == 0 ? " \n" : "\n";
}

/* Where a word is OPTION, or begins with it, its value; else NULL. */
static const char *value_of(const char *word, size_t len, const char *option,
			    const char *ends, size_t *out_len)
{
	if (len < 2 || strncmp(word, option, 2) != 0)
		return NULL;
	if (len == 2)
		return next_word(word + len, ends, out_len);
	*out_len = len - 2;
	return word + 2;
}

enum lg_status lg_running_configurations(const struct lg_machine *machine,
					 const char *program,
					 struct lg_strlist *out_files,
					 struct lg_error *err)
{
	struct lg_strlist lines = {0};
	enum lg_status status;

	status = machine->runs(machine->self, program, &lines, err);
	for (size_t i = 0; status == LG_OK && i < lines.count; i++) {
		const char *line = lines.item[i];
		const char *ends = ends_of_words(line);
		const char *found = "";
		const char *value;
		size_t found_len = 0;
		size_t len;

		if (strncmp(line, "nginx: ", 7) == 0 &&
		    strncmp(line, "nginx: master ", 14) != 0)
			continue;
		for (const char *at = next_word(line, ends, &len); len;
		     at = next_word(at + len, ends, &len)) {
			size_t value_len;

			value = value_of(at, len, "-c", ends, &value_len);
			if (!value || !value_len)
				continue;
			found = value;
			found_len = value_len;
		}
		status = add_once(out_files, found, found_len, err);
	}
	if (status == LG_OK && out_files->count == 0)
		status = add_once(out_files, "", 0, err);
	lg_strlist_release(&lines);
	return status;
}

static void add_path(struct lg_buffer *set, const char *folder,
		     size_t folder_len, const char *path, size_t len)
{
	if (*path != '/' && folder_len) {
		lg_buffer_append(set, folder, folder_len);
		lg_buffer_char(set, '/');
	}
	lg_buffer_append(set, path, len);
	lg_buffer_char(set, '\n');
}

/* The -f words of a command line, below the folder that -C names. */
static void read_haproxy(const char *line, const char *ends,
			 struct lg_buffer *set)
{
	const char *folder = "";
	const char *value;
	size_t folder_len = 0;
	size_t value_len;
	size_t len;
	int rest = 0;

	for (const char *at = next_word(line, ends, &len); len;
	     at = next_word(at + len, ends, &len)) {
		if ((value = value_of(at, len, "-C", ends, &value_len))) {
			folder = value;
			folder_len = value_len;
		}
	}
	for (const char *at = next_word(line, ends, &len); len;
	     at = next_word(at + len, ends, &len)) {
		if (rest)
			add_path(set, folder, folder_len, at, len);
		else if (len == 2 && strncmp(at, "--", 2) == 0)
			rest = 1;
		else if ((value = value_of(at, len, "-f", ends, &value_len)) &&
			 value_len)
			add_path(set, folder, folder_len, value, value_len);
	}
}

/* The value of NAME in a file of "NAME=value" lines, quotes left out. */
static const char *setting(const char *text, const char *name, size_t *out_len)
{
	size_t len = strlen(name);

	while (text && *text) {
		if (strncmp(text, name, len) == 0 && text[len] == '=') {
			text += len + 1;
			if (*text == '"' || *text == '\'')
				text++;
			*out_len = strcspn(text, "\"'\n");
			return text;
		}
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return NULL;
}

/* What the service would be started with. */
static enum lg_status not_running(const struct lg_machine *machine,
				  struct lg_buffer *set, struct lg_error *err)
{
	struct lg_buffer text = {0};
	struct lg_buffer line = {0};
	struct lg_error ignored;
	const char *conf = NULL;
	const char *more = NULL;
	size_t conf_len = 0;
	size_t more_len = 0;
	enum lg_status status;

	if (machine->read(machine->self, HAPROXY_DEFAULTS, &text, &ignored) ==
		    LG_OK &&
	    text.len) {
		conf = setting(text.data, "CONFIG", &conf_len);
		more = setting(text.data, "EXTRAOPTS", &more_len);
	}
	if (conf && conf_len)
		add_path(set, "", 0, conf, conf_len);
	else
		lg_buffer_text(set, HAPROXY_CONF "\n");
	if (more) {
		lg_buffer_append(&line, more, more_len);
		read_haproxy(line.data ? line.data : "", " \n", set);
	}
	status = lg_buffer_status(&line, err);
	lg_buffer_release(&text);
	lg_buffer_release(&line);
	return status;
}

enum lg_status lg_running_haproxy(const struct lg_machine *machine,
				  struct lg_strlist *out_sets,
				  struct lg_error *err)
{
	struct lg_strlist lines = {0};
	struct lg_buffer set = {0};
	enum lg_status status;

	status = machine->runs(machine->self, "haproxy", &lines, err);
	for (size_t i = 0; status == LG_OK && i < lines.count; i++) {
		lg_buffer_clear(&set);
		read_haproxy(lines.item[i], "\n", &set);
		status = lg_buffer_status(&set, err);
		if (status == LG_OK && set.len)
			status = add_once(out_sets, set.data, set.len, err);
	}
	if (status == LG_OK && out_sets->count == 0) {
		lg_buffer_clear(&set);
		status = not_running(machine, &set, err);
		if (status == LG_OK)
			status = lg_buffer_status(&set, err);
		if (status == LG_OK)
			status = add_once(out_sets, set.data, set.len, err);
	}
	lg_strlist_release(&lines);
	lg_buffer_release(&set);
	return status;
}

static int is_cfg(const char *name)
{
	size_t len = strlen(name);

	return len > 4 && strcmp(name + len - 4, ".cfg") == 0;
}

enum lg_status lg_running_haproxy_text(const struct lg_machine *machine,
				       const char *path,
				       struct lg_buffer *out_text,
				       struct lg_error *err)
{
	struct lg_strlist names = {0};
	struct lg_buffer file = {0};
	enum lg_status status;

	status = machine->list(machine->self, path, &names, err);
	if (status == LG_OK && names.count == 0)
		status = machine->read(machine->self, path, out_text, err);
	for (size_t i = 0; status == LG_OK && i < names.count; i++) {
		if (!is_cfg(names.item[i]))
			continue;
		lg_buffer_clear(&file);
		lg_buffer_format(&file, "%s/%s", path, names.item[i]);
		status = lg_buffer_status(&file, err);
		if (status == LG_OK)
			status = machine->read(machine->self, file.data,
					       out_text, err);
		lg_buffer_char(out_text, '\n');
	}
	lg_buffer_char(out_text, '\n');
	lg_strlist_release(&names);
	lg_buffer_release(&file);
	return status;
}

enum lg_status lg_running_dovecot_hidden(const struct lg_machine *machine,
					 const char *doveconf,
					 struct lg_buffer *out_path,
					 struct lg_error *err)
{
	const char *path = strstr(doveconf, ": /");
	const char *slash = NULL;
	struct lg_strlist names = {0};
	struct lg_buffer folder = {0};
	struct lg_buffer text = {0};
	enum lg_status status = LG_OK;
	struct lg_error why;
	const char *at;

	if (machine->is_root || *doveconf != '#' || !path ||
	    path > doveconf + strcspn(doveconf, "\n"))
		return LG_OK;
	for (path += 2, at = path; *at && *at != '\n'; at++) {
		if (*at == '/')
			slash = at;
	}
	lg_buffer_append(&folder, path, (size_t)(slash - path));
	lg_buffer_text(&folder, "/conf.d");
	status = lg_buffer_status(&folder, err);
	if (status == LG_OK)
		status = machine->list(machine->self, folder.data, &names, err);
	for (size_t i = 0; status == LG_OK && i < names.count; i++) {
		lg_buffer_clear(out_path);
		lg_buffer_clear(&text);
		lg_buffer_format(out_path, "%s/%s", folder.data, names.item[i]);
		status = lg_buffer_status(out_path, err);
		if (status == LG_OK &&
		    machine->read(machine->self, out_path->data, &text, &why) ==
			    LG_ERR_DENIED)
			goto out;
	}
	lg_buffer_clear(out_path);
out:
	lg_strlist_release(&names);
	lg_buffer_release(&folder);
	lg_buffer_release(&text);
	return status;
}
