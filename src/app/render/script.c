/* SPDX-License-Identifier: ISC */
/*
 * Reads and plays simulation scripts.
 *
 * A line is cut into words, then its verb reads the rest. A value that is set
 * lies in a registry of its own, so that types and limits are the registry's.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/render/script.h"
#include "base/listed.h"
#include "base/utf8.h"
#include "base/grow.h"
#include "app/render/script_words.h"

struct reader {
	struct lg_script *script;
	struct lg_strlist words;
	const char *place;
	struct lg_error *err;
};

/* word is quoted; NULL: there is none to quote. */
static enum lg_status wrong(struct reader *reader, const char *text,
			    const char *word, const char *right)
{
	if (!word)
		return lg_error_set(reader->err, LG_ERR_SYNTAX, reader->place,
				    "%s; %s", text, right);
	return lg_error_set(reader->err, LG_ERR_SYNTAX, reader->place,
			    "%s \"%s\"; %s", text, word, right);
}

static const char *word_at(const struct reader *reader, size_t index)
{
	return index < reader->words.count ? reader->words.item[index] : "";
}

static enum lg_status keep(struct reader *reader, const char *text,
			   const char **out_kept)
{
	return lg_list_keep_text(&reader->script->arena, text, out_kept,
				 reader->err);
}

static enum lg_status read_time(struct reader *reader, int64_t *out_t)
{
	const char *text = word_at(reader, 0);
	const struct lg_script *script = reader->script;
	int64_t t = 0;
	size_t i;

	for (i = 0; text[i] >= '0' && text[i] <= '9'; i++) {
		t = t * 10 + (text[i] - '0');
		if (t > LG_SCRIPT_TIME_MAX)
			return lg_error_set(reader->err, LG_ERR_LIMIT,
					    reader->place,
					    "a time beyond %" PRId64 " seconds",
					    LG_SCRIPT_TIME_MAX);
	}
	if (!i || text[i])
		return wrong(reader, "no time", text,
			     "a line is TIME VERB ..., with TIME in whole "
			     "seconds from 0");
	if (script->count && t < script->line[script->count - 1].t_s)
		return wrong(reader, "time goes back", text,
			     "lines stand in the order of their times");
	*out_t = t;
	return LG_OK;
}

static enum lg_status read_set(struct reader *reader,
			       struct lg_script_line *line)
{
	static const char key[] = LG_KEY_PARAMETERS_SYSTEM;
	struct lg_strlist list = {0};
	const char *type = word_at(reader, 3);
	enum lg_status status = lg_registry_new(&line->value, reader->err);

	if (status != LG_OK)
		return status;
	if (strcmp(type, "REG_SZ") == 0 && reader->words.count == 5)
		return lg_registry_set_text(line->value, key, line->name,
					    word_at(reader, 4), reader->err);
	if (strcmp(type, "REG_MULTI_SZ") != 0)
		return wrong(reader, "not a value", type,
			     "set NAME REG_SZ DATA, or set NAME REG_MULTI_SZ "
			     "DATA..., with quotes around what holds blanks");
	for (size_t i = 4; i < reader->words.count && status == LG_OK; i++)
		status = lg_list_text(&list, word_at(reader, i), reader->err);
	if (status == LG_OK)
		status = lg_registry_set_list(line->value, key, line->name,
					      &list, reader->err);
	lg_strlist_release(&list);
	return status;
}

static enum lg_status read_known(struct reader *reader,
				 struct lg_attempt *attempt, const char *name,
				 const char *value)
{
	size_t len = strlen(value);
	const char *kept = NULL;
	enum lg_status status = LG_OK;

	if (strcmp(name, "version") == 0) {
		if (attempt->version.known != LG_VERSION_UNKNOWN)
			return wrong(reader, "given twice:", name,
				     "once is enough");
		status = lg_version_parse(value, len, &attempt->version,
					  reader->err);
		return status != LG_OK ? wrong(reader, "not a version", value,
					       "a version is X.Y.Z or a.b.c.d")
				       : LG_OK;
	}
	if (strcmp(name, "protocol") == 0) {
		if (attempt->protocol != LG_PROTOCOL_UNKNOWN)
			return wrong(reader, "given twice:", name,
				     "once is enough");
		return lg_protocol_from_name(value, len, &attempt->protocol)
			       ? LG_OK
			       : wrong(reader, "not a protocol", value,
				       "one of mapi, http, imap, pop3, smtp, "
				       "login");
	}
	/* No rule looks at it. */
	if (strcmp(name, "address") == 0)
		return LG_OK;
	status = keep(reader, value, &kept);
	if (status != LG_OK)
		return status;
	if (strcmp(name, "dn") == 0 && !attempt->dn) {
		attempt->dn = kept;
		attempt->dn_len = len;
	} else if (strcmp(name, "user") == 0 && !attempt->user) {
		attempt->user = kept;
		attempt->user_len = len;
	} else if (strcmp(name, "process") == 0 && !attempt->process) {
		attempt->process = kept;
		attempt->process_len = len;
	} else {
		return wrong(reader, "unknown, or given twice", name,
			     "a logon has dn, user, version, process, "
			     "protocol and address");
	}
	return LG_OK;
}

static enum lg_status read_logon(struct reader *reader,
				 struct lg_script_line *line)
{
	enum lg_status status = LG_OK;

	for (size_t i = 3; i < reader->words.count && status == LG_OK; i++) {
		const char *word = word_at(reader, i);
		size_t len = strcspn(word, "=");
		char name[16];

		if (!word[len] || len >= sizeof(name))
			return wrong(reader, "not known of a logon", word,
				     "logon ID dn=DN version=V process=P "
				     "protocol=P address=IP");
		memcpy(name, word, len);
		name[len] = '\0';
		/* Nothing behind = is not known. */
		if (word[len + 1])
			status = read_known(reader, &line->attempt, name,
					    word + len + 1);
	}
	return status;
}

static const struct {
	const char *name;
	enum lg_script_verb verb;
	size_t least; /* words, TIME and verb with them */
	size_t most;
	const char *right;
} verbs[] = {
	{"set", LG_SCRIPT_SET, 4, SIZE_MAX, "set NAME REG_SZ DATA"},
	{"delete", LG_SCRIPT_DELETE, 3, 3, "delete NAME"},
	{"restart", LG_SCRIPT_RESTART, 2, 2, "restart"},
	{"logon", LG_SCRIPT_LOGON, 3, SIZE_MAX, "logon ID dn=DN ..."},
	{"logoff", LG_SCRIPT_LOGOFF, 3, 3, "logoff ID"},
	{"end", LG_SCRIPT_END, 2, 2, "end"},
};

static enum lg_status read_verb(struct reader *reader,
				struct lg_script_line *line)
{
	const char *word = word_at(reader, 1);
	size_t i;
	enum lg_status status = LG_OK;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, word) == 0)
			break;
	if (i == sizeof(verbs) / sizeof(verbs[0]))
		return wrong(reader, "no such verb", word,
			     "set, delete, restart, logon, logoff or end");
	if (reader->words.count < verbs[i].least ||
	    reader->words.count > verbs[i].most)
		return wrong(reader, "too many or too few words for \"", word,
			     verbs[i].right);
	line->verb = verbs[i].verb;
	if (verbs[i].least > 2)
		status = keep(reader, word_at(reader, 2), &line->name);
	if (status == LG_OK && line->verb == LG_SCRIPT_SET)
		status = read_set(reader, line);
	if (status == LG_OK && line->verb == LG_SCRIPT_LOGON)
		status = read_logon(reader, line);
	return status;
}

static enum lg_status put_line(struct reader *reader,
			       const struct lg_script_line *line)
{
	struct lg_script *script = reader->script;
	enum lg_status status =
		lg_grow(&script->line, &script->capacity, script->count,
			sizeof(*script->line), reader->err);

	if (status == LG_OK)
		script->line[script->count++] = *line;
	return status;
}

static enum lg_status add_line(struct reader *reader)
{
	struct lg_script *script = reader->script;
	struct lg_script_line line = {0};
	enum lg_status status = read_time(reader, &line.t_s);

	if (status == LG_OK && script->count &&
	    script->line[script->count - 1].verb == LG_SCRIPT_END)
		status = wrong(reader, "a line behind end", NULL,
			       "end is the last line");
	if (status == LG_OK)
		status = read_verb(reader, &line);
	if (status == LG_OK)
		status = put_line(reader, &line);
	if (status != LG_OK)
		lg_registry_free(&line.value);
	return status;
}

static enum lg_status read_lines(struct reader *reader, const char *text,
				 size_t len, const char *file)
{
	char place[sizeof(reader->err->place)];
	size_t number = 0;
	size_t at = 0;
	enum lg_status status = LG_OK;

	reader->place = place;
	while (at < len && status == LG_OK) {
		const char *newline = memchr(text + at, '\n', len - at);
		size_t end = newline ? (size_t)(newline - text) : len;
		size_t line_len = end - at;

		if (line_len && text[end - 1] == '\r')
			line_len--;
		snprintf(place, sizeof(place), "%.400s:%zu", file, ++number);
		lg_strlist_release(&reader->words);
		if (lg_utf8_valid(text + at, line_len) < line_len)
			status = wrong(reader, "not UTF-8 text", NULL,
				       "a script is text");
		if (status == LG_OK)
			status = lg_script_words(text + at, line_len, place,
						 &reader->words, reader->err);
		if (status == LG_OK && reader->words.count)
			status = add_line(reader);
		at = end + 1;
	}
	reader->place = NULL;
	return status;
}

enum lg_status lg_script_parse(const char *text, size_t len, const char *place,
			       struct lg_script **out_script,
			       struct lg_error *err)
{
	struct reader reader = {.err = err};
	struct lg_script *script = calloc(1, sizeof(*script));
	enum lg_status status;

	if (!script)
		return lg_no_memory(err);
	reader.script = script;
	status = read_lines(&reader, text, len, place);
	lg_strlist_release(&reader.words);
	if (status != LG_OK) {
		lg_script_free(&script);
		return status;
	}
	*out_script = script;
	return LG_OK;
}

void lg_script_free(struct lg_script **script)
{
	if (!script || !*script)
		return;
	for (size_t i = 0; i < (*script)->count; i++)
		lg_registry_free(&(*script)->line[i].value);
	lg_strlist_release(&(*script)->arena);
	free((*script)->line);
	free(*script);
	*script = NULL;
}

enum lg_status lg_script_names(const struct lg_script *script,
			       enum lg_dialect dialect,
			       struct lg_strlist *out_dn,
			       struct lg_strlist *out_user,
			       struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < script->count && status == LG_OK; i++) {
		if (script->line[i].verb != LG_SCRIPT_SET)
			continue;
		/* What does not parse names nobody. */
		if (lg_policy_names(dialect, script->line[i].value, out_dn,
				    out_user, err) == LG_ERR_NO_MEMORY)
			status = LG_ERR_NO_MEMORY;
	}
	return status;
}

enum lg_status lg_script_play(const struct lg_script *script,
			      enum lg_dialect dialect,
			      const struct lg_store_facts *facts,
			      const struct lg_store_sink *sink,
			      struct lg_error *err)
{
	struct lg_store *store = NULL;
	enum lg_status status = lg_store_new(dialect, &store, err);

	if (status == LG_OK)
		status = lg_store_restart(store, 0, facts, sink, err);
	for (size_t i = 0; i < script->count && status == LG_OK; i++) {
		const struct lg_script_line *line = &script->line[i];

		status = lg_store_advance(store, line->t_s, facts, sink, err);
		if (status != LG_OK)
			break;
		switch (line->verb) {
		case LG_SCRIPT_SET:
			status = lg_store_set(
				store, line->t_s, LG_KEY_PARAMETERS_SYSTEM,
				line->name, lg_registry_at(line->value, 0),
				facts, sink, err);
			break;
		case LG_SCRIPT_DELETE:
			status = lg_store_set(
				store, line->t_s, LG_KEY_PARAMETERS_SYSTEM,
				line->name, NULL, facts, sink, err);
			break;
		case LG_SCRIPT_RESTART:
			status = lg_store_restart(store, line->t_s, facts, sink,
						  err);
			break;
		case LG_SCRIPT_LOGON:
			status =
				lg_store_logon(store, line->t_s, line->name,
					       &line->attempt, sink, NULL, err);
			break;
		case LG_SCRIPT_LOGOFF:
			lg_store_logoff(store, line->name);
			break;
		case LG_SCRIPT_END:
			break;
		}
	}
	lg_store_free(&store);
	return status;
}
