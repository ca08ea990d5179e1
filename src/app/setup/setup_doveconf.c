/* SPDX-License-Identifier: ISC */
/*
 * setup_doveconf.c - what `doveconf -n` says of the Dovecot to be set up
 */
#include "app/setup/setup_doveconf.h"

#include <string.h>

#include "app/setup/setup_parts.h"

/* "# 2.3.19.1 (9b53102964): /etc/dovecot/dovecot.conf" */
static enum lg_status read_first_line(struct lg_setup_doveconf *doveconf,
				      struct lg_error *err)
{
	const char *line = doveconf->shown.data ? doveconf->shown.data : "";
	size_t len = strcspn(line, "\n");
	const char *path = strstr(line, "): /");

	if (strncmp(line, "# 2.", 4) != 0 || path == NULL || path > line + len)
		return lg_error_set(err, LG_ERR_SYNTAX, "doveconf",
				    "does not say which Dovecot it is");
	if (line[4] != '3' && line[4] != '4')
		return lg_error_set(err, LG_ERR_SYNTAX, "doveconf",
				    "is of Dovecot 2.%c; setup knows 2.3 and "
				    "2.4",
				    line[4]);
	doveconf->is_24 = line[4] == '4';
	path += 3;
	lg_buffer_append(&doveconf->conf, path, (size_t)(line + len - path));
	return lg_buffer_status(&doveconf->conf, err);
}

static enum lg_status ask_doveconf(const struct lg_setup_ask *ask,
				   struct lg_setup_doveconf *doveconf,
				   struct lg_error *err)
{
	const struct lg_machine *machine = ask->machine;
	const char *conf = doveconf->conf.len ? doveconf->conf.data : NULL;
	const char *argv[] = {"doveconf", "-n", conf ? "-c" : NULL, conf, NULL};
	enum lg_status status;

	status = machine->prints(machine->self, argv, &doveconf->shown, err);
	if (status == LG_ERR_UNKNOWN_KEY)
		return lg_error_set(err, LG_ERR_UNKNOWN_KEY, "dovecot",
				    "is not installed here");
	if (status == LG_OK) {
		lg_buffer_clear(&doveconf->conf);
		status = read_first_line(doveconf, err);
	}
	return status;
}

/* conf.d is the main file's when it includes that. */
static enum lg_status find_folder(const struct lg_setup_ask *ask,
				  struct lg_setup_doveconf *doveconf,
				  struct lg_error *err)
{
	const struct lg_machine *machine = ask->machine;
	const char *conf = doveconf->conf.data;
	struct lg_buffer text = {0};
	enum lg_status status = machine->read(machine->self, conf, &text, err);
	int found = 0;

	for (const char *line = text.data; status == LG_OK && line && *line;) {
		size_t len = strcspn(line, "\n");
		const char *word = line + strspn(line, " \t");
		const char *include = strstr(word, "conf.d/*.conf");

		if (strncmp(word, "!include", 8) == 0 && include != NULL &&
		    include < line + len)
			found = 1;
		line += len + (line[len] == '\n');
	}
	lg_buffer_release(&text);
	if (status == LG_OK && !found)
		return lg_error_set(err, LG_ERR_CONFLICT, conf,
				    "does not include conf.d/*.conf, where "
				    "setup writes; add the line \"!include "
				    "conf.d/*.conf\"");
	return status == LG_OK
		       ? lg_setup_folder_of(conf, &doveconf->folder, err)
		       : status;
}

enum lg_status lg_setup_doveconf_read(const struct lg_setup_ask *ask,
				      struct lg_setup_doveconf *out_doveconf,
				      struct lg_error *err)
{
	struct lg_setup_doveconf doveconf = {0};
	enum lg_status status = lg_setup_main_file(
		ask, "dovecot", "dovecot.conf", &doveconf.conf, err);

	if (status == LG_OK)
		status = ask_doveconf(ask, &doveconf, err);
	if (status == LG_OK)
		status = find_folder(ask, &doveconf, err);
	if (status == LG_OK)
		*out_doveconf = doveconf;
	else
		lg_setup_doveconf_release(&doveconf);
	return status;
}

void lg_setup_doveconf_release(struct lg_setup_doveconf *doveconf)
{
	lg_buffer_release(&doveconf->shown);
	lg_buffer_release(&doveconf->conf);
	lg_buffer_release(&doveconf->folder);
}

const char *lg_setup_doveconf_value(const struct lg_setup_doveconf *doveconf,
				    const char *name, size_t *out_len)
{
	size_t len = strlen(name);

	for (const char *line = doveconf->shown.data; line && *line;) {
		size_t line_len = strcspn(line, "\n");

		if (strncmp(line, name, len) == 0 &&
		    strncmp(line + len, " = ", 3) == 0) {
			*out_len = line_len - len - 3;
			return line + len + 3;
		}
		line += line_len + (line[line_len] == '\n');
	}
	return NULL;
}
