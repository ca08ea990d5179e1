/* SPDX-License-Identifier: ISC */
/*
 * mapi.h - what a MAPI over HTTP client says of itself when it connects
 *
 * Layer: core. Allocates nothing.
 * Flow: a door that sees a Connect body calls lg_mapi_connect_parse and makes
 * a logon attempt of user_dn, the process names and lg_mapi_client_version;
 * the answers stand in mapi_answer.h.
 * Source: MS-OXCMAPIHTTP 2.2.4.1.1; MS-OXCRPC 2.2.2, 3.1.4.1.
 *
 * UserDn is checked by the server behind the gate against the authenticated
 * user; version and process names are the client's own word (V14).
 */
#ifndef LOGONGATE_CORE_MAPI_MAPI_H
#define LOGONGATE_CORE_MAPI_MAPI_H

#include <stddef.h>
#include <stdint.h>

#include <logongate/version.h>

/* The largest auxiliary buffer (MS-OXCRPC 3.1.4.1 cbAuxIn). */
#define LG_MAPI_AUX_MAX 0x1008
/* SizeActual has 16 bits: no payload is longer, so nothing is ever cut. */
#define LG_MAPI_PAYLOAD_MAX 65535
/* A block that names a process has 32 bytes or more. */
#define LG_MAPI_PROCESS_MAX (LG_MAPI_PAYLOAD_MAX / 32)

/* What is wrong with a Connect body; lg_mapi_fault_name gives the words. */
enum lg_mapi_fault {
	LG_MAPI_SOUND = 0,
	LG_MAPI_USERDN_UNTERMINATED,
	LG_MAPI_BODY_TRUNCATED, /* ends inside its fixed fields */
	LG_MAPI_AUX_SIZE_EXCEEDS_BODY,
	LG_MAPI_AUX_TOO_LARGE, /* over LG_MAPI_AUX_MAX */
	LG_MAPI_AUX_TOO_SHORT, /* 1 to 7 bytes: no RPC_HEADER_EXT */
	LG_MAPI_EXT_VERSION,
	LG_MAPI_EXT_NOT_LAST,
	LG_MAPI_EXT_SIZE,
	LG_MAPI_EXT_SIZE_ACTUAL, /* differs and is not compressed */
	LG_MAPI_LZ_TRUNCATED,
	LG_MAPI_LZ_BAD_OFFSET,
	LG_MAPI_LZ_BAD_LENGTH,
	LG_MAPI_LZ_OUTPUT_OVERRUN,
	LG_MAPI_AUX_BLOCK_SIZE
};

/* "aux-block-size", ...; NULL for LG_MAPI_SOUND. */
const char *lg_mapi_fault_name(enum lg_mapi_fault fault);

/* A borrowed text with its length. */
struct lg_mapi_text {
	const char *text;
	size_t len;
};

/*
 * Memory of one parse, about 270 KB: hold one a thread, not on the stack.
 * It is large enough for the worst body there can be; nothing is cut.
 */
struct lg_mapi_scratch {
	unsigned char wire[LG_MAPI_AUX_MAX]; /* after the XOR */
	unsigned char payload[LG_MAPI_PAYLOAD_MAX];
	/* A UTF-16 unit is at most three bytes of UTF-8; one NUL a name. */
	char name[LG_MAPI_PAYLOAD_MAX / 2 * 3 + LG_MAPI_PROCESS_MAX];
	struct lg_mapi_text process[LG_MAPI_PROCESS_MAX];
};

/*
 * An auxiliary buffer: its RPC_HEADER_EXT and the payload after XOR and
 * expansion. payload points into the parsed bytes where they are plain, else
 * into the scratch.
 */
struct lg_mapi_aux {
	uint16_t flags;
	uint16_t size;
	uint16_t size_actual;
	const unsigned char *payload;
	size_t payload_len;
	size_t trailing; /* bytes behind the payload as sent */
	/*
	 * Names of the PROCESSINFO blocks, UTF-8, NUL-terminated, none empty,
	 * in order; check every one against a list (contract 7 inspect shows
	 * the first).
	 */
	const struct lg_mapi_text *process;
	size_t process_count;
	/* PROCESSINFO names without NUL: no names, and malformed at a door
	 * (contract 8). */
	size_t unterminated;
};

/*
 * A Connect body. user_dn is borrowed from the body (user_dn[len] is its NUL)
 * and may hold any byte but NUL. aux is all zero where aux_size is 0.
 */
struct lg_mapi_connect {
	struct lg_mapi_text user_dn;
	uint32_t flags;
	uint32_t code_page;
	uint32_t lcid_sort;
	uint32_t lcid_string;
	uint32_t aux_size;
	struct lg_mapi_aux aux;
	size_t trailing; /* bytes behind the auxiliary buffer */
	/* How far parsing came: the fields before it are valid even when a
	 * fault is returned. */
	enum lg_mapi_depth {
		LG_MAPI_DEPTH_NOTHING = 0,
		LG_MAPI_DEPTH_USER_DN,
		LG_MAPI_DEPTH_FLAGS,
		LG_MAPI_DEPTH_CODE_PAGE,
		LG_MAPI_DEPTH_LCID_SORT,
		LG_MAPI_DEPTH_LCID_STRING,
		LG_MAPI_DEPTH_AUX_SIZE,
		LG_MAPI_DEPTH_ALL
	} depth;
};

/*
 * Parses a Connect body.
 * Returns: LG_MAPI_SOUND; else the first fault, and *out_connect holds what
 * stands before it (depth), the rest zero.
 * Keeps: *out_connect borrows from body and scratch.
 * Bounds are compared as "size > rest", so no sum can wrap.
 */
enum lg_mapi_fault lg_mapi_connect_parse(const unsigned char *body, size_t len,
					 struct lg_mapi_scratch *scratch,
					 struct lg_mapi_connect *out_connect);

/* As above for an auxiliary buffer alone; len is at least 1. */
enum lg_mapi_fault lg_mapi_aux_parse(const unsigned char *bytes, size_t len,
				     struct lg_mapi_scratch *scratch,
				     struct lg_mapi_aux *out_aux);

/* One AUX block; data is the whole block with its four-byte header. */
struct lg_mapi_block {
	size_t offset;
	uint16_t size;
	uint8_t version;
	uint8_t type;
	const unsigned char *data;
};

#define LG_MAPI_BLOCK_PROCESSINFO 0x0b

/*
 * The block at *pos of the payload; moves *pos behind it.
 * Returns: 1; 0 at the end; -1 when the block's size is below 4 or beyond the
 * payload (never for the aux of a parse that was LG_MAPI_SOUND).
 */
int lg_mapi_block_next(const struct lg_mapi_aux *aux, size_t *pos,
		       struct lg_mapi_block *out_block);

/*
 * The version a client claims: X-ClientApplication "Outlook/a.b.c.d", else the
 * "MAPI a.b.c" or "Microsoft Outlook a.b.c" of a User-Agent, or one that is
 * "MAPICPL a.b.c" (fourth part unknown). Headers may be NULL.
 * Returns: 1 and *out_version; 0 and *out_version unknown.
 */
int lg_mapi_client_version(const char *x_client_application, size_t xca_len,
			   const char *user_agent, size_t ua_len,
			   struct lg_version *out_version);

/* What an X-RequestType asks for, as far as a gate cares; any ASCII case. */
enum lg_mapi_request {
	LG_MAPI_REQUEST_NONE = 0, /* no such header, or blank */
	LG_MAPI_REQUEST_CONNECT,
	LG_MAPI_REQUEST_DISCONNECT, /* always admitted (contract 8) */
	LG_MAPI_REQUEST_SESSION,    /* Execute, NotificationWait */
	/* Of the address book on its path, else as SESSION. */
	LG_MAPI_REQUEST_PING,
	LG_MAPI_REQUEST_ADDRESS_BOOK, /* Bind, QueryRows...: no store logon */
	LG_MAPI_REQUEST_OTHER         /* anything else: as SESSION */
};
enum lg_mapi_request lg_mapi_request_kind(const char *request_type, size_t len);

/* 1 for /mapi/nspi, also with its query, in any case, percent-encoded, and
 * with more slashes around it. */
int lg_mapi_path_is_address_book(const char *path, size_t len);

#endif
