/* SPDX-License-Identifier: ISC */
/*
 * setup_settings.c - what a door needs of the gate's settings, put into them
 */
#include "app/setup/setup_settings.h"

#include <string.h>

#include "app/setup/setup_plan.h"

static const char *line_end(const char *line)
{
	return line + strcspn(line, "\n");
}

static const char *next_line(const char *line)
{
	line = line_end(line);
	return *line ? line + 1 : line;
}

static int is_section(const char *line, const char *section)
{
	size_t len = strlen(section);

	line += strspn(line, " \t");
	if (*line++ != '[')
		return 0;
	line += strspn(line, " \t");
	if (strncmp(line, section, len) != 0)
		return 0;
	line += len;
	line += strspn(line, " \t");
	return *line == ']';
}

static int begins_section(const char *line)
{
	return line[strspn(line, " \t")] == '[';
}

/* The value of a line "KEY = value", or NULL. */
static const char *value_of(const char *line, const char *key)
{
	size_t len = strlen(key);

	line += strspn(line, " \t");
	if (strncmp(line, key, len) != 0)
		return NULL;
	line += len;
	line += strspn(line, " \t");
	if (*line != '=')
		return NULL;
	line++;
	return line + strspn(line, " \t");
}

/* Where the value that begins at value ends: its closing quote, or behind its
 * last character. */
static const char *value_end(const char *value)
{
	const char *end = line_end(value);

	if (*value == '"') {
		end = strchr(value + 1, '"');
		return end != NULL && end < line_end(value) ? end : NULL;
	}
	for (const char *at = value; at < end; at++) {
		if (*at == ';')
			end = at;
	}
	while (end > value && strchr(" \t\r", end[-1]) != NULL)
		end--;
	return end;
}

static enum lg_status add_item(struct lg_buffer *settings, const char *value,
			       const char *address, struct lg_error *err)
{
	const char *end = value_end(value);
	struct lg_buffer item = {0};
	enum lg_status status;

	if (end == NULL)
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "address is not one line in quotes: add "
				    "%s to it by hand",
				    address);
	lg_buffer_format(&item, ", %s", address);
	status = lg_buffer_status(&item, err);
	if (status == LG_OK)
		status = lg_setup_splice(settings,
					 (size_t)(end - settings->data), 0,
					 item.data, err);
	lg_buffer_release(&item);
	return status;
}

enum lg_status lg_setup_add_section(struct lg_buffer *settings,
				    const char *section, const char *lines,
				    struct lg_error *err)
{
	if (settings->len && settings->data[settings->len - 1] != '\n')
		lg_buffer_char(settings, '\n');
	lg_buffer_format(settings, "\n[%s]\n%s", section, lines);
	return lg_buffer_status(settings, err);
}

/* The header of the section, and the value of the key in it; NULL: none. */
static void find_value(const struct lg_buffer *settings, const char *section,
		       const char *key, const char **out_header,
		       const char **out_value)
{
	int inside = 0;

	*out_header = *out_value = NULL;
	for (const char *line = settings->data; line != NULL && *line;
	     line = next_line(line)) {
		if (begins_section(line)) {
			inside = is_section(line, section);
			*out_header = inside ? line : *out_header;
		} else if (inside && *out_value == NULL) {
			*out_value = value_of(line, key);
		}
	}
}

/* First below the header; NULL: a new section at the end. */
static enum lg_status add_lines(struct lg_buffer *settings, const char *section,
				const char *header,
				const struct lg_buffer *lines,
				struct lg_error *err)
{
	enum lg_status status = lg_buffer_status(lines, err);

	if (status != LG_OK)
		return status;
	if (header == NULL)
		return lg_setup_add_section(settings, section, lines->data,
					    err);
	return lg_setup_splice(settings,
			       (size_t)(next_line(header) - settings->data), 0,
			       lines->data, err);
}

enum lg_status lg_setup_add_address(struct lg_buffer *settings,
				    const char *listener, const char *address,
				    const char *without_policy,
				    struct lg_error *err)
{
	struct lg_buffer section = {0};
	struct lg_buffer lines = {0};
	const char *value, *header;
	enum lg_status status;

	lg_buffer_format(&section, "listen.%s", listener);
	status = lg_buffer_status(&section, err);
	if (status != LG_OK)
		goto out;
	find_value(settings, section.data, "address", &header, &value);
	if (value != NULL) {
		status = add_item(settings, value, address, err);
		goto out;
	}
	if (header != NULL)
		lg_buffer_format(&lines, "address = \"unix:%s.sock, %s\"\n",
				 listener, address);
	else
		lg_buffer_format(&lines,
				 "address        = \"%s\"\n"
				 "without_policy = %s\n",
				 address, without_policy);
	status = add_lines(settings, section.data, header, &lines, err);
out:
	lg_buffer_release(&section);
	lg_buffer_release(&lines);
	return status;
}

enum lg_status lg_setup_set_value(struct lg_buffer *settings,
				  const char *section, const char *key,
				  const char *value, int *out_changed,
				  struct lg_error *err)
{
	struct lg_buffer line = {0};
	const char *header, *there, *end;
	size_t len;
	enum lg_status status;

	if (strpbrk(value, "\"\n\\"))
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "%s: %s cannot be written in quotes", key,
				    value);
	find_value(settings, section, key, &header, &there);
	if (there != NULL) {
		end = value_end(there);
		if (end == NULL)
			return lg_error_set(err, LG_ERR_SYNTAX, NULL,
					    "%s is not one line in quotes: set "
					    "it to \"%s\" by hand",
					    key, value);
		end += *there == '"';
		len = (size_t)(end - there);
		lg_buffer_format(&line, "\"%s\"", value);
		status = lg_buffer_status(&line, err);
		if (status == LG_OK &&
		    (line.len != len || memcmp(line.data, there, len) != 0)) {
			*out_changed = 1;
			status = lg_setup_splice(
				settings, (size_t)(there - settings->data), len,
				line.data, err);
		}
	} else {
		*out_changed = 1;
		lg_buffer_format(&line, "%s = \"%s\"\n", key, value);
		status = add_lines(settings, section, header, &line, err);
	}
	lg_buffer_release(&line);
	return status;
}
