/* SPDX-License-Identifier: ISC */
/*
 * target_record.h - what a server holds now, as one of status's "targets"
 *
 * Layer: app.
 * Shape: {"name","reachable","in_force","differs"}, of the gate here no more;
 * of others "step", "service" and "note", "error" or "says"; where a lock is
 * on it "profile","since","until","by","in_force_by".
 * Source: contract 9 "Targets".
 */
#ifndef LOGONGATE_APP_RECORDS_TARGET_RECORD_H
#define LOGONGATE_APP_RECORDS_TARGET_RECORD_H

#include <stdint.h>

#include <cjson/cJSON.h>

#include <logongate/strlist.h>

struct lg_target_now {
	const char *name;
	int is_here; /* the gate of this machine */
	int is_reachable;
	int is_in_force;
	int differs;      /* from what was written */
	const char *step; /* of a change that is under way; or NULL */
	int tells_whose;  /* the next five are known */
	const char *profile;
	const char *by;
	int64_t since_s;
	int64_t until_s;
	int64_t in_force_by_s;  /* 0: nobody knows when it is read */
	const char *service;    /* what its store does; or NULL */
	const char *note;       /* or NULL */
	const char *error;      /* why it cannot be asked */
	struct lg_strlist says; /* lines; written only */
	const cJSON *lines;     /* the same; read only */
};

cJSON *lg_target_object(const struct lg_target_now *target);

/* *out_target borrows from object. */
void lg_target_read(const cJSON *object, struct lg_target_now *out_target);

#endif
