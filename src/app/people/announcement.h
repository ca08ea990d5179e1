/* SPDX-License-Identifier: ISC */
/*
 * announcement.h - the letter to those whom a lock would concern
 *
 * Layer: app: core.
 * Source: contract 11 "Notices"; RFC 5322, RFC 2047.
 */
#ifndef LOGONGATE_APP_PEOPLE_ANNOUNCEMENT_H
#define LOGONGATE_APP_PEOPLE_ANNOUNCEMENT_H

#include <logongate/buffer.h>
#include <logongate/strlist.h>

/* What may stand in a template as %{name}; NULL is put in as nothing. */
struct lg_announcement_facts {
	const char *description;
	const char *profile;
	const char *begins;
	const char *ends;
	const char *reason;
};

struct lg_announcement {
	struct lg_buffer subject;
	struct lg_buffer text;
};

/*
 * template_text: NULL for the one that everybody has.
 * Shape: "Subject: ..." on the first line, an empty line, the text. Other
 * %{words} stay as they are. Control characters of facts become blanks.
 * Returns: LG_OK; LG_ERR_SYNTAX, the template has no subject.
 * Owns: lg_announcement_release, whatever was returned.
 */
enum lg_status lg_announcement_write(const char *template_text,
				     const struct lg_announcement_facts *facts,
				     struct lg_announcement *out_letter,
				     struct lg_error *err);
void lg_announcement_release(struct lg_announcement *letter);

/* 1 for an address that a header can hold: one @, no blanks, no controls. */
int lg_announcement_address(const char *text);

/* The whole mail for to[first .. first + count), as Bcc. */
enum lg_status lg_announcement_mail(const struct lg_announcement *letter,
				    const char *const *to, size_t count,
				    struct lg_buffer *out_mail,
				    struct lg_error *err);

#endif
