/* SPDX-License-Identifier: ISC */
/*
 * registry_value.h - one registry value, shared by the registries that hold it
 *
 * Layer: core, private.
 */
#ifndef LOGONGATE_CORE_VALUES_REGISTRY_VALUE_H
#define LOGONGATE_CORE_VALUES_REGISTRY_VALUE_H

#include <stdatomic.h>

#include <logongate/registry.h>

struct lg_shared_value {
	atomic_size_t holders;
	struct lg_value value;
};

/* Without data and with one holder. Key and name must be UTF-8. */
enum lg_status lg_shared_value_new(const char *key, const char *name,
				   uint32_t type,
				   struct lg_shared_value **out_shared,
				   struct lg_error *err);
void lg_shared_value_keep(struct lg_shared_value *shared);
void lg_shared_value_release(struct lg_shared_value *shared);

/* Each gives a new value its data. */
enum lg_status lg_shared_value_text(struct lg_shared_value *shared,
				    const char *text, size_t len,
				    struct lg_error *err);
/* As Windows stores it; bytes are kept where they are not what type says. */
enum lg_status lg_shared_value_data(struct lg_shared_value *shared,
				    const unsigned char *bytes, size_t len,
				    struct lg_error *err);

/* Holds the same value as another registry, without copying it. */
enum lg_status lg_registry_share(struct lg_registry *registry,
				 const struct lg_registry *from,
				 const char *key, const char *name,
				 struct lg_error *err);

/* Removes the values of a key and of all keys below it, as [-KEY] does. */
void lg_registry_delete_key(struct lg_registry *registry, const char *key);

#endif
