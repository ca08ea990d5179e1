/* SPDX-License-Identifier: ISC */
/*
 * changes_world.c - the servers, the disk and the hands of a command
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/lock/picture.h"

#include "sim/changes_world.h"

#define KEY LG_KEY_PARAMETERS_SYSTEM
#define JOURNAL LG_SERVERS_BOOK_FILE

static const char *const names[SERVERS] = {"ex1", "ex2", "ex3"};

static void show_disk(void *world)
{
	disk_show(&((struct world *)world)->disk);
}

static struct lg_registry *own[OWN_KINDS];

static struct lg_registry *registry(const char *versions, const char *people)
{
	struct lg_registry *values = NULL;
	struct lg_strlist list = {0};

	lg_registry_new(&values, NULL);
	if (versions)
		lg_registry_set_text(values, KEY, LG_VALUE_DISABLE_MAPI_CLIENTS,
				     versions, NULL);
	for (; people && *people; people++) {
		char dn[64];

		snprintf(dn, sizeof(dn), "/o=Org/ou=Site/cn=R/cn=%c", *people);
		lg_strlist_add(&list, dn, strlen(dn), NULL);
	}
	if (people)
		lg_registry_set_list(values, KEY, LG_VALUE_LOGON_ONLY_AS, &list,
				     NULL);
	lg_strlist_release(&list);
	return values;
}

void own_make(void)
{
	own[0] = registry("-11.65535.65535", NULL);
	own[1] = registry("-5.65535.65535", NULL);
	own[2] = registry("7.0.0-10.0.0", NULL);
	own[3] = registry(NULL, "abc");
	own[4] = registry(NULL, "bcd");
	own[5] = registry("-6.1.2", "c");
}

void own_release(void)
{
	int i;

	for (i = 0; i < OWN_KINDS; i++)
		lg_registry_free(&own[i]);
}

const struct lg_registry *own_values(int kind)
{
	return own[kind];
}

/* A server fails, or this machine stops before it was asked. */
static enum lg_status trouble(struct world *world, const char *name,
			      struct lg_error *err)
{
	world->trouble++;
	return lg_error_set(err, LG_ERR_IO, name, "does not answer");
}

struct link {
	struct world *world;
	struct server *server;
};

static int is_dead(struct world *world)
{
	struct disk *disk = &world->disk;

	if (disk->crashes_in && !--disk->crashes_in)
		disk->is_dead = 1;
	return disk->is_dead;
}

static enum lg_status server_read(void *self, struct lg_registry **out_values,
				  struct lg_error *err)
{
	const struct link *link = self;

	if (link->server->away || link->world->disk.is_dead)
		return trouble(link->world, link->server->name, err);
	return lg_registry_copy(link->server->values, out_values, err);
}

static enum lg_status server_probe(void *self,
				   struct lg_target_probe *out_probe,
				   struct lg_error *err)
{
	const struct link *link = self;

	if (link->server->away || link->world->disk.is_dead)
		return trouble(link->world, link->server->name, err);
	*out_probe = (struct lg_target_probe){.may_write = 1};
	return LG_OK;
}

static enum lg_status server_write(void *self,
				   const struct lg_target_change *change,
				   size_t count, struct lg_error *err)
{
	const struct link *link = self;
	struct server *server = link->server;
	size_t i;

	if (server->away)
		return trouble(link->world, server->name, err);
	for (i = 0; i < count; i++) {
		int fails;

		if (is_dead(link->world))
			return trouble(link->world, server->name, err);
		fails = server->fails_in && !--server->fails_in;
		if (fails && !server->fails_late)
			return trouble(link->world, server->name, err);
		if (change[i].value)
			lg_registry_set(server->values, change[i].value, NULL);
		else
			lg_registry_delete(server->values, change[i].key,
					   change[i].name);
		if (fails)
			return trouble(link->world, server->name, err);
	}
	tell(link->world, "        writes %s", server->name);
	return LG_OK;
}

static void server_close(void *self)
{
	free(self);
}

static struct lg_now tell_time(void *self)
{
	return ((struct world *)self)->clock;
}

static void clock_now(void *self, struct lg_now *out_now)
{
	*out_now = ((struct world *)self)->clock;
}

void world_book(struct world *world, struct lg_servers_book *out_book)
{
	struct disk_file *file = disk_find(&world->disk, JOURNAL);
	struct lg_error err;

	must(world,
	     lg_servers_book_parse(file && file->bytes.len ? file->bytes.data
							   : "",
				   file ? file->bytes.len : 0, JOURNAL,
				   out_book, &err) == LG_OK,
	     "the journal: %s", err.text);
	must(world, out_book->damaged == 0, "the journal: %s",
	     out_book->damage.text);
}

static enum lg_status hold(void *self, struct lg_error *err)
{
	struct world *world = self;

	if (world->disk.is_dead)
		return trouble(world, JOURNAL, err);
	if (world->held_by)
		return lg_error_set(err, LG_ERR_CONFLICT, JOURNAL, "is held");
	return LG_OK;
}

static void let_go(void *self)
{
}

static int is_held(void *self)
{
	return ((struct world *)self)->held_by != 0;
}

static enum lg_status place(void *self, struct lg_buffer *out_path,
			    struct lg_error *err)
{
	lg_buffer_text(out_path, JOURNAL);
	return lg_buffer_status(out_path, err);
}

static enum lg_status read_file(void *self, const char *name,
				struct lg_buffer *out_text,
				struct lg_error *err)
{
	const struct lg_files *files = &((struct world *)self)->disk.port;
	enum lg_status status = files->read(files->self, name, out_text, err);

	return status == LG_ERR_UNKNOWN_KEY ? LG_OK : status;
}

/* As adapters/system/journal_file: what was cut off goes first. */
static enum lg_status append(void *self, const char *line, size_t len,
			     struct lg_error *err)
{
	struct world *world = self;
	struct disk_file *file = disk_find(&world->disk, JOURNAL);

	while (file && file->bytes.len > 0 && !world->disk.is_dead &&
	       file->bytes.data[file->bytes.len - 1] != '\n')
		file->bytes.len--;
	tell(world, "      %.*s", len < 100 ? (int)len - 1 : 100, line);
	return world->disk.port.append(world->disk.port.self, JOURNAL, line,
				       len, LG_FILES_SYNC, err);
}

static enum lg_status replace(void *self, const char *text, size_t len,
			      struct lg_error *err)
{
	struct world *world = self;

	return world->disk.port.replace(world->disk.port.self, JOURNAL, text,
					len, err);
}

static int runs(void *self, int64_t pid)
{
	return pid == ((struct world *)self)->held_by;
}

static void name(void *self, const struct lg_change_holder *holder,
		 struct lg_buffer *out_text)
{
	lg_buffer_text(out_text, "somebody");
}

static enum lg_status open_state(void *context, struct lg_state **out_state,
				 struct lg_error *err)
{
	struct world *world = context;
	enum lg_lock_event event;
	enum lg_status status = LG_OK;

	if (!world->state)
		status = lg_state_load(&world->disk.port, &world->reader,
				       LG_STATE_WRITE, &world->state, err);
	if (status == LG_OK) {
		do
			status =
				lg_lock_settle(world->state, &event, NULL, err);
		while (status == LG_OK && event != LG_LOCK_NOTHING);
		lg_picture_flush(world->state, NULL);
	}
	*out_state = world->state;
	return status;
}

static struct server *server_of(struct world *world, const char *name)
{
	int i;

	for (i = 0; i < SERVERS; i++) {
		if (!strcmp(world->server[i].name, name))
			return &world->server[i];
	}
	fail(world, "a change of %s, which is not there", name);
}

static enum lg_status open_servers(void *self, const char *const *name,
				   size_t *count, int with_gate,
				   struct lg_target **out_port,
				   struct lg_error *err)
{
	struct world *world = self;
	struct lg_target *port = calloc(*count + 2, sizeof(*port));
	size_t i;

	for (i = 0; i < *count; i++) {
		struct link *link = malloc(sizeof(*link));

		*link = (struct link){world, server_of(world, name[i])};
		port[i] = (struct lg_target){
			.self = link,
			.name = link->server->name,
			.probe = server_probe,
			.read = server_read,
			.write = server_write,
			.close = server_close,
		};
	}
	if (with_gate) {
		world->here = (struct lg_state_target){.context = world,
						       .open = open_state};
		port[*count] = lg_state_target(&world->here);
	}
	world->port = *out_port = port;
	return LG_OK;
}

static void close_servers(void *self)
{
	struct world *world = self;
	struct lg_target *port;

	for (port = world->port; port && port->self; port++)
		port->close(port->self);
	free(world->port);
	world->port = NULL;
}

static void warn(void *self, const struct lg_error *err)
{
	tell(((struct world *)self), "  mind: %s: %s", err->place, err->text);
}

static void begun(void *self, const struct lg_change_came *begun)
{
	struct world *world = self;

	world->outcome = begun->outcome;
}

static void ended(void *self, const struct lg_change_came *ended)
{
	struct world *world = self;

	must(world,
	     ended->status == LG_OK ||
		     !strstr(ended->err->text, "somebody changed"),
	     "who? %s: %s", ended->err->place, ended->err->text);
	world->outcome = ended->outcome;
	if (ended->servers && ended->servers->last &&
	    ended->servers->last->status != LG_OK)
		world->gate_status = ended->servers->last->status;
}

struct lg_change_hands world_hands(struct world *world)
{
	world->gate_status = LG_OK;
	return (struct lg_change_hands){
		.self = world,
		.parallel = 1, /* one after the other, as the seed says */
		.journal = {.self = world,
			    .hold = hold,
			    .let_go = let_go,
			    .is_held = is_held,
			    .place = place,
			    .read = read_file,
			    .append = append,
			    .replace = replace},
		.files = &world->disk.port,
		.command = "apply",
		.by = "admin",
		.pid = 1,
		.runs = runs,
		.name = name,
		.now = tell_time,
		.open = open_servers,
		.close = close_servers,
		.warn = warn,
		.begun = begun,
		.ended = ended,
	};
}

static void new_boot(struct world *world)
{
	world->clock.boot_ms = chance_between(&world->chance, 1000, 60000);
	snprintf(world->clock.boot_id, sizeof(world->clock.boot_id), "boot-%u",
		 ++world->boot);
}

void world_make(struct world *world, uint64_t seed, int verbose)
{
	static const char *const versions[SERVERS] = {NULL, "-4.9.9",
						      "-5.0.0;8.0.0-9.0.0"};
	int i;

	*world = (struct world){.seed = seed,
				.life = {.verbose = verbose,
					 .show = show_disk,
					 .context = world}};
	world->chance.state = seed;
	disk_make(&world->disk, &world->chance);
	world->disk.shows = verbose;
	world->clock.wall_ms = INT64_C(1795299360) * 1000;
	world->reader = (struct lg_clock){world, clock_now};
	new_boot(world);
	for (i = 0; i < SERVERS; i++) {
		struct server *server = &world->server[i];

		server->name = names[i];
		server->hand.first = registry(
			versions[chance_below(&world->chance, SERVERS)],
			chance_of(&world->chance, 30) ? "abcd" : NULL);
		lg_registry_set_text(server->hand.first, KEY, "By Hand", "kept",
				     NULL);
		lg_registry_copy(server->hand.first, &server->values, NULL);
	}
	lg_registry_new(&world->hand.first, NULL);
	tell(world, "seed %llu", (unsigned long long)seed);
}

void hand_settle(struct by_hand *hand, const struct lg_registry *values)
{
	struct lg_registry *now = NULL;

	lg_registry_copy(values, &now, NULL);
	lg_registry_free(&hand->first);
	lg_registry_free(&hand->after);
	hand->first = now;
}

static void hand_release(struct by_hand *hand)
{
	lg_registry_free(&hand->first);
	lg_registry_free(&hand->after);
}

void world_release(struct world *world)
{
	int i;

	world_end_command(world);
	for (i = 0; i < SERVERS; i++) {
		hand_release(&world->server[i].hand);
		lg_registry_free(&world->server[i].values);
	}
	hand_release(&world->hand);
	disk_release(&world->disk);
}

void world_end_command(struct world *world)
{
	lg_state_free(&world->state);
}

void world_stops(struct world *world, int reboots)
{
	tell(world, "  the machine %s",
	     reboots ? "loses its power, and starts" : "kills the command");
	world->disk.crashes_in = 0;
	disk_revive(&world->disk, reboots);
	if (!reboots)
		return;
	world->held_by = 0;
	new_boot(world);
}
