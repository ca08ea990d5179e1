/* SPDX-License-Identifier: ISC */
/*
 * buffer.h - bytes that grow
 *
 * Layer: core.
 * A failed allocation is remembered: append as much as you like and ask once,
 * at the end, with lg_buffer_status.
 */
#ifndef LOGONGATE_BUFFER_H
#define LOGONGATE_BUFFER_H

#include <logongate/error.h>

/* Zero-initialise. data is NUL-terminated at data[len] once it is not NULL. */
struct lg_buffer {
	char *data;
	size_t len;
	size_t capacity;
	enum lg_status status;
};

void lg_buffer_append(struct lg_buffer *buffer, const void *bytes, size_t len);
void lg_buffer_text(struct lg_buffer *buffer, const char *text);
void lg_buffer_char(struct lg_buffer *buffer, char c);
void lg_buffer_format(struct lg_buffer *buffer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Forgets the content, keeps the memory; a remembered failure is cleared. */
void lg_buffer_clear(struct lg_buffer *buffer);

/* LG_OK, or LG_ERR_NO_MEMORY when any append since the last clear failed. */
enum lg_status lg_buffer_status(const struct lg_buffer *buffer,
				struct lg_error *err);

/*
 * Hands the bytes over as one NUL-terminated allocation and leaves the buffer
 * empty. Owns: the caller frees *out_text with free().
 */
enum lg_status lg_buffer_take(struct lg_buffer *buffer, char **out_text,
			      struct lg_error *err);

/* Frees the memory; the buffer may be used again. */
void lg_buffer_release(struct lg_buffer *buffer);

#endif
