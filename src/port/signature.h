/* SPDX-License-Identifier: ISC */
/*
 * port/signature.h - whether bytes were signed by who holds a key
 *
 * Layer: port; implemented by adapters/ed25519.
 * Source: contract 10 [fleet], 13 "Schema and signature"; RFC 8032.
 */
#ifndef LOGONGATE_PORT_SIGNATURE_H
#define LOGONGATE_PORT_SIGNATURE_H

#include "core/fleet/fleet_keys.h"

/*
 * verify: LG_OK; LG_ERR_DENIED, it is not; LG_ERR_BUG, it cannot be told.
 * sign: with the private key this was opened with; NULL where there is none.
 */
struct lg_signature {
	void *self;
	enum lg_status (*verify)(
		void *self, const unsigned char key[LG_FLEET_PUBLIC_SIZE],
		const void *bytes, size_t len,
		const unsigned char signature[LG_FLEET_SIGNATURE_SIZE],
		struct lg_error *err);
	enum lg_status (*sign)(
		void *self, const void *bytes, size_t len,
		unsigned char out_signature[LG_FLEET_SIGNATURE_SIZE],
		struct lg_error *err);
};

#endif
