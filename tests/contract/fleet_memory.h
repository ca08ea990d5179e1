/* SPDX-License-Identifier: ISC */
/*
 * fleet_memory.h - a directory of a fleet in memory, for tests
 *
 * Entries below ou=locks and ou=gates, and any number of connections. A
 * connection that is away is told so and tells of nothing; back again it sees
 * everything, as after a present phase.
 */
#ifndef LOGONGATE_TESTS_CONTRACT_FLEET_MEMORY_H
#define LOGONGATE_TESTS_CONTRACT_FLEET_MEMORY_H

#include "port/clock.h"
#include "port/fleet.h"

#define MEMORY_ENTRIES_MAX 4096
#define MEMORY_LINKS_MAX 4096

/* Texts are malloc'ed. gate: below ou=gates, cn and body alone. serial grows
 * with each change; gone: it was deleted then. */
struct memory_entry {
	struct lg_fleet_id id;
	int gate;
	char *cn, *lock, *number, *kind, *body, *key, *signature;
	int64_t modified_ms;
	unsigned long serial;
	int gone;
};

/* fails: what the next calls but poll give; away: poll's. short_look: the next
 * look at everything leaves out this many entries. */
struct memory_link {
	struct memory_directory *directory;
	unsigned int branches;
	int away;
	int was_away;
	int connected;
	int told_lost;
	int interrupted;
	int still; /* it stands still: it is not lost, and says nothing */
	int short_look;
	enum lg_status fails;
	unsigned long serial;
};

/* pass: time goes by while a poll waits; may be NULL. tag: of the ids, where
 * there are several. */
struct memory_directory {
	unsigned char tag;
	struct memory_entry entry[MEMORY_ENTRIES_MAX];
	size_t count;
	unsigned long serial;
	struct memory_link *link[MEMORY_LINKS_MAX];
	size_t link_count;
	const struct lg_clock *clock;
	void (*pass)(void *context, unsigned int ms);
	void *context;
};

struct memory_directory *memory_new(const struct lg_clock *clock);
void memory_free(struct memory_directory *directory);

/* close frees the link. */
struct memory_link *memory_open(struct memory_directory *directory,
				unsigned int branches,
				struct lg_fleet *out_fleet);

/* join: the entry of a gate, without a report. */
void memory_join(struct memory_directory *directory, const char *name);

/* Writes an entry as it is, whoever signed it. */
struct memory_entry *memory_put(struct memory_directory *directory,
				const struct lg_fleet_entry *entry);

/* An administrator deletes an entry; 0: there is none. */
int memory_forget(struct memory_directory *directory, const char *cn);

/* As a connection tells it; borrows the entry's texts. */
struct lg_fleet_entry memory_event(const struct memory_entry *entry);

struct memory_entry *memory_find(struct memory_directory *directory, int gate,
				 const char *cn);

#endif
