/* SPDX-License-Identifier: ISC */
/*
 * disk.h - port/files in memory, with all that can happen to a disk
 *
 * It keeps what the port promises and nothing more: of a change that was
 * under way when the machine stopped either nothing, all, or (of a line that
 * is appended) a part is there afterwards.
 */
#ifndef LOGONGATE_TESTS_SIM_DISK_H
#define LOGONGATE_TESTS_SIM_DISK_H

#include "port/files.h"
#include "sim/chance.h"

struct disk_file {
	char *name;
	struct lg_buffer bytes;
	size_t synced; /* so many bytes survive a power cut */
};

/*
 * is_full: nothing can be written, only removed. is_broken: nor that.
 * fails_in: the so many-th change from now fails, 0: none; crashes_in: the
 * machine stops there, and is_dead is set until disk_revive. fails_late: the
 * change that fails is done all the same, as when only its flush fails.
 * changes counts what was changed; missteps what was refused. shows: each is
 * printed.
 */
struct disk {
	struct disk_file *file;
	size_t count;
	struct chance *chance;
	struct lg_files port;
	int is_full;
	int is_broken;
	unsigned int fails_in;
	int fails_late;
	unsigned int crashes_in;
	int is_dead;
	int shows;
	uint64_t changes;
	uint64_t missteps;
};

void disk_make(struct disk *disk, struct chance *chance);
void disk_release(struct disk *disk);

/* The machine starts again. power: what was not flushed is lost. */
void disk_revive(struct disk *disk, int power);

/* NULL: there is no such file. */
struct disk_file *disk_find(const struct disk *disk, const char *name);

/* From outside, as an editor or a bad sector does it. */
void disk_put(struct disk *disk, const char *name, const void *bytes,
	      size_t len);
void disk_drop(struct disk *disk, const char *name);

/* Prints every file. */
void disk_show(const struct disk *disk);

/* A hash of all names and contents but those that begin like this (NULL:
 * none): the same when nothing was changed. */
uint64_t disk_print(const struct disk *disk, const char *but);

#endif
