/* SPDX-License-Identifier: ISC */
/*
 * target.c - what every target backend promises, asked of each of them
 *
 * Built once for each backend. The hive is made by mkhive.py beside this file,
 * because libhivex changes hives but makes none. The Windows server is a live
 * one, which LG_TARGET_SERVER, LG_TARGET_CREDENTIALS and LG_TARGET_HELPER tell
 * of (tests/live/winreg_program.py); so is that of ssh, with LG_TARGET_CONFIG
 * for ssh itself (tests/live/servers_ssh.py).
 */
#include "core/values/registry_comments.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef TARGET_HIVE
#include <hivex.h>

#include "adapters/hive/hive_target.h"
#define open_target lg_hive_target_open
#define make_empty empty_hive
#elif defined(TARGET_WINREG)
#include "adapters/winreg/winreg_target.h"
#define open_target open_winreg
#define make_empty nothing_set
#elif defined(TARGET_SSH)
#include "adapters/ssh/ssh_target.h"
#define open_target open_ssh
#define make_empty nothing_set
#else
#include "adapters/regfile/regfile_target.h"
#define open_target(name, path, out, err)                                      \
	lg_regfile_target_open(name, path, LG_REG_ENCODING_UTF16, out, err)
#define make_empty none_there
#endif

#define KEY LG_KEY_PARAMETERS_SYSTEM

static char folder[] = "/tmp/logongate-target-XXXXXX";
static char path[128];

#ifdef TARGET_HIVE
/* SYSTEM with ControlSet002 as the current one. */
static void empty_hive(void)
{
	char command[512];
	hive_set_value current = {(char *)"Current", hive_t_REG_DWORD, 4,
				  (char *)"\2\0\0"};
	hive_node_h select;
	hive_h *hive;

	snprintf(command, sizeof(command), "/usr/bin/python3 '%s' '%s'", MKHIVE,
		 path);
	assert_int_equal(system(command), 0);
	hive = hivex_open(path, HIVEX_OPEN_WRITE);
	assert_non_null(hive);
	select = hivex_node_add_child(hive, hivex_root(hive), "Select");
	assert_int_not_equal(select, 0);
	assert_int_equal(hivex_node_set_value(hive, select, &current, 0), 0);
	assert_int_not_equal(
		hivex_node_add_child(hive, hivex_root(hive), "ControlSet002"),
		0);
	assert_int_equal(hivex_commit(hive, NULL, 0), 0);
	hivex_close(hive);
}
#elif defined(TARGET_WINREG)
static struct lg_target_settings server;

static enum lg_status open_winreg(const char *name, const char *ignored,
				  struct lg_target *out_target,
				  struct lg_error *err)
{
	(void)ignored;
	server = (struct lg_target_settings){
		.name = (char *)name,
		.backend = LG_BACKEND_WINREG,
		.server = getenv("LG_TARGET_SERVER"),
		.credentials_file = getenv("LG_TARGET_CREDENTIALS"),
	};
	return lg_winreg_target_open(&server, getenv("LG_TARGET_HELPER"),
				     out_target, err);
}

#elif defined(TARGET_SSH)
static struct lg_target_settings server;

static enum lg_status open_ssh(const char *name, const char *ignored,
			       struct lg_target *out_target,
			       struct lg_error *err)
{
	(void)ignored;
	server = (struct lg_target_settings){
		.name = (char *)name,
		.backend = LG_BACKEND_SSH,
		.server = getenv("LG_TARGET_SERVER"),
		.credentials_file = getenv("LG_TARGET_CREDENTIALS"),
		.file = getenv("LG_TARGET_CONFIG"),
	};
	return lg_ssh_target_open(&server, out_target, err);
}
#else
static void none_there(void)
{
	unlink(path);
}
#endif

#if defined(TARGET_WINREG) || defined(TARGET_SSH)
#define IS_REMOTE
/* What the row before has left. */
static void nothing_set(void)
{
	struct lg_target_change change = {0};
	struct lg_registry *values = NULL;
	struct lg_target target;
	struct lg_error err;
	size_t i;

	assert_int_equal(open_target("ex1", NULL, &target, &err), LG_OK);
	if (target.read(target.self, &values, &err) != LG_OK)
		fail_msg("%s: %s", err.place, err.text);
	for (i = 0; i < lg_registry_count(values); i++) {
		change.key = lg_registry_at(values, i)->key;
		change.name = lg_registry_at(values, i)->name;
		assert_int_equal(target.write(target.self, &change, 1, &err),
				 LG_OK);
	}
	lg_registry_free(&values);
	target.close(target.self);
}
#endif

static struct lg_target fresh(void)
{
	struct lg_target target;
	struct lg_error err;

	make_empty();
	assert_int_equal(open_target("ex1", path, &target, &err), LG_OK);
	assert_string_equal(target.name, "ex1");
	return target;
}

static struct lg_registry *read_all(struct lg_target *target)
{
	struct lg_registry *values = NULL;
	struct lg_error err;

	if (target->read(target->self, &values, &err) != LG_OK)
		fail_msg("%s: %s", err.place, err.text);
	return values;
}

static void write_all(struct lg_target *target, const struct lg_registry *from)
{
	struct lg_target_change change[8] = {0};
	struct lg_error err;
	size_t i;

	for (i = 0; i < lg_registry_count(from); i++) {
		change[i].value = lg_registry_at(from, i);
		change[i].key = change[i].value->key;
		change[i].name = change[i].value->name;
	}
	if (target->write(target->self, change, i, &err) != LG_OK)
		fail_msg("%s: %s", err.place, err.text);
}

static struct lg_registry *some_values(void)
{
	static const char *const dn[] = {
		"/o=ACME/ou=First Administrative Group/cn=Recipients/cn=alice",
		"/o=ACME/ou=AG/cn=Recipients/cn=J\303\266rg",
		"/o=ACME/ou=AG/cn=Recipients/cn=\360\237\230\200 b\"q\\s;c",
	};
	struct lg_registry *values;
	struct lg_strlist list = {0};
	struct lg_error err;
	size_t i;

	assert_int_equal(lg_registry_new(&values, &err), LG_OK);
	for (i = 0; i < 3; i++)
		lg_strlist_add(&list, dn[i], strlen(dn[i]), &err);
	lg_registry_set_list(values, KEY, LG_VALUE_LOGON_ONLY_AS, &list, &err);
	lg_registry_set_text(values, KEY, LG_VALUE_DISABLE_MAPI_CLIENTS,
			     "-5.9.9;7.0.0-11.65535.65535", &err);
	lg_registry_set_dword(values, LG_KEY_MSEXCHANGEIS, "Number", 5, &err);
	lg_strlist_release(&list);
	return values;
}

static void assert_holds(const struct lg_registry *values,
			 const struct lg_registry *expected)
{
	const struct lg_value *value;
	const struct lg_value *found;
	size_t i;

	assert_int_equal(lg_registry_count(values),
			 lg_registry_count(expected));
	for (i = 0; i < lg_registry_count(expected); i++) {
		value = lg_registry_at(expected, i);
		found = lg_registry_find(values, value->key, value->name);
		assert_non_null(found);
		assert_true(lg_value_equal(found, value));
	}
}

static void empty_holds_nothing(void **state)
{
	struct lg_target target = fresh();
	struct lg_registry *values = read_all(&target);
	struct lg_target_probe probe;
	struct lg_error err;

	(void)state;
	assert_int_equal(lg_registry_count(values), 0);
	assert_int_equal(target.probe(target.self, &probe, &err), LG_OK);
	assert_true(probe.may_write);
	lg_registry_free(&values);
	target.close(target.self);
}

static void written_is_read_back(void **state)
{
	struct lg_target target = fresh();
	struct lg_registry *wanted = some_values();
	struct lg_registry *values;

	(void)state;
	write_all(&target, wanted);
	values = read_all(&target);
	assert_holds(values, wanted);
	lg_registry_free(&values);
	write_all(&target, wanted);
	values = read_all(&target);
	assert_holds(values, wanted);
	lg_registry_free(&values);
	lg_registry_free(&wanted);
	target.close(target.self);
}

static void one_deleted_leaves_the_others(void **state)
{
	struct lg_target target = fresh();
	struct lg_registry *wanted = some_values();
	struct lg_target_change change[2] = {
		{.key = KEY, .name = "disable mapi CLIENTS"},
		{.key = KEY, .name = "Never There"},
	};
	struct lg_registry *values;
	struct lg_error err;

	(void)state;
	write_all(&target, wanted);
	assert_int_equal(target.write(target.self, change, 2, &err), LG_OK);
	assert_int_equal(
		lg_registry_delete(wanted, KEY, LG_VALUE_DISABLE_MAPI_CLIENTS),
		1);
	values = read_all(&target);
	assert_holds(values, wanted);
	lg_registry_free(&values);
	lg_registry_free(&wanted);
	target.close(target.self);
}

static void lists_near_the_limit(void **state)
{
	struct lg_target target = fresh();
	struct lg_registry *wanted;
	struct lg_registry *values;
	struct lg_strlist list = {0};
	struct lg_error err;
	char dn[128];
	int i;

	(void)state;
	for (i = 0; i < 7000; i++) {
		snprintf(dn, sizeof(dn),
			 "/o=ACME/ou=First Administrative Group/cn=Recipients/"
			 "cn=user%07d",
			 i);
		lg_strlist_add(&list, dn, strlen(dn), &err);
	}
	assert_int_equal(lg_registry_new(&wanted, &err), LG_OK);
	lg_registry_set_list(wanted, KEY, LG_VALUE_LOGON_ONLY_AS, &list, &err);
	write_all(&target, wanted);
	values = read_all(&target);
	assert_holds(values, wanted);
	lg_strlist_release(&list);
	lg_registry_free(&values);
	lg_registry_free(&wanted);
	target.close(target.self);
}

#ifdef IS_REMOTE
static void a_server_that_denies_is_an_error(void **state)
{
	struct lg_target target = fresh();
	struct lg_registry *wanted = some_values();
	struct lg_registry *values = NULL;
	struct lg_target_probe probe = {.may_write = 7,
					.service = LG_SERVICE_PAUSED};
	struct lg_target_change change = {0};
	struct lg_target denied;
	struct lg_error err;

	(void)state;
	write_all(&target, wanted);
	assert_int_equal(open_target("ex1", NULL, &denied, &err), LG_OK);
	server.credentials_file = getenv("LG_TARGET_DENIED");
#ifdef TARGET_SSH
	server.file = getenv("LG_TARGET_DENIED_CONFIG");
#endif
	change.key = KEY;
	change.name = LG_VALUE_DISABLE_MAPI_CLIENTS;
	assert_int_equal(denied.read(denied.self, &values, &err),
			 LG_ERR_DENIED);
	assert_null(values);
	assert_int_equal(denied.write(denied.self, &change, 1, &err),
			 LG_ERR_DENIED);
	assert_int_equal(denied.probe(denied.self, &probe, &err),
			 LG_ERR_DENIED);
	assert_int_equal(probe.may_write, 7);
	if (denied.service != NULL)
		assert_int_equal(
			denied.service(denied.self, &probe.service, &err),
			LG_ERR_DENIED);
	assert_int_equal(probe.service, LG_SERVICE_PAUSED);
	/* the two share what they were opened with */
	server.credentials_file = getenv("LG_TARGET_CREDENTIALS");
#ifdef TARGET_SSH
	server.file = getenv("LG_TARGET_CONFIG");
#endif
	values = read_all(&target);
	assert_holds(values, wanted);
	lg_registry_free(&values);
	lg_registry_free(&wanted);
	denied.close(denied.self);
	target.close(target.self);
}

#endif

#ifdef TARGET_WINREG
static void a_service_runs_after_its_restart(void **state)
{
	struct lg_target target = fresh();
	enum lg_service service = LG_SERVICE_NONE;
	struct lg_target_probe probe;
	struct lg_error err;

	(void)state;
	assert_int_equal(target.restart(target.self, &err), LG_OK);
	assert_int_equal(target.service(target.self, &service, &err), LG_OK);
	assert_int_equal(service, LG_SERVICE_RUNNING);
	assert_int_equal(target.probe(target.self, &probe, &err), LG_OK);
	assert_int_equal(probe.service, LG_SERVICE_RUNNING);
	server.service = (char *)"Nonesuch";
	assert_int_equal(target.service(target.self, &service, &err), LG_OK);
	assert_int_equal(service, LG_SERVICE_NONE);
	assert_int_equal(target.restart(target.self, &err), LG_ERR_CONFLICT);
	target.close(target.self);
}
#endif

#ifndef IS_REMOTE
static void garbage_is_an_error_and_stays(void **state)
{
	struct lg_target target = fresh();
	struct lg_registry *wanted = some_values();
	struct lg_registry *values = NULL;
	struct lg_target_change change = {0};
	struct lg_error err;
	char text[16] = "";
	FILE *file;

	(void)state;
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("regf garbage", file);
	fclose(file);
	assert_int_not_equal(target.read(target.self, &values, &err), LG_OK);
	assert_null(values);
	assert_non_null(strstr(err.place, path));
	change.value = lg_registry_at(wanted, 0);
	change.key = change.value->key;
	change.name = change.value->name;
	assert_int_not_equal(target.write(target.self, &change, 1, &err),
			     LG_OK);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	assert_string_equal(text, "regf garbage");
	lg_registry_free(&wanted);
	target.close(target.self);
}
#endif

#if !defined(TARGET_HIVE) && !defined(IS_REMOTE)
/* The server may not have imported what an earlier change took away. */
static void what_was_taken_away_stays_told(void **state)
{
	struct lg_target target = fresh();
	struct lg_registry *values = some_values();
	struct lg_registry *merged = NULL;
	struct lg_target_change change = {.key = KEY, .name = "first"};
	struct lg_registry *server = NULL;
	struct lg_buffer comments = {0};
	struct lg_error err;
	char text[4096];
	size_t got;
	FILE *file;

	(void)state;
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("Windows Registry Editor Version 5.00\n\n; for Gr\xc3\xbc\xc3\x9f"
	      "e & co\n"
	      "[-HKEY_LOCAL_MACHINE\\Gone]\n[" KEY "]\n\"by hand\"=-\n"
	      " ; ticket 4711\r\n\"second\"=-\n\"two lines\"=\"1\n; 2\"\n",
	      file);
	fclose(file);
	assert_int_equal(target.write(target.self, &change, 1, &err), LG_OK);
	change.value = lg_registry_at(values, 0);
	change.key = change.value->key;
	change.name = change.value->name;
	assert_int_equal(target.write(target.self, &change, 1, &err), LG_OK);
	file = fopen(path, "r");
	assert_non_null(file);
	got = fread(text, 1, sizeof(text), file);
	fclose(file);
	/* A server that had all of them. */
	assert_int_equal(lg_registry_new(&server, NULL), LG_OK);
	lg_registry_set_text(server, KEY, "first", "1", NULL);
	lg_registry_set_text(server, KEY, "second", "2", NULL);
	lg_registry_set_text(server, KEY, "by hand", "3", NULL);
	/* Nor is what people wrote lost, or told twice. */
	assert_int_equal(lg_reg_text_comments(text, got, path, &comments, &err),
			 LG_OK);
	lg_buffer_char(&comments, '\0');
	assert_string_equal(comments.data, "; for Gr\xc3\xbc\xc3\x9f"
					   "e & co\n; ticket 4711\n");
	lg_buffer_release(&comments);
	lg_registry_set_text(server, "HKEY_LOCAL_MACHINE\\Gone\\Below", "x",
			     "4", NULL);
	assert_int_equal(
		lg_reg_text_parse(text, got, path, server, &merged, &err),
		LG_OK);
	assert_int_equal(lg_registry_count(merged), 2);
	assert_true(lg_value_equal(
		lg_registry_find(merged, change.key, change.name),
		change.value));
	lg_registry_free(&server);
	lg_registry_free(&merged);
	lg_registry_free(&values);
	target.close(target.self);
}
#endif

#ifdef TARGET_HIVE
/* Its log may hold the rest, which Windows would write over ours. */
static void a_hive_that_is_half_written_is_refused(void **state)
{
	struct lg_target target = fresh();
	struct lg_registry *values = NULL;
	struct lg_error err;
	FILE *file;
	int sequence;

	(void)state;
	file = fopen(path, "r+");
	assert_non_null(file);
	assert_int_equal(fseek(file, 4, SEEK_SET), 0);
	sequence = fgetc(file);
	assert_int_equal(fseek(file, 4, SEEK_SET), 0);
	fputc(sequence + 1, file);
	fclose(file);
	assert_int_equal(target.read(target.self, &values, &err),
			 LG_ERR_CONFLICT);
	assert_null(values);
	assert_non_null(strstr(err.text, "sequence numbers"));
	target.close(target.self);
}
#endif

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("an empty one holds nothing and may be written",
			  empty_holds_nothing),
		suite_row("what was written is read back, types included",
			  written_is_read_back),
		suite_row("a deleted value leaves the others",
			  one_deleted_leaves_the_others),
		suite_row("a list near the limit of a hive is kept",
			  lists_near_the_limit),
#if !defined(TARGET_HIVE) && !defined(IS_REMOTE)
		suite_row("what was taken away stays told",
			  what_was_taken_away_stays_told),
#endif
#ifdef TARGET_HIVE
		suite_row("a hive that is half written is refused",
			  a_hive_that_is_half_written_is_refused),
#endif
#ifdef IS_REMOTE
		suite_row("a server that denies is an error and changes "
			  "nothing",
			  a_server_that_denies_is_an_error),
#endif
#ifdef TARGET_WINREG
		suite_row("a service runs after its restart",
			  a_service_runs_after_its_restart),
#endif
#ifndef IS_REMOTE
		suite_row("garbage is an error and is not overwritten",
			  garbage_is_an_error_and_stays),
#endif
	};
	int result;

	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof(path), "%s/target", folder);
	result = suite_run(rows);
	unlink(path);
	rmdir(folder);
	return result;
}
