/* SPDX-License-Identifier: ISC */
/*
 * dovecot_life.h - whether a passdb closes the auth policy's door while the
 * gate is dead
 *
 * Layer: app, private to the doors.
 */
#ifndef LOGONGATE_APP_DOORS_DOVECOT_LIFE_H
#define LOGONGATE_APP_DOORS_DOVECOT_LIFE_H

#include "app/doors/dovecot_asks.h"

/* 1 when no logon (of_masters: of a master user) gets past such a passdb while
 * the gate is dead. */
int lg_dovecot_proves_life(const struct lg_dovecot *dovecot, int of_masters);

#endif
