/* SPDX-License-Identifier: ISC */
/*
 * port/machine.h - what the servers of a machine are set up with and run as
 *
 * Layer: port; implemented by adapters/system/this_machine and by the tests'
 * hands.
 * Flow: app/doors/survey reads through it, and changes nothing.
 * Source: contract 4 doors.
 */
#ifndef LOGONGATE_PORT_MACHINE_H
#define LOGONGATE_PORT_MACHINE_H

#include <logongate/buffer.h>
#include <logongate/strlist.h>

/* A TCP socket that listens; program is "" where the caller may not see it. */
struct lg_listening_socket {
	const char *address;
	unsigned int port;
	const char *program;
};

/* Texts lie in arena. */
struct lg_listening_sockets {
	struct lg_listening_socket *socket;
	size_t count;
	struct lg_strlist arena;
};

/*
 * read: appends a file. LG_ERR_UNKNOWN_KEY: there is none; LG_ERR_DENIED: this
 * user may not; LG_ERR_IO.
 * list: names in a folder, sorted; LG_OK and none where there is no folder.
 * prints: appends what a program prints, argv as for exec, without a shell.
 * LG_ERR_UNKNOWN_KEY: there is no such program; LG_ERR_IO: it failed;
 * LG_ERR_TIMEOUT, LG_ERR_LIMIT.
 * runs: the command lines of the processes whose program is called so and that
 * see the same files, one item each; its words are separated by newlines.
 * listening: socket is to be freed, arena to be released.
 * is_root: 1 when nothing is hidden from this user.
 */
struct lg_machine {
	void *self;
	int is_root;
	enum lg_status (*read)(void *self, const char *path,
			       struct lg_buffer *out_text,
			       struct lg_error *err);
	enum lg_status (*list)(void *self, const char *folder,
			       struct lg_strlist *out_names,
			       struct lg_error *err);
	enum lg_status (*prints)(void *self, const char *const argv[],
				 struct lg_buffer *out_text,
				 struct lg_error *err);
	enum lg_status (*runs)(void *self, const char *program,
			       struct lg_strlist *out_command_lines,
			       struct lg_error *err);
	enum lg_status (*listening)(void *self,
				    struct lg_listening_sockets *out_sockets,
				    struct lg_error *err);
};

#endif
