/* SPDX-License-Identifier: ISC */
/*
 * ssh_target.h - the registry of a Windows server that is reached over ssh
 *
 * Layer: adapter of port/target, through OpenSSH and Windows' reg.exe.
 * Source: contract 8 "Targets", 14 "Over ssh".
 */
#ifndef LOGONGATE_ADAPTERS_SSH_TARGET_H
#define LOGONGATE_ADAPTERS_SSH_TARGET_H

#include "core/settings/settings.h"
#include "port/target.h"

/*
 * settings->server, reached at each call. It restarts nothing, and Windows puts
 * values on its disk when it likes, as after reg.exe by hand.
 * Owns: end with out_target->close(out_target->self). Borrows settings.
 * Returns: LG_OK; LG_ERR_SYNTAX, LG_ERR_RANGE, server makes no sense.
 */
enum lg_status lg_ssh_target_open(const struct lg_target_settings *settings,
				  struct lg_target *out_target,
				  struct lg_error *err);

#endif
