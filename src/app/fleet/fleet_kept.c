/* SPDX-License-Identifier: ISC */
/*
 * One file an event, written once, so that keeping one more costs one more
 * file and not all of them again. What stands in state_dir was verified when
 * it was heard; whoever may write there is the gate.
 */
#include "app/fleet/fleet_kept.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"

#define DAY_S 86400

void lg_fleet_kept_write(struct lg_fleet_ear *ear,
			 const struct lg_fleet_entry *entry)
{
	struct lg_buffer path = {0}, text = {0};

	if (!ear->files)
		return;
	lg_buffer_text(&path, LG_FLEET_FOLDER "/");
	lg_buffer_append(&path, entry->cn.bytes, entry->cn.len);
	lg_buffer_char(&path, '~');
	lg_hex_append(&path, entry->id.byte, LG_FLEET_ID_SIZE);
	lg_hex_append(&text, entry->id.byte, LG_FLEET_ID_SIZE);
	lg_buffer_char(&text, '\n');
	lg_buffer_append(&text, entry->signature.bytes, entry->signature.len);
	lg_buffer_char(&text, '\n');
	lg_buffer_append(&text, entry->body.bytes, entry->body.len);
	lg_buffer_char(&text, '\n');
	if (path.status == LG_OK && text.status == LG_OK)
		ear->files->replace(ear->files->self, path.data, text.data,
				    text.len, NULL);
	lg_buffer_release(&text);
	lg_buffer_release(&path);
}

static void remove_file(struct lg_fleet_ear *ear, struct lg_buffer *path)
{
	if (path->status == LG_OK)
		ear->files->remove(ear->files->self, path->data, NULL);
	lg_buffer_release(path);
}

/* The event is not needed any more, nor that its lock was in force here. */
static void forget(void *context, const struct lg_fleet_held *held)
{
	struct lg_fleet_ear *ear = context;
	struct lg_buffer path = {0};

	if (!ear->files)
		return;
	lg_buffer_text(&path, LG_FLEET_FOLDER "/");
	lg_fleet_event_name(held->event, &path);
	lg_buffer_char(&path, '~');
	lg_hex_append(&path, held->id.byte, LG_FLEET_ID_SIZE);
	remove_file(ear, &path);
	if (held->event->kind != LG_FLEET_PREPARE)
		return;
	lg_buffer_format(&path, "%s/%s.held", LG_FLEET_FOLDER,
			 held->event->lock);
	remove_file(ear, &path);
}

/* The kind that a body says it is of. */
static int find_kind(const char *body, enum lg_fleet_kind *out_kind)
{
	static const char before[] = ",\"kind\":\"";
	const char *at = strstr(body, before);
	const char *end;

	if (!at)
		return 0;
	at += strlen(before);
	end = strchr(at, '"');
	return end && lg_fleet_kind_from_name(at, (size_t)(end - at), out_kind);
}

/* Takes the text of a file apart; 0: it is damaged. */
static enum lg_status take(struct lg_fleet_ear *ear, const char *name,
			   struct lg_buffer *text, int *out_good,
			   struct lg_error *err)
{
	enum lg_fleet_kind kind = LG_FLEET_PREPARE;
	struct lg_fleet_event *event = NULL;
	struct lg_buffer right = {0};
	struct lg_fleet_text body, signature;
	struct lg_fleet_id id;
	const char *end;
	enum lg_status status;
	int is_new;

	*out_good = 0;
	if (text->len < 34 || strlen(text->data) != text->len ||
	    strspn(text->data, LG_HEX_DIGITS) != 32 || text->data[32] != '\n')
		return LG_OK;
	for (size_t i = 0; i < LG_FLEET_ID_SIZE; i++)
		id.byte[i] = (unsigned char)lg_hex_byte(text->data + 2 * i);
	signature.bytes = text->data + 33;
	signature.len = strcspn(signature.bytes, "\n");
	body.bytes = signature.bytes + signature.len;
	end = *body.bytes ? strchr(++body.bytes, '\n') : NULL;
	if (!end || end + 1 != text->data + text->len ||
	    !find_kind(body.bytes, &kind))
		return LG_OK;
	body.len = (size_t)(end - body.bytes);
	status = lg_fleet_event_parse(kind, body.bytes, body.len, &event, err);
	if (status != LG_OK)
		return status == LG_ERR_NO_MEMORY ? status : LG_OK;
	lg_fleet_event_name(event, &right);
	lg_buffer_format(&right, "~%.32s", text->data);
	status = lg_buffer_status(&right, err);
	if (status == LG_OK && !strcmp(right.data, name) &&
	    !strcmp(event->base, ear->base)) {
		status = lg_fleet_set_add(ear->set, &id, &event, &body,
					  &signature, &is_new, err);
		*out_good = status == LG_OK;
		if (status != LG_ERR_NO_MEMORY)
			status = LG_OK;
	}
	lg_fleet_event_free(&event);
	lg_buffer_release(&right);
	return status;
}

static void set_aside(struct lg_fleet_ear *ear, const char *path,
		      const char *name, const char *text)
{
	struct lg_fleet_id id = {{0xfe}};
	struct lg_buffer kept = {0};

	ear->files->set_aside(ear->files->self, path, &kept, NULL);
	lg_fleet_set_trouble(ear->set, LG_FLEET_UNREADABLE, &id,
			     &(struct lg_fleet_text){name, strlen(name)}, text);
	lg_buffer_release(&kept);
}

static enum lg_status read_one(struct lg_fleet_ear *ear, const char *name,
			       struct lg_error *err)
{
	struct lg_buffer path = {0}, text = {0};
	enum lg_status status;
	int good = 0;

	lg_buffer_format(&path, LG_FLEET_FOLDER "/%s", name);
	status = lg_buffer_status(&path, err);
	if (status == LG_OK)
		status = ear->files->read(ear->files->self, path.data, &text,
					  err);
	if (status == LG_OK && text.len)
		status = take(ear, name, &text, &good, err);
	if (status == LG_OK && !good)
		set_aside(ear, path.data, name,
			  "the copy of this event here is damaged and was set "
			  "aside");
	lg_buffer_release(&text);
	lg_buffer_release(&path);
	return status;
}

static enum lg_status read_keys(struct lg_fleet_ear *ear, struct lg_error *err)
{
	struct lg_buffer text = {0};
	struct lg_error why = {0};
	enum lg_status status = ear->files->read(
		ear->files->self, LG_FLEET_KEYS_FILE, &text, &why);

	if (status == LG_OK)
		status = lg_fleet_keys_parse(
			ear->keys, text.len ? text.data : "", text.len,
			LG_FLEET_KEYS_FILE, &why);
	else if (status == LG_ERR_UNKNOWN_KEY)
		status = LG_OK;
	if (status == LG_ERR_SYNTAX || status == LG_ERR_CONFLICT ||
	    status == LG_ERR_LIMIT) {
		set_aside(ear, LG_FLEET_KEYS_FILE, LG_FLEET_KEYS_FILE,
			  why.text);
		status = LG_OK;
	}
	lg_buffer_release(&text);
	if (status != LG_OK && err)
		*err = why;
	return status;
}

static int is_event(const char *name)
{
	size_t len = strlen(name);

	return len < 5 || strcmp(name + len - 5, ".held") != 0;
}

enum lg_status lg_fleet_kept_read(struct lg_fleet_ear *ear,
				  struct lg_error *err)
{
	struct lg_strlist names = {0};
	enum lg_status status;

	if (!ear->files)
		return LG_OK;
	status = read_keys(ear, err);
	if (status == LG_OK)
		status = ear->files->list(ear->files->self, LG_FLEET_FOLDER,
					  &names, err);
	for (size_t i = 0; i < names.count && status == LG_OK; i++)
		if (is_event(names.item[i]))
			status = read_one(ear, names.item[i], err);
	lg_strlist_release(&names);
	return status;
}

void lg_fleet_kept_write_keys(struct lg_fleet_ear *ear)
{
	struct lg_buffer text = {0};

	if (!ear->files)
		return;
	lg_fleet_keys_render(ear->keys, &text);
	if (text.status == LG_OK)
		ear->files->replace(ear->files->self, LG_FLEET_KEYS_FILE,
				    text.data, text.len, NULL);
	lg_buffer_release(&text);
}

void lg_fleet_kept_tidy(struct lg_fleet_ear *ear, int64_t now_s)
{
	lg_fleet_set_forget(ear->set, now_s - LG_FLEET_TIDY_S, 1, forget, ear);
}

void lg_fleet_kept_make_room(struct lg_fleet_ear *ear, size_t len,
			     int64_t now_s)
{
	int64_t before_s[2] = {now_s - DAY_S, now_s};

	for (size_t i = 0; i < 2 && lg_fleet_set_is_full(ear->set, len); i++)
		lg_fleet_set_forget(ear->set, before_s[i], 0, forget, ear);
}
