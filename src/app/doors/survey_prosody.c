/* SPDX-License-Identifier: ISC */
/*
 * survey_prosody.c - what prosody.cfg.lua says about asking the gate
 *
 * The file is a Lua program. Of it only what settings are made of is read:
 * NAME = value, VirtualHost, Component. Where there is more, nothing is known
 * of what it comes to, and the answer says so.
 */
#include <ctype.h>
#include <string.h>

#include "app/doors/survey_inside.h"

#define CONF "/etc/prosody/prosody.cfg.lua"
#define DEPTH_MAX 4
#define DEFAULT_ADDRESS "127.0.0.1:4191"
#define PATH "/v1/xmpp"
#define ADD                                                                    \
	"plugin_paths = { \"/usr/share/logongate/prosody\" } and "             \
	"\"logongate\" in modules_enabled"

/* prosody.cfg.lua with what it includes in place of its Include lines; a
 * pattern in a name stands for all files of the folder that end so. */
struct taker {
	const struct lg_machine *machine;
	int depth;
	struct lg_buffer text;
	struct lg_error *err;
};

static enum lg_status take(struct taker *taker, const char *path);

/* All files of the folder whose name ends so. */
static enum lg_status take_folder(struct taker *taker, const char *folder,
				  const char *ends)
{
	const struct lg_machine *machine = taker->machine;
	struct lg_strlist names = {0};
	enum lg_status status =
		machine->list(machine->self, folder, &names, taker->err);

	for (size_t i = 0; status == LG_OK && i < names.count; i++) {
		size_t len = strlen(names.item[i]);
		struct lg_buffer path = {0};

		if (len < strlen(ends) ||
		    strcmp(names.item[i] + len - strlen(ends), ends) != 0)
			continue;
		lg_buffer_format(&path, "%s/%s", folder, names.item[i]);
		status = lg_buffer_status(&path, taker->err);
		if (status == LG_OK)
			status = take(taker, path.data);
		lg_buffer_release(&path);
	}
	lg_strlist_release(&names);
	return status;
}

/* What an Include line names, from the file that has the line. */
static enum lg_status take_named(struct taker *taker, const char *from,
				 const char *name, size_t len)
{
	const char *slash = strrchr(from, '/');
	struct lg_buffer path = {0};
	enum lg_status status;
	char *star;

	if (*name != '/' && slash)
		lg_buffer_append(&path, from, (size_t)(slash - from) + 1);
	lg_buffer_append(&path, name, len);
	status = lg_buffer_status(&path, taker->err);
	star = status == LG_OK ? strstr(path.data, "/*") : NULL;
	if (star) {
		*star = '\0';
		status = take_folder(taker, path.data, star + 2);
	} else if (status == LG_OK) {
		status = take(taker, path.data);
	}
	lg_buffer_release(&path);
	return status;
}

/* The name in an Include line, or NULL. */
static const char *named(const char *line, size_t *out_len)
{
	static const char word[] = "Include";

	line += strspn(line, " \t");
	if (strncmp(line, word, sizeof(word) - 1) != 0)
		return NULL;
	line += sizeof(word) - 1;
	line += strspn(line, " \t(");
	if (*line != '"' && *line != '\'')
		return NULL;
	*out_len = strcspn(line + 1, "\"'\n");
	return line + 1;
}

static enum lg_status take(struct taker *taker, const char *path)
{
	const struct lg_machine *machine = taker->machine;
	struct lg_buffer file = {0};
	const char *end;
	const char *name;
	size_t len = 0;
	enum lg_status status;

	if (taker->depth == DEPTH_MAX)
		return lg_error_set(taker->err, LG_ERR_LIMIT, path,
				    "files include files more than %d deep",
				    DEPTH_MAX);
	status = machine->read(machine->self, path, &file, taker->err);
	if (status == LG_ERR_UNKNOWN_KEY && taker->depth)
		status = lg_error_set(taker->err, LG_ERR_IO, path,
				      "is included and not there");
	taker->depth++;
	for (const char *line = file.data; status == LG_OK && line && *line;
	     line = end) {
		end = line + strcspn(line, "\n");
		end += *end == '\n';
		name = named(line, &len);
		if (name)
			status = take_named(taker, path, name, len);
		else
			lg_buffer_append(&taker->text, line,
					 (size_t)(end - line));
	}
	taker->depth--;
	lg_buffer_release(&file);
	return status;
}

struct text {
	const char *start;
	size_t len;
};

enum kind {
	END = 0,
	WORD,
	STRING,
	SIGN
};

struct reader {
	const char *at;
	const char *end;
	enum kind kind;
	struct text token;
};

/* What stands above the first VirtualHost counts for each of them. */
struct host {
	int is_whole; /* all of the file is settings */
	int is_enabled;
	int is_disabled;
	struct text url;
	struct text when_down;
};

static int is(const struct text *text, const char *word)
{
	return text->len == strlen(word) &&
	       memcmp(text->start, word, text->len) == 0;
}

static int starts(const struct reader *reader, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(reader->end - reader->at) >= len &&
	       memcmp(reader->at, word, len) == 0;
}

/* Behind what is neither a token nor the end. */
static void skip(struct reader *reader)
{
	for (;;) {
		const char *close = "\n";

		while (reader->at < reader->end &&
		       isspace((unsigned char)*reader->at))
			reader->at++;
		if (!starts(reader, "--"))
			return;
		if (starts(reader, "--[["))
			close = "]]";
		while (reader->at < reader->end && !starts(reader, close))
			reader->at++;
		if (reader->at < reader->end)
			reader->at += strlen(close);
	}
}

static int is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.';
}

static void next(struct reader *reader)
{
	char quote;

	skip(reader);
	reader->token.start = reader->at;
	if (reader->at == reader->end) {
		reader->kind = END;
	} else if (*reader->at == '"' || *reader->at == '\'') {
		quote = *reader->at++;
		reader->kind = STRING;
		reader->token.start = reader->at;
		while (reader->at < reader->end && *reader->at != quote)
			reader->at++;
		reader->token.len = (size_t)(reader->at - reader->token.start);
		reader->at += reader->at < reader->end;
		return;
	} else if (is_word(*reader->at)) {
		reader->kind = WORD;
		while (reader->at < reader->end && is_word(*reader->at))
			reader->at++;
	} else {
		reader->kind = SIGN;
		reader->at++;
	}
	reader->token.len = (size_t)(reader->at - reader->token.start);
}

static int at_sign(const struct reader *reader, char sign)
{
	return reader->kind == SIGN && *reader->token.start == sign;
}

/* From "{" to behind its "}"; 1 in *out_has where it lists "logongate". 0: it
 * is no list of plain values. */
static int read_table(struct reader *reader, int *out_has)
{
	int depth = 0;

	*out_has = 0;
	do {
		if (at_sign(reader, '{'))
			depth++;
		else if (at_sign(reader, '}'))
			depth--;
		else if (reader->kind == STRING && depth == 1 &&
			 is(&reader->token, "logongate"))
			*out_has = 1;
		else if (reader->kind == END || at_sign(reader, '('))
			return 0;
		next(reader);
	} while (depth);
	return 1;
}

/* NAME = value, from behind NAME. 0: it is something else. */
static int read_setting(struct reader *reader, const struct text *name,
			struct host *host)
{
	struct text value = {0};
	int has = 0;
	int is_text;

	if (!at_sign(reader, '='))
		return 0;
	next(reader);
	is_text = reader->kind == STRING;
	if (at_sign(reader, '{')) {
		if (!read_table(reader, &has))
			return 0;
	} else if (is_text || reader->kind == WORD) {
		value = reader->token;
		next(reader);
		/* "a" .. b, f(x), { } ..: it is computed. */
		if (reader->kind == SIGN && !at_sign(reader, ';'))
			return 0;
	} else {
		return 0;
	}
	if (is(name, "modules_enabled") || is(name, "modules_disabled")) {
		if (value.start)
			return 0;
		if (is(name, "modules_enabled"))
			host->is_enabled |= has;
		else
			host->is_disabled |= has;
	} else if (is(name, "logongate_url")) {
		host->url = value;
		return is_text;
	} else if (is(name, "logongate_when_down")) {
		host->when_down = value;
		return is_text;
	}
	return 1;
}

/* HOST:PORT of the gate that is asked, where it is asked as this door is. */
static struct text asked(const struct host *host)
{
	static const char scheme[] = "http://";
	struct text url = host->url;
	size_t around = sizeof(scheme) - 1 + sizeof(PATH) - 1;

	if (!url.start)
		return (struct text){DEFAULT_ADDRESS, strlen(DEFAULT_ADDRESS)};
	if (url.len < around ||
	    memcmp(url.start, scheme, sizeof(scheme) - 1) != 0 ||
	    memcmp(url.start + url.len - (sizeof(PATH) - 1), PATH,
		   sizeof(PATH) - 1) != 0)
		return (struct text){"", 0};
	url.start += sizeof(scheme) - 1;
	url.len -= around;
	return url;
}

static int is_here(const struct lg_gate_addresses *gate,
		   const struct text *address)
{
	for (size_t i = 0; i < gate->http.count; i++)
		if (is(address, gate->http.item[i]))
			return 1;
	return 0;
}

static void judge(const struct host *host, const struct lg_gate_addresses *gate,
		  struct lg_way *way)
{
	struct text address = asked(host);

	if (!host->is_whole) {
		way->asks = LG_ASKS_UNKNOWN;
		way->when_down = LG_WHEN_DOWN_UNKNOWN;
		way->note = "prosody.cfg.lua computes some of its settings; "
			    "only Prosody knows what they come to";
	} else if (!host->is_enabled || host->is_disabled) {
		way->asks = LG_ASKS_NO;
		way->add = ADD;
	} else if (!is_here(gate, &address)) {
		way->asks = LG_ASKS_NO;
		way->note = "logongate_url is not this gate's";
		way->add = "logongate_url = \"http://HOST:PORT" PATH
			   "\" with an address of [listen.http]";
	} else {
		way->asks = LG_ASKS_YES;
		way->when_down = is(&host->when_down, "admit")
					 ? LG_WHEN_DOWN_OPEN
					 : LG_WHEN_DOWN_TEMPORARY;
	}
}

/* Each name once. */
static enum lg_status add_name(struct lg_strlist *names,
			       const struct text *name, struct lg_error *err)
{
	for (size_t i = 0; i < names->count; i++)
		if (is(name, names->item[i]))
			return LG_OK;
	if (memchr(name->start, '\0', name->len))
		return lg_error_set(err, LG_ERR_SYNTAX, "prosody.cfg.lua",
				    "a NUL byte in the name of a host");
	return lg_strlist_add(names, name->start, name->len, err);
}

/* Reads all of the file: what counts for the host of this name into out_host,
 * whose sections may be several, and the names of all hosts into out_names
 * where it is not NULL. */
static enum lg_status read_host(const struct text *file, const char *name,
				struct host *out_host,
				struct lg_strlist *out_names,
				struct lg_error *err)
{
	struct reader reader = {.at = file->start,
				.end = file->start + file->len};
	struct host others = {0};
	struct host *host = out_host;
	enum lg_status status = LG_OK;

	out_host->is_whole = !memchr(file->start, '\0', file->len);
	next(&reader);
	while (reader.kind != END && status == LG_OK) {
		struct text word = reader.token;
		int is_host = is(&word, "VirtualHost");

		if (reader.kind != WORD) {
			out_host->is_whole &= at_sign(&reader, ';');
			next(&reader);
			continue;
		}
		next(&reader);
		if (!is_host && !is(&word, "Component")) {
			if (!read_setting(&reader, &word, host))
				out_host->is_whole = 0;
			continue;
		}
		if (reader.kind != STRING)
			out_host->is_whole = 0;
		/* Nobody logs on to a component. */
		if (is_host && out_names)
			status = add_name(out_names, &reader.token, err);
		host = is_host && is(&reader.token, name) ? out_host : &others;
		next(&reader);
		/* Component "name" "module" */
		if (reader.kind == STRING)
			next(&reader);
	}
	return status;
}

static enum lg_status add_host(struct survey *survey, const struct text *file,
			       const char *host_name)
{
	struct lg_way way = {.door = "xmpp"};
	struct lg_buffer name = {0};
	struct host host = {0};
	enum lg_status status =
		read_host(file, host_name, &host, NULL, survey->err);

	if (status != LG_OK)
		return status;
	judge(&host, survey->gate, &way);
	lg_buffer_format(&name, "VirtualHost %s", host_name);
	return lg_ways_add_named(survey->ways, &way, &name, survey->err);
}

enum lg_status lg_survey_prosody(struct survey *survey, const char *place)
{
	struct taker taker = {.machine = survey->machine, .err = survey->err};
	struct lg_strlist names = {0};
	struct text file = {"", 0};
	struct host none = {0};
	enum lg_status status = take(&taker, place ? place : CONF);

	if (status == LG_OK)
		status = lg_buffer_status(&taker.text, survey->err);
	if (taker.text.data)
		file = (struct text){taker.text.data, taker.text.len};
	if (status == LG_OK)
		status = read_host(&file, "", &none, &names, survey->err);
	for (size_t i = 0; i < names.count && status == LG_OK; i++)
		status = add_host(survey, &file, names.item[i]);
	lg_strlist_release(&names);
	lg_buffer_release(&taker.text);
	return lg_survey_settle(survey, "xmpp", status);
}
