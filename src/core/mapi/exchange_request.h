/* SPDX-License-Identifier: ISC */
/*
 * exchange_request.h - which of a mail server's HTTP services a request is for
 *
 * Layer: core. Allocates nothing.
 * For the record only (who was turned away with which client): a path can be
 * spelled in more ways than any list knows, so no verdict depends on it.
 * Source: MS-OXCMAPIHTTP, MS-RPCH, MS-ASHTTP 2.2.1.1.1.
 */
#ifndef LOGONGATE_CORE_MAPI_EXCHANGE_REQUEST_H
#define LOGONGATE_CORE_MAPI_EXCHANGE_REQUEST_H

#include "core/mapi/mapi.h"

enum lg_exchange_service {
	LG_EXCHANGE_OTHER = 0,
	LG_EXCHANGE_MAPI_EMSMDB,  /* "mapi-emsmdb" */
	LG_EXCHANGE_MAPI_NSPI,    /* "mapi-nspi" */
	LG_EXCHANGE_HEALTH,       /* "health": .../healthcheck.htm */
	LG_EXCHANGE_RPC_HTTP,     /* "rpc-http" */
	LG_EXCHANGE_EWS,          /* "ews" */
	LG_EXCHANGE_OWA,          /* "owa" */
	LG_EXCHANGE_ACTIVESYNC,   /* "activesync" */
	LG_EXCHANGE_AUTODISCOVER, /* "autodiscover" */
	LG_EXCHANGE_OAB           /* "oab" */
};

/* The service a request target (path and query) names; any ASCII case. */
enum lg_exchange_service lg_exchange_service(const char *target, size_t len);
const char *lg_exchange_service_name(enum lg_exchange_service service);

/* A User-Agent's client: "Outlook" of an Office comment, else its first
 * product; name.text is NULL where there is none. */
struct lg_exchange_client {
	struct lg_mapi_text name;
	struct lg_version version;
};
void lg_exchange_client(const char *user_agent, size_t len,
			struct lg_exchange_client *out_client);

/* What an ActiveSync query says of the device. */
struct lg_activesync_query {
	unsigned char protocol_version; /* times ten; 0 in the plain form */
	unsigned char command;
	uint16_t locale;
	size_t device_id_len;
	size_t device_type_len;
	int has_policy_key;
	uint32_t policy_key;
	/* Not NUL-terminated; as sent, any byte. A length has 8 bits. */
	char device_id[255];
	char device_type[255];
};

/*
 * Reads the query of an ActiveSync target, plain (DeviceId=...&DeviceType=...)
 * or base64.
 * Returns: 1; 0 when it is neither, or longer than the protocol's 255 bytes,
 * with nothing written.
 */
int lg_activesync_query_read(const char *target, size_t len,
			     struct lg_activesync_query *out_query);

#endif
