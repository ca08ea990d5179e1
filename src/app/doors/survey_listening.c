/* SPDX-License-Identifier: ISC */
/*
 * survey_listening.c - ports on which something answers that nobody spoke for
 *
 * A configuration says what should be; a socket says what is. Mail ports held
 * by a program whose configuration was not read are ways in, and so is a
 * server behind an asking proxy that can be reached without it.
 */
#include <stdlib.h>
#include <string.h>

#include "app/doors/doors.h"

struct mail_port {
	unsigned int port;
	const char *protocol;
};

static const struct mail_port mail_ports[] = {
	{110, "pop3"},       {143, "imap"},  {465, "submissions"},
	{587, "submission"}, {993, "imaps"}, {995, "pop3s"},
	{4190, "sieve"},
};

/* Programs that the other readers speak for, as /proc names them. */
static const struct {
	const char *program;
	const char *door;
} known[] = {
	{"dovecot", "dovecot"},    {"imap-login", "dovecot"},
	{"pop3-login", "dovecot"}, {"managesieve-lo", "dovecot"},
	{"nginx", "nginx"},        {"haproxy", "haproxy"},
	{"logongated", ""},
};

/* Several instances of Postfix have one name, and not all need be listed; the
 * master of Cyrus has it too. */
static int is_postfix(const char *program)
{
	return strcmp(program, "master") == 0 || strcmp(program, "smtpd") == 0;
}

static int is_postfix_port(const struct lg_ways *ways, unsigned int port)
{
	const char *colon;

	for (size_t i = 0; i < ways->count; i++) {
		colon = ways->way[i].url ? strrchr(ways->way[i].url, ':')
					 : NULL;
		if (colon && strcmp(ways->way[i].door, "postfix") == 0 &&
		    strtoul(colon + 1, NULL, 10) == port)
			return 1;
	}
	return 0;
}

static int spoken_for(const struct lg_ways *ways,
		      const struct lg_listening_socket *listening)
{
	const char *program = listening->program;

	if (is_postfix(program))
		return is_postfix_port(ways, listening->port);

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (strcmp(known[i].program, program) != 0)
			continue;
		if (!*known[i].door)
			return 1;
		for (size_t j = 0; j < ways->count; j++) {
			if (strcmp(ways->way[j].door, known[i].door) == 0)
				return 1;
		}
	}
	return 0;
}

static int is_loopback(const char *address)
{
	return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

/* Whether a proxy that asks passes on to this port. */
static int is_behind(const struct lg_ways *ways, unsigned int port)
{
	const char *colon;

	for (size_t i = 0; i < ways->behind.count; i++) {
		colon = strrchr(ways->behind.item[i], ':');
		if (colon && strtoul(colon + 1, NULL, 10) == port)
			return 1;
	}
	return 0;
}

static enum lg_status add_way(const struct lg_listening_socket *listening,
			      enum lg_asks asks, const char *what,
			      const char *note, const char *add,
			      struct lg_ways *ways, struct lg_error *err)
{
	struct lg_way way = {
		.door = "port", .asks = asks, .note = note, .add = add};
	struct lg_buffer words = {0};

	lg_buffer_format(&words, "%s port %u (%s)%s%s", listening->address,
			 listening->port, what,
			 *listening->program ? " held by " : "",
			 listening->program);
	return lg_ways_add_named(ways, &way, &words, err);
}

enum lg_status lg_doors_listening(const struct lg_listening_socket *listening,
				  size_t count, struct lg_ways *ways,
				  struct lg_error *err)
{
	enum lg_status status = LG_OK;
	size_t j;

	for (size_t i = 0; status == LG_OK && i < count; i++) {
		if (is_behind(ways, listening[i].port) &&
		    !is_loopback(listening[i].address)) {
			status = add_way(&listening[i], LG_ASKS_NO,
					 "behind a proxy",
					 "can be reached past the proxy that "
					 "asks",
					 "let it listen on loopback only, or "
					 "close the port with the firewall",
					 ways, err);
			continue;
		}
		for (j = 0; j < sizeof(mail_ports) / sizeof(*mail_ports); j++) {
			if (mail_ports[j].port == listening[i].port)
				break;
		}
		if (j == sizeof(mail_ports) / sizeof(*mail_ports) ||
		    spoken_for(ways, &listening[i]))
			continue;
		if (is_postfix(listening[i].program) &&
		    strncmp(mail_ports[j].protocol, "submission", 10) == 0)
			status = add_way(&listening[i], LG_ASKS_UNKNOWN,
					 mail_ports[j].protocol,
					 "no configuration of Postfix that was "
					 "read names this port",
					 "its instance to "
					 "multi_instance_directories, or name "
					 "its folder with --postfix",
					 ways, err);
		else if (*listening[i].program)
			status = add_way(&listening[i], LG_ASKS_NO,
					 mail_ports[j].protocol,
					 "no configuration of this program was "
					 "read",
					 "stop it during a lock, or put a "
					 "server that asks in front of it",
					 ways, err);
		else
			status = add_way(&listening[i], LG_ASKS_UNKNOWN,
					 mail_ports[j].protocol,
					 "run as root to see which program it "
					 "is",
					 NULL, ways, err);
	}
	return status;
}
