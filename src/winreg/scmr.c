/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The calls of MS-SCMR that stopping and starting one service takes.
 */
#include "winreg/scmr.h"

enum {
	CONTROL_STOP = 1,
	STATUS_FIELDS = 7,
	STATE_FIELD = 1
};

void scmr_open_manager(struct lg_buffer *out_stub)
{
	ndr_put_null(out_stub); /* lpMachineName */
	ndr_put_null(out_stub); /* lpDatabaseName: the one that is active */
	ndr_put_u32(out_stub, SCMR_CONNECT);
}

static void put_handle(struct lg_buffer *out, const struct rpc_handle *handle)
{
	lg_buffer_append(out, handle->bytes, sizeof(handle->bytes));
}

void scmr_open_service(const struct rpc_handle *manager, const char *name,
		       uint32_t access, struct lg_buffer *out_stub)
{
	put_handle(out_stub, manager);
	ndr_put_text(out_stub, name);
	ndr_put_u32(out_stub, access);
}

void scmr_query_status(const struct rpc_handle *service,
		       struct lg_buffer *out_stub)
{
	put_handle(out_stub, service);
}

void scmr_stop(const struct rpc_handle *service, struct lg_buffer *out_stub)
{
	put_handle(out_stub, service);
	ndr_put_u32(out_stub, CONTROL_STOP);
}

void scmr_start(const struct rpc_handle *service, struct lg_buffer *out_stub)
{
	put_handle(out_stub, service);
	ndr_put_u32(out_stub, 0); /* argc */
	ndr_put_null(out_stub);   /* argv */
}

void scmr_close(const struct rpc_handle *handle, struct lg_buffer *out_stub)
{
	put_handle(out_stub, handle);
}

enum lg_status scmr_read_state(const struct lg_buffer *stub,
			       uint32_t *out_state, uint32_t *out_error,
			       struct lg_error *err)
{
	struct ndr_reader reader = {(const uint8_t *)stub->data, stub->len, 0,
				    0};
	uint32_t state = 0;
	uint32_t error;
	int i;

	for (i = 0; i < STATUS_FIELDS; i++) {
		uint32_t field = ndr_u32(&reader);

		if (i == STATE_FIELD)
			state = field;
	}
	error = ndr_u32(&reader);
	if (reader.bad)
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "the server's answer is malformed");
	*out_error = error;
	if (!error)
		*out_state = state;
	return LG_OK;
}
