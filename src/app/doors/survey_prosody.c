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

#include "app/doors/doors.h"
#include "app/doors/prosody_text.h"
#include "app/doors/survey_inside.h"

#define CONF "/etc/prosody/prosody.cfg.lua"
#define DEFAULT_ADDRESS "127.0.0.1:4191"
#define PATH "/v1/xmpp"
#define ADD                                                                    \
	"plugin_paths = { \"/usr/share/logongate/prosody\" } and "             \
	"\"logongate\" in modules_enabled"

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
	size_t path;

	if (!url.start)
		return (struct text){DEFAULT_ADDRESS, strlen(DEFAULT_ADDRESS)};
	if (url.len < sizeof(scheme) - 1 + sizeof(PATH) - 1 ||
	    memcmp(url.start, scheme, sizeof(scheme) - 1) != 0)
		return (struct text){"", 0};
	path = url.len - (sizeof(PATH) - 1);
	if (memcmp(url.start + path, PATH, sizeof(PATH) - 1) != 0)
		return (struct text){"", 0};
	url.start += sizeof(scheme) - 1;
	url.len = path - (sizeof(scheme) - 1);
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

static void judge(const struct host *host, int is_whole,
		  const struct lg_gate_addresses *gate, struct lg_way *way)
{
	struct text address = asked(host);

	way->add = NULL;
	if (!is_whole) {
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

static enum lg_status add_host(const char *host_name, const struct host *host,
			       int is_whole,
			       const struct lg_gate_addresses *gate,
			       struct lg_ways *ways, struct lg_error *err)
{
	struct lg_buffer name = {0};
	struct lg_way way = {.door = "xmpp"};
	enum lg_status status;

	lg_buffer_format(&name, "VirtualHost %s", host_name);
	way.way = name.data;
	judge(host, is_whole, gate, &way);
	status = lg_buffer_status(&name, err);
	if (status == LG_OK)
		status = lg_ways_add(ways, &way, err);
	lg_buffer_release(&name);
	return status;
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

/* Reads all of the text: what counts for the host of this name into out_host,
 * whose sections may be several, and the names of all hosts into out_names
 * where it is not NULL. *out_is_whole: all of it is settings. */
static enum lg_status read_host(const char *text, size_t len, const char *name,
				struct host *out_host,
				struct lg_strlist *out_names, int *out_is_whole,
				struct lg_error *err)
{
	struct reader reader = {.at = text, .end = text + len};
	struct host others = {0};
	struct host *host = out_host;
	enum lg_status status = LG_OK;

	*out_is_whole = !memchr(text, '\0', len);
	next(&reader);
	while (reader.kind != END && status == LG_OK) {
		struct text word = reader.token;
		int is_host = is(&word, "VirtualHost");

		if (at_sign(&reader, ';')) {
			next(&reader);
			continue;
		}
		if (reader.kind != WORD) {
			*out_is_whole = 0;
			next(&reader);
			continue;
		}
		next(&reader);
		if (!is_host && !is(&word, "Component")) {
			if (!read_setting(&reader, &word, host))
				*out_is_whole = 0;
			continue;
		}
		if (reader.kind != STRING)
			*out_is_whole = 0;
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

enum lg_status lg_doors_prosody(const char *text, size_t len,
				const struct lg_gate_addresses *gate,
				struct lg_ways *ways, struct lg_error *err)
{
	struct lg_strlist names = {0};
	struct host none = {0};
	int is_whole = 1;
	enum lg_status status =
		read_host(text, len, "", &none, &names, &is_whole, err);

	for (size_t i = 0; i < names.count && status == LG_OK; i++) {
		struct host host = {0};

		status = read_host(text, len, names.item[i], &host, NULL,
				   &is_whole, err);
		if (status == LG_OK)
			status = add_host(names.item[i], &host, is_whole, gate,
					  ways, err);
	}
	lg_strlist_release(&names);
	return status;
}

enum lg_status lg_survey_prosody(struct survey *survey, const char *conf)
{
	struct lg_buffer text = {0};
	enum lg_status status;

	status = lg_prosody_text(survey->machine, conf ? conf : CONF, &text,
				 survey->err);
	if (status == LG_OK)
		status = lg_doors_prosody(text.data ? text.data : "", text.len,
					  survey->gate, survey->ways,
					  survey->err);
	lg_buffer_release(&text);
	return lg_survey_settle(survey, "xmpp", status);
}
