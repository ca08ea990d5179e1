/* SPDX-License-Identifier: ISC */
/*
 * Registry values in order of insertion.
 *
 * A registry is an array of references to values that never change; copies
 * share them and count them with an atomic counter, since a copy may be handed
 * to a worker. An index of the hashes of folded keys and names finds one among
 * the tens of thousands that a directory has.
 */
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include <logongate/registry.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "base/place_index.h"
#include "core/values/registry_value.h"

struct lg_registry {
	struct lg_shared_value **value;
	struct lg_place_index index;
	size_t capacity; /* of value; index has the count */
};

static uint64_t folded_hash(uint64_t seed, const char *text)
{
	char chunk[256];
	size_t len;

	do {
		for (len = 0; len < sizeof(chunk) && *text; len++)
			chunk[len] = lg_ascii_lower(*text++);
		seed = XXH3_64bits_withSeed(chunk, len, seed);
	} while (*text);
	return seed;
}

static uint64_t place_hash(const char *key, const char *name)
{
	return folded_hash(folded_hash(0, key), name);
}

struct wanted {
	const struct lg_registry *registry;
	const char *key;
	const char *name;
};

static int is_wanted(const void *context, size_t place)
{
	const struct wanted *wanted = context;
	const struct lg_value *value = &wanted->registry->value[place]->value;

	return lg_ascii_same(value->key, wanted->key) &&
	       lg_ascii_same(value->name, wanted->name);
}

/* LG_PLACE_NONE where it is not. */
static size_t find(const struct lg_registry *registry, const char *key,
		   const char *name)
{
	const struct wanted wanted = {registry, key, name};

	return lg_place_index_find(&registry->index, place_hash(key, name),
				   is_wanted, &wanted);
}

enum lg_status lg_registry_new(struct lg_registry **out_registry,
			       struct lg_error *err)
{
	struct lg_registry *registry = calloc(1, sizeof(*registry));

	if (!registry)
		return lg_no_memory(err);
	*out_registry = registry;
	return LG_OK;
}

void lg_registry_free(struct lg_registry **registry)
{
	if (!registry || !*registry)
		return;
	for (size_t i = 0; i < (*registry)->index.count; i++)
		lg_shared_value_release((*registry)->value[i]);
	free((*registry)->value);
	lg_place_index_release(&(*registry)->index);
	free(*registry);
	*registry = NULL;
}

enum lg_status lg_registry_copy(const struct lg_registry *registry,
				struct lg_registry **out_copy,
				struct lg_error *err)
{
	size_t count = registry->index.count;
	struct lg_registry *copy = NULL;
	enum lg_status status = lg_registry_new(&copy, err);

	if (status == LG_OK && count) {
		copy->value = calloc(count, sizeof(struct lg_shared_value *));
		if (!copy->value)
			status = lg_no_memory(err);
	}
	/* Last: from then on the values count as its own. */
	if (status == LG_OK)
		status = lg_place_index_copy(&registry->index, &copy->index,
					     err);
	if (status != LG_OK) {
		lg_registry_free(&copy);
		return status;
	}
	copy->capacity = count;
	for (size_t i = 0; i < count; i++) {
		copy->value[i] = registry->value[i];
		lg_shared_value_keep(copy->value[i]);
	}
	*out_copy = copy;
	return LG_OK;
}

size_t lg_registry_count(const struct lg_registry *registry)
{
	return registry->index.count;
}

const struct lg_value *lg_registry_at(const struct lg_registry *registry,
				      size_t index)
{
	return index < registry->index.count ? &registry->value[index]->value
					     : NULL;
}

const struct lg_value *lg_registry_find(const struct lg_registry *registry,
					const char *key, const char *name)
{
	return lg_registry_at(registry, find(registry, key, name));
}

static enum lg_status reserve(struct lg_registry *registry,
			      struct lg_error *err)
{
	enum lg_status status = lg_place_index_reserve(&registry->index, err);
	struct lg_shared_value **value;

	if (status != LG_OK || registry->capacity >= registry->index.capacity)
		return status;
	value = realloc(registry->value,
			registry->index.capacity *
				sizeof(struct lg_shared_value *));
	if (!value)
		return lg_no_memory(err);
	registry->value = value;
	registry->capacity = registry->index.capacity;
	return LG_OK;
}

/* Takes the reference over, also when it was not filled, which status says, or
 * there is no room for it. */
static enum lg_status put(struct lg_registry *registry,
			  struct lg_shared_value *shared, enum lg_status status,
			  struct lg_error *err)
{
	size_t at;

	if (status != LG_OK)
		goto out;
	at = find(registry, shared->value.key, shared->value.name);
	if (at != LG_PLACE_NONE) {
		lg_shared_value_release(registry->value[at]);
		registry->value[at] = shared;
		return LG_OK;
	}
	status = reserve(registry, err);
	if (status != LG_OK)
		goto out;
	registry->value[registry->index.count] = shared;
	lg_place_index_add(&registry->index,
			   place_hash(shared->value.key, shared->value.name));
	return LG_OK;
out:
	lg_shared_value_release(shared);
	return status;
}

enum lg_status lg_registry_share(struct lg_registry *registry,
				 const struct lg_registry *from,
				 const char *key, const char *name,
				 struct lg_error *err)
{
	size_t at = find(from, key, name);

	if (at == LG_PLACE_NONE)
		return LG_OK;
	lg_shared_value_keep(from->value[at]);
	return put(registry, from->value[at], LG_OK, err);
}

enum lg_status lg_registry_set_text(struct lg_registry *registry,
				    const char *key, const char *name,
				    const char *text, struct lg_error *err)
{
	struct lg_shared_value *shared = NULL;
	enum lg_status status =
		lg_shared_value_new(key, name, LG_REG_SZ, &shared, err);

	if (status != LG_OK)
		return status;
	status = lg_shared_value_text(shared, text, strlen(text), err);
	return put(registry, shared, status, err);
}

enum lg_status lg_registry_set_list(struct lg_registry *registry,
				    const char *key, const char *name,
				    const struct lg_strlist *list,
				    struct lg_error *err)
{
	struct lg_shared_value *shared = NULL;
	enum lg_status status =
		lg_shared_value_new(key, name, LG_REG_MULTI_SZ, &shared, err);

	if (status != LG_OK)
		return status;
	for (size_t i = 0; i < list->count && status == LG_OK; i++) {
		size_t len = strlen(list->item[i]);

		status = lg_utf8_is_valid(list->item[i], len)
				 ? lg_strlist_add(&shared->value.list,
						  list->item[i], len, err)
				 : lg_error_set(err, LG_ERR_SYNTAX, name,
						"line %zu is not UTF-8", i + 1);
	}
	return put(registry, shared, status, err);
}

enum lg_status lg_registry_set_dword(struct lg_registry *registry,
				     const char *key, const char *name,
				     uint32_t dword, struct lg_error *err)
{
	struct lg_shared_value *shared = NULL;
	enum lg_status status =
		lg_shared_value_new(key, name, LG_REG_DWORD, &shared, err);

	if (status != LG_OK)
		return status;
	shared->value.dword = dword;
	return put(registry, shared, LG_OK, err);
}

enum lg_status lg_registry_set_bytes(struct lg_registry *registry,
				     const char *key, const char *name,
				     uint32_t type, const void *bytes,
				     size_t len, struct lg_error *err)
{
	struct lg_shared_value *shared = NULL;
	enum lg_status status =
		lg_shared_value_new(key, name, type, &shared, err);

	if (status != LG_OK)
		return status;
	status = lg_shared_value_data(shared, bytes, len, err);
	return put(registry, shared, status, err);
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
	if (status == LG_OK)
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

	if (at == LG_PLACE_NONE)
		return 0;
	lg_shared_value_release(registry->value[at]);
	lg_place_index_remove(&registry->index, at);
	memmove(registry->value + at, registry->value + at + 1,
		(registry->index.count - at) *
			sizeof(struct lg_shared_value *));
	return 1;
}

/* 1 for the key itself and what is below it. */
static int is_below(const char *below, const char *key)
{
	while (*key && lg_ascii_lower(*below) == lg_ascii_lower(*key)) {
		below++;
		key++;
	}
	return !*key && (!*below || *below == '\\');
}

void lg_registry_delete_key(struct lg_registry *registry, const char *key)
{
	struct lg_place_index *index = &registry->index;
	size_t count = index->count;

	lg_place_index_clear(index);
	for (size_t i = 0; i < count; i++) {
		struct lg_shared_value *shared = registry->value[i];

		if (is_below(shared->value.key, key)) {
			lg_shared_value_release(shared);
			continue;
		}
		registry->value[index->count] = shared;
		lg_place_index_add(index, index->hash[i]);
	}
}
