/* SPDX-License-Identifier: ISC */
/*
 * script.h - what happens to a simulated store, line by line
 *
 * Layer: app.
 * Flow: `simulate` reads a script (or writes one for a profile's window), then
 * plays it into an lg_store.
 * Source: contract 5, 7 "simulate".
 */
#ifndef LOGONGATE_APP_RENDER_SCRIPT_H
#define LOGONGATE_APP_RENDER_SCRIPT_H

#include <logongate/store.h>

enum lg_script_verb {
	LG_SCRIPT_SET = 0,
	LG_SCRIPT_DELETE,
	LG_SCRIPT_RESTART,
	LG_SCRIPT_LOGON,
	LG_SCRIPT_LOGOFF,
	LG_SCRIPT_END
};

/* One line. Texts lie in the script's arena. */
struct lg_script_line {
	int64_t t_s;
	enum lg_script_verb verb;
	const char *name; /* SET, DELETE: of the value; LOGON: the id */
	struct lg_registry *value; /* SET: it alone */
	struct lg_attempt attempt;
};

struct lg_script {
	struct lg_script_line *line;
	size_t count;
	size_t capacity;
	struct lg_strlist arena;
};

#define LG_SCRIPT_TIME_MAX INT64_C(1000000000)

/*
 * Reads a script; all or nothing.
 * Shape: lines "TIME VERB ...", TIME in whole seconds and never less than on
 * the line before; blank lines; comments from # at the start of a word. Words
 * are quoted as for a shell: '', "" with \" \\ \$ \`, and \ outside of quotes.
 * Verbs: set NAME REG_SZ DATA; set NAME REG_MULTI_SZ [DATA...]; delete NAME;
 * restart; logon ID [dn=DN user=NAME version=V process=P protocol=P
 * address=IP]; logoff ID; end (the last line, if there is one).
 * Returns: LG_OK; LG_ERR_SYNTAX, LG_ERR_RANGE, LG_ERR_LIMIT with the line;
 * LG_ERR_NO_MEMORY. Owns: free with lg_script_free.
 */
enum lg_status lg_script_parse(const char *text, size_t len, const char *place,
			       struct lg_script **out_script,
			       struct lg_error *err);
void lg_script_free(struct lg_script **script);

/* Adds the DNs and users that a store of the dialect would look for. */
enum lg_status lg_script_names(const struct lg_script *script,
			       enum lg_dialect dialect,
			       struct lg_strlist *out_dn,
			       struct lg_strlist *out_user,
			       struct lg_error *err);

/*
 * Plays it: the store starts at 0; before each line the polls that are due.
 * Returns: LG_OK; LG_ERR_DIRECTORY, facts were missing for a read;
 * LG_ERR_NO_MEMORY.
 */
enum lg_status lg_script_play(const struct lg_script *script,
			      enum lg_dialect dialect,
			      const struct lg_store_facts *facts,
			      const struct lg_store_sink *sink,
			      struct lg_error *err);

#endif
