/* SPDX-License-Identifier: ISC */
/*
 * change_backup.h - what a server held, kept before it is written
 *
 * Layer: app.
 * Source: conformance A2; contract 4 registry restore.
 */
#ifndef LOGONGATE_APP_CHANGE_CHANGE_BACKUP_H
#define LOGONGATE_APP_CHANGE_CHANGE_BACKUP_H

#include "app/change/hands.h"

/* Keeps it as backups/TIME.NAME.reg below state_dir, which regedit and
 * `registry restore` take; never over another. *out_file is the file's name,
 * the caller's to free. hands: a const struct lg_change_hands, as self of
 * lg_servers_backup. */
enum lg_status lg_change_backup(void *hands, const char *name,
				const struct lg_registry *values,
				char **out_file, struct lg_error *err);

/* 1 where that file is still there. */
int lg_change_has_backup(const struct lg_change_hands *hands, const char *file);

#endif
