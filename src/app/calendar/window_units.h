/* SPDX-License-Identifier: ISC */
/*
 * window_units.h - what a schedule adds to the units of systemd
 *
 * Layer: app: core.
 * Flow: logongate-window@NAME.timer and .service are instances of the
 * templates that are shipped; a schedule is a drop-in for each. The service's
 * also says, in a section that systemd leaves alone, what `schedule list`
 * shows.
 * Source: systemd.service(5) "Command lines", systemd.unit(5) "X-".
 */
#ifndef LOGONGATE_APP_CALENDAR_WINDOW_UNITS_H
#define LOGONGATE_APP_CALENDAR_WINDOW_UNITS_H

#include <logongate/buffer.h>
#include <logongate/strlist.h>

struct lg_window_schedule {
	const char *name;
	const char *profile;
	const char *lasts; /* as given to --for */
	const char *calendar;
	const struct lg_strlist *command; /* the whole of it, program first */
};

/* 1 for a name that units and files can have: letters, digits, . _ -, a letter
 * or digit first, at most 64. */
int lg_window_name_is_good(const char *name);

enum lg_status lg_window_timer_text(const struct lg_window_schedule *schedule,
				    struct lg_buffer *out_text,
				    struct lg_error *err);
/* LG_ERR_SYNTAX: a word has a line end in it. */
enum lg_status lg_window_service_text(const struct lg_window_schedule *schedule,
				      struct lg_buffer *out_text,
				      struct lg_error *err);

/* That one failed, as status and the gate say it. */
#define LG_WINDOW_FAILED "the scheduled window "
void lg_window_failed_text(const char *name, struct lg_buffer *out_text);

/* The value of KEY= in a text of these; 1 where it is there. */
int lg_window_value(const char *text, const char *key,
		    struct lg_buffer *out_value);

#endif
