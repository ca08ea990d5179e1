/* SPDX-License-Identifier: ISC */
/*
 * postfix_master.c - the services of master.cf, one after the other
 */
#include "app/doors/postfix_master.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static enum lg_status no_nul(const char *text, size_t len, struct lg_error *err)
{
	if (memchr(text, '\0', len))
		return lg_error_set(err, LG_ERR_SYNTAX, "postconf",
				    "a NUL byte in what it printed");
	return LG_OK;
}

/* Before compatibility_level 1 a "-" in the chroot column meant yes. */
static int dash_is_chroot(struct lg_postfix_service *service)
{
	struct lg_buffer level = {0};
	int is_old = strtoul(lg_postfix_in_force(service, "compatibility_level",
						 &level),
			     NULL, 10) < 1;

	lg_buffer_release(&level);
	return is_old;
}

/* The n-th word of a line, counted from 0; its length in *out_len. */
static const char *word(const char *start, const char *end, int n,
			size_t *out_len)
{
	const char *from;

	for (;;) {
		while (start < end && isspace((unsigned char)*start))
			start++;
		from = start;
		while (start < end && !isspace((unsigned char)*start))
			start++;
		if (n-- == 0)
			break;
	}
	*out_len = (size_t)(start - from);
	return from;
}

static enum lg_status begin_service(struct lg_postfix_service *service,
				    const char *line, const char *end,
				    struct lg_error *err)
{
	struct lg_buffer name = {0};
	const char *text;
	size_t len;

	text = word(line, end, 0, &len);
	lg_buffer_append(&name, text, len);
	lg_buffer_char(&name, ' ');
	text = word(line, end, 1, &len);
	lg_buffer_append(&name, text, len);
	text = word(line, end, 4, &len);
	service->is_chrooted =
		len == 1 &&
		(*text == 'y' || (*text == '-' && dash_is_chroot(service)));
	text = word(line, end, 7, &len);
	service->is_smtpd = len == 5 && strncmp(text, "smtpd", 5) == 0;
	return lg_buffer_take(&name, &service->name, err);
}

/* "-o name=value" up to the next -o; values may be { in braces }. */
static enum lg_status add_own(struct lg_postfix_service *service,
			      const char *line, const char *end,
			      struct lg_error *err)
{
	enum lg_status status = LG_OK;
	const char *next;
	int depth;

	while (status == LG_OK && line < end) {
		lg_postfix_trim(&line, &end);
		if (end - line < 2 || strncmp(line, "-o", 2) != 0)
			return LG_OK;
		line += 2;
		depth = 0;
		for (next = line; next < end; next++) {
			depth += (*next == '{') - (*next == '}');
			if (depth == 0 && next + 4 <= end &&
			    strncmp(next, " -o ", 4) == 0)
				break;
		}
		lg_postfix_trim(&line, &next);
		if (next - line > 1 && *line == '{' && next[-1] == '}')
			status = lg_postfix_parameters_add(
				&service->own, line + 1, next - 1, err);
		else
			status = lg_postfix_parameters_add(&service->own, line,
							   next, err);
		line = next;
	}
	return status;
}

static enum lg_status end_service(struct lg_postfix_service *service,
				  lg_postfix_service_fn *each, void *context,
				  struct lg_error *err)
{
	enum lg_status status =
		service->name ? each(context, service, err) : LG_OK;

	lg_postfix_parameters_release(&service->own);
	free(service->name);
	service->name = NULL;
	return status;
}

enum lg_status
lg_postfix_master_read(const char *text, size_t len,
		       const struct lg_postfix_parameters *main_cf,
		       lg_postfix_service_fn *each, void *context,
		       struct lg_error *err)
{
	struct lg_postfix_service service = {.main_cf = main_cf};
	enum lg_status status = no_nul(text, len, err);
	const char *end = text + len;
	const char *line_end;
	const char *options;

	while (status == LG_OK && text < end) {
		line_end = memchr(text, '\n', (size_t)(end - text));
		if (!line_end)
			line_end = end;
		if (*text == ' ' || *text == '\t') {
			status = add_own(&service, text, line_end, err);
		} else if (*text != '#' && *text != '\n') {
			status = end_service(&service, each, context, err);
			if (status == LG_OK)
				status = begin_service(&service, text, line_end,
						       err);
			options = text;
			while (options + 4 < line_end &&
			       strncmp(options, " -o ", 4) != 0)
				options++;
			if (status == LG_OK && options + 4 < line_end)
				status = add_own(&service, options, line_end,
						 err);
		}
		text = line_end < end ? line_end + 1 : end;
	}
	if (status == LG_OK)
		status = end_service(&service, each, context, err);
	lg_postfix_parameters_release(&service.own);
	free(service.name);
	return status;
}
