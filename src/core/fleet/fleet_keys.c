/* SPDX-License-Identifier: ISC */
/*
 * A key is its name and 32 bytes; a name belongs to one key for ever, so that
 * who signed what can be said by name.
 */
#include "core/fleet/fleet_keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"

/* Where the key of that name is; keys->count: there is none. */
static size_t place_of(const struct lg_fleet_keys *keys, const char *name,
		       size_t len)
{
	size_t at = 0;

	while (at < keys->count && (strlen(keys->key[at].name) != len ||
				    memcmp(keys->key[at].name, name, len) != 0))
		at++;
	return at;
}

const struct lg_fleet_key *lg_fleet_keys_find(const struct lg_fleet_keys *keys,
					      const char *name, size_t len)
{
	size_t at = place_of(keys, name, len);

	return at < keys->count && !keys->key[at].revoked ? &keys->key[at]
							  : NULL;
}

size_t lg_fleet_keys_valid(const struct lg_fleet_keys *keys)
{
	size_t valid = 0;

	for (size_t i = 0; i < keys->count; i++)
		valid += !keys->key[i].revoked;
	return valid;
}

/* Adds or revokes; *out_changed as lg_fleet_keys_learn. */
static enum lg_status put(struct lg_fleet_keys *keys,
			  const struct lg_fleet_key *key, int *out_changed,
			  struct lg_error *err)
{
	size_t at = place_of(keys, key->name, strlen(key->name));
	struct lg_fleet_key *old = at < keys->count ? &keys->key[at] : NULL;

	*out_changed = 0;
	if (old && memcmp(old->public_key, key->public_key,
			  sizeof(key->public_key)) != 0)
		return lg_error_set(err, LG_ERR_CONFLICT, NULL,
				    "the name %s belongs to another key "
				    "already",
				    key->name);
	if (old) {
		*out_changed = key->revoked && !old->revoked;
		old->revoked |= key->revoked;
		return LG_OK;
	}
	if (keys->count == LG_FLEET_KEYS_MAX)
		return lg_error_set(err, LG_ERR_LIMIT, NULL,
				    "more than %d keys", LG_FLEET_KEYS_MAX);
	keys->key[keys->count++] = *key;
	*out_changed = 1;
	return LG_OK;
}

/* A word of the line at *at, and past the blanks behind it. */
static const char *word(const char **at, const char *end, size_t *out_len)
{
	const char *begin = *at;

	while (*at < end && **at != ' ' && **at != '\t')
		(*at)++;
	*out_len = (size_t)(*at - begin);
	while (*at < end && (**at == ' ' || **at == '\t'))
		(*at)++;
	return begin;
}

static int read_line(const char *at, const char *end,
		     struct lg_fleet_key *out_key)
{
	size_t name_len, key_len, rest_len;
	const char *name = word(&at, end, &name_len);
	const char *text = word(&at, end, &key_len);
	const char *rest = word(&at, end, &rest_len);

	*out_key = (struct lg_fleet_key){0};
	if (at != end || !lg_fleet_is_name(name, name_len) ||
	    !lg_base64_decode(text, key_len, out_key->public_key,
			      sizeof(out_key->public_key)))
		return 0;
	if (rest_len &&
	    (rest_len != strlen("revoked") || memcmp(rest, "revoked", 7)))
		return 0;
	memcpy(out_key->name, name, name_len);
	out_key->revoked = rest_len > 0;
	return 1;
}

static enum lg_status read_lines(struct lg_fleet_keys *keys, const char *text,
				 size_t len, const char *place,
				 struct lg_error *err)
{
	const char *end = text + len;
	enum lg_status status = LG_OK;
	size_t line = 0;

	while (text < end && status == LG_OK) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		const char *next = stop ? stop + 1 : end;
		struct lg_error why = {0};
		struct lg_fleet_key key;
		int changed;

		stop = stop ? stop : end;
		while (stop > text && strchr(" \t\r", stop[-1]) && stop[-1])
			stop--;
		line++;
		if (text == stop || *text == '#') {
			text = next;
			continue;
		}
		if (!read_line(text, stop, &key))
			return lg_error_set_at(
				err, LG_ERR_SYNTAX, place, line,
				"is not a key; a line is its name, a blank "
				"and 32 bytes in base64");
		status = put(keys, &key, &changed, &why);
		if (status != LG_OK)
			lg_error_set_at(err, status, place, line, "%s",
					why.text);
		text = next;
	}
	return status;
}

enum lg_status lg_fleet_keys_parse(struct lg_fleet_keys *keys, const char *text,
				   size_t len, const char *place,
				   struct lg_error *err)
{
	struct lg_fleet_keys *all = malloc(sizeof(*all));
	enum lg_status status;

	if (!all)
		return lg_no_memory(err);
	*all = *keys;
	status = read_lines(all, text, len, place, err);
	if (status == LG_OK)
		*keys = *all;
	free(all);
	return status;
}

void lg_fleet_keys_render(const struct lg_fleet_keys *keys,
			  struct lg_buffer *out_text)
{
	for (size_t i = 0; i < keys->count; i++) {
		const struct lg_fleet_key *key = &keys->key[i];

		lg_buffer_text(out_text, key->name);
		lg_buffer_char(out_text, ' ');
		lg_base64_encode(key->public_key, sizeof(key->public_key),
				 out_text);
		lg_buffer_text(out_text, key->revoked ? " revoked\n" : "\n");
	}
}

enum lg_status lg_fleet_keys_learn(struct lg_fleet_keys *keys,
				   const struct lg_fleet_event *event,
				   int *out_changed, struct lg_error *err)
{
	struct lg_fleet_key key = {0};
	const struct lg_fleet_key *old;

	*out_changed = 0;
	if (!lg_base64_decode(event->public_key, strlen(event->public_key),
			      key.public_key, sizeof(key.public_key)))
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "public is not 32 bytes in base64");
	memcpy(key.name, event->name, strlen(event->name) + 1);
	key.revoked = event->revoked;
	old = lg_fleet_keys_find(keys, key.name, strlen(key.name));
	if (key.revoked && old && lg_fleet_keys_valid(keys) == 1)
		return lg_error_set(err, LG_ERR_CONFLICT, NULL,
				    "%s is the last key that counts and "
				    "cannot be revoked",
				    key.name);
	return put(keys, &key, out_changed, err);
}
