/* SPDX-License-Identifier: ISC */
/*
 * setup_nginx_text.h - the lines of a site, put into a file of nginx
 *
 * Layer: app, private to the set-up.
 */
#ifndef LOGONGATE_APP_SETUP_NGINX_TEXT_H
#define LOGONGATE_APP_SETUP_NGINX_TEXT_H

#include "app/setup/setup_sites.h"

/* Adds the server blocks of a file that pass requests on to a server. */
enum lg_status lg_setup_nginx_sites(const char *text,
				    struct lg_setup_sites *sites,
				    struct lg_error *err);

/* 1 where a server block of these sites passes requests of MAPI over HTTP on
 * and has no drop-in that knows them: a location names /mapi, or takes all
 * paths. */
int lg_setup_nginx_mapi(const char *text, const struct lg_setup_sites *sites);

/*
 * The text with the includes in each server block of these sites and in each
 * of their locations that passes requests on. identity: a word of
 * LG_SETUP_IDENTITIES.
 * Returns: LG_OK; LG_ERR_CONFLICT, a location asks somebody else already.
 */
enum lg_status lg_setup_nginx_put(const char *text,
				  const struct lg_setup_sites *sites,
				  const char *identity,
				  struct lg_buffer *out_text,
				  struct lg_error *err);

#endif
