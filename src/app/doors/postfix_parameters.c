/* SPDX-License-Identifier: ISC */
/*
 * postfix_parameters.c - parameters of main.cf and of one service
 *
 * A service's own settings win, also where another value names them. What
 * compares values (${{a} == {b}? ...}) is not followed, and that is noted.
 */
#include "app/doors/postfix_parameters.h"

#include <ctype.h>
#include <string.h>

#include "app/doors/doors_match.h"

#define EXPAND_DEPTH 4

void lg_postfix_parameters_release(struct lg_postfix_parameters *parameters)
{
	lg_strlist_release(&parameters->name);
	lg_strlist_release(&parameters->value);
}

static const char *parameter(const struct lg_postfix_parameters *parameters,
			     const char *name, size_t len)
{
	for (size_t i = parameters->name.count; i > 0; i--) {
		if (strlen(parameters->name.item[i - 1]) == len &&
		    strncmp(parameters->name.item[i - 1], name, len) == 0)
			return parameters->value.item[i - 1];
	}
	return NULL;
}

void lg_postfix_trim(const char **start, const char **end)
{
	while (*start < *end && isspace((unsigned char)**start))
		(*start)++;
	while (*end > *start && isspace((unsigned char)(*end)[-1]))
		(*end)--;
}

enum lg_status
lg_postfix_parameters_add(struct lg_postfix_parameters *parameters,
			  const char *start, const char *end,
			  struct lg_error *err)
{
	const char *equals = memchr(start, '=', (size_t)(end - start));
	const char *name_end = equals;
	const char *value = equals ? equals + 1 : NULL;
	enum lg_status status;

	if (!equals)
		return LG_OK;
	lg_postfix_trim(&start, &name_end);
	lg_postfix_trim(&value, &end);
	status = lg_strlist_add(&parameters->name, start,
				(size_t)(name_end - start), err);
	if (status == LG_OK)
		status = lg_strlist_add(&parameters->value, value,
					(size_t)(end - value), err);
	return status;
}

enum lg_status
lg_postfix_parameters_read(const char *text, size_t len,
			   struct lg_postfix_parameters *parameters,
			   struct lg_error *err)
{
	enum lg_status status = LG_OK;
	const char *end = text + len;
	const char *line_end;

	if (memchr(text, '\0', len))
		return lg_error_set(err, LG_ERR_SYNTAX, "postconf",
				    "a NUL byte in what it printed");
	while (status == LG_OK && text < end) {
		line_end = memchr(text, '\n', (size_t)(end - text));
		if (!line_end)
			line_end = end;
		status = lg_postfix_parameters_add(parameters, text, line_end,
						   err);
		text = line_end < end ? line_end + 1 : end;
	}
	return status;
}

/* Behind the brace that closes the one before text, or at the end. */
static const char *closing(const char *text)
{
	int depth = 1;

	for (; *text; text++) {
		depth += (*text == '{' || *text == '(') -
			 (*text == '}' || *text == ')');
		if (depth == 0)
			return text;
	}
	return text;
}

static void expand(struct lg_postfix_service *service, const char *value,
		   size_t len, int depth, struct lg_buffer *out);

/* The text of "${name?text}" or "${name:text}"; in braces it may be followed
 * by ":{text}" for the other case. */
static void expand_choice(struct lg_postfix_service *service, int is_set,
			  const char *text, const char *end, int depth,
			  struct lg_buffer *out)
{
	int wanted = (*text == '?') == (is_set != 0);
	const char *inner_end;

	for (text++; text < end && *text == '{'; wanted = !wanted) {
		inner_end = closing(text + 1);
		if (inner_end > end)
			inner_end = end;
		if (wanted)
			expand(service, text + 1,
			       (size_t)(inner_end - text - 1), depth, out);
		text = inner_end < end ? inner_end + 1 : end;
		if (text < end && *text == ':')
			text++;
	}
	if (text < end && wanted)
		expand(service, text, (size_t)(end - text), depth, out);
}

static const char *known(const struct lg_postfix_service *service,
			 const char *name, size_t len)
{
	const char *value = parameter(&service->own, name, len);

	return value ? value : parameter(service->main_cf, name, len);
}

static void expand(struct lg_postfix_service *service, const char *value,
		   size_t len, int depth, struct lg_buffer *out)
{
	const char *end = value + len;
	const char *name_end;
	const char *text;

	while (value < end) {
		if (*value != '$' || depth == 0 || value + 1 == end) {
			service->is_unread |= *value == '$' && depth == 0;
			lg_buffer_char(out, *value++);
			continue;
		}
		value++;
		if (*value == '{' || *value == '(') {
			value++;
			name_end = closing(value);
			if (name_end > end)
				name_end = end;
		} else {
			name_end = value;
			while (name_end < end &&
			       (isalnum((unsigned char)*name_end) ||
				*name_end == '_'))
				name_end++;
		}
		len = 0;
		while (value + len < name_end &&
		       (isalnum((unsigned char)value[len]) ||
			value[len] == '_'))
			len++;
		text = known(service, value, len);
		if (value + len == name_end)
			expand(service, text ? text : "",
			       text ? strlen(text) : 0, depth - 1, out);
		else if (len && strchr("?:", value[len]))
			expand_choice(service, text && *text, value + len,
				      name_end, depth - 1, out);
		else
			service->is_unread = 1;
		value = name_end;
		if (value < end && (*value == '}' || *value == ')'))
			value++;
	}
}

const char *lg_postfix_in_force(struct lg_postfix_service *service,
				const char *name, struct lg_buffer *out)
{
	const char *value = known(service, name, strlen(name));

	lg_buffer_clear(out);
	if (value)
		expand(service, value, strlen(value), EXPAND_DEPTH, out);
	return out->data ? out->data : "";
}

int lg_postfix_mentions(const struct lg_postfix_service *service,
			const char *name, const struct lg_strlist *addresses)
{
	return lg_doors_mentions(known(service, name, strlen(name)), addresses);
}
