/* SPDX-License-Identifier: ISC */
/*
 * setup_lives.h - whether the server that is to be set up runs
 *
 * Layer: app, private to the set-up.
 */
#ifndef LOGONGATE_APP_SETUP_LIVES_H
#define LOGONGATE_APP_SETUP_LIVES_H

#include "port/machine.h"
#include "port/machine_setup.h"

#include "app/setup/setup_plan.h"

/* 1 where nobody can say, too: then starting it tells. One that is just being
 * started or stopped is waited for. */
int lg_setup_lives(const struct lg_setup_server *server,
		   const struct lg_machine *machine,
		   const struct lg_change *change);

#endif
