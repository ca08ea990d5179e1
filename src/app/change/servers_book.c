/* SPDX-License-Identifier: ISC */
/*
 * servers_book.c - what the journal of changes says: the locks on servers
 *
 * Reading replays the lines that servers_journal.c writes. What a damaged line
 * said nobody knows: a target of which nothing is known yet may be half written
 * then, and a step whose change has no beginning tells whose values are lost.
 */
#include "app/change/servers_book.h"

#include <stdlib.h>
#include <string.h>

#include "app/change/servers_journal.h"
#include "base/instant.h"
#include "port/json_of.h"

void lg_servers_book_release(struct lg_servers_book *book)
{
	for (size_t i = 0; i < book->count; i++)
		lg_servers_record_release(&book->record[i]);
	free(book->record);
	*book = (struct lg_servers_book){0};
}

struct lg_servers_record *
lg_servers_book_find(const struct lg_servers_book *book, const char *id)
{
	if (!id)
		id = "";
	for (size_t i = 0; i < book->count; i++) {
		if (strcmp(book->record[i].lock.id ? book->record[i].lock.id
						   : "",
			   id) == 0)
			return &book->record[i];
	}
	return NULL;
}

static void take_out(struct lg_servers_book *book,
		     struct lg_servers_record *record)
{
	size_t at = (size_t)(record - book->record);

	lg_servers_record_release(record);
	memmove(record, record + 1,
		(book->count - at - 1) * sizeof(*book->record));
	book->count--;
}

/* Takes the record over; it stands in place of one with the same id. */
static enum lg_status add(struct lg_servers_book *book,
			  struct lg_servers_record *record,
			  struct lg_error *err)
{
	struct lg_servers_record *older =
		lg_servers_book_find(book, record->lock.id);
	struct lg_servers_record *grown;

	if (older)
		take_out(book, older);
	/* of one that is lost with all its names nothing is left to say */
	if (record->phase == LG_SERVERS_LOST && record->count == 0) {
		lg_servers_record_release(record);
		return LG_OK;
	}
	grown = realloc(book->record,
			(book->count + 1) * sizeof(*book->record));

	if (!grown) {
		lg_servers_record_release(record);
		return lg_no_memory(err);
	}
	book->record = grown;
	/* NOLINTNEXTLINE: count + 1 is not 0 */
	book->record[book->count++] = *record;
	return LG_OK;
}

/* Where in which journal a line stands. */
struct line_place {
	const char *file;
	size_t number;
};

/* A line whose words are lost may have been the first step on a target. */
static void note_damage(struct lg_servers_book *book,
			const struct line_place *place, const char *what)
{
	if (book->damaged++ == 0)
		lg_error_set_at(&book->damage, LG_ERR_SYNTAX, place->file,
				place->number,
				"cannot be read (%s): the journal of changes "
				"is damaged; what its other lines say counts, "
				"and logongate recover says what is lost and "
				"keeps the damaged file; logongate registry "
				"restore puts the back-up of a server back",
				what);
	for (size_t i = 0; i < book->count; i++) {
		struct lg_servers_record *record = &book->record[i];

		for (size_t j = 0; j < record->count; j++) {
			if (record->target[j].step == LG_SERVERS_UNTOUCHED)
				record->target[j].step = LG_SERVERS_WRITING;
		}
	}
}

static enum lg_status read_begin(struct lg_servers_book *book,
				 const cJSON *object,
				 const struct line_place *place,
				 struct lg_error *err)
{
	struct lg_servers_record record;
	enum lg_status status = lg_servers_record_begin(object, &record, err);

	if (status == LG_ERR_SYNTAX)
		note_damage(book, place, err->text);
	else if (status != LG_OK)
		return status;
	return add(book, &record, err);
}

/* A step of a change whose beginning is lost: of which servers, is known. */
static enum lg_status read_orphan(struct lg_servers_book *book,
				  const cJSON *object,
				  const struct line_place *place,
				  struct lg_error *err)
{
	const char *target = lg_json_text_of(object, "target");
	struct lg_servers_record record;
	enum lg_status status;

	note_damage(book, place, "a step without a change");
	if (!target)
		return LG_OK;
	status = lg_servers_record_lost(object, &record, err);
	if (status == LG_OK)
		status = lg_servers_record_add(&record, target, err);
	if (status != LG_OK)
		return status;
	record.target[record.count - 1].step = LG_SERVERS_WRITING;
	return add(book, &record, err);
}

static enum lg_status read_lost(struct lg_servers_book *book,
				const cJSON *object, struct lg_error *err)
{
	struct lg_servers_record record;
	enum lg_status status = lg_servers_record_lost(object, &record, err);

	return status == LG_OK ? add(book, &record, err) : status;
}

static enum lg_status read_step(const cJSON *object, const char *word,
				struct lg_servers_record *record,
				struct lg_error *err)
{
	const char *name = lg_json_text_of(object, "target");
	struct lg_servers_record_target *target;
	int step;

	for (step = LG_SERVERS_WRITING; step <= LG_SERVERS_FORGOTTEN; step++) {
		if (strcmp(word, lg_servers_step_name(step)) == 0)
			break;
	}
	if (step > LG_SERVERS_FORGOTTEN)
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "an unknown step");
	target = name ? lg_servers_record_target(record, name) : NULL;
	if (!target)
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "a step of an unknown target");
	target->step = step;
	if (step == LG_SERVERS_RESTARTING)
		target->in_restart = 1;
	else if (lg_servers_step_ends_restart(step))
		target->in_restart = 0;
	return LG_OK;
}

static enum lg_status record_step(const cJSON *object, const char *word,
				  struct lg_servers_record *record,
				  int *out_over, struct lg_error *err)
{
	enum lg_status status = LG_OK;

	*out_over = 0;
	if (strcmp(word, "until") == 0) {
		status = lg_servers_record_until(object, record, err);
		record->moving = lg_json_is_true(object, "moving");
	} else if (strcmp(word, "lifted") == 0) {
		*out_over = 1;
	} else if (strcmp(word, "opened") == 0) {
		/* The gate is lifted last, or while a target is away. */
		record->with_gate = 0;
		*out_over = !lg_servers_is_anywhere(record);
	} else if (strcmp(word, "applied") == 0) {
		if (record->phase != LG_SERVERS_LOST)
			record->phase = LG_SERVERS_APPLIED;
	} else if (strcmp(word, "lifting") == 0) {
		if (record->phase != LG_SERVERS_LOST)
			record->phase = LG_SERVERS_LIFTING;
	} else {
		status = read_step(object, word, record, err);
		*out_over = status == LG_OK &&
			    record->phase == LG_SERVERS_LOST &&
			    !lg_servers_is_anywhere(record);
	}
	return status;
}

/* Lines of version 1 name no change: it is the last. */
static struct lg_servers_record *meant(const struct lg_servers_book *book,
				       const cJSON *object)
{
	const char *id = lg_json_text_of(object, "id");

	if (id)
		return lg_servers_book_find(book, id);
	return book->count ? &book->record[book->count - 1] : NULL;
}

static enum lg_status read_change(struct lg_servers_book *book,
				  const cJSON *object, const char *word,
				  const struct line_place *place,
				  struct lg_error *err)
{
	struct lg_servers_record *record = meant(book, object);
	const char *target = lg_json_text_of(object, "target");
	enum lg_status status = LG_OK;
	int over;

	if (!record)
		return read_orphan(book, object, place, err);
	if (record->phase == LG_SERVERS_LOST && target &&
	    !lg_servers_record_target(record, target)) {
		status = lg_servers_record_add(record, target, err);
		if (status != LG_OK)
			return status;
	}
	status = record_step(object, word, record, &over, err);
	if (status == LG_ERR_SYNTAX) {
		note_damage(book, place, err->text);
		status = LG_OK;
	}
	if (status == LG_OK && over)
		take_out(book, record);
	return status;
}

static enum lg_status read_version(struct lg_servers_book *book,
				   const cJSON *version, const char *file,
				   struct lg_error *err)
{
	double number = cJSON_GetNumberValue(version);

	if (cJSON_IsNumber(version) && number > LG_SERVERS_BOOK_VERSION)
		return lg_error_set(err, LG_ERR_SYNTAX, file,
				    "was written by a later logongate (version "
				    "%.0f of the journal; this one reads up to "
				    "%d): use that logongate for changes on "
				    "servers",
				    number, LG_SERVERS_BOOK_VERSION);
	book->version = LG_SERVERS_BOOK_VERSION;
	return LG_OK;
}

static enum lg_status read_line(struct lg_servers_book *book, const char *line,
				size_t len, const struct line_place *place,
				struct lg_error *err)
{
	cJSON *object = cJSON_ParseWithLength(line, len);
	const char *word = lg_json_text_of(object, "step");
	const cJSON *version =
		place->number == 1 ? lg_json_of(object, "version") : NULL;
	enum lg_status status = LG_OK;

	if (version)
		status = read_version(book, version, place->file, err);
	else if (!word)
		note_damage(book, place, "a line without a step");
	else if (strcmp(word, "begin") == 0)
		status = read_begin(book, object, place, err);
	else if (strcmp(word, "lost") == 0)
		status = read_lost(book, object, err);
	else
		status = read_change(book, object, word, place, err);
	cJSON_Delete(object);
	return status;
}

enum lg_status lg_servers_book_parse(const char *text, size_t len,
				     const char *file,
				     struct lg_servers_book *out_book,
				     struct lg_error *err)
{
	struct lg_servers_book book = {.version = len > 0};
	struct line_place place = {file, 0};
	enum lg_status status = LG_OK;
	const char *end = text + len;
	struct lg_error bad;
	const char *newline;

	while (status == LG_OK && text < end) {
		newline = memchr(text, '\n', (size_t)(end - text));
		if (!newline)
			break; /* cut off: that step was not taken */
		place.number++;
		if (newline > text)
			status =
				read_line(&book, text, (size_t)(newline - text),
					  &place, &bad);
		text = newline + 1;
	}
	if (status != LG_OK) {
		lg_servers_book_release(&book);
		if (err)
			*err = bad;
		return status;
	}
	*out_book = book;
	return LG_OK;
}

enum lg_status lg_servers_journal_rewrite(const struct lg_change_journal *to,
					  const struct lg_servers_book *book,
					  struct lg_error *err)
{
	struct lg_buffer text = {0};
	enum lg_status status = lg_servers_book_render(book, &text, err);

	if (status == LG_OK)
		status = to->replace(to->self, text.data, text.len, err);
	lg_buffer_release(&text);
	return status;
}

enum lg_status lg_servers_journal_settle(
	const struct lg_change_journal *to, const struct lg_files *files,
	const struct lg_servers_book *book, const struct lg_buffer *text,
	int64_t now_s, struct lg_buffer *out_kept, struct lg_error *err)
{
	char stamp[LG_INSTANT_SIZE];
	enum lg_status status = LG_OK;

	if (book->damaged == 0 &&
	    (book->version == 0 || book->version == LG_SERVERS_BOOK_VERSION))
		return LG_OK;
	if (book->damaged > 0) {
		lg_instant_format(now_s, stamp);
		lg_buffer_format(out_kept,
				 "damaged/" LG_SERVERS_BOOK_FILE ".%s", stamp);
		status = lg_buffer_status(out_kept, err);
		if (status == LG_OK)
			status = lg_files_put(files, out_kept->data, text, err);
	}
	return status == LG_OK ? lg_servers_journal_rewrite(to, book, err)
			       : status;
}
