/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/adapters/dovecot/kick_connections.h: a child answers as anvil of
 * Dovecot 2.4.1 does, and writes down what it is told.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite.h"

#include "adapters/dovecot/kick_connections.h"

#define SESSIONS 6

/* User, address, protocol and process, in the order and at anvil. */
struct known {
	const char *user;
	const char *address;
	enum lg_protocol protocol;
	long pid;
	int is_opener_known;
	int is_gone;
	int cut;
};

struct anvil {
	char folder[64];
	char path[128];
	int told; /* what it is told can be read there */
	pid_t child;
	int is_24;
	/* Kicks that are not answered, and the one that it breaks off at. */
	const char *hangs;
	const char *breaks;
	size_t by_name;
	size_t stop_after; /* kicks by name or not; 0: never */
};

static void say_list(int fd, const struct known *known)
{
	dprintf(fd, "VERSION\tanvil-server\t2\t0\n\n");
	for (int i = 0; i < SESSIONS && known[i].user; i++)
		if (!known[i].is_gone)
			dprintf(fd, "%ld\t%s\t%s\t%s\t%032d\t\n", known[i].pid,
				known[i].user,
				known[i].protocol == LG_PROTOCOL_POP3 ? "pop3"
								      : "imap",
				known[i].address, i);
	dprintf(fd, "\n");
}

/* Gives 0 where it is to break off. */
static int answer_line(const struct anvil *anvil, const struct known *known,
		       int fd, int told, const char *line)
{
	int at = -1;

	if (!strcmp(line, "CONNECT-DUMP"))
		say_list(fd, known);
	if (sscanf(line, "KICK-USER\t%*[^\t]\t%d", &at) != 1)
		return 1;
	dprintf(told, "%d", at);
	if (anvil->breaks && strchr(anvil->breaks, '0' + at))
		return 0;
	if (!anvil->hangs || !strchr(anvil->hangs, '0' + at))
		dprintf(fd, "1\n");
	return 1;
}

static void serve(const struct anvil *anvil, const struct known *known, int fd,
		  int told)
{
	FILE *in = fdopen(fd, "r");
	char line[256];

	while (in && fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = '\0';
		if (!anvil->is_24 || !answer_line(anvil, known, fd, told, line))
			break;
	}
	if (in)
		fclose(in);
}

static void begin(struct anvil *anvil, const struct known *known)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int told[2];
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(anvil->folder, "/tmp/kick_connectionsXXXXXX");
	assert_non_null(mkdtemp(anvil->folder));
	snprintf(anvil->path, sizeof(anvil->path), "%s/%s", anvil->folder,
		 LG_KICK_CONNECTIONS_SOCKET);
	strcpy(address.sun_path, anvil->path);
	assert_return_code(
		bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_return_code(listen(fd, 8), 0);
	assert_return_code(pipe(told), 0);
	anvil->child = fork();
	if (!anvil->child) {
		signal(SIGPIPE, SIG_IGN);
		for (;;)
			serve(anvil, known, accept(fd, NULL, NULL), told[1]);
	}
	close(fd);
	close(told[1]);
	anvil->told = told[0];
}

/* The digits of what was told to end, in order. */
static void end(struct anvil *anvil, const char *expected)
{
	char told[64] = "";

	kill(anvil->child, SIGKILL);
	waitpid(anvil->child, NULL, 0);
	assert_true(read(anvil->told, told, sizeof(told) - 1) >= 0);
	close(anvil->told);
	unlink(anvil->path);
	assert_return_code(rmdir(anvil->folder), 0);
	assert_string_equal(told, expected);
}

static enum lg_status ask(void *context, const struct lg_buffer *request,
			  uint32_t limit_ms, struct lg_anvil_socket *socket,
			  struct lg_buffer *answer, struct lg_error *err)
{
	struct anvil *anvil = context;
	size_t tag = 0;

	lg_buffer_char(answer, '[');
	for (const char *at = request->data; (at = strstr(at, "\"kick\""));
	     at++, tag++)
		lg_buffer_format(answer, "%s[\"doveadmResponse\",[],\"%zu\"]",
				 tag ? "," : "", tag);
	lg_buffer_char(answer, ']');
	anvil->by_name += tag;
	return LG_OK;
}

static int is_stopped(void *context)
{
	struct anvil *anvil = context;
	struct pollfd told = {.fd = anvil->told, .events = POLLIN};

	return anvil->stop_after && poll(&told, 1, 0) == 1;
}

/* Carries out an order for those known, and looks at the marks and at what
 * anvil was told. */
static enum lg_status kick(struct anvil *anvil, const struct known *known,
			   const char *marks, const char *expected,
			   struct lg_strlist *notes, struct lg_error *err)
{
	struct lg_session session[SESSIONS] = {0};
	unsigned char cut[SESSIONS] = {0};
	char id[SESSIONS][32];
	struct lg_cut_order order = {session, cut, 0, notes, 0};
	struct lg_doveadm_kicker kicker = {anvil, ask, is_stopped, NULL,
					   anvil->path};
	enum lg_status status;

	for (; order.count < SESSIONS && known[order.count].user;
	     order.count++) {
		const struct known *one = &known[order.count];

		snprintf(id[order.count], sizeof(id[0]), "%s-%ld",
			 one->protocol == LG_PROTOCOL_POP3 ? "pop3" : "imap",
			 one->pid);
		cut[order.count] = (unsigned char)one->cut;
		session[order.count] = (struct lg_session){
			.door = "dovecot",
			.id = id[order.count],
			.user = one->user,
			.address = one->address,
			.protocol = one->protocol,
			.is_opener_known = one->is_opener_known};
	}
	begin(anvil, known);
	status = lg_doveadm_kick(&kicker, &order, err);
	assert_int_equal(order.is_blind, anvil->breaks != NULL);
	for (size_t i = 0; i < order.count; i++) {
		static const char word[] = "snltcah";

		if (word[cut[i]] != marks[i])
			fail_msg("session %zu: %c, not %c", i, word[cut[i]],
				 marks[i]);
	}
	end(anvil, expected);
	return status;
}

#define IMAP LG_PROTOCOL_IMAP
#define POP3 LG_PROTOCOL_POP3
#define NOW LG_CUT_NOW

static void each_ends_by_itself(void **state)
{
	static const struct known known[SESSIONS] = {
		{"bob", "::1", IMAP, 11, 1, 0, NOW},
		{"bob", "::1", IMAP, 12, 1, 0, LG_CUT_SPARE},
		{"bob", "::1", POP3, 13, 0, 0, NOW},
		{"a*b", "::1", IMAP, 14, 0, 0, NOW},
		{"axb", "::1", IMAP, 15, 0, 0, LG_CUT_SPARE},
		{"gone", "::1", IMAP, 16, 0, 1, NOW},
	};
	struct anvil anvil = {.is_24 = 1};

	assert_int_equal(kick(&anvil, known, "tsttst", "023", NULL, NULL),
			 LG_OK);
	assert_int_equal(anvil.by_name, 0);
}

static void those_in_doubt_are_named(void **state)
{
	static const struct known known[SESSIONS] = {
		/* Who opened which of them is not known. */
		{"bob", "::1", IMAP, 11, 0, 0, NOW},
		{"bob", "::1", IMAP, 12, 0, 0, LG_CUT_SPARE},
		/* Another process has that number now. */
		{"carl", "::2", IMAP, 13, 0, 0, NOW},
		{"dora", "::2", IMAP, 13, 0, 0, LG_CUT_SPARE},
		{"emil", "::2", IMAP, 14, 0, 0, NOW},
	};
	struct lg_strlist notes = {0};
	struct anvil anvil = {.is_24 = 1};

	assert_int_equal(kick(&anvil, known, "tstst", "4", &notes, NULL),
			 LG_OK);
	assert_int_equal(anvil.by_name, 2);
	assert_int_equal(notes.count, 1);
	assert_string_equal(notes.item[0],
			    "Dovecot ends all sessions of bob from ::1");
	lg_strlist_release(&notes);
}

static const struct known four[SESSIONS] = {
	{"a", "::1", IMAP, 11, 0, 0, NOW},
	{"b", "::1", IMAP, 12, 0, 0, NOW},
	{"c", "::1", IMAP, 13, 0, 0, NOW},
	{"d", "::1", IMAP, 14, 0, 0, NOW},
};

static void another_dovecot_is_given_names(void **state)
{
	struct anvil anvil = {.is_24 = 0};
	struct lg_doveadm_kicker kicker = {&anvil, ask, is_stopped, NULL,
					   "/nonexistent/logongate-anvil"};
	struct lg_session session = {
		.door = "dovecot", .id = "imap-11", .user = "a"};
	unsigned char cut = LG_CUT_NOW;
	struct lg_cut_order order = {&session, &cut, 1, NULL, 0};

	assert_int_equal(kick(&anvil, four, "tttt", "", NULL, NULL), LG_OK);
	assert_int_equal(anvil.by_name, 4);
	assert_int_equal(lg_doveadm_kick(&kicker, &order, NULL), LG_OK);
	assert_int_equal(anvil.by_name, 5);
}

static void one_that_hangs_holds_nobody(void **state)
{
	struct lg_strlist notes = {0};
	struct anvil anvil = {.is_24 = 1, .hangs = "13"};

	assert_int_equal(kick(&anvil, four, "thth", "0123", &notes, NULL),
			 LG_OK);
	assert_int_equal(anvil.by_name, 0);
	assert_int_equal(notes.count, 2);
	assert_string_equal(
		notes.item[0],
		"Dovecot hangs while it ends the sessions of b from ::1");
	lg_strlist_release(&notes);
}

static void a_dovecot_that_hangs_is_left(void **state)
{
	struct lg_error err = {0};
	struct anvil anvil = {.is_24 = 1, .hangs = "012"};

	assert_int_equal(kick(&anvil, four, "hhhn", "012", NULL, &err),
			 LG_ERR_TIMEOUT);
	assert_int_equal(anvil.by_name, 0);
	assert_non_null(strstr(err.text, "in a row hang"));
}

static void one_that_breaks_off_is_told(void **state)
{
	struct lg_error err = {0};
	struct anvil anvil = {.is_24 = 1, .breaks = "1"};

	assert_int_equal(kick(&anvil, four, "tann", "01", NULL, &err),
			 LG_ERR_IO);
	assert_int_equal(anvil.by_name, 0);
	assert_non_null(strstr(err.text, "restart Dovecot"));
}

static void a_lift_stops_it(void **state)
{
	struct anvil anvil = {.is_24 = 1, .stop_after = 1};

	assert_int_equal(kick(&anvil, four, "tnnn", "0", NULL, NULL), LG_OK);
	assert_int_equal(anvil.by_name, 0);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("each ends by itself", each_ends_by_itself),
		suite_row("those in doubt are named", those_in_doubt_are_named),
		suite_row("another Dovecot is given names",
			  another_dovecot_is_given_names),
		suite_row("one that hangs holds nobody",
			  one_that_hangs_holds_nobody),
		suite_row("a Dovecot that hangs is left",
			  a_dovecot_that_hangs_is_left),
		suite_row("one that breaks off is told",
			  one_that_breaks_off_is_told),
		suite_row("a lift stops it", a_lift_stops_it),
	};

	return suite_run(rows);
}
