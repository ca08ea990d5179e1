/* SPDX-License-Identifier: ISC */
/*
 * winreg_process.h - a logongate-winreg process, and lines to and from it
 *
 * Layer: adapters/winreg, private.
 */
#ifndef LOGONGATE_ADAPTERS_WINREG_WINREG_PROCESS_H
#define LOGONGATE_ADAPTERS_WINREG_WINREG_PROCESS_H

#include <cjson/cJSON.h>
#include <sys/types.h>

#include <logongate/buffer.h>
#include <logongate/registry.h>

#include "port/target.h"

struct winreg_process {
	const char *program;
	const char *server; /* for errors */
	pid_t pid;
	int fd;
	struct lg_buffer input;
};

enum lg_status winreg_process_start(struct winreg_process *helper,
				    struct lg_error *err);
/* Ends the process and waits for it. */
void winreg_process_stop(struct winreg_process *helper);

/*
 * Sends request, which is deleted, and reads one answer.
 * Returns: LG_OK with *out_answer (delete it; NULL: only the success counts);
 * the status the helper names; LG_ERR_TIMEOUT when it says nothing for
 * timeout_ms: it is ended then.
 */
enum lg_status winreg_process_ask(struct winreg_process *helper, cJSON *request,
				  int timeout_ms, cJSON **out_answer,
				  struct lg_error *err);

/* Registry values in the lines (src/winreg/PROTOCOL.md). */
enum lg_status winreg_value_read(const cJSON *item, const char *place,
				 struct lg_registry *values,
				 struct lg_error *err);
int winreg_change_add(cJSON *array, const struct lg_target_change *change);

#endif
