/* SPDX-License-Identifier: ISC */
/*
 * open.c - opens what the command line names, once
 */
#include <stdlib.h>

#include "cli/open.h"

void lg_cli_close(struct lg_cli *cli)
{
	cli->open = NULL;
}
