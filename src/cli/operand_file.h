/* SPDX-License-Identifier: ISC */
/*
 * operand_file.h - the FILE or - of a command line
 *
 * Layer: cli.
 */
#ifndef LOGONGATE_CLI_OPERAND_FILE_H
#define LOGONGATE_CLI_OPERAND_FILE_H

#include <logongate/buffer.h>

/* Appends all of the file, of standard input for "-". Returns: LG_OK;
 * LG_ERR_IO with the path; LG_ERR_NO_MEMORY. */
enum lg_status lg_cli_operand_read(const char *path,
				   struct lg_buffer *out_bytes,
				   struct lg_error *err);

#endif
