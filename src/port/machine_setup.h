/* SPDX-License-Identifier: ISC */
/*
 * machine_setup.h - changing what the servers of a machine are set up with
 *
 * Layer: port; implemented by adapters/system/machine_change.
 * Flow: app/setup writes, has the server test itself, restarts it, and puts
 * everything back when a step fails. Reading is port/machine.
 * Source: contract 13 "Packages and setup".
 */
#ifndef LOGONGATE_PORT_MACHINE_SETUP_H
#define LOGONGATE_PORT_MACHINE_SETUP_H

#include <stdint.h>

#include <logongate/buffer.h>

/* owner NULL: whose it is, or root's; mode counts for a new file alone. */
struct lg_new_file {
	const char *path;
	const char *bytes;
	size_t len;
	uint32_t mode;
	const char *owner;
};

/*
 * write: the whole file, on disk before the call returns; folders that are
 * not there are made, for root alone. On failure the old file is whole.
 * remove: LG_OK also where there is none.
 * remove_folder: where it is empty; LG_OK also where it is not.
 * run: appends what a program prints, its standard error too, argv as for
 * exec. LG_OK: it ended, *out_exit is its exit code (128 + signal).
 * LG_ERR_UNKNOWN_KEY: there is no such program; LG_ERR_TIMEOUT, LG_ERR_IO.
 * is_member: 1 when the user is in the group or one of both does not exist.
 * owner: appends the name of the user that a file or folder belongs to;
 * LG_ERR_UNKNOWN_KEY: there is none.
 * secret: appends 48 hex digits that nobody can guess.
 * has_init: 1 where systemd is the one that starts services.
 * wait: so many milliseconds.
 */
struct lg_change {
	void *self;
	enum lg_status (*write)(void *self, const struct lg_new_file *file,
				struct lg_error *err);
	enum lg_status (*remove)(void *self, const char *path,
				 struct lg_error *err);
	enum lg_status (*remove_folder)(void *self, const char *path,
					struct lg_error *err);
	enum lg_status (*run)(void *self, const char *const argv[],
			      struct lg_buffer *out_text, int *out_exit,
			      struct lg_error *err);
	int (*is_member)(void *self, const char *user, const char *group);
	enum lg_status (*owner)(void *self, const char *path,
				struct lg_buffer *out_name,
				struct lg_error *err);
	enum lg_status (*secret)(void *self, struct lg_buffer *out_text,
				 struct lg_error *err);
	int (*has_init)(void *self);
	void (*wait)(void *self, unsigned int ms);
};

#endif
