/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packets of DCE/RPC. Each begins with the same header of 16 bytes; a stub
 * larger than a fragment is cut into several packets of one call. Whatever a
 * server sends is checked against the length that it came with.
 */
#include "winreg/dcerpc.h"
#include "winreg/ndr.h"

enum packet_type {
	PACKET_REQUEST = 0,
	PACKET_RESPONSE = 2,
	PACKET_FAULT = 3,
	PACKET_BIND = 11,
	PACKET_BIND_ACK = 12,
	PACKET_BIND_NAK = 13
};

enum {
	FLAG_FIRST = 1,
	FLAG_LAST = 2,
	REQUEST_HEADER = 24,
	FRAGMENT_SMALLEST = 1432, /* C706: what every server takes */
	FAULT_ACCESS_DENIED = 5
};

const struct dcerpc_interface dcerpc_winreg = {
	{0x01, 0xd0, 0x8c, 0x33, 0x44, 0x22, 0xf1, 0x31, 0xaa, 0xaa, 0x90, 0x00,
	 0x38, 0x00, 0x10, 0x03},
	1,
	0};

const struct dcerpc_interface dcerpc_svcctl = {
	{0x81, 0xbb, 0x7a, 0x36, 0x44, 0x98, 0xf1, 0x35, 0xad, 0x32, 0x98, 0xf0,
	 0x38, 0x00, 0x10, 0x03},
	2,
	0};

/* NDR: 8a885d04-1ceb-11c9-9fe8-08002b104860, version 2. */
static const uint8_t ndr_syntax[16] = {0x04, 0x5d, 0x88, 0x8a, 0xeb, 0x1c,
				       0xc9, 0x11, 0x9f, 0xe8, 0x08, 0x00,
				       0x2b, 0x10, 0x48, 0x60};

static void put_header(struct lg_buffer *out, enum packet_type type, int flags,
		       size_t len, uint32_t call_id)
{
	const uint8_t begin[8] = {5, 0, (uint8_t)type, (uint8_t)flags, 0x10, 0,
				  0, 0};

	lg_buffer_append(out, begin, sizeof(begin));
	ndr_put_u16(out, (uint16_t)len);
	ndr_put_u16(out, 0); /* no authentication trailer */
	ndr_put_u32(out, call_id);
}

void dcerpc_bind(const struct dcerpc_interface *interface, uint32_t call_id,
		 struct lg_buffer *out_packet)
{
	put_header(out_packet, PACKET_BIND, FLAG_FIRST | FLAG_LAST, 72,
		   call_id);
	ndr_put_u16(out_packet, DCERPC_FRAGMENT_MAX);
	ndr_put_u16(out_packet, DCERPC_FRAGMENT_MAX);
	ndr_put_u32(out_packet, 0); /* a new association */
	ndr_put_u32(out_packet, 1); /* one context */
	ndr_put_u16(out_packet, 0);
	ndr_put_u16(out_packet, 1); /* one transfer syntax */
	lg_buffer_append(out_packet, interface->uuid, 16);
	ndr_put_u16(out_packet, interface->major);
	ndr_put_u16(out_packet, interface->minor);
	lg_buffer_append(out_packet, ndr_syntax, 16);
	ndr_put_u32(out_packet, 2);
}

static enum lg_status malformed(const char *what, struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_SYNTAX, NULL,
			    "the server's RPC packet is malformed: %s", what);
}

enum lg_status dcerpc_packet_length(const uint8_t header[DCERPC_HEADER],
				    size_t *out_len, struct lg_error *err)
{
	size_t len = (size_t)header[8] | (size_t)header[9] << 8;

	if (header[0] != 5 || (header[4] & 0xf0) != 0x10)
		return malformed("not version 5, little-endian", err);
	if (len < DCERPC_HEADER)
		return malformed("its length", err);
	*out_len = len;
	return LG_OK;
}

/* Checks the header and gives a reader behind it. */
static enum lg_status open_packet(const uint8_t *packet, size_t len,
				  uint32_t call_id, struct ndr_reader *reader,
				  struct lg_error *err)
{
	size_t stated;
	enum lg_status status;

	if (len < DCERPC_HEADER)
		return malformed("shorter than its header", err);
	status = dcerpc_packet_length(packet, &stated, err);
	if (status != LG_OK)
		return status;
	if (stated != len)
		return malformed("its length", err);
	*reader = (struct ndr_reader){packet, len, 12, 0};
	if (ndr_u32(reader) != call_id)
		return malformed("the answer to another call", err);
	return LG_OK;
}

enum lg_status dcerpc_bind_ack(const uint8_t *packet, size_t len,
			       uint32_t call_id, size_t *out_fragment_max,
			       struct lg_error *err)
{
	struct ndr_reader reader;
	size_t fragment_max;
	size_t name;
	enum lg_status status = open_packet(packet, len, call_id, &reader, err);

	if (status != LG_OK)
		return status;
	if (packet[2] == PACKET_BIND_NAK || packet[2] == PACKET_FAULT)
		return lg_error_set(err, LG_ERR_CONFLICT, NULL,
				    "the server does not take the bind");
	if (packet[2] != PACKET_BIND_ACK)
		return malformed("no answer to a bind", err);
	ndr_u16(&reader);
	fragment_max = ndr_u16(&reader); /* what the server receives */
	ndr_u32(&reader);
	name = ndr_u16(&reader);
	ndr_take(&reader, name);
	ndr_align(&reader, 4);
	if ((ndr_u32(&reader) & 0xff) != 1)
		return malformed("not one result", err);
	if (ndr_u16(&reader) != 0 && !reader.bad)
		return lg_error_set(err, LG_ERR_CONFLICT, NULL,
				    "the server does not know the interface");
	if (reader.bad)
		return malformed("cut off", err);
	if (fragment_max < FRAGMENT_SMALLEST)
		fragment_max = FRAGMENT_SMALLEST;
	*out_fragment_max = fragment_max;
	return LG_OK;
}

size_t dcerpc_request(uint32_t call_id, uint16_t opnum, const uint8_t *stub,
		      size_t len, size_t at, size_t fragment_max,
		      struct lg_buffer *out_packet)
{
	size_t part = len - at;
	int flags = at ? 0 : FLAG_FIRST;

	/* Whole units of 8, as C706 asks of all fragments but the last. */
	if (part > fragment_max - REQUEST_HEADER)
		part = (fragment_max - REQUEST_HEADER) & ~(size_t)7;
	else
		flags |= FLAG_LAST;
	put_header(out_packet, PACKET_REQUEST, flags, REQUEST_HEADER + part,
		   call_id);
	ndr_put_u32(out_packet, (uint32_t)(len - at));
	ndr_put_u16(out_packet, 0);
	ndr_put_u16(out_packet, opnum);
	lg_buffer_append(out_packet, stub + at, part);
	return part;
}

enum lg_status dcerpc_response(const uint8_t *packet, size_t len,
			       uint32_t call_id, struct lg_buffer *stub,
			       int *out_last, struct lg_error *err)
{
	struct ndr_reader reader;
	uint32_t fault;
	enum lg_status status = open_packet(packet, len, call_id, &reader, err);

	if (status != LG_OK)
		return status;
	if (packet[10] || packet[11])
		return malformed("an authentication trailer", err);
	ndr_u32(&reader);
	ndr_u16(&reader);
	ndr_u16(&reader);
	if (reader.bad)
		return malformed("cut off", err);
	if (packet[2] == PACKET_FAULT) {
		fault = ndr_u32(&reader);
		if (fault == FAULT_ACCESS_DENIED)
			return lg_error_set(err, LG_ERR_DENIED, NULL,
					    "the server denies the call");
		return lg_error_set(err, LG_ERR_CONFLICT, NULL,
				    "the server answers with RPC fault "
				    "0x%08x",
				    (unsigned int)fault);
	}
	if (packet[2] != PACKET_RESPONSE)
		return malformed("no response", err);
	lg_buffer_append(stub, packet + reader.at, len - reader.at);
	status = lg_buffer_status(stub, err);
	if (status == LG_OK)
		*out_last = (packet[3] & FLAG_LAST) != 0;
	return status;
}
