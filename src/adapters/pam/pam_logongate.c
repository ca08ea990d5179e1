/* SPDX-License-Identifier: ISC */
/*
 * pam_logongate.so - an account module that asks the gate
 *
 *	account [success=ok authinfo_unavail=ignore default=bad]
 *		pam_logongate.so socket=PATH timeout=MS protocol=NAME
 *
 * Admitted: PAM_SUCCESS. Refused: the gate's words through the conversation
 * and PAM_PERM_DENIED (E5). No answer in time, or an argument that makes no
 * sense: PAM_AUTHINFO_UNAVAIL and a line in the log; what then happens is
 * for the stack to say. The module exempts nobody: the stack says so for root.
 */
#include <string.h>
#include <syslog.h>

#include <security/pam_ext.h>
#include <security/pam_modules.h>

#include "core/policy/message.h"

#include "adapters/pam/ask_gate.h"

#define DEFAULT_SOCKET "/run/logongate/http.sock"
#define DEFAULT_TIMEOUT_MS 500
#define TIMEOUT_MAX_MS 60000

struct arguments {
	const char *socket;
	const char *protocol;
	unsigned int timeout_ms;
};

/* What follows "name=" in the argument, or NULL. */
static const char *value_of(const char *argument, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(argument, name, len) != 0 || argument[len] != '=')
		return NULL;
	return argument + len + 1;
}

static int timeout_read(const char *text, unsigned int *out_ms)
{
	unsigned int ms = 0;

	if (!*text)
		return 0;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return 0;
		ms = ms * 10 + (unsigned int)(*text - '0');
		if (ms > TIMEOUT_MAX_MS)
			return 0;
	}
	if (!ms)
		return 0;
	*out_ms = ms;
	return 1;
}

static int arguments_read(pam_handle_t *pamh, int argc, const char **argv,
			  struct arguments *args)
{
	const char *value;

	for (int i = 0; i < argc; i++) {
		value = value_of(argv[i], "socket");
		if (value && *value) {
			args->socket = value;
			continue;
		}
		value = value_of(argv[i], "protocol");
		if (value && *value) {
			args->protocol = value;
			continue;
		}
		value = value_of(argv[i], "timeout");
		if (value && timeout_read(value, &args->timeout_ms))
			continue;
		pam_syslog(
			pamh, LOG_ERR,
			"argument \"%s\" is not known; there are socket=PATH, "
			"timeout=MS (1 to %d), protocol=NAME",
			argv[i], TIMEOUT_MAX_MS);
		return 0;
	}
	return 1;
}

static const char *item_of(const pam_handle_t *pamh, int type)
{
	const void *item = NULL;

	if (pam_get_item(pamh, type, &item) != PAM_SUCCESS || !item ||
	    !*(const char *)item)
		return NULL;
	return item;
}

PAM_EXTERN int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc,
				const char **argv)
{
	struct arguments args = {.socket = DEFAULT_SOCKET,
				 .protocol = "login",
				 .timeout_ms = DEFAULT_TIMEOUT_MS};
	struct lg_ask_question question = {0};
	struct lg_buffer message = {0};
	enum lg_verdict verdict = LG_REFUSE;
	struct lg_error err;
	int code = PAM_AUTHINFO_UNAVAIL;

	if (!arguments_read(pamh, argc, argv, &args))
		return PAM_AUTHINFO_UNAVAIL;
	question.user = item_of(pamh, PAM_USER);
	if (!question.user)
		return PAM_USER_UNKNOWN;
	question.address = item_of(pamh, PAM_RHOST);
	question.process = item_of(pamh, PAM_SERVICE);
	question.protocol = args.protocol;
	if (lg_ask_gate(args.socket, args.timeout_ms, &question, &verdict,
			&message, &err) != LG_OK) {
		pam_syslog(pamh, LOG_ERR, "could not ask the gate: %s: %s",
			   err.place[0] ? err.place : args.socket, err.text);
		goto out;
	}
	code = PAM_SUCCESS;
	if (verdict == LG_ADMIT)
		goto out;
	code = PAM_PERM_DENIED;
	pam_syslog(pamh, LOG_NOTICE, "refused %s", question.user);
	if (!(flags & PAM_SILENT))
		pam_error(pamh, "%s",
			  message.len ? message.data
				      : lg_message_default(LG_REASON_NONE));
out:
	lg_buffer_release(&message);
	return code;
}
