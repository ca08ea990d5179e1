/* SPDX-License-Identifier: ISC */
/*
 * postfix_asks.h - whether a service's restriction lists ask the gate
 *
 * Layer: app, private to the doors. Source: facts/enforcement.md 2,
 * postconf(5).
 */
#ifndef LOGONGATE_APP_DOORS_POSTFIX_ASKS_H
#define LOGONGATE_APP_DOORS_POSTFIX_ASKS_H

#include "app/doors/doors.h"
#include "app/doors/postfix_parameters.h"

/*
 * Sets asks, when_down, note and add of the way of a service where people log
 * on. Texts are constants, or lie in text.
 */
enum lg_status lg_postfix_judge(struct lg_postfix_service *service,
				const struct lg_gate_addresses *gate,
				struct lg_way *way, struct lg_buffer *text,
				struct lg_error *err);

#endif
