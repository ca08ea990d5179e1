/* SPDX-License-Identifier: ISC */
/*
 * logongate inspect - decode a captured MAPI over HTTP Connect body
 *
 * Shows everything a gate can see of a client before it is let in. A body
 * that does not read is shown up to where it stops making sense, with the
 * reason, and is exit 3 (contract 7 "inspect").
 */
#include <stdlib.h>

#include "core/mapi/mapi.h"

#include "cli/commands.h"
#include "cli/open/open.h"
#include "cli/output.h"

/* A Connect body has some hundred bytes, at most DN + 21 + 4104. */
#define BODY_MAX (16u << 20)

static enum lg_status body_read(const char *path, struct lg_buffer *out_body,
				struct lg_error *err)
{
	enum lg_status status =
		lg_cli_operand_read(path, BODY_MAX, out_body, err);

	if (status == LG_OK && out_body->len > BODY_MAX)
		return lg_error_set(err, LG_ERR_LIMIT, path,
				    "is longer than 16 MiB; a Connect body has "
				    "a few thousand bytes");
	return status;
}

/* A DN is bytes; those from 0x80 stand as U+0080 to U+00FF. */
static void dn_text(struct lg_mapi_text dn, struct lg_buffer *out_text)
{
	for (size_t i = 0; i < dn.len; i++) {
		unsigned char c = (unsigned char)dn.text[i];

		if (c >= 0x80) {
			lg_buffer_char(out_text, (char)(0xc0 | c >> 6));
			c = 0x80 | (c & 0x3f);
		}
		lg_buffer_char(out_text, (char)c);
	}
	lg_buffer_append(out_text, "", 0);
}

static const char *first_process(const struct lg_mapi_connect *connect)
{
	return connect->aux.process_count ? connect->aux.process[0].text : NULL;
}

static void aux_json(cJSON *object, const struct lg_mapi_connect *connect)
{
	const struct lg_mapi_aux *aux = &connect->aux;
	struct lg_mapi_block block;
	cJSON *json, *blocks;
	size_t pos = 0;

	if (connect->depth != LG_MAPI_DEPTH_ALL || !connect->aux_size) {
		cJSON_AddNullToObject(object, "aux");
		return;
	}
	json = cJSON_AddObjectToObject(object, "aux");
	lg_json_number(json, "flags", aux->flags);
	lg_json_number(json, "size", aux->size);
	lg_json_number(json, "size_actual", aux->size_actual);
	blocks = cJSON_AddArrayToObject(json, "blocks");
	while (lg_mapi_block_next(aux, &pos, &block) == 1) {
		cJSON *item = cJSON_CreateObject();

		lg_json_number(item, "offset", (int64_t)block.offset);
		lg_json_number(item, "size", block.size);
		lg_json_number(item, "version", block.version);
		lg_json_number(item, "type", block.type);
		if (!cJSON_AddItemToArray(blocks, item))
			cJSON_Delete(item);
	}
}

static int print_json(struct lg_cli *cli, const struct lg_mapi_connect *connect,
		      const char *dn, const char *error)
{
	const struct {
		const char *name;
		uint32_t value;
		enum lg_mapi_depth depth;
	} number[] = {
		{"flags", connect->flags, LG_MAPI_DEPTH_FLAGS},
		{"code_page", connect->code_page, LG_MAPI_DEPTH_CODE_PAGE},
		{"lcid_sort", connect->lcid_sort, LG_MAPI_DEPTH_LCID_SORT},
		{"lcid_string", connect->lcid_string,
		 LG_MAPI_DEPTH_LCID_STRING},
	};
	cJSON *object = cJSON_CreateObject();

	lg_json_text(object, "user_dn",
		     connect->depth >= LG_MAPI_DEPTH_USER_DN ? dn : NULL);
	for (size_t i = 0; i < sizeof(number) / sizeof(number[0]); i++) {
		if (connect->depth >= number[i].depth)
			lg_json_number(object, number[i].name, number[i].value);
		else
			cJSON_AddNullToObject(object, number[i].name);
	}
	aux_json(object, connect);
	lg_json_text(object, "process_name", first_process(connect));
	lg_json_text(object, "error", error);
	return lg_cli_json(cli, object);
}

/* MS-OXCRPC 2.2.2.2.2; what is not here has no name there. */
static const char *block_name(unsigned int type)
{
	static const char *const low[] = {
		[0x01] = "PERF_REQUESTID",
		[0x02] = "PERF_CLIENTINFO",
		[0x03] = "PERF_SERVERINFO",
		[0x04] = "PERF_SESSIONINFO",
		[0x05] = "PERF_DEFMDB_SUCCESS",
		[0x06] = "PERF_DEFGC_SUCCESS",
		[0x07] = "PERF_MDB_SUCCESS",
		[0x08] = "PERF_GC_SUCCESS",
		[0x09] = "PERF_FAILURE",
		[0x0a] = "CLIENT_CONTROL",
		[0x0b] = "PERF_PROCESSINFO",
		[0x16] = "OSVERSIONINFO",
		[0x17] = "EXORGINFO",
		[0x18] = "PERF_ACCOUNTINFO",
		[0x46] = "SERVER_CAPABILITIES",
		[0x48] = "ENDPOINT_CAPABILITIES",
		[0x49] = "EXCEPTION_TRACE",
		[0x4a] = "CLIENT_CONNECTION_INFO",
		[0x4b] = "SERVER_SESSION_INFO",
		[0x4e] = "PROTOCOL_DEVICE_IDENTIFICATION",
	};

	if (type < sizeof(low) / sizeof(low[0]) && low[type])
		return low[type];
	return "";
}

static void line(struct lg_cli *cli, const char *name, const char *text)
{
	lg_cli_print(cli, LG_DIM, "%-13s", name);
	lg_cli_line(cli, LG_PLAIN, "", text);
}

static void print_aux(struct lg_cli *cli, const struct lg_mapi_connect *connect)
{
	struct lg_mapi_block block;
	size_t pos = 0, i;

	lg_cli_print(cli, LG_DIM, "%-13s", "auxiliary");
	lg_cli_print(cli, LG_PLAIN, "%u bytes, flags 0x%04x, %u expanded\n",
		     (unsigned int)connect->aux_size, connect->aux.flags,
		     connect->aux.size_actual);
	while (lg_mapi_block_next(&connect->aux, &pos, &block) == 1)
		lg_cli_print(cli, LG_PLAIN,
			     "  %5zu  %5u bytes  type 0x%02x version %u  %s\n",
			     block.offset, block.size, block.type,
			     block.version, block_name(block.type));
	for (i = 0; i < connect->aux.process_count; i++)
		line(cli, "process", connect->aux.process[i].text);
	if (!connect->aux.process_count)
		line(cli, "process", "not named");
	if (connect->aux.unterminated)
		lg_cli_print(cli, LG_YELLOW,
			     "a process name has no end; a gate with a lock "
			     "refuses this Connect\n");
}

static void print_text(struct lg_cli *cli,
		       const struct lg_mapi_connect *connect, const char *dn)
{
	if (connect->depth >= LG_MAPI_DEPTH_USER_DN)
		line(cli, "user DN", *dn ? dn : "(empty)");
	if (connect->depth >= LG_MAPI_DEPTH_FLAGS)
		lg_cli_print(cli, LG_PLAIN, "%-13s0x%x%s\n", "flags",
			     (unsigned int)connect->flags,
			     connect->flags & 1 ? " (administrator)" : "");
	if (connect->depth >= LG_MAPI_DEPTH_CODE_PAGE)
		lg_cli_print(cli, LG_PLAIN, "%-13s%u\n", "code page",
			     (unsigned int)connect->code_page);
	if (connect->depth >= LG_MAPI_DEPTH_LCID_STRING)
		lg_cli_print(cli, LG_PLAIN, "%-13s%u sort, %u strings\n",
			     "locale", (unsigned int)connect->lcid_sort,
			     (unsigned int)connect->lcid_string);
	if (connect->depth == LG_MAPI_DEPTH_ALL && connect->aux_size)
		print_aux(cli, connect);
	else if (connect->depth == LG_MAPI_DEPTH_ALL)
		line(cli, "auxiliary", "none, so no process is named");
}

int lg_cmd_inspect(struct lg_cli *cli)
{
	const char *path = cli->operand[0];
	struct lg_mapi_scratch *scratch = malloc(sizeof(*scratch));
	struct lg_buffer body = {0}, dn = {0};
	struct lg_mapi_connect connect;
	enum lg_mapi_fault fault;
	struct lg_error err;
	int code;

	if (!scratch) {
		code = lg_cli_no_memory(cli);
		goto out;
	}
	if (body_read(path, &body, &err) != LG_OK) {
		code = lg_cli_fail(cli, &err);
		goto out;
	}
	fault = lg_mapi_connect_parse((const unsigned char *)body.data,
				      body.len, scratch, &connect);
	dn_text(connect.user_dn, &dn);
	if (lg_buffer_status(&dn, &err) != LG_OK) {
		code = lg_cli_fail(cli, &err);
		goto out;
	}
	code = LG_EXIT_DONE;
	if (cli->json)
		code = print_json(cli, &connect, dn.data,
				  lg_mapi_fault_name(fault));
	else
		print_text(cli, &connect, dn.data);
	if (code == LG_EXIT_DONE && fault != LG_MAPI_SOUND)
		code = lg_cli_say(cli, LG_EXIT_INVALID, path,
				  "is not a whole Connect body: %s; a body is "
				  "what follows the empty line of the request",
				  lg_mapi_fault_name(fault));
out:
	lg_buffer_release(&dn);
	lg_buffer_release(&body);
	free(scratch);
	return code;
}
