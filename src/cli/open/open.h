/* SPDX-License-Identifier: ISC */
/*
 * open.h - settings, directory, profiles, gate and state, opened when needed
 *
 * Layer: cli.
 * Flow: the common options decide which; each is opened once, belongs to the
 * cli and is closed by main. What cannot be opened is reported by the command:
 * return lg_cli_fail(cli, &err).
 * Source: contract 1, 3, 4, 8 "Targets".
 */
#ifndef LOGONGATE_CLI_OPEN_OPEN_H
#define LOGONGATE_CLI_OPEN_OPEN_H

#include "port/directory.h"
#include <logongate/profile.h>
#include <logongate/version_setting.h>
#include "core/settings/settings.h"

#include "adapters/control/control_client.h"
#include "app/lock/state.h"
#include "cli/command.h"

/* The settings: --config, LOGONGATE_CONFIG, /etc/logongate/logongate.conf
 * where it exists, else the embedded defaults; --dialect and --directory are
 * put in. */
enum lg_status lg_cli_settings(struct lg_cli *cli,
			       const struct lg_settings **out_settings,
			       struct lg_error *err);

/* The dialect of --dialect, else of the settings. An unknown name is
 * LG_ERR_UNKNOWN_KEY. */
enum lg_status lg_cli_dialect(struct lg_cli *cli, enum lg_dialect *out_dialect,
			      struct lg_error *err);

/* The directory of --directory, else of the settings; *out_directory is NULL
 * with LG_OK where neither names one. */
enum lg_status lg_cli_directory(struct lg_cli *cli,
				struct lg_directory **out_directory,
				struct lg_error *err);

/*
 * Asks for whom the filters of a profile name, where it has any. lacking says,
 * behind a filter's key, what to do without a directory. The caller frees both.
 */
enum lg_status
lg_cli_ask_filters(struct lg_cli *cli, const struct lg_profile *profile,
		   const char *lacking, const struct lg_progress *progress,
		   struct lg_findings **out_findings,
		   struct lg_findings **out_concerned, struct lg_error *err);

/* The folder of the profiles: --profiles, else the settings. */
enum lg_status lg_cli_profiles_dir(struct lg_cli *cli, const char **out_dir,
				   struct lg_error *err);

/*
 * Reads a profile with the variables of --set.
 * Returns: an exit code; 0 with *out_profile, which the caller frees, else the
 * error is printed already (2: the variables do not fit; 3).
 */
int lg_cli_profile(struct lg_cli *cli, const char *name,
		   struct lg_profile **out_profile);

/*
 * The gate of this machine. *out_control is NULL with LG_OK where none runs
 * and none is expected: then state_dir is the command's own.
 * Returns: LG_ERR_IO, the settings have [listen.*] and no gate answers (exit
 * 8: use lg_cli_no_gate); LG_ERR_DENIED.
 */
enum lg_status lg_cli_gate(struct lg_cli *cli, struct lg_control **out_control,
			   struct lg_error *err);
/* Closes the gate and state_dir until they are needed again, so that others
 * may use them while this command waits. */
void lg_cli_hang_up(struct lg_cli *cli);
/* Reports what lg_cli_gate said: 8, or 7. */
int lg_cli_no_gate(struct lg_cli *cli, const struct lg_error *err);
/* The same without a word. */
int lg_cli_no_gate_code(const struct lg_cli *cli, const struct lg_error *err);

/*
 * Asks the gate; request is deleted. Returns: an exit code; 0 with *out_answer
 * (release it), else the error is printed already.
 */
int lg_cli_ask(struct lg_cli *cli, struct lg_control *control, cJSON *request,
	       struct lg_control_answer *out_answer);
/* Says which doors it could not ask for their sessions. */
void lg_cli_tell_unasked(struct lg_cli *cli, const cJSON *answer);
/* Whether any door here can tell of sessions and cut them (contract 8
 * "Sessions"). */
int lg_cli_lists_sessions(const struct lg_settings *settings);
/* {"op": op}. */
cJSON *lg_cli_request(const char *op);

/*
 * state_dir itself, settled: a lock whose end is past is lifted (WRITE), or
 * counts as lifted (READ). *out_state belongs to the cli; it is NULL with
 * LG_OK when reading a folder that does not exist.
 * Returns: LG_ERR_CONFLICT, WRITE and a gate or another command holds it.
 */
enum lg_status lg_cli_state(struct lg_cli *cli, enum lg_state_mode mode,
			    struct lg_state **out_state, struct lg_error *err);

/*
 * Compiles the values of state_dir with the findings saved beside them; state
 * NULL is a state_dir that does not exist: nothing is limited.
 * Returns: LG_OK; LG_ERR_DIRECTORY, names are listed and nobody knows what the
 * directory says of them; LG_ERR_IO, no copy of the values can be read; else
 * as lg_policy_compile. Owns: free with lg_policy_free.
 */
enum lg_status lg_cli_policy(const struct lg_settings *settings,
			     const struct lg_state *state,
			     struct lg_policy **out_policy,
			     struct lg_error *err);

/* Who sits at the keyboard: SUDO_USER, else the login user; NULL where root
 * has neither (contract 7 "Locks"). Borrowed from the cli. */
const char *lg_cli_caller(struct lg_cli *cli);
/* The name that a lock is kept under: the caller, else the user. */
const char *lg_cli_by(struct lg_cli *cli);

/* The FILE or - of a command line. Appends all of the file, of standard input
 * for "-"; of what is longer than most more than that and not all. Returns:
 * LG_OK; LG_ERR_IO with the path; LG_ERR_NO_MEMORY. */
enum lg_status lg_cli_operand_read(const char *path, size_t most,
				   struct lg_buffer *out_bytes,
				   struct lg_error *err);

/* How many parts versions of a setting may have: --four-part. */
enum lg_version_form lg_cli_version_form(const struct lg_cli *cli);

/* Closes what was opened. */
void lg_cli_close(struct lg_cli *cli);

#endif
