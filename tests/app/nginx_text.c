/* SPDX-License-Identifier: ISC */
/*
 * Rows for app/doors/nginx_text.h.
 */
#include <stdlib.h>
#include <string.h>

#include "app/doors/nginx_text.h"

#include "allocation.h"
#include "suite.h"

#define FILE_MARK "# configuration file "

static void assert_text(const char *printed, const char *want)
{
	struct lg_buffer out = {0};
	struct lg_error err;

	if (lg_nginx_text(printed, strlen(printed), &out, &err) != LG_OK)
		fail_msg("%s", err.text);
	assert_string_equal(out.data ? out.data : "", want);
	lg_buffer_release(&out);
}

static void includes_are_put_in(void **state)
{
	assert_text(FILE_MARK "/e/n.conf:\nhttp { include c.conf; }\n" FILE_MARK
			      "/e/c.conf:\nmap a;\n",
		    "http { map a;\n\n }\n");
	assert_text(
		FILE_MARK
		"/e/n.conf:\ninclude d/*.conf;\ninclude \"/x/y\" ;" FILE_MARK
		"is no file here\n" FILE_MARK "/e/d/2.conf:\ntwo;\n" FILE_MARK
		"/e/d/1.conf:\none; include z;\n" FILE_MARK "/x/y:\nx;\n",
		"two;\none; \n\n\n\nx;\n\n" FILE_MARK "is no file here\n");
}

static void only_statements_include(void **state)
{
	static const char *const plain[] = {
		"return 200 \"a; include b;\";\n",
		"# include c.conf;\nx;\n",
		"includes c.conf;\n",
		"a include c.conf;\n",
		"include c.conf",
		"include",
		"'",
		"",
	};
	struct lg_buffer text = {0};
	size_t i;

	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		lg_buffer_clear(&text);
		lg_buffer_format(&text, FILE_MARK "/e/n.conf:\n%s", plain[i]);
		assert_text(text.data, plain[i]);
		/* Without marks everything stays as it is. */
		assert_text(plain[i], plain[i]);
	}
	lg_buffer_release(&text);
}

static void circles_end(void **state)
{
	static const char circle[] =
		FILE_MARK "/e/a:\ninclude b;\n" FILE_MARK "/e/b:\ninclude a;\n";
	static const char tree[] = FILE_MARK "/e/a:\ninclude *;include *;\n";
	struct lg_buffer out = {0};
	struct lg_error err;

	assert_int_equal(lg_nginx_text(circle, sizeof(circle) - 1, &out, &err),
			 LG_ERR_LIMIT);
	assert_int_equal(lg_nginx_text(tree, sizeof(tree) - 1, &out, &err),
			 LG_ERR_LIMIT);
	lg_buffer_release(&out);
}

static enum lg_status expand(void *context, struct lg_error *err)
{
	static const char text[] =
		FILE_MARK "/e/a:\ninclude b;\n" FILE_MARK "/e/b:\nx;\n";
	struct lg_buffer out = {0};
	enum lg_status status;

	status = lg_nginx_text(text, sizeof(text) - 1, &out, err);
	lg_buffer_release(&out);
	return status;
}

static void survives(void **state)
{
	allocation_survive(expand, NULL);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("included files stand where they are included",
			  includes_are_put_in),
		suite_row("only a statement includes", only_statements_include),
		suite_row("files that include each other are an error",
			  circles_end),
		suite_row("each allocation may fail", survives),
	};

	return suite_run(rows);
}
