/* SPDX-License-Identifier: ISC */
/*
 * hooks.h - the programs of a folder, each given the same text
 *
 * Layer: adapters/system.
 * Source: contract 11 "Notices"; run-parts(8) for the names.
 */
#ifndef LOGONGATE_ADAPTERS_SYSTEM_HOOKS_H
#define LOGONGATE_ADAPTERS_SYSTEM_HOOKS_H

#include <stddef.h>
#include <stdint.h>

#include <logongate/error.h>

/* As much of what a program says is kept, a line of the log; the rest is
 * counted. */
#define LG_PROGRAM_SAID_MAX 600

/* What a program wrote on standard output and standard error. */
struct lg_program_said {
	char text[LG_PROGRAM_SAID_MAX + 1];
	size_t len;
	uint64_t more; /* bytes beyond it */
};

/* What came of one of them; err is not LG_OK where it failed. said is NULL
 * where it was not run. */
typedef void (*lg_hooks_told)(void *context, const char *path,
			      const struct lg_program_said *said,
			      const struct lg_error *err);

/*
 * Runs every executable file of dir, in the byte order of the names, one after
 * the other; text is its standard input, the beginning of its output is told. A
 * name that begins with a dot or has anything but letters, digits, ".", "_"
 * and "-" in it is passed over (editors' and dpkg's copies: also .dpkg-*,
 * .rpm*, .bak), as is a file that everybody may write, which is told. One that
 * runs longer than timeout_ms is ended with all that it started. A folder that
 * is not there is no error and runs nothing.
 */
enum lg_status lg_hooks_run(const char *dir, const char *text, size_t len,
			    uint32_t timeout_ms, lg_hooks_told told,
			    void *context, struct lg_error *err);

/*
 * Runs argv[0] (found by PATH, then in /usr/sbin; no shell) with the text on
 * standard input. out_said is written in any case; NULL: what it says goes to
 * standard error. Returns: LG_OK, it exited with 0; LG_ERR_TIMEOUT; LG_ERR_IO.
 */
enum lg_status lg_program_feed(const char *const argv[], const char *text,
			       size_t len, uint32_t timeout_ms,
			       struct lg_program_said *out_said,
			       struct lg_error *err);

#endif
