/* SPDX-License-Identifier: ISC */
/*
 * pam/ask_gate.h - one question to the gate, within a time limit
 *
 * Layer: adapter; core and cJSON.
 * Made for strangers' processes: no fork, no signal, no static state, no
 * descriptor left open, and back in time whatever the gate does.
 * Source: contract 6 POST /v1/decide, 8 "PAM".
 */
#ifndef LG_ADAPTERS_PAM_ASK_GATE_H
#define LG_ADAPTERS_PAM_ASK_GATE_H

#include <logongate/buffer.h>
#include <logongate/policy.h>

/* The largest answer that is read. */
#define LG_ASK_ANSWER_MAX 65536

/* Absent texts are NULL. */
struct lg_ask_question {
	const char *user;
	const char *address;
	const char *process;
	const char *protocol;
};

/*
 * Asks the gate at the unix socket path.
 * Returns: LG_OK, *out_verdict and the message appended to out_message;
 * LG_ERR_TIMEOUT; LG_ERR_IO, nobody listens or the connection broke;
 * LG_ERR_SYNTAX, what came back is no decision; LG_ERR_LIMIT, it is too long,
 * or path is; LG_ERR_NO_MEMORY.
 */
enum lg_status lg_ask_gate(const char *path, unsigned int timeout_ms,
			   const struct lg_ask_question *question,
			   enum lg_verdict *out_verdict,
			   struct lg_buffer *out_message, struct lg_error *err);

/*
 * Reads an HTTP answer as far as it came. is_end: nothing more will come.
 * Returns: LG_OK with the body; LG_ERR_TIMEOUT where more must come;
 * LG_ERR_SYNTAX; LG_ERR_DENIED, a status other than 200.
 */
enum lg_status lg_ask_answer_read(const char *bytes, size_t len, int is_end,
				  const char **out_body, size_t *out_len,
				  struct lg_error *err);

/* Reads the object of `check`; as lg_ask_gate. */
enum lg_status lg_ask_decision_read(const char *body, size_t len,
				    enum lg_verdict *out_verdict,
				    struct lg_buffer *out_message,
				    struct lg_error *err);

#endif
