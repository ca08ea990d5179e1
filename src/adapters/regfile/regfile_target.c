/* SPDX-License-Identifier: ISC */
/*
 * regfile_target.c - a .reg file that is carried to a server, as a target
 *
 * The file is the registry: it is read whole, changed and replaced whole. What
 * a change takes away is written down as a deletion, because the file is
 * imported on a server that still has it.
 */
#include "adapters/regfile/regfile_target.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "adapters/system/atomic_file.h"
#include "adapters/system/durable.h"
#include "base/listed.h"
#include "core/values/registry_comments.h"

struct regfile_target {
	const char *path;
	enum lg_reg_encoding encoding;
};

/* No file yet is an empty registry, not a failure: *out_there is 0. The text
 * is not NULL where it is there. */
static enum lg_status read_text(const struct regfile_target *target,
				struct lg_buffer *out_text, int *out_there,
				struct lg_error *err)
{
	*out_there = access(target->path, F_OK) == 0 || errno != ENOENT;
	lg_buffer_text(out_text, "");
	return *out_there ? lg_file_read(target->path, out_text, err) : LG_OK;
}

static enum lg_status regfile_read(void *self, struct lg_registry **out_values,
				   struct lg_error *err)
{
	struct regfile_target *target = self;
	struct lg_buffer bytes = {0};
	int there;
	enum lg_status status = read_text(target, &bytes, &there, err);

	if (status == LG_OK)
		status = there ? lg_reg_text_parse(bytes.data, bytes.len,
						   target->path, NULL,
						   out_values, err)
			       : lg_registry_new(out_values, err);
	lg_buffer_release(&bytes);
	return status;
}

/* What the file has beside its values: what it takes away on the server, which
 * may not have imported it yet, and what people wrote. */
struct kept {
	struct lg_strlist key;
	struct lg_strlist name;
	struct lg_strlist deleted_key;
	struct lg_buffer comments;
};

static enum lg_status read_kept(const struct regfile_target *target,
				struct kept *out, struct lg_error *err)
{
	struct lg_buffer bytes = {0};
	int there;
	enum lg_status status = read_text(target, &bytes, &there, err);

	if (status == LG_OK && there)
		status = lg_reg_text_deletions(
			bytes.data, bytes.len, target->path, &out->key,
			&out->name, &out->deleted_key, err);
	if (status == LG_OK && there)
		status =
			lg_reg_text_comments(bytes.data, bytes.len,
					     target->path, &out->comments, err);
	lg_buffer_release(&bytes);
	return status;
}

static void release_kept(struct kept *kept)
{
	lg_strlist_release(&kept->key);
	lg_strlist_release(&kept->name);
	lg_strlist_release(&kept->deleted_key);
	lg_buffer_release(&kept->comments);
}

/* Whether an earlier pair says the same. */
static int is_told(const struct kept *kept, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (strcasecmp(kept->key.item[i], kept->key.item[index]) == 0 &&
		    strcasecmp(kept->name.item[i], kept->name.item[index]) == 0)
			return 1;
	return 0;
}

/* What people wrote, then deleted keys, the values, and deleted values:
 * imported in this order nothing takes away what the file sets. */
static enum lg_status render(const struct regfile_target *target,
			     const struct lg_registry *values,
			     const struct kept *kept,
			     struct lg_buffer *out_text, struct lg_error *err)
{
	struct lg_registry *none = NULL;
	struct lg_buffer header = {0};
	struct lg_buffer body = {0};
	enum lg_status status = lg_registry_new(&none, err);

	if (status == LG_OK)
		status = lg_reg_text_render(none, target->encoding, &header,
					    err);
	if (status == LG_OK)
		status = lg_reg_text_render(values, target->encoding, &body,
					    err);
	if (status == LG_OK)
		lg_buffer_append(out_text, header.data, header.len);
	if (status == LG_OK && kept->comments.len)
		status = lg_reg_text_render_comments(
			kept->comments.data, target->encoding, out_text, err);
	for (size_t i = 0; status == LG_OK && i < kept->deleted_key.count; i++)
		status = lg_reg_text_render_key_deletion(
			kept->deleted_key.item[i], target->encoding, out_text,
			err);
	if (status == LG_OK)
		lg_buffer_append(out_text, body.data + header.len,
				 body.len - header.len);
	for (size_t i = 0; status == LG_OK && i < kept->key.count; i++) {
		const char *key = kept->key.item[i];
		const char *name = kept->name.item[i];

		if (!is_told(kept, i) &&
		    lg_registry_find(values, key, name) == NULL)
			status = lg_reg_text_render_deletion(
				key, name, target->encoding, out_text, err);
	}
	if (status == LG_OK)
		status = lg_buffer_status(out_text, err);
	lg_buffer_release(&header);
	lg_buffer_release(&body);
	lg_registry_free(&none);
	return status;
}

static enum lg_status regfile_write(void *self,
				    const struct lg_target_change *change,
				    size_t count, struct lg_error *err)
{
	struct regfile_target *target = self;
	struct lg_registry *values = NULL;
	struct kept kept = {0};
	struct lg_buffer text = {0};
	enum lg_status status = regfile_read(self, &values, err);

	if (status == LG_OK)
		status = read_kept(target, &kept, err);
	for (size_t i = 0; status == LG_OK && i < count; i++) {
		if (change[i].value) {
			status = lg_registry_set(values, change[i].value, err);
			continue;
		}
		lg_registry_delete(values, change[i].key, change[i].name);
		status = lg_list_text(&kept.key, change[i].key, err);
		if (status == LG_OK)
			status = lg_list_text(&kept.name, change[i].name, err);
	}
	if (status == LG_OK)
		status = render(target, values, &kept, &text, err);
	if (status == LG_OK)
		status = lg_atomic_file_replace(target->path, text.data,
						text.len, err);
	release_kept(&kept);
	lg_buffer_release(&text);
	lg_registry_free(&values);
	return status;
}

/* The folder must take a new file; the file itself is replaced. */
static int may_write(const char *path)
{
	char *folder = lg_folder_of(path);
	int may = folder && access(folder, W_OK) == 0;

	free(folder);
	return may;
}

static enum lg_status regfile_probe(void *self,
				    struct lg_target_probe *out_probe,
				    struct lg_error *err)
{
	struct regfile_target *target = self;
	struct lg_registry *values = NULL;
	enum lg_status status = regfile_read(self, &values, err);

	lg_registry_free(&values);
	if (status != LG_OK)
		return status;
	*out_probe = (struct lg_target_probe){
		.may_write = may_write(target->path),
		.note = "the file must be imported on the server",
	};
	return LG_OK;
}

enum lg_status lg_regfile_target_open(const char *name, const char *path,
				      enum lg_reg_encoding encoding,
				      struct lg_target *out_target,
				      struct lg_error *err)
{
	struct regfile_target *target = calloc(1, sizeof(*target));

	if (!target)
		return lg_no_memory(err);
	target->encoding = encoding;
	target->path = path;
	*out_target = (struct lg_target){
		.self = target,
		.name = name,
		.probe = regfile_probe,
		.read = regfile_read,
		.write = regfile_write,
		.close = free,
	};
	return LG_OK;
}
