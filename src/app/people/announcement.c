/* SPDX-License-Identifier: ISC */
/*
 * announcement.c - the letter to those whom a lock would concern
 */
#include "app/people/announcement.h"

#include <string.h>

#include "base/ascii.h"

#include "core/policy/message.h"

/* An encoded word has at most 75 characters; a character up to 4 bytes. */
#define WORD_MAX 60

#define LETTER                                                                 \
	"Subject: Planned mail maintenance from %{begins}\n"                   \
	"\n"                                                                   \
	"%{description}\n"                                                     \
	"\n"                                                                   \
	"  from   %{begins}\n"                                                 \
	"  until  %{ends}\n"                                                   \
	"\n"                                                                   \
	"Between these times you will not be able to log on, and programs\n"   \
	"that are open will be disconnected. Mail that is sent to you\n"       \
	"meanwhile is kept and delivered.\n"                                   \
	"\n"                                                                   \
	"You need not do anything. Your password stays the same: should a\n"   \
	"program ask for it, press Cancel and try again after the\n"           \
	"maintenance.\n"

static const char usual[] = LETTER;
static const char usual_with_reason[] = LETTER "\nReason: %{reason}\n";

enum lg_status lg_announcement_write(const char *template_text,
				     const struct lg_announcement_facts *facts,
				     struct lg_announcement *out_letter,
				     struct lg_error *err)
{
	const struct lg_message_word words[] = {
		{"description", facts->description},
		{"profile", facts->profile},
		{"begins", facts->begins},
		{"ends", facts->ends},
		{"reason", facts->reason},
	};
	const size_t count = sizeof(words) / sizeof(words[0]);
	static const char begin[] = "Subject: ";
	const char *subject;
	const char *text;
	enum lg_status status;
	size_t len;

	if (template_text == NULL)
		template_text =
			facts->reason != NULL ? usual_with_reason : usual;
	subject = template_text + strlen(begin);
	if (strncmp(template_text, begin, strlen(begin)) != 0)
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "the template's first line is not "
				    "\"Subject: ...\"");
	len = strcspn(subject, "\r\n");
	lg_message_expand(subject, len, words, count, 1, &out_letter->subject);
	text = subject + len;
	text += strspn(text, "\r\n");
	lg_message_expand(text, strlen(text), words, count, 1,
			  &out_letter->text);
	status = lg_buffer_status(&out_letter->subject, err);
	return status == LG_OK ? lg_buffer_status(&out_letter->text, err)
			       : status;
}

void lg_announcement_release(struct lg_announcement *letter)
{
	lg_buffer_release(&letter->subject);
	lg_buffer_release(&letter->text);
}

int lg_announcement_address(const char *text)
{
	const char *at = strchr(text, '@');

	if (at == NULL || at == text || at[1] == '\0' || strchr(at + 1, '@'))
		return 0;
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text <= 0x20 || *text == 0x7f ||
		    strchr(",;:<>()[]\"\\", *text) != NULL)
			return 0;
	}
	return 1;
}

static void put_subject(const char *text, struct lg_buffer *out)
{
	size_t used = 0;

	lg_buffer_text(out, "Subject: =?UTF-8?Q?");
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		int is_plain = lg_ascii_is_alnum(*text);

		/* Not within a character. */
		if (used >= WORD_MAX - 12 && (c & 0xc0) != 0x80) {
			lg_buffer_text(out, "?=\n =?UTF-8?Q?");
			used = 0;
		}
		if (is_plain)
			lg_buffer_char(out, (char)c);
		else
			lg_buffer_format(out, "=%02X", c);
		used += is_plain ? 1 : 3;
	}
	lg_buffer_text(out, "?=\n");
}

enum lg_status lg_announcement_mail(const struct lg_announcement *letter,
				    const char *const *to, size_t count,
				    struct lg_buffer *out_mail,
				    struct lg_error *err)
{
	lg_buffer_text(out_mail, "To: undisclosed-recipients:;\n");
	for (size_t i = 0; i < count; i++)
		lg_buffer_format(out_mail, "%s%s%s", i == 0 ? "Bcc: " : " ",
				 to[i], i + 1 < count ? ",\n" : "\n");
	put_subject(letter->subject.data != NULL ? letter->subject.data : "",
		    out_mail);
	lg_buffer_text(out_mail, "MIME-Version: 1.0\n"
				 "Content-Type: text/plain; charset=utf-8\n"
				 "Content-Transfer-Encoding: 8bit\n"
				 "Auto-Submitted: auto-generated\n"
				 "\n");
	lg_buffer_append(out_mail, letter->text.data, letter->text.len);
	return lg_buffer_status(out_mail, err);
}
