/* SPDX-License-Identifier: ISC */
/*
 * failed.c - what went wrong, for programs
 *
 * The last failure counts whose exit code became the command's. What is no
 * failure (a refused logon, nothing in force) has no object.
 */
#include "cli/text/failed.h"

#include <stdlib.h>
#include <string.h>

#include "base/listed.h"

#include "app/records/json_member.h"
#include "cli/output.h"

void lg_cli_failed(struct lg_cli *cli, enum lg_exit code,
		   const struct lg_error *err)
{
	if (code == LG_EXIT_DONE)
		return;
	cli->failed = *err;
	cli->failed_exit = code;
	cli->failed_code = err->code;
}

static const char *code_of(int code)
{
	static const char *const codes[] = {
		[LG_EXIT_USAGE] = "usage",
		[LG_EXIT_INVALID] = "invalid",
		[LG_EXIT_DIRECTORY] = "directory-not-asked",
		[LG_EXIT_WOULD_NOT_LOCK] = "would-not-engage",
		[LG_EXIT_PUT_BACK] = "target-failed",
		[LG_EXIT_DENIED] = "not-permitted",
		[LG_EXIT_NO_GATE] = "no-gate",
		[LG_EXIT_NOT_PUT_BACK] = "not-put-back",
	};
	const char *found = LG_WORD_OF(codes, code);

	return found != NULL ? found : "software";
}

/* "FILE:LINE", "FILE", or something that is no file. */
static void add_place(cJSON *object, const char *place)
{
	const char *colon = strrchr(place, ':');
	char *end = NULL;
	long line = colon != NULL ? strtol(colon + 1, &end, 10) : 0;
	int has_line =
		colon != NULL && end != colon + 1 && *end == '\0' && line > 0;
	struct lg_buffer file = {0};

	if (has_line)
		lg_buffer_append(&file, place, (size_t)(colon - place));
	else
		lg_buffer_text(&file, place);
	lg_buffer_text(&file, "");
	lg_json_text(object, "file",
		     *place != '\0' && file.data != NULL ? file.data : NULL);
	if (has_line)
		lg_json_number(object, "line", line);
	else
		lg_json_text(object, "line", NULL);
	lg_buffer_release(&file);
}

cJSON *lg_cli_failed_object(const struct lg_cli *cli, int code)
{
	cJSON *object;

	if (code == LG_EXIT_DONE || cli->failed_exit == LG_EXIT_DONE)
		return NULL;
	object = cJSON_CreateObject();
	lg_json_text(object, "code",
		     cli->failed_code != NULL ? cli->failed_code
					      : code_of(code));
	lg_json_number(object, "exit", code);
	lg_json_text(object, "text", cli->failed.text);
	add_place(object, cli->failed.place);
	lg_json_text(object, "code_of_warning", cli->failed_warning);
	return object;
}

void lg_cli_failed_end(struct lg_cli *cli, int code)
{
	cJSON *error;
	cJSON *object;

	if (!cli->json || cli->has_printed || code == LG_EXIT_REFUSED)
		return;
	error = lg_cli_failed_object(cli, code);
	if (error == NULL)
		return;
	object = cJSON_CreateObject();
	lg_json_add(object, "error", error);
	lg_cli_json(cli, object);
}
