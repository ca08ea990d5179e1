/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An SMB session through libsmbclient, and DCE/RPC over IPC$.
 *
 * The library takes a named pipe for a file: a packet is one write, and its
 * answer is read as a header of 16 bytes and the rest, since a read of more
 * than there is waits until the time is over. Its messages go nowhere; what
 * failed is told by errno.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libsmbclient.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/ascii.h"

#include "winreg/credentials.h"
#include "winreg/smb_session.h"
#include "winreg/smbconf.h"
#include "winreg/tickets.h"

enum {
	ANSWER_MAX = 64 << 20 /* a registry value has 1 MiB */
};

struct session {
	struct session_settings settings;
	struct credentials credentials;
	SMBCCTX *context;
	char *folder;
};

struct rpc_pipe {
	struct session *session;
	SMBCFILE *file;
	uint32_t call_id;
	size_t fragment_max;
};

static int uses_kerberos(const struct session *session)
{
	return session->settings.credentials_file == NULL;
}

/*
 * What the library's errno does not tell apart with Kerberos: a missing ticket
 * is EINVAL, an expired one EACCES. LG_OK where it is not the tickets.
 */
static enum lg_status ticket_failed(const struct session *session,
				    const char *what, int error,
				    struct lg_error *err)
{
	struct lg_buffer sentence = {0};
	enum lg_status status = LG_OK;
	enum tickets_state state;

	if (!uses_kerberos(session) ||
	    (error != EACCES && error != EPERM && error != EINVAL))
		return LG_OK;
	state = tickets_tell(getenv("KRB5CCNAME"), (int64_t)time(NULL),
			     &sentence);
	if (error == EINVAL && state == TICKETS_UNKNOWN)
		status = lg_error_set(err, LG_ERR_IO, session->settings.server,
				      "%s: the server cannot be reached: no "
				      "Kerberos ticket (klist shows it), an "
				      "unknown name, or no version of SMB "
				      "that both sides speak",
				      what);
	else if (error != EINVAL || state != TICKETS_GOOD)
		status = lg_error_set(err, LG_ERR_DENIED,
				      session->settings.server, "%s: %s", what,
				      sentence.data ? sentence.data : "");
	lg_buffer_release(&sentence);
	return status;
}

/* What errno of the library means for the administrator. */
static enum lg_status failed(const struct session *session, const char *what,
			     int error, struct lg_error *err)
{
	const char *server = session->settings.server;
	enum lg_status status = ticket_failed(session, what, error, err);

	if (status != LG_OK)
		return status;
	switch (error) {
	case EACCES:
	case EPERM:
		return lg_error_set(err, LG_ERR_DENIED, server,
				    "%s: the server denies access: wrong user "
				    "name or password, or a missing right",
				    what);
	case ETIMEDOUT:
		return lg_error_set(err, LG_ERR_TIMEOUT, server,
				    "%s: no answer within %d ms", what,
				    session->settings.timeout_ms);
	case ENOENT:
		return lg_error_set(err, LG_ERR_IO, server,
				    "%s: not there; is the service that "
				    "answers it running?",
				    what);
	case EINVAL:
	case ECONNABORTED:
		return lg_error_set(err, LG_ERR_IO, server,
				    "%s: the server cannot be reached: an "
				    "unknown name, or no version of SMB that "
				    "both sides speak",
				    what);
	case ENOMEM:
		return lg_no_memory(err);
	default:
		return lg_error_set(err, LG_ERR_IO, server, "%s: %s", what,
				    strerror(error ? error : EIO));
	}
}

/* --- the session ---------------------------------------------------------- */

static void give(char *out, int size, const char *text)
{
	size_t len = strlen(text);

	if (size <= 0)
		return;
	/* Half a password would be a wrong one, and count as an attempt. */
	if (len >= (size_t)size)
		len = 0;
	memcpy(out, text, len);
	out[len] = '\0';
}

static void answer_auth(SMBCCTX *context, const char *server, const char *share,
			char *domain, int domain_size, char *user,
			int user_size, char *password, int password_size)
{
	const struct session *session = smbc_getOptionUserData(context);
	const struct credentials *credentials = &session->credentials;

	if (!credentials->username[0])
		return; /* Kerberos */
	if (credentials->domain[0])
		give(domain, domain_size, credentials->domain);
	give(user, user_size, credentials->username);
	give(password, password_size, credentials->password);
}

/* Else they go to standard error, among those of logongate. */
static void drop_message(void *context, int level, const char *message)
{
}

static enum lg_status make_context(struct session *session,
				   struct lg_error *err)
{
	const struct session_settings *settings = &session->settings;
	SMBCCTX *context = smbc_new_context();

	if (!context)
		return lg_no_memory(err);
	smbc_setDebug(context, 0);
	smbc_setLogCallback(context, NULL, drop_message);
	smbc_setTimeout(context, settings->timeout_ms);
	smbc_setPort(context, (uint16_t)settings->port);
	smbc_setOptionUserData(context, session);
	smbc_setFunctionAuthDataWithContext(context, answer_auth);
	smbc_setOptionUseKerberos(context, uses_kerberos(session));
	smbc_setOptionFallbackAfterKerberos(context, 0);
	smbc_setOptionNoAutoAnonymousLogin(context, 1);
	smbc_setOptionOneSharePerServer(context, 0);
	if (!smbc_init_context(context)) {
		int error = errno;

		smbc_free_context(context, 1);
		return failed(session, "libsmbclient", error, err);
	}
	/* What the library's own defaults may have put in its place. */
	if (!smbc_setOptionProtocols(
		    context, settings->smb1 ? "NT1" : "SMB2_02", "SMB3")) {
		smbc_free_context(context, 1);
		return lg_error_set(err, LG_ERR_BUG, settings->server,
				    "libsmbclient does not take the range of "
				    "protocols");
	}
	session->context = context;
	return LG_OK;
}

/* The name becomes part of a URL. */
static enum lg_status check_server(const char *server, struct lg_error *err)
{
	const char *at;

	for (at = server; *at; at++)
		if (!lg_ascii_is_alnum(*at) && !strchr(".-_:[]", *at))
			break;
	if (*at || at == server)
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "\"%s\" is not the name of a server",
				    server);
	return LG_OK;
}

/* A ticket is for a name that the domain knows. */
static enum lg_status check_kerberos_name(const char *server,
					  struct lg_error *err)
{
	unsigned char address[sizeof(struct in6_addr)];

	if (*server != '[' && inet_pton(AF_INET, server, address) != 1 &&
	    inet_pton(AF_INET6, server, address) != 1 &&
	    strcasecmp(server, "localhost") != 0)
		return LG_OK;
	return lg_error_set(err, LG_ERR_SYNTAX, server,
			    "Kerberos knows a server by the name that its "
			    "domain gave it, such as ex1.example.org; name it "
			    "so, or give a credentials_file");
}

enum lg_status session_new(const struct session_settings *settings,
			   struct session **out_session, struct lg_error *err)
{
	struct session *session;
	enum lg_status status = check_server(settings->server, err);

	if (status == LG_OK && !settings->credentials_file)
		status = check_kerberos_name(settings->server, err);
	if (status != LG_OK)
		return status;
	session = calloc(1, sizeof(*session));
	if (!session)
		return lg_no_memory(err);
	session->settings = *settings;
	if (settings->credentials_file)
		status = credentials_read(settings->credentials_file,
					  &session->credentials, err);
	if (status == LG_OK)
		status = smbconf_make(settings->smb1, &session->folder, err);
	if (status == LG_OK)
		status = make_context(session, err);
	if (status == LG_OK) {
		*out_session = session;
		session = NULL;
	}
	session_close(&session);
	return status;
}

void session_close(struct session **session)
{
	if (!*session)
		return;
	if ((*session)->context)
		smbc_free_context((*session)->context, 1);
	smbconf_remove(&(*session)->folder);
	explicit_bzero(&(*session)->credentials,
		       sizeof((*session)->credentials));
	free(*session);
	*session = NULL;
}

/* --- pipes ---------------------------------------------------------------- */

static enum lg_status send_packet(struct rpc_pipe *pipe,
				  const struct lg_buffer *packet,
				  struct lg_error *err)
{
	SMBCCTX *context = pipe->session->context;
	ssize_t sent;

	errno = 0;
	sent = smbc_getFunctionWrite(context)(context, pipe->file, packet->data,
					      packet->len);
	if (sent == (ssize_t)packet->len)
		return LG_OK;
	return failed(pipe->session, "sending", errno, err);
}

static enum lg_status read_whole(struct rpc_pipe *pipe, char *bytes, size_t len,
				 struct lg_error *err)
{
	SMBCCTX *context = pipe->session->context;
	size_t at = 0;

	while (at < len) {
		ssize_t got;

		errno = 0;
		got = smbc_getFunctionRead(context)(context, pipe->file,
						    bytes + at, len - at);
		if (got <= 0)
			return failed(pipe->session, "receiving", errno, err);
		at += (size_t)got;
	}
	return LG_OK;
}

/* One packet into *packet, whose content is replaced. */
static enum lg_status read_packet(struct rpc_pipe *pipe,
				  struct lg_buffer *packet,
				  struct lg_error *err)
{
	char header[DCERPC_HEADER];
	size_t len = 0;
	enum lg_status status = read_whole(pipe, header, sizeof(header), err);

	lg_buffer_clear(packet);
	if (status == LG_OK)
		status = dcerpc_packet_length((const uint8_t *)header, &len,
					      err);
	if (status != LG_OK)
		return status;
	lg_buffer_append(packet, header, sizeof(header));
	while (packet->len < len && packet->status == LG_OK)
		lg_buffer_char(packet, '\0');
	status = lg_buffer_status(packet, err);
	if (status == LG_OK)
		status = read_whole(pipe, packet->data + sizeof(header),
				    len - sizeof(header), err);
	return status;
}

static enum lg_status bind_pipe(struct rpc_pipe *pipe,
				const struct dcerpc_interface *interface,
				struct lg_error *err)
{
	struct lg_buffer packet = {0};
	enum lg_status status;

	dcerpc_bind(interface, ++pipe->call_id, &packet);
	status = lg_buffer_status(&packet, err);
	if (status == LG_OK)
		status = send_packet(pipe, &packet, err);
	if (status == LG_OK)
		status = read_packet(pipe, &packet, err);
	if (status == LG_OK)
		status = dcerpc_bind_ack((const uint8_t *)packet.data,
					 packet.len, pipe->call_id,
					 &pipe->fragment_max, err);
	lg_buffer_release(&packet);
	return status;
}

enum lg_status pipe_open(struct session *session, const char *name,
			 const struct dcerpc_interface *interface,
			 struct rpc_pipe **out_pipe, struct lg_error *err)
{
	SMBCCTX *context = session->context;
	struct rpc_pipe *pipe = calloc(1, sizeof(*pipe));
	struct lg_buffer url = {0};
	enum lg_status status;

	if (!pipe)
		return lg_no_memory(err);
	pipe->session = session;
	lg_buffer_format(&url, "smb://%s/IPC$/%s", session->settings.server,
			 name);
	status = lg_buffer_status(&url, err);
	if (status != LG_OK)
		goto out;
	errno = 0;
	pipe->file =
		smbc_getFunctionOpen(context)(context, url.data, O_RDWR, 0);
	if (!pipe->file) {
		status = failed(session, name, errno, err);
		goto out;
	}
	status = bind_pipe(pipe, interface, err);
	if (status != LG_OK)
		goto out;
	*out_pipe = pipe;
	pipe = NULL;
out:
	pipe_close(&pipe);
	lg_buffer_release(&url);
	return status;
}

void pipe_close(struct rpc_pipe **pipe)
{
	SMBCCTX *context;

	if (!*pipe)
		return;
	context = (*pipe)->session->context;
	if ((*pipe)->file)
		smbc_getFunctionClose(context)(context, (*pipe)->file);
	free(*pipe);
	*pipe = NULL;
}

enum lg_status pipe_call(struct rpc_pipe *pipe, uint16_t opnum,
			 const struct lg_buffer *stub,
			 struct lg_buffer *out_stub, struct lg_error *err)
{
	struct lg_buffer packet = {0};
	enum lg_status status = lg_buffer_status(stub, err);
	size_t at = 0;
	int last = 0;

	pipe->call_id++;
	while (status == LG_OK) {
		lg_buffer_clear(&packet);
		at += dcerpc_request(pipe->call_id, opnum,
				     (const uint8_t *)stub->data, stub->len, at,
				     pipe->fragment_max, &packet);
		status = lg_buffer_status(&packet, err);
		if (status == LG_OK)
			status = send_packet(pipe, &packet, err);
		if (at == stub->len)
			break;
	}
	lg_buffer_clear(out_stub);
	while (status == LG_OK && !last) {
		status = read_packet(pipe, &packet, err);
		if (status == LG_OK)
			status = dcerpc_response((const uint8_t *)packet.data,
						 packet.len, pipe->call_id,
						 out_stub, &last, err);
		if (status == LG_OK && out_stub->len > ANSWER_MAX)
			status = lg_error_set(err, LG_ERR_LIMIT,
					      pipe->session->settings.server,
					      "an answer of more than %d bytes",
					      ANSWER_MAX);
	}
	lg_buffer_release(&packet);
	return status;
}
