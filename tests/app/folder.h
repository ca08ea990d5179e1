/* SPDX-License-Identifier: ISC */
/*
 * folder.h - a state directory of a test's own, and a clock in its hands
 */
#ifndef LOGONGATE_TESTS_APP_FOLDER_H
#define LOGONGATE_TESTS_APP_FOLDER_H

#include "app/lock/lock_change.h"
#include "app/lock/picture.h"
#include "app/lock/state.h"

/* path is below TMPDIR; now is what the clock says. fail_write: the number of
 * replaces and appends after which every one fails (0: never). killed_write:
 * from that one on nothing reaches the disk, removals neither, as after a
 * kill. denied: nobody here may read a file that has these words in it. */
struct folder {
	char path[256];
	struct lg_files real;
	struct lg_files files;
	struct lg_clock clock;
	struct lg_now now;
	unsigned int writes;
	unsigned int fail_write;
	unsigned int killed_write;
	const char *denied;
};

void folder_make(struct folder *folder);
void folder_remove(struct folder *folder);

/* Time goes by on both clocks. */
void folder_wait(struct folder *folder, int64_t seconds);

struct lg_state *folder_load(struct folder *folder);

/* Raw content; folder_read's is freed by the caller, NULL where no file is. */
char *folder_read(const struct folder *folder, const char *name);
void folder_write(const struct folder *folder, const char *name,
		  const char *text, size_t len);
void folder_unlink(const struct folder *folder, const char *name);
int folder_has(const struct folder *folder, const char *name);

/* 1 when a loud sentence has these words in it. */
int is_loud(const struct lg_state *state, const char *words);

/* Values with one DN listed. */
struct lg_registry *values_listing(const char *dn);

/* A request for an hour with values_listing("/o=a/cn=one"). */
struct lg_target_lock request_for(const struct lg_registry *values);

/* A request that is applied, and its lock. */
struct lg_lock *applied(struct lg_state *state,
			const struct lg_target_lock *request);

/* What registry.reg shows of the state: the first DN listed in it, NULL where
 * there is none. Good until the next call. */
const char *shown(const struct lg_state *state);

/* The listed DN in values, NULL where there is none. */
const char *listed(const struct lg_registry *values);

#endif
