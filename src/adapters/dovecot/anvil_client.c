/* SPDX-License-Identifier: ISC */
/*
 * anvil_client.c - a socket that does not block, and a time for each answer
 */
#include "adapters/dovecot/anvil_client.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "adapters/system/steady.h"

enum {
	LIST_MAX = 256 * 1024 * 1024 /* about two million sessions */
};

static enum lg_status failed(const struct lg_anvil_client *client, int error,
			     struct lg_error *err)
{
	enum lg_status status = LG_ERR_IO;

	if (error == ENOENT || error == ECONNREFUSED)
		status = LG_ERR_UNKNOWN_KEY;
	else if (error == EACCES)
		status = LG_ERR_DENIED;
	return lg_error_set(err, status, client->path, "%s", strerror(error));
}

static enum lg_status join(struct lg_anvil_client *client, struct lg_error *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = strlen(client->path);

	if (len >= sizeof(address.sun_path))
		return failed(client, ENOENT, err);
	memcpy(address.sun_path, client->path, len + 1);
	client->fd =
		socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (client->fd < 0)
		return lg_error_set(err, LG_ERR_IO, client->path, "%s",
				    strerror(errno));
	if (connect(client->fd, (const struct sockaddr *)&address,
		    sizeof(address)))
		return failed(client, errno, err);
	return LG_OK;
}

static enum lg_status wait_for(const struct lg_anvil_client *client,
			       short events, int64_t until_ms,
			       struct lg_error *err)
{
	struct pollfd poll_fd = {.fd = client->fd, .events = events};
	int64_t left_ms = until_ms - lg_steady_ms();
	int ready = left_ms > 0 ? poll(&poll_fd, 1, (int)left_ms) : 0;

	if (ready == 0)
		return lg_error_set(err, LG_ERR_TIMEOUT, client->path,
				    "anvil did not answer");
	return ready < 0 && errno != EINTR ? failed(client, errno, err) : LG_OK;
}

static enum lg_status broke_off(const struct lg_anvil_client *client,
				struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_IO, client->path, "anvil broke off");
}

static enum lg_status tell(struct lg_anvil_client *client,
			   const struct lg_buffer *words, int64_t until_ms,
			   struct lg_error *err)
{
	enum lg_status status = lg_buffer_status(words, err);
	size_t at = 0;

	while (status == LG_OK && at < words->len) {
		ssize_t sent = send(client->fd, words->data + at,
				    words->len - at, MSG_NOSIGNAL);

		if (sent >= 0)
			at += (size_t)sent;
		else if (errno == EAGAIN)
			status = wait_for(client, POLLOUT, until_ms, err);
		else if (errno != EINTR)
			status = broke_off(client, err);
	}
	return status;
}

/* Adds what comes next to what was read. */
static enum lg_status read_more(struct lg_anvil_client *client,
				int64_t until_ms, struct lg_error *err)
{
	char bytes[16384];
	ssize_t got = recv(client->fd, bytes, sizeof(bytes), 0);

	if (got < 0 && errno == EAGAIN)
		return wait_for(client, POLLIN, until_ms, err);
	if (got < 0 && errno == EINTR)
		return LG_OK;
	if (got <= 0 || client->read.len > LIST_MAX)
		return broke_off(client, err);
	lg_buffer_append(&client->read, bytes, (size_t)got);
	return lg_buffer_status(&client->read, err);
}

static enum lg_status list(struct lg_anvil_client *client, int64_t until_ms,
			   struct lg_anvil_list *out_list, struct lg_error *err)
{
	struct lg_buffer words = {0};
	enum lg_status status;

	lg_buffer_text(&words, "VERSION\tanvil-client\t2\t0\n\nCONNECT-DUMP\n");
	status = tell(client, &words, until_ms, err);
	lg_buffer_release(&words);
	while (status == LG_OK &&
	       !(client->read.len &&
		 lg_anvil_list_ends(client->read.data, client->read.len)))
		status = read_more(client, until_ms, err);
	if (status == LG_OK)
		status = lg_anvil_list_parse(client->read.data,
					     client->read.len, out_list, err);
	lg_buffer_clear(&client->read);
	return status;
}

enum lg_status lg_anvil_client_open(const char *path, uint32_t limit_ms,
				    struct lg_anvil_client *out_client,
				    struct lg_anvil_list *out_list,
				    struct lg_error *err)
{
	struct lg_anvil_client client = {.fd = -1, .path = path};
	int64_t until_ms = lg_steady_ms() + limit_ms;
	enum lg_status status = join(&client, err);

	if (status == LG_OK)
		status = list(&client, until_ms, out_list, err);
	if (status == LG_OK)
		*out_client = client;
	else
		lg_anvil_client_close(&client);
	return status;
}

void lg_anvil_client_close(struct lg_anvil_client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	lg_buffer_release(&client->read);
	client->fd = -1;
}

enum lg_status lg_anvil_client_kick(struct lg_anvil_client *client,
				    const char *named, uint32_t limit_ms,
				    struct lg_error *err)
{
	int64_t until_ms = lg_steady_ms() + limit_ms;
	struct lg_buffer words = {0};
	enum lg_status status;

	lg_buffer_format(&words, "KICK-USER\t%s\n", named);
	status = tell(client, &words, until_ms, err);
	lg_buffer_release(&words);
	while (status == LG_OK &&
	       !(client->read.len &&
		 client->read.data[client->read.len - 1] == '\n'))
		status = read_more(client, until_ms, err);
	if (status == LG_OK &&
	    !lg_anvil_is_count(client->read.data, client->read.len - 1))
		status = broke_off(client, err);
	lg_buffer_clear(&client->read);
	return status;
}
