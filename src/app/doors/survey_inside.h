/* SPDX-License-Identifier: ISC */
/*
 * survey_inside.h - a survey while it is made
 *
 * Layer: app, private to survey.c and survey_stacks.c.
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
/* What one server's reader gave. */
enum lg_status lg_survey_settle(struct survey *survey, const char *door,
				enum lg_status status);
enum lg_status lg_survey_pam(struct survey *survey, const char *named);
/* Dovecot's own stack checks passwords for it; where Dovecot asks the gate, the
 * stack need not. */
void lg_survey_settle_dovecot(struct lg_ways *ways);
/* sshd may be told to leave PAM alone. */
void lg_survey_settle_sshd(struct survey *survey);

#endif
