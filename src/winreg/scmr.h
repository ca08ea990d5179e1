/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scmr.h - calls of the Service Control Manager Remote Protocol
 *
 * Layer: winreg; pure.
 * Source: MS-SCMR 3.1.4. Handles are read with rrp_read_handle, errors alone
 * with rrp_read_error: the two protocols answer alike.
 */
#ifndef LOGONGATE_WINREG_SCMR_H
#define LOGONGATE_WINREG_SCMR_H

#include <logongate/strlist.h>

#include "winreg/rrp.h"

enum scmr_opnum {
	SCMR_CLOSE_HANDLE = 0,
	SCMR_CONTROL_SERVICE = 1,
	SCMR_QUERY_STATUS = 6,
	SCMR_ENUM_DEPENDENTS = 13,
	SCMR_OPEN_MANAGER = 15,
	SCMR_OPEN_SERVICE = 16,
	SCMR_START_SERVICE = 19
};

enum scmr_access {
	SCMR_CONNECT = 0x0001,
	SCMR_QUERY = 0x0004,
	SCMR_ENUMERATE_DEPENDENTS = 0x0008,
	SCMR_START = 0x0010,
	SCMR_STOP = 0x0020
};

enum scmr_state {
	SCMR_STOPPED = 1,
	SCMR_START_PENDING = 2,
	SCMR_STOP_PENDING = 3,
	SCMR_RUNNING = 4,
	SCMR_CONTINUE_PENDING = 5,
	SCMR_PAUSE_PENDING = 6,
	SCMR_PAUSED = 7
};

void scmr_open_manager(struct lg_buffer *out_stub);
void scmr_open_service(const struct rpc_handle *manager, const char *name,
		       uint32_t access, struct lg_buffer *out_stub);
/* Asks it to stop. */
void scmr_stop(const struct rpc_handle *service, struct lg_buffer *out_stub);
void scmr_start(const struct rpc_handle *service, struct lg_buffer *out_stub);

/* Asks for those that depend on it and run, in at most size bytes. */
void scmr_enum_dependents(const struct rpc_handle *service, uint32_t size,
			  struct lg_buffer *out_stub);
/* Their names, as the server gives them: who depends on another comes first.
 * With WINDOWS_MORE_DATA *out_needed says how many bytes they take. */
enum lg_status scmr_read_dependents(const struct lg_buffer *stub,
				    struct lg_strlist *out_names,
				    uint32_t *out_needed, uint32_t *out_error,
				    struct lg_error *err);

/* Of query and stop: the state the service is in (enum scmr_state). */
enum lg_status scmr_read_state(const struct lg_buffer *stub,
			       uint32_t *out_state, uint32_t *out_error,
			       struct lg_error *err);

#endif
