/* SPDX-License-Identifier: ISC */
/*
 * listening.h - the TCP sockets of this machine on which somebody listens
 *
 * Layer: adapters/system. Source: proc(5), /proc/net/tcp.
 */
#ifndef LOGONGATE_ADAPTERS_SYSTEM_LISTENING_H
#define LOGONGATE_ADAPTERS_SYSTEM_LISTENING_H

#include "port/machine.h"

enum lg_status lg_listening_read(struct lg_listening_sockets *out_sockets,
				 struct lg_error *err);

#endif
