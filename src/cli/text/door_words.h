/* SPDX-License-Identifier: ISC */
/*
 * door_words.h - what a door does, in words for an administrator
 *
 * Layer: cli.
 * Flow: `logongate doors` and `logongate setup check` print them.
 */
#ifndef LOGONGATE_CLI_TEXT_DOOR_WORDS_H
#define LOGONGATE_CLI_TEXT_DOOR_WORDS_H

#include <logongate/buffer.h>
#include "app/doors/doors.h"

/* "does NOT ask", "asks", ... */
const char *lg_asks_words(enum lg_asks asks);
/* "gate down: OPEN", ...; empty where the gate is not asked. */
const char *lg_when_down_words(enum lg_when_down when_down);

/* Appends the command that has it ask; 0 where there is none. */
int lg_door_setup_words(const struct lg_way *way, struct lg_buffer *text);

#endif
