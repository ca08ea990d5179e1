/* SPDX-License-Identifier: ISC */
/*
 * The rule is asked of the opened file, not of its name, so that it cannot be
 * exchanged in between. Who is in the file's group is nobody's secret keeper: a
 * group that may lock must not read mail by the key of doveadm.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/system/secret_file.h"

#include "base/hex.h"
#include "adapters/system/durable.h"

enum {
	SECRET_MAX = 64 * 1024
};

static enum lg_status open_secret(const char *path, int *out_fd,
				  struct lg_error *err)
{
	struct stat is;
	enum lg_status status =
		lg_open_regular(path, "a secret is put into a file of its own",
				out_fd, &is, err);

	if (status != LG_OK || !(is.st_mode & (S_IRWXG | S_IRWXO)))
		return status;
	close(*out_fd);
	return lg_error_set(err, LG_ERR_IO, path,
			    "is a secret that others can read (mode "
			    "%04o); make it chmod 0600, and let it "
			    "belong to the gate's user",
			    (unsigned int)(is.st_mode & 07777));
}

static enum lg_status read_secret(int fd, const char *path,
				  struct lg_buffer *secret,
				  struct lg_error *err)
{
	char chunk[4096];
	enum lg_status status = LG_OK;
	ssize_t got;

	while (status == LG_OK && (got = read(fd, chunk, sizeof(chunk))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			status = lg_errno_unread(path, err);
		else if (secret->len + (size_t)got > SECRET_MAX)
			status = lg_error_set(err, LG_ERR_LIMIT, path,
					      "is longer than any secret (%d "
					      "bytes)",
					      SECRET_MAX);
		else
			lg_buffer_append(secret, chunk, (size_t)got);
	}
	explicit_bzero(chunk, sizeof(chunk));
	return status != LG_OK ? status : lg_buffer_status(secret, err);
}

static enum lg_status read_all(const char *path, struct lg_buffer *out_secret,
			       struct lg_error *err)
{
	struct lg_buffer secret = {0};
	int fd = -1;
	enum lg_status status = open_secret(path, &fd, err);

	if (status != LG_OK)
		return status;
	status = read_secret(fd, path, &secret, err);
	close(fd);
	if (status != LG_OK)
		lg_secret_release(&secret);
	else
		*out_secret = secret;
	return status;
}

enum lg_status lg_secret_file_read(const char *path,
				   struct lg_buffer *out_secret,
				   struct lg_error *err)
{
	struct lg_buffer secret = {0};
	enum lg_status status = read_all(path, &secret, err);

	if (status != LG_OK)
		return status;
	if (secret.len && secret.data[secret.len - 1] == '\n')
		secret.data[--secret.len] = '\0';
	if (secret.len && secret.data[secret.len - 1] == '\r')
		secret.data[--secret.len] = '\0';
	if (!secret.len)
		status = lg_error_set(err, LG_ERR_SYNTAX, path,
				      "is empty; it holds the secret on one "
				      "line");
	else if (memchr(secret.data, '\0', secret.len) ||
		 memchr(secret.data, '\n', secret.len))
		status = lg_error_set(err, LG_ERR_SYNTAX, path,
				      "holds more than one line; it holds the "
				      "secret on one line and nothing else");
	if (status != LG_OK)
		lg_secret_release(&secret);
	else
		*out_secret = secret;
	return status;
}

enum lg_status lg_secret_file_read_lines(const char *path,
					 struct lg_buffer *out_secret,
					 struct lg_error *err)
{
	struct lg_buffer secret = {0};
	enum lg_status status = read_all(path, &secret, err);

	if (status == LG_OK && secret.len &&
	    memchr(secret.data, '\0', secret.len))
		status =
			lg_error_set(err, LG_ERR_SYNTAX, path,
				     "has a NUL in it; it holds lines of text");
	if (status != LG_OK)
		lg_secret_release(&secret);
	else
		*out_secret = secret;
	return status;
}

void lg_secret_release(struct lg_buffer *secret)
{
	if (secret->data)
		explicit_bzero(secret->data, secret->capacity);
	lg_buffer_release(secret);
}

enum lg_status lg_secret_file_check(const char *path, struct lg_error *err)
{
	int fd = -1;
	enum lg_status status = open_secret(path, &fd, err);

	if (status == LG_OK)
		close(fd);
	return status;
}

static enum lg_status check_readable(const char *path, struct lg_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return lg_errno_unread(path, err);
	close(fd);
	return LG_OK;
}

enum lg_status lg_settings_files_check(const struct lg_settings *settings,
				       struct lg_error *err)
{
	const struct lg_listen_settings *control =
		&settings->listen[LG_LISTEN_CONTROL];
	const char *const secret[] = {
		settings->directory_password_file,
		settings->listen[LG_LISTEN_HTTP].key_file,
		settings->listen[LG_LISTEN_STATUS].key_file,
		control->tls_key_file,
		settings->doveadm_api_key_file,
		settings->fleet_password_file};
	const char *const plain[] = {settings->directory_ca_file,
				     settings->clients_file, control->cert_file,
				     control->ca_file,
				     settings->fleet_verify_keys};
	enum lg_status status = LG_OK;

	for (size_t i = 0;
	     i < sizeof(secret) / sizeof(secret[0]) && status == LG_OK; i++)
		if (secret[i])
			status = lg_secret_file_check(secret[i], err);
	for (size_t i = 0;
	     i < sizeof(plain) / sizeof(plain[0]) && status == LG_OK; i++)
		if (plain[i])
			status = check_readable(plain[i], err);
	return status;
}

enum lg_status lg_secret_make(size_t bytes, struct lg_buffer *out_text,
			      struct lg_error *err)
{
	unsigned char byte[32];

	if (bytes > sizeof(byte) || getrandom(byte, bytes, 0) != (ssize_t)bytes)
		return lg_error_set(err, LG_ERR_IO, "getrandom",
				    "gave no random bytes");
	lg_hex_append(out_text, byte, bytes);
	explicit_bzero(byte, sizeof(byte));
	return lg_buffer_status(out_text, err);
}
