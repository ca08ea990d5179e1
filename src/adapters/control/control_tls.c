/* SPDX-License-Identifier: ISC */
/*
 * control_tls.c - the way to a gate on another machine
 *
 * A socket that never blocks, each address of the name tried in turn, and
 * GnuTLS on top; the certificate is verified within the handshake.
 */
#include "adapters/control/control_tls.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gnutls/gnutls.h>

#include "adapters/system/secret_file.h"

#define PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct lg_control_tls {
	int fd;
	char *host;
	char *port;
	gnutls_certificate_credentials_t credentials;
	gnutls_session_t session;
};

/* HOST:PORT, [ADDRESS]:PORT. */
static enum lg_status split(const char *server, struct lg_control_tls *tls,
			    struct lg_error *err)
{
	const char *colon = strrchr(server, ':');
	const char *start = server;
	size_t len;

	if (colon == NULL || colon == server || colon[1] == '\0')
		return lg_error_set(err, LG_ERR_SYNTAX, server,
				    "is not HOST:PORT; the port is that of "
				    "[listen.control] there");
	len = (size_t)(colon - server);
	if (*start == '[' && len > 2 && start[len - 1] == ']') {
		start++;
		len -= 2;
	}
	tls->host = strndup(start, len);
	tls->port = strdup(colon + 1);
	if (tls->host == NULL || tls->port == NULL)
		return lg_no_memory(err);
	return LG_OK;
}

int lg_control_wait(int fd, short what, int timeout_ms)
{
	struct pollfd item = {.fd = fd, .events = what};
	int ready;

	do
		ready = poll(&item, 1, timeout_ms);
	while (ready < 0 && errno == EINTR);
	return ready;
}

/* Returns 0 with a connected socket, else errno's number. */
static int connect_one(const struct addrinfo *address, int timeout_ms,
		       int *out_fd)
{
	int fd = socket(address->ai_family,
			SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int number = 0;
	socklen_t len = sizeof(number);

	if (fd < 0)
		return errno;
	if (connect(fd, address->ai_addr, address->ai_addrlen) != 0) {
		if (errno != EINPROGRESS)
			number = errno;
		else if (lg_control_wait(fd, POLLOUT, timeout_ms) <= 0)
			number = ETIMEDOUT;
		else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &len))
			number = errno;
	}
	if (number != 0)
		close(fd);
	else
		*out_fd = fd;
	return number;
}

static enum lg_status connect_any(struct lg_control_tls *tls,
				  const char *server, int timeout_ms,
				  struct lg_error *err)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	int number = getaddrinfo(tls->host, tls->port, &hints, &found);

	if (number != 0)
		return lg_error_set(err, LG_ERR_IO, server, "%s",
				    gai_strerror(number));
	number = EADDRNOTAVAIL;
	for (const struct addrinfo *at = found; at != NULL && number != 0;
	     at = at->ai_next)
		number = connect_one(at, timeout_ms, &tls->fd);
	freeaddrinfo(found);
	if (number == 0)
		return LG_OK;
	return lg_error_set(
		err, number == ETIMEDOUT ? LG_ERR_TIMEOUT : LG_ERR_IO, server,
		"no gate answers there: %s", strerror(number));
}

static enum lg_status read_certificates(const struct lg_control_remote *remote,
					struct lg_control_tls *tls,
					struct lg_error *err)
{
	enum lg_status status;
	int code;

	if (remote->cert_file == NULL || remote->tls_key_file == NULL ||
	    remote->ca_file == NULL)
		return lg_error_set(err, LG_ERR_SYNTAX, remote->server,
				    "a gate on another machine needs "
				    "cert_file, tls_key_file and ca_file");
	status = lg_secret_file_check(remote->tls_key_file, err);
	if (status != LG_OK)
		return status;
	if (gnutls_certificate_allocate_credentials(&tls->credentials))
		return lg_no_memory(err);
	code = gnutls_certificate_set_x509_key_file(
		tls->credentials, remote->cert_file, remote->tls_key_file,
		GNUTLS_X509_FMT_PEM);
	if (code < 0)
		return lg_error_set(err, LG_ERR_SYNTAX, remote->cert_file, "%s",
				    gnutls_strerror(code));
	code = gnutls_certificate_set_x509_trust_file(
		tls->credentials, remote->ca_file, GNUTLS_X509_FMT_PEM);
	if (code < 1)
		return lg_error_set(err, LG_ERR_SYNTAX, remote->ca_file,
				    "holds no certificate");
	return LG_OK;
}

static enum lg_status shake(struct lg_control_tls *tls, const char *server,
			    int timeout_ms, struct lg_error *err)
{
	int code;

	if (gnutls_init(&tls->session,
			GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) ||
	    gnutls_priority_set_direct(tls->session, PRIORITIES, NULL) ||
	    gnutls_credentials_set(tls->session, GNUTLS_CRD_CERTIFICATE,
				   tls->credentials))
		return lg_no_memory(err);
	/* an address is no name for SNI; what GnuTLS takes for none is left */
	gnutls_server_name_set(tls->session, GNUTLS_NAME_DNS, tls->host,
			       strlen(tls->host));
	gnutls_session_set_verify_cert(tls->session, tls->host, 0);
	gnutls_transport_set_int(tls->session, tls->fd);
	for (;;) {
		code = gnutls_handshake(tls->session);
		if (code == GNUTLS_E_SUCCESS)
			return LG_OK;
		if (gnutls_error_is_fatal(code))
			break;
		if (lg_control_wait(tls->fd,
				    gnutls_record_get_direction(tls->session)
					    ? POLLOUT
					    : POLLIN,
				    timeout_ms) <= 0)
			return lg_error_set(err, LG_ERR_TIMEOUT, server,
					    "the gate does not answer");
	}
	if (code == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR)
		return lg_error_set(err, LG_ERR_DENIED, server,
				    "its certificate is not one of ca_file "
				    "for that name");
	return lg_error_set(err, LG_ERR_IO, server, "%s",
			    gnutls_strerror(code));
}

enum lg_status lg_control_tls_open(const struct lg_control_remote *remote,
				   int timeout_ms,
				   struct lg_control_tls **out_tls,
				   struct lg_error *err)
{
	struct lg_control_tls *tls = calloc(1, sizeof(*tls));
	enum lg_status status;

	if (tls == NULL)
		return lg_no_memory(err);
	tls->fd = -1;
	status = split(remote->server, tls, err);
	if (status == LG_OK)
		status = read_certificates(remote, tls, err);
	if (status == LG_OK)
		status = connect_any(tls, remote->server, timeout_ms, err);
	if (status == LG_OK)
		status = shake(tls, remote->server, timeout_ms, err);
	if (status != LG_OK) {
		lg_control_tls_close(&tls);
		return status;
	}
	*out_tls = tls;
	return LG_OK;
}

void lg_control_tls_close(struct lg_control_tls **tls)
{
	struct lg_control_tls *t = *tls;

	*tls = NULL;
	if (t == NULL)
		return;
	if (t->session != NULL) {
		gnutls_bye(t->session, GNUTLS_SHUT_WR);
		gnutls_deinit(t->session);
	}
	if (t->credentials != NULL)
		gnutls_certificate_free_credentials(t->credentials);
	if (t->fd >= 0)
		close(t->fd);
	free(t->host);
	free(t->port);
	free(t);
}

int lg_control_tls_fd(const struct lg_control_tls *tls)
{
	return tls->fd;
}

/* The result of a record call as that of a socket call. */
static ssize_t as_socket(ssize_t done)
{
	if (done >= 0)
		return done;
	errno = gnutls_error_is_fatal((int)done) ? EIO : EAGAIN;
	return -1;
}

ssize_t lg_control_tls_send(struct lg_control_tls *tls, const void *bytes,
			    size_t len)
{
	return as_socket(gnutls_record_send(tls->session, bytes, len));
}

ssize_t lg_control_tls_recv(struct lg_control_tls *tls, void *bytes, size_t len)
{
	return as_socket(gnutls_record_recv(tls->session, bytes, len));
}
