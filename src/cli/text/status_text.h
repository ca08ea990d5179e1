/* SPDX-License-Identifier: ISC */
/*
 * status_text.h - what is in force, as an administrator reads it at night
 *
 * Layer: cli.
 */
#ifndef LOGONGATE_CLI_TEXT_STATUS_TEXT_H
#define LOGONGATE_CLI_TEXT_STATUS_TEXT_H

#include "app/records/status_record.h"
#include "cli/command.h"

/* Prints the contract's object; the first line is the answer. */
void lg_status_text(struct lg_cli *cli, const struct lg_status_said *said);

#endif
