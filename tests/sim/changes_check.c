/* SPDX-License-Identifier: ISC */
/*
 * changes_check.c - what must be so after every command
 */
#include <stdlib.h>
#include <string.h>

#include "app/change/servers_compose.h"
#include "app/lock/stored_values.h"

#include "sim/changes_world.h"

static int is_over(const struct world *world, const struct expected *lock)
{
	return world->clock.wall_ms >= lock->least_s * 1000;
}

/* Whether the files here have that lock; read as status reads them. */
struct lg_state *world_look(struct world *world)
{
	struct lg_state *state = NULL;
	enum lg_lock_event event;
	struct lg_error err;

	must(world,
	     lg_state_load(&world->disk.port, &world->reader, LG_STATE_READ,
			   &state, &err) == LG_OK,
	     "state_dir: %s", err.text);
	do
		must(world, lg_lock_settle(state, &event, NULL, &err) == LG_OK,
		     "what is over cannot be left out: %s", err.text);
	while (event != LG_LOCK_NOTHING);
	return state;
}

static int has(const struct lg_state *state, const char *id)
{
	return lg_state_lock(state, id) != NULL;
}

/* The servers that are locked. */
static unsigned int servers_of(const struct lg_servers_record *record)
{
	static const char *const names[SERVERS] = {"ex1", "ex2", "ex3"};
	unsigned int servers = 0;
	int i;

	for (i = 0; record && i < SERVERS; i++) {
		const struct lg_servers_record_target *target =
			lg_servers_record_target(record, names[i]);

		if (target && lg_servers_step_locks(target->step))
			servers |= 1u << i;
	}
	return servers;
}

/* Every server of it is locked, and whether the gate has a part is known. */
static int is_whole(const struct expected *lock,
		    const struct lg_servers_record *record)
{
	return record->phase == LG_SERVERS_APPLIED &&
	       record->with_gate == lock->gate &&
	       servers_of(record) == lock->servers;
}

/* What was left open is as it is found. */
static void settle(struct world *world, struct expected *lock,
		   const struct lg_servers_record *record, int is_here,
		   int whole)
{
	if (lock->some && (!record || record->phase == LG_SERVERS_APPLIED)) {
		lock->servers = servers_of(record);
		lock->gate = record ? record->with_gate : is_here;
	}
	if (record && record->phase == LG_SERVERS_APPLIED)
		lock->how = THERE;
	else if (!record && !lock->servers && is_here)
		lock->how = THERE;
	else if (!record && !is_here)
		lock->how = GONE;
	else
		must(world, !whole,
		     "%s is neither there nor gone after recover: %s", lock->id,
		     record ? "in the journal" : "at the gate");
}

static void check_lock(struct world *world, struct expected *lock,
		       const struct lg_servers_book *book,
		       const struct lg_state *state, int whole)
{
	const struct lg_servers_record *record =
		lg_servers_book_find(book, lock->id);
	int is_here = has(state, lock->id);

	if (whole && record && is_here)
		must(world,
		     lg_state_lock(state, lock->id)->until.wall_s ==
			     record->lock.until_s,
		     "%s does not end here when it ends on servers", lock->id);
	/* recover goes on with them, and they may have been the last */
	lock->servers &= servers_of(record) | ~lock->some;
	if (lock->some && !record && !is_here && !lock->servers)
		lock->how = GONE;
	if (lock->how == MAYBE)
		settle(world, lock, record, is_here, whole);
	/* time ended it, here or by the next command */
	if (lock->how == THERE && is_over(world, lock)) {
		if (!record && !is_here)
			lock->how = GONE;
		return;
	}
	switch (lock->how) {
	case GONE:
		must(world, !record, "%s is over and in the journal", lock->id);
		must(world, !is_here, "%s is over and at the gate", lock->id);
		break;
	case THERE:
		/* by force the gate is lifted alone, and the journal may say so
		 * or be too full for it */
		if (lock->forced && record && !is_here)
			break;
		must(world, is_here == lock->gate,
		     "%s is in force and %s the gate", lock->id,
		     is_here ? "at" : "not at");
		must(world, !lock->servers || record,
		     "%s is in force and not in the journal", lock->id);
		must(world, !record || is_whole(lock, record),
		     "%s is in force and not everywhere", lock->id);
		break;
	case MAYBE:
		break;
	}
}

static int is_known(const struct world *world, const char *id)
{
	size_t i;

	for (i = 0; i < world->count; i++) {
		if (!strcmp(world->lock[i].id, id))
			return 1;
	}
	return 0;
}

static void show(struct world *world, const char *what,
		 const struct lg_registry *values)
{
	struct lg_buffer text = {0};

	lg_reg_text_render(values, LG_REG_ENCODING_UTF8, &text, NULL);
	tell(world, "%s %s", what, text.data ? text.data : "");
	lg_buffer_release(&text);
}

/* Nothing is half done there: neither a change nor, of one that ends where it
 * can, the step on this server. */
static int is_settled(const struct lg_servers_book *book, const char *name)
{
	size_t i;

	for (i = 0; i < book->count; i++) {
		const struct lg_servers_record_target *target =
			lg_servers_record_target(&book->record[i], name);

		if (target && (book->record[i].phase != LG_SERVERS_APPLIED ||
			       target->step == LG_SERVERS_RESTORING))
			return 0;
	}
	return 1;
}

/* What is to be there with the locks of the journal on what stands by hand. */
static struct lg_registry *locked_on(struct world *world,
				     const struct server *server,
				     const struct lg_registry *by_hand,
				     const struct lg_servers_book *book)
{
	const struct lg_servers_more none = {.dialect =
						     LG_DIALECT_EXCHANGE_2007};
	struct lg_servers_beside beside = {0};
	struct lg_registry *should = NULL;
	struct lg_registry *locked = NULL;
	struct lg_registry *bare = NULL;
	enum lg_status status;
	size_t i;

	lg_servers_beside(book, server->name, NULL, &beside, NULL);
	lg_registry_copy(by_hand, &should, NULL);
	lg_registry_new(&bare, NULL);
	for (i = 0; i < lg_registry_count(beside.names); i++) {
		const struct lg_value *name = lg_registry_at(beside.names, i);
		const struct lg_value *is =
			lg_registry_find(by_hand, name->key, name->name);

		if (is)
			lg_registry_set(bare, is, NULL);
		lg_registry_delete(should, name->key, name->name);
	}
	status = lg_servers_composed(&beside, &none, bare, beside.names,
				     &locked, NULL, NULL);
	for (i = 0; status == LG_OK && i < lg_registry_count(locked); i++)
		lg_registry_set(should, lg_registry_at(locked, i), NULL);
	lg_registry_free(&locked);
	lg_registry_free(&bare);
	lg_servers_beside_release(&beside);
	must(world, status == LG_OK, "%s: locks cannot stand together",
	     server->name);
	return should;
}

static void check_server(struct world *world, struct server *server,
			 const struct lg_servers_book *book, int whole)
{
	struct by_hand *hand = &server->hand;
	struct lg_registry *should;
	int same;

	if (!is_settled(book, server->name)) {
		must(world, !whole, "%s is half done after recover",
		     server->name);
		return;
	}
	should = locked_on(world, server, hand->first, book);
	same = lg_stored_values_equal(server->values, should);
	if (!same && hand->after) {
		lg_registry_free(&should);
		should = locked_on(world, server, hand->after, book);
		same = lg_stored_values_equal(server->values, should);
		if (same)
			hand_settle(hand, hand->after);
	}
	if (!same) {
		show(world, "there is", server->values);
		show(world, "should be", should);
	}
	lg_registry_free(&should);
	lg_registry_free(&hand->after);
	must(world, same, "%s does not hold what its locks come to",
	     server->name);
}

/* What stands by hand at the gate here, beside its locks. */
static void check_here(struct world *world, const struct lg_state *state)
{
	struct by_hand *hand = &world->hand;
	const struct lg_registry *is = state->standing;

	must(world, is || lg_registry_count(hand->first) == 0,
	     "what stands here is lost");
	if (is && hand->after && lg_stored_values_equal(is, hand->after))
		hand_settle(hand, hand->after);
	lg_registry_free(&hand->after);
	must(world, !is || lg_stored_values_equal(is, hand->first),
	     "what stands here is not what was set by hand");
}

void world_check(struct world *world, int whole)
{
	struct lg_servers_book book = {0};
	struct lg_state *state = world_look(world);
	size_t i;

	world_book(world, &book);
	for (i = 0; i < book.count; i++) {
		must(world,
		     book.record[i].lock.stands ||
			     is_known(world, book.record[i].lock.id),
		     "nobody applied %s", book.record[i].lock.id);
		must(world,
		     !whole || !lg_servers_is_unfinished(&book.record[i]),
		     "%s is half done after recover", book.record[i].lock.id);
	}
	for (i = 0; i < state->lock_count; i++)
		must(world, is_known(world, state->lock[i]->id),
		     "nobody applied %s", state->lock[i]->id);
	for (i = 0; i < world->count; i++)
		check_lock(world, &world->lock[i], &book, state, whole);
	for (i = 0; i < SERVERS; i++)
		check_server(world, &world->server[i], &book, whole);
	check_here(world, state);
	lg_servers_book_release(&book);
	lg_state_free(&state);
}
