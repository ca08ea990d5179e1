/* SPDX-License-Identifier: ISC */
/*
 * effect_words.h - from when on a change is in force, and what was tried
 *
 * Layer: cli.
 * Flow: apply lets test accounts log on where the lock is in force when it
 * ends (A5); of every other server it says what nobody has tried yet.
 * Source: conformance A4, A5, T1, T2, T6.
 */
#ifndef LOGONGATE_CLI_CHANGE_EFFECT_WORDS_H
#define LOGONGATE_CLI_CHANGE_EFFECT_WORDS_H

#include "cli/change/prepare.h"

/* "MSExchangeIS is not running; the values count when it starts"; for a
 * service that is idle (lg_servers_service_idle). */
void lg_cli_service_words(const struct lg_target_settings *target,
			  enum lg_service service, struct lg_buffer *text);

/* When values that were written at since_s are in force at the latest; 0: when
 * somebody restarts the store or carries the file there. */
int64_t lg_cli_in_force_by(const struct lg_target_settings *target,
			   int restarted, int64_t since_s);

/*
 * Before anything is written: every file of a test account says what it must,
 * and who is to be refused gets in.
 * Returns: an exit code; 3 a file, 6 a logon, and the error is printed.
 */
int lg_cli_probe_before(struct lg_cli *cli, const struct lg_prepared *prepared);

/* Says a line for each server whose lock was not tried: to stdout; with
 * --quiet and --json nothing. */
void lg_cli_say_untested(struct lg_cli *cli,
			 const struct lg_prepared *prepared);

/* The same to stderr, where stdout is a command's; with --quiet nothing. */
void lg_cli_warn_untested(struct lg_cli *cli,
			  const struct lg_prepared *prepared);

/* The same in the object of plan: members of its targets, and the state of
 * each service. */
void lg_cli_add_untested(struct lg_cli *cli, const struct lg_prepared *prepared,
			 cJSON *object);

#endif
