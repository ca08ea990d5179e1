/* SPDX-License-Identifier: ISC */
/*
 * ssh_target.c - the registry of a Windows server that is reached over ssh
 *
 * "reg export" writes a file there, which sftp fetches, and "reg import" takes
 * one that sftp brought: the same files that regedit knows, so that no value
 * passes a shell or the code page of a console. reg.exe leaves a key out that
 * it may not read; one that is listed and not in the file is therefore asked
 * for by itself.
 */
#include "adapters/ssh/ssh_target.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <time.h>

#include "adapters/ssh/ssh_run.h"
#include "adapters/ssh/ssh_words.h"
#include "base/utf16.h"

#define READ_TIMEOUT_MS 60000
#define WRITE_TIMEOUT_MS 90000

struct ssh_target {
	struct ssh_server server;
};

/* A name of its own: two controllers may ask one server. */
static void file_name(char *out_name, size_t size)
{
	uint64_t number = (uintptr_t)out_name;

	if (getrandom(&number, sizeof(number), 0) < 0)
		number ^= (uint64_t)time(NULL);
	snprintf(out_name, size, "logongate-%016" PRIx64 ".reg", number);
}

/* Runs one of reg.exe's verbs; key and file need quotes in no shell but a
 * POSIX one. *out_exit is what reg.exe gave. */
static enum lg_status reg(struct ssh_target *target, const char *verb,
			  const char *key, const char *file, const char *more,
			  struct lg_buffer *out_text, int *out_exit,
			  struct lg_error *err)
{
	struct lg_buffer command = {0};
	enum lg_status status;

	lg_buffer_format(&command, "reg %s", verb);
	if (key != NULL)
		lg_buffer_format(&command, " \"%s\"", key);
	if (file != NULL)
		lg_buffer_format(&command, " %s", file);
	lg_buffer_text(&command, more);
	status = lg_buffer_status(&command, err);
	if (status == LG_OK)
		status = ssh_command(&target->server, command.data, out_text,
				     out_exit, err);
	lg_buffer_release(&command);
	return status;
}

static enum lg_status reg_failed(const struct ssh_target *target,
				 const char *what, const struct lg_buffer *text,
				 struct lg_error *err)
{
	return ssh_failed(&target->server, what, text,
			  "reg.exe there gives no reason", err);
}

static enum lg_status export_all(struct ssh_target *target,
				 struct lg_buffer *out_bytes,
				 struct lg_error *err)
{
	struct lg_buffer text = {0};
	char name[48];
	int code = 0;
	enum lg_status status;

	file_name(name, sizeof(name));
	status = reg(target, "export", LG_KEY_MSEXCHANGEIS, name, " /y", &text,
		     &code, err);
	if (status == LG_OK && code != 0)
		status = reg_failed(target,
				    "its registry cannot be read at "
				    "Services\\MSExchangeIS",
				    &text, err);
	if (status == LG_OK)
		status = ssh_fetch(&target->server, name, out_bytes, err);
	lg_buffer_release(&text);
	return status;
}

/* Its spelling of a key is ours; NULL for one that is neither of the two. */
static const char *our_key(const char *key)
{
	if (strcasecmp(key, LG_KEY_PARAMETERS_SYSTEM) == 0)
		return LG_KEY_PARAMETERS_SYSTEM;
	return strcasecmp(key, LG_KEY_MSEXCHANGEIS) == 0 ? LG_KEY_MSEXCHANGEIS
							 : NULL;
}

static enum lg_status take_ours(const struct lg_registry *all,
				struct lg_registry *values, int *out_parameters,
				struct lg_error *err)
{
	enum lg_status status = LG_OK;
	struct lg_value value;

	*out_parameters = 0;
	for (size_t i = 0; status == LG_OK && i < lg_registry_count(all); i++) {
		const char *key = our_key(lg_registry_at(all, i)->key);

		if (key == NULL)
			continue;
		value = *lg_registry_at(all, i);
		value.key = (char *)key;
		*out_parameters |= strcmp(key, LG_KEY_PARAMETERS_SYSTEM) == 0;
		status = lg_registry_set(values, &value, err);
	}
	return status;
}

/* No value of ParametersSystem came: it is not there, or it is empty, or it
 * may not be read. Only the last is a failure. */
static enum lg_status check_parameters(struct ssh_target *target,
				       int *out_there, struct lg_error *err)
{
	struct lg_buffer text = {0};
	enum lg_status status;
	int code = 0;

	*out_there = 0;
	status = reg(target, "query", LG_KEY_MSEXCHANGEIS, NULL, "", &text,
		     &code, err);
	if (status == LG_OK && code != 0)
		status = reg_failed(target,
				    "its keys cannot be listed at "
				    "Services\\MSExchangeIS",
				    &text, err);
	if (status == LG_OK)
		*out_there = ssh_words_list(text.data, text.len,
					    LG_KEY_PARAMETERS_SYSTEM);
	lg_buffer_clear(&text);
	if (status == LG_OK && *out_there)
		status = reg(target, "query", LG_KEY_PARAMETERS_SYSTEM, NULL,
			     "", &text, &code, err);
	if (status == LG_OK && *out_there && code != 0)
		status = reg_failed(target,
				    "its registry cannot be read at "
				    "MSExchangeIS\\ParametersSystem",
				    &text, err);
	lg_buffer_release(&text);
	return status;
}

static enum lg_status read_values(struct ssh_target *target,
				  struct lg_registry *values,
				  int *out_parameters, struct lg_error *err)
{
	struct lg_registry *all = NULL;
	struct lg_buffer bytes = {0};
	enum lg_status status = export_all(target, &bytes, err);

	if (status == LG_OK)
		status = lg_reg_text_parse(bytes.data != NULL ? bytes.data : "",
					   bytes.len, target->server.host, NULL,
					   &all, err);
	if (status == LG_OK)
		status = take_ours(all, values, out_parameters, err);
	if (status == LG_OK && !*out_parameters)
		status = check_parameters(target, out_parameters, err);
	lg_registry_free(&all);
	lg_buffer_release(&bytes);
	return status;
}

static enum lg_status ssh_read(void *self, struct lg_registry **out_values,
			       struct lg_error *err)
{
	struct ssh_target *target = self;
	struct lg_registry *values = NULL;
	enum lg_status status = lg_registry_new(&values, err);
	int parameters;

	ssh_start(&target->server, READ_TIMEOUT_MS);
	if (status == LG_OK)
		status = read_values(target, values, &parameters, err);
	if (status == LG_OK)
		*out_values = values;
	else
		lg_registry_free(&values);
	return status;
}

static enum lg_status bring(struct ssh_target *target,
			    const struct lg_buffer *bytes,
			    struct lg_buffer *out_text, int *out_exit,
			    struct lg_error *err)
{
	enum lg_status status;
	char name[48];

	file_name(name, sizeof(name));
	status = ssh_put(&target->server, name, bytes, err);
	if (status != LG_OK)
		return status;
	status = reg(target, "import", NULL, name, "", out_text, out_exit, err);
	ssh_remove(&target->server, name);
	return status;
}

/* In one file: what is set, then what is taken away. */
static enum lg_status render(const struct ssh_target *target,
			     const struct lg_target_change *change,
			     size_t count, struct lg_buffer *out_bytes,
			     struct lg_error *err)
{
	struct lg_registry *values = NULL;
	enum lg_status status = lg_registry_new(&values, err);

	for (size_t i = 0; status == LG_OK && i < count; i++) {
		if (our_key(change[i].key) == NULL)
			status = lg_error_set(
				err, LG_ERR_RANGE, target->server.host,
				"%s is not a key of a store", change[i].key);
		else if (change[i].value != NULL)
			status = lg_registry_set(values, change[i].value, err);
		else
			lg_registry_delete(values, change[i].key,
					   change[i].name);
	}
	if (status == LG_OK)
		status = lg_reg_text_render(values, LG_REG_ENCODING_UTF16,
					    out_bytes, err);
	for (size_t i = 0; status == LG_OK && i < count; i++) {
		if (lg_registry_find(values, change[i].key, change[i].name) ==
		    NULL)
			status = lg_reg_text_render_deletion(
				change[i].key, change[i].name,
				LG_REG_ENCODING_UTF16, out_bytes, err);
	}
	lg_registry_free(&values);
	return status;
}

static enum lg_status ssh_write(void *self,
				const struct lg_target_change *change,
				size_t count, struct lg_error *err)
{
	struct ssh_target *target = self;
	struct lg_buffer bytes = {0};
	struct lg_buffer text = {0};
	enum lg_status status;
	int code = 0;

	ssh_start(&target->server, WRITE_TIMEOUT_MS);
	status = render(target, change, count, &bytes, err);
	if (status == LG_OK)
		status = bring(target, &bytes, &text, &code, err);
	if (status == LG_OK && code != 0)
		status = reg_failed(target, "its registry cannot be changed",
				    &text, err);
	lg_buffer_release(&text);
	lg_buffer_release(&bytes);
	return status;
}

/* A file that names keys and no value opens them for writing and changes
 * nothing; which keys are there the read before has shown. */
static enum lg_status may_write(struct ssh_target *target, int parameters,
				int *out_may, struct lg_error *err)
{
	static const char sections[] = "[" LG_KEY_MSEXCHANGEIS "]\r\n\r\n"
				       "[" LG_KEY_PARAMETERS_SYSTEM "]\r\n\r\n";
	size_t len = parameters ? strlen(sections)
				: strlen("[" LG_KEY_MSEXCHANGEIS "]\r\n\r\n");
	struct lg_registry *none = NULL;
	struct lg_buffer bytes = {0};
	struct lg_buffer text = {0};
	enum lg_status status = lg_registry_new(&none, err);
	int code = 0;

	if (status == LG_OK)
		status = lg_reg_text_render(none, LG_REG_ENCODING_UTF16, &bytes,
					    err);
	if (status == LG_OK) {
		lg_utf16_append(&bytes, sections, len);
		status = lg_buffer_status(&bytes, err);
	}
	if (status == LG_OK)
		status = bring(target, &bytes, &text, &code, err);
	if (status == LG_OK)
		*out_may = code == 0;
	lg_registry_free(&none);
	lg_buffer_release(&text);
	lg_buffer_release(&bytes);
	return status;
}

static enum lg_status ssh_probe(void *self, struct lg_target_probe *out_probe,
				struct lg_error *err)
{
	struct ssh_target *target = self;
	struct lg_registry *values = NULL;
	enum lg_status status = lg_registry_new(&values, err);
	int parameters = 0;
	int may = 0;

	ssh_start(&target->server, READ_TIMEOUT_MS);
	if (status == LG_OK)
		status = read_values(target, values, &parameters, err);
	if (status == LG_OK)
		status = may_write(target, parameters, &may, err);
	if (status == LG_OK)
		*out_probe = (struct lg_target_probe){.may_write = may};
	lg_registry_free(&values);
	return status;
}

static void ssh_close(void *self)
{
	struct ssh_target *target = self;

	ssh_server_release(&target->server);
	free(target);
}

enum lg_status lg_ssh_target_open(const struct lg_target_settings *settings,
				  struct lg_target *out_target,
				  struct lg_error *err)
{
	struct ssh_target *target = calloc(1, sizeof(*target));
	enum lg_status status;

	if (target == NULL)
		return lg_no_memory(err);
	status = ssh_server_begin(settings, &target->server, err);
	if (status != LG_OK) {
		ssh_close(target);
		return status;
	}
	*out_target = (struct lg_target){
		.self = target,
		.name = settings->name,
		.probe = ssh_probe,
		.read = ssh_read,
		.write = ssh_write,
		.close = ssh_close,
	};
	return LG_OK;
}
