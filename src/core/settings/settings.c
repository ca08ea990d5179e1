/* SPDX-License-Identifier: ISC */
/*
 * The defaults of the settings and their life. Reading a settings file is the
 * work of adapters/ini, which begins with these defaults.
 */
#include <stdlib.h>

#include "base/listed.h"

#include "core/settings/settings.h"

static enum lg_status add_all(struct lg_strlist *list, const char *const *text,
			      size_t count, struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < count; i++)
		status = lg_list_text(list, text[i], err);
	return status;
}

enum lg_status lg_settings_default_logins(struct lg_strlist *names,
					  struct lg_error *err)
{
	static const char *const attribute[] = {"mail", "userPrincipalName",
						"sAMAccountName", "uid",
						"proxyAddresses"};

	return add_all(names, attribute,
		       sizeof(attribute) / sizeof(attribute[0]), err);
}

static enum lg_status keep_below(struct lg_settings *settings,
				 const char *folder, const char *name,
				 const char **out_path, struct lg_error *err)
{
	struct lg_buffer path = {0};
	enum lg_status status;

	lg_buffer_format(&path, "%s%s", folder, name);
	status = lg_list_buffer(&settings->arena, &path, err);
	if (status == LG_OK)
		*out_path = settings->arena.item[settings->arena.count - 1];
	lg_buffer_release(&path);
	return status;
}

static enum lg_status fill(struct lg_settings *settings,
			   const char *xdg_state_home, struct lg_error *err)
{
	/* Exchange's and gromox's; their others change with each answer. */
	static const char *const cookie[] = {"MapiContext", "sid"};
	enum lg_status status =
		lg_settings_default_logins(&settings->login_attributes, err);

	if (status == LG_OK)
		status = add_all(&settings->mapi_cookies, cookie,
				 sizeof(cookie) / sizeof(cookie[0]), err);
	settings->admin_group = "logongate";
	settings->profiles_dir = "/etc/logongate/profiles";
	if (!xdg_state_home) {
		/* Who runs without settings of the machine is not its gate. */
		settings->notify_dir = "/etc/logongate/notify.d";
		settings->state_dir = "/var/lib/logongate";
		settings->run_dir = "/run/logongate";
		return status;
	}
	if (status == LG_OK)
		status = keep_below(settings, xdg_state_home, "/logongate",
				    &settings->state_dir, err);
	if (status == LG_OK)
		status = keep_below(settings, xdg_state_home, "/logongate/run",
				    &settings->run_dir, err);
	return status;
}

enum lg_status lg_settings_default(const char *xdg_state_home,
				   struct lg_settings **out_settings,
				   struct lg_error *err)
{
	struct lg_settings *settings = calloc(1, sizeof(*settings));
	enum lg_status status;

	if (!settings)
		return lg_no_memory(err);
	status = fill(settings, xdg_state_home, err);
	if (status != LG_OK) {
		lg_settings_free(&settings);
		return status;
	}
	settings->dialect = LG_DIALECT_GATE;
	settings->http_refusal = 503;
	settings->gate_restart = 1;
	settings->fleet_heartbeat_ms = 30000;
	settings->fleet_doors = 1;
	settings->refused_keep_days = 30;
	settings->keep_days = 30;
	settings->notify_before = (struct lg_notify_before){{1800, 300}, 2};
	settings->directory_tls = LG_TLS_DEMAND;
	settings->directory_timeout_ms = 5000;
	for (size_t i = 0; i < LG_LISTENER_COUNT; i++)
		settings->listen[i].mode = 0660;
	*out_settings = settings;
	return LG_OK;
}

void lg_settings_free(struct lg_settings **settings)
{
	struct lg_settings *s = *settings;

	if (!s)
		return;
	lg_strlist_release(&s->break_glass);
	lg_strlist_release(&s->mapi_cookies);
	lg_strlist_release(&s->login_attributes);
	lg_strlist_release(&s->fleet_groups);
	lg_strlist_release(&s->haproxy_frontends);
	for (size_t i = 0; i < LG_LISTENER_COUNT; i++) {
		lg_strlist_release(&s->listen[i].address);
		lg_strlist_release(&s->listen[i].clients);
	}
	for (size_t i = 0; i < s->target_count; i++) {
		lg_strlist_release(&s->target[i].probe);
		lg_strlist_release(&s->target[i].stop_services);
	}
	free(s->target);
	for (size_t i = 0; i < s->group_count; i++)
		lg_strlist_release(&s->group[i].member);
	free(s->group);
	lg_strlist_release(&s->arena);
	free(s);
	*settings = NULL;
}

int lg_settings_expects_gate(const struct lg_settings *settings)
{
	for (size_t i = 0; i < LG_LISTENER_COUNT; i++)
		if (settings->listen[i].present)
			return 1;
	return 0;
}

struct lg_directory_settings
lg_settings_directory(const struct lg_settings *settings)
{
	struct lg_directory_settings directory = {
		.uri = settings->directory_uri,
		.base = settings->directory_base,
		.bind_dn = settings->directory_bind_dn,
		.password_file = settings->directory_password_file,
		.ca_file = settings->directory_ca_file,
		.tls = settings->directory_tls,
		.timeout_ms = settings->directory_timeout_ms,
		.login_attributes = &settings->login_attributes};

	return directory;
}

struct lg_fleet_settings lg_settings_fleet(const struct lg_settings *settings)
{
	struct lg_fleet_settings fleet = {
		.directory = lg_settings_directory(settings),
		.name = settings->fleet_name,
		.heartbeat_ms = settings->fleet_heartbeat_ms};

	fleet.directory.base = settings->fleet_base;
	if (settings->fleet_uri)
		fleet.directory.uri = settings->fleet_uri;
	if (settings->fleet_bind_dn) {
		fleet.directory.bind_dn = settings->fleet_bind_dn;
		fleet.directory.password_file = settings->fleet_password_file;
	}
	return fleet;
}
