/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smb_session.h - an SMB session with one server, and RPC over its named pipes
 *
 * Layer: winreg; libsmbclient.
 * Source: contract 1 and 8 "Targets"; facts of what libsmbclient reads.
 */
#ifndef LOGONGATE_WINREG_SMB_SESSION_H
#define LOGONGATE_WINREG_SMB_SESSION_H

#include "winreg/dcerpc.h"

/* All borrowed until the session ends. */
struct session_settings {
	const char *server;
	int port;
	const char *credentials_file; /* NULL: the tickets of KRB5CCNAME */
	int smb1;
	int timeout_ms;
};

struct session;
struct rpc_pipe;

/*
 * Prepares a session; the server is asked when a pipe is opened.
 * Returns: LG_OK; LG_ERR_IO, LG_ERR_SYNTAX, the credentials file cannot be
 * used or others can read it; LG_ERR_SYNTAX, no name of a server, or with
 * Kerberos an address; LG_ERR_NO_MEMORY. Owns: session_close.
 */
enum lg_status session_new(const struct session_settings *settings,
			   struct session **out_session, struct lg_error *err);
void session_close(struct session **session);

/*
 * Opens \pipe\name and binds it.
 * Returns: LG_OK; LG_ERR_DENIED, wrong password or missing right; LG_ERR_IO,
 * LG_ERR_TIMEOUT, the server cannot be reached; LG_ERR_CONFLICT, it does not
 * speak the interface. Owns: pipe_close, before the session.
 */
enum lg_status pipe_open(struct session *session, const char *name,
			 const struct dcerpc_interface *interface,
			 struct rpc_pipe **out_pipe, struct lg_error *err);
void pipe_close(struct rpc_pipe **pipe);

/*
 * One call. stub is what is sent; *out_stub is cleared and holds the answer.
 * Returns: LG_OK; LG_ERR_IO, LG_ERR_TIMEOUT, LG_ERR_SYNTAX: the pipe is of no
 * more use; LG_ERR_DENIED, LG_ERR_CONFLICT: the call failed.
 */
enum lg_status pipe_call(struct rpc_pipe *pipe, uint16_t opnum,
			 const struct lg_buffer *stub,
			 struct lg_buffer *out_stub, struct lg_error *err);

#endif
