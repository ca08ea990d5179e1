/* SPDX-License-Identifier: ISC */
/*
 * setup_doveconf.c - what `doveconf -n` says of the Dovecot to be set up
 */
#include "app/setup/setup_doveconf.h"

#include <string.h>

#include "app/setup/setup_parts.h"

/* "# 2.3.19.1 (9b53102964): /etc/dovecot/dovecot.conf" */
static enum lg_status read_first_line(const struct lg_setup_ask *ask,
				      struct lg_setup_doveconf *doveconf)
{
	const char *line = doveconf->shown;
	size_t len = strcspn(line, "\n");
	const char *path = strstr(line, "): /");

	if (strncmp(line, "# 2.", 4) != 0 || path == NULL || path > line + len)
		return lg_error_set(ask->err, LG_ERR_SYNTAX, "doveconf",
				    "does not say which Dovecot it is");
	if (line[4] != '3' && line[4] != '4')
		return lg_error_set(ask->err, LG_ERR_SYNTAX, "doveconf",
				    "is of Dovecot 2.%c; setup knows 2.3 and "
				    "2.4",
				    line[4]);
	doveconf->is_24 = line[4] == '4';
	path += 3;
	doveconf->conf = lg_setup_text(ask->plan, "%.*s",
				       (int)(line + len - path), path);
	doveconf->folder = lg_setup_folder_of(ask->plan, doveconf->conf);
	return LG_OK;
}

/* conf.d is the main file's when it includes that. */
static enum lg_status check_folder(const struct lg_setup_ask *ask,
				   const char *conf)
{
	const char *line = NULL;
	enum lg_status status = lg_setup_read(ask, conf, &line);

	if (status != LG_OK)
		return status;
	while (*line) {
		size_t len = strcspn(line, "\n");
		const char *word = line + strspn(line, " \t");
		const char *include = strstr(word, "conf.d/*.conf");

		if (strncmp(word, "!include", 8) == 0 && include != NULL &&
		    include < line + len)
			return LG_OK;
		line += len + (line[len] == '\n');
	}
	return lg_error_set(ask->err, LG_ERR_CONFLICT, conf,
			    "does not include conf.d/*.conf, where setup "
			    "writes; add the line \"!include conf.d/*.conf\"");
}

enum lg_status lg_setup_doveconf_read(const struct lg_setup_ask *ask,
				      const char *conf,
				      struct lg_setup_doveconf *out_doveconf)
{
	struct lg_buffer shown = {0};
	const char *argv[] = {"doveconf", "-n", conf ? "-c" : NULL, conf, NULL};
	enum lg_status status = lg_setup_prints(ask, "dovecot", argv, &shown);

	out_doveconf->shown = lg_setup_take(ask->plan, &shown);
	if (status == LG_OK)
		status = read_first_line(ask, out_doveconf);
	if (status == LG_OK)
		status = check_folder(ask, out_doveconf->conf);
	return status;
}

const char *lg_setup_doveconf_value(const struct lg_setup_doveconf *doveconf,
				    const char *name, size_t *out_len)
{
	size_t len = strlen(name);

	for (const char *line = doveconf->shown; *line;) {
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
