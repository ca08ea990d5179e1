/* SPDX-License-Identifier: ISC */
/*
 * One table says for every key of logongate.conf what it is and where it goes:
 * a member of the settings, of a listener, of a target or of a group. First
 * the objects that sections name are made, then each key is read into its
 * place, then settings_check looks at the whole.
 */
#include <stdlib.h>
#include <string.h>

#include "base/listed.h"

#include "adapters/ini/ini_file.h"
#include "adapters/ini/known.h"
#include "adapters/ini/settings_file.h"
#include "adapters/ini/settings_values.h"

struct setting_key {
	struct lg_ini_known known;
	enum lg_setting_kind kind;
	size_t offset;
};

/* clang-format off */
#define ROW(section, key, kind, object, member)                                \
	{                                                                      \
		{section, key}, LG_SETTING_##kind,                             \
			offsetof(struct object, member)                        \
	}
/* clang-format on */
#define SETTING(section, key, kind, member)                                    \
	ROW(section, key, kind, lg_settings, member)
#define LISTEN(section, key, kind, member)                                     \
	ROW(section, key, kind, lg_listen_settings, member)
#define TARGET(section, key, kind, member)                                     \
	ROW(section, key, kind, lg_target_settings, member)
#define GROUP(section, key, kind, member)                                      \
	ROW(section, key, kind, lg_group_settings, member)

static const struct setting_key keys[] = {
	SETTING("gate", "dialect", DIALECT, dialect),
	SETTING("gate", "state_dir", PATH, state_dir),
	SETTING("gate", "run_dir", PATH, run_dir),
	SETTING("gate", "admin_group", TEXT, admin_group),
	SETTING("gate", "break_glass", DNS, break_glass),
	SETTING("gate", "default_domain", DOMAIN, default_domain),
	SETTING("gate", "language", LANGUAGE, language),
	SETTING("gate", "mapi_cookies", COOKIES, mapi_cookies),
	SETTING("gate", "http_refusal", REFUSAL, http_refusal),
	SETTING("gate", "http_challenge", SCHEMES, http_challenge),
	SETTING("gate", "http_realm", REALM, http_realm),
	SETTING("gate", "restart", YES_NO, gate_restart),
	SETTING("gate", "profiles_dir", PATH, profiles_dir),
	SETTING("gate", "clients_file", PATH, clients_file),
	SETTING("gate", "refused_keep_days", DAYS, refused_keep_days),
	SETTING("gate", "keep_days", DAYS, keep_days),
	SETTING("directory", "uri", URIS, directory_uri),
	SETTING("directory", "base", TEXT, directory_base),
	SETTING("directory", "bind_dn", TEXT, directory_bind_dn),
	SETTING("directory", "password_file", PATH, directory_password_file),
	SETTING("directory", "tls", TLS, directory_tls),
	SETTING("directory", "ca_file", PATH, directory_ca_file),
	SETTING("directory", "timeout_s", SECONDS, directory_timeout_ms),
	SETTING("directory", "login_attributes", LIST, login_attributes),
	LISTEN("listen.http", "address", ADDRESSES, address),
	LISTEN("listen.http", "without_policy", WITHOUT_POLICY, without_policy),
	LISTEN("listen.http", "key_file", PATH, key_file),
	LISTEN("listen.http", "page", PATH, page),
	LISTEN("listen.http", "mode", MODE, mode),
	LISTEN("listen.http", "group", TEXT, group),
	LISTEN("listen.postfix", "address", ADDRESSES, address),
	LISTEN("listen.postfix", "without_policy", WITHOUT_POLICY,
	       without_policy),
	LISTEN("listen.postfix", "mode", MODE, mode),
	LISTEN("listen.postfix", "group", TEXT, group),
	LISTEN("listen.spop", "address", ADDRESSES, address),
	LISTEN("listen.spop", "without_policy", WITHOUT_POLICY, without_policy),
	LISTEN("listen.spop", "mode", MODE, mode),
	LISTEN("listen.spop", "group", TEXT, group),
	LISTEN("listen.dict", "address", ADDRESSES, address),
	LISTEN("listen.dict", "without_policy", WITHOUT_POLICY, without_policy),
	LISTEN("listen.dict", "mode", MODE, mode),
	LISTEN("listen.dict", "group", TEXT, group),
	LISTEN("listen.status", "address", ADDRESSES, address),
	LISTEN("listen.status", "key_file", PATH, key_file),
	LISTEN("listen.status", "mode", MODE, mode),
	LISTEN("listen.status", "group", TEXT, group),
	LISTEN("listen.control", "address", ADDRESSES, address),
	LISTEN("listen.control", "cert_file", PATH, cert_file),
	LISTEN("listen.control", "tls_key_file", PATH, tls_key_file),
	LISTEN("listen.control", "ca_file", PATH, ca_file),
	LISTEN("listen.control", "clients", LIST, clients),
	SETTING("dovecot", "doveadm", TEXT, doveadm),
	SETTING("dovecot", "api_key_file", PATH, doveadm_api_key_file),
	SETTING("haproxy", "stats_socket", PATH, haproxy_stats_socket),
	SETTING("haproxy", "frontends", LIST, haproxy_frontends),
	SETTING("probe", "user", TEXT, probe_user),
	SETTING("probe", "password_file", PATH, probe_password_file),
	SETTING("notify", "dir", PATH, notify_dir),
	SETTING("notify", "before", BEFORE, notify_before),
	SETTING("fleet", "base", TEXT, fleet_base),
	SETTING("fleet", "uri", URIS, fleet_uri),
	SETTING("fleet", "bind_dn", TEXT, fleet_bind_dn),
	SETTING("fleet", "password_file", PATH, fleet_password_file),
	SETTING("fleet", "name", TEXT, fleet_name),
	SETTING("fleet", "groups", LIST, fleet_groups),
	SETTING("fleet", "verify_keys", PATH, fleet_verify_keys),
	SETTING("fleet", "sign_key", PATH, fleet_sign_key),
	SETTING("fleet", "heartbeat_s", SECONDS, fleet_heartbeat_ms),
	SETTING("fleet", "doors", YES_NO, fleet_doors),
	TARGET("target.", "dialect", DIALECT, dialect),
	TARGET("target.", "backend", BACKEND, backend),
	TARGET("target.", "store_version", VERSION, store_version),
	TARGET("target.", "server", TEXT, server),
	TARGET("target.", "file", PATH, file),
	TARGET("target.", "file_format", FILE_FORMAT, file_is_reg4),
	TARGET("target.", "credentials_file", PATH, credentials_file),
	TARGET("target.", "service", TEXT, service),
	TARGET("target.", "companion_name", TEXT, companion_name),
	TARGET("target.", "companion_type", REG_TYPE, companion_type),
	TARGET("target.", "companion_data", TEXT, companion_data),
	TARGET("target.", "restart", YES_NO, restart),
	TARGET("target.", "undocumented", YES_NO, undocumented),
	TARGET("target.", "smb1", YES_NO, smb1),
	TARGET("target.", "cert_file", PATH, cert_file),
	TARGET("target.", "tls_key_file", PATH, tls_key_file),
	TARGET("target.", "ca_file", PATH, ca_file),
	TARGET("target.", "probe", LIST, probe),
	TARGET("target.", "stop_services", LIST, stop_services),
	GROUP("group.", "members", LIST, member),
};

static const char *const separated_keys[] = {NULL};
static const char *const ldap_keys[] = {"base", "bind_dn", NULL};
static const struct lg_ini_rules rules = {separated_keys, ldap_keys};

static int begins_with(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

/* How many sections begin with prefix. */
static size_t count_sections(const struct lg_ini_items *items,
			     const char *prefix)
{
	size_t count = 0;

	for (size_t i = 0; i < items->count; i++)
		count += !items->item[i].key &&
			 begins_with(items->item[i].section, prefix);
	return count;
}

/* Makes what the section of a header names. */
static enum lg_status make_object(struct lg_settings *settings,
				  const char *section, struct lg_error *err)
{
	enum lg_listener listener;

	if (begins_with(section, "target."))
		return lg_list_keep_text(
			&settings->arena, section + strlen("target."),
			&settings->target[settings->target_count++].name, err);
	if (begins_with(section, "group."))
		return lg_list_keep_text(
			&settings->arena, section + strlen("group."),
			&settings->group[settings->group_count++].name, err);
	if (begins_with(section, "listen.") &&
	    lg_listener_from_name(section + strlen("listen."), &listener))
		settings->listen[listener].present = 1;
	return LG_OK;
}

static enum lg_status make_objects(struct lg_settings *settings,
				   const struct lg_ini_items *items,
				   struct lg_error *err)
{
	size_t targets = count_sections(items, "target.");
	size_t groups = count_sections(items, "group.");
	enum lg_status status = LG_OK;

	settings->target =
		calloc(targets ? targets : 1, sizeof(*settings->target));
	settings->group = calloc(groups ? groups : 1, sizeof(*settings->group));
	if (!settings->target || !settings->group)
		return lg_no_memory(err);
	for (size_t i = 0; i < items->count && status == LG_OK; i++)
		if (!items->item[i].key)
			status = make_object(settings, items->item[i].section,
					     err);
	return status;
}

/* What the keys of a section are members of. */
static void *object_of(struct lg_settings *settings, const char *section)
{
	enum lg_listener listener;

	for (size_t i = 0;
	     begins_with(section, "target.") && i < settings->target_count; i++)
		if (!strcmp(settings->target[i].name,
			    section + strlen("target.")))
			return &settings->target[i];
	for (size_t i = 0;
	     begins_with(section, "group.") && i < settings->group_count; i++)
		if (!strcmp(settings->group[i].name,
			    section + strlen("group.")))
			return &settings->group[i];
	if (begins_with(section, "listen.") &&
	    lg_listener_from_name(section + strlen("listen."), &listener))
		return &settings->listen[listener];
	return settings;
}

static enum lg_status read_items(struct lg_settings *settings,
				 const struct lg_ini_items *items,
				 struct lg_error *err)
{
	const struct lg_ini_table known = {keys, sizeof(keys[0]),
					   sizeof(keys) / sizeof(keys[0])};
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < items->count && status == LG_OK; i++) {
		const struct lg_ini_item *item = &items->item[i];
		const void *row = NULL;
		const struct lg_setting setting = {item, &settings->arena, err};
		const struct setting_key *key;
		char *object;

		status = lg_ini_known_find(&known, item, &row, err);
		if (status != LG_OK || !item->key)
			continue;
		key = row;
		object = object_of(settings, item->section);
		status = lg_setting_read(&setting, key->kind,
					 object + key->offset);
	}
	return status;
}

/* A listener without an address listens on its own socket in run_dir. */
static enum lg_status default_addresses(struct lg_settings *settings,
					struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < LG_LISTENER_COUNT && status == LG_OK; i++) {
		struct lg_listen_settings *listen = &settings->listen[i];
		const char *address =
			lg_listener_row((enum lg_listener)i)->address;

		if (listen->present && !listen->address.count && address)
			status = lg_list_text(&listen->address, address, err);
	}
	return status;
}

static enum lg_status read_settings(const char *path,
				    const struct lg_ini_items *items,
				    struct lg_settings **out_settings,
				    struct lg_error *err)
{
	struct lg_settings *settings = NULL;
	enum lg_status status = lg_settings_default(NULL, &settings, err);

	if (status != LG_OK)
		return status;
	status =
		lg_list_keep_text(&settings->arena, path, &settings->path, err);
	if (status == LG_OK)
		status = make_objects(settings, items, err);
	if (status == LG_OK)
		status = read_items(settings, items, err);
	if (status == LG_OK)
		status = default_addresses(settings, err);
	if (status == LG_OK)
		status = lg_settings_check(settings, items, err);
	if (status == LG_OK) {
		*out_settings = settings;
		settings = NULL;
	}
	lg_settings_free(&settings);
	return status;
}

enum lg_status lg_settings_load(const char *path,
				struct lg_settings **out_settings,
				struct lg_error *err)
{
	struct lg_ini_items items = {0};
	enum lg_status status = lg_ini_read(path, &rules, &items, err);

	if (status == LG_OK)
		status = read_settings(path, &items, out_settings, err);
	lg_ini_items_release(&items);
	return status;
}

enum lg_status lg_settings_parse(const char *path, const char *text, size_t len,
				 struct lg_settings **out_settings,
				 struct lg_error *err)
{
	struct lg_ini_items items = {0};
	enum lg_status status =
		lg_ini_parse(text, len, path, &rules, &items, err);

	if (status == LG_OK)
		status = read_settings(path, &items, out_settings, err);
	lg_ini_items_release(&items);
	return status;
}
