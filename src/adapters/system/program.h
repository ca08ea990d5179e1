/* SPDX-License-Identifier: ISC */
/*
 * program.h - what another program prints, and where ours are
 *
 * Layer: adapters/system.
 */
#ifndef LOGONGATE_ADAPTERS_SYSTEM_PROGRAM_H
#define LOGONGATE_ADAPTERS_SYSTEM_PROGRAM_H

#include <stdint.h>
#include <sys/types.h>

#include <logongate/buffer.h>

/*
 * Runs argv[0] (found by PATH, then in /usr/sbin and /sbin; no shell) without
 * input and appends its standard output; its standard error goes nowhere.
 * Returns: LG_OK, it exited with 0; LG_ERR_UNKNOWN_KEY, no such program;
 * LG_ERR_TIMEOUT, it was ended after timeout_ms; LG_ERR_LIMIT, more than
 * 16 MiB; LG_ERR_IO, it failed.
 */
enum lg_status lg_program_output(const char *const argv[], uint32_t timeout_ms,
				 struct lg_buffer *out_text,
				 struct lg_error *err);

/*
 * The same with its standard error, and with any exit code, which becomes
 * *out_exit (128 + signal where one ended it); LG_OK then.
 */
enum lg_status lg_program_ran(const char *const argv[], uint32_t timeout_ms,
			      struct lg_buffer *out_text, int *out_exit,
			      struct lg_error *err);

/*
 * Starts argv[0], found as above, with these descriptors (-1: /dev/null) and
 * no signal held off, as the leader of a process group of its own.
 * Returns: LG_OK; LG_ERR_UNKNOWN_KEY, no such program; LG_ERR_IO.
 */
enum lg_status lg_program_start(const char *const argv[], int input, int output,
				int errors, pid_t *out_pid,
				struct lg_error *err);

/*
 * Where a program of ours is: the first of these places, from the folder of the
 * program that runs, where one is that can be run. LG_ERR_UNKNOWN_KEY: none;
 * *out_path is the last one.
 */
enum lg_status lg_program_beside(const char *const *place, size_t count,
				 struct lg_buffer *out_path,
				 struct lg_error *err);

#endif
