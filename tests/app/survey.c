/* SPDX-License-Identifier: ISC */
/*
 * Rows for app/doors/survey.h: what of a machine is read, and what is said of
 * that which this user may not read.
 */
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#include "app/doors/gate_hears.h"
#include "app/doors/survey.h"

static enum lg_status read_file(void *self, const char *path,
				struct lg_buffer *out_text,
				struct lg_error *err)
{
	static const char *const files[][2] = {
		{"/ha/first.cfg", "defaults\n  mode http\n"},
		{"/ha/conf.d/10.cfg", "frontend a\n  bind :1\n"},
		{"/ha/conf.d/20.cfg", "frontend b\n  bind :2\n"},
		{"/ha/conf.d/notes.txt", "frontend c\n  bind :3\n"},
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		if (strcmp(path, files[i][0]) == 0) {
			lg_buffer_text(out_text, files[i][1]);
			return lg_buffer_status(out_text, err);
		}
	}
	if (strcmp(path, "/etc/dovecot/conf.d/95-gate.conf") == 0)
		return lg_error_set(err, LG_ERR_DENIED, path, "is not yours");
	return lg_error_set(err, LG_ERR_UNKNOWN_KEY, path, "is not there");
}

static enum lg_status list(void *self, const char *folder,
			   struct lg_strlist *out_names, struct lg_error *err)
{
	static const char *const names[][2] = {
		{"/ha/conf.d", "10.cfg"},
		{"/ha/conf.d", "20.cfg"},
		{"/ha/conf.d", "notes.txt"},
		{"/etc/dovecot/conf.d", "95-gate.conf"},
	};
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (status == LG_OK && strcmp(folder, names[i][0]) == 0)
			status = lg_strlist_add(out_names, names[i][1],
						strlen(names[i][1]), err);
	}
	return status;
}

static enum lg_status prints(void *self, const char *const argv[],
			     struct lg_buffer *out_text, struct lg_error *err)
{
	if (strcmp(argv[0], "doveconf") == 0) {
		lg_buffer_text(out_text, "# 2.3: /etc/dovecot/dovecot.conf\n"
					 "protocols = imap\n");
		return lg_buffer_status(out_text, err);
	}
	if (strcmp(argv[0], "nginx") == 0)
		return lg_error_set(err, LG_ERR_IO, "nginx", "fails");
	return lg_error_set(err, LG_ERR_UNKNOWN_KEY, argv[0], "is not there");
}

static enum lg_status runs(void *self, const char *program,
			   struct lg_strlist *out_lines, struct lg_error *err)
{
	static const char line[] =
		"haproxy\n-Ws\n-f\nfirst.cfg\n-C\n/ha\n-fconf.d\n";

	if (strcmp(program, "haproxy") != 0)
		return LG_OK;
	return lg_strlist_add(out_lines, line, sizeof(line) - 1, err);
}

static enum lg_status listening(void *self,
				struct lg_listening_sockets *out_sockets,
				struct lg_error *err)
{
	struct lg_listening_socket *socket = calloc(1, sizeof(*socket));

	assert_non_null(socket);
	*socket = (struct lg_listening_socket){"0.0.0.0", 993, ""};
	*out_sockets =
		(struct lg_listening_sockets){.socket = socket, .count = 1};
	return LG_OK;
}

static void survey(int is_root, struct lg_ways *ways)
{
	const struct lg_machine machine = {.is_root = is_root,
					   .read = read_file,
					   .list = list,
					   .prints = prints,
					   .runs = runs,
					   .listening = listening};
	const struct lg_doors_places places = {0};
	struct lg_settings *settings = NULL;
	struct lg_error err;

	assert_int_equal(lg_settings_default(NULL, &settings, &err), LG_OK);
	assert_int_equal(
		lg_doors_survey(settings, &machine, &places, ways, &err),
		LG_OK);
	lg_settings_free(&settings);
}

static const struct lg_way *way(const struct lg_ways *ways, const char *door,
				const char *name)
{
	for (size_t i = 0; i < ways->count; i++) {
		if (strcmp(ways->way[i].door, door) == 0 &&
		    strcmp(ways->way[i].way, name) == 0)
			return &ways->way[i];
	}
	return NULL;
}

static void what_is_hidden(void **state)
{
	struct lg_ways ways = {0};
	const struct lg_way *found;

	(void)state;
	survey(0, &ways);
	assert_null(way(&ways, "dovecot", "imap"));
	found = way(&ways, "dovecot", "configuration");
	assert_non_null(found);
	assert_int_equal(found->asks, LG_ASKS_UNKNOWN);
	assert_non_null(strstr(found->note, "95-gate.conf"));
	assert_non_null(strstr(found->note, "run as root"));
	found = way(&ways, "nginx", "configuration");
	assert_non_null(found);
	assert_int_equal(found->asks, LG_ASKS_UNKNOWN);
	found = way(&ways, "port", "0.0.0.0 port 993 (imaps)");
	assert_non_null(found);
	assert_int_equal(found->asks, LG_ASKS_UNKNOWN);
	lg_ways_release(&ways);
	ways = (struct lg_ways){0};
	survey(1, &ways);
	assert_non_null(way(&ways, "dovecot", "imap"));
	lg_ways_release(&ways);
}

static void what_runs(void **state)
{
	struct lg_ways ways = {0};

	(void)state;
	survey(1, &ways);
	assert_non_null(way(&ways, "haproxy", "frontend a bind :1"));
	assert_non_null(way(&ways, "haproxy", "frontend b bind :2"));
	assert_null(way(&ways, "haproxy", "frontend c bind :3"));
	lg_ways_release(&ways);
}

static enum lg_status read_sockets(void *self, const char *path,
				   struct lg_buffer *out_text,
				   struct lg_error *err)
{
	(void)path;
	(void)err;
	lg_buffer_format(
		out_text,
		"Num       RefCount Protocol Flags    Type St Inode Path\n"
		"0: 00000002 00000000 00010000 0001 01 11 %s/control.sock\n"
		"0: 00000002 00000000 00010000 0001 01 12 /g/dict.sock\n"
		"0: 00000003 00000000 00000000 0001 03 13 /g/http.sock\n",
		(const char *)self);
	return lg_buffer_status(out_text, err);
}

static void add(struct lg_strlist *list, const char *address)
{
	struct lg_error err;

	assert_int_equal(lg_strlist_add(list, address, strlen(address), &err),
			 LG_OK);
}

/* Of a gate that runs; of another one all stays. */
static void what_is_heard(void **state)
{
	static const struct {
		const char *gate;
		size_t taken;
	} row[] = {{"/g", 2}, {"/other/g", 0}};
	struct lg_listening_socket socket = {"0.0.0.0", 993, ""};
	const struct lg_listening_sockets sockets = {.socket = &socket,
						     .count = 1};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const struct lg_machine machine = {.self = (void *)row[i].gate,
						   .read = read_sockets};
		struct lg_gate_addresses gate = {0};
		struct lg_error err;
		size_t taken = 9;

		add(&gate.http, "/g/http.sock");
		add(&gate.http, "127.0.0.1:4191");
		add(&gate.http, "127.0.0.1:993");
		add(&gate.dict, "/g/dict.sock");
		assert_int_equal(lg_gate_hears(&machine, "/g", &sockets, &gate,
					       &taken, &err),
				 LG_OK);
		assert_int_equal(taken, row[i].taken);
		assert_int_equal(gate.http.count, 3 - taken);
		assert_string_equal(gate.http.item[gate.http.count - 1],
				    "127.0.0.1:993");
		assert_int_equal(gate.dict.count, 1);
		lg_gate_addresses_release(&gate);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		suite_row("an address of the settings counts where the gate "
			  "that runs listens at it",
			  what_is_heard),
		suite_row("what this user may not read is unknown, and root "
			  "would see it",
			  what_is_hidden),
		suite_row("HAProxy's files are those that the process was "
			  "given",
			  what_runs),
	};

	return suite_run(tests);
}
