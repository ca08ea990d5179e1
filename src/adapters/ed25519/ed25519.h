/* SPDX-License-Identifier: ISC */
/*
 * ed25519.h - signatures of the fleet's events, by GnuTLS
 *
 * Layer: adapter.
 * Source: contract 13 "Schema and signature"; RFC 8032, RFC 8410 (PKCS#8).
 */
#ifndef LOGONGATE_ADAPTERS_ED25519_ED25519_H
#define LOGONGATE_ADAPTERS_ED25519_ED25519_H

#include "port/signature.h"

/*
 * sign_key: a file with a private key, PKCS#8 in PEM, that nobody else may
 * read; NULL: only to verify.
 * Returns: LG_OK; LG_ERR_IO, LG_ERR_DENIED as secret_file; LG_ERR_SYNTAX, it
 * is no Ed25519 key. Owns: lg_ed25519_close.
 */
enum lg_status lg_ed25519_open(const char *sign_key,
			       struct lg_signature *out_signature,
			       struct lg_error *err);
void lg_ed25519_close(struct lg_signature *signature);

/* The public key that belongs to the private one it was opened with. */
enum lg_status lg_ed25519_public(const struct lg_signature *signature,
				 unsigned char out_public[LG_FLEET_PUBLIC_SIZE],
				 struct lg_error *err);

/*
 * Makes a private key and appends it as PKCS#8 in PEM; writing the file (0600)
 * is the caller's, who wipes the text.
 */
enum lg_status lg_ed25519_make(struct lg_buffer *out_pem,
			       unsigned char out_public[LG_FLEET_PUBLIC_SIZE],
			       struct lg_error *err);

/* Appends the key's name: that of its file without folder and ".key".
 * LG_ERR_SYNTAX: no name of a key. */
enum lg_status lg_ed25519_key_name(const char *path, struct lg_buffer *out_name,
				   struct lg_error *err);

#endif
