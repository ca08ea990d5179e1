/* SPDX-License-Identifier: ISC */
/*
 * setup_lives.c - whether the server that is to be set up runs
 *
 * systemd says so of what it starts, else a program of the server's own, else
 * that there is a process of its name.
 */
#include "app/setup/setup_lives.h"

#include <string.h>

#define TRIES 100
#define TRY_MS 100

static int ends_well(const struct lg_change *change,
		     const struct lg_setup_words *words)
{
	struct lg_buffer text = {0};
	struct lg_error ignored;
	int code = 1;

	for (int i = 0; i < TRIES; i++) {
		lg_buffer_clear(&text);
		if (change->run(change->self, words->word, &text, &code,
				&ignored) != LG_OK)
			code = 1;
		/* or deactivating */
		if (code == 0 || text.len == 0 ||
		    strstr(text.data, "activating\n") == NULL)
			break;
		change->wait(change->self, TRY_MS);
	}
	lg_buffer_release(&text);
	return code == 0;
}

int lg_setup_lives(const struct lg_setup_server *server,
		   const struct lg_machine *machine,
		   const struct lg_change *change)
{
	const struct lg_setup_words unit = {
		{"systemctl", "is-active", server->service, NULL}};
	struct lg_strlist lines = {0};
	struct lg_error ignored;
	int lives = 1;

	if (server->service != NULL && change->has_init(change->self))
		return ends_well(change, &unit);
	if (server->lives.word[0] != NULL)
		return ends_well(change, &server->lives);
	if (server->program != NULL &&
	    machine->runs(machine->self, server->program, &lines, &ignored) ==
		    LG_OK)
		lives = lines.count > 0;
	lg_strlist_release(&lines);
	return lives;
}
