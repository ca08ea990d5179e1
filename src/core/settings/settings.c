/* SPDX-License-Identifier: ISC */
/*
 * The defaults of the settings and their life. Reading a settings file is the
 * work of adapters/ini, which begins with these defaults.
 */
#include <stdlib.h>
#include <string.h>

#include <logongate/buffer.h>
#include "core/settings/settings.h"

static int join(char **out_path, const char *folder, const char *rest)
{
	struct lg_buffer path = {0};

	lg_buffer_text(&path, folder);
	lg_buffer_text(&path, rest);
	return lg_buffer_take(&path, out_path, NULL) == LG_OK;
}

static int add_all(struct lg_strlist *list, const char *const *text,
		   size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (lg_strlist_add(list, text[i], strlen(text[i]), NULL) !=
		    LG_OK)
			return 0;
	return 1;
}

enum lg_status lg_settings_default_logins(struct lg_strlist *names,
					  struct lg_error *err)
{
	static const char *const attribute[] = {"mail", "userPrincipalName",
						"sAMAccountName", "uid",
						"proxyAddresses"};
	enum lg_status status = LG_OK;

	for (size_t i = 0;
	     status == LG_OK && i < sizeof(attribute) / sizeof(*attribute); i++)
		status = lg_strlist_add(names, attribute[i],
					strlen(attribute[i]), err);
	return status;
}

static int fill(struct lg_settings *settings, const char *xdg_state_home)
{
	/* Exchange's and gromox's; their others change with each answer. */
	static const char *const cookie[] = {"MapiContext", "sid"};

	if (lg_settings_default_logins(&settings->login_attributes, NULL) !=
		    LG_OK ||
	    !add_all(&settings->mapi_cookies, cookie,
		     sizeof(cookie) / sizeof(cookie[0])))
		return 0;
	settings->admin_group = strdup("logongate");
	settings->profiles_dir = strdup("/etc/logongate/profiles");
	if (!settings->admin_group || !settings->profiles_dir)
		return 0;
	/* Who runs without settings of the machine is not its gate. */
	if (!xdg_state_home &&
	    !join(&settings->notify_dir, "/etc/logongate/notify.d", ""))
		return 0;
	if (!xdg_state_home)
		return join(&settings->state_dir, "/var/lib/logongate", "") &&
		       join(&settings->run_dir, "/run/logongate", "");
	return join(&settings->state_dir, xdg_state_home, "/logongate") &&
	       join(&settings->run_dir, xdg_state_home, "/logongate/run");
}

enum lg_status lg_settings_default(const char *xdg_state_home,
				   struct lg_settings **out_settings,
				   struct lg_error *err)
{
	struct lg_settings *settings = calloc(1, sizeof(*settings));

	if (!settings || !fill(settings, xdg_state_home)) {
		lg_settings_free(&settings);
		return lg_no_memory(err);
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

static void release_listen(struct lg_listen_settings *listen)
{
	lg_strlist_release(&listen->address);
	free(listen->key_file);
	free(listen->page);
	free(listen->group);
	free(listen->cert_file);
	free(listen->tls_key_file);
	free(listen->ca_file);
	lg_strlist_release(&listen->clients);
}

static void release_target(struct lg_target_settings *target)
{
	free(target->name);
	free(target->store_version);
	free(target->server);
	free(target->file);
	free(target->credentials_file);
	free(target->service);
	free(target->companion_name);
	free(target->companion_type);
	free(target->companion_data);
	free(target->cert_file);
	free(target->tls_key_file);
	free(target->ca_file);
	lg_strlist_release(&target->probe);
	lg_strlist_release(&target->stop_services);
}

void lg_settings_free(struct lg_settings **settings)
{
	struct lg_settings *s = *settings;

	if (!s)
		return;
	free(s->path);
	free(s->state_dir);
	free(s->run_dir);
	free(s->admin_group);
	free(s->http_realm);
	lg_strlist_release(&s->break_glass);
	free(s->default_domain);
	free(s->language);
	lg_strlist_release(&s->mapi_cookies);
	free(s->profiles_dir);
	free(s->clients_file);
	free(s->directory_uri);
	free(s->directory_base);
	free(s->directory_bind_dn);
	free(s->directory_password_file);
	free(s->directory_ca_file);
	lg_strlist_release(&s->login_attributes);
	for (size_t i = 0; i < LG_LISTENER_COUNT; i++)
		release_listen(&s->listen[i]);
	free(s->doveadm);
	free(s->doveadm_api_key_file);
	free(s->haproxy_stats_socket);
	free(s->probe_user);
	free(s->probe_password_file);
	free(s->notify_dir);
	free(s->fleet_base);
	free(s->fleet_uri);
	free(s->fleet_bind_dn);
	free(s->fleet_password_file);
	free(s->fleet_name);
	lg_strlist_release(&s->fleet_groups);
	free(s->fleet_verify_keys);
	free(s->fleet_sign_key);
	lg_strlist_release(&s->haproxy_frontends);
	for (size_t i = 0; i < s->target_count; i++)
		release_target(&s->target[i]);
	free(s->target);
	for (size_t i = 0; i < s->group_count; i++) {
		free(s->group[i].name);
		lg_strlist_release(&s->group[i].member);
	}
	free(s->group);
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
