/* SPDX-License-Identifier: ISC */
/*
 * One table says for every key of logongate.conf what it is and where it goes:
 * a member of the settings, of a listener, of a target or of a group. First
 * the objects that sections name are made, then each key is read into its
 * place, then settings_check looks at the whole.
 */
#include <stdlib.h>
#include <string.h>

#include "adapters/ini/ini_file.h"
#include "adapters/ini/known.h"
#include "adapters/ini/settings_file.h"
#include "adapters/ini/settings_values.h"

struct place {
	enum lg_setting_kind kind;
	size_t offset;
};

#define OF_SETTINGS(member) offsetof(struct lg_settings, member)
#define OF_LISTEN(member) offsetof(struct lg_listen_settings, member)
#define OF_TARGET(member) offsetof(struct lg_target_settings, member)
#define OF_GROUP(member) offsetof(struct lg_group_settings, member)

/* known_keys[i] belongs to places[i]. */
static const struct lg_ini_known known_keys[] = {
	{"gate", "dialect"},
	{"gate", "state_dir"},
	{"gate", "run_dir"},
	{"gate", "admin_group"},
	{"gate", "break_glass"},
	{"gate", "default_domain"},
	{"gate", "language"},
	{"gate", "mapi_cookies"},
	{"gate", "http_refusal"},
	{"gate", "http_challenge"},
	{"gate", "http_realm"},
	{"gate", "restart"},
	{"gate", "profiles_dir"},
	{"gate", "clients_file"},
	{"gate", "refused_keep_days"},
	{"gate", "keep_days"},
	{"directory", "uri"},
	{"directory", "base"},
	{"directory", "bind_dn"},
	{"directory", "password_file"},
	{"directory", "tls"},
	{"directory", "ca_file"},
	{"directory", "timeout_s"},
	{"directory", "login_attributes"},
	{"listen.http", "address"},
	{"listen.http", "without_policy"},
	{"listen.http", "key_file"},
	{"listen.http", "page"},
	{"listen.http", "mode"},
	{"listen.http", "group"},
	{"listen.postfix", "address"},
	{"listen.postfix", "without_policy"},
	{"listen.postfix", "mode"},
	{"listen.postfix", "group"},
	{"listen.spop", "address"},
	{"listen.spop", "without_policy"},
	{"listen.spop", "mode"},
	{"listen.spop", "group"},
	{"listen.dict", "address"},
	{"listen.dict", "without_policy"},
	{"listen.dict", "mode"},
	{"listen.dict", "group"},
	{"listen.status", "address"},
	{"listen.status", "key_file"},
	{"listen.status", "mode"},
	{"listen.status", "group"},
	{"listen.control", "address"},
	{"listen.control", "cert_file"},
	{"listen.control", "tls_key_file"},
	{"listen.control", "ca_file"},
	{"listen.control", "clients"},
	{"dovecot", "doveadm"},
	{"dovecot", "api_key_file"},
	{"haproxy", "stats_socket"},
	{"haproxy", "frontends"},
	{"probe", "user"},
	{"probe", "password_file"},
	{"notify", "dir"},
	{"notify", "before"},
	{"fleet", "base"},
	{"fleet", "uri"},
	{"fleet", "bind_dn"},
	{"fleet", "password_file"},
	{"fleet", "name"},
	{"fleet", "groups"},
	{"fleet", "verify_keys"},
	{"fleet", "sign_key"},
	{"fleet", "heartbeat_s"},
	{"fleet", "doors"},
	{"target.", "dialect"},
	{"target.", "backend"},
	{"target.", "store_version"},
	{"target.", "server"},
	{"target.", "file"},
	{"target.", "file_format"},
	{"target.", "credentials_file"},
	{"target.", "service"},
	{"target.", "companion_name"},
	{"target.", "companion_type"},
	{"target.", "companion_data"},
	{"target.", "restart"},
	{"target.", "undocumented"},
	{"target.", "smb1"},
	{"target.", "cert_file"},
	{"target.", "tls_key_file"},
	{"target.", "ca_file"},
	{"target.", "probe"},
	{"target.", "stop_services"},
	{"group.", "members"},
};

static const struct place places[] = {
	{LG_SETTING_DIALECT, OF_SETTINGS(dialect)},
	{LG_SETTING_PATH, OF_SETTINGS(state_dir)},
	{LG_SETTING_PATH, OF_SETTINGS(run_dir)},
	{LG_SETTING_TEXT, OF_SETTINGS(admin_group)},
	{LG_SETTING_DNS, OF_SETTINGS(break_glass)},
	{LG_SETTING_DOMAIN, OF_SETTINGS(default_domain)},
	{LG_SETTING_LANGUAGE, OF_SETTINGS(language)},
	{LG_SETTING_COOKIES, OF_SETTINGS(mapi_cookies)},
	{LG_SETTING_REFUSAL, OF_SETTINGS(http_refusal)},
	{LG_SETTING_SCHEMES, OF_SETTINGS(http_challenge)},
	{LG_SETTING_REALM, OF_SETTINGS(http_realm)},
	{LG_SETTING_YES_NO, OF_SETTINGS(gate_restart)},
	{LG_SETTING_PATH, OF_SETTINGS(profiles_dir)},
	{LG_SETTING_PATH, OF_SETTINGS(clients_file)},
	{LG_SETTING_DAYS, OF_SETTINGS(refused_keep_days)},
	{LG_SETTING_DAYS, OF_SETTINGS(keep_days)},
	{LG_SETTING_URIS, OF_SETTINGS(directory_uri)},
	{LG_SETTING_TEXT, OF_SETTINGS(directory_base)},
	{LG_SETTING_TEXT, OF_SETTINGS(directory_bind_dn)},
	{LG_SETTING_PATH, OF_SETTINGS(directory_password_file)},
	{LG_SETTING_TLS, OF_SETTINGS(directory_tls)},
	{LG_SETTING_PATH, OF_SETTINGS(directory_ca_file)},
	{LG_SETTING_SECONDS, OF_SETTINGS(directory_timeout_ms)},
	{LG_SETTING_LIST, OF_SETTINGS(login_attributes)},
	{LG_SETTING_ADDRESSES, OF_LISTEN(address)},
	{LG_SETTING_WITHOUT_POLICY, OF_LISTEN(without_policy)},
	{LG_SETTING_PATH, OF_LISTEN(key_file)},
	{LG_SETTING_PATH, OF_LISTEN(page)},
	{LG_SETTING_MODE, OF_LISTEN(mode)},
	{LG_SETTING_TEXT, OF_LISTEN(group)},
	{LG_SETTING_ADDRESSES, OF_LISTEN(address)},
	{LG_SETTING_WITHOUT_POLICY, OF_LISTEN(without_policy)},
	{LG_SETTING_MODE, OF_LISTEN(mode)},
	{LG_SETTING_TEXT, OF_LISTEN(group)},
	{LG_SETTING_ADDRESSES, OF_LISTEN(address)},
	{LG_SETTING_WITHOUT_POLICY, OF_LISTEN(without_policy)},
	{LG_SETTING_MODE, OF_LISTEN(mode)},
	{LG_SETTING_TEXT, OF_LISTEN(group)},
	{LG_SETTING_ADDRESSES, OF_LISTEN(address)},
	{LG_SETTING_WITHOUT_POLICY, OF_LISTEN(without_policy)},
	{LG_SETTING_MODE, OF_LISTEN(mode)},
	{LG_SETTING_TEXT, OF_LISTEN(group)},
	{LG_SETTING_ADDRESSES, OF_LISTEN(address)},
	{LG_SETTING_PATH, OF_LISTEN(key_file)},
	{LG_SETTING_MODE, OF_LISTEN(mode)},
	{LG_SETTING_TEXT, OF_LISTEN(group)},
	{LG_SETTING_ADDRESSES, OF_LISTEN(address)},
	{LG_SETTING_PATH, OF_LISTEN(cert_file)},
	{LG_SETTING_PATH, OF_LISTEN(tls_key_file)},
	{LG_SETTING_PATH, OF_LISTEN(ca_file)},
	{LG_SETTING_LIST, OF_LISTEN(clients)},
	{LG_SETTING_TEXT, OF_SETTINGS(doveadm)},
	{LG_SETTING_PATH, OF_SETTINGS(doveadm_api_key_file)},
	{LG_SETTING_PATH, OF_SETTINGS(haproxy_stats_socket)},
	{LG_SETTING_LIST, OF_SETTINGS(haproxy_frontends)},
	{LG_SETTING_TEXT, OF_SETTINGS(probe_user)},
	{LG_SETTING_PATH, OF_SETTINGS(probe_password_file)},
	{LG_SETTING_PATH, OF_SETTINGS(notify_dir)},
	{LG_SETTING_BEFORE, OF_SETTINGS(notify_before)},
	{LG_SETTING_TEXT, OF_SETTINGS(fleet_base)},
	{LG_SETTING_URIS, OF_SETTINGS(fleet_uri)},
	{LG_SETTING_TEXT, OF_SETTINGS(fleet_bind_dn)},
	{LG_SETTING_PATH, OF_SETTINGS(fleet_password_file)},
	{LG_SETTING_TEXT, OF_SETTINGS(fleet_name)},
	{LG_SETTING_LIST, OF_SETTINGS(fleet_groups)},
	{LG_SETTING_PATH, OF_SETTINGS(fleet_verify_keys)},
	{LG_SETTING_PATH, OF_SETTINGS(fleet_sign_key)},
	{LG_SETTING_SECONDS, OF_SETTINGS(fleet_heartbeat_ms)},
	{LG_SETTING_YES_NO, OF_SETTINGS(fleet_doors)},
	{LG_SETTING_DIALECT, OF_TARGET(dialect)},
	{LG_SETTING_BACKEND, OF_TARGET(backend)},
	{LG_SETTING_VERSION, OF_TARGET(store_version)},
	{LG_SETTING_TEXT, OF_TARGET(server)},
	{LG_SETTING_PATH, OF_TARGET(file)},
	{LG_SETTING_FILE_FORMAT, OF_TARGET(file_is_reg4)},
	{LG_SETTING_PATH, OF_TARGET(credentials_file)},
	{LG_SETTING_TEXT, OF_TARGET(service)},
	{LG_SETTING_TEXT, OF_TARGET(companion_name)},
	{LG_SETTING_REG_TYPE, OF_TARGET(companion_type)},
	{LG_SETTING_TEXT, OF_TARGET(companion_data)},
	{LG_SETTING_YES_NO, OF_TARGET(restart)},
	{LG_SETTING_YES_NO, OF_TARGET(undocumented)},
	{LG_SETTING_YES_NO, OF_TARGET(smb1)},
	{LG_SETTING_PATH, OF_TARGET(cert_file)},
	{LG_SETTING_PATH, OF_TARGET(tls_key_file)},
	{LG_SETTING_PATH, OF_TARGET(ca_file)},
	{LG_SETTING_LIST, OF_TARGET(probe)},
	{LG_SETTING_LIST, OF_TARGET(stop_services)},
	{LG_SETTING_LIST, OF_GROUP(member)},
};

#define KNOWN_COUNT (sizeof(known_keys) / sizeof(known_keys[0]))
_Static_assert(sizeof(places) / sizeof(places[0]) == KNOWN_COUNT,
	       "each known key has its place");

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
static int make_object(struct lg_settings *settings, const char *section)
{
	enum lg_listener listener;

	if (begins_with(section, "target.")) {
		struct lg_target_settings *target =
			&settings->target[settings->target_count];

		target->name = strdup(section + strlen("target."));
		settings->target_count += target->name != NULL;
		return target->name != NULL;
	}
	if (begins_with(section, "group.")) {
		struct lg_group_settings *group =
			&settings->group[settings->group_count];

		group->name = strdup(section + strlen("group."));
		settings->group_count += group->name != NULL;
		return group->name != NULL;
	}
	if (begins_with(section, "listen.") &&
	    lg_listener_from_name(section + strlen("listen."), &listener))
		settings->listen[listener].present = 1;
	return 1;
}

static enum lg_status make_objects(struct lg_settings *settings,
				   const struct lg_ini_items *items,
				   struct lg_error *err)
{
	size_t targets = count_sections(items, "target.");
	size_t groups = count_sections(items, "group.");

	settings->target =
		calloc(targets ? targets : 1, sizeof(*settings->target));
	settings->group = calloc(groups ? groups : 1, sizeof(*settings->group));
	if (!settings->target || !settings->group)
		goto out;
	for (size_t i = 0; i < items->count; i++)
		if (!items->item[i].key &&
		    !make_object(settings, items->item[i].section))
			goto out;
	return LG_OK;
out:
	return lg_no_memory(err);
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
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < items->count && status == LG_OK; i++) {
		const struct lg_ini_item *item = &items->item[i];
		size_t index = 0;
		char *object;

		status = lg_ini_known_find(known_keys, KNOWN_COUNT, item,
					   &index, err);
		if (status != LG_OK || !item->key)
			continue;
		object = object_of(settings, item->section);
		status = lg_setting_read(places[index].kind, item,
					 object + places[index].offset, err);
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
			status = lg_strlist_add(&listen->address, address,
						strlen(address), err);
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
	settings->path = strdup(path);
	if (!settings->path)
		status = lg_no_memory(err);
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
