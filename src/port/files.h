/* SPDX-License-Identifier: ISC */
/*
 * port/files.h - a folder of small files that are replaced whole
 *
 * Layer: port; implemented by adapters/system/state_dir.
 * Flow: app/state and app/records/logon_log keep everything that must survive
 * here.
 * Source: contract 1 (state_dir), 7 "The gate".
 *
 * Names are relative, of at most one folder: "registry.reg", "backups/X.reg".
 */
#ifndef LOGONGATE_PORT_FILES_H
#define LOGONGATE_PORT_FILES_H

#include <stdint.h>
#include <string.h>

#include <logongate/buffer.h>
#include <logongate/strlist.h>

enum lg_files_sync {
	LG_FILES_LATER = 0, /* the system writes when it likes */
	LG_FILES_SYNC       /* on disk before the call returns */
};

#define LG_DIGEST_SIZE 65 /* SHA-256 in hex and its NUL */

/*
 * read: appends the content. LG_ERR_UNKNOWN_KEY: there is no such file;
 * LG_ERR_IO, LG_ERR_DENIED: there is one and it cannot be read.
 * read_at: appends at most max bytes from offset on; none at the end. As read.
 * replace: after LG_OK the new content is on disk; else the old one is whole.
 * append: one write; *_SYNC returns when it is on disk.
 * remove: LG_OK also where there was none.
 * set_aside: moves a file that cannot be trusted into "damaged/", under a name
 * that nothing there has, and appends that name; never overwrites.
 * list: names in a folder ("" is the top), sorted; LG_OK and none where the
 * folder does not exist.
 * size: bytes in a file, 0 where there is none.
 * digest: SHA-256 of bytes.
 * Every path in err is the whole path of the file.
 */
struct lg_files {
	void *self;
	enum lg_status (*read)(void *self, const char *name,
			       struct lg_buffer *out_bytes,
			       struct lg_error *err);
	enum lg_status (*read_at)(void *self, const char *name, uint64_t offset,
				  size_t max, struct lg_buffer *out_bytes,
				  struct lg_error *err);
	enum lg_status (*replace)(void *self, const char *name,
				  const void *bytes, size_t len,
				  struct lg_error *err);
	enum lg_status (*append)(void *self, const char *name,
				 const void *bytes, size_t len,
				 enum lg_files_sync sync, struct lg_error *err);
	enum lg_status (*remove)(void *self, const char *name,
				 struct lg_error *err);
	enum lg_status (*set_aside)(void *self, const char *name,
				    struct lg_buffer *out_kept,
				    struct lg_error *err);
	enum lg_status (*list)(void *self, const char *folder,
			       struct lg_strlist *out_names,
			       struct lg_error *err);
	enum lg_status (*size)(void *self, const char *name, uint64_t *out_size,
			       struct lg_error *err);
	enum lg_status (*digest)(void *self, const void *bytes, size_t len,
				 char out_hex[LG_DIGEST_SIZE],
				 struct lg_error *err);
	void (*close)(void *self);
};

/* A buffer without a byte has no memory: replace and digest of one. */
static inline enum lg_status lg_files_put(const struct lg_files *files,
					  const char *name,
					  const struct lg_buffer *bytes,
					  struct lg_error *err)
{
	return files->replace(files->self, name, bytes->data ? bytes->data : "",
			      bytes->len, err);
}

static inline enum lg_status lg_files_digest(const struct lg_files *files,
					     const struct lg_buffer *bytes,
					     char out_hex[LG_DIGEST_SIZE],
					     struct lg_error *err)
{
	return files->digest(files->self, bytes->data ? bytes->data : "",
			     bytes->len, out_hex, err);
}

/* 1 where there is one with anything in it, or nobody can tell. */
static inline int lg_files_has(const struct lg_files *files, const char *name)
{
	uint64_t size = 0;

	return files->size(files->self, name, &size, NULL) != LG_OK || size > 0;
}

/* 1 where two files hold the same. */
static inline int lg_files_same(const struct lg_buffer *a,
				const struct lg_buffer *b)
{
	return a->len == b->len &&
	       (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

#endif
