/* SPDX-License-Identifier: ISC */
/*
 * fleet_ear.h - from entries to events that are believed
 *
 * Layer: app: core, port/fleet, port/signature, port/files, port/clock.
 * Flow: port/fleet tells the ear's sink; each entry is checked, verified and
 * added to the set, and kept on disk, or becomes a trouble.
 * Shape: state_dir/fleet/CN~ID is an event: the entry's id in hex, its
 * signature, its body, a line each. state_dir/fleet.keys are the keys that were
 * learned.
 * Source: contract 10 "Following", 13 "Events", "Commands".
 */
#ifndef LOGONGATE_APP_FLEET_FLEET_EAR_H
#define LOGONGATE_APP_FLEET_FLEET_EAR_H

#include "core/fleet/fleet_set.h"
#include "port/clock.h"
#include "port/files.h"
#include "port/fleet.h"
#include "port/signature.h"

#define LG_FLEET_FOLDER "fleet"
#define LG_FLEET_KEYS_FILE "fleet.keys"

/*
 * changed: the set grew, learned: a key is known that was not (ask for all
 * events again: some may be believed now). Both are the reader's to clear.
 * whole: a look at everything was completed once. uri: where it is connected,
 * or was last. base is normalised.
 */
struct lg_fleet_ear {
	struct lg_fleet_set *set;
	struct lg_fleet_keys *keys;
	char *base;
	const struct lg_signature *signature;
	const struct lg_files *files; /* NULL: nothing is kept */
	const struct lg_clock *clock;
	int changed;
	int learned;
	int connected;
	int lost; /* no provider answered when last tried */
	int whole;
	int64_t heard_ms; /* wall clock; 0: never */
	int late;         /* a report was written late: the reader's to clear */
	uint64_t signs;   /* how often the sink was told anything */
	int beside;       /* another provider tells now */
	/* So many that are not believed are heard when it asks; 0: all. */
	uint64_t junk_max;
	uint64_t junk_before;
	int is_cut; /* the rest of what was asked for last was left unread */
	char uri[256];
};

/*
 * keys: those of verify_keys; copied. signature, files, clock are borrowed.
 * What files keep is read; a file that cannot be read is left aside and told.
 * Returns: LG_OK; LG_ERR_SYNTAX, the base; LG_ERR_IO, LG_ERR_NO_MEMORY.
 */
enum lg_status lg_fleet_ear_open(struct lg_fleet_ear *ear, const char *base,
				 const struct lg_fleet_keys *keys,
				 const struct lg_signature *signature,
				 const struct lg_files *files,
				 const struct lg_clock *clock,
				 struct lg_error *err);
void lg_fleet_ear_close(struct lg_fleet_ear *ear);

/* What port/fleet tells, of gates nothing. */
struct lg_fleet_sink lg_fleet_ear_sink(struct lg_fleet_ear *ear);

/* What another provider tells than the one that is followed: an event that is
 * not held yet is heard as any other, all else is left to the one that is
 * followed to tell. */
enum lg_status lg_fleet_ear_beside(struct lg_fleet_ear *ear,
				   const struct lg_fleet_entry *entry,
				   struct lg_error *err);

/* Asks for all events of a lock (NULL: of all), again where keys were
 * learned meanwhile. As port/fleet's events; LG_OK also where it is cut. */
enum lg_status lg_fleet_ear_ask(struct lg_fleet_ear *ear,
				const struct lg_fleet *fleet, const char *lock,
				struct lg_error *err);

#endif
