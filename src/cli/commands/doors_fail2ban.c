/* SPDX-License-Identifier: ISC */
/*
 * doors_fail2ban.c - the jails of fail2ban that watch Dovecot
 *
 * `fail2ban-client -d` prints what the server would be told, a command a line:
 * ['set', 'JAIL', 'ignorecommand', '...'], ['start', 'JAIL']. A jail watches
 * Dovecot's logons when one of its expressions has the words of Dovecot's log,
 * whatever it is called.
 */
#include "cli/commands/doors_fail2ban.h"

#include <string.h>

#include "adapters/system/program.h"

#define TIMEOUT_MS 10000

static const char add_words[] =
	"ignorecommand = /usr/bin/logongate refused --address <ip> --since 1h "
	"--quiet";

/* Whether needle stands in the line. */
static int has(const char *line, size_t len, const char *needle)
{
	return memmem(line, len, needle, strlen(needle)) != NULL;
}

/* The second text of a line "['start', 'NAME']" whose first is word. */
static int second_of(const char *line, size_t len, const char *word,
		     const char **out_name, size_t *out_len)
{
	const char *end = line + len;
	size_t word_len = strlen(word);
	const char *name;
	const char *stop;

	if (len < word_len + 8 || memcmp(line, "['", 2) != 0 ||
	    memcmp(line + 2, word, word_len) != 0 ||
	    memcmp(line + 2 + word_len, "', '", 4) != 0)
		return 0;
	name = line + word_len + 6;
	stop = memchr(name, '\'', (size_t)(end - name));
	if (stop == NULL)
		return 0;
	*out_name = name;
	*out_len = (size_t)(stop - name);
	return 1;
}

/* What the lines say of one jail. */
static void read_jail(const char *text, size_t len, const char *jail,
		      size_t jail_len, int *out_watches, int *out_asks)
{
	size_t at = 0;

	while (at < len) {
		const char *line = text + at;
		const char *end = memchr(line, '\n', len - at);
		size_t line_len = end ? (size_t)(end - line) : len - at;
		const char *name;
		size_t name_len;

		at += line_len + 1;
		if (!second_of(line, line_len, "set", &name, &name_len) &&
		    !second_of(line, line_len, "multi-set", &name, &name_len))
			continue;
		if (name_len != jail_len || memcmp(name, jail, jail_len) != 0)
			continue;
		if (has(line, line_len, "addfailregex") &&
		    has(line, line_len, "auth failed, "))
			*out_watches = 1;
		if (has(line, line_len, "'ignorecommand'") &&
		    has(line, line_len, "logongate") &&
		    has(line, line_len, "refused"))
			*out_asks = 1;
	}
}

static enum lg_status add_jail(struct lg_ways *ways, const char *jail,
			       size_t jail_len, struct lg_error *err)
{
	struct lg_way way = {
		.door = "fail2ban",
		.asks = LG_ASKS_NOT_NEEDED,
		.add = add_words,
		.note = "takes refusals of the auth policy for wrong "
			"passwords: during a lock it bans everybody behind "
			"an address, the listed too",
	};
	struct lg_buffer name = {0};

	lg_buffer_text(&name, "jail ");
	lg_buffer_append(&name, jail, jail_len);
	return lg_ways_add_named(ways, &way, &name, err);
}

/* From what `fail2ban-client -d` prints. */
static enum lg_status fail2ban_read(const char *text, size_t len,
				    struct lg_ways *ways, struct lg_error *err)
{
	enum lg_status status = LG_OK;
	size_t at = 0;

	while (status == LG_OK && at < len) {
		const char *line = text + at;
		const char *end = memchr(line, '\n', len - at);
		size_t line_len = end ? (size_t)(end - line) : len - at;
		const char *jail;
		size_t jail_len;
		int watches = 0;
		int asks = 0;

		at += line_len + 1;
		if (!second_of(line, line_len, "start", &jail, &jail_len))
			continue;
		read_jail(text, len, jail, jail_len, &watches, &asks);
		if (watches && !asks)
			status = add_jail(ways, jail, jail_len, err);
	}
	return status;
}

enum lg_status lg_doors_fail2ban(const char *folder, struct lg_ways *ways,
				 struct lg_error *err)
{
	const char *const named[] = {"fail2ban-client", "-c", folder, "-d",
				     NULL};
	const char *const usual[] = {"fail2ban-client", "-d", NULL};
	struct lg_way unknown = {
		.door = "fail2ban",
		.way = "jails",
		.asks = LG_ASKS_NOT_NEEDED,
		.note = "its configuration cannot be read: fail2ban-client -d "
			"says why; whether it bans the locked-out is not known",
	};
	struct lg_buffer text = {0};
	enum lg_status status;

	status = lg_program_output(folder ? named : usual, TIMEOUT_MS, &text,
				   NULL);
	if (status == LG_OK)
		status = fail2ban_read(text.data ? text.data : "", text.len,
				       ways, err);
	else if (status == LG_ERR_UNKNOWN_KEY)
		status = LG_OK;
	else
		status = lg_ways_add(ways, &unknown, err);
	lg_buffer_release(&text);
	return status;
}
