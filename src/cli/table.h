/* SPDX-License-Identifier: ISC */
/*
 * table.h - rows of what commands list
 *
 * Layer: cli.
 * Source: contract 11 "Terminal".
 */
#ifndef LOGONGATE_CLI_TABLE_H
#define LOGONGATE_CLI_TABLE_H

#include <logongate/strlist.h>

#include "cli/command.h"

/* Add cells row by row, then print. Columns fit their longest cell; the last
 * is not padded. */
struct lg_table {
	struct lg_strlist cell;
	size_t columns;
	enum lg_status status;
};

/* head are the columns' names, NULL-terminated; not printed when empty. */
void lg_table_begin(struct lg_table *table, const char *const *head);
/* NULL is shown as "-". */
void lg_table_cell(struct lg_table *table, const char *text);
/*
 * Prints (nothing when there are no rows) and releases. On a terminal no row
 * is wider than it, as far as that can be: the longest cells are cut, with a
 * mark where something is missing. Elsewhere nothing is ever cut.
 */
int lg_cli_table(struct lg_cli *cli, struct lg_table *table);

#endif
