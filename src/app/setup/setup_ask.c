/* SPDX-License-Identifier: ISC */
/*
 * setup_ask.c - what all doors find in one way
 */
#include "app/setup/setup_ask.h"

#include <string.h>

#include "app/setup/setup_record.h"

#define DOOR_GROUP "logongate-door"

const struct lg_setup_door lg_setup_doors[] = {
	{"dovecot", "combined policy", lg_setup_dovecot},
};
const size_t lg_setup_door_count =
	sizeof(lg_setup_doors) / sizeof(lg_setup_doors[0]);

const struct lg_setup_door *lg_setup_door_find(const char *name)
{
	for (size_t i = 0; i < lg_setup_door_count; i++) {
		if (strcmp(lg_setup_doors[i].name, name) == 0)
			return &lg_setup_doors[i];
	}
	return NULL;
}

static int has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = words; (at = strstr(at, word)) != NULL; at++) {
		if ((at == words || at[-1] == ' ') &&
		    (at[len] == ' ' || at[len] == '\0'))
			return 1;
	}
	return 0;
}

enum lg_status lg_setup_variant(const struct lg_setup_ask *ask,
				const struct lg_setup_door *door,
				const char *otherwise, const char **out_variant,
				struct lg_error *err)
{
	const char *was = ask->record->variant;

	if (ask->variant != NULL && !has_word(door->variants, ask->variant))
		return lg_error_set(err, LG_ERR_UNKNOWN_KEY, ask->variant,
				    "is no variant of %s; there %s %s",
				    door->name, *door->variants ? "are" : "is",
				    *door->variants ? door->variants : "none");
	if (was != NULL && ask->variant != NULL &&
	    strcmp(was, ask->variant) != 0)
		return lg_error_set(err, LG_ERR_CONFLICT, door->name,
				    "is set up as %s; run logongate setup %s "
				    "--undo first",
				    was, door->name);
	*out_variant = ask->variant ? ask->variant : was ? was : otherwise;
	return LG_OK;
}

enum lg_status lg_setup_replace(struct lg_buffer *text, const char *what,
				const char *by, struct lg_error *err)
{
	struct lg_buffer whole = {0};
	const char *at = text->data ? text->data : "";
	const char *found;
	enum lg_status status;

	while ((found = strstr(at, what)) != NULL) {
		lg_buffer_append(&whole, at, (size_t)(found - at));
		lg_buffer_text(&whole, by);
		at = found + strlen(what);
	}
	lg_buffer_text(&whole, at);
	status = lg_buffer_status(&whole, err);
	if (status == LG_OK) {
		lg_buffer_clear(text);
		lg_buffer_append(text, whole.data, whole.len);
		status = lg_buffer_status(text, err);
	}
	lg_buffer_release(&whole);
	return status;
}

enum lg_status lg_setup_dropin(const struct lg_setup_ask *ask, const char *name,
			       struct lg_buffer *out_text, struct lg_error *err)
{
	struct lg_buffer path = {0};
	enum lg_status status;

	lg_buffer_format(&path, "%s/%s", ask->datadir, name);
	status = lg_buffer_status(&path, err);
	if (status == LG_OK)
		status = ask->machine->read(ask->machine->self, path.data,
					    out_text, err);
	if (status == LG_OK && ask->settings->run_dir)
		status = lg_setup_replace(out_text, "/run/logongate",
					  ask->settings->run_dir, err);
	lg_buffer_release(&path);
	return status;
}

enum lg_status lg_setup_own_file(const struct lg_setup_ask *ask,
				 const char *path, const char *text,
				 struct lg_setup_plan *plan,
				 struct lg_error *err)
{
	const struct lg_setup_file *was = lg_setup_find(ask->record, path);
	struct lg_setup_file file = {.path = path, .after = text, .mode = 0644};
	struct lg_buffer now = {0};
	enum lg_status status;

	status = ask->machine->read(ask->machine->self, path, &now, err);
	if (status == LG_ERR_UNKNOWN_KEY) {
		status = lg_setup_add(plan, &file, err);
	} else if (status == LG_OK) {
		file.before = now.data ? now.data : "";
		if (strcmp(file.before, text) == 0)
			status = LG_OK;
		else if (was == NULL)
			status = lg_error_set(err, LG_ERR_CONFLICT, path,
					      "is there already and is not "
					      "what setup would write; nothing "
					      "is overwritten: move it away "
					      "first");
		else if (was->after && strcmp(file.before, was->after) != 0)
			status = lg_setup_note(plan, err,
					       "%s was changed since and is "
					       "left as it is",
					       path);
		else
			status = lg_setup_add(plan, &file, err);
	}
	lg_buffer_release(&now);
	return status;
}

enum lg_status lg_setup_settings_read(const struct lg_setup_ask *ask,
				      struct lg_buffer *out_text,
				      struct lg_error *err)
{
	if (ask->settings->path == NULL)
		return lg_error_set(err, LG_ERR_SYNTAX, "logongate.conf",
				    "is not there; the gate needs settings of "
				    "its own (%s/settings/logongate.conf is a "
				    "sample)",
				    ask->datadir);
	return ask->machine->read(ask->machine->self, ask->settings->path,
				  out_text, err);
}

enum lg_status lg_setup_settings_plan(const struct lg_setup_ask *ask,
				      const char *before, const char *after,
				      struct lg_setup_plan *plan,
				      struct lg_error *err)
{
	struct lg_setup_file file = {.path = ask->settings->path,
				     .before = before,
				     .after = after,
				     .mode = 0644};

	plan->gate_conf = lg_setup_keep(plan, file.path);
	return lg_setup_add(plan, &file, err);
}

const char *lg_setup_tcp(const struct lg_settings *settings,
			 enum lg_listener listener)
{
	const struct lg_strlist *address = &settings->listen[listener].address;

	for (size_t i = 0; i < address->count; i++) {
		if (strncmp(address->item[i], "unix:", 5) != 0)
			return address->item[i];
	}
	return NULL;
}

enum lg_status lg_setup_join(const struct lg_setup_ask *ask, const char *user,
			     struct lg_setup_plan *plan, struct lg_error *err)
{
	if (ask->change->is_member(ask->change->self, user, DOOR_GROUP))
		return LG_OK;
	plan->joins = lg_setup_keep(plan, user);
	return plan->joins
		       ? LG_OK
		       : lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
}
