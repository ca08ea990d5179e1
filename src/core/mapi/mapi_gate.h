/* SPDX-License-Identifier: ISC */
/*
 * mapi_gate.h - what becomes of a MAPI over HTTP request
 *
 * Layer: core. Allocates nothing.
 * Flow: HAProxy's SPOP and POST /v1/mapi fill an lg_mapi_http; the door looks
 * up the context cookie among its sessions; lg_mapi_judge says what to answer;
 * once the server has accepted a Connect the door remembers its session.
 * Source: contract 8 "HAProxy"; facts on MAPI over HTTP 6, 9, 10.
 */
#ifndef LOGONGATE_CORE_MAPI_MAPI_GATE_H
#define LOGONGATE_CORE_MAPI_MAPI_GATE_H

#include "core/mapi/mapi.h"
#include "core/mapi/mapi_answer.h"
#include <logongate/policy.h>
#include "core/policy/session.h"

/* A request as a door sees it; text NULL is "not known". */
struct lg_mapi_http {
	struct lg_mapi_text request_type; /* X-RequestType */
	struct lg_mapi_text application;  /* X-ClientApplication */
	struct lg_mapi_text user_agent;
	struct lg_mapi_text content_length; /* the header, decimal */
	struct lg_mapi_text content_encoding;
	struct lg_mapi_text user;   /* a verified name, where one is known */
	struct lg_mapi_text path;   /* as the client sent it */
	int64_t request_type_count; /* how many of them; -1 not known */
	int64_t body_size;          /* what the proxy counted; -1 */
	/* The door says that the request is for another service (the path
	 * of webmail): X-RequestType is then only a header that a client
	 * added, and the logon must pass as HTTP as well. */
	int also_http;
	int session_ended;         /* known was cut */
	const unsigned char *body; /* what arrived */
	size_t body_len;
};

enum lg_mapi_way {
	LG_MAPI_WAY_NOT_MAPI = 0, /* no X-RequestType: judge it as HTTP */
	LG_MAPI_WAY_ADMIT,
	LG_MAPI_WAY_DENY, /* 200 with lg_mapi_denial */
	LG_MAPI_WAY_CODE, /* 200 text/html, X-ResponseCode code */
	LG_MAPI_WAY_PAGE  /* refused as HTTP: a page (also_http) */
};

struct lg_mapi_judgement {
	enum lg_mapi_way way;
	enum lg_mapi_code code; /* for LG_MAPI_WAY_CODE */
	enum lg_mapi_request request;
	struct lg_decision decision;
	/* What was judged, for the record and the session table: dn, process
	 * (the refused one, else the first), version, protocol, user. Borrows
	 * from request, scratch and known. */
	struct lg_attempt attempt;
	/* Why a Connect is refused unread: a word of lg_mapi_fault_name,
	 * "content-encoding", "content-length", "body-truncated",
	 * "process-unterminated", "request-type"; NULL where it was read.
	 * The decision is then REFUSE with reason NONE. */
	const char *fault;
};

/*
 * Judges one request. known is the session that its context cookie names, or
 * NULL for one the gate has not seen; its owner is whose Connect the server
 * accepted. A session of nobody known is sent back to Connect under any lock
 * and while names are limited, whatever name the front knows; so is one whose
 * verified name is not its owner's. The decision then has the reason
 * SESSION_ENDED. So only fronts that tell the server's answers may say that a
 * request is MAPI's; for others it is a web request.
 * Decided: address book requests (Bind, QueryRows..., and on its path PING) are
 * admitted; they open no store, and Disable MAPI Clients and Logon Only As only
 * touch store logons. The first leg of NTLM is a Connect with Content-Length 0
 * stated; a Connect whose length is not stated and of which nothing came is
 * malformed, else a body sent late would pass unread.
 */
void lg_mapi_judge(const struct lg_policy *policy,
		   const struct lg_mapi_http *request,
		   const struct lg_session *known,
		   struct lg_mapi_scratch *scratch,
		   struct lg_mapi_judgement *out_judgement);

#endif
