/* SPDX-License-Identifier: ISC */
/*
 * What a server sends to logongate-winreg, and the files that it reads. The
 * first byte chooses the reader.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "winreg/credentials.h"
#include "winreg/dcerpc.h"
#include "winreg/rrp.h"
#include "winreg/scmr.h"
#include "winreg/tickets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_packet(const uint8_t *data, size_t size)
{
	struct lg_buffer stub = {0};
	size_t fragment = 0;
	size_t length = 0;
	int last = 0;

	if (size >= DCERPC_HEADER)
		dcerpc_packet_length(data, &length, NULL);
	dcerpc_bind_ack(data, size, 1, &fragment, NULL);
	dcerpc_response(data, size, 1, &stub, &last, NULL);
	lg_buffer_release(&stub);
}

static void read_stub(const struct lg_buffer *stub)
{
	struct rrp_value value = {{0}, 0, NULL, 0};
	struct lg_strlist names = {0};
	struct rrp_key_info info;
	struct rpc_handle handle;
	uint32_t error = 0;
	uint32_t state;
	volatile uint8_t sum = 0;
	size_t i;

	rrp_read_error(stub, &error, NULL);
	rrp_read_handle(stub, &handle, &error, NULL);
	rrp_read_created(stub, &handle, &error, NULL);
	rrp_read_key_info(stub, &info, &error, NULL);
	scmr_read_state(stub, &state, &error, NULL);
	scmr_read_dependents(stub, &names, &state, &error, NULL);
	lg_strlist_release(&names);
	if (rrp_read_value(stub, &value, &error, NULL) == LG_OK && !error)
		for (i = 0; i < value.len; i++)
			sum = (uint8_t)(sum + value.data[i]);
	lg_buffer_release(&value.name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct credentials credentials;
	struct lg_buffer stub = {0};
	struct lg_buffer owner = {0};
	int64_t until = 0;

	if (!size)
		return 0;
	switch (data[0] % 4) {
	case 0:
		read_packet(data + 1, size - 1);
		break;
	case 1:
		/* Exactly as large as the stub. */
		stub.len = size - 1;
		stub.data = malloc(stub.len ? stub.len : 1);
		if (!stub.data)
			return 0;
		memcpy(stub.data, data + 1, stub.len);
		read_stub(&stub);
		free(stub.data);
		break;
	case 2:
		credentials_parse((const char *)data + 1, size - 1, "fuzz",
				  &credentials, NULL);
		break;
	default:
		tickets_parse(data + 1, size - 1, &owner, &until, NULL);
		lg_buffer_release(&owner);
		break;
	}
	return 0;
}
