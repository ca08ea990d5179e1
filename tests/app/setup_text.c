/* SPDX-License-Identifier: ISC */
/*
 * Rows for the texts of src/app/setup: settings, differences, main files.
 */
#include <string.h>

#include "suite.h"

#include "app/setup/setup_diff.h"
#include "app/setup/setup_master.h"
#include "app/setup/setup_nginx_text.h"
#include "app/setup/setup_parts.h"
#include "app/setup/setup_record.h"
#include "app/setup/setup_settings.h"

static void address(void **state)
{
	static const struct {
		const char *before;
		const char *after;
	} row[] = {
		{"[listen.http]\naddress = \"unix:h\" ; mine\n",
		 "[listen.http]\naddress = \"unix:h, A:1\" ; mine\n"},
		{"[listen.http]\naddress = unix:h\t; mine\n[x]\naddress = b\n",
		 "[listen.http]\naddress = unix:h, A:1\t; mine\n"
		 "[x]\naddress = b\n"},
		{"; [listen.http]\n[ listen.http ]\nmode = 0660",
		 "; [listen.http]\n[ listen.http ]\n"
		 "address = \"unix:http.sock, A:1\"\nmode = 0660"},
		{"[gate]", "[gate]\n\n[listen.http]\n"
			   "address        = \"A:1\"\n"
			   "without_policy = refuse\n"},
	};
	struct lg_error err;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_buffer text = {0};

		lg_buffer_text(&text, row[i].before);
		assert_int_equal(lg_setup_add_address(&text, "http", "A:1",
						      "refuse", &err),
				 LG_OK);
		assert_string_equal(text.data, row[i].after);
		lg_buffer_release(&text);
	}
}

static void not_one_line(void **state)
{
	struct lg_buffer text = {0};
	struct lg_error err;

	lg_buffer_text(&text, "[listen.http]\naddress = \"unix:h\n");
	assert_int_equal(
		lg_setup_add_address(&text, "http", "A:1", "refuse", &err),
		LG_ERR_SYNTAX);
	assert_string_equal(text.data, "[listen.http]\naddress = \"unix:h\n");
	lg_buffer_release(&text);
}

static void diff(void **state)
{
	const struct lg_setup_file file = {.path = "/f",
					   .before = "a\nb\nc\nd\ne\nf\ng\n",
					   .after = "a\nb\nc\nd\nE\nf\ng\nh"};
	struct lg_buffer text = {0};
	struct lg_error err;

	assert_int_equal(lg_setup_diff(&file, &text, &err), LG_OK);
	assert_string_equal(text.data,
			    "--- /f\n+++ /f\n@@ -2,6 +2,7 @@\n b\n c\n d\n"
			    "-e\n+E\n f\n g\n+h\n"
			    "\\ No newline at end of file\n");
	lg_buffer_release(&text);
}

static void secret(void **state)
{
	const struct lg_setup_file file = {
		.path = "/key", .after = "5ecret", .is_secret = 1};
	struct lg_buffer text = {0};
	struct lg_error err;

	assert_int_equal(lg_setup_diff(&file, &text, &err), LG_OK);
	assert_null(strstr(text.data, "5ecret"));
	lg_buffer_release(&text);
}

static void take_back(void **state)
{
	static const struct {
		const char *before;
		const char *after;
		const char *now;
		const char *back; /* NULL: it cannot be told */
	} row[] = {
		{"a\nb\n", "a\nB\n", "x\na\nB\ny\n", "x\na\nb\ny\n"},
		{"a\n", "a\n\n[d]\nk = v\n", "a\nx\n\n[d]\nk = v\ny\n",
		 "a\nx\ny\n"},
		{"a\nb\n", "a\nB\n", "a\nC\n", NULL},
		{"a\nb\n", "a\nB\n", "B\na\nB\n", "B\na\nb\n"},
		/* the same lines in two places, as both services of Postfix,
		 * both sites of nginx have them */
		{"s\nt\n", "s\n o\n p\nt\n o\n p\n",
		 "#\ns\n o\n p\nt\n q\n o\n p\nu\n", "#\ns\nt\n q\nu\n"},
		{"s\nt\n", "s\n o\nt\n o\n", "s\nt\n o\n", NULL},
		{"s\nt\n", "s\n o\n p\nt\n", "s\n o\n q\n p\nt\n", NULL},
		{"a\nb\n", "a\n", "a\nx\n", NULL},
	};
	struct lg_error err;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_buffer text = {0};
		enum lg_status status = lg_setup_take_back(
			row[i].before, row[i].after, row[i].now, &text, &err);

		assert_int_equal(status, row[i].back ? LG_OK : LG_ERR_CONFLICT);
		if (row[i].back)
			assert_string_equal(text.data, row[i].back);
		lg_buffer_release(&text);
	}
}

/* Every location that leads on asks, keeps the headers it inherits, and a
 * site that is not meant stays. */
static void nginx(void **state)
{
	static const char before[] =
		"server { # mine\n"
		"  server_name a;\n"
		"  proxy_set_header Host \"x \\\"y\\\"\";\n"
		"  location / { proxy_pass http://s; }\n"
		"  location /own { proxy_set_header A b; if ($x) { proxy_pass "
		"http://s; } }\n"
		"  location @in { proxy_pass http://s; }\n"
		"  location /file { return 200; }\n"
		"}\n"
		"server { server_name b; location / { fastcgi_pass s; } }\n"
		"server { server_name c; proxy_pass s:1; }\n";
	static const char after[] =
		"server {\n"
		"\tinclude logongate-server.conf;\n"
		"\tset $logongate_identity basic-checked-here;\n"
		" # mine\n"
		"  server_name a;\n"
		"  proxy_set_header Host \"x \\\"y\\\"\";\n"
		"  location / {\n"
		"\t\tproxy_set_header \"Host\" \"x \\\"y\\\"\";\n"
		"\t\tinclude logongate-ask.conf;\n"
		" proxy_pass http://s; }\n"
		"  location /own {\n"
		"\t\tinclude logongate-ask.conf;\n"
		" proxy_set_header A b; if ($x) { proxy_pass http://s; } }\n"
		"  location @in { proxy_pass http://s; }\n"
		"  location /file { return 200; }\n"
		"}\n"
		"server { server_name b; location / { fastcgi_pass s; } }\n"
		"server { server_name c; proxy_pass s:1; }\n";
	const struct lg_setup_ask ask = {.sites = "a"};
	struct lg_setup_sites sites = {.what = "server block"};
	struct lg_setup_sites again = {.what = "server block"};
	struct lg_buffer text = {0};
	struct lg_error err;

	assert_int_equal(lg_setup_nginx_sites(before, &sites, &err), LG_OK);
	assert_int_equal(sites.names.count, 2);
	assert_int_equal(lg_setup_sites_choose(&ask, &sites, "nginx", &err),
			 LG_OK);
	assert_int_equal(lg_setup_nginx_put(before, &sites,
					    "basic-checked-here", &text, &err),
			 LG_OK);
	assert_string_equal(text.data, after);
	assert_int_equal(lg_setup_nginx_sites(text.data, &again, &err), LG_OK);
	assert_int_equal(again.asking, 1);
	lg_strlist_release(&sites.names);
	lg_strlist_release(&again.names);
	lg_buffer_release(&text);
}

/* One who asks somebody else there already is not asked over. */
static void nginx_asks_another(void **state)
{
	static const char text[] = "server { server_name a; location / { "
				   "auth_request /x; proxy_pass http://s; } }";
	struct lg_setup_sites sites = {.what = "server block"};
	struct lg_buffer out = {0};
	struct lg_error err;

	assert_int_equal(lg_setup_nginx_sites(text, &sites, &err), LG_OK);
	assert_int_equal(lg_setup_nginx_put(text, &sites, "nobody", &out, &err),
			 LG_ERR_CONFLICT);
	assert_int_equal(out.len, 0);
	lg_strlist_release(&sites.names);
	lg_buffer_release(&out);
}

static void sites(void **state)
{
	static const struct {
		const char *named;
		size_t names;
		size_t asking;
		enum lg_status status;
		size_t left;
	} row[] = {
		{NULL, 0, 0, LG_ERR_CONFLICT, 0}, {NULL, 1, 0, LG_OK, 1},
		{NULL, 2, 0, LG_ERR_CONFLICT, 2}, {NULL, 1, 1, LG_OK, 0},
		{"all", 2, 0, LG_OK, 2},          {"b", 2, 1, LG_OK, 1},
		{"b,a", 2, 0, LG_OK, 2},          {"c", 2, 0, LG_ERR_SYNTAX, 0},
	};
	static const char *const name[] = {"a", "b"};
	struct lg_error err;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const struct lg_setup_ask ask = {.sites = row[i].named};
		struct lg_setup_sites found = {.what = "site",
					       .asking = row[i].asking};

		for (size_t n = 0; n < row[i].names; n++)
			assert_int_equal(
				lg_setup_sites_add(&found, name[n], &err),
				LG_OK);
		assert_int_equal(
			lg_setup_sites_choose(&ask, &found, "door", &err),
			row[i].status);
		if (row[i].status == LG_OK)
			assert_int_equal(found.names.count, row[i].left);
		lg_strlist_release(&found.names);
	}
}

/* Comments between the lines of a service are passed over. */
static void master(void **state)
{
	static const char before[] = "# head\n"
				     "smtp inet n - y - - smtpd\n"
				     "submission\tinet n - y - - smtpd\n"
				     "  -o a=b\n"
				     "#  -o c=d\n"
				     "  -o e=f\n"
				     "#submissions inet n - y - - smtpd\n"
				     "pickup unix n - y 60 1 pickup";
	struct lg_buffer text = {0};
	struct lg_error err;

	lg_buffer_text(&text, before);
	assert_int_equal(lg_setup_master_insert(&text, "submission inet",
						"  -o x=y\n", &err),
			 LG_OK);
	assert_string_equal(text.data, "# head\n"
				       "smtp inet n - y - - smtpd\n"
				       "submission\tinet n - y - - smtpd\n"
				       "  -o a=b\n"
				       "#  -o c=d\n"
				       "  -o e=f\n"
				       "  -o x=y\n"
				       "#submissions inet n - y - - smtpd\n"
				       "pickup unix n - y 60 1 pickup");
	assert_int_equal(
		lg_setup_master_insert(&text, "submissions inet", "", &err),
		LG_ERR_SYNTAX);
	lg_buffer_release(&text);
}

/* What another door asks at does not go with the one that brought it. */
static void still_needed(void **state)
{
	struct lg_setup_plan other = {.door = "haproxy", .gate_conf = "/conf"};
	const struct lg_setup_file conf = {.path = "/conf",
					   .after = "127.0.0.1:4191"};
	const struct lg_setup_file cfg = {.path = "/cfg",
					  .after = "server 127.0.0.1:4191"};
	struct lg_settings *settings = NULL;
	struct lg_error err;

	assert_int_equal(lg_settings_default(NULL, &settings, &err), LG_OK);
	assert_int_equal(
		lg_strlist_add(&settings->listen[LG_LISTEN_HTTP].address,
			       "127.0.0.1:4191", 14, &err),
		LG_OK);
	assert_int_equal(lg_setup_add(&other, &conf, &err), LG_OK);
	assert_int_equal(lg_setup_record_needs(&other, settings, "", &err),
			 LG_OK);
	assert_int_equal(lg_setup_add(&other, &cfg, &err), LG_OK);
	assert_int_equal(lg_setup_record_needs(&other, settings, "", &err),
			 LG_ERR_CONFLICT);
	assert_int_equal(lg_setup_record_needs(&other, settings,
					       "a = \"127.0.0.1:4191\"", &err),
			 LG_OK);
	lg_setup_plan_release(&other);
	lg_settings_free(&settings);
}

static enum lg_status runs(void *self, const char *program,
			   struct lg_strlist *out_lines, struct lg_error *err)
{
	const char *line = self;

	(void)program;
	return line ? lg_strlist_add(out_lines, line, strlen(line), err)
		    : LG_OK;
}

static void main_file(void **state)
{
	static const struct {
		const char *runs;
		const char *folder;
		const char *file;
	} row[] = {
		{NULL, NULL, NULL},
		{"dovecot\n-F", NULL, NULL},
		{"dovecot\n-c\n/d/x.conf", NULL, "/d/x.conf"},
		{"dovecot\n-c\n/d/x.conf", "/mine", "/mine/dovecot.conf"},
	};
	struct lg_error err;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const struct lg_machine machine = {.self = (void *)row[i].runs,
						   .runs = runs};
		struct lg_setup_plan plan = {0};
		const struct lg_setup_ask ask = {.machine = &machine,
						 .config_dir = row[i].folder,
						 .plan = &plan,
						 .err = &err};
		const char *file = "";

		assert_int_equal(lg_setup_main_file(&ask, "dovecot",
						    "dovecot.conf", &file),
				 LG_OK);
		if (row[i].file)
			assert_string_equal(file, row[i].file);
		else
			assert_null(file);
		lg_setup_plan_release(&plan);
	}
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("nginx: what leads on asks", nginx),
		suite_row("nginx: somebody else's question stays alone",
			  nginx_asks_another),
		suite_row("which sites are meant", sites),
		suite_row("Postfix: behind the last line of a service", master),
		suite_row("an address that another door asks at", still_needed),
		suite_row("an address more, and nothing else", address),
		suite_row("a value that goes on is left alone", not_one_line),
		suite_row("a unified diff, also without a last line end", diff),
		suite_row("a secret is never shown", secret),
		suite_row("taken back out of what was changed", take_back),
		suite_row("no file is named where a server looks by itself",
			  main_file),
	};

	return suite_run(rows);
}
