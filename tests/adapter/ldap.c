/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/adapters/ldap that need no server: settings, and a server that
 * is not there. What needs one is tests/live/directory.py.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite.h"
#include "allocation.h"

#include "adapters/ldap/ldap_directory.h"
#include "adapters/ldap/ldap_settings.h"
#include "adapters/ldap/ldap_connection.h"

struct folder {
	char path[64];
	char secret[80];
	char ca[80];
};

static void write_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static int make_folder(void **state)
{
	struct folder *folder = calloc(1, sizeof(*folder));

	assert_non_null(folder);
	strncpy(folder->path, "/tmp/logongate-XXXXXX",
		sizeof(folder->path) - 1);
	assert_non_null(mkdtemp(folder->path));
	snprintf(folder->secret, sizeof(folder->secret), "%s/secret",
		 folder->path);
	snprintf(folder->ca, sizeof(folder->ca), "%s/ca", folder->path);
	write_file(folder->secret, "secret\r\n", 0600);
	write_file(folder->ca, "-----BEGIN CERTIFICATE-----\n", 0644);
	*state = folder;
	return 0;
}

static int remove_folder(void **state)
{
	struct folder *folder = *state;

	unlink(folder->secret);
	unlink(folder->ca);
	rmdir(folder->path);
	free(folder);
	return 0;
}

static enum lg_status read_settings(struct lg_directory_settings settings,
				    struct lg_error *err)
{
	struct lg_ldap_settings read = {.timeout_ms = 4711};
	enum lg_status status = lg_ldap_settings_read(&settings, &read, err);

	if (status != LG_OK) {
		assert_int_equal(read.timeout_ms, 4711);
		assert_null(read.base);
		return status;
	}
	lg_ldap_settings_release(&read);
	return status;
}

static void takes_addresses(void **state)
{
	static const char *const right[] = {
		"ldaps://dc1.example.org",
		"ldaps://dc1.example.org ldaps://dc2.example.org:3269",
		"LDAP://[::1]:389,ldapi://%2Frun%2Fslapd%2Fldapi",
		"ldapi:///",
		"  ldap://a\tldap://b  ",
	};
	static const char *const wrong[] = {
		"",           " , ",
		"dc1",        "dc1.example.org:389",
		"http://dc1", "ldap:/dc1",
		"cldap://a",  "ldap://a b",
		"ldap://a:x", "ldif:/x ldap://a",
	};
	struct lg_error err = {0};

	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		assert_int_equal(
			read_settings(
				(struct lg_directory_settings){.uri = right[i]},
				&err),
			LG_OK);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (read_settings(
			    (struct lg_directory_settings){.uri = wrong[i]},
			    &err) != LG_ERR_SYNTAX)
			fail_msg("taken: %s", wrong[i]);
		assert_non_null(strstr(err.text, "ldaps://"));
	}
}

static void splits_addresses(void **state)
{
	struct lg_directory_settings settings = {
		.uri = " ldap://a,ldaps://b ldapi:///", .bind_dn = "EXTERNAL"};
	struct lg_ldap_settings read;

	assert_int_equal(lg_ldap_settings_read(&settings, &read, NULL), LG_OK);
	assert_int_equal(read.uri.count, 3);
	assert_string_equal(read.uri.item[1], "ldaps://b");
	assert_true(read.external);
	assert_string_equal(read.bind_dn, "");
	assert_string_equal(read.base, "");
	assert_true(read.timeout_ms > 0);
	lg_ldap_settings_release(&read);
}

static void reads_the_password(void **state)
{
	struct folder *folder = *state;
	struct lg_directory_settings settings = {
		.uri = "ldaps://a",
		.bind_dn = "cn=x",
		.password_file = folder->secret,
	};
	struct lg_ldap_settings read;

	assert_int_equal(lg_ldap_settings_read(&settings, &read, NULL), LG_OK);
	assert_int_equal(read.password.len, 6);
	assert_memory_equal(read.password.data, "secret", 6);
	lg_ldap_settings_release(&read);
}

static void refuses_open_secrets(void **state)
{
	struct folder *folder = *state;
	struct lg_directory_settings settings = {
		.uri = "ldaps://a",
		.bind_dn = "cn=x",
		.password_file = folder->secret,
	};
	static const mode_t open_modes[] = {0604, 0640, 0620, 0666};
	struct lg_error err = {0};

	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(chmod(folder->secret, open_modes[i]), 0);
		assert_int_equal(read_settings(settings, &err), LG_ERR_IO);
		assert_string_equal(err.place, folder->secret);
	}
	assert_int_equal(chmod(folder->secret, 0600), 0);
	assert_int_equal(read_settings(settings, &err), LG_OK);
	settings.password_file = folder->path;
	assert_int_equal(read_settings(settings, &err), LG_ERR_IO);
	settings.password_file = "/nonexistent/secret";
	assert_int_equal(read_settings(settings, &err), LG_ERR_IO);
	assert_string_equal(err.place, "/nonexistent/secret");
	settings.password_file = NULL;
	assert_int_equal(read_settings(settings, &err), LG_ERR_SYNTAX);
	/* Nobody binds: the file is not looked at. */
	settings.bind_dn = "";
	assert_int_equal(read_settings(settings, &err), LG_OK);
}

static void refuses_no_password(void **state)
{
	struct folder *folder = *state;
	struct lg_directory_settings settings = {
		.uri = "ldaps://a",
		.bind_dn = "cn=x",
		.password_file = folder->secret,
	};
	struct lg_error err = {0};

	/* It would bind anonymously, and read less than it should. */
	write_file(folder->secret, "\n", 0600);
	assert_int_equal(read_settings(settings, &err), LG_ERR_SYNTAX);
	write_file(folder->secret, "a\nb\n", 0600);
	assert_int_equal(read_settings(settings, &err), LG_ERR_SYNTAX);
	assert_string_equal(err.place, folder->secret);
}

static void sends_no_password_in_the_clear(void **state)
{
	struct folder *folder = *state;
	static const struct {
		const char *uri;
		enum lg_status status;
	} rows[] = {
		{"ldap://dc1.example.org", LG_ERR_CONFLICT},
		{"ldaps://a ldap://b", LG_ERR_CONFLICT},
		{"ldap://128.0.0.1", LG_ERR_CONFLICT},
		{"ldap://127.0.0.1.example.org", LG_ERR_CONFLICT},
		{"ldap://localhost.example.org", LG_ERR_CONFLICT},
		{"ldap://", LG_OK},
		{"ldap://127.0.0.1", LG_OK},
		{"ldap://127.8.8.8:3890", LG_OK},
		{"ldap://[::1]", LG_OK},
		{"ldap://LOCALHOST", LG_OK},
		{"ldapi:///", LG_OK},
		{"ldaps://a", LG_OK},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lg_directory_settings settings = {
			.uri = rows[i].uri,
			.bind_dn = "cn=x",
			.password_file = folder->secret,
			.tls = LG_TLS_NONE,
		};

		if (read_settings(settings, NULL) != rows[i].status)
			fail_msg("%s", rows[i].uri);
		settings.tls = LG_TLS_STARTTLS;
		assert_int_equal(read_settings(settings, NULL), LG_OK);
		settings.tls = LG_TLS_NONE;
		settings.bind_dn = NULL;
		assert_int_equal(read_settings(settings, NULL), LG_OK);
	}
}

static void looks_at_the_ca_file(void **state)
{
	struct folder *folder = *state;
	struct lg_directory_settings settings = {.uri = "ldaps://a",
						 .ca_file = folder->ca};
	struct lg_error err = {0};

	assert_int_equal(read_settings(settings, &err), LG_OK);
	write_file(folder->ca, "no certificate\n", 0644);
	assert_int_equal(read_settings(settings, &err), LG_ERR_SYNTAX);
	assert_string_equal(err.place, folder->ca);
	write_file(folder->ca, "", 0644);
	assert_int_equal(read_settings(settings, &err), LG_ERR_SYNTAX);
	settings.ca_file = "/nonexistent/ca";
	assert_int_equal(read_settings(settings, &err), LG_ERR_IO);
}

static void refused_connection_ends_no_program(void **state)
{
	struct lg_directory_settings settings = {
		/* Nobody listens on the discard port of this machine. */
		.uri = "ldap://127.0.0.1:9 ldaps://127.0.0.1:9",
		.tls = LG_TLS_STARTTLS,
		.timeout_ms = 2000,
	};
	struct lg_directory directory;
	struct lg_strlist dn = {0};
	struct lg_findings *findings = NULL;
	struct lg_error err = {0};
	enum lg_status status;

	assert_int_equal(signal(SIGPIPE, SIG_DFL) == SIG_ERR, 0);
	lg_strlist_add(&dn, "/o=A/cn=b", 9, NULL);
	assert_int_equal(lg_directory_open_ldap(&settings, &directory, NULL),
			 LG_OK);
	status = directory.verify(directory.self, &dn, NULL, &findings, &err);
	assert_true(status == LG_ERR_DIRECTORY || status == LG_ERR_TIMEOUT);
	assert_int_equal(findings->account[0].finding, LG_FINDING_UNASKED);
	assert_non_null(strstr(err.text, "2 servers"));
	lg_findings_free(&findings);
	/* Who asks nothing needs no server. */
	dn.count = 0;
	assert_int_equal(
		directory.verify(directory.self, &dn, NULL, &findings, &err),
		LG_OK);
	lg_findings_free(&findings);
	directory.close(directory.self);
	lg_strlist_release(&dn);
}

static enum lg_status open_it(void *context, struct lg_error *err)
{
	struct folder *folder = context;
	struct lg_strlist names = {0};
	struct lg_directory_settings settings = {
		.uri = "ldaps://a ldaps://b",
		.base = "dc=x",
		.bind_dn = "cn=x",
		.password_file = folder->secret,
		.ca_file = folder->ca,
		.login_attributes = &names,
	};
	struct lg_directory directory;
	enum lg_status status = lg_strlist_add(&names, "uid", 3, err);

	if (status == LG_OK)
		status = lg_directory_open_ldap(&settings, &directory, err);
	if (status == LG_OK)
		directory.close(directory.self);
	lg_strlist_release(&names);
	return status;
}

static void survives_failing_allocations(void **state)
{
	assert_true(allocation_survive(open_it, *state) > 5);
}

/* clang-format off */
#define IN_FOLDER(sentence, function)                                          \
	{                                                                      \
		sentence, function, make_folder, remove_folder, NULL           \
	}
/* clang-format on */

static void puts_refused_binds_into_words(void **state)
{
	assert_string_equal(
		lg_ldap_words_of("80090308: LdapErr: DSID-0C090447, comment: "
				 "AcceptSecurityContext error, data 532, "
				 "v4563"),
		"the password has expired; set a new one");
	assert_string_equal(lg_ldap_words_of("x, data 52e"),
			    "the password is wrong");
	assert_null(lg_ldap_words_of("x, data 52ez, v1"));
	assert_null(lg_ldap_words_of("x, data , v1"));
	assert_null(lg_ldap_words_of("x, data 0, v1"));
	assert_null(lg_ldap_words_of("no such object"));
	assert_null(lg_ldap_words_of(NULL));
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("addresses of directories are taken, others refused",
			  takes_addresses),
		suite_row("a list of addresses is split", splits_addresses),
		IN_FOLDER("the password is the line of its file",
			  reads_the_password),
		IN_FOLDER("a secret that everybody can read is refused by name",
			  refuses_open_secrets),
		IN_FOLDER("a file without a password is refused",
			  refuses_no_password),
		IN_FOLDER("a password goes over no open line",
			  sends_no_password_in_the_clear),
		IN_FOLDER("a CA file without certificates is refused by name",
			  looks_at_the_ca_file),
		suite_row("Active Directory's numbers are put into words",
			  puts_refused_binds_into_words),
		suite_row("a refused connection is could not ask",
			  refused_connection_ends_no_program),
		IN_FOLDER("each allocation may fail",
			  survives_failing_allocations),
	};

	return suite_run(rows);
}
