/* SPDX-License-Identifier: ISC */
/*
 * doors_fail2ban.h - whether a lock makes fail2ban ban the locked-out
 *
 * Layer: cli.
 * Source: facts/clients.md 2.3: its filter for Dovecot matches every refusal of
 * the auth policy door, as if the password had been wrong.
 */
#ifndef LOGONGATE_CLI_COMMANDS_DOORS_FAIL2BAN_H
#define LOGONGATE_CLI_COMMANDS_DOORS_FAIL2BAN_H

#include "app/doors/doors.h"

/*
 * Asks fail2ban for its own configuration (folder NULL: where it has it) and
 * adds a way for each jail that watches Dovecot's logons and does not ask the
 * gate whom to ignore. Nothing where fail2ban is not installed.
 */
enum lg_status lg_doors_fail2ban(const char *folder, struct lg_ways *ways,
				 struct lg_error *err);

#endif
