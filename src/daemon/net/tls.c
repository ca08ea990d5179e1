/* SPDX-License-Identifier: ISC */
/*
 * tls.c - GnuTLS on the loop, certificates on both sides
 *
 * The peer's certificate is verified within the handshake, its purpose and name
 * right after: what fails there never sends a request. A certificate of the
 * same authority that was made for a server, or for somebody else, is none.
 */
#include "daemon/net/tls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#define PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
#define NAME_SIZE 256

struct gate_tls {
	gnutls_certificate_credentials_t credentials;
};

struct gate_tls_session {
	struct gate *gate;
	gnutls_session_t session;
	/* What the chain is verified for; the session looks at it later. */
	gnutls_typed_vdata_st purpose;
	int is_open;
	char name[NAME_SIZE]; /* as the settings write it */
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
		return lg_no_memory(err);
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
	session->gate = gate;
	session->purpose.type = GNUTLS_DT_KEY_PURPOSE_OID;
	session->purpose.data = (unsigned char *)GNUTLS_KP_TLS_WWW_CLIENT;
	if (gnutls_init(&session->session,
			GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) ||
	    gnutls_priority_set_direct(session->session, PRIORITIES, NULL) ||
	    gnutls_credentials_set(session->session, GNUTLS_CRD_CERTIFICATE,
				   gate->tls->credentials)) {
		gate_tls_session_free(&session);
		return NULL;
	}
	gnutls_certificate_server_set_request(session->session,
					      GNUTLS_CERT_REQUIRE);
	gnutls_session_set_verify_cert2(session->session, &session->purpose, 1,
					0);
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

/* Only what says that it is for a client is: without a purpose a certificate
 * is for everything, a web server's of the same authority too. */
static int is_for_clients(gnutls_x509_crt_t certificate)
{
	char oid[128];

	for (unsigned int i = 0;; i++) {
		size_t size = sizeof(oid);
		int code = gnutls_x509_crt_get_key_purpose_oid(
			certificate, (int)i, oid, &size, NULL);

		if (code == GNUTLS_E_SHORT_MEMORY_BUFFER)
			continue;
		if (code < 0)
			return 0;
		if (!strcmp(oid, GNUTLS_KP_TLS_WWW_CLIENT))
			return 1;
	}
}

/* The name as the settings write it; NULL where they do not. A NUL within a
 * name would end it early. */
static const char *allowed(const struct gate *gate, const char *name,
			   size_t len)
{
	const struct lg_strlist *clients =
		&gate->settings->listen[LG_LISTEN_CONTROL].clients;

	if (!len || memchr(name, '\0', len))
		return NULL;
	for (size_t i = 0; i < clients->count; i++)
		if (strlen(clients->item[i]) == len &&
		    !strncasecmp(clients->item[i], name, len))
			return clients->item[i];
	return NULL;
}

/* By its common name, or an alternative one: host, mail address, URI. */
static const char *find_name(const struct gate_tls_session *session,
			     gnutls_x509_crt_t certificate,
			     char common[NAME_SIZE])
{
	char other[NAME_SIZE];
	const char *found = NULL;
	size_t size = NAME_SIZE;
	int kind = 0;

	*common = '\0';
	if (!gnutls_x509_crt_get_dn_by_oid(certificate,
					   GNUTLS_OID_X520_COMMON_NAME, 0, 0,
					   common, &size))
		found = allowed(session->gate, common, size);
	else
		*common = '\0';
	for (unsigned int i = 0;
	     !found && kind != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE; i++) {
		size = sizeof(other);
		kind = gnutls_x509_crt_get_subject_alt_name(certificate, i,
							    other, &size, NULL);
		if (kind == GNUTLS_SAN_DNSNAME ||
		    kind == GNUTLS_SAN_RFC822NAME || kind == GNUTLS_SAN_URI)
			found = allowed(session->gate, other, size);
		else if (kind < 0 && kind != GNUTLS_E_SHORT_MEMORY_BUFFER)
			break;
	}
	return found;
}

/* Whether the certificate that was shown may administer. */
static int is_admitted(struct gate_tls_session *session)
{
	char common[NAME_SIZE] = "";
	const gnutls_datum_t *chain;
	gnutls_x509_crt_t certificate;
	unsigned int count = 0;
	const char *name = NULL;
	int for_clients = 0;

	chain = gnutls_certificate_get_peers(session->session, &count);
	if (!count || gnutls_x509_crt_init(&certificate))
		return 0;
	if (!gnutls_x509_crt_import(certificate, &chain[0],
				    GNUTLS_X509_FMT_DER)) {
		for_clients = is_for_clients(certificate);
		name = find_name(session, certificate, common);
	}
	gnutls_x509_crt_deinit(certificate);
	if (!for_clients)
		gate_log("control: the certificate of \"%s\" is not for "
			 "clients (extendedKeyUsage clientAuth)",
			 common);
	else if (!name)
		gate_log("control: the certificate of \"%s\" has no name of "
			 "[listen.control] clients",
			 common);
	else if (strlen(name) < sizeof(session->name))
		memcpy(session->name, name, strlen(name) + 1);
	return for_clients && *session->name;
}

enum gate_tls_state gate_tls_shake(struct gate_tls_session *session)
{
	int code;

	if (session->is_open)
		return GATE_TLS_OPEN;
	code = gnutls_handshake(session->session);
	if (!code) {
		session->is_open = is_admitted(session);
		return session->is_open ? GATE_TLS_OPEN : GATE_TLS_FAILED;
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
