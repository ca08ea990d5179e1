/* SPDX-License-Identifier: ISC */
/*
 * running.h - with which configuration servers run
 *
 * Layer: app, private to the doors. Command lines are those of port/machine:
 * words separated by newlines.
 */
#ifndef LOGONGATE_APP_DOORS_RUNNING_H
#define LOGONGATE_APP_DOORS_RUNNING_H

#include "port/machine.h"

/*
 * The files that processes of this program were given with -c, each once; ""
 * for where the program looks by itself, also when none runs.
 */
enum lg_status lg_running_configurations(const struct lg_machine *machine,
					 const char *program,
					 struct lg_strlist *out_files,
					 struct lg_error *err);

/*
 * What each HAProxy was given with -f and behind "--", each set once: paths
 * separated by newlines, folders too. Where none runs, what
 * /etc/default/haproxy says, or haproxy.cfg where its package puts it.
 */
enum lg_status lg_running_haproxy(const struct lg_machine *machine,
				  struct lg_strlist *out_sets,
				  struct lg_error *err);

/* Appends a file of HAProxy's, or the .cfg files of a folder in their order. */
enum lg_status lg_running_haproxy_text(const struct lg_machine *machine,
				       const char *path,
				       struct lg_buffer *out_text,
				       struct lg_error *err);

/*
 * Dovecot passes over what is included with "try" and may not be read, in
 * silence. Appends the path of such a file beside the one that the first line
 * of `doveconf -n` names; nothing where there is none.
 */
enum lg_status lg_running_dovecot_hidden(const struct lg_machine *machine,
					 const char *doveconf,
					 struct lg_buffer *out_path,
					 struct lg_error *err);

#endif
