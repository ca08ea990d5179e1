/* SPDX-License-Identifier: ISC */
/*
 * tls.c - GnuTLS on the loop, certificates on both sides
 *
 * The peer's certificate is verified within the handshake: what fails there
 * never sends a request.
 */
#include "daemon/tls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

struct gate_tls {
	gnutls_certificate_credentials_t credentials;
};

struct gate_tls_session {
	gnutls_session_t session;
	int is_open;
	char name[256];
};

static enum lg_status failed(const char *path, int code, struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_IO, path, "%s", gnutls_strerror(code));
}

enum lg_status gate_tls_open(struct gate *gate, struct lg_error *err)
{
	const struct lg_listen_settings *settings =
		&gate->settings->listen[LG_LISTEN_CONTROL];
	struct gate_tls *tls;
	int code;

	if (!settings->present || !settings->cert_file ||
	    !settings->tls_key_file || !settings->ca_file)
		return LG_OK;
	tls = gate->tls = calloc(1, sizeof(*tls));
	if (!tls || gnutls_certificate_allocate_credentials(&tls->credentials))
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
	code = gnutls_certificate_set_x509_key_file(
		tls->credentials, settings->cert_file, settings->tls_key_file,
		GNUTLS_X509_FMT_PEM);
	if (code < 0)
		return failed(settings->cert_file, code, err);
	code = gnutls_certificate_set_x509_trust_file(
		tls->credentials, settings->ca_file, GNUTLS_X509_FMT_PEM);
	if (code < 1)
		return lg_error_set(err, LG_ERR_SYNTAX, settings->ca_file,
				    "holds no certificate");
	return LG_OK;
}

void gate_tls_close(struct gate *gate)
{
	if (!gate->tls)
		return;
	if (gate->tls->credentials)
		gnutls_certificate_free_credentials(gate->tls->credentials);
	free(gate->tls);
	gate->tls = NULL;
}

struct gate_tls_session *gate_tls_session_new(struct gate *gate, int fd)
{
	struct gate_tls_session *session;

	if (!gate->tls)
		return NULL;
	session = calloc(1, sizeof(*session));
	if (!session)
		return NULL;
	if (gnutls_init(&session->session,
			GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) ||
	    gnutls_set_default_priority(session->session) ||
	    gnutls_credentials_set(session->session, GNUTLS_CRD_CERTIFICATE,
				   gate->tls->credentials)) {
		gate_tls_session_free(&session);
		return NULL;
	}
	gnutls_certificate_server_set_request(session->session,
					      GNUTLS_CERT_REQUIRE);
	gnutls_session_set_verify_cert(session->session, NULL, 0);
	gnutls_transport_set_int(session->session, fd);
	return session;
}

void gate_tls_session_free(struct gate_tls_session **session)
{
	if (!*session)
		return;
	if ((*session)->session)
		gnutls_deinit((*session)->session);
	free(*session);
	*session = NULL;
}

/* Who the certificate is of, for the journal. */
static void read_name(struct gate_tls_session *session)
{
	const gnutls_datum_t *chain;
	gnutls_x509_crt_t certificate;
	unsigned int count = 0;
	size_t size = sizeof(session->name);

	chain = gnutls_certificate_get_peers(session->session, &count);
	if (!count || gnutls_x509_crt_init(&certificate))
		return;
	if (gnutls_x509_crt_import(certificate, &chain[0],
				   GNUTLS_X509_FMT_DER) ||
	    gnutls_x509_crt_get_dn_by_oid(certificate,
					  GNUTLS_OID_X520_COMMON_NAME, 0, 0,
					  session->name, &size))
		session->name[0] = '\0';
	gnutls_x509_crt_deinit(certificate);
}

enum gate_tls_state gate_tls_shake(struct gate_tls_session *session)
{
	int code;

	if (session->is_open)
		return GATE_TLS_OPEN;
	code = gnutls_handshake(session->session);
	if (!code) {
		session->is_open = 1;
		read_name(session);
		return GATE_TLS_OPEN;
	}
	if (!gnutls_error_is_fatal(code))
		return GATE_TLS_WAITS;
	gate_log("control: a peer did not get through the handshake: %s",
		 gnutls_strerror(code));
	return GATE_TLS_FAILED;
}

int gate_tls_wants_write(const struct gate_tls_session *session)
{
	return !session->is_open &&
	       gnutls_record_get_direction(session->session) == 1;
}

/* The result of a record call as that of a socket call. */
static ssize_t as_socket(ssize_t done)
{
	if (done >= 0)
		return done;
	errno = gnutls_error_is_fatal((int)done) ? EIO : EAGAIN;
	return -1;
}

ssize_t gate_tls_recv(struct gate_tls_session *session, void *bytes, size_t len)
{
	return as_socket(gnutls_record_recv(session->session, bytes, len));
}

ssize_t gate_tls_send(struct gate_tls_session *session, const void *bytes,
		      size_t len)
{
	return as_socket(gnutls_record_send(session->session, bytes, len));
}

const char *gate_tls_name(const struct gate_tls_session *session)
{
	return session->name;
}
