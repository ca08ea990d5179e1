/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The calls of MS-SCMR that stopping and starting one service takes.
 */
#include "winreg/scmr.h"

#include "base/listed.h"
#include "base/utf16.h"

enum {
	CONTROL_STOP = 1,
	STATUS_FIELDS = 7,
	STATE_FIELD = 1,
	SERVICE_ACTIVE = 1,
	/* two offsets and a SERVICE_STATUS */
	ENUM_ENTRY_SIZE = 36
};

void scmr_open_manager(struct lg_buffer *out_stub)
{
	ndr_put_null(out_stub); /* lpMachineName */
	ndr_put_null(out_stub); /* lpDatabaseName: the one that is active */
	ndr_put_u32(out_stub, SCMR_CONNECT);
}

void scmr_open_service(const struct rpc_handle *manager, const char *name,
		       uint32_t access, struct lg_buffer *out_stub)
{
	rpc_put_handle(out_stub, manager);
	ndr_put_text(out_stub, name);
	ndr_put_u32(out_stub, access);
}

void scmr_stop(const struct rpc_handle *service, struct lg_buffer *out_stub)
{
	rpc_put_handle(out_stub, service);
	ndr_put_u32(out_stub, CONTROL_STOP);
}

void scmr_start(const struct rpc_handle *service, struct lg_buffer *out_stub)
{
	rpc_put_handle(out_stub, service);
	ndr_put_u32(out_stub, 0); /* argc */
	ndr_put_null(out_stub);   /* argv */
}

enum lg_status scmr_read_state(const struct lg_buffer *stub,
			       uint32_t *out_state, uint32_t *out_error,
			       struct lg_error *err)
{
	struct ndr_reader reader = ndr_reader_of(stub);
	uint32_t state = 0;
	enum lg_status status;

	for (int i = 0; i < STATUS_FIELDS; i++) {
		uint32_t field = ndr_u32(&reader);

		if (i == STATE_FIELD)
			state = field;
	}
	status = ndr_finish(&reader, out_error, err);
	if (status == LG_OK && !*out_error)
		*out_state = state;
	return status;
}

void scmr_enum_dependents(const struct rpc_handle *service, uint32_t size,
			  struct lg_buffer *out_stub)
{
	rpc_put_handle(out_stub, service);
	ndr_put_u32(out_stub, SERVICE_ACTIVE);
	ndr_put_u32(out_stub, size);
}

/* A name stands at its offset from the beginning, up to a NUL. */
static enum lg_status add_name(const uint8_t *bytes, size_t len, size_t at,
			       struct lg_strlist *out_names,
			       struct lg_error *err)
{
	struct lg_buffer name = {0};
	enum lg_status status;
	size_t units = 0;

	while (at < len && len - at >= 2 * (units + 1) &&
	       (bytes[at + 2 * units] || bytes[at + 2 * units + 1]))
		units++;
	if (at >= len || len - at < 2 * (units + 1) || !units)
		return ndr_malformed(err);
	if (lg_utf16_decode(bytes + at, units, &name) != units)
		status = ndr_malformed(err);
	else
		status = lg_list_buffer(out_names, &name, err);
	lg_buffer_release(&name);
	return status;
}

enum lg_status scmr_read_dependents(const struct lg_buffer *stub,
				    struct lg_strlist *out_names,
				    uint32_t *out_needed, uint32_t *out_error,
				    struct lg_error *err)
{
	struct ndr_reader reader = ndr_reader_of(stub);
	size_t len = ndr_u32(&reader);
	const uint8_t *bytes = ndr_take(&reader, len);
	enum lg_status status = LG_OK;
	uint32_t needed, count, error;

	ndr_align(&reader, 4);
	needed = ndr_u32(&reader);
	count = ndr_u32(&reader);
	error = ndr_u32(&reader);
	if (reader.bad || (!error && count > len / ENUM_ENTRY_SIZE))
		return ndr_malformed(err);
	for (uint32_t i = 0; status == LG_OK && !error && i < count; i++) {
		struct ndr_reader entry = {bytes + i * ENUM_ENTRY_SIZE,
					   ENUM_ENTRY_SIZE, 0, 0};

		status = add_name(bytes, len, ndr_u32(&entry), out_names, err);
	}
	if (status == LG_OK) {
		*out_needed = needed;
		*out_error = error;
	}
	return status;
}
