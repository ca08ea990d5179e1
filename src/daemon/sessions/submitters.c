/* SPDX-License-Identifier: ISC */
/*
 * submitters.c - a table of mailboxes that a master is in, by name and address
 *
 * It is empty where no master logs on for smtp. Who is in the same mailbox at
 * the same address by his own password is the last that logged on: Postfix does
 * not say more.
 */
#include "daemon/sessions/submitters.h"

#include <string.h>

#include "core/values/name.h"
#include "daemon/sessions/session_table.h"
#include "daemon/sessions/sessions.h"

/* Postfix ends what is silent for five minutes (smtpd_timeout). */
#define IDLE_S 3600
/* In a turn of the loop. */
#define FORGOTTEN_MAX 256u

static enum lg_status key_of(const char *user, size_t len, const char *address,
			     struct lg_buffer *out_key)
{
	enum lg_status status = lg_name_fold(user, len, out_key, NULL);

	lg_buffer_format(out_key, "\t%s", address ? address : "");
	return status != LG_OK ? status : lg_buffer_status(out_key, NULL);
}

static void put(struct session_table *table, const struct lg_buffer *key,
		const struct lg_session *session, int64_t now_s)
{
	struct session_entry *entry =
		session_entry_new(key->data, key->len, session, now_s);
	struct session_entry *surplus;

	if (!entry)
		return;
	while ((surplus = session_table_take_surplus(table, entry->size)))
		session_entry_free(surplus);
	session_entry_free(session_table_put(table, entry));
}

void gate_submitters_note(struct gate *gate, const struct lg_session *session)
{
	struct session_table *table = gate_sessions_submitters(gate);
	struct lg_buffer key = {0};

	if (session->protocol != LG_PROTOCOL_SMTP || !session->user ||
	    (!session->master && !table->count))
		return;
	if (key_of(session->user, strlen(session->user), session->address,
		   &key) == LG_OK) {
		if (session->master)
			put(table, &key, session, gate_store_s(gate));
		else
			session_entry_free(
				session_table_take(table, key.data, key.len));
	}
	lg_buffer_release(&key);
}

const char *gate_submitters_master(struct gate *gate, const char *user,
				   size_t user_len, const char *address)
{
	struct session_table *table = gate_sessions_submitters(gate);
	const struct session_entry *entry = NULL;
	struct lg_buffer key = {0};

	if (table->count && key_of(user, user_len, address, &key) == LG_OK)
		entry = session_table_find(table, key.data, key.len,
					   gate_store_s(gate));
	lg_buffer_release(&key);
	return entry ? entry->session.master : NULL;
}

void gate_submitters_tidy(struct gate *gate)
{
	static const int64_t idle_s[SESSION_KINDS] = {IDLE_S, IDLE_S};
	struct session_table *table = gate_sessions_submitters(gate);
	struct session_entry *idle;
	size_t count = 0;

	while (count++ < FORGOTTEN_MAX &&
	       (idle = session_table_take_idle(table, gate_store_s(gate),
					       idle_s)))
		session_entry_free(idle);
}
