/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rrp.h - calls of the Windows Remote Registry Protocol
 *
 * Layer: winreg; pure: stubs to send, stubs to read.
 * Source: MS-RRP 3.1.5.
 */
#ifndef LOGONGATE_WINREG_RRP_H
#define LOGONGATE_WINREG_RRP_H

#include "winreg/ndr.h"

enum rrp_opnum {
	RRP_OPEN_LOCAL_MACHINE = 2,
	RRP_CLOSE_KEY = 5,
	RRP_CREATE_KEY = 6,
	RRP_DELETE_VALUE = 8,
	RRP_ENUM_VALUE = 10,
	RRP_OPEN_KEY = 15,
	RRP_QUERY_INFO_KEY = 16,
	RRP_SET_VALUE = 22
};

enum rrp_access {
	RRP_QUERY_VALUE = 0x0001,
	RRP_SET_VALUES = 0x0002,
	RRP_CREATE_SUB_KEY = 0x0004,
	RRP_READ = 0x20019,
	RRP_WRITE = 0x20006,
	RRP_MAXIMUM_ALLOWED = 0x02000000
};

/* What Windows calls its answers (MS-ERREF 2.2). */
enum windows_error {
	WINDOWS_OK = 0,
	WINDOWS_FILE_NOT_FOUND = 2,
	WINDOWS_PATH_NOT_FOUND = 3,
	WINDOWS_ACCESS_DENIED = 5,
	WINDOWS_NOT_ENOUGH_MEMORY = 8,
	WINDOWS_OUTOFMEMORY = 14,
	WINDOWS_MORE_DATA = 234,
	WINDOWS_NO_MORE_ITEMS = 259,
	WINDOWS_KEY_DELETED = 1018,
	WINDOWS_DEPENDENT_SERVICES_RUNNING = 1051,
	WINDOWS_SERVICE_REQUEST_TIMEOUT = 1053,
	WINDOWS_SERVICE_ALREADY_RUNNING = 1056,
	WINDOWS_SERVICE_DISABLED = 1058,
	WINDOWS_SERVICE_DOES_NOT_EXIST = 1060,
	WINDOWS_SERVICE_NOT_ACTIVE = 1062
};

struct rpc_handle {
	uint8_t bytes[20];
};

/* All that closing one, and asking for the state of a service, take. */
static inline void rpc_put_handle(struct lg_buffer *out,
				  const struct rpc_handle *handle)
{
	lg_buffer_append(out, handle->bytes, sizeof(handle->bytes));
}

struct rrp_key_info {
	uint32_t values;
	uint32_t name_max;  /* bytes, without a NUL */
	uint32_t value_max; /* bytes */
};

/* The data lies in the stub that was read. */
struct rrp_value {
	struct lg_buffer name; /* UTF-8 */
	uint32_t type;
	const uint8_t *data;
	size_t len;
};

void rrp_open_local_machine(uint32_t access, struct lg_buffer *out_stub);
void rrp_open_key(const struct rpc_handle *parent, const char *path,
		  uint32_t access, struct lg_buffer *out_stub);
void rrp_create_key(const struct rpc_handle *parent, const char *path,
		    uint32_t access, struct lg_buffer *out_stub);
void rrp_query_info_key(const struct rpc_handle *key,
			struct lg_buffer *out_stub);
void rrp_enum_value(const struct rpc_handle *key, uint32_t index,
		    const struct rrp_key_info *info,
		    struct lg_buffer *out_stub);
void rrp_set_value(const struct rpc_handle *key, const char *name,
		   uint32_t type, const void *data, size_t len,
		   struct lg_buffer *out_stub);
void rrp_delete_value(const struct rpc_handle *key, const char *name,
		      struct lg_buffer *out_stub);

/*
 * Read the answers. The Windows error is in *out_error with LG_OK; the other
 * outputs are written only where it is 0.
 * Returns: LG_OK; LG_ERR_SYNTAX, the stub is malformed.
 */
enum lg_status rrp_read_error(const struct lg_buffer *stub, uint32_t *out_error,
			      struct lg_error *err);
/* Of the open, create and close calls of both protocols. */
enum lg_status rrp_read_handle(const struct lg_buffer *stub,
			       struct rpc_handle *out_handle,
			       uint32_t *out_error, struct lg_error *err);
enum lg_status rrp_read_created(const struct lg_buffer *stub,
				struct rpc_handle *out_handle,
				uint32_t *out_error, struct lg_error *err);
enum lg_status rrp_read_key_info(const struct lg_buffer *stub,
				 struct rrp_key_info *out_info,
				 uint32_t *out_error, struct lg_error *err);
/* out_value->name is appended to. */
enum lg_status rrp_read_value(const struct lg_buffer *stub,
			      struct rrp_value *out_value, uint32_t *out_error,
			      struct lg_error *err);

/* Reports a Windows error that is not 0: DENIED, CONFLICT, NO_MEMORY, IO. */
enum lg_status windows_failed(const char *server, const char *what,
			      uint32_t error, struct lg_error *err);

#endif
