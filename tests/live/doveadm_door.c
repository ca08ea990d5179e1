/* SPDX-License-Identifier: ISC */
/*
 * Opens the Dovecot door as a program, for dovecot_door.py:
 *
 *	doveadm_door ADDRESS KEY TIMEOUT_MS list
 *	doveadm_door ADDRESS KEY TIMEOUT_MS cut USER IP
 *
 * Prints a session a line (id user address protocol). cut lists, marks those of
 * USER from IP, cuts, and prints "CUT id user address" (told, cannot, now) for
 * each of them and the notes. On failure
 * the name of the status and the text on stderr, exit 1.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/dovecot/doveadm.h"

static enum lg_status list(struct lg_door *door, struct lg_error *err)
{
	struct lg_session_list sessions = {0};
	enum lg_status status = door->list(door->self, &sessions, err);
	size_t i;

	for (i = 0; i < sessions.count && status == LG_OK; i++)
		printf("%s %s %s %s\n", sessions.session[i].id,
		       sessions.session[i].user, sessions.session[i].address,
		       lg_protocol_name(sessions.session[i].protocol));
	lg_session_list_release(&sessions);
	return status;
}

static const char *word_of(unsigned char cut)
{
	switch ((enum lg_cut)cut) {
	case LG_CUT_SPARE:
		return "spare";
	case LG_CUT_NOW:
		return "now";
	case LG_CUT_LATER:
		return "later";
	case LG_CUT_TOLD:
		return "told";
	case LG_CUT_ASKED:
		return "asked";
	case LG_CUT_HANGS:
		return "hangs";
	case LG_CUT_CANNOT:
		return "cannot";
	}
	return "";
}

static enum lg_status cut(struct lg_door *door, const char *user,
			  const char *address, struct lg_error *err)
{
	struct lg_session_list sessions = {0};
	struct lg_strlist notes = {0};
	struct lg_cut_order order = {.notes = &notes};
	enum lg_status status = door->list(door->self, &sessions, err);
	size_t i;

	order.session = sessions.session;
	order.count = sessions.count;
	order.cut = calloc(sessions.count + 1, 1);
	for (i = 0; i < sessions.count && order.cut; i++)
		order.cut[i] = !strcmp(sessions.session[i].user, user) &&
			       !strcmp(sessions.session[i].address, address);
	if (status == LG_OK && order.cut)
		status = door->cut(door->self, &order, err);
	for (i = 0; i < sessions.count && order.cut && status == LG_OK; i++)
		if (order.cut[i])
			printf("%s %s %s %s\n", word_of(order.cut[i]),
			       sessions.session[i].id, sessions.session[i].user,
			       sessions.session[i].address);
	for (i = 0; i < notes.count && status == LG_OK; i++)
		printf("%s\n", notes.item[i]);
	free(order.cut);
	lg_strlist_release(&notes);
	lg_session_list_release(&sessions);
	return status;
}

int main(int argc, char **argv)
{
	struct lg_doveadm_settings settings = {0};
	struct lg_door door = {0};
	struct lg_error err = {0};
	enum lg_status status;

	if (argc != 5 && argc != 7)
		return 2;
	settings.address = argv[1];
	settings.api_key = argv[2];
	settings.timeout_ms = (uint32_t)strtoul(argv[3], NULL, 10);
	status = lg_doveadm_open(&settings, &door, &err);
	if (status == LG_OK) {
		status = argc == 5 ? list(&door, &err)
				   : cut(&door, argv[5], argv[6], &err);
		door.close(door.self);
	}
	if (status != LG_OK)
		fprintf(stderr, "%s: %s: %s\n", lg_status_name(status),
			err.place, err.text);
	return status != LG_OK ? 1 : 0;
}
