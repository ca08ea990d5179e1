/* SPDX-License-Identifier: ISC */
/*
 * effect.h - from when on what a change wrote is in force
 *
 * Layer: app.
 * Source: conformance A4, A5, T1, T2, T6.
 */
#ifndef LOGONGATE_APP_CHANGE_EFFECT_H
#define LOGONGATE_APP_CHANGE_EFFECT_H

#include <logongate/dialect.h>
#include "core/settings/settings.h"

enum lg_effect {
	LG_EFFECT_NOW = 0, /* when apply is done; test accounts are tried */
	LG_EFFECT_START,   /* --at */
	LG_EFFECT_POLL,    /* the store reads it by itself */
	LG_EFFECT_RESTART, /* somebody restarts the store */
	LG_EFFECT_CARRIED, /* somebody takes a file to the server */
	LG_EFFECT_NO_GATE, /* state_dir alone: nobody asks it */
	LG_EFFECT_IDLE     /* the service of the store does not run */
};

/* On a server as such, whenever the values were written. */
enum lg_effect lg_effect_on(enum lg_backend backend,
			    enum lg_takes_effect takes_effect, int restarts);

/* When values that were written at since_s are in force at the latest, starts_s
 * their beginning; 0: nobody knows. */
int64_t lg_effect_by(enum lg_effect effect, int64_t since_s, int64_t starts_s);

#endif
