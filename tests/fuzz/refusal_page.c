/* SPDX-License-Identifier: ISC */
/*
 * A site's own page: one that passes the check renders, with every text
 * escaped.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/http/refusal_page.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct lg_refusal_page page = {(const char *)data, size, "page",
					     "host"};
	const struct lg_refusal_words words = {.text = "\x01<q>\"'&"};
	struct lg_buffer html = {0};
	struct lg_error err = {0};

	if (lg_refusal_page_check(&page, &err) == LG_OK) {
		if (lg_refusal_page_render(&page, &words, &html, &err) !=
			    LG_OK ||
		    !html.data ||
		    !strstr(html.data, "&lt;q&gt;&quot;&#39;&amp;"))
			abort();
	}
	lg_buffer_release(&html);
	return 0;
}
