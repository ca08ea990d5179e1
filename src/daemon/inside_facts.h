/* SPDX-License-Identifier: ISC */
/*
 * inside_facts.h - names that what is in force lists and nobody was asked about
 *
 * Layer: daemon.
 * Flow: on the state lane, as inside.h; facts.h asks the directory.
 */
#ifndef LOGONGATE_DAEMON_INSIDE_FACTS_H
#define LOGONGATE_DAEMON_INSIDE_FACTS_H

#include "daemon/inside.h"

/* 1 when there is a directory that was not asked about some name that what is
 * in force lists. */
int gate_inside_lacks_facts(const struct gate_inside *inside);

/* The names that have to be asked about: those of the standing values and of
 * each lock whose answers are missing. */
enum lg_status gate_inside_names(const struct gate_inside *inside,
				 struct lg_strlist *out_dn,
				 struct lg_strlist *out_user,
				 struct lg_error *err);

/* The directory answered for them: each that lacks answers keeps these. */
enum lg_status gate_inside_findings(struct gate_inside *inside,
				    const struct lg_findings *findings,
				    struct lg_error *err);

#endif
