/* SPDX-License-Identifier: ISC */
/*
 * cron_line.h - a calendar of systemd as the five fields of cron
 *
 * Layer: app: core.
 * Source: systemd.time(7) "Calendar events", crontab(5); contract 11
 * "Calendars".
 */
#ifndef LOGONGATE_APP_CALENDAR_CRON_LINE_H
#define LOGONGATE_APP_CALENDAR_CRON_LINE_H

#include <logongate/buffer.h>

/*
 * Appends the five fields.
 * Shape: hourly|daily|weekly|monthly, or [DAYS] [*-*-*|*-*-DD|*-MM-DD]
 * HH:MM[:00]; DAYS: Sun | Mon..Fri | Sat,Sun.
 * Returns: LG_OK; LG_ERR_SYNTAX, what cron cannot say or this does not read:
 * nothing is appended.
 */
enum lg_status lg_cron_fields(const char *calendar, struct lg_buffer *out_text,
			      struct lg_error *err);

/* Appends one word of a command: quoted for sh, % escaped for cron. */
void lg_cron_word(const char *word, struct lg_buffer *out_text);

#endif
