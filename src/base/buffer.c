/* SPDX-License-Identifier: ISC */
/*
 * Bytes that grow: by doubling, so that appending n bytes copies fewer than
 * 2n. One byte is always kept for the NUL. After a failure nothing more is
 * appended: a text with a hole must never look like a whole one.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <logongate/buffer.h>

enum {
	SMALLEST = 64
};

/* Makes room for len more bytes and the NUL; 0 when there is none. */
static int reserve(struct lg_buffer *buffer, size_t len)
{
	size_t capacity = buffer->capacity ? buffer->capacity : SMALLEST;
	char *data;

	if (buffer->status != LG_OK)
		return 0;
	if (len >= SIZE_MAX / 2 - buffer->len) {
		buffer->status = LG_ERR_NO_MEMORY;
		return 0;
	}
	if (buffer->data && buffer->len + len < buffer->capacity)
		return 1;
	while (capacity <= buffer->len + len)
		capacity *= 2;
	data = realloc(buffer->data, capacity);
	if (!data) {
		buffer->status = LG_ERR_NO_MEMORY;
		return 0;
	}
	buffer->data = data;
	buffer->capacity = capacity;
	return 1;
}

void lg_buffer_append(struct lg_buffer *buffer, const void *bytes, size_t len)
{
	if (!reserve(buffer, len))
		return;
	if (len)
		memcpy(buffer->data + buffer->len, bytes, len);
	buffer->len += len;
	buffer->data[buffer->len] = '\0';
}

void lg_buffer_text(struct lg_buffer *buffer, const char *text)
{
	lg_buffer_append(buffer, text, strlen(text));
}

void lg_buffer_char(struct lg_buffer *buffer, char c)
{
	/* Folding and unfolding append millions of single bytes. */
	if (buffer->status != LG_OK || buffer->len + 1 >= buffer->capacity) {
		lg_buffer_append(buffer, &c, 1);
		return;
	}
	buffer->data[buffer->len++] = c;
	buffer->data[buffer->len] = '\0';
}

void lg_buffer_format(struct lg_buffer *buffer, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0) {
		/* Only a text of more than INT_MAX bytes gets here. */
		buffer->status = LG_ERR_NO_MEMORY;
		return;
	}
	if (!reserve(buffer, (size_t)len))
		return;
	va_start(args, format);
	vsnprintf(buffer->data + buffer->len, (size_t)len + 1, format, args);
	va_end(args);
	buffer->len += (size_t)len;
}

void lg_buffer_clear(struct lg_buffer *buffer)
{
	buffer->len = 0;
	buffer->status = LG_OK;
	if (buffer->data)
		buffer->data[0] = '\0';
}

enum lg_status lg_buffer_status(const struct lg_buffer *buffer,
				struct lg_error *err)
{
	if (buffer->status == LG_OK)
		return LG_OK;
	return lg_error_set(err, buffer->status, NULL, "out of memory");
}

enum lg_status lg_buffer_take(struct lg_buffer *buffer, char **out_text,
			      struct lg_error *err)
{
	/* An empty text is an allocation too. */
	lg_buffer_append(buffer, "", 0);
	if (buffer->status != LG_OK)
		return lg_buffer_status(buffer, err);
	*out_text = buffer->data;
	buffer->data = NULL;
	lg_buffer_release(buffer);
	return LG_OK;
}

void lg_buffer_release(struct lg_buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct lg_buffer){0};
}
