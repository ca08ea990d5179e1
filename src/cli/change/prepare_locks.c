/* SPDX-License-Identifier: ISC */
/*
 * prepare_locks.c - the locks on servers beside which a plan is made
 */
#include "cli/change/prepare_locks.h"

#include <stdlib.h>

#include "cli/change/servers_apply.h"

/* The locks on each server, beside which this one comes. Who may not read the
 * journal plans without knowing them. */
enum lg_status lg_prepare_locks_there(struct lg_cli *cli, struct lg_prepared *p,
				      struct lg_error *err)
{
	enum lg_status status = lg_cli_servers_book(cli, &p->book, err);

	if (status == LG_ERR_DENIED)
		status = LG_OK;
	p->there = calloc(p->server_count + 1, sizeof(*p->there));
	if (status == LG_OK && p->there == NULL)
		status = lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
	for (size_t i = 0; status == LG_OK && i < p->server_count; i++) {
		status = lg_servers_beside(&p->book, p->server[i].name, NULL,
					   &p->there[i], err);
		if (p->server[i].backend != LG_BACKEND_GATE)
			p->server[i].beside = &p->there[i];
	}
	return status;
}

/* What a directory would say of its accounts without the locks there. */
enum lg_status lg_prepare_without_locks(struct lg_prepared *p,
					struct lg_error *err)
{
	p->bare_mailboxes =
		calloc(p->server_count + 1, sizeof(*p->bare_mailboxes));
	p->unlocked = calloc(p->server_count + 1, sizeof(*p->unlocked));
	if (p->bare_mailboxes == NULL || p->unlocked == NULL)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
	for (size_t i = 0; i < p->server_count; i++) {
		if (p->server[i].mailboxes == NULL)
			continue;
		p->bare_mailboxes[i].beside = &p->there[i];
		p->bare_mailboxes[i].directory = p->server[i].mailboxes;
		p->unlocked[i].self = &p->bare_mailboxes[i];
		p->unlocked[i].list = lg_bare_mailboxes_list;
		p->server[i].mailboxes = &p->unlocked[i];
	}
	return LG_OK;
}
