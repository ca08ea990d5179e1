/* SPDX-License-Identifier: ISC */
/*
 * page.c - HTML without anything that has to be fetched
 *
 * A page goes out while the server is being worked on: no script, no image,
 * no style sheet, so that nothing on it can fail. Every text is escaped.
 */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "core/policy/message.h"

#include "adapters/http/page.h"
#include "adapters/http/pages.h"

void lg_http_escape(const char *text, struct lg_buffer *out_html)
{
	static const char *const entities[256] = {
		['&'] = "&amp;",  ['<'] = "&lt;",   ['>'] = "&gt;",
		['"'] = "&quot;", ['\''] = "&#39;",
	};
	struct lg_buffer clean = {0};

	lg_message_clean(text, strlen(text), &clean);
	for (size_t i = 0; i < clean.len; i++) {
		const char *entity = entities[(unsigned char)clean.data[i]];

		if (entity)
			lg_buffer_text(out_html, entity);
		else
			lg_buffer_char(out_html, clean.data[i]);
	}
	if (lg_buffer_status(&clean, NULL) != LG_OK)
		out_html->status = LG_ERR_NO_MEMORY;
	lg_buffer_release(&clean);
}

static void head(const char *title, struct lg_buffer *out)
{
	lg_buffer_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n");
	lg_buffer_append(out, lg_page_head, lg_page_head_len);
	lg_buffer_format(out,
			 "<title>%s</title>\n</head>\n<body>\n<main>\n"
			 "<h1>%s</h1>\n",
			 title, title);
}

static void foot(struct lg_buffer *out)
{
	lg_buffer_text(out, "</main>\n</body>\n</html>\n");
}

void lg_http_paragraph(const char *language, struct lg_buffer *out_html)
{
	if (!language || !*language) {
		lg_buffer_text(out_html, "<p>");
		return;
	}
	lg_buffer_text(out_html, "<p lang=\"");
	lg_http_escape(language, out_html);
	lg_buffer_text(out_html, "\">");
}

static void row(const char *name, const char *value, struct lg_buffer *out)
{
	if (!value)
		return;
	lg_buffer_format(out, "<tr><th scope=\"row\">%s</th><td>", name);
	lg_http_escape(value, out);
	lg_buffer_text(out, "</td></tr>\n");
}

static void row_number(const char *name, uint64_t value, struct lg_buffer *out)
{
	lg_buffer_format(
		out, "<tr><th scope=\"row\">%s</th><td>%" PRIu64 "</td></tr>\n",
		name, value);
}

void lg_http_status_page(const struct lg_http_status *status,
			 struct lg_buffer *out_html)
{
	head("logongate", out_html);
	for (size_t i = 0; i < status->loud_count; i++) {
		lg_buffer_text(out_html, "<p><strong>");
		lg_http_escape(status->loud[i], out_html);
		lg_buffer_text(out_html, "</strong></p>\n");
	}
	lg_buffer_text(out_html, "<table>\n");
	row("Gate", status->state, out_html);
	row("Profile", status->profile, out_html);
	row("Since", status->since, out_html);
	row("Until", status->until, out_html);
	row("By", status->by, out_html);
	row("Reason", status->reason, out_html);
	row_number("Open sessions", status->sessions, out_html);
	row_number("Refused", status->refused, out_html);
	row("Version", status->version, out_html);
	lg_buffer_text(out_html, "</table>\n");
	foot(out_html);
}

const struct lg_page_frame *lg_page_frame(const char *language)
{
	static const struct lg_page_frame known[] = {
		{"en", "Mail is not available right now",
		 "You do not need to change anything, and your password is "
		 "still the same."},
		{"de", "Ihre Mails sind zurzeit nicht erreichbar",
		 "Sie müssen nichts ändern; Ihr Passwort ist unverändert."},
		{"es", "El correo no está disponible en este momento",
		 "No tiene que cambiar nada; su contraseña sigue siendo la "
		 "misma."},
		{"fr", "La messagerie est indisponible pour le moment",
		 "Vous n’avez rien à changer ; votre mot de passe reste le "
		 "même."},
		{"nl", "Uw mail is op dit moment niet bereikbaar",
		 "U hoeft niets te veranderen; uw wachtwoord is niet "
		 "veranderd."},
	};

	for (size_t i = 1; language && i < sizeof(known) / sizeof(known[0]);
	     i++)
		if (!strncasecmp(language, known[i].language, 2) &&
		    (!language[2] || language[2] == '-'))
			return &known[i];
	return &known[0];
}
