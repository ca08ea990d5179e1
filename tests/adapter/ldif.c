/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/adapters/ldif: what exports may hold, and what makes one
 * "could not ask". Contract 8 "Directory".
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite.h"
#include "allocation.h"

#include "adapters/ldif/ldif_directory.h"
#include "adapters/ldif/ldif_entries.h"
#include "adapters/ldif/ldif_filter.h"
#include "adapters/ldif/ldif_text.h"

#define A "dn: uid=a,dc=x\nuid: a\nlegacyExchangeDN: /o=X/cn=a\n"
#define B "dn: uid=b,dc=x\nuid: b\nlegacyExchangeDN: /o=X/cn=b\n"
#define A_ENTRY 1u
#define B_ENTRY 2u

struct text_row {
	const char *sentence;
	const char *text;
	size_t len;    /* 0: strlen */
	unsigned line; /* of the error; 0: it reads */
	size_t entries;
};

static const struct text_row text_rows[] = {
	{"an entry", A, 0, 0, 1},
	{"two entries", A "\n" B "\n", 0, 0, 2},
	{"several empty lines between entries", "\n\n" A "\n\n\n" B "\n\n", 0,
	 0, 2},
	{"version first", "version: 1\n\n" A, 0, 0, 1},
	{"version and the entry in one block", "version: 1\n" A, 0, 0, 1},
	{"CR LF", "dn: uid=a,dc=x\r\nuid: a\r\n\r\n", 0, 0, 1},
	{"a byte-order mark of UTF-8", "\xef\xbb\xbf" A, 0, 0, 1},
	{"comments, one of them continued",
	 "# a\n long one\ndn: uid=a,dc=x\n# and\nuid: a\n", 0, 0, 1},
	{"folded lines", "dn: uid=a,\n dc=x\nuid: \n a\n\n", 0, 0, 1},
	{"base64", "dn:: dWlkPWEsZGM9eA==\nuid:: YQ==\n", 0, 0, 1},
	{"base64 of anything", "dn: uid=a\njpegPhoto:: AAECAwD/\n", 0, 0, 1},
	{"an empty value", "dn: uid=a\nuid:\n", 0, 0, 1},
	{"no blank after the colon", "dn:uid=a\nuid:a\n", 0, 0, 1},
	{"changetype: add, as ldifde writes it",
	 "dn: uid=a\nchangetype: add\nuid: a\n", 0, 0, 1},
	{"attributes with options", "dn: uid=a\ncn;lang-de: a\n", 0, 0, 1},
	{"UTF-8 as it is", "dn: uid=\xc3\xa4\nuid: \xc3\xa4\n", 0, 0, 1},
	{"what ldapsearch says at its end",
	 A "\n# search result\nsearch: 2\nresult: 0 Success\n\n# num\n", 0, 0,
	 1},
	{"pointers of Active Directory to partitions without accounts",
	 A "\n# search reference\nref: ldap://acme.test/"
	   "CN=Configuration,DC=acme,DC=test\n\nref: ldap://DomainDnsZones."
	   "acme.test/DC=DomainDnsZones,DC=acme,DC=test\n\n" B,
	 0, 0, 2},
	{"a pointer to a part with accounts makes it none",
	 A "\nref: ldap://b.test/OU=B,DC=acme,DC=test\n\n", 0, 5, 0},
	{"an entry named with a digit", "dn: 1.2.3=a\nuid: a\n", 0, 0, 1},

	{"an export that ended early is none",
	 A "\nsearch: 2\nresult: 4 Size limit exceeded\n", 0, 6, 0},
	{"an empty file is none", "", 0, 1, 0},
	{"blank lines alone are none", "\n\n\n", 0, 4, 0},
	{"a version alone is none", "version: 1\n", 0, 2, 0},
	{"text of another kind is none", "hello world\n", 0, 1, 0},
	{"an ini file is none", "[profile]\nx = y\n", 0, 1, 0},
	{"a line without a colon is none", A "junk\n", 0, 4, 0},
	{"a name with a blank before the colon is none", A "cn : a\n", 0, 4, 0},
	{"a line that continues nothing is none", "\n uid: a\n" A, 0, 2, 0},
	{"a value fetched from a file is none",
	 "dn: uid=a\ncn:< file:///etc/passwd\n", 0, 2, 0},
	{"a value fetched from a file, folded, is none",
	 "dn: uid=a\ncn:\n <file:///etc/passwd\n", 0, 2, 0},
	{"a value fetched from a file with a blank before is none",
	 "dn: uid=a\ncn: <file:///etc/passwd\n", 0, 2, 0},
	{"a dn fetched from a file is none", "dn:< file:///etc/passwd\n", 0, 1,
	 0},
	{"an include is none", A "\ninclude: file:///etc/passwd\n", 0, 5, 0},
	{"an include in any case is none", A "\nInclude: file:///x\n\n" B, 0, 5,
	 0},
	{"an include within an entry is none", A "include: file:///x\n", 0, 4,
	 0},
	{"a control is none", "dn: uid=a\ncontrol: 1.2.3 true\nuid: a\n", 0, 2,
	 0},
	{"a change is none", "dn: uid=a\nchangetype: modify\nadd: cn\ncn: a\n",
	 0, 2, 0},
	{"a deletion is none", A "\ndn: uid=b\nchangetype: delete\n", 0, 6, 0},
	{"a dash is none", A "-\n", 0, 4, 0},
	{"an entry without dn is none", A "\nuid: b\n", 0, 5, 0},
	{"two entries run together are none", A B, 0, 4, 0},
	{"a NUL is none", "dn: uid=a\nuid: a\0b\n", 20, 2, 0},
	{"UTF-16 without a mark is none", "d\0n\0:\0 \0a\0\n\0", 12, 1, 0},
	{"Latin-1 is none", "dn: uid=a\ncn: M\xfcller\n", 0, 2, 0},
	{"a carriage return within a line is none", "dn: uid=a\nuid: a\rb\n", 0,
	 2, 0},
	{"damaged base64 is none", "dn: uid=a\ncn:: YQ=\n", 0, 2, 0},
	{"base64 of other characters is none", "dn: uid=a\ncn:: Y Q=\n", 0, 2,
	 0},
	{"a last line without its end is none", A "\n" B "cn: b", 0, 8, 0},
	{"a last entry that is a dn alone is none", A "\ndn: uid=b\n", 0, 5, 0},
	{"a last line as long as folded ones is none",
	 "dn: uid=a\ncn: 0123456789\n abc\n\ndn: uid=b\ncn: b123456789\n", 0, 6,
	 0},
	{"the same with an empty line after it reads",
	 "dn: uid=a\ncn: 0123456789\n abc\n\ndn: uid=b\ncn: b123456789\n\n", 0,
	 0, 2},
	{"an entry that stands twice is none", A "\n" A "\n", 0, 5, 0},
	{"an entry that stands twice in other letters is none",
	 A "\ndn: UID=A , DC=x\nuid: a\n", 0, 5, 0},
	{"half a surrogate pair is none", "\xff\xfe\x00\xd8\x0a\x00", 6, 1, 0},
	{"half a UTF-16 character at the end is none",
	 "\xff\xfe"
	 "d\0n\0:\0 \0a\0\n\0\n\0x",
	 17, 3, 0},
};

static void reads_as_said(void **state)
{
	const struct text_row *row = *state;
	size_t len = row->len ? row->len : strlen(row->text);
	struct lg_ldif_entries entries = {.count = 4711};
	struct lg_error err = {0};
	char place[32];
	/* Its own memory, so that reading past the end is seen. */
	char *bytes = malloc(len + 1);
	enum lg_status status;

	memcpy(bytes, row->text, len);
	bytes = realloc(bytes, len ? len : 1);
	status = lg_ldif_entries_load(bytes, len, "x.ldif", NULL, NULL,
				      &entries, &err);
	free(bytes);
	if (row->line == 0) {
		if (status != LG_OK)
			print_message("%s: %s\n", err.place, err.text);
		assert_int_equal(status, LG_OK);
		assert_int_equal(entries.count, row->entries);
		lg_ldif_entries_release(&entries);
		return;
	}
	assert_int_equal(status, LG_ERR_DIRECTORY);
	assert_int_equal(entries.count, 4711);
	assert_null(entries.entry);
	if (len > 0) {
		snprintf(place, sizeof(place), "x.ldif:%u", row->line);
		assert_string_equal(err.place, place);
	}
	assert_non_null(strchr(err.text, ';'));
}

static void load(const char *text, size_t len, struct lg_ldif_entries *out)
{
	struct lg_error err = {0};
	enum lg_status status = lg_ldif_entries_load(text, len, "x.ldif", NULL,
						     NULL, out, &err);

	if (status != LG_OK)
		print_message("%s: %s\n", err.place, err.text);
	assert_int_equal(status, LG_OK);
}

static void to_utf16(const char *text, int big, struct lg_buffer *out)
{
	lg_buffer_append(out, big ? "\xfe\xff" : "\xff\xfe", 2);
	for (; *text; text++) {
		/* The one character beyond ASCII of the row. */
		unsigned unit = *text == '@' ? 0xe4 : (unsigned char)*text;

		if (*text == '$') {
			lg_buffer_append(out,
					 big ? "\xd8\x01\xdc\x00"
					     : "\x01\xd8\x00\xdc",
					 4);
			continue;
		}
		lg_buffer_char(out, big ? '\0' : (char)unit);
		lg_buffer_char(out, big ? (char)unit : '\0');
	}
}

static const struct lg_entry_value *
value_of(const struct lg_ldif_entries *entries, size_t entry,
	 const char *attribute)
{
	const struct lg_ldif_entry *from = &entries->entry[entry];

	return lg_entry_value_of(lg_ldif_values_of(entries, from), from->count,
				 attribute);
}

static void reads_utf16(void **state)
{
	for (int big = 0; big < 2; big++) {
		struct lg_buffer text = {0};
		struct lg_ldif_entries entries;

		to_utf16("dn: CN=@,DC=x\r\nchangetype: add\r\ncn: @$\r\n\r\n",
			 big, &text);
		load(text.data, text.len, &entries);
		assert_int_equal(entries.count, 1);
		assert_string_equal(entries.entry[0].dn, "CN=\u00e4,DC=x");
		assert_string_equal(value_of(&entries, 0, "CN")->text,
				    "\u00e4\U00010400");
		lg_ldif_entries_release(&entries);
		lg_buffer_release(&text);
	}
}

static void values_come_whole(void **state)
{
	static const char text[] =
		"dn: uid=a\ncn:: AGEA\nsn: a\n b\n  c\ncn;lang-de: d\n"
		"description:   x \n";
	struct lg_ldif_entries entries;
	const struct lg_entry_value *value;

	load(text, sizeof(text) - 1, &entries);
	value = value_of(&entries, 0, "cn");
	assert_int_equal(value->len, 3);
	assert_memory_equal(value->text, "\0a", 4);
	value = value_of(&entries, 0, "SN");
	assert_string_equal(value->text, "ab c");
	assert_null(value_of(&entries, 0, "c"));
	assert_null(value_of(&entries, 0, "cnx"));
	assert_int_equal(entries.entry[0].count, 4);
	lg_ldif_entries_release(&entries);
}

static void long_values_come_whole(void **state)
{
	struct lg_buffer text = {0};
	struct lg_ldif_entries entries;

	lg_buffer_text(&text, "dn: uid=a\ncn: ");
	for (size_t i = 0; i < 300000; i++)
		lg_buffer_char(&text, (char)('a' + i % 26));
	lg_buffer_text(&text, "\n\n" B);
	load(text.data, text.len, &entries);
	assert_int_equal(entries.count, 2);
	assert_int_equal(value_of(&entries, 0, "cn")->len, 300000);
	lg_ldif_entries_release(&entries);
	lg_buffer_release(&text);
}

static void write_file(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static enum lg_finding verify_one(struct lg_directory *directory,
				  const char *dn)
{
	struct lg_strlist list = {0};
	struct lg_findings *findings = NULL;
	enum lg_finding finding;

	lg_strlist_add(&list, dn, strlen(dn), NULL);
	directory->verify(directory->self, &list, NULL, &findings, NULL);
	assert_non_null(findings);
	finding = findings->account[0].finding;
	lg_findings_free(&findings);
	lg_strlist_release(&list);
	return finding;
}

static void reads_again_what_changed(void **state)
{
	char folder[] = "/tmp/logongate-XXXXXX";
	char file[64];
	char uri[80];
	struct lg_directory_settings settings = {.uri = uri};
	struct lg_directory directory;

	assert_non_null(mkdtemp(folder));
	snprintf(file, sizeof(file), "%s/x.ldif", folder);
	snprintf(uri, sizeof(uri), "ldif:%s", file);
	assert_int_equal(lg_directory_open_ldif(&settings, &directory, NULL),
			 LG_OK);
	assert_int_equal(verify_one(&directory, "/o=X/cn=a"),
			 LG_FINDING_UNASKED);
	write_file(file, A "\n");
	assert_int_equal(verify_one(&directory, "/o=X/cn=a"), LG_FINDING_ONE);
	assert_int_equal(verify_one(&directory, "/o=X/cn=b"), LG_FINDING_NONE);
	write_file(file, A "\n" B "\n");
	assert_int_equal(verify_one(&directory, "/o=X/cn=b"), LG_FINDING_ONE);
	write_file(file, A "\n" B "cut");
	assert_int_equal(verify_one(&directory, "/o=X/cn=b"),
			 LG_FINDING_UNASKED);
	unlink(file);
	assert_int_equal(verify_one(&directory, "/o=X/cn=b"),
			 LG_FINDING_UNASKED);
	/* Neither a folder nor a FIFO, which would hang, is an export. */
	assert_int_equal(mkdir(file, 0700), 0);
	assert_int_equal(verify_one(&directory, "/o=X/cn=b"),
			 LG_FINDING_UNASKED);
	rmdir(file);
	assert_int_equal(mkfifo(file, 0600), 0);
	assert_int_equal(verify_one(&directory, "/o=X/cn=b"),
			 LG_FINDING_UNASKED);
	unlink(file);
	directory.close(directory.self);
	rmdir(folder);
}

static void needs_a_file_name(void **state)
{
	struct lg_directory_settings settings = {.uri = "ldif:"};
	struct lg_directory directory = {0};
	struct lg_error err = {0};

	assert_int_equal(lg_directory_open_ldif(&settings, &directory, &err),
			 LG_ERR_SYNTAX);
	assert_null(directory.self);
}

static void base_that_names_nothing(void **state)
{
	struct lg_ldif_entries entries = {0};
	struct lg_error err = {0};

	assert_int_equal(lg_ldif_entries_load(A, strlen(A), "x.ldif", "dc=y",
					      NULL, &entries, &err),
			 LG_ERR_DIRECTORY);
	assert_int_equal(lg_ldif_entries_load(A, strlen(A), "x.ldif", "c=x",
					      NULL, &entries, &err),
			 LG_ERR_DIRECTORY);
	assert_int_equal(lg_ldif_entries_load(A, strlen(A), "x.ldif", "DC=x",
					      NULL, &entries, &err),
			 LG_OK);
	lg_ldif_entries_release(&entries);
}

struct filter_row {
	const char *sentence;
	const char *filter;
	unsigned entries; /* bits: a, b */
};

static const char filter_text[] =
	"dn: uid=a,dc=x\nuid: a\ncn: Anna  Maria Berg\nobjectClass: top\n"
	"objectClass: inetOrgPerson\nmemberOf: CN=Admins, OU=Groups,DC=x\n"
	"objectCategory: CN=Person,CN=Schema,DC=x\n"
	"description: Smith (temp)*\\x\nsn;lang-de: Berg\n\n"
	"dn: uid=b,dc=x\nuid: b\ncn:: TcO8bGxlcg==\nobjectClass: group\n"
	"memberOf: CN=Other,DC=x\nmemberOf: CN=Third,DC=x\nempty:\n\n";

static const struct filter_row filter_rows[] = {
	{"equality", "(uid=a)", A_ENTRY},
	{"equality in any case of either side", "(OBJECTCLASS=INETorgPERSON)",
	 A_ENTRY},
	{"equality squeezes blanks", "(cn=anna maria  berg)", A_ENTRY},
	{"equality without brackets", "uid=b", B_ENTRY},
	{"equality beyond ASCII", "(cn=m\\c3\\9cller)", B_ENTRY},
	{"equality beyond ASCII, as it is", "(cn=M\xc3\x9cLLER)", B_ENTRY},
	{"equality with escapes", "(description=smith \\28temp\\29\\2a\\5cx)",
	 A_ENTRY},
	{"equality of the names of entries",
	 "(memberOf=cn=admins,ou=groups , dc=X)", A_ENTRY},
	{"equality with one of several values", "(memberOf=CN=third,DC=x)",
	 B_ENTRY},
	{"objectCategory by its short name", "(objectCategory=person)",
	 A_ENTRY},
	{"an attribute with an option has its values", "(sn=berg)", A_ENTRY},
	{"equality with nothing", "(empty=)", B_ENTRY},
	{"presence", "(cn=*)", A_ENTRY | B_ENTRY},
	{"presence of what one lacks", "(sn=*)", A_ENTRY},
	{"presence of an empty value", "(empty=*)", B_ENTRY},
	{"a start", "(cn=ANNA*)", A_ENTRY},
	{"an end", "(cn=*BERG)", A_ENTRY},
	{"a middle", "(cn=*maria*)", A_ENTRY},
	{"start, middles and end", "(cn=a*nn*a m*g)", A_ENTRY},
	{"parts may not overlap", "(uid=a*a)", 0},
	{"parts stand in their order", "(cn=*berg*anna*)", 0},
	{"a blank inside a part counts", "(cn=*a m*)", A_ENTRY},
	{"a blank at the end of an inner part counts", "(cn=ann *)", 0},
	{"a star escaped is a star", "(description=*\\2a*)", A_ENTRY},
	{"two stars are presence", "(uid=**)", A_ENTRY | B_ENTRY},
	{"not", "(!(uid=a))", B_ENTRY},
	{"not of what nobody has", "(!(nosuch=a))", A_ENTRY | B_ENTRY},
	{"and", "(&(uid=a)(cn=*))", A_ENTRY},
	{"and that fails", "(&(uid=a)(uid=b))", 0},
	{"or", "(|(uid=a)(uid=b))", A_ENTRY | B_ENTRY},
	{"empty and is true", "(&)", A_ENTRY | B_ENTRY},
	{"empty or is false", "(|)", 0},
	{"blanks between filters", " ( & (uid=a) ( !(uid=b) ) ) ", A_ENTRY},
	{"nested", "(&(|(uid=a)(uid=b))(!(|(cn=x)(sn=*))))", B_ENTRY},
};

static void matches_as_said(void **state)
{
	const struct filter_row *row = *state;
	struct lg_ldif_entries entries;
	struct lg_ldif_filter *filter = NULL;
	struct lg_error err = {0};

	load(filter_text, sizeof(filter_text) - 1, &entries);
	if (lg_ldif_filter_parse(row->filter, &filter, &err) != LG_OK)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < 2; i++) {
		int matches;

		assert_int_equal(lg_ldif_filter_match(filter, &entries, i,
						      &matches, NULL),
				 LG_OK);
		assert_int_equal(matches, row->entries >> i & 1);
	}
	lg_ldif_filter_free(&filter);
	lg_ldif_entries_release(&entries);
}

static void refuses_other_filters(void **state)
{
	static const char *const wrong[] = {
		"",
		"(",
		"()",
		"(uid)",
		"(uid=a",
		"(uid=a))",
		"uid=a)",
		"(uid=a)(uid=b)",
		"(=a)",
		"(uid=(a))",
		"(uid=\\2)",
		"(uid=\\zz)",
		"(uid=\\)",
		"(!)",
		"(!(uid=a)(uid=b))",
		"(!uid=a)",
		"(&(uid=a)",
		"(&uid=a)",
		"(uid>=a)",
		"(uid<=a)",
		"(uid~=a)",
		"(uid:=a)",
		"(userAccountControl:1.2.840.113556.1.4.803:=2)",
		"(ui d=a)",
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct lg_ldif_filter *filter = NULL;
		struct lg_error err = {0};

		if (lg_ldif_filter_parse(wrong[i], &filter, &err) == LG_OK)
			fail_msg("taken: %s", wrong[i]);
		assert_int_equal(err.status, LG_ERR_SYNTAX);
		assert_null(filter);
	}
}

static void refuses_deep_filters(void **state)
{
	struct lg_buffer text = {0};
	struct lg_ldif_filter *filter = NULL;

	for (size_t i = 0; i < 100000; i++)
		lg_buffer_text(&text, "(!");
	assert_int_equal(lg_ldif_filter_parse(text.data, &filter, NULL),
			 LG_ERR_LIMIT);
	assert_null(filter);
	lg_buffer_release(&text);
}

static enum lg_status open_and_ask(void *context, struct lg_error *err)
{
	struct lg_strlist names = {0};
	struct lg_strlist dn = {0};
	struct lg_directory_settings settings = {
		.uri = context, .base = "dc=x", .login_attributes = &names};
	struct lg_ask ask = {
		.dn = &dn, .filter = "(|(uid=b)(cn=*x*))", .caller = "a"};
	struct lg_directory directory = {0};
	struct lg_findings *findings = NULL;
	enum lg_status status;

	status = lg_strlist_add(&names, "uid", 3, err);
	if (status == LG_OK)
		status = lg_strlist_add(&dn, "/o=X/cn=a", 9, err);
	if (status == LG_OK)
		status = lg_directory_open_ldif(&settings, &directory, err);
	if (status == LG_OK) {
		status = directory.ask(directory.self, &ask, NULL, &findings,
				       err);
		directory.close(directory.self);
	}
	lg_findings_free(&findings);
	lg_strlist_release(&names);
	lg_strlist_release(&dn);
	return status;
}

static void survives_failing_allocations(void **state)
{
	char file[] = "/tmp/logongate-XXXXXX";
	char uri[64];
	int fd = mkstemp(file);

	assert_true(fd >= 0);
	close(fd);
	snprintf(uri, sizeof(uri), "ldif:%s", file);
	write_file(file, A "\n" B "\n");
	assert_true(allocation_survive(open_and_ask, uri) > 20);
	unlink(file);
}

#define TEXT_ROWS (sizeof(text_rows) / sizeof(text_rows[0]))
#define FILTER_ROWS (sizeof(filter_rows) / sizeof(filter_rows[0]))

int main(void)
{
	struct CMUnitTest texts[TEXT_ROWS];
	struct CMUnitTest filters[FILTER_ROWS];
	const struct CMUnitTest rows[] = {
		suite_row("UTF-16 of ldifde reads, in either order",
			  reads_utf16),
		suite_row("values come whole, folded or in base64",
			  values_come_whole),
		suite_row("long values come whole", long_values_come_whole),
		suite_row("an export that changed is read again",
			  reads_again_what_changed),
		suite_row("ldif: needs a file name", needs_a_file_name),
		suite_row("a base that names nothing is could not ask",
			  base_that_names_nothing),
		suite_row("filters of another kind are refused",
			  refuses_other_filters),
		suite_row("filters nested too deep are refused",
			  refuses_deep_filters),
		suite_row("each allocation may fail",
			  survives_failing_allocations),
	};

	for (size_t i = 0; i < TEXT_ROWS; i++)
		texts[i] = (struct CMUnitTest)suite_row_with(
			text_rows[i].sentence, reads_as_said, &text_rows[i]);
	for (size_t i = 0; i < FILTER_ROWS; i++)
		filters[i] = (struct CMUnitTest)suite_row_with(
			filter_rows[i].sentence, matches_as_said,
			&filter_rows[i]);
	return suite_run(texts) | suite_run(filters) | suite_run(rows);
}
