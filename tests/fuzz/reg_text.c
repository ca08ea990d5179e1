/* SPDX-License-Identifier: ISC */
/*
 * Whatever lg_reg_text_parse reads, lg_reg_text_render writes such that it
 * reads back the same, as REGEDIT4 too where the code page has it all; and a
 * REGEDIT4 file says the same in the newer form.
 */
#include <stdint.h>
#include <logongate/registry.h>

#include "core/values/registry_comments.h"

#include "demand.h"

static void compare(const struct lg_registry *registry,
		    const struct lg_buffer *bytes)
{
	struct lg_registry *back = NULL;
	size_t i;

	demand(lg_reg_text_parse(bytes->data, bytes->len, "back", NULL, &back,
				 NULL) == LG_OK);
	demand(lg_registry_count(back) == lg_registry_count(registry));
	for (i = 0; i < lg_registry_count(registry); i++) {
		const struct lg_value *value = lg_registry_at(registry, i);
		const struct lg_value *other =
			lg_registry_find(back, value->key, value->name);

		demand(other && lg_value_equal(value, other));
	}
	lg_registry_free(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lg_registry *registry = NULL;
	struct lg_buffer bytes = {0};
	enum lg_reg_encoding encoding =
		size % 2 ? LG_REG_ENCODING_UTF8 : LG_REG_ENCODING_UTF16;

	if (lg_reg_text_parse(data, size, "fuzz", NULL, &registry, NULL) !=
	    LG_OK)
		return 0;
	demand(lg_reg_text_render(registry, encoding, &bytes, NULL) == LG_OK);
	compare(registry, &bytes);
	lg_buffer_clear(&bytes);
	if (lg_reg_text_render(registry, LG_REG_ENCODING_REGEDIT4, &bytes,
			       NULL) == LG_OK)
		compare(registry, &bytes);
	lg_buffer_clear(&bytes);
	demand(lg_reg_text_modernise(data, size, "fuzz", NULL, &bytes, NULL) ==
	       LG_OK);
	compare(registry, &bytes);
	lg_buffer_clear(&bytes);
	demand(lg_reg_text_comments(data, size, "fuzz", &bytes, NULL) == LG_OK);
	demand(!bytes.len ||
	       (*bytes.data == ';' && bytes.data[bytes.len - 1] == '\n'));
	lg_buffer_release(&bytes);
	lg_registry_free(&registry);
	return 0;
}
