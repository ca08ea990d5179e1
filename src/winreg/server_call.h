/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * server_call.h - pipes and calls, for the two halves of the server
 *
 * Layer: winreg, private to server.c and service.c.
 */
#ifndef LOGONGATE_WINREG_SERVER_CALL_H
#define LOGONGATE_WINREG_SERVER_CALL_H

#include "winreg/server.h"

/* Opens *pipe where it is not; on failure nothing of the server is open. */
enum lg_status server_pipe(struct server *server, struct rpc_pipe **pipe,
			   const char *name,
			   const struct dcerpc_interface *interface,
			   struct lg_error *err);

/* pipe_call; clears stub for the next call, and closes everything where the
 * connection is of no more use. */
enum lg_status server_call(struct server *server, struct rpc_pipe *pipe,
			   uint16_t opnum, struct lg_buffer *stub,
			   struct lg_buffer *out_stub, struct lg_error *err);

#endif
