/* SPDX-License-Identifier: ISC */
/*
 * doors_scene.c - the files of servers, a gate that listens, and rows
 */
#include "doors_scene.h"

#include <string.h>

#include "suite.h"

struct file {
	const char *path;
	const char *text;
};

static const struct file files_there[] = {
	{"/etc/dovecot/gate-dict.conf",
	 "uri = proxy:/run/logongate/dict.sock:logongate\n"},
	{"/etc/haproxy/spoe.cfg",
	 "[gate]\nspoe-agent gate-agent\n    groups g\n"
	 "    use-backend spoe-gate\n"},
	{"/etc/haproxy/other.cfg",
	 "[x]\nspoe-agent other\n    use-backend elsewhere\n"},
	{"/etc/haproxy/event.cfg",
	 "[gate]\nspoe-agent a\n    messages m\n    use-backend spoe-gate\n"
	 "spoe-message m\n    args src=src\n"
	 "    event on-frontend-http-request\n"},
	{"/etc/haproxy/scopes.cfg",
	 "[other]\nspoe-agent a\n    use-backend spoe-gate\n"
	 "[gate]\nspoe-agent b\n    use-backend elsewhere\n"},
	{"/etc/haproxy/claimed.cfg",
	 "[gate]\nspoe-agent a\n    groups g\n    use-backend spoe-gate\n"
	 "spoe-message m\n    args src=src user=http_auth_user\n"},
	{"/etc/haproxy/named.cfg",
	 "[gate]\nspoe-agent a\n    groups g\n    use-backend spoe-gate\n"
	 "spoe-message m\n    args src=src user=var(txn.logongate_user)\n"},
	{"/etc/dovecot/alive.lua",
	 "local url = \"http://127.0.0.1:4191/healthz\"\n"},
	{"/etc/dovecot/gate.lua", "local sock = '/run/logongate/dict.sock'\n"},
	{"/etc/dovecot/alive-dict.conf",
	 "uri = proxy:/run/logongate/dict.sock:logongate\n"
	 "key gate {\n  key = gate/alive/%u\n}\n"},
	{"/pam/sub", "account sufficient pam_unix.so\n"
		     "account required pam_deny.so\n"},
	{"/pam/debian",
	 "account [success=1 new_authtok_reqd=done default=ignore] "
	 "pam_unix.so\n"
	 "account requisite pam_deny.so\n"
	 "account required pam_permit.so\n"},
	{"/pam/common-account",
	 "account required pam_logongate.so timeout=500\n"},
};

static enum lg_status read_file(void *context, const char *path,
				struct lg_buffer *out_text,
				struct lg_error *err)
{
	size_t i;

	(void)context;
	for (i = 0; i < sizeof(files_there) / sizeof(*files_there); i++) {
		if (strcmp(path, files_there[i].path) != 0)
			continue;
		lg_buffer_text(out_text, files_there[i].text);
		return LG_OK;
	}
	if (strncmp(path, "/secret/", 8) == 0)
		return lg_error_set(err, LG_ERR_DENIED, path,
				    "cannot be read: permission denied");
	return lg_error_set(err, LG_ERR_IO, path, "is not there");
}

const struct lg_doors_files doors_files = {NULL, read_file};

struct lg_gate_addresses doors_gate(void)
{
	struct lg_gate_addresses gate = {0};
	struct lg_error err;

	lg_strlist_add(&gate.http, "127.0.0.1:4191", 14, &err);
	lg_strlist_add(&gate.http, "/run/logongate/http.sock", 24, &err);
	lg_strlist_add(&gate.postfix, "/run/logongate/postfix.sock", 27, &err);
	lg_strlist_add(&gate.spop, "/run/logongate/spop.sock", 24, &err);
	lg_strlist_add(&gate.dict, "/run/logongate/dict.sock", 24, &err);
	return gate;
}

static enum lg_status read_row(const struct doors_row *row,
			       struct lg_ways *ways, struct lg_error *err)
{
	struct lg_gate_addresses gate = doors_gate();
	size_t len = strlen(row->text);
	enum lg_status status = LG_ERR_BUG;

	switch (row->server) {
	case DOVECOT:
		status = lg_doors_dovecot(row->text, len, &gate, &doors_files,
					  ways, err);
		break;
	case POSTFIX:
		status = lg_doors_postfix(row->text, len, row->more,
					  strlen(row->more), NULL, &gate, ways,
					  err);
		break;
	case NGINX:
		status = lg_doors_nginx(row->text, len, &gate, ways, err);
		break;
	case HAPROXY:
		status = lg_doors_haproxy(row->text, len, &gate, &doors_files,
					  ways, err);
		break;
	case PAM:
		status = lg_doors_pam(row->more, row->text, len, "/pam", &gate,
				      &doors_files, ways, err);
		break;
	}
	lg_gate_addresses_release(&gate);
	return status;
}

void doors_rows(const struct doors_row *rows, size_t count)
{
	struct lg_ways ways;
	struct lg_error err;
	size_t wrong = 0;
	size_t i;
	size_t j;

	for (i = 0; i < count; i++) {
		ways = (struct lg_ways){0};
		if (read_row(&rows[i], &ways, &err) != LG_OK)
			fail_msg("%s: %s", rows[i].text, err.text);
		for (j = 0; j < ways.count; j++) {
			if (strcmp(ways.way[j].way, rows[i].way) == 0)
				break;
		}
		if (j == ways.count)
			fail_msg("no way %s in: %s", rows[i].way, rows[i].text);
		if (ways.way[j].asks != rows[i].asks ||
		    ways.way[j].when_down != rows[i].when_down)
			print_error("%s: %s, %s (%s) in: %s\n", rows[i].way,
				    lg_asks_name(ways.way[j].asks),
				    lg_when_down_name(ways.way[j].when_down),
				    ways.way[j].note ? ways.way[j].note : "",
				    rows[i].text),
				wrong++;
		if (rows[i].asks == LG_ASKS_NO)
			assert_non_null(ways.way[j].add);
		lg_ways_release(&ways);
	}
	assert_int_equal(wrong, 0);
}
