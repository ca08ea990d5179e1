/* SPDX-License-Identifier: ISC */
/*
 * atomic_file.h - files outside state_dir that are replaced whole
 *
 * Layer: adapters/system, shared by adapters and composition roots.
 * Source: conformance A2, A3;
 * contract 7 "render, registry, targets", 8 "Targets".
 */
#ifndef LOGONGATE_ADAPTERS_SYSTEM_ATOMIC_FILE_H
#define LOGONGATE_ADAPTERS_SYSTEM_ATOMIC_FILE_H

#include <logongate/buffer.h>

/*
 * Appends all of a regular file.
 * Returns: LG_OK; LG_ERR_IO, LG_ERR_DENIED with the path; LG_ERR_LIMIT over
 * 1 GiB; LG_ERR_NO_MEMORY.
 */
enum lg_status lg_file_read(const char *path, struct lg_buffer *out_bytes,
			    struct lg_error *err);

/*
 * Writes beside path, flushes, renames over it, flushes the folder. An
 * existing file keeps its mode and owner where they can be kept; a new one is
 * 0600. Of a link the file that it leads to is replaced. On failure the old
 * file is whole.
 */
enum lg_status lg_atomic_file_replace(const char *path, const void *bytes,
				      size_t len, struct lg_error *err);

/* The second half of it, for a new file that a library wrote: new_path takes
 * the place of path. On failure new_path still exists. */
enum lg_status lg_atomic_file_adopt(const char *new_path, const char *path,
				    struct lg_error *err);

#endif
