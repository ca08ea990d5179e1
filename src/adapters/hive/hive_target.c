/* SPDX-License-Identifier: ISC */
/*
 * hive_target.c - a registry hive on a disk as a target
 *
 * CurrentControlSet does not exist in a file: Select\Current tells which
 * ControlSet00N it stands for. libhivex leaks the cells of values that are
 * written again and writes into its own copy, so a change goes to a new file
 * that takes the old one's place when it is whole.
 */
#include "adapters/hive/hive_target.h"

#include <errno.h>
#include <fcntl.h>
#include <hivex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/system/atomic_file.h"
#include "adapters/system/durable.h"

/* What libhivex takes for one value: "1 MB allocation limit". */
#define VALUE_LIMIT 1000000

/* From format 1.4 on, longer values need cells that libhivex cannot write. */
#define PLAIN_VALUE_LIMIT 16344

struct hive_target {
	const char *path;
};

static enum lg_status failed(const struct hive_target *target, const char *what,
			     struct lg_error *err)
{
	return lg_errno_set(target->path, what, err);
}

struct header {
	unsigned char byte[28];
};

/* 0 where it is too short, or cannot be read. */
static int read_header(const struct hive_target *target,
		       struct header *out_header)
{
	int fd = open(target->path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, out_header, sizeof(*out_header));

	if (fd >= 0)
		close(fd);
	return got == (ssize_t)sizeof(*out_header);
}

/*
 * Windows counts one number up before it writes a hive and the other behind:
 * where they differ a part of it may be in its log alone, and Windows would
 * write that over what is written here.
 */
static int is_half_written(const struct hive_target *target)
{
	struct header is;
	const unsigned char *header = is.byte;

	return read_header(target, &is) && memcmp(header, "regf", 4) == 0 &&
	       memcmp(header + 4, header + 8, 4) != 0;
}

static enum lg_status open_hive(const struct hive_target *target, int flags,
				hive_h **out_hive, struct lg_error *err)
{
	if (is_half_written(target))
		return lg_error_set(err, LG_ERR_CONFLICT, target->path,
				    "the hive was not written to its end (its "
				    "two sequence numbers differ); start the "
				    "server from it once and shut it down");
	*out_hive = hivex_open(target->path, flags);
	if (*out_hive)
		return LG_OK;
	if (errno == EINVAL || errno == ENOTSUP)
		return lg_error_set(err, LG_ERR_IO, target->path,
				    "not a registry hive, or a damaged one");
	return failed(target, "the hive cannot be opened", err);
}

/* hivex gives 0 and leaves errno for "no such child". */
static hive_node_h child(hive_h *hive, hive_node_h node, const char *name)
{
	return node ? hivex_node_get_child(hive, node, name) : 0;
}

/*
 * The node that key (below CurrentControlSet\Services) stands for, made where
 * make is set and it is missing; *out_node is 0 where there is none.
 */
static enum lg_status find_key(const struct hive_target *target, hive_h *hive,
			       const char *key, int make, hive_node_h *out_node,
			       struct lg_error *err)
{
	static const char prefix[] =
		LG_KEY_HIVE "\\SYSTEM\\CurrentControlSet\\";
	hive_node_h node = hivex_root(hive);
	hive_value_h current;
	hive_node_h next;
	char name[64];
	const char *end;
	size_t len;

	if (strncasecmp(key, prefix, sizeof(prefix) - 1) != 0)
		return lg_error_set(err, LG_ERR_RANGE, target->path,
				    "%s is not a key of this hive", key);
	next = child(hive, node, "Select");
	current = next ? hivex_node_get_value(hive, next, "Current") : 0;
	if (!current)
		return lg_error_set(err, LG_ERR_IO, target->path,
				    "no Select\\Current in it; this must be "
				    "the SYSTEM hive");
	errno = 0;
	snprintf(name, sizeof(name), "ControlSet%03u",
		 (unsigned int)hivex_value_dword(hive, current));
	if (errno)
		return failed(target, "Select\\Current cannot be read", err);
	node = child(hive, node, name);
	if (!node)
		return lg_error_set(err, LG_ERR_IO, target->path,
				    "%s is missing, although Select\\Current "
				    "names it",
				    name);
	for (key += sizeof(prefix) - 1; *key; key = *end ? end + 1 : end) {
		end = strchr(key, '\\');
		if (!end)
			end = key + strlen(key);
		len = (size_t)(end - key);
		if (len >= sizeof(name))
			return lg_error_set(err, LG_ERR_LIMIT, target->path,
					    "a key name is too long");
		memcpy(name, key, len);
		name[len] = '\0';
		next = child(hive, node, name);
		if (!next && make) {
			next = hivex_node_add_child(hive, node, name);
			if (!next)
				return failed(target, "a key cannot be made",
					      err);
		}
		if (!next) {
			*out_node = 0;
			return LG_OK;
		}
		node = next;
	}
	*out_node = node;
	return LG_OK;
}

static enum lg_status read_value(const struct hive_target *target, hive_h *hive,
				 hive_value_h value, const char *key,
				 struct lg_registry *values,
				 struct lg_error *err)
{
	char *name = hivex_value_key(hive, value);
	enum lg_status status;
	hive_type type;
	size_t len = 0;
	char *bytes;

	errno = 0;
	bytes = name ? hivex_value_value(hive, value, &type, &len) : NULL;
	if (!bytes)
		status = failed(target, "a value cannot be read", err);
	else
		status = lg_registry_set_bytes(values, key, name,
					       (uint32_t)type, bytes, len, err);
	free(bytes);
	free(name);
	return status;
}

static enum lg_status read_key(const struct hive_target *target, hive_h *hive,
			       const char *key, struct lg_registry *values,
			       struct lg_error *err)
{
	hive_value_h *list;
	hive_node_h node;
	enum lg_status status = find_key(target, hive, key, 0, &node, err);

	if (status != LG_OK || !node)
		return status;
	list = hivex_node_values(hive, node);
	if (!list)
		return failed(target, "the values cannot be listed", err);
	for (size_t i = 0; status == LG_OK && list[i]; i++)
		status = read_value(target, hive, list[i], key, values, err);
	free(list);
	return status;
}

static enum lg_status hive_read(void *self, struct lg_registry **out_values,
				struct lg_error *err)
{
	struct hive_target *target = self;
	struct lg_registry *values = NULL;
	hive_h *hive = NULL;
	enum lg_status status = lg_registry_new(&values, err);

	if (status == LG_OK)
		status = open_hive(target, 0, &hive, err);
	if (status == LG_OK)
		status = read_key(target, hive, LG_KEY_PARAMETERS_SYSTEM,
				  values, err);
	if (status == LG_OK)
		status = read_key(target, hive, LG_KEY_MSEXCHANGEIS, values,
				  err);
	if (hive)
		hivex_close(hive);
	if (status == LG_OK)
		*out_values = values;
	else
		lg_registry_free(&values);
	return status;
}

/* The values of a node without the one called name, as hivex wants them. */
static enum lg_status delete_value(const struct hive_target *target,
				   hive_h *hive, hive_node_h node,
				   const char *name, struct lg_error *err)
{
	size_t count = hivex_node_nr_values(hive, node);
	hive_value_h *list = hivex_node_values(hive, node);
	hive_set_value *kept = calloc(count ? count : 1, sizeof(*kept));
	enum lg_status status = LG_OK;
	size_t n = 0;

	if (!list || !kept) {
		status = failed(target, "the values cannot be listed", err);
		goto out;
	}
	for (size_t i = 0; list[i]; i++) {
		kept[n].key = hivex_value_key(hive, list[i]);
		if (kept[n].key && strcasecmp(kept[n].key, name) == 0) {
			free(kept[n].key);
			continue;
		}
		kept[n].value = hivex_value_value(hive, list[i], &kept[n].t,
						  &kept[n].len);
		n++;
		if (!kept[n - 1].key || !kept[n - 1].value) {
			status = failed(target, "a value cannot be read", err);
			goto out;
		}
	}
	if (hivex_node_set_values(hive, node, n, kept, 0) != 0)
		status = failed(target, "a value cannot be deleted", err);
out:
	for (size_t i = 0; kept && i < n; i++) {
		free(kept[i].key);
		free(kept[i].value);
	}
	free(kept);
	free(list);
	return status;
}

/* The minor number of the format stands at offset 24 of the file. */
static uint32_t hive_format(const struct hive_target *target)
{
	struct header is;

	return read_header(target, &is)
		       ? is.byte[24] | (uint32_t)is.byte[25] << 8
		       : 0;
}

static enum lg_status check_size(const struct hive_target *target,
				 const struct lg_value *value,
				 struct lg_error *err)
{
	size_t size = lg_value_stored_size(value);

	if (size > VALUE_LIMIT)
		return lg_error_set(err, LG_ERR_LIMIT, target->path,
				    "\"%s\" has %zu bytes; a hive takes at "
				    "most %d (about 7,400 DNs)",
				    value->name, size, VALUE_LIMIT);
	if (size > PLAIN_VALUE_LIMIT && hive_format(target) >= 4)
		return lg_error_set(err, LG_ERR_LIMIT, target->path,
				    "\"%s\" has %zu bytes; a hive of format "
				    "1.4 or later takes at most %d here; "
				    "import a .reg file on the server instead",
				    value->name, size, PLAIN_VALUE_LIMIT);
	return LG_OK;
}

static enum lg_status set_value(const struct hive_target *target, hive_h *hive,
				hive_node_h node, const struct lg_value *value,
				struct lg_error *err)
{
	struct lg_buffer bytes = {0};
	hive_set_value set;
	enum lg_status status = check_size(target, value, err);

	if (status != LG_OK)
		return status;
	lg_value_bytes(value, &bytes);
	status = lg_buffer_status(&bytes, err);
	if (status == LG_OK) {
		set.key = value->name;
		set.t = (hive_type)value->type;
		set.len = bytes.len;
		set.value = bytes.data;
		if (hivex_node_set_value(hive, node, &set, 0) != 0)
			status = failed(target, "a value cannot be written",
					err);
	}
	lg_buffer_release(&bytes);
	return status;
}

static enum lg_status change_value(const struct hive_target *target,
				   hive_h *hive,
				   const struct lg_target_change *change,
				   struct lg_error *err)
{
	hive_node_h node;
	enum lg_status status = find_key(target, hive, change->key,
					 change->value != NULL, &node, err);

	if (status != LG_OK || !node)
		return status;
	if (change->value)
		return set_value(target, hive, node, change->value, err);
	return delete_value(target, hive, node, change->name, err);
}

static enum lg_status hive_write(void *self,
				 const struct lg_target_change *change,
				 size_t count, struct lg_error *err)
{
	struct hive_target *target = self;
	struct lg_buffer path = {0};
	hive_h *hive = NULL;
	enum lg_status status;

	lg_buffer_format(&path, "%s.logongate-new", target->path);
	status = lg_buffer_status(&path, err);
	if (status == LG_OK)
		status = open_hive(target, HIVEX_OPEN_WRITE, &hive, err);
	for (size_t i = 0; status == LG_OK && i < count; i++)
		status = change_value(target, hive, &change[i], err);
	if (status == LG_OK && hivex_commit(hive, path.data, 0) != 0)
		status = failed(target, "the changed hive cannot be written",
				err);
	if (status == LG_OK)
		status = lg_atomic_file_adopt(path.data, target->path, err);
	if (status != LG_OK && path.data)
		unlink(path.data);
	if (hive)
		hivex_close(hive);
	lg_buffer_release(&path);
	return status;
}

static enum lg_status hive_probe(void *self, struct lg_target_probe *out_probe,
				 struct lg_error *err)
{
	struct hive_target *target = self;
	struct lg_registry *values = NULL;
	enum lg_status status = hive_read(self, &values, err);

	lg_registry_free(&values);
	if (status != LG_OK)
		return status;
	*out_probe = (struct lg_target_probe){
		.may_write = access(target->path, W_OK) == 0,
		.note = "a hive takes effect when Windows starts from it",
	};
	return LG_OK;
}

enum lg_status lg_hive_target_open(const char *name, const char *path,
				   struct lg_target *out_target,
				   struct lg_error *err)
{
	struct hive_target *target = calloc(1, sizeof(*target));

	if (!target)
		return lg_no_memory(err);
	target->path = path;
	*out_target = (struct lg_target){
		.self = target,
		.name = name,
		.probe = hive_probe,
		.read = hive_read,
		.write = hive_write,
		.close = free,
	};
	return LG_OK;
}
