/* SPDX-License-Identifier: ISC */
/*
 * backend.c - the table of backends
 */
#include "core/settings/backend.h"

#include "base/listed.h"

static const struct lg_backend_row rows[LG_BACKEND_COUNT] = {
#define LG_BACKEND(id, word, ...)                                              \
	[LG_BACKEND_##id] = {.name = #word, __VA_ARGS__},
#include "core/settings/backends.def"
};

const struct lg_backend_row *lg_backend_row(enum lg_backend backend)
{
	return &rows[backend];
}

const char *lg_backend_name(enum lg_backend backend)
{
	return rows[backend].name;
}

int lg_backend_from_name(const char *name, size_t len,
			 enum lg_backend *out_backend)
{
	for (size_t i = 0; i < LG_BACKEND_COUNT; i++) {
		if (!lg_is_word(rows[i].name, name, len))
			continue;
		*out_backend = (enum lg_backend)i;
		return 1;
	}
	return 0;
}

void lg_backend_names(struct lg_buffer *out_text)
{
	for (size_t i = 0; i < LG_BACKEND_COUNT; i++) {
		if (i > 0)
			lg_buffer_text(out_text, i + 1 < LG_BACKEND_COUNT
							 ? ", "
							 : " or ");
		lg_buffer_text(out_text, rows[i].name);
	}
}
