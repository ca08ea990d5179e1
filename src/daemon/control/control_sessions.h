/* SPDX-License-Identifier: ISC */
/*
 * control_sessions.h - sessions and lists of texts in an answer
 *
 * Layer: daemon.
 */
#ifndef LOGONGATE_DAEMON_CONTROL_CONTROL_SESSIONS_H
#define LOGONGATE_DAEMON_CONTROL_CONTROL_SESSIONS_H

#include "port/door.h"

#include "daemon/control/control.h"

/* Adds "left", and "left_count": of very many only the first are listed. */
void control_add_left(struct control_call *call,
		      const struct lg_session_list *sessions);
void control_add_texts(struct control_call *call, const char *key,
		       const struct lg_strlist *texts);

#endif
