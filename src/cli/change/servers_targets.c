/* SPDX-License-Identifier: ISC */
/*
 * servers_targets.c - servers of the settings, opened
 */
#include "cli/change/servers_targets.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef LOGONGATE_HIVE
#include "adapters/hive/hive_target.h"
#endif
#include "adapters/control/gate_target.h"
#include "adapters/ldap/ldap_target.h"
#include "adapters/logon/logon_probe.h"
#include "adapters/regfile/regfile_target.h"
#include "adapters/ssh/ssh_target.h"
#include "adapters/system/program.h"
#include "adapters/system/secret_file.h"
#include "adapters/winreg/winreg_target.h"
#include "cli/open/targets.h"

#define WINREG "logongate-winreg"
/* A store that was restarted does not take logons at once. */
#define RESTART_S 30

/* The helper lies beside this program, as built and as installed. */
static enum lg_status open_winreg(const struct lg_settings *all,
				  const struct lg_target_settings *settings,
				  struct lg_target *out_target,
				  struct lg_error *err)
{
	static const char *const places[] = {WINREG,
					     "../libexec/logongate/" WINREG};
	struct lg_buffer path = {0};
	enum lg_status status;

	(void)all;
	status = lg_program_beside(places, 2, &path, err);
	if (status == LG_ERR_UNKNOWN_KEY)
		status = lg_error_set(err, LG_ERR_IO, settings->name,
				      WINREG " is not installed; backend = "
					     "winreg needs it");
	if (status == LG_OK)
		status = lg_winreg_target_open(settings, path.data, out_target,
					       err);
	lg_buffer_release(&path);
	return status;
}

struct lg_directory_settings
lg_cli_target_directory(const struct lg_settings *all,
			const struct lg_target_settings *settings)
{
	struct lg_directory_settings directory = lg_settings_directory(all);

	if (settings->server != NULL && settings->server[0] != '\0')
		directory.uri = settings->server;
	return directory;
}

static enum lg_status open_gate(const struct lg_settings *all,
				const struct lg_target_settings *settings,
				struct lg_target *out_target,
				struct lg_error *err)
{
	(void)all;
	if (lg_cli_target_is_local(settings))
		return lg_error_set(err, LG_ERR_SYNTAX, settings->name,
				    "backend = gate cannot be used for this "
				    "here");
	return lg_gate_target_open(settings, out_target, err);
}

static enum lg_status open_regfile(const struct lg_settings *all,
				   const struct lg_target_settings *settings,
				   struct lg_target *out_target,
				   struct lg_error *err)
{
	(void)all;
	return lg_regfile_target_open(settings->name, settings->file,
				      settings->file_is_reg4
					      ? LG_REG_ENCODING_REGEDIT4
					      : LG_REG_ENCODING_UTF16,
				      out_target, err);
}

static enum lg_status open_hive(const struct lg_settings *all,
				const struct lg_target_settings *settings,
				struct lg_target *out_target,
				struct lg_error *err)
{
	(void)all;
#ifdef LOGONGATE_HIVE
	return lg_hive_target_open(settings->name, settings->file, out_target,
				   err);
#else
	(void)out_target;
	return lg_error_set(err, LG_ERR_SYNTAX, settings->name,
			    "this logongate was built without hives");
#endif
}

static enum lg_status open_ssh(const struct lg_settings *all,
			       const struct lg_target_settings *settings,
			       struct lg_target *out_target,
			       struct lg_error *err)
{
	(void)all;
	return lg_ssh_target_open(settings, out_target, err);
}

static enum lg_status open_directory(const struct lg_settings *all,
				     const struct lg_target_settings *settings,
				     struct lg_target *out_target,
				     struct lg_error *err)
{
	struct lg_directory_settings directory =
		lg_cli_target_directory(all, settings);

	return lg_ldap_target_open(settings->name, &directory, out_target, err);
}

typedef enum lg_status open_function(const struct lg_settings *all,
				     const struct lg_target_settings *settings,
				     struct lg_target *out_target,
				     struct lg_error *err);

static open_function *const opens[LG_BACKEND_COUNT] = {
#define LG_BACKEND(id, word, ...) [LG_BACKEND_##id] = open_##word,
#include "core/settings/backends.def"
};

/* A target without a place comes of no settings file. */
enum lg_status lg_cli_target_open(const struct lg_settings *all,
				  const struct lg_target_settings *settings,
				  struct lg_target *out_target,
				  struct lg_error *err)
{
	const struct lg_backend_row *row = lg_backend_row(settings->backend);

	if (row->place == LG_BACKEND_AT_FILE && settings->file == NULL)
		return lg_error_set(err, LG_ERR_SYNTAX, settings->name,
				    "backend = %s needs file = \"...\"",
				    row->name);
	return opens[settings->backend](all, settings, out_target, err);
}

enum lg_status lg_cli_target_secret(const struct lg_target_settings *settings,
				    struct lg_error *err)
{
	if (!lg_backend_row(settings->backend)->keeps_secret ||
	    settings->credentials_file == NULL)
		return LG_OK;
	return lg_secret_file_check(settings->credentials_file, err);
}

/* What is left of a server that a lock was written to and whose section is
 * gone: nothing can be asked of it, which must not keep the others locked. */
static const struct lg_target_settings no_settings = {
	.backend = LG_BACKEND_REGFILE,
};

static enum lg_status is_gone(void *self, struct lg_error *err)
{
	return lg_error_set(
		err, LG_ERR_IO, self,
		"the settings no longer have [target.%s], which a lock was "
		"written to; put it back",
		(const char *)self);
}

static enum lg_status gone_probe(void *self, struct lg_target_probe *out_probe,
				 struct lg_error *err)
{
	(void)out_probe;
	return is_gone(self, err);
}

static enum lg_status gone_read(void *self, struct lg_registry **out_values,
				struct lg_error *err)
{
	(void)out_values;
	return is_gone(self, err);
}

static enum lg_status gone_write(void *self,
				 const struct lg_target_change *change,
				 size_t count, struct lg_error *err)
{
	(void)change;
	(void)count;
	return is_gone(self, err);
}

static enum lg_status open_gone(const char *name, struct lg_target *out_target,
				struct lg_error *err)
{
	char *copy = strdup(name);

	if (copy == NULL)
		return lg_no_memory(err);
	*out_target = (struct lg_target){
		.self = copy,
		.name = copy,
		.probe = gone_probe,
		.read = gone_read,
		.write = gone_write,
		.close = free,
	};
	return LG_OK;
}

enum lg_status lg_cli_targets_open(const struct lg_settings *settings,
				   const char *const *name, size_t count,
				   struct lg_cli_targets *out_targets,
				   struct lg_error *err)
{
	struct lg_cli_targets targets = {0};
	const struct lg_target_settings *one;
	enum lg_status status = LG_OK;

	targets.settings = calloc(count + 1, sizeof(*targets.settings));
	targets.port = calloc(count + 1, sizeof(*targets.port));
	if (targets.settings == NULL || targets.port == NULL)
		status = lg_no_memory(err);
	for (size_t i = 0; status == LG_OK && i < count; i++) {
		one = lg_cli_target(settings, name[i]);
		if (one != NULL && lg_cli_target_is_local(one))
			continue;
		status = one != NULL
				 ? lg_cli_target_open(
					   settings, one,
					   &targets.port[targets.count], err)
				 : open_gone(name[i],
					     &targets.port[targets.count], err);
		if (status == LG_OK)
			targets.settings[targets.count++] =
				one != NULL ? one : &no_settings;
	}
	if (status != LG_OK) {
		lg_cli_targets_release(&targets);
		return status;
	}
	*out_targets = targets;
	return LG_OK;
}

/* Whatever is done with each test account of a server. */
static enum lg_status each_probe(const struct lg_target_settings *settings,
				 enum lg_logon_when when, struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < settings->probe.count; i++)
		status = lg_logon_probe(settings->probe.item[i], when,
					settings->restart ? RESTART_S : 0, err);
	return status;
}

enum lg_status lg_cli_target_test(const void *target, struct lg_error *err)
{
	return each_probe(target, LG_LOGON_AFTER, err);
}

enum lg_status
lg_cli_target_test_before(const struct lg_target_settings *settings,
			  struct lg_error *err)
{
	return each_probe(settings, LG_LOGON_BEFORE, err);
}

enum lg_status
lg_cli_target_test_files(const struct lg_target_settings *settings,
			 struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < settings->probe.count; i++)
		status = lg_logon_probe_check(settings->probe.item[i], err);
	return status;
}

void lg_cli_targets_release(struct lg_cli_targets *targets)
{
	for (size_t i = 0; i < targets->count; i++)
		targets->port[i].close(targets->port[i].self);
	free(targets->port);
	free(targets->settings);
	*targets = (struct lg_cli_targets){0};
}
