/* SPDX-License-Identifier: ISC */
/*
 * operand_file.c - the FILE or - of a command line
 *
 * A pipe is as good as a file, so it is read to its end and not by its size.
 */
#include "cli/operand_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum lg_status lg_cli_operand_read(const char *path,
				   struct lg_buffer *out_bytes,
				   struct lg_error *err)
{
	int is_stdin = strcmp(path, "-") == 0;
	FILE *file = is_stdin ? stdin : fopen(path, "rb");
	char part[4096];
	size_t len;
	enum lg_status status;

	if (!file)
		return lg_error_set(err, LG_ERR_IO, path, "cannot be read: %s",
				    strerror(errno));
	while ((len = fread(part, 1, sizeof(part), file)) > 0)
		lg_buffer_append(out_bytes, part, len);
	if (ferror(file))
		status = lg_error_set(err, LG_ERR_IO, path,
				      "cannot be read: %s", strerror(errno));
	else
		status = lg_buffer_status(out_bytes, err);
	if (!is_stdin)
		fclose(file);
	return status;
}
