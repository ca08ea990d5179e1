/* SPDX-License-Identifier: ISC */
/*
 * mapi_aux.c - the auxiliary buffer of a Connect: who is calling
 *
 * RPC_HEADER_EXT, then a payload that may be XORed with 0xA5 and compressed
 * (the sender compresses first), then blocks that are walked strictly by
 * their size. Only PROCESSINFO is read; its name is UTF-16LE at an offset
 * from the start of its block.
 */
#include <string.h>

#include <utf8proc.h>

#include "core/mapi/lz77.h"
#include "core/mapi/mapi.h"

#include "base/little_endian.h"

#define EXT_SIZE 8
#define EXT_COMPRESSED 0x0001
#define EXT_XOR 0x0002
#define EXT_LAST 0x0004
#define XOR_BYTE 0xa5

#define BLOCK_HEADER 4
#define PROCESS_NAME_OFFSET 24
#define PROCESS_FIXED 28

int lg_mapi_block_next(const struct lg_mapi_aux *aux, size_t *pos,
		       struct lg_mapi_block *out_block)
{
	size_t left = aux->payload_len - *pos;
	const unsigned char *p;
	uint16_t size;

	if (!left)
		return 0;
	if (left < BLOCK_HEADER)
		return -1;
	p = aux->payload + *pos;
	size = le16_read(p);
	if (size < BLOCK_HEADER || size > left)
		return -1;
	out_block->offset = *pos;
	out_block->size = size;
	out_block->version = p[2];
	out_block->type = p[3];
	out_block->data = p;
	*pos += size;
	return 1;
}

/*
 * UTF-16LE units to UTF-8 at out; half a surrogate pair becomes U+FFFD, so
 * that the result is always text.
 */
static size_t name_decode(const unsigned char *units, size_t count, char *out)
{
	size_t i, len = 0;

	for (i = 0; i < count; i++) {
		uint32_t c = le16_read(units + 2 * i);

		if (c >= 0xd800 && c <= 0xdfff) {
			uint32_t low = i + 1 < count
					       ? le16_read(units + 2 * i + 2)
					       : 0;

			if (c < 0xdc00 && low >= 0xdc00 && low <= 0xdfff) {
				c = 0x10000 + ((c - 0xd800) << 10) +
				    (low - 0xdc00);
				i++;
			} else {
				c = 0xfffd;
			}
		}
		len += (size_t)utf8proc_encode_char(
			(utf8proc_int32_t)c, (utf8proc_uint8_t *)out + len);
	}
	out[len] = '\0';
	return len;
}

/* Returns the bytes of scratch->name used so far. */
static size_t process_add(struct lg_mapi_aux *aux,
			  const struct lg_mapi_block *block,
			  struct lg_mapi_scratch *scratch, size_t used)
{
	struct lg_mapi_text *process;
	size_t offset, units, count;

	/* An offset outside the block is no name: some clients send one. */
	if (block->size < PROCESS_FIXED)
		return used;
	offset = le16_read(block->data + PROCESS_NAME_OFFSET);
	if (offset < PROCESS_FIXED || offset >= block->size)
		return used;
	units = (block->size - offset) / 2;
	for (count = 0; count < units; count++)
		if (!le16_read(block->data + offset + 2 * count))
			break;
	if (count == units) {
		aux->unterminated++;
		return used;
	}
	if (!count)
		return used;
	process = &scratch->process[aux->process_count++];
	process->text = scratch->name + used;
	process->len =
		name_decode(block->data + offset, count, scratch->name + used);
	return used + process->len + 1;
}

static enum lg_mapi_fault lz_fault(enum lg_lz77 result)
{
	static const enum lg_mapi_fault faults[] = {
		[LG_LZ77_OK] = LG_MAPI_SOUND,
		[LG_LZ77_TRUNCATED] = LG_MAPI_LZ_TRUNCATED,
		[LG_LZ77_BAD_OFFSET] = LG_MAPI_LZ_BAD_OFFSET,
		[LG_LZ77_BAD_LENGTH] = LG_MAPI_LZ_BAD_LENGTH,
		[LG_LZ77_OUTPUT_OVERRUN] = LG_MAPI_LZ_OUTPUT_OVERRUN,
	};

	return faults[result];
}

/* RPC_HEADER_EXT and what it says of the payload, which is left plain. */
static enum lg_mapi_fault payload_open(const unsigned char *bytes, size_t len,
				       struct lg_mapi_scratch *scratch,
				       struct lg_mapi_aux *aux)
{
	enum lg_mapi_fault fault = LG_MAPI_SOUND;
	const unsigned char *wire;

	if (len > LG_MAPI_AUX_MAX)
		return LG_MAPI_AUX_TOO_LARGE;
	if (len < EXT_SIZE)
		return LG_MAPI_AUX_TOO_SHORT;
	if (le16_read(bytes))
		return LG_MAPI_EXT_VERSION;
	aux->flags = le16_read(bytes + 2);
	aux->size = le16_read(bytes + 4);
	aux->size_actual = le16_read(bytes + 6);
	if (!(aux->flags & EXT_LAST))
		return LG_MAPI_EXT_NOT_LAST;
	if (aux->size > len - EXT_SIZE)
		return LG_MAPI_EXT_SIZE;
	if (!(aux->flags & EXT_COMPRESSED) && aux->size != aux->size_actual)
		return LG_MAPI_EXT_SIZE_ACTUAL;
	aux->trailing = len - EXT_SIZE - aux->size;
	wire = bytes + EXT_SIZE;
	if (aux->flags & EXT_XOR) {
		for (size_t i = 0; i < aux->size; i++)
			scratch->wire[i] = wire[i] ^ XOR_BYTE;
		wire = scratch->wire;
	}
	if (aux->flags & EXT_COMPRESSED) {
		fault = lz_fault(lg_lz77_expand(wire, aux->size,
						scratch->payload,
						aux->size_actual, NULL));
		wire = scratch->payload;
	}
	aux->payload = wire;
	aux->payload_len = aux->size_actual;
	return fault;
}

enum lg_mapi_fault lg_mapi_aux_parse(const unsigned char *bytes, size_t len,
				     struct lg_mapi_scratch *scratch,
				     struct lg_mapi_aux *out_aux)
{
	struct lg_mapi_aux aux = {.process = scratch->process};
	struct lg_mapi_block block;
	enum lg_mapi_fault fault;
	size_t pos = 0, used = 0;
	int more;

	memset(out_aux, 0, sizeof(*out_aux));
	fault = payload_open(bytes, len, scratch, &aux);
	if (fault != LG_MAPI_SOUND)
		return fault;
	while ((more = lg_mapi_block_next(&aux, &pos, &block)) == 1)
		if (block.type == LG_MAPI_BLOCK_PROCESSINFO)
			used = process_add(&aux, &block, scratch, used);
	if (more)
		return LG_MAPI_AUX_BLOCK_SIZE;
	*out_aux = aux;
	return LG_MAPI_SOUND;
}
