/* SPDX-License-Identifier: ISC */
/*
 * ssh_words.c - what ssh, sftp and Windows' reg.exe print, read
 *
 * OpenSSH speaks English everywhere; reg.exe the language of Windows, in the
 * code page of its console, so of its words only the English ones are known.
 */
#include "adapters/ssh/ssh_words.h"

#include <string.h>
#include <strings.h>

#include "base/utf8.h"

#define LINE_LIMIT 200

struct line {
	const char *text;
	size_t len;
};

/* The next line without the white space around it; 0 at the end. */
static int next_line(const char **text, size_t *len, struct line *out_line)
{
	const char *end;

	if (*len == 0)
		return 0;
	end = memchr(*text, '\n', *len);
	out_line->text = *text;
	out_line->len = end != NULL ? (size_t)(end - *text) : *len;
	*len -= out_line->len + (end != NULL);
	*text += out_line->len + (end != NULL);
	while (out_line->len > 0 && (unsigned char)out_line->text[0] <= ' ') {
		out_line->text++;
		out_line->len--;
	}
	while (out_line->len > 0 &&
	       (unsigned char)out_line->text[out_line->len - 1] <= ' ')
		out_line->len--;
	return 1;
}

static int says(const struct line *line, const char *words)
{
	return memmem(line->text, line->len, words, strlen(words)) != NULL;
}

static enum lg_status judge(const struct line *line)
{
	static const char *const denied[] = {
		": Permission denied", "Too many authentication failures",
		"Access is denied", "Error accessing the registry"};
	static const char *const late[] = {"timed out", "Timeout, server"};

	for (size_t i = 0; i < sizeof(denied) / sizeof(*denied); i++) {
		if (says(line, denied[i]))
			return LG_ERR_DENIED;
	}
	for (size_t i = 0; i < sizeof(late) / sizeof(*late); i++) {
		if (says(line, late[i]))
			return LG_ERR_TIMEOUT;
	}
	return LG_ERR_IO;
}

/* What ssh and sftp say behind the reason, and the echo of a batch. */
static int is_noise(const struct line *line)
{
	return line->len == 0 || says(line, "Connection closed") ||
	       (line->len >= 5 && memcmp(line->text, "sftp>", 5) == 0);
}

static void append_line(const struct line *line, struct lg_buffer *out_line)
{
	size_t len = line->len < LINE_LIMIT ? line->len : LINE_LIMIT;
	int is_utf8;

	/* not in the middle of a character */
	while (len < line->len && len > 0 &&
	       ((unsigned char)line->text[len] & 0xc0) == 0x80)
		len--;
	is_utf8 = lg_utf8_is_valid(line->text, len);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)line->text[i];

		if (c < ' ' || c == 0x7f)
			lg_buffer_char(out_line, ' ');
		else if (c >= 0x80 && !is_utf8)
			lg_buffer_char(out_line, '?');
		else
			lg_buffer_char(out_line, (char)c);
	}
}

enum lg_status ssh_words_why(const char *text, size_t len,
			     struct lg_buffer *out_line)
{
	enum lg_status status = LG_ERR_IO;
	struct line reason = {0};
	struct line line;

	while (status == LG_ERR_IO && next_line(&text, &len, &line)) {
		status = judge(&line);
		if (status != LG_ERR_IO || !is_noise(&line) || !reason.len)
			reason = line;
	}
	append_line(&reason, out_line);
	return status;
}

int ssh_words_list(const char *text, size_t len, const char *key)
{
	struct line line;

	while (next_line(&text, &len, &line)) {
		if (line.len == strlen(key) &&
		    strncasecmp(line.text, key, line.len) == 0)
			return 1;
	}
	return 0;
}
