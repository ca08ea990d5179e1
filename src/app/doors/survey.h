/* SPDX-License-Identifier: ISC */
/*
 * survey.h - looks at this machine's servers and says which ask the gate
 *
 * Layer: app: reads through port/machine and hands the texts to the readers.
 */
#ifndef LOGONGATE_APP_DOORS_SURVEY_H
#define LOGONGATE_APP_DOORS_SURVEY_H

#include "port/machine.h"
#include "core/settings/settings.h"

#include "app/doors/doors.h"

/* The servers that are surveyed: the rows of doors.def. */
enum lg_surveyed {
#define LG_SURVEYED(id, name, kind, file, help) LG_SURVEYED_##id,
#include "app/doors/doors.def"
	LG_SURVEYED_COUNT
};

struct lg_surveyed_row {
	const char *name; /* of its option */
	const char *file; /* where below its folder it begins; "": the folder */
};

/* Good for ever. */
const struct lg_surveyed_row *lg_surveyed_row(enum lg_surveyed server);

/* Where to look; NULL is where the server that runs does, or would. */
struct lg_doors_places {
	const char *place[LG_SURVEYED_COUNT];
};

/*
 * A server that is not installed has no ways in. One whose configuration
 * cannot be read is a way whose answer is "unknown", with the reason.
 */
enum lg_status lg_doors_survey(const struct lg_settings *settings,
			       const struct lg_machine *machine,
			       const struct lg_doors_places *places,
			       struct lg_ways *ways, struct lg_error *err);

/* A sentence where a server that asks has open sessions that the gate, by its
 * settings, neither lists nor cuts; NULL: none is known. */
const char *lg_doors_uncut(const struct lg_ways *ways,
			   const struct lg_settings *settings);

#endif
