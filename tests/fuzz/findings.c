/* SPDX-License-Identifier: ISC */
/*
 * Fuzz: the file `findings`. What is taken renders to the very same bytes.
 * The last line is made right first, or no mutation would get past it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <logongate/findings.h>

#include "core/values/findings_words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try(const char *text, size_t len)
{
	struct lg_findings *findings = NULL;
	struct lg_buffer again = {0};

	if (lg_findings_parse(text, len, "fuzz", &findings, NULL) != LG_OK)
		return;
	if (lg_findings_render(findings, &again, NULL) != LG_OK ||
	    again.len != len || memcmp(again.data, text, len) != 0)
		abort();
	lg_buffer_release(&again);
	lg_findings_free(&findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lg_buffer text = {0};
	size_t lines = 0;

	try((const char *)data, size);
	lg_buffer_text(&text, LG_FINDINGS_FIRST_LINE);
	lg_buffer_append(&text, data, size);
	if (size && data[size - 1] != '\n')
		lg_buffer_char(&text, '\n');
	for (size_t i = 0; i < text.len; i++)
		lines += text.data[i] == '\n';
	for (size_t count = lines > 2 ? lines - 2 : 0; count < lines; count++) {
		struct lg_buffer whole = {0};

		lg_buffer_append(&whole, text.data, text.len);
		lg_findings_put_end(&whole, count, text.data, text.len);
		try(whole.data, whole.len);
		lg_buffer_release(&whole);
	}
	lg_buffer_release(&text);
	return 0;
}
