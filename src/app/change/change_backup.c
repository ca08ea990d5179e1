/* SPDX-License-Identifier: ISC */
/*
 * change_backup.c - what a server held, kept before it is written
 */
#include "app/change/change_held.h"

#include "app/lock/state.h"
#include "base/instant.h"

int lg_change_has_backup(const struct lg_change_hands *hands, const char *file)
{
	struct lg_buffer path = {0};
	uint64_t size = 0;

	lg_buffer_format(&path, LG_STATE_BACKUPS "/%s", file);
	if (lg_buffer_status(&path, NULL) == LG_OK &&
	    hands->files->size(hands->files->self, path.data, &size, NULL) !=
		    LG_OK)
		size = 0;
	lg_buffer_release(&path);
	return size > 0;
}

/* TIME.NAME.reg; TIME.N.NAME.reg where that is taken. */
static enum lg_status free_name(const struct lg_change_hands *hands,
				const char *name, struct lg_buffer *file,
				struct lg_error *err)
{
	struct lg_now now = hands->now(hands->self);
	char stamp[LG_INSTANT_SIZE];
	enum lg_status status;
	unsigned int n = 1;

	lg_instant_format(now.wall_ms / 1000, stamp);
	lg_buffer_format(file, "%s.%s.reg", stamp, name);
	while ((status = lg_buffer_status(file, err)) == LG_OK &&
	       lg_change_has_backup(hands, file->data)) {
		lg_buffer_clear(file);
		lg_buffer_format(file, "%s.%u.%s.reg", stamp, ++n, name);
	}
	return status;
}

enum lg_status lg_change_backup(void *hands, const char *name,
				const struct lg_registry *values,
				char **out_file, struct lg_error *err)
{
	const struct lg_files *files =
		((const struct lg_change_hands *)hands)->files;
	struct lg_buffer file = {0}, path = {0}, text = {0};
	enum lg_status status = free_name(hands, name, &file, err);

	if (status == LG_OK)
		status = lg_reg_text_render(values, LG_REG_ENCODING_UTF16,
					    &text, err);
	if (status == LG_OK) {
		lg_buffer_format(&path, LG_STATE_BACKUPS "/%s", file.data);
		status = lg_buffer_status(&path, err);
	}
	if (status == LG_OK)
		status = files->replace(files->self, path.data, text.data,
					text.len, err);
	if (status == LG_OK)
		status = lg_buffer_take(&file, out_file, err);
	lg_buffer_release(&file);
	lg_buffer_release(&path);
	lg_buffer_release(&text);
	return status;
}
