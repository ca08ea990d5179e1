/* SPDX-License-Identifier: ISC */
/*
 * survey_postfix.c - what postconf says about asking the gate
 *
 * Each smtpd service has the parameters of main.cf with its own -o on top. One
 * that lets people log on must ask (postfix_asks.c).
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "app/doors/doors_match.h"
#include "app/doors/postfix_asks.h"

static void trim(const char **start, const char **end)
{
	while (*start < *end && isspace((unsigned char)**start))
		(*start)++;
	while (*end > *start && isspace((unsigned char)(*end)[-1]))
		(*end)--;
}

static enum lg_status no_nul(const char *text, size_t len, struct lg_error *err)
{
	if (memchr(text, '\0', len))
		return lg_error_set(err, LG_ERR_SYNTAX, "postconf",
				    "a NUL byte in what it printed");
	return LG_OK;
}

/* "submission inet", "587 inet", "10.0.0.1:465 inet": where to try it. */
static enum lg_status add_url(struct lg_postfix_service *service,
			      struct lg_way *way, struct lg_buffer *url,
			      struct lg_buffer *peer, struct lg_error *err)
{
	static const struct {
		const char *name;
		const char *port;
	} known[] = {{"smtp", "25"},
		     {"submission", "587"},
		     {"submissions", "465"},
		     {"smtps", "465"}};
	struct lg_buffer wrapped = {0};
	size_t len = strcspn(service->name, " ");
	const char *port = service->name;
	int tls;

	if (strcmp(service->name + len, " inet") != 0)
		return LG_OK;
	for (size_t i = 0; i < len; i++) {
		if (service->name[i] == ':')
			port = service->name + i + 1;
	}
	if (port > service->name)
		lg_buffer_append(peer, service->name,
				 (size_t)(port - service->name - 1));
	else
		lg_buffer_text(peer, "127.0.0.1");
	len -= (size_t)(port - service->name);
	tls = lg_doors_is_yes(lg_postfix_in_force(
		service, "smtpd_tls_wrappermode", &wrapped));
	lg_buffer_release(&wrapped);
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (strlen(known[i].name) == len &&
		    strncmp(known[i].name, port, len) == 0) {
			port = known[i].port;
			len = strlen(port);
		}
	}
	lg_buffer_format(url, "%s://localhost:", tls ? "smtps" : "smtp");
	lg_buffer_append(url, port, len);
	way->url = url->data;
	way->peer = peer->data;
	if (lg_buffer_status(url, err) != LG_OK)
		return url->status;
	return lg_buffer_status(peer, err);
}

static enum lg_status add_service(struct lg_postfix_service *service,
				  const char *folder,
				  const struct lg_gate_addresses *gate,
				  struct lg_ways *ways, struct lg_error *err)
{
	struct lg_way way = {.door = "postfix"};
	struct lg_buffer buffer = {0};
	struct lg_buffer name = {0};
	struct lg_buffer url = {0};
	struct lg_buffer peer = {0};
	enum lg_status status;

	if (!service->is_smtpd)
		return LG_OK;
	lg_buffer_format(&name, "%s%s%s", service->name, folder ? " of " : "",
			 folder ? folder : "");
	way.way = name.data;
	status = add_url(service, &way, &url, &peer, err);
	if (status == LG_OK)
		status = lg_buffer_status(&name, err);
	if (status != LG_OK)
		goto out;
	if (lg_doors_is_yes(lg_postfix_in_force(
		    service, "smtpd_sasl_auth_enable", &buffer))) {
		status = lg_postfix_judge(service, gate, &way, &buffer, err);
	} else {
		way.asks = LG_ASKS_NOT_NEEDED;
		way.note = "nobody logs on here; mail from outside is never "
			   "touched by a lock";
	}
	if (status == LG_OK)
		status = lg_buffer_status(&buffer, err);
	if (status == LG_OK)
		status = lg_ways_add(ways, &way, err);
out:
	lg_buffer_release(&buffer);
	lg_buffer_release(&name);
	lg_buffer_release(&url);
	lg_buffer_release(&peer);
	return status;
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
		trim(&line, &end);
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
		trim(&line, &next);
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

static enum lg_status read_master(const char *text, size_t len,
				  struct lg_postfix_service *service,
				  const char *folder,
				  const struct lg_gate_addresses *gate,
				  struct lg_ways *ways, struct lg_error *err)
{
	enum lg_status status = no_nul(text, len, err);
	const char *end = text + len;
	const char *line_end;
	const char *options;

	while (status == LG_OK && text < end) {
		line_end = memchr(text, '\n', (size_t)(end - text));
		if (!line_end)
			line_end = end;
		if (*text == ' ' || *text == '\t') {
			status = add_own(service, text, line_end, err);
		} else if (*text != '#' && *text != '\n') {
			status = add_service(service, folder, gate, ways, err);
			lg_postfix_parameters_release(&service->own);
			free(service->name);
			service->name = NULL;
			if (status == LG_OK)
				status = begin_service(service, text, line_end,
						       err);
			options = text;
			while (options + 4 < line_end &&
			       strncmp(options, " -o ", 4) != 0)
				options++;
			if (status == LG_OK && options + 4 < line_end)
				status = add_own(service, options, line_end,
						 err);
		}
		text = line_end < end ? line_end + 1 : end;
	}
	if (status == LG_OK)
		status = add_service(service, folder, gate, ways, err);
	return status;
}

enum lg_status lg_doors_postfix(const char *main_cf, size_t main_len,
				const char *master_cf, size_t master_len,
				const char *folder,
				const struct lg_gate_addresses *gate,
				struct lg_ways *ways, struct lg_error *err)
{
	struct lg_postfix_parameters parameters = {0};
	struct lg_postfix_service service = {.main_cf = &parameters};
	enum lg_status status;

	status =
		lg_postfix_parameters_read(main_cf, main_len, &parameters, err);
	if (status == LG_OK)
		status = read_master(master_cf, master_len, &service, folder,
				     gate, ways, err);
	lg_postfix_parameters_release(&service.own);
	free(service.name);
	lg_postfix_parameters_release(&parameters);
	return status;
}

enum lg_status lg_doors_postfix_instances(const char *main_cf, size_t len,
					  struct lg_strlist *out_folders,
					  struct lg_error *err)
{
	static const char between[] = ", \t\r\n";
	struct lg_postfix_parameters parameters = {0};
	struct lg_postfix_service first = {.main_cf = &parameters};
	struct lg_buffer folders = {0};
	const char *at;
	size_t n;
	enum lg_status status;

	status = lg_postfix_parameters_read(main_cf, len, &parameters, err);
	if (status != LG_OK)
		goto out;
	at = lg_postfix_in_force(&first, "multi_instance_directories",
				 &folders);
	status = lg_buffer_status(&folders, err);
	while (status == LG_OK && *(at += strspn(at, between))) {
		n = strcspn(at, between);
		status = lg_strlist_add(out_folders, at, n, err);
		at += n;
	}
out:
	lg_buffer_release(&folders);
	lg_postfix_parameters_release(&parameters);
	return status;
}
