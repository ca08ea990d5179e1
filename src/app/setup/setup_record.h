/* SPDX-License-Identifier: ISC */
/*
 * setup_record.h - what setting a door up changed, kept for its undoing
 *
 * Layer: app, private to the set-up.
 * A record is FOLDER/DOOR.json, root's alone: what it names is written and
 * removed as root. While one is there the packages refuse to be removed.
 */
#ifndef LOGONGATE_APP_SETUP_RECORD_H
#define LOGONGATE_APP_SETUP_RECORD_H

#include "core/settings/settings.h"

#include "app/setup/setup_plan.h"

/* The plan as JSON, one line; secrets are left out. */
enum lg_status lg_setup_record_print(const struct lg_setup_plan *plan,
				     struct lg_buffer *out_text,
				     struct lg_error *err);

/*
 * Reads one back: files with before and after as they were, who joined.
 * Returns: LG_OK; LG_ERR_SYNTAX; LG_ERR_NO_MEMORY.
 */
enum lg_status lg_setup_record_parse(const char *text, const char *path,
				     struct lg_setup_plan *out_plan,
				     struct lg_error *err);

/*
 * What is to be undone after plan too: of a file that both name, what it was
 * before the first of them.
 */
enum lg_status lg_setup_record_merge(const struct lg_setup_plan *old,
				     const struct lg_setup_plan *plan,
				     struct lg_setup_plan *out_whole,
				     struct lg_error *err);

/*
 * Whether the door of another record still asks where this gate listens by its
 * settings, and would not by the text after.
 * Returns: LG_OK; LG_ERR_CONFLICT, it would ask nobody.
 */
enum lg_status lg_setup_record_needs(const struct lg_setup_plan *other,
				     const struct lg_settings *settings,
				     const char *after, struct lg_error *err);

/* The file of this path in a plan, or NULL. */
const struct lg_setup_file *lg_setup_find(const struct lg_setup_plan *plan,
					  const char *path);

#endif
