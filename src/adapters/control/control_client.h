/* SPDX-License-Identifier: ISC */
/*
 * control_client.h - asking a gate over its control socket
 *
 * Layer: adapter control.
 * Flow: cli opens control.sock of run_dir, asks, prints the answer.
 * Source: src/doc/control.md.
 */
#ifndef LOGONGATE_ADAPTERS_CONTROL_CLIENT_H
#define LOGONGATE_ADAPTERS_CONTROL_CLIENT_H

#include <cjson/cJSON.h>

#include "port/directory.h"

struct lg_control;

/*
 * Connects to the socket at path.
 * Returns: LG_OK; LG_ERR_IO, no gate listens there; LG_ERR_DENIED, it does and
 * this user may not talk to it; LG_ERR_LIMIT, the path is too long for a
 * socket; LG_ERR_NO_MEMORY. Owns: lg_control_close.
 */
enum lg_status lg_control_open(const char *path,
			       struct lg_control **out_control,
			       struct lg_error *err);
/* A gate on another machine: [listen.control] there (contract 3 "target"). */
struct lg_control_remote {
	const char *server; /* HOST:PORT */
	const char *cert_file;
	const char *tls_key_file;
	const char *ca_file;
};

/*
 * Connects over TLS, certificates checked on both sides.
 * Returns: LG_OK; LG_ERR_IO, LG_ERR_TIMEOUT, it cannot be reached;
 * LG_ERR_DENIED, its certificate is not what it should be; LG_ERR_SYNTAX, a
 * file or the address is none, or others can read the key. A gate that does
 * not take this certificate hangs up at the first request.
 */
enum lg_status lg_control_open_remote(const struct lg_control_remote *remote,
				      int timeout_ms,
				      struct lg_control **out_control,
				      struct lg_error *err);
void lg_control_close(struct lg_control **control);

/* An answer with what it has attached; release with lg_control_release. */
struct lg_control_answer {
	cJSON *object;
	struct lg_buffer *block;
	size_t block_count;
};
void lg_control_release(struct lg_control_answer *answer);

/*
 * Sends one request, the blocks that follow it, and waits for its answer;
 * deletes request (NULL: no memory). A gate that says nothing for timeout_ms is
 * LG_ERR_TIMEOUT.
 * Returns: LG_OK; LG_ERR_CONFLICT, the gate said no: *out_exit is the exit
 * code it names and err its words; LG_ERR_IO, LG_ERR_TIMEOUT, LG_ERR_SYNTAX,
 * no answer, or none that can be read: the connection is of no more use.
 */
enum lg_status lg_control_ask(struct lg_control *control, cJSON *request,
			      const struct lg_buffer *block, size_t block_count,
			      int timeout_ms,
			      const struct lg_progress *progress,
			      struct lg_control_answer *out_answer,
			      int *out_exit, struct lg_error *err);

#endif
