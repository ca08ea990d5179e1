/* SPDX-License-Identifier: ISC */
/*
 * A raw public key is wrapped for GnuTLS at each question: gates verify a few
 * events an hour.
 */
#include "adapters/ed25519/ed25519.h"

#include <stdlib.h>
#include <string.h>

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "adapters/system/secret_file.h"

struct self {
	gnutls_privkey_t private_key; /* NULL: only to verify */
};

static enum lg_status failed(struct lg_error *err, const char *what, int code)
{
	return lg_error_set(err, LG_ERR_BUG, NULL, "%s: %s", what,
			    gnutls_strerror(code));
}

static enum lg_status verify(void *self,
			     const unsigned char key[LG_FLEET_PUBLIC_SIZE],
			     const void *bytes, size_t len,
			     const unsigned char signed_by[],
			     struct lg_error *err)
{
	unsigned char point[LG_FLEET_PUBLIC_SIZE];
	unsigned char copy[LG_FLEET_SIGNATURE_SIZE];
	gnutls_datum_t x = {point, sizeof(point)};
	gnutls_datum_t data = {NULL, (unsigned int)len};
	gnutls_datum_t signature = {copy, sizeof(copy)};
	gnutls_pubkey_t public_key = NULL;
	int code;

	(void)self;
	memcpy(point, key, sizeof(point));
	memcpy(copy, signed_by, sizeof(copy));
	/* GnuTLS's datum is not const, and it only reads. */
	memcpy(&data.data, &bytes, sizeof(bytes));
	code = gnutls_pubkey_init(&public_key);
	if (code)
		return failed(err, "a key cannot be used", code);
	code = gnutls_pubkey_import_ecc_raw(public_key,
					    GNUTLS_ECC_CURVE_ED25519, &x, NULL);
	if (!code)
		code = gnutls_pubkey_verify_data2(public_key,
						  GNUTLS_SIGN_EDDSA_ED25519, 0,
						  &data, &signature);
	gnutls_pubkey_deinit(public_key);
	if (code < 0)
		return lg_error_set(err, LG_ERR_DENIED, NULL,
				    "the signature is not that of the key");
	return LG_OK;
}

static enum lg_status sign(void *self, const void *bytes, size_t len,
			   unsigned char out_signature[], struct lg_error *err)
{
	gnutls_datum_t data = {NULL, (unsigned int)len};
	gnutls_datum_t signature = {NULL, 0};
	struct self *own = self;
	int code;

	memcpy(&data.data, &bytes, sizeof(bytes));
	code = gnutls_privkey_sign_data2(own->private_key,
					 GNUTLS_SIGN_EDDSA_ED25519, 0, &data,
					 &signature);
	if (code)
		return failed(err, "signing failed", code);
	if (signature.size != LG_FLEET_SIGNATURE_SIZE)
		code = GNUTLS_E_INTERNAL_ERROR;
	else
		memcpy(out_signature, signature.data, signature.size);
	gnutls_free(signature.data);
	return code ? failed(err, "signing failed", code) : LG_OK;
}

/* The private key in a file's text. */
static enum lg_status import(struct self *own, const struct lg_buffer *pem,
			     const char *path, struct lg_error *err)
{
	gnutls_datum_t data = {NULL, (unsigned int)pem->len};
	gnutls_x509_privkey_t key = NULL;
	int code = gnutls_x509_privkey_init(&key);

	memcpy(&data.data, &pem->data, sizeof(pem->data));
	if (!code)
		code = gnutls_x509_privkey_import(key, &data,
						  GNUTLS_X509_FMT_PEM);
	if (!code && gnutls_x509_privkey_get_pk_algorithm(key) !=
			     GNUTLS_PK_EDDSA_ED25519)
		code = GNUTLS_E_UNKNOWN_PK_ALGORITHM;
	if (!code)
		code = gnutls_privkey_init(&own->private_key);
	if (!code)
		code = gnutls_privkey_import_x509(own->private_key, key,
						  GNUTLS_PRIVKEY_IMPORT_COPY);
	if (key)
		gnutls_x509_privkey_deinit(key);
	if (code)
		return lg_error_set(err, LG_ERR_SYNTAX, path,
				    "is not a private Ed25519 key, PKCS#8 in "
				    "PEM, as fleet keys writes it (%s)",
				    gnutls_strerror(code));
	return LG_OK;
}

enum lg_status lg_ed25519_open(const char *sign_key,
			       struct lg_signature *out_signature,
			       struct lg_error *err)
{
	struct lg_signature opened = {NULL, verify, NULL};
	struct lg_buffer pem = {0};
	enum lg_status status = LG_OK;

	opened.self = calloc(1, sizeof(struct self));
	if (!opened.self)
		return lg_no_memory(err);
	if (sign_key) {
		opened.sign = sign;
		status = lg_secret_file_read_lines(sign_key, &pem, err);
		if (status == LG_OK)
			status = import(opened.self, &pem, sign_key, err);
		lg_secret_release(&pem);
	}
	if (status != LG_OK)
		lg_ed25519_close(&opened);
	else
		*out_signature = opened;
	return status;
}

void lg_ed25519_close(struct lg_signature *signature)
{
	struct self *own = signature->self;

	if (!own)
		return;
	if (own->private_key)
		gnutls_privkey_deinit(own->private_key);
	free(own);
	*signature = (struct lg_signature){0};
}

/* The 32 bytes of a public key. */
static int raw_of(gnutls_pubkey_t key,
		  unsigned char out_public[LG_FLEET_PUBLIC_SIZE])
{
	gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;
	gnutls_datum_t x = {NULL, 0};
	int code = gnutls_pubkey_export_ecc_raw2(key, &curve, &x, NULL, 0);

	if (code)
		return code;
	if (x.size == LG_FLEET_PUBLIC_SIZE)
		memcpy(out_public, x.data, x.size);
	else
		code = GNUTLS_E_INTERNAL_ERROR;
	gnutls_free(x.data);
	return code;
}

enum lg_status lg_ed25519_public(const struct lg_signature *signature,
				 unsigned char out_public[LG_FLEET_PUBLIC_SIZE],
				 struct lg_error *err)
{
	const struct self *own = signature->self;
	gnutls_pubkey_t key = NULL;
	int code = gnutls_pubkey_init(&key);

	if (!code)
		code = gnutls_pubkey_import_privkey(key, own->private_key, 0,
						    0);
	if (!code)
		code = raw_of(key, out_public);
	if (key)
		gnutls_pubkey_deinit(key);
	return code ? failed(err, "the public key cannot be told", code)
		    : LG_OK;
}

enum lg_status lg_ed25519_make(struct lg_buffer *out_pem,
			       unsigned char out_public[LG_FLEET_PUBLIC_SIZE],
			       struct lg_error *err)
{
	gnutls_x509_privkey_t key = NULL;
	gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;
	gnutls_datum_t x = {NULL, 0};
	gnutls_datum_t pem = {NULL, 0};
	int code = gnutls_x509_privkey_init(&key);

	if (!code)
		code = gnutls_x509_privkey_generate(
			key, GNUTLS_PK_EDDSA_ED25519, 0, 0);
	if (!code)
		code = gnutls_x509_privkey_export2_pkcs8(
			key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN,
			&pem);
	if (!code)
		code = gnutls_x509_privkey_export_ecc_raw(key, &curve, &x, NULL,
							  NULL);
	if (!code && x.size != LG_FLEET_PUBLIC_SIZE)
		code = GNUTLS_E_INTERNAL_ERROR;
	if (!code) {
		memcpy(out_public, x.data, x.size);
		lg_buffer_append(out_pem, pem.data, pem.size);
	}
	gnutls_free(x.data);
	if (pem.data)
		gnutls_memset(pem.data, 0, pem.size);
	gnutls_free(pem.data);
	if (key)
		gnutls_x509_privkey_deinit(key);
	return code ? failed(err, "no key could be made", code)
		    : lg_buffer_status(out_pem, err);
}

enum lg_status lg_ed25519_key_name(const char *path, struct lg_buffer *out_name,
				   struct lg_error *err)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t len = strlen(name);

	if (len > 4 && !strcmp(name + len - 4, ".key"))
		len -= 4;
	if (!lg_fleet_is_name(name, len))
		return lg_error_set(err, LG_ERR_SYNTAX, path,
				    "the file's name without .key is the "
				    "key's, and has other characters than "
				    "letters, digits, dots, dashes and "
				    "underscores");
	lg_buffer_append(out_name, name, len);
	return lg_buffer_status(out_name, err);
}
