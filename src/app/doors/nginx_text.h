/* SPDX-License-Identifier: ISC */
/*
 * nginx_text.h - nginx's configuration as one text
 *
 * Layer: app: core only.
 * Source: `nginx -T`, which prints the files one after the other.
 */
#ifndef LOGONGATE_APP_DOORS_NGINX_TEXT_H
#define LOGONGATE_APP_DOORS_NGINX_TEXT_H

#include <logongate/buffer.h>

/*
 * Appends the first file of what `nginx -T` printed with the others in the
 * places where it includes them (patterns too), relative to the first one's
 * folder. Text without "# configuration file" lines is appended as it is; an
 * include of a file that was not printed is left out, as nginx does for a
 * pattern that matches nothing.
 * Returns: LG_OK; LG_ERR_LIMIT, files include each other; LG_ERR_NO_MEMORY.
 */
enum lg_status lg_nginx_text(const char *text, size_t len,
			     struct lg_buffer *out_text, struct lg_error *err);

#endif
