/* SPDX-License-Identifier: ISC */
/*
 * ssh_run.h - ssh and sftp to one server, each call in the time left
 *
 * Layer: adapters/ssh, private to the target.
 */
#ifndef LOGONGATE_ADAPTERS_SSH_SSH_RUN_H
#define LOGONGATE_ADAPTERS_SSH_SSH_RUN_H

#include <logongate/buffer.h>
#include "core/settings/settings.h"

struct ssh_server {
	const struct lg_target_settings *settings;
	char *host;        /* for people */
	char *destination; /* [user@]host; an IPv6 address in brackets */
	char *port;        /* NULL: as ssh's configuration says */
	int64_t deadline_ms;
};

/* "[USER@]HOST[:PORT]". Release with ssh_server_release, failed or not. */
enum lg_status ssh_server_begin(const struct lg_target_settings *settings,
				struct ssh_server *out_server,
				struct lg_error *err);
void ssh_server_release(struct ssh_server *server);

/* All until the next start is done within this time. */
void ssh_start(struct ssh_server *server, uint32_t timeout_ms);

/*
 * Runs a command there; words for its shell, which may be cmd, PowerShell or a
 * POSIX one. Appends what it printed.
 * Returns: LG_OK, it exited with 0 or *out_exit is another code of its own;
 * LG_ERR_DENIED, LG_ERR_TIMEOUT, LG_ERR_IO: the server was not reached.
 */
enum lg_status ssh_command(struct ssh_server *server, const char *command,
			   struct lg_buffer *out_text, int *out_exit,
			   struct lg_error *err);

/* What went wrong, and the reason that a program gave in its text, or
 * otherwise. Returns: the status that the reason stands for. */
enum lg_status ssh_failed(const struct ssh_server *server, const char *what,
			  const struct lg_buffer *text, const char *otherwise,
			  struct lg_error *err);

/* A file of the account's folder there: read and removed, written, removed. */
enum lg_status ssh_fetch(struct ssh_server *server, const char *name,
			 struct lg_buffer *out_bytes, struct lg_error *err);
enum lg_status ssh_put(struct ssh_server *server, const char *name,
		       const struct lg_buffer *bytes, struct lg_error *err);
void ssh_remove(struct ssh_server *server, const char *name);

#endif
