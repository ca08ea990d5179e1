/* SPDX-License-Identifier: ISC */
/*
 * change_rig.c - the whole of app/change over what is in memory
 */
#include "change_rig.h"

#include <stdlib.h>
#include <string.h>

static struct lg_now tell_time(void *self)
{
	return (struct lg_now){.wall_ms = ((struct rig *)self)->now_s * 1000};
}

static struct world *world_of(void *self)
{
	return &((struct rig *)self)->scene->world;
}

static enum lg_status fake_hold(void *self, struct lg_error *err)
{
	struct rig *rig = self;

	if (rig->held_by)
		return lg_error_set(err, LG_ERR_CONFLICT, "journal", "is held");
	rig->held = 1;
	rig->begun++;
	return LG_OK;
}

static void fake_let_go(void *self)
{
	((struct rig *)self)->held = 0;
}

static int fake_is_held(void *self)
{
	const struct rig *rig = self;

	return rig->held || rig->held_by != 0;
}

static enum lg_status fake_place(void *self, struct lg_buffer *out_path,
				 struct lg_error *err)
{
	(void)self;
	lg_buffer_text(out_path, "journal");
	return lg_buffer_status(out_path, err);
}

static enum lg_status fake_read(void *self, const char *name,
				struct lg_buffer *out_text,
				struct lg_error *err)
{
	struct rig *rig = self;
	struct lg_buffer *journal = &world_of(self)->journal;
	int is_journal = strcmp(name, LG_SERVERS_BOOK_FILE) == 0;
	const struct lg_buffer *from = is_journal ? journal : &rig->signature;

	lg_buffer_append(out_text, from->data ? from->data : "", from->len);
	if (is_journal && rig->others_write > 0 && rig->others_write--)
		lg_buffer_char(journal, '\n');
	return lg_buffer_status(out_text, err);
}

static enum lg_status fake_append(void *self, const char *line, size_t len,
				  struct lg_error *err)
{
	const struct lg_change_journal *to =
		&((struct rig *)self)->scene->servers.journal;

	return to->append(to->self, line, len, err);
}

static enum lg_status fake_replace_all(void *self, const char *text, size_t len,
				       struct lg_error *err)
{
	struct world *world = world_of(self);

	lg_buffer_clear(&world->journal);
	lg_buffer_append(&world->journal, text, len);
	return lg_buffer_status(&world->journal, err);
}

static int fake_runs(void *self, int64_t pid)
{
	return pid == ((struct rig *)self)->held_by;
}

static void fake_name(void *self, const struct lg_change_holder *holder,
		      struct lg_buffer *out_text)
{
	(void)self;
	lg_buffer_format(out_text, "%s of %s",
			 holder->command ? holder->command : "nobody",
			 holder->by ? holder->by : "nowhere");
}

static enum lg_status fake_open(void *self, const char *const *name,
				size_t *count, int with_gate,
				struct lg_target **out_port,
				struct lg_error *err)
{
	struct rig *rig = self;
	struct lg_target *port = calloc(*count + 1, sizeof(*port));
	size_t i, j;

	(void)err;
	assert_non_null(port);
	for (i = 0; i < *count; i++) {
		for (j = 0; j < TARGETS; j++) {
			if (strcmp(rig->scene->port[j].name, name[i]) == 0)
				port[i] = rig->scene->port[j];
		}
		assert_non_null(port[i].self);
	}
	if (with_gate)
		port[*count] = rig->scene->gate_port;
	rig->scene->opened = port;
	*out_port = port;
	return LG_OK;
}

static void fake_close(void *self)
{
	struct rig *rig = self;

	free(rig->scene->opened);
	rig->scene->opened = NULL;
}

/* Of back-ups nothing is kept. */
static enum lg_status fake_replace(void *self, const char *name,
				   const void *bytes, size_t len,
				   struct lg_error *err)
{
	struct rig *rig = self;

	if (strchr(name, '/') != NULL)
		return LG_OK;
	lg_buffer_clear(&rig->signature);
	lg_buffer_append(&rig->signature, bytes, len);
	return lg_buffer_status(&rig->signature, err);
}

static enum lg_status fake_size(void *self, const char *name,
				uint64_t *out_size, struct lg_error *err)
{
	*out_size = 0;
	return LG_OK;
}

/* Of history the last line is kept. */
static enum lg_status fake_note(void *self, const char *name, const void *bytes,
				size_t len, enum lg_files_sync sync,
				struct lg_error *err)
{
	struct rig *rig = self;

	(void)sync;
	if (rig->no_history)
		return lg_error_set(err, LG_ERR_IO, name, "no room");
	lg_buffer_clear(&rig->history);
	lg_buffer_append(&rig->history, bytes, len);
	return lg_buffer_status(&rig->history, err);
}

static enum lg_status fake_test(const void *context, struct lg_error *err)
{
	const struct rig *rig = context;

	if (rig->test_status != LG_OK)
		return lg_error_set(err, rig->test_status, "gate",
				    "a test account got in");
	return LG_OK;
}

static void fake_warn(void *self, const struct lg_error *err)
{
	(void)err;
	((struct rig *)self)->warned++;
}

static void tell_begun(void *self, const struct lg_change_came *begun)
{
	struct rig *rig = self;

	rig->outcome = begun->outcome;
	if (begun->servers->last)
		rig->gate_status = begun->servers->last->status;
}

static void tell_ended(void *self, const struct lg_change_came *ended)
{
	struct rig *rig = self;

	rig->outcome = ended->outcome;
	if (ended->servers && ended->servers->last)
		rig->gate_status = ended->servers->last->status;
}

struct lg_change_hands rig_hands(struct rig *rig)
{
	return (struct lg_change_hands){
		.self = rig,
		.journal = {.self = rig,
			    .hold = fake_hold,
			    .let_go = fake_let_go,
			    .is_held = fake_is_held,
			    .place = fake_place,
			    .read = fake_read,
			    .append = fake_append,
			    .replace = fake_replace_all},
		.files = &rig->files,
		.command = "apply",
		.by = "admin",
		.pid = RIG_PID,
		.runs = fake_runs,
		.name = fake_name,
		.now = tell_time,
		.open = fake_open,
		.close = fake_close,
		.test = fake_test,
		.warn = fake_warn,
		.begun = tell_begun,
		.ended = tell_ended,
	};
}

/* count servers, and the gate here where with_gate. */
struct rig *rig_new(int count, int with_gate)
{
	const struct lg_servers_book empty = {0};
	struct rig *rig = calloc(1, sizeof(*rig));
	struct lg_error err;
	int i;

	assert_non_null(rig);
	rig->now_s = 1000;
	rig->scene = scene_new();
	rig->files = (struct lg_files){.self = rig,
				       .replace = fake_replace,
				       .append = fake_note,
				       .size = fake_size};
	assert_int_equal(lg_servers_beside(&empty, "ex1", NULL,
					   &rig->scene->alone, &err),
			 LG_OK);
	scene_add_gate(rig->scene);
	rig->count = count;
	rig->with_gate = with_gate;
	for (i = 0; i < count + with_gate; i++) {
		int is_gate = i == count;

		rig->target[i].name =
			is_gate ? "gate" : rig->scene->port[i].name;
		rig->target[i].dialect =
			is_gate ? LG_DIALECT_GATE : LG_DIALECT_EXCHANGE_2007;
		rig->target[i].own = rig->scene->wanted;
		rig->target[i].values = rig->scene->wanted;
		rig->target[i].before = rig->scene->old;
		rig->server[i].name = rig->target[i].name;
		rig->server[i].is_local = is_gate;
		rig->server[i].beside = &rig->scene->alone;
	}
	rig->plan.target = rig->target;
	rig->plan.target_count = (size_t)(count + with_gate);
	return rig;
}

void rig_free(struct rig *rig)
{
	assert_false(rig->held);
	lg_buffer_release(&rig->signature);
	lg_buffer_release(&rig->history);
	scene_free(rig->scene);
	free(rig);
}

enum lg_status rig_apply(struct rig *rig)
{
	const struct lg_change_hands hands = rig_hands(rig);
	char name[] = "upgrade";
	struct lg_profile profile = {.name = name, .max_duration_s = -1};
	const struct lg_plan_input input = {
		.profile = &profile,
		.server = rig->server,
		.now_s = rig->now_s,
		.until_s = scene_lock.until_s,
		.replaces = 1,
	};
	const struct lg_change_begin request = {
		.plan = &rig->plan,
		.input = &input,
		.test = rig->test,
		.gate_runs = 1,
		.id = ID,
		.reason = scene_lock.reason,
	};
	struct lg_error err;

	return lg_change_begin(&hands, &request, &err);
}

enum lg_status rig_lift(struct rig *rig)
{
	const struct lg_change_hands hands = rig_hands(rig);
	const struct lg_change_lift lift = {
		.id = rig->count > 0 ? ID : NULL,
		.gate_id = rig->with_gate ? ID : NULL,
		.with_gate = rig->with_gate,
	};
	struct lg_error err;
	size_t count;

	return lg_change_lift(&hands, &lift, &count, &err);
}

/* The next command: what was interrupted is undone. */
void rig_recover(struct rig *rig)
{
	const struct lg_change_hands hands = rig_hands(rig);
	struct lg_change_recovered recovered;
	struct lg_error err;

	rig->scene->world.crashed = 0;
	rig->scene->world.effects_left = -1;
	assert_int_equal(lg_change_recover(&hands, LG_SERVERS_LIFT_EACH, 1,
					   &recovered, &err),
			 LG_OK);
	assert_int_equal(recovered.status, LG_OK);
}

void rig_book(struct rig *rig, struct lg_servers_book *out_book)
{
	const struct lg_change_hands hands = rig_hands(rig);
	struct lg_error err;

	assert_int_equal(lg_change_book(&hands, out_book, &err), LG_OK);
}

/* How many changes the journal has. */
size_t rig_in_journal(struct rig *rig)
{
	struct lg_servers_book book = {0};
	size_t count;

	rig_book(rig, &book);
	count = book.count;
	lg_servers_book_release(&book);
	return count;
}

void rig_assert_all_locked(const struct rig *rig)
{
	int i;

	for (i = 0; i < rig->count; i++)
		scene_assert_locked(&rig->scene->fake[i], rig->scene->wanted);
	assert_int_equal(rig->scene->gate.locked, rig->with_gate);
}

void rig_assert_nothing_locked(const struct rig *rig)
{
	scene_assert_all_old(rig->scene);
	assert_false(rig->scene->gate.locked);
}
