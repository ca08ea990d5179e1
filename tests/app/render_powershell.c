/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/app/render/render_powershell.h and powershell_text.c (V15).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "allocation.h"

#include "app/render/powershell_script.h"
#include "app/render/render_powershell.h"

static char name[] = "upgrade";
static char path[] = "upgrade.ini";

static struct lg_profile profile_of(char *versions)
{
	struct lg_profile profile = {.name = name,
				     .path = path,
				     .versions = versions,
				     .versions_line = 9};

	return profile;
}

static void add_allowed(struct lg_profile *profile, const char *dn)
{
	profile->names_present = 1;
	assert_int_equal(lg_strlist_add(&profile->allow, dn, strlen(dn), NULL),
			 LG_OK);
}

static char *rendered(const struct lg_profile *profile)
{
	struct lg_powershell_input input = {.profile = profile};
	struct lg_buffer script = {0};
	struct lg_error err = {0};
	char *text = NULL;

	if (lg_render_powershell(&input, NULL, &script, &err) != LG_OK)
		fail_msg("%s", err.text);
	assert_int_equal(lg_buffer_take(&script, &text, NULL), LG_OK);
	return text;
}

static void quotes(void **state)
{
	static const struct {
		const char *text;
		const char *quoted;
	} row[] = {
		{"", "''"},
		{"plain /o=Org/cn=x", "'plain /o=Org/cn=x'"},
		{"it's", "'it''s'"},
		{"'; Remove-Mailbox *; '", "'''; Remove-Mailbox *; '''"},
		{"$(Stop-Computer) `n \"q\"", "'$(Stop-Computer) `n \"q\"'"},
		/* The shell takes these four for quotes, too. */
		{"a\u2018\u2019\u201a\u201b;b",
		 "('a' + [char]0x2018 + '' + [char]0x2019 + '' + [char]0x201A "
		 "+ '' + [char]0x201B + ';b')"},
		{"\u00e9", "('' + [char]0x00E9 + '')"},
		{"\U0001f600", "('' + [char]0xD83D + [char]0xDE00 + '')"},
		{"line\r\nnext", "('line' + [char]0x000D + '' + [char]0x000A + "
				 "'next')"},
		{"\xff\xc0\x80", "('' + [char]0xFFFD + '' + [char]0xFFFD + '' "
				 "+ [char]0xFFFD + '')"},
		{"\xe2\x80", "('' + [char]0xFFFD + '' + [char]0xFFFD + '')"},
		{"\x7f", "('' + [char]0x007F + '')"},
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_buffer text = {0};

		lg_powershell_quote(row[i].text, &text);
		assert_string_equal(text.data, row[i].quoted);
		lg_buffer_release(&text);
	}
}

/* What a shell sees of an expression made of '...' and [char]0xXXXX. */
static void unquote(const char *expression, struct lg_buffer *out_text)
{
	const char *at = expression;

	lg_buffer_text(out_text, "");
	at += *at == '(';
	while (*at) {
		if (*at == '\'') {
			for (at++;; at++) {
				if (*at == '\'' && *++at != '\'')
					break;
				assert_true(*at >= 0x20 && *at < 0x7f);
				lg_buffer_char(out_text, *at);
			}
		} else if (strncmp(at, "[char]0x", 8) == 0) {
			char *end;
			unsigned long code = strtoul(at + 8, &end, 16);

			/* Bytes are all this test needs. */
			lg_buffer_format(out_text, "<%lx>", code);
			at = end;
		} else if (strncmp(at, " + ", 3) == 0) {
			at += 3;
		} else {
			assert_string_equal(at, ")");
			break;
		}
	}
}

/* Whatever bytes there are: what stands outside quotes is the grammar. */
static void nothing_gets_out_of_the_quotes(void **state)
{
	static const char letter[] = "'\"`$();|&{}\n\r\\#a \x80\xe2\x99\xc2";
	unsigned int seed = 1;
	int round;

	for (round = 0; round < 20000; round++) {
		struct lg_buffer quoted = {0};
		struct lg_buffer seen = {0};
		char text[16];
		size_t i;
		size_t plain = 0;

		for (i = 0; i + 1 < sizeof(text); i++) {
			seed = seed * 1103515245u + 12345u;
			text[i] = letter[(seed >> 16) % (sizeof(letter) - 1)];
			plain += text[i] == '\'';
		}
		text[i] = '\0';
		lg_powershell_quote(text, &quoted);
		unquote(quoted.data, &seen);
		for (i = 0; i < seen.len; i++)
			plain -= seen.data[i] == '\'';
		assert_int_equal(plain, 0);
		lg_buffer_release(&seen);
		lg_buffer_release(&quoted);
	}
}

static void versions(void **state)
{
	static struct {
		char spec[80];
		enum lg_status status;
		const char *text;
	} row[] = {
		{"-5.65535.65535;7.0.0-11.6568.6567", LG_OK,
		 "-5.32767.65535;7.0.0-11.6568.6567"},
		{"14.0.0-14.32767.65535", LG_OK, "14.0.0-14.32767.65535"},
		{"12.1234.01 , 10.0.0-", LG_OK, "12.1234.1;10.0.0-"},
		{"5.0.0-5.0.0", LG_OK, "5.0.0"},
		{" ", LG_OK, ""},
		{"-5.32768.0", LG_ERR_RANGE, "at most 32767"},
		{"-5.65535.65534", LG_ERR_RANGE, "at most 32767"},
		{"40000.0.0", LG_OK, "40000.0.0"},
		{"5.0", LG_ERR_SYNTAX, "ends too early"},
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_profile profile = profile_of(row[i].spec);
		struct lg_buffer text = {0};
		struct lg_error err = {0};
		enum lg_status status;

		lg_buffer_text(&text, "");
		status = lg_powershell_versions(&profile, &text, &err);
		assert_int_equal(status, row[i].status);
		if (status == LG_OK)
			assert_string_equal(text.data, row[i].text);
		else if (text.len || !strstr(err.text, row[i].text))
			fail_msg("%s", err.text);
		if (status != LG_OK)
			assert_string_equal(err.place, "upgrade.ini:9");
		lg_buffer_release(&text);
	}
}

static void versions_that_are_too_long(void **state)
{
	struct lg_buffer spec = {0};
	struct lg_buffer text = {0};
	struct lg_profile profile;
	int i;

	for (i = 0; i < 32; i++)
		lg_buffer_format(&spec, "%s10.0.%d00", i ? ";" : "", i % 8 + 1);
	/* 32 items of 8 and 31 separators: 287; 28 items: 251. */
	profile = profile_of(spec.data);
	assert_int_equal(lg_powershell_versions(&profile, &text, NULL),
			 LG_ERR_LIMIT);
	assert_int_equal(text.len, 0);
	spec.data[28 * 9 - 1] = '\0';
	assert_int_equal(lg_powershell_versions(&profile, &text, NULL), LG_OK);
	assert_int_equal(text.len, 251);
	lg_buffer_release(&text);
	lg_buffer_release(&spec);
}

static void a_whole_script(void **state)
{
	char versions_text[] = "-5.65535.65535;7.0.0-12.1234.1";
	struct lg_profile profile = profile_of(versions_text);
	char *script;

	add_allowed(&profile, "/o=Org/ou=Site/cn=Recipients/cn=o'neil");
	assert_int_equal(
		lg_strlist_add(&profile.allow_user, "a@example.org", 13, NULL),
		LG_OK);
	profile.refuse_protocols =
		1u << LG_PROTOCOL_IMAP | 1u << LG_PROTOCOL_HTTP;
	script = rendered(&profile);
	assert_non_null(strstr(script, "# logongate: profile upgrade\r\n"));
	assert_non_null(strstr(script, "cn=o''neil'\r\n"));
	assert_non_null(strstr(script, "'a@example.org'"));
	assert_non_null(
		strstr(script, "$versions = '-5.32767.65535;7.0.0-12.1234.1'"));
	assert_non_null(strstr(script, "Set-RpcClientAccess -Server $name "
				       "-BlockedClientVersions $versions"));
	assert_non_null(strstr(script, "-MAPIBlockOutlookVersions $versions"));
	assert_non_null(strstr(script, "$refused = @('OwaProxy', 'EcpProxy', "
				       "'EwsProxy', 'ActiveSyncProxy', "
				       "'ImapProxy')"));
	assert_non_null(strstr(script, "Set-ServerComponentState -Identity "
				       "$item.Server -Component "
				       "$item.Component -Requester Maintenance "
				       "-State Inactive"));
	/* Each has its undo. */
	assert_non_null(strstr(script, "$item.BlockedClientVersions"));
	assert_non_null(strstr(script, "$item.MAPIBlockOutlookVersions"));
	assert_non_null(strstr(script, "-ImapEnabled $item.ImapEnabled"));
	assert_non_null(strstr(script, "-State Active"));
	free(script);
	lg_strlist_release(&profile.allow);
	lg_strlist_release(&profile.allow_user);
}

/* Every brace and parenthesis outside quotes and comments is closed. */
static void scripts_are_balanced(void **state)
{
	char versions_text[] = "-5.0.0";
	unsigned int mask;

	for (mask = 1; mask < 16; mask++) {
		struct lg_profile profile =
			profile_of(mask & 1 ? versions_text : NULL);
		char open[64];
		size_t depth = 0;
		char *script;
		char *at;

		if (mask & 2)
			add_allowed(&profile, "/o=O/ou=S/cn=x");
		if (mask & 4)
			profile.refuse_protocols = 1u << LG_PROTOCOL_MAPI;
		if (mask & 8) {
			profile.names_present = 1;
			profile.when_invalid = LG_WHEN_INVALID_CLOSED;
		}
		script = rendered(&profile);
		for (at = script; *at; at++) {
			if (*at == '#')
				at += strcspn(at, "\n");
			else if (*at == '\'')
				at += 1 + strcspn(at + 1, "'");
			else if (*at == '"')
				at += 1 + strcspn(at + 1, "\"");
			else if (strchr("({[", *at))
				open[depth++] = *at;
			else if (strchr(")}]", *at))
				assert_int_equal(open[--depth], *at == ')' ? '('
								: *at == '}'
									? '{'
									: '[');
			assert_true(depth < sizeof(open));
			assert_true(*at == '\r' || *at == '\n' ||
				    (*at >= 0x20 && *at < 0x7f));
		}
		assert_int_equal(depth, 0);
		free(script);
		lg_strlist_release(&profile.allow);
	}
}

static void fail_modes_are_those_of_the_profile(void **state)
{
	struct lg_profile profile = profile_of(NULL);
	char *script;

	add_allowed(&profile, "/o=O/ou=S/cn=x");
	profile.when_invalid = LG_WHEN_INVALID_OPEN;
	script = rendered(&profile);
	assert_non_null(strstr(script, "throw 'none of the listed"));
	free(script);
	profile.when_invalid = LG_WHEN_INVALID_CLOSED;
	script = rendered(&profile);
	assert_null(strstr(script, "throw 'none of the listed"));
	free(script);
	lg_strlist_release(&profile.allow);
	/* Blank and closed: everybody. */
	script = rendered(&profile);
	assert_non_null(strstr(script, "$allowed = @()\r\n"));
	free(script);
}

static void what_these_servers_cannot_do_is_refused(void **state)
{
	char versions_text[] = "-5.0.0";
	char processes[] = "a.exe";
	struct lg_profile profile = profile_of(versions_text);
	struct lg_powershell_input input = {.profile = &profile};
	struct lg_strlist unsupported = {0};
	struct lg_buffer script = {0};
	struct lg_error err = {0};

	profile.processes = processes;
	profile.unknown_version = LG_UNKNOWN_REFUSE;
	profile.hold_mail = 1;
	profile.refuse_protocols =
		1u << LG_PROTOCOL_SMTP | 1u << LG_PROTOCOL_LOGIN;
	assert_int_equal(
		lg_render_powershell(&input, &unsupported, &script, &err),
		LG_ERR_CONFLICT);
	assert_int_equal(unsupported.count, 5);
	assert_int_equal(script.len, 0);
	assert_non_null(strstr(err.text, "processes"));
	input.skip_unsupported = 1;
	assert_int_equal(lg_render_powershell(&input, NULL, &script, &err),
			 LG_OK);
	assert_non_null(strstr(script.data, "# left out: processes"));
	lg_buffer_clear(&script);
	profile.versions = NULL;
	assert_int_equal(lg_render_powershell(&input, NULL, &script, &err),
			 LG_ERR_CONFLICT);
	assert_int_equal(script.len, 0);
	lg_buffer_release(&script);
	lg_strlist_release(&unsupported);
}

static void comments_stay_comments(void **state)
{
	char odd[] = "x\r\nRemove-Mailbox *\xe2\x80\xa9y";
	char versions_text[] = "-5.0.0";
	struct lg_profile profile = profile_of(versions_text);
	char *script;

	profile.name = odd;
	script = rendered(&profile);
	assert_non_null(strstr(script, "profile x??Remove-Mailbox *?y\r\n"));
	free(script);
}

static enum lg_status render_and_free(void *context, struct lg_error *err)
{
	struct lg_powershell_input input = {.profile = context,
					    .skip_unsupported = 1};
	struct lg_buffer script = {0};
	enum lg_status status =
		lg_render_powershell(&input, NULL, &script, err);

	lg_buffer_release(&script);
	return status;
}

static void survives_failing_allocations(void **state)
{
	char versions_text[] = "-5.0.0";
	struct lg_profile profile = profile_of(versions_text);

	add_allowed(&profile, "/o=O/ou=S/cn=x");
	profile.hold_mail = 1;
	assert_true(allocation_survive(render_and_free, &profile) > 10);
	lg_strlist_release(&profile.allow);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("a text is quoted for the shell", quotes),
		suite_row("nothing gets out of the quotes",
			  nothing_gets_out_of_the_quotes),
		suite_row("V15 versions are written as the cmdlets take them",
			  versions),
		suite_row("V15 256 characters are too many",
			  versions_that_are_too_long),
		suite_row("a script locks, and undoes each thing it did",
			  a_whole_script),
		suite_row("every script is ASCII and balanced",
			  scripts_are_balanced),
		suite_row("L4 L10 a script fails as its profile says",
			  fail_modes_are_those_of_the_profile),
		suite_row("what these servers cannot do is refused or left out",
			  what_these_servers_cannot_do_is_refused),
		suite_row("a comment stays a comment", comments_stay_comments),
		suite_row("each allocation may fail",
			  survives_failing_allocations),
	};

	return suite_run(rows);
}
