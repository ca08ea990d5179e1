/* SPDX-License-Identifier: ISC */
/*
 * servers_record.h - reading the lines of one change
 *
 * Layer: app, private to the book.
 */
#ifndef LOGONGATE_APP_CHANGE_SERVERS_RECORD_H
#define LOGONGATE_APP_CHANGE_SERVERS_RECORD_H

#include <cjson/cJSON.h>

#include "app/change/servers_book.h"

/*
 * A change's first line. Where its values cannot be read *out_record is
 * LG_SERVERS_LOST, with what names there are.
 * Returns: LG_OK; LG_ERR_SYNTAX, and *out_record is lost; LG_ERR_NO_MEMORY.
 */
enum lg_status lg_servers_record_begin(const cJSON *object,
				       struct lg_servers_record *out_record,
				       struct lg_error *err);

/* One that is lost: by the line that says so, or by a step of which nobody
 * knows the beginning. */
enum lg_status lg_servers_record_lost(const cJSON *object,
				      struct lg_servers_record *out_record,
				      struct lg_error *err);

/* Adds a target without values. */
enum lg_status lg_servers_record_add(struct lg_servers_record *record,
				     const char *name, struct lg_error *err);

/* Every later line; *out_over is 1 where it ends the change. */
enum lg_status lg_servers_record_step(const cJSON *object, const char *word,
				      struct lg_servers_record *record,
				      int *out_over, struct lg_error *err);

#endif
