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

/*
 * Sets KEY = "value" in a section, which is made where it is not there; other
 * lines stay. *out_changed is set to 1 where the text changed.
 * LG_ERR_SYNTAX: the value cannot be written in quotes, or the one that is
 * there is not one line.
 */
enum lg_status lg_setup_set_value(struct lg_buffer *settings,
				  const char *section, const char *key,
				  const char *value, int *out_changed,
				  struct lg_error *err);

#endif
