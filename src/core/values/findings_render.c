/* SPDX-License-Identifier: ISC */
/*
 * findings_render.c - findings to the text of the file `findings`
 *
 * Lines of tab-separated fields between a first line that names the format
 * and a last one with the count and the XXH3-64 of everything before it, so
 * that a reader knows a whole file from a part of one.
 */
#include "core/values/findings_words.h"

#include <inttypes.h>
#include <stdint.h>

#include <xxhash.h>

static void put_text(struct lg_buffer *out, const char *text)
{
	if (!text) {
		lg_buffer_text(out, "\\-");
		return;
	}
	for (; *text; text++) {
		switch (*text) {
		case '\\':
			lg_buffer_text(out, "\\\\");
			break;
		case '\t':
			lg_buffer_text(out, "\\t");
			break;
		case '\n':
			lg_buffer_text(out, "\\n");
			break;
		case '\r':
			lg_buffer_text(out, "\\r");
			break;
		default:
			lg_buffer_char(out, *text);
			break;
		}
	}
}

static void put_account(struct lg_buffer *out,
			const struct lg_findings *findings,
			const struct lg_account *account)
{
	const char *const text[] = {account->asked, account->entry,
				    account->display, account->dn};
	const int word[LG_FINDINGS_FIELDS] = {(int)account->asked_as,
					      (int)account->finding,
					      (int)account->via};

	for (int i = 0; i < LG_FINDINGS_FIELDS; i++)
		lg_buffer_format(out, "%s%s", i ? "\t" : "",
				 lg_findings_field[i].word[word[i]]);
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		lg_buffer_char(out, '\t');
		put_text(out, text[i]);
	}
	for (size_t i = 0; i < account->login_count; i++) {
		const struct lg_login *login =
			&findings->login[account->login_first + i];

		lg_buffer_text(out, login->shared ? "\t!" : "\t+");
		put_text(out, login->name ? login->name : "");
	}
	lg_buffer_char(out, '\n');
}

void lg_findings_put_end(struct lg_buffer *out, size_t count, const char *body,
			 size_t body_len)
{
	uint64_t hash = XXH3_64bits(body, body_len);

	lg_buffer_text(out, LG_FINDINGS_END);
	lg_buffer_format(out, "%zu %016" PRIx64 "\n", count, hash);
}

enum lg_status lg_findings_render(const struct lg_findings *findings,
				  struct lg_buffer *out_text,
				  struct lg_error *err)
{
	size_t start = out_text->len;

	lg_buffer_text(out_text, LG_FINDINGS_FIRST_LINE);
	if (findings->filter) {
		lg_buffer_text(out_text, LG_FINDINGS_FILTER);
		put_text(out_text, findings->filter);
		lg_buffer_char(out_text, '\n');
	}
	for (size_t i = 0; i < findings->account_count; i++)
		put_account(out_text, findings, &findings->account[i]);
	/* After a failed append data may be shorter than start. */
	if (lg_buffer_status(out_text, NULL) == LG_OK)
		lg_findings_put_end(out_text, findings->account_count,
				    out_text->data + start,
				    out_text->len - start);
	return lg_buffer_status(out_text, err);
}
