/* SPDX-License-Identifier: ISC */
/*
 * setup_master.c - lines for services of Postfix' master.cf
 */
#include "app/setup/setup_master.h"

#include <ctype.h>
#include <string.h>

#include "app/doors/doors_match.h"
#include "app/setup/setup_plan.h"

#define SUBMISSION "$logongate_submission"
#define MAIL "$logongate_mail"

/* A restriction list as one word: blanks and commas separate alike. */
static enum lg_status flat(const char *list, struct lg_buffer *out,
			   struct lg_error *err)
{
	for (const char *at = list; *at; at++) {
		int separates = *at == ',' || isspace((unsigned char)*at);

		if (!separates)
			lg_buffer_char(out, *at);
		else if (out->len && out->data[out->len - 1] != ',')
			lg_buffer_char(out, ',');
	}
	return lg_buffer_status(out, err);
}

static int is_blank(struct lg_postfix_service *service, const char *name)
{
	struct lg_buffer value = {0};
	const char *list = lg_postfix_in_force(service, name, &value);
	int blank = list[strspn(list, " \t\r\n,")] == '\0';

	lg_buffer_release(&value);
	return blank;
}

/* "  -o NAME=QUESTION,what is in force" */
static enum lg_status put_first(struct lg_postfix_service *service,
				const char *name, const char *question,
				struct lg_buffer *lines, struct lg_error *err)
{
	struct lg_buffer value = {0};
	struct lg_buffer list = {0};
	const char *rest;
	enum lg_status status;

	service->is_unread = 0;
	status = flat(lg_postfix_in_force(service, name, &value), &list, err);
	rest = list.data ? list.data : "";
	if (status == LG_OK && (service->is_unread || strchr(rest, '{')))
		status = lg_error_set(
			err, LG_ERR_CONFLICT, service->name,
			"has a %s with braces, which setup does not touch: add "
			"what the drop-in postfix/logongate-master.cf says",
			name);
	lg_buffer_format(lines, "  -o %s=%s%s%s\n", name, question,
			 *rest ? "," : "", rest);
	lg_buffer_release(&value);
	lg_buffer_release(&list);
	return status == LG_OK ? lg_buffer_status(lines, err) : status;
}

/*
 * With smtpd_delay_reject=no the refusal comes at MAIL; but then restrictions
 * of clients and HELO would be asked before anybody logged on. Where there are
 * any it stays, and the question comes first at RCPT.
 */
enum lg_status lg_setup_master_submission(struct lg_postfix_service *service,
					  struct lg_buffer *out_lines,
					  struct lg_error *err)
{
	static const char *const lists[] = {"smtpd_sender_restrictions",
					    "smtpd_recipient_restrictions",
					    "smtpd_data_restrictions"};
	struct lg_buffer value = {0};
	int at_once = is_blank(service, "smtpd_client_restrictions") &&
		      is_blank(service, "smtpd_helo_restrictions");
	const char *delay =
		lg_postfix_in_force(service, "smtpd_delay_reject", &value);
	int delays = *delay == '\0' || lg_doors_is_yes(delay);
	enum lg_status status = LG_OK;

	lg_buffer_release(&value);
	if (at_once && delays)
		lg_buffer_text(out_lines, "  -o smtpd_delay_reject=no\n");
	else if (delays)
		status = put_first(service, "smtpd_client_restrictions",
				   SUBMISSION, out_lines, err);
	for (size_t i = 0; i < 3 && status == LG_OK; i++)
		status = put_first(service, lists[i], SUBMISSION, out_lines,
				   err);
	return status;
}

enum lg_status lg_setup_master_hold(struct lg_postfix_service *service,
				    struct lg_buffer *out_lines,
				    struct lg_error *err)
{
	return put_first(service, "smtpd_data_restrictions", MAIL, out_lines,
			 err);
}

static const char *line_end(const char *line)
{
	line += strcspn(line, "\n");
	return *line ? line + 1 : line;
}

/* 1 when the line begins the service "NAME TYPE". */
static int begins(const char *line, const char *service)
{
	size_t name = strcspn(service, " ");
	size_t type = strlen(service) - name - 1;
	size_t gap;

	if (strncmp(line, service, name) != 0)
		return 0;
	gap = strspn(line + name, " \t");
	line += name + gap;
	return gap && strncmp(line, service + name + 1, type) == 0 &&
	       (line[type] == ' ' || line[type] == '\t');
}

/* Behind the last line of a service; comments may stand between its lines. */
static const char *service_end(const char *text, const char *service)
{
	const char *end = NULL;

	for (const char *line = text; *line; line = line_end(line)) {
		size_t blanks = strspn(line, " \t");
		int is_text = strchr("#\n", line[blanks]) == NULL;

		if (!is_text)
			continue;
		if (blanks == 0 && end)
			break;
		if (blanks == 0 ? begins(line, service) : end != NULL)
			end = line_end(line);
	}
	return end;
}

enum lg_status lg_setup_master_insert(struct lg_buffer *text,
				      const char *service, const char *lines,
				      struct lg_error *err)
{
	const char *end = service_end(text->data ? text->data : "", service);
	struct lg_buffer whole = {0};
	enum lg_status status;
	size_t at;

	if (end == NULL)
		return lg_error_set(err, LG_ERR_SYNTAX, "master.cf",
				    "the service %s was not found in it",
				    service);
	at = (size_t)(end - text->data);
	lg_buffer_format(&whole, "%s%s", at && end[-1] != '\n' ? "\n" : "",
			 lines);
	status = lg_buffer_status(&whole, err);
	if (status == LG_OK)
		status = lg_setup_splice(text, at, 0, whole.data, err);
	lg_buffer_release(&whole);
	return status;
}
