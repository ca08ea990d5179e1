/* SPDX-License-Identifier: ISC */
/*
 * survey_inside.h - a survey while it is made
 *
 * Layer: app, private to survey.c and the servers that it asks.
 */
#ifndef LOGONGATE_APP_DOORS_SURVEY_INSIDE_H
#define LOGONGATE_APP_DOORS_SURVEY_INSIDE_H

#include "app/doors/survey.h"

struct survey {
	const struct lg_machine *machine;
	const struct lg_gate_addresses *gate;
	struct lg_doors_files files;
	struct lg_ways *ways;
	struct lg_error *err;
};

/* A stack's file lies in /etc, or where its package put it. */
enum lg_status lg_survey_read_named(void *context, const char *path,
				    struct lg_buffer *out_text,
				    struct lg_error *err);
/* A way in of which nothing is known, and why. */
enum lg_status lg_survey_add_unknown(struct survey *survey, const char *door,
				     const char *place, const char *why);
/* What one server's reader gave. */
enum lg_status lg_survey_settle(struct survey *survey, const char *door,
				enum lg_status status);
/* Each configuration that a program runs with, or the one that was named. */
enum lg_status
lg_survey_each(struct survey *survey, const char *program, const char *conf,
	       enum lg_status (*read)(struct survey *, const char *));

/* lg_survey_NAME of each server: the place that was named, or NULL. */
#define LG_SURVEYED(id, name, kind, file, help)                                \
	enum lg_status lg_survey_##name(struct survey *survey,                 \
					const char *place);
#include "app/doors/doors.def"

/* Dovecot's own stack checks passwords for it; where Dovecot asks the gate, the
 * stack need not. */
void lg_survey_settle_dovecot(struct lg_ways *ways);
/* sshd may be told to leave PAM alone. */
void lg_survey_settle_sshd(struct survey *survey);

#endif
