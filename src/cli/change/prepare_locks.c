/* SPDX-License-Identifier: ISC */
/*
 * prepare_locks.c - the locks on servers beside which a plan is made
 */
#include "cli/change/prepare_locks.h"

#include <stdlib.h>
#include <string.h>

#include "base/listed.h"
#include "cli/change/servers_apply.h"
#include "cli/output.h"
#include "cli/text/times.h"

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
		status = lg_error_set(err, LG_ERR_NO_MEMORY, NULL,
				      "out of memory");
	for (size_t i = 0; status == LG_OK && i < p->server_count; i++) {
		status = lg_servers_beside(&p->book, p->server[i].name, NULL,
					   &p->there[i], err);
		if (p->server[i].backend != LG_BACKEND_GATE)
			p->server[i].beside = &p->there[i];
	}
	return status;
}

enum lg_status lg_prepare_add_beside(struct lg_prepared *p, const char *id,
				     const char *profile, int64_t until_s,
				     struct lg_error *err)
{
	struct lg_buffer name = {0};
	enum lg_status status;

	lg_buffer_format(&name, "%s (%s) until ", profile, id);
	lg_text_clock(lg_cli_now(), until_s, &name);
	status = lg_buffer_status(&name, err);
	if (status == LG_OK)
		status = lg_strlist_add(&p->beside, id, strlen(id), err);
	if (status == LG_OK)
		status = lg_strlist_add(&p->beside_names, name.data, name.len,
					err);
	lg_buffer_release(&name);
	return status;
}

static int is_on_any(const struct lg_servers_record *record,
		     const struct lg_prepared *p)
{
	for (size_t i = 0; i < p->server_count; i++) {
		const struct lg_servers_record_target *target =
			lg_servers_record_target(record, p->server[i].name);

		if (target != NULL && lg_servers_step_locks(target->step))
			return 1;
	}
	return 0;
}

static int is_named(const struct lg_prepared *p, const char *id)
{
	return lg_listed(&p->beside, id);
}

enum lg_status lg_prepare_beside_there(struct lg_prepared *p,
				       struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < p->book.count; i++) {
		const struct lg_servers_record *record = &p->book.record[i];

		if (record->id != NULL && record->phase == LG_SERVERS_APPLIED &&
		    is_on_any(record, p) && !is_named(p, record->id))
			status = lg_prepare_add_beside(p, record->id,
						       record->profile,
						       record->until_s, err);
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
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL,
				    "out of memory");
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
