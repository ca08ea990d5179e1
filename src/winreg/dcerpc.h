/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dcerpc.h - packets of connection-oriented DCE/RPC
 *
 * Layer: winreg; pure: bytes in, bytes out.
 * Source: C706 chapter 12 (PDU encodings), MS-RPCE 2.2.2. Little-endian, NDR,
 * no authentication: the SMB session below is authenticated and signed.
 */
#ifndef LOGONGATE_WINREG_DCERPC_H
#define LOGONGATE_WINREG_DCERPC_H

#include <stddef.h>
#include <stdint.h>

#include <logongate/buffer.h>

enum {
	DCERPC_HEADER = 16,
	DCERPC_FRAGMENT_MAX = 4280 /* what we offer to receive */
};

struct dcerpc_interface {
	uint8_t uuid[16];
	uint16_t major;
	uint16_t minor;
};

extern const struct dcerpc_interface dcerpc_winreg; /* MS-RRP */
extern const struct dcerpc_interface dcerpc_svcctl; /* MS-SCMR */

/* Appends a bind packet for presentation context 0. */
void dcerpc_bind(const struct dcerpc_interface *interface, uint32_t call_id,
		 struct lg_buffer *out_packet);

/*
 * The length of the packet whose first DCERPC_HEADER bytes these are.
 * Returns: LG_OK; LG_ERR_SYNTAX, no packet of this protocol.
 */
enum lg_status dcerpc_packet_length(const uint8_t header[DCERPC_HEADER],
				    size_t *out_len, struct lg_error *err);

/*
 * Reads the answer to a bind.
 * Returns: LG_OK, and how large a fragment may be that is sent;
 * LG_ERR_CONFLICT, the server does not take the interface; LG_ERR_SYNTAX.
 */
enum lg_status dcerpc_bind_ack(const uint8_t *packet, size_t len,
			       uint32_t call_id, size_t *out_fragment_max,
			       struct lg_error *err);

/* Appends the fragment of a request that begins at stub[at]; gives how many
 * bytes of stub are in it. */
size_t dcerpc_request(uint32_t call_id, uint16_t opnum, const uint8_t *stub,
		      size_t len, size_t at, size_t fragment_max,
		      struct lg_buffer *out_packet);

/*
 * Appends the stub of one fragment of a response.
 * Returns: LG_OK, and *out_last says whether it was the last; LG_ERR_DENIED,
 * LG_ERR_CONFLICT, a fault; LG_ERR_SYNTAX; LG_ERR_NO_MEMORY.
 */
enum lg_status dcerpc_response(const uint8_t *packet, size_t len,
			       uint32_t call_id, struct lg_buffer *stub,
			       int *out_last, struct lg_error *err);

#endif
