/* SPDX-License-Identifier: ISC */
/*
 * logon_try.h - one logon at a door of this machine, and what came of it
 *
 * Layer: adapter.
 * Flow: `logongate doors --probe` tries each way in that the survey gave a
 * place for.
 * Source: facts/enforcement.md 1.2, 2, 3 (what refusals look like).
 */
#ifndef LOGONGATE_ADAPTERS_LOGON_TRY_H
#define LOGONGATE_ADAPTERS_LOGON_TRY_H

#include <stdint.h>

#include <logongate/buffer.h>

/* Of what a server said, with its NUL. */
#define LG_LOGON_TEXT_SIZE 300

/*
 * url is imap, pop3, smtp, http or one of them with "s", or sieve; the
 * connection goes to peer, an address. On loopback certificates are not looked
 * at, since the machine talks to itself; elsewhere TLS and a certificate for
 * the url's host are demanded, unless name and password are nobody's. Or url is
 * pam:SERVICE and peer the folder of the service's file.
 * password NULL: nobody logs on, and a PAM stack judges the account alone.
 * client NULL: as this program; else what HELO and User-Agent say.
 */
struct lg_logon_attempt {
	const char *url;
	const char *peer;
	const char *user;
	const char *password;
	const char *client;
	int is_nobody; /* made up: there is nothing to keep secret */
};

enum lg_logon_came {
	LG_LOGON_ADMITTED = 0,
	LG_LOGON_REFUSED,        /* in words that are not about the password */
	LG_LOGON_WRONG_PASSWORD, /* the door asked for it before */
	LG_LOGON_TEMPORARY,      /* a temporary error */
	LG_LOGON_NOT_TRIED       /* nobody answered, or not to a logon */
};

/* "admitted", "refused", "wrong-password", "temporary-error", "not-tried". */
const char *lg_logon_came_name(enum lg_logon_came came);

/* What a mail server's words to somebody who is not let in mean. */
enum lg_logon_came lg_logon_words(const char *line);
/* 1 where nothing is demanded of the connection. */
int lg_logon_is_safe(const struct lg_logon_attempt *attempt);
int lg_logon_begins(const char *text, const char *start); /* any case */

/*
 * Those that libcurl does not know. Each appends what was said to out_text, or
 * why nothing could be tried.
 * sieve: TLS is begun where the server offers it (RFC 5804 1.7, 2.1, 2.2).
 * pam: the password is asked for and then the account, as servers do; no
 * session is opened. The modules run in a process of their own, which ends
 * with its time limit. Only root can try it (pam(3), pam_acct_mgmt(3)).
 */
enum lg_logon_came lg_try_sieve(const struct lg_logon_attempt *attempt,
				struct lg_buffer *out_text);
enum lg_logon_came lg_try_pam(const struct lg_logon_attempt *attempt,
			      struct lg_buffer *out_text);

/*
 * Logs on. At SMTP a sender and a recipient are named and taken back; no mail
 * is sent. Appends what the server said to out_text, without control
 * characters.
 */
enum lg_status lg_logon_try(const struct lg_logon_attempt *attempt,
			    enum lg_logon_came *out_came,
			    struct lg_buffer *out_text, struct lg_error *err);

/* How many logons the gate has decided, as its metrics say at its socket.
 * LG_ERR_IO: it does not say. */
enum lg_status lg_logon_count(const char *socket, uint64_t *out_decided,
			      struct lg_error *err);

#endif
