/* SPDX-License-Identifier: ISC */
/*
 * setup_settings.h - what a door needs of the gate's settings, put into them
 *
 * Layer: app, private to the set-up. The text stays the administrator's: lines
 * are added, and a value gets one more item; nothing else moves.
 */
#ifndef LOGONGATE_APP_SETUP_SETTINGS_H
#define LOGONGATE_APP_SETUP_SETTINGS_H

#include <logongate/buffer.h>

/*
 * Adds address to "address" of [listen.LISTENER], which is made where it is
 * not there, with without_policy. LG_ERR_SYNTAX: the value is not one line.
 */
enum lg_status lg_setup_add_address(struct lg_buffer *settings,
				    const char *listener, const char *address,
				    const char *without_policy,
				    struct lg_error *err);

/* Adds a section of these lines at the end. */
enum lg_status lg_setup_add_section(struct lg_buffer *settings,
				    const char *section, const char *lines,
				    struct lg_error *err);

#endif
