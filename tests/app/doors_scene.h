/* SPDX-License-Identifier: ISC */
/*
 * doors_scene.h - the files of servers, a gate that listens, and rows
 */
#ifndef LOGONGATE_TESTS_APP_DOORS_SCENE_H
#define LOGONGATE_TESTS_APP_DOORS_SCENE_H

#include "app/doors/doors.h"

extern const struct lg_doors_files doors_files;

struct lg_gate_addresses doors_gate(void);

/* What one configuration must say of the way called way. */
struct doors_row {
	enum {
		DOVECOT,
		POSTFIX,
		NGINX,
		HAPROXY,
		PAM
	} server;
	const char *text;
	const char *more; /* postconf -M, the PAM service */
	const char *way;
	enum lg_asks asks;
	enum lg_when_down when_down;
};

/* Each row's way says what it must. */
void doors_rows(const struct doors_row *rows, size_t count);

#endif
