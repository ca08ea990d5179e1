/* SPDX-License-Identifier: ISC */
/*
 * findings_parse.c - the text of the file `findings` to findings
 *
 * Takes only what findings_render.c could have written, so a cut-off, edited
 * or half-written file is an error as a whole and never a shorter list. The
 * frame (first and last line) is looked at first, then each line, and the
 * count and check sum of the last line at the end.
 */
#include "base/listed.h"
#include "base/utf8.h"
#include "base/grow.h"
#include "core/values/findings_words.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	const char *at;
	const char *end; /* where the "end" line begins */
	const char *place;
	size_t line;
	struct lg_buffer text; /* the unescaped fields of one line */
	struct lg_login *login;
	size_t login_capacity;
};

static enum lg_status wrong(const struct reader *reader, const char *what,
			    struct lg_error *err)
{
	return lg_error_set_at(err, LG_ERR_SYNTAX, reader->place, reader->line,
			       "%s; the file must be as logongate wrote it",
			       what);
}

/* Takes the field up to the next tab or line end. */
static const char *take_field(struct reader *reader, size_t *out_len,
			      int *out_last)
{
	const char *start = reader->at;

	while (reader->at < reader->end && *reader->at != '\t' &&
	       *reader->at != '\n')
		reader->at++;
	*out_len = (size_t)(reader->at - start);
	*out_last = reader->at == reader->end || *reader->at == '\n';
	if (reader->at < reader->end)
		reader->at++;
	return start;
}

/*
 * Appends the unescaped field and a NUL to reader->text; *out_offset is where
 * it begins, SIZE_MAX where the text is absent. 0 when the field is wrong.
 */
static int unescape(struct reader *reader, const char *field, size_t len,
		    size_t *out_offset)
{
	size_t offset = reader->text.len;

	*out_offset = SIZE_MAX;
	if (len == 2 && field[0] == '\\' && field[1] == '-')
		return 1;
	for (size_t i = 0; i < len; i++) {
		char c = field[i];

		if (c == '\0' || c == '\r')
			return 0;
		if (c == '\\') {
			if (++i == len)
				return 0;
			if (field[i] == '\\')
				c = '\\';
			else if (field[i] == 't')
				c = '\t';
			else if (field[i] == 'n')
				c = '\n';
			else if (field[i] == 'r')
				c = '\r';
			else
				return 0;
		}
		lg_buffer_char(&reader->text, c);
	}
	lg_buffer_char(&reader->text, '\0');
	*out_offset = offset;
	return 1;
}

static const char *text_at(const struct reader *reader, size_t offset)
{
	return offset == SIZE_MAX ? NULL : reader->text.data + offset;
}

static enum lg_status room_for_login(struct reader *reader, size_t count,
				     struct lg_error *err)
{
	return lg_grow(&reader->login, &reader->login_capacity, count,
		       sizeof(*reader->login), err);
}

/*
 * The "+name" and "!name" fields. The names lie one behind the other in
 * reader->text; they are pointed at when the line is whole, because the
 * buffer moves while it grows.
 */
static enum lg_status take_logins(struct reader *reader, int last,
				  size_t *out_count, struct lg_error *err)
{
	size_t first = reader->text.len;
	size_t count = 0;
	const char *name;
	enum lg_status status;

	while (!last) {
		size_t offset;
		size_t len;
		const char *field = take_field(reader, &len, &last);

		status = room_for_login(reader, count, err);
		if (status != LG_OK)
			return status;
		if (len < 1 || (field[0] != '+' && field[0] != '!') ||
		    !unescape(reader, field + 1, len - 1, &offset) ||
		    offset == SIZE_MAX)
			return wrong(reader, "a logon name that cannot be read",
				     err);
		reader->login[count++].shared = field[0] == '!';
	}
	status = lg_buffer_status(&reader->text, err);
	if (status != LG_OK)
		return status;
	name = text_at(reader, count ? first : SIZE_MAX);
	for (size_t i = 0; i < count; i++) {
		reader->login[i].name = name;
		name += strlen(name) + 1;
	}
	*out_count = count;
	return LG_OK;
}

static enum lg_status take_account(struct reader *reader,
				   struct lg_findings *findings,
				   struct lg_error *err)
{
	struct lg_account account = {0};
	size_t offset[4];
	size_t login_count = 0;
	size_t len;
	int word[LG_FINDINGS_FIELDS];
	int last;
	enum lg_status status;

	for (int i = 0; i < LG_FINDINGS_FIELDS; i++) {
		const char *field = take_field(reader, &len, &last);

		word[i] = lg_word_index(lg_findings_field[i].word,
					lg_findings_field[i].count, field, len);
		if (word[i] < 0 || last)
			return wrong(reader, "a line that names no finding",
				     err);
	}
	account.asked_as = (enum lg_asked_as)word[0];
	account.finding = (enum lg_finding)word[1];
	account.via = (enum lg_via)word[2];
	lg_buffer_clear(&reader->text);
	for (int i = 0; i < 4; i++) {
		const char *field = take_field(reader, &len, &last);

		if (!unescape(reader, field, len, &offset[i]))
			return wrong(reader, "a text that cannot be read", err);
		if (last && i < 3)
			return wrong(reader, "a line with too few fields", err);
	}
	status = take_logins(reader, last, &login_count, err);
	if (status != LG_OK)
		return status;
	account.asked = text_at(reader, offset[0]);
	account.entry = text_at(reader, offset[1]);
	account.display = text_at(reader, offset[2]);
	account.dn = text_at(reader, offset[3]);
	return lg_findings_add(findings, &account, reader->login, login_count,
			       err);
}

static enum lg_status take_filter(struct reader *reader,
				  struct lg_findings *findings,
				  struct lg_error *err)
{
	size_t offset;
	size_t len;
	int last;
	const char *field;
	enum lg_status status;

	reader->at += sizeof(LG_FINDINGS_FILTER) - 1;
	field = take_field(reader, &len, &last);
	if (!last || !unescape(reader, field, len, &offset) ||
	    offset == SIZE_MAX)
		return wrong(reader, "a filter line that cannot be read", err);
	status = lg_buffer_status(&reader->text, err);
	if (status != LG_OK)
		return status;
	findings->filter = strdup(text_at(reader, offset));
	if (!findings->filter)
		return lg_no_memory(err);
	reader->line++;
	return LG_OK;
}

/* The last line: present, and right about all the bytes before it. */
static enum lg_status check_frame(const char *text, size_t len,
				  const char *place, size_t *out_body_len,
				  struct lg_buffer *out_end_line,
				  struct lg_error *err)
{
	size_t body = len;

	if (len < sizeof(LG_FINDINGS_FIRST_LINE) - 1 ||
	    memcmp(text, LG_FINDINGS_FIRST_LINE,
		   sizeof(LG_FINDINGS_FIRST_LINE) - 1) != 0)
		return lg_error_set_at(err, LG_ERR_SYNTAX, place, 1,
				       "not a file of findings; its first "
				       "line would be \"logongate findings "
				       "1\"");
	if (text[len - 1] != '\n')
		return lg_error_set(err, LG_ERR_SYNTAX, place,
				    "the last line is cut off; the file must "
				    "be as logongate wrote it");
	do
		body--;
	while (body > 0 && text[body - 1] != '\n');
	if (len - body < sizeof(LG_FINDINGS_END) ||
	    memcmp(text + body, LG_FINDINGS_END, sizeof(LG_FINDINGS_END) - 1) !=
		    0)
		return lg_error_set(err, LG_ERR_SYNTAX, place,
				    "the \"end\" line is missing; the file "
				    "must be as logongate wrote it");
	if (!lg_utf8_is_valid(text, body))
		return lg_error_set(err, LG_ERR_SYNTAX, place,
				    "not UTF-8; the file must be as logongate "
				    "wrote it");
	lg_buffer_append(out_end_line, text + body, len - body);
	*out_body_len = body;
	return lg_buffer_status(out_end_line, err);
}

enum lg_status lg_findings_parse(const char *text, size_t len,
				 const char *place,
				 struct lg_findings **out_findings,
				 struct lg_error *err)
{
	struct reader reader = {.place = place, .line = 2};
	struct lg_findings *findings = NULL;
	struct lg_buffer end_line = {0};
	struct lg_buffer expected = {0};
	size_t body = 0;
	enum lg_status status;

	status = check_frame(text, len, place, &body, &end_line, err);
	if (status != LG_OK)
		goto out;
	status = lg_findings_new(&findings, err);
	if (status != LG_OK)
		goto out;
	reader.at = text + sizeof(LG_FINDINGS_FIRST_LINE) - 1;
	reader.end = text + body;
	if ((size_t)(reader.end - reader.at) >=
		    sizeof(LG_FINDINGS_FILTER) - 1 &&
	    memcmp(reader.at, LG_FINDINGS_FILTER,
		   sizeof(LG_FINDINGS_FILTER) - 1) == 0)
		status = take_filter(&reader, findings, err);
	while (status == LG_OK && reader.at < reader.end) {
		status = take_account(&reader, findings, err);
		reader.line++;
	}
	if (status != LG_OK)
		goto out;
	lg_findings_put_end(&expected, findings->account_count, text, body);
	status = lg_buffer_status(&expected, err);
	if (status == LG_OK &&
	    (expected.len != end_line.len ||
	     memcmp(expected.data, end_line.data, expected.len) != 0))
		status = lg_error_set(err, LG_ERR_SYNTAX, place,
				      "the check sum does not fit; the file "
				      "must be as logongate wrote it");
	if (status == LG_OK) {
		*out_findings = findings;
		findings = NULL;
	}
out:
	lg_buffer_release(&expected);
	lg_buffer_release(&end_line);
	free(reader.login);
	lg_buffer_release(&reader.text);
	lg_findings_free(&findings);
	return status;
}
