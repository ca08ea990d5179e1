/* SPDX-License-Identifier: ISC */
/*
 * try_sieve.c - one logon at ManageSieve
 *
 * libcurl does not speak it: capabilities, STARTTLS where it is offered, and
 * AUTHENTICATE "PLAIN" with what it needs in the same line. All of it together
 * has one time limit.
 */
#include "adapters/logon/logon_try.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <gnutls/gnutls.h>

#include "base/base64.h"
#include "adapters/system/secret_file.h"
#include "adapters/system/steady.h"

#define ANSWER_S 20
#define LINES_MAX 100

struct talk {
	int fd;
	int64_t until_s;
	gnutls_session_t tls; /* NULL: in the clear */
	gnutls_certificate_credentials_t trust;
	char line[LG_LOGON_TEXT_SIZE];
};

static int reach(struct talk *talk, const char *peer, const char *port)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
				       .ai_flags =
					       AI_NUMERICHOST | AI_NUMERICSERV};
	const struct timeval limit = {.tv_sec = ANSWER_S};
	struct addrinfo *found = NULL;
	struct lg_buffer host = {0};
	int done = -1;
	int code;

	errno = 0;
	lg_buffer_append(&host, peer + (*peer == '['),
			 strcspn(peer + (*peer == '['), "]"));
	if (host.status == LG_OK && host.data &&
	    getaddrinfo(host.data, port, &hints, &found) == 0)
		talk->fd =
			socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (talk->fd >= 0) {
		/* The first of them also limits connect. */
		setsockopt(talk->fd, SOL_SOCKET, SO_SNDTIMEO, &limit,
			   sizeof(limit));
		setsockopt(talk->fd, SOL_SOCKET, SO_RCVTIMEO, &limit,
			   sizeof(limit));
		done = connect(talk->fd, found->ai_addr, found->ai_addrlen);
	}
	code = errno;
	if (found)
		freeaddrinfo(found);
	lg_buffer_release(&host);
	errno = code;
	return done == 0;
}

/* TLS 1.3 says E_AGAIN also behind a ticket; a socket that is silent says it
 * when the time is over. */
static int may_go_on(const struct talk *talk, ssize_t got)
{
	if (lg_steady_ms() / 1000 >= talk->until_s)
		return 0;
	if (talk->tls)
		return got == GNUTLS_E_INTERRUPTED || got == GNUTLS_E_AGAIN;
	return got < 0 && errno == EINTR;
}

static int take_byte(struct talk *talk, char *out_byte)
{
	ssize_t got;

	do
		got = talk->tls ? gnutls_record_recv(talk->tls, out_byte, 1)
				: recv(talk->fd, out_byte, 1, 0);
	while (may_go_on(talk, got));
	return got == 1 && lg_steady_ms() / 1000 <= talk->until_s;
}

static int send_all(struct talk *talk, const char *bytes, size_t len)
{
	ssize_t sent;

	while (len && lg_steady_ms() / 1000 < talk->until_s) {
		sent = talk->tls ? gnutls_record_send(talk->tls, bytes, len)
				 : send(talk->fd, bytes, len, MSG_NOSIGNAL);
		if (sent <= 0)
			return 0;
		bytes += sent;
		len -= (size_t)sent;
	}
	return !len;
}

/* A line without control characters; a literal's bytes are part of it. */
static int take_line(struct talk *talk)
{
	size_t kept = 0, literal = 0, i;
	const char *brace;
	char byte;

	for (;;) {
		if (!take_byte(talk, &byte))
			return 0;
		if (byte == '\n') {
			talk->line[kept] = '\0';
			brace = strrchr(talk->line, '{');
			literal = brace && kept && talk->line[kept - 1] == '}'
					  ? strtoul(brace + 1, NULL, 10)
					  : 0;
			if (!literal)
				return 1;
			kept = (size_t)(brace - talk->line);
		}
		for (i = 0; literal && i < literal; i++) {
			if (!take_byte(talk, &byte))
				return 0;
			if (kept + 1 < sizeof(talk->line))
				talk->line[kept++] =
					(unsigned char)byte < 0x20 ? ' ' : byte;
		}
		if (!literal && (unsigned char)byte >= 0x20 && byte != 0x7f &&
		    kept + 1 < sizeof(talk->line))
			talk->line[kept++] = byte;
		literal = 0;
	}
}

static int is_answer(const char *line)
{
	return lg_logon_begins(line, "OK") || lg_logon_begins(line, "NO") ||
	       lg_logon_begins(line, "BYE");
}

/* Until the line that says how it went; 0: there was none. */
static int take_answer(struct talk *talk, int *out_tls)
{
	for (int lines = 0; lines < LINES_MAX && take_line(talk); lines++) {
		if (is_answer(talk->line))
			return 1;
		if (out_tls && lg_logon_begins(talk->line, "\"STARTTLS\""))
			*out_tls = 1;
	}
	return 0;
}

/* What loopback shows is this machine's own. */
static int begin_tls(struct talk *talk, const char *host, int is_checked)
{
	int code;

	if (gnutls_certificate_allocate_credentials(&talk->trust) < 0 ||
	    gnutls_certificate_set_x509_system_trust(talk->trust) < 0 ||
	    gnutls_init(&talk->tls, GNUTLS_CLIENT) < 0 ||
	    gnutls_set_default_priority(talk->tls) < 0 ||
	    gnutls_credentials_set(talk->tls, GNUTLS_CRD_CERTIFICATE,
				   talk->trust) < 0)
		return 0;
	if (is_checked)
		gnutls_session_set_verify_cert(talk->tls, host, 0);
	gnutls_transport_set_int(talk->tls, talk->fd);
	gnutls_handshake_set_timeout(talk->tls, ANSWER_S * 1000);
	do
		code = gnutls_handshake(talk->tls);
	while (code == GNUTLS_E_INTERRUPTED &&
	       lg_steady_ms() / 1000 < talk->until_s);
	return code == 0;
}

static int authenticate(struct talk *talk,
			const struct lg_logon_attempt *attempt)
{
	struct lg_buffer plain = {0};
	struct lg_buffer line = {0};
	int sent = 0;

	lg_buffer_append(&plain, "", 1);
	lg_buffer_text(&plain, attempt->user);
	lg_buffer_append(&plain, "", 1);
	lg_buffer_text(&plain, attempt->password);
	lg_buffer_text(&line, "AUTHENTICATE \"PLAIN\" \"");
	if (plain.status == LG_OK)
		lg_base64_encode(plain.data, plain.len, &line);
	lg_buffer_text(&line, "\"\r\n");
	if (plain.status == LG_OK && line.status == LG_OK)
		sent = send_all(talk, line.data, line.len);
	lg_secret_release(&plain);
	lg_secret_release(&line);
	return sent;
}

/* NULL, and the server's last line stands; else why it came to nothing. */
static const char *log_on(struct talk *talk,
			  const struct lg_logon_attempt *attempt,
			  const char *host, const char *port)
{
	static const char start[] = "STARTTLS\r\n";
	int is_safe = lg_logon_is_safe(attempt);
	int offers_tls = 0;

	if (!reach(talk, attempt->peer, port))
		return errno ? strerror(errno) : "could not connect to server";
	if (!take_answer(talk, &offers_tls) ||
	    !lg_logon_begins(talk->line, "OK"))
		return "the server does not greet";
	if (!offers_tls && !is_safe)
		return "the server offers no TLS";
	if (offers_tls) {
		if (!send_all(talk, start, sizeof(start) - 1) ||
		    !take_answer(talk, NULL) ||
		    !lg_logon_begins(talk->line, "OK") ||
		    !begin_tls(talk, host, !is_safe) ||
		    !take_answer(talk, NULL))
			return "TLS could not be started";
	}
	if (!authenticate(talk, attempt) || !take_answer(talk, NULL))
		return "the server did not answer the logon";
	return NULL;
}

enum lg_logon_came lg_try_sieve(const struct lg_logon_attempt *attempt,
				struct lg_buffer *out_text)
{
	static const char scheme[] = "sieve://";
	struct talk talk = {.fd = -1,
			    .until_s = lg_steady_ms() / 1000 + ANSWER_S};
	enum lg_logon_came came = LG_LOGON_NOT_TRIED;
	struct lg_buffer host = {0};
	const char *at = attempt->url + sizeof(scheme) - 1;
	const char *port = strrchr(at, ':');
	const char *why = "out of memory";

	lg_buffer_append(&host, at, strcspn(at, ":"));
	if (host.status == LG_OK && host.data)
		why = log_on(&talk, attempt, host.data, port ? port + 1 : "");
	if (why) {
		lg_buffer_text(out_text, why);
	} else if (lg_logon_begins(talk.line, "OK")) {
		came = LG_LOGON_ADMITTED;
		send_all(&talk, "LOGOUT\r\n", 8);
	} else {
		came = lg_logon_words(talk.line);
		lg_buffer_text(out_text, talk.line);
	}
	if (talk.tls)
		gnutls_deinit(talk.tls);
	if (talk.trust)
		gnutls_certificate_free_credentials(talk.trust);
	if (talk.fd >= 0)
		close(talk.fd);
	lg_buffer_release(&host);
	return came;
}
