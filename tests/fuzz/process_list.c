/* SPDX-License-Identifier: ISC */
/*
 * Reads a process list. Each name it gives must be contained, also behind a
 * path; the whole input is asked for as a client's process, too.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <logongate/buffer.h>
#include <logongate/process_list.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = size ? (const char *)data : "";
	struct lg_process_list *list = NULL;
	struct lg_error err = {0};
	struct lg_buffer path = {0};
	const struct lg_strlist *name;
	size_t i;

	if (lg_process_list_parse(text, size, "fuzz", &list, &err) != LG_OK) {
		check(!list && err.status != LG_OK && err.text[0]);
		return 0;
	}
	name = lg_process_list_names(list);
	for (i = 0; i < name->count; i++) {
		lg_buffer_clear(&path);
		lg_buffer_format(&path, "C:\\x/%s", name->item[i]);
		check(lg_process_list_contains(list, path.data, path.len));
		check(lg_process_list_contains(list, name->item[i],
					       strlen(name->item[i])));
	}
	lg_process_list_contains(list, text, size);
	lg_process_list_free(&list);
	lg_buffer_release(&path);
	return 0;
}
