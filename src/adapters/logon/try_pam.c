/* SPDX-License-Identifier: ISC */
/*
 * try_pam.c - one logon at a PAM service
 *
 * Modules do what they like with the process that they are in, and may hang;
 * so a child runs the stack and tells through a pipe how it went: a byte, then
 * the last words of the stack.
 */
#include "adapters/logon/logon_try.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include "adapters/system/steady.h"

#define ANSWER_MS 20000
#define PAM_DIR "/etc/pam.d"

struct talk {
	const struct lg_logon_attempt *attempt;
	char text[LG_LOGON_TEXT_SIZE]; /* what was said last */
};

static void keep(struct talk *talk, const char *text)
{
	size_t kept = 0;

	for (; *text && kept + 1 < sizeof(talk->text); text++)
		talk->text[kept++] =
			(unsigned char)*text < 0x20 || *text == 0x7f ? ' '
								     : *text;
	talk->text[kept] = '\0';
}

/* What is asked for unseen is the password. */
static int answer(int count, const struct pam_message **message,
		  struct pam_response **out_response, void *context)
{
	struct talk *talk = context;
	struct pam_response *response =
		count > 0 ? calloc((size_t)count, sizeof(*response)) : NULL;

	if (!response)
		return PAM_CONV_ERR;
	for (int i = 0; i < count; i++) {
		switch (message[i]->msg_style) {
		case PAM_PROMPT_ECHO_OFF:
			if (talk->attempt->password)
				response[i].resp =
					strdup(talk->attempt->password);
			break;
		case PAM_PROMPT_ECHO_ON:
			response[i].resp = strdup(talk->attempt->user);
			break;
		default:
			if (message[i]->msg)
				keep(talk, message[i]->msg);
			break;
		}
	}
	*out_response = response;
	return PAM_SUCCESS;
}

static enum lg_logon_came of_password(int code)
{
	switch (code) {
	case PAM_AUTH_ERR:
	case PAM_USER_UNKNOWN:
	case PAM_MAXTRIES:
	case PAM_CRED_INSUFFICIENT:
		return LG_LOGON_WRONG_PASSWORD;
	case PAM_PERM_DENIED:
		return LG_LOGON_REFUSED;
	case PAM_AUTHINFO_UNAVAIL:
		return LG_LOGON_TEMPORARY;
	default:
		return LG_LOGON_NOT_TRIED;
	}
}

static enum lg_logon_came of_account(int code)
{
	switch (code) {
	case PAM_SUCCESS:
	case PAM_NEW_AUTHTOK_REQD: /* sshd and login let it be chosen */
		return LG_LOGON_ADMITTED;
	case PAM_AUTHINFO_UNAVAIL:
		return LG_LOGON_TEMPORARY;
	default:
		return LG_LOGON_REFUSED;
	}
}

static enum lg_logon_came log_on(struct talk *talk)
{
	const struct lg_logon_attempt *attempt = talk->attempt;
	const struct pam_conv conversation = {answer, talk};
	const char *service = attempt->url + strlen("pam:");
	enum lg_logon_came came = LG_LOGON_NOT_TRIED;
	pam_handle_t *pam = NULL;
	int code;

	/* Named, the system's folder would be the only one. */
	code = strcmp(attempt->peer, PAM_DIR) == 0
		       ? pam_start(service, attempt->user, &conversation, &pam)
		       : pam_start_confdir(service, attempt->user,
					   &conversation, attempt->peer, &pam);
	if (code == PAM_SUCCESS)
		code = pam_set_item(pam, PAM_RHOST, "127.0.0.1");
	if (code == PAM_SUCCESS) {
		code = attempt->password ? pam_authenticate(pam, 0)
					 : PAM_SUCCESS;
		came = of_password(code);
		if (code == PAM_SUCCESS) {
			code = pam_acct_mgmt(pam, 0);
			came = of_account(code);
		}
	}
	if (code != PAM_SUCCESS && !*talk->text)
		keep(talk, pam_strerror(pam, code));
	if (pam)
		pam_end(pam, code);
	return came;
}

static void run_child(const struct lg_logon_attempt *attempt, int to)
{
	struct talk talk = {.attempt = attempt};
	char came = (char)log_on(&talk);
	ssize_t sent = write(to, &came, 1);

	if (sent == 1)
		sent = write(to, talk.text, strlen(talk.text));
	/* Nothing of the parent's is to be flushed or put away here. */
	_exit(sent < 0);
}

/* What the child says, to its end; 0: not in time. */
static size_t listen_to(int from, char *bytes, size_t size)
{
	struct pollfd wait = {.fd = from, .events = POLLIN};
	int64_t until_ms = lg_steady_ms() + ANSWER_MS;
	size_t len = 0;
	ssize_t got = 1;

	while (got > 0 && len < size) {
		int64_t left_ms = until_ms - lg_steady_ms();

		if (left_ms <= 0)
			return 0;
		if (poll(&wait, 1, (int)left_ms) <= 0)
			continue;
		got = read(from, bytes + len, size - len);
		if (got > 0)
			len += (size_t)got;
		if (got < 0 && errno == EINTR)
			got = 1;
	}
	return len;
}

enum lg_logon_came lg_try_pam(const struct lg_logon_attempt *attempt,
			      struct lg_buffer *out_text)
{
	char said[LG_LOGON_TEXT_SIZE + 1];
	int ends[2] = {-1, -1};
	size_t len = 0;
	pid_t child;

	if (geteuid() != 0) {
		lg_buffer_text(out_text, "run as root: only root can ask a "
					 "PAM stack about others");
		return LG_LOGON_NOT_TRIED;
	}
	if (pipe(ends) == 0) {
		child = fork();
		if (child == 0) {
			close(ends[0]);
			run_child(attempt, ends[1]);
		}
		close(ends[1]);
		if (child > 0) {
			len = listen_to(ends[0], said, sizeof(said));
			/* One that answered has nothing left to do. */
			kill(child, SIGKILL);
			while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
				;
		}
		close(ends[0]);
	}
	if (!len) {
		lg_buffer_text(out_text, "the stack did not finish");
		return LG_LOGON_NOT_TRIED;
	}
	lg_buffer_append(out_text, said + 1, len - 1);
	return (enum lg_logon_came)said[0];
}
