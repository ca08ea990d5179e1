/* SPDX-License-Identifier: ISC */
/*
 * doors_match.h - whether a place that a server asks is one of the gate's
 *
 * Layer: app, private to the doors.
 */
#ifndef LOGONGATE_APP_DOORS_MATCH_H
#define LOGONGATE_APP_DOORS_MATCH_H

#include <logongate/strlist.h>

/* 1 when text mentions one of the addresses, not as part of a longer one. */
int lg_doors_mentions(const char *text, const struct lg_strlist *addresses);

/* 1 when the words, separated by blanks or commas, have one called word. */
int lg_doors_has_word(const char *words, const char *word);

/* 1 for "yes", "y", "1", "true", "on" as servers read them. */
int lg_doors_is_yes(const char *value);

#endif
