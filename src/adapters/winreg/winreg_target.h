/* SPDX-License-Identifier: ISC */
/*
 * winreg_target.h - the registry and services of a Windows server
 *
 * Layer: adapter of port/target, through the program logongate-winreg.
 * Source: contract 1, 8 "Targets"; src/winreg/PROTOCOL.md.
 */
#ifndef LOGONGATE_ADAPTERS_WINREG_TARGET_H
#define LOGONGATE_ADAPTERS_WINREG_TARGET_H

#include "port/target.h"
#include "core/settings/settings.h"

/*
 * Starts the helper; the server is asked at the first call. program is the
 * helper's path. settings are borrowed until close.
 * Owns: end with out_target->close(out_target->self).
 */
enum lg_status lg_winreg_target_open(const struct lg_target_settings *settings,
				     const char *program,
				     struct lg_target *out_target,
				     struct lg_error *err);

/* The service whose values these are: service = of the target, or the one that
 * Exchange has. */
const char *lg_winreg_target_service(const struct lg_target_settings *settings);

#endif
