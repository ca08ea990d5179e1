/* SPDX-License-Identifier: ISC */
/*
 * Registry values in order of insertion.
 *
 * A registry is an array of references to values that never change; copies
 * share them and count them with an atomic counter, since a copy may be handed
 * to a worker. Beside each reference stands the hash of its folded key and
 * name, so that finding one among thousands reads one array.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include <logongate/registry.h>

#include "registry_value.h"
#include "utf16.h"

struct entry {
	uint64_t hash;
	struct lg_shared_value *shared;
};

struct lg_registry {
	struct entry *entry;
	size_t count;
	size_t capacity;
};

static char fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int same_text(const char *a, const char *b)
{
	while (*a && fold(*a) == fold(*b)) {
		a++;
		b++;
	}
	return fold(*a) == fold(*b);
}

static uint64_t folded_hash(uint64_t seed, const char *text)
{
	char chunk[256];
	size_t len;

	do {
		for (len = 0; len < sizeof(chunk) && *text; len++)
			chunk[len] = fold(*text++);
		seed = XXH3_64bits_withSeed(chunk, len, seed);
	} while (*text);
	return seed;
}

static uint64_t place_hash(const char *key, const char *name)
{
	return folded_hash(folded_hash(0, key), name);
}

static size_t find(const struct lg_registry *registry, const char *key,
		   const char *name)
{
	uint64_t hash = place_hash(key, name);
	size_t i;

	for (i = 0; i < registry->count; i++) {
		const struct lg_value *value;

		if (registry->entry[i].hash != hash)
			continue;
		value = &registry->entry[i].shared->value;
		if (same_text(value->key, key) && same_text(value->name, name))
			break;
	}
	return i;
}

enum lg_status lg_registry_new(struct lg_registry **out_registry,
			       struct lg_error *err)
{
	struct lg_registry *registry = calloc(1, sizeof(*registry));

	if (!registry)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL,
				    "out of memory");
	*out_registry = registry;
	return LG_OK;
}

void lg_registry_free(struct lg_registry **registry)
{
	size_t i;

	if (!registry || !*registry)
		return;
	for (i = 0; i < (*registry)->count; i++)
		lg_shared_value_release((*registry)->entry[i].shared);
	free((*registry)->entry);
	free(*registry);
	*registry = NULL;
}

enum lg_status lg_registry_copy(const struct lg_registry *registry,
				struct lg_registry **out_copy,
				struct lg_error *err)
{
	struct lg_registry *copy = NULL;
	size_t i;
	enum lg_status status = lg_registry_new(&copy, err);

	if (status)
		return status;
	if (registry->count) {
		copy->entry = calloc(registry->count, sizeof(*copy->entry));
		if (!copy->entry) {
			free(copy);
			return lg_error_set(err, LG_ERR_NO_MEMORY, NULL,
					    "out of memory");
		}
	}
	for (i = 0; i < registry->count; i++) {
		copy->entry[i] = registry->entry[i];
		lg_shared_value_keep(copy->entry[i].shared);
	}
	copy->count = copy->capacity = registry->count;
	*out_copy = copy;
	return LG_OK;
}

size_t lg_registry_count(const struct lg_registry *registry)
{
	return registry->count;
}

const struct lg_value *lg_registry_at(const struct lg_registry *registry,
				      size_t index)
{
	return index < registry->count ? &registry->entry[index].shared->value
				       : NULL;
}

const struct lg_value *lg_registry_find(const struct lg_registry *registry,
					const char *key, const char *name)
{
	return lg_registry_at(registry, find(registry, key, name));
}

/* Takes the reference over, also when there is no room for it. */
static enum lg_status put(struct lg_registry *registry,
			  struct lg_shared_value *shared, struct lg_error *err)
{
	size_t at = find(registry, shared->value.key, shared->value.name);

	if (at < registry->count) {
		lg_shared_value_release(registry->entry[at].shared);
		registry->entry[at].shared = shared;
		return LG_OK;
	}
	if (registry->count == registry->capacity) {
		size_t capacity =
			registry->capacity ? registry->capacity * 2 : 8;
		struct entry *entry =
			realloc(registry->entry, capacity * sizeof(*entry));

		if (!entry) {
			lg_shared_value_release(shared);
			return lg_error_set(err, LG_ERR_NO_MEMORY, NULL,
					    "out of memory");
		}
		registry->entry = entry;
		registry->capacity = capacity;
	}
	registry->entry[registry->count].shared = shared;
	registry->entry[registry->count].hash =
		place_hash(shared->value.key, shared->value.name);
	registry->count++;
	return LG_OK;
}

enum lg_status lg_registry_share(struct lg_registry *registry,
				 const struct lg_registry *from,
				 const char *key, const char *name,
				 struct lg_error *err)
{
	size_t at = find(from, key, name);

	if (at == from->count)
		return LG_OK;
	lg_shared_value_keep(from->entry[at].shared);
	return put(registry, from->entry[at].shared, err);
}

enum lg_status lg_registry_set_text(struct lg_registry *registry,
				    const char *key, const char *name,
				    const char *text, struct lg_error *err)
{
	struct lg_shared_value *shared = NULL;
	enum lg_status status =
		lg_shared_value_new(key, name, LG_REG_SZ, &shared, err);

	if (status)
		return status;
	status = lg_shared_value_text(shared, text, strlen(text), err);
	if (status) {
		lg_shared_value_release(shared);
		return status;
	}
	return put(registry, shared, err);
}

enum lg_status lg_registry_set_list(struct lg_registry *registry,
				    const char *key, const char *name,
				    const struct lg_strlist *list,
				    struct lg_error *err)
{
	struct lg_shared_value *shared = NULL;
	size_t i;
	enum lg_status status =
		lg_shared_value_new(key, name, LG_REG_MULTI_SZ, &shared, err);

	if (status)
		return status;
	for (i = 0; i < list->count && !status; i++) {
		size_t len = strlen(list->item[i]);

		status = lg_utf8_is_valid(list->item[i], len)
				 ? lg_strlist_add(&shared->value.list,
						  list->item[i], len, err)
				 : lg_error_set(err, LG_ERR_SYNTAX, name,
						"line %zu is not UTF-8", i + 1);
	}
	if (status) {
		lg_shared_value_release(shared);
		return status;
	}
	return put(registry, shared, err);
}

enum lg_status lg_registry_set_dword(struct lg_registry *registry,
				     const char *key, const char *name,
				     uint32_t dword, struct lg_error *err)
{
	struct lg_shared_value *shared = NULL;
	enum lg_status status =
		lg_shared_value_new(key, name, LG_REG_DWORD, &shared, err);

	if (status)
		return status;
	shared->value.dword = dword;
	return put(registry, shared, err);
}

enum lg_status lg_registry_set_bytes(struct lg_registry *registry,
				     const char *key, const char *name,
				     uint32_t type, const void *bytes,
				     size_t len, struct lg_error *err)
{
	struct lg_shared_value *shared = NULL;
	enum lg_status status =
		lg_shared_value_new(key, name, type, &shared, err);

	if (status)
		return status;
	status = lg_shared_value_data(shared, bytes, len, err);
	if (status) {
		lg_shared_value_release(shared);
		return status;
	}
	return put(registry, shared, err);
}

enum lg_status lg_registry_set(struct lg_registry *registry,
			       const struct lg_value *value,
			       struct lg_error *err)
{
	struct lg_buffer bytes = {0};
	enum lg_status status;

	if (value->type == LG_REG_MULTI_SZ && !value->bytes_kept)
		return lg_registry_set_list(registry, value->key, value->name,
					    &value->list, err);
	lg_value_bytes(value, &bytes);
	status = lg_buffer_status(&bytes, err);
	if (!status)
		status = lg_registry_set_bytes(registry, value->key,
					       value->name, value->type,
					       bytes.data, bytes.len, err);
	lg_buffer_release(&bytes);
	return status;
}

int lg_registry_delete(struct lg_registry *registry, const char *key,
		       const char *name)
{
	size_t at = find(registry, key, name);

	if (at == registry->count)
		return 0;
	lg_shared_value_release(registry->entry[at].shared);
	registry->count--;
	memmove(registry->entry + at, registry->entry + at + 1,
		(registry->count - at) * sizeof(*registry->entry));
	return 1;
}

void lg_registry_delete_key(struct lg_registry *registry, const char *key)
{
	size_t kept = 0;
	size_t i;

	for (i = 0; i < registry->count; i++) {
		const char *a = registry->entry[i].shared->value.key;
		const char *b = key;

		while (*b && fold(*a) == fold(*b)) {
			a++;
			b++;
		}
		if (!*b && (!*a || *a == '\\'))
			lg_shared_value_release(registry->entry[i].shared);
		else
			registry->entry[kept++] = registry->entry[i];
	}
	registry->count = kept;
}
