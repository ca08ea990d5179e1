/* SPDX-License-Identifier: ISC */
/*
 * servers_lift.h - what applying and lifting on servers share
 *
 * Layer: cli, private to the fleet.
 */
#ifndef LOGONGATE_CLI_CHANGE_SERVERS_LIFT_H
#define LOGONGATE_CLI_CHANGE_SERVERS_LIFT_H

#include "adapters/system/journal_file.h"
#include "app/change/servers_book.h"
#include "port/files.h"
#include "cli/command.h"

/* A path below state_dir. */
enum lg_status lg_cli_servers_path(struct lg_cli *cli, const char *name,
				   struct lg_buffer *out_path,
				   struct lg_error *err);

/*
 * The journal, to be written, and what it says; nobody else may write
 * meanwhile. One of an earlier version is carried over, a damaged one is kept
 * below files, those of state_dir, and told.
 */
enum lg_status lg_cli_servers_begin(struct lg_cli *cli,
				    const struct lg_files *files,
				    struct lg_servers_journal *out_journal,
				    struct lg_servers_book *out_book,
				    struct lg_error *err);

void lg_cli_servers_finish(struct lg_servers_journal *journal);

/* The exit code of what came of a change. */
int lg_cli_servers_exit(enum lg_servers_outcome outcome, enum lg_status status);

/* Names what could not be put back. */
void lg_cli_servers_tell(struct lg_cli *cli, const struct lg_servers *fleet);

#endif
