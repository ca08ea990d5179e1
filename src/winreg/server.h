/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * server.h - what logongate asks of a Windows server
 *
 * Layer: winreg.
 * Flow: main reads a request, calls one of these, writes the answer. A lost
 * connection is opened again by the next call.
 * Source: contract 8 "Targets"; PROTOCOL.md; conformance A1-A4.
 */
#ifndef LOGONGATE_WINREG_SERVER_H
#define LOGONGATE_WINREG_SERVER_H

#include "winreg/rrp.h"
#include "winreg/smb_session.h"

/* Zero-initialise; settings and what they point to stay till server_close. */
struct server {
	struct session_settings settings;
	struct session *session;
	struct rpc_pipe *winreg;
	struct rpc_pipe *svcctl;
	struct lg_buffer stub;   /* of the next call */
	struct lg_buffer answer; /* of the last one */
};

/* One change; type is ignored, and data too, where it is a deletion. */
struct server_change {
	const char *key; /* HKEY_LOCAL_MACHINE\... */
	const char *name;
	enum server_change_kind {
		SERVER_SET = 0,
		SERVER_DELETE
	} kind;
	uint32_t type;
	const char *data;
	size_t len;
};

/* Called for each value; a status other than LG_OK ends the reading. */
struct server_sink {
	void *context;
	enum lg_status (*value)(void *context, const char *key,
				const char *name, uint32_t type,
				const uint8_t *data, size_t len,
				struct lg_error *err);
};

enum server_service_state {
	SERVER_NO_SERVICE = 0,
	SERVER_RUNNING,
	SERVER_STOPPED,
	SERVER_STOPPING,
	SERVER_STARTING,
	SERVER_PAUSED /* or about to be */
};

/* Connects, so that a wrong password is known before anything is planned. */
enum lg_status server_open(struct server *server,
			   const struct session_settings *settings,
			   struct lg_error *err);
void server_close(struct server *server);

/*
 * Whether values may be set under the key; found out without changing
 * anything: by opening it, or the nearest key above it, with that right.
 */
enum lg_status server_probe(struct server *server, const char *key,
			    int *out_may_write, struct lg_error *err);

/* All values of a key; one that is not there has none. */
enum lg_status server_read(struct server *server, const char *key,
			   const struct server_sink *sink,
			   struct lg_error *err);

/*
 * Makes the changes in order and asks the server to write them to disk.
 * Returns: also LG_ERR_LIMIT, a value over 1 MiB: nothing was sent.
 */
enum lg_status server_write(struct server *server,
			    const struct server_change *change, size_t count,
			    struct lg_error *err);

enum lg_status server_service(struct server *server, const char *name,
			      enum server_service_state *out_state,
			      struct lg_error *err);

/*
 * Starts or stops a service and waits until it is so; one that is so already,
 * or is paused and to run, is left. Returns: also LG_ERR_CONFLICT, there is
 * none, or it does not; LG_ERR_TIMEOUT.
 */
enum lg_status server_set_running(struct server *server, const char *name,
				  int runs, int timeout_ms,
				  struct lg_error *err);

/*
 * Stops the service unless it is stopped, starts it and waits until it runs.
 * One that is starting or stopping is waited for first: it takes no orders.
 * Those that depend on it and run are stopped first and started again.
 * Returns: also LG_ERR_CONFLICT, it does not stop or start; LG_ERR_TIMEOUT.
 */
enum lg_status server_restart(struct server *server, const char *name,
			      int timeout_ms, struct lg_error *err);

/* For the two halves of the server, server.c and windows_service.c. Opens
 * *pipe where it is not; on failure nothing of the server is open. */
enum lg_status server_pipe(struct server *server, struct rpc_pipe **pipe,
			   const char *name,
			   const struct dcerpc_interface *interface,
			   struct lg_error *err);

/* pipe_call with the server's stub, which is cleared for the next call; closes
 * everything where the connection is of no more use. */
enum lg_status server_call(struct server *server, struct rpc_pipe *pipe,
			   uint16_t opnum, struct lg_error *err);

/* Reports a Windows error of the server's, as windows_failed. */
enum lg_status server_failed(const struct server *server, const char *what,
			     uint32_t error, struct lg_error *err);

#endif
