/* SPDX-License-Identifier: ISC */
/*
 * ldif_file.h - the bytes of an export, and whether they changed
 *
 * Layer: adapter ldif.
 */
#ifndef LOGONGATE_ADAPTERS_LDIF_FILE_H
#define LOGONGATE_ADAPTERS_LDIF_FILE_H

#include <stdint.h>

#include <logongate/buffer.h>

/* What tells one version of a file from the next. */
struct lg_ldif_file_state {
	uint64_t device;
	uint64_t inode;
	int64_t size;
	int64_t changed_s;
	int64_t changed_ns;
};

/*
 * Reads all of file where its state is another than *known (NULL: always).
 * Returns: LG_OK, and *out_changed tells whether *out_bytes was filled;
 * LG_ERR_DIRECTORY where it cannot be read, is no regular file or changes
 * while it is read.
 */
enum lg_status lg_ldif_file_read(const char *file,
				 const struct lg_ldif_file_state *known,
				 struct lg_buffer *out_bytes,
				 struct lg_ldif_file_state *out_state,
				 int *out_changed, struct lg_error *err);

#endif
