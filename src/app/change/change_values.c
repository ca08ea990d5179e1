/* SPDX-License-Identifier: ISC */
/*
 * change_values.c - the values of one server changed by hand: import, restore
 */
#include "app/change/change_values.h"

#include <stdlib.h>
#include <string.h>

#include "app/change/change_end.h"

/* A lock would put the values back, or take them for somebody's change. Of one
 * that damage took nothing is left but this. */
static enum lg_status not_locked(const struct lg_servers_book *book,
				 const char *name, struct lg_error *err)
{
	for (size_t i = 0; i < book->count; i++) {
		const struct lg_servers_record *record = &book->record[i];
		const struct lg_servers_record_target *target =
			lg_servers_record_target(record, name);

		if (target && record->phase != LG_SERVERS_LOST &&
		    lg_servers_step_locks(target->step))
			return lg_error_set(err, LG_ERR_CONFLICT, name,
					    "the lock %s is on this server; "
					    "logongate lift first",
					    record->profile);
	}
	return LG_OK;
}

/* From what is there to what is to be there. item borrows from both. */
struct difference {
	struct lg_target_change *item;
	size_t count;
};

static enum lg_status differences(const struct lg_registry *is,
				  const struct lg_registry *should,
				  struct difference *out, struct lg_error *err)
{
	const struct lg_value *value, *other;
	size_t most = lg_registry_count(is) + lg_registry_count(should);

	out->item = calloc(most + 1, sizeof(*out->item));
	if (!out->item)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL,
				    "out of memory");
	for (size_t i = 0; i < lg_registry_count(should); i++) {
		value = lg_registry_at(should, i);
		other = lg_registry_find(is, value->key, value->name);
		if (!other || !lg_value_equal(value, other))
			out->item[out->count++] =
				(struct lg_target_change){.key = value->key,
							  .name = value->name,
							  .value = value,
							  .expected = other};
	}
	for (size_t i = 0; i < lg_registry_count(is); i++) {
		value = lg_registry_at(is, i);
		if (!lg_registry_find(should, value->key, value->name))
			out->item[out->count++] =
				(struct lg_target_change){.key = value->key,
							  .name = value->name,
							  .expected = value};
	}
	return LG_OK;
}

/* A3: whether each name holds what the change said. */
static enum lg_status read_back(struct lg_target *port,
				const struct difference *change,
				const struct lg_registry *should,
				struct lg_error *err)
{
	struct lg_registry *found = NULL;
	const struct lg_value *a, *b;
	enum lg_status status = port->read(port->self, &found, err);

	for (size_t i = 0; status == LG_OK && i < change->count; i++) {
		a = lg_registry_find(found, change->item[i].key,
				     change->item[i].name);
		b = lg_registry_find(should, change->item[i].key,
				     change->item[i].name);
		if (!a != !b || (a && !lg_value_equal(a, b)))
			status = lg_error_set(err, LG_ERR_IO, port->name,
					      "the values read back are not "
					      "those that were written");
	}
	lg_registry_free(&found);
	return status;
}

/* Writes what differs; *out_left is LG_CHANGE_HALF where it failed and the
 * earlier values could not be put back. */
static enum lg_status
write_values(struct lg_target *port, const struct lg_registry *is,
	     const struct lg_registry *should, struct lg_strlist *names,
	     enum lg_change_left *out_left, struct lg_error *err)
{
	struct difference there = {0}, back = {0};
	struct lg_error second;
	enum lg_status status = differences(is, should, &there, err);

	if (status == LG_OK)
		status = differences(should, is, &back, err);
	for (size_t i = 0; status == LG_OK && i < there.count; i++)
		status = lg_strlist_add(names, there.item[i].name,
					strlen(there.item[i].name), err);
	if (status == LG_OK && there.count > 0) {
		status = port->write(port->self, there.item, there.count, err);
		if (status == LG_OK)
			status = read_back(port, &there, should, err);
		if (status != LG_OK &&
		    (port->write(port->self, back.item, back.count, &second) !=
			     LG_OK ||
		     read_back(port, &back, is, &second) != LG_OK))
			*out_left = LG_CHANGE_HALF;
	}
	free(there.item);
	free(back.item);
	return status;
}

/* Who changed what there; a change of nothing is none. */
static void note(const struct lg_change_hands *hands,
		 const struct lg_change_values *wish,
		 const struct lg_strlist *names, const char *result)
{
	struct lg_buffer what = {0};
	struct lg_journal_entry entry = {
		.at_s = hands->now(hands->self).wall_ms / 1000,
		.event = wish->event,
		.by = hands->by,
		.result = result,
		.max_duration_s = -1,
		.target = wish->server,
	};

	if (names->count == 0)
		return;
	lg_journal_names(names, &what);
	entry.what = what.data;
	hands->note(hands->self, &entry);
	lg_buffer_release(&what);
}

/* Right, back-up, write, read back. */
static enum lg_status change_server(const struct lg_change_hands *hands,
				    const struct lg_change_values *wish,
				    struct lg_target *port,
				    struct lg_strlist *names,
				    enum lg_change_left *out_left,
				    struct lg_error *err)
{
	struct lg_registry *is = NULL, *should = NULL;
	struct lg_target_probe probe = {0};
	char *file = NULL;
	enum lg_status status = port->probe(port->self, &probe, err);

	if (status == LG_OK && !probe.may_write)
		status = lg_error_set(err, LG_ERR_DENIED, wish->server,
				      "the account may not change the registry "
				      "there; %s",
				      probe.note);
	if (status == LG_OK)
		status = port->read(port->self, &is, err);
	if (status == LG_OK)
		status = wish->make(wish->context, is, &should, err);
	if (status == LG_OK)
		status = hands->backup(hands->self, wish->server, is, &file,
				       err);
	if (status == LG_OK)
		status = write_values(port, is, should, names, out_left, err);
	free(file);
	lg_registry_free(&should);
	lg_registry_free(&is);
	return status;
}

enum lg_status lg_change_values(const struct lg_change_hands *hands,
				const struct lg_change_values *wish,
				struct lg_strlist *names,
				enum lg_change_left *out_left,
				struct lg_error *err)
{
	struct lg_servers_journal journal = {0};
	struct lg_servers_book book = {0};
	struct lg_target *port = NULL;
	size_t count = 1;
	enum lg_status status;

	*out_left = LG_CHANGE_NOT_BEGUN;
	status = hands->begin(hands->self, &journal, &book, err);
	if (status != LG_OK)
		return status;
	status = not_locked(&book, wish->server, err);
	if (status == LG_OK) {
		*out_left = LG_CHANGE_WHOLE;
		status = hands->open(hands->self, &wish->server, &count, 0,
				     &port, err);
	}
	if (port) {
		status = change_server(hands, wish, port, names, out_left, err);
		hands->close(hands->self);
		note(hands, wish, names,
		     status == LG_OK               ? "done"
		     : *out_left == LG_CHANGE_HALF ? "failed, NOT put back"
						   : "failed, put back");
	}
	lg_servers_book_release(&book);
	hands->finish(hands->self, &journal);
	return status;
}
