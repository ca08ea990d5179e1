/* SPDX-License-Identifier: ISC */
/*
 * doors.h - the ways into this machine's mail, and which of them ask the gate
 *
 * Layer: app: core only. The texts that it reads (what doveconf, postconf,
 * nginx -T print; configuration files) are fetched by the caller.
 * Flow: `logongate doors` prints it; `plan` warns door-does-not-ask from it.
 * Source: contract 4 doors; facts/enforcement.md 1-5.
 */
#ifndef LOGONGATE_APP_DOORS_DOORS_H
#define LOGONGATE_APP_DOORS_DOORS_H

#include <logongate/buffer.h>
#include "port/machine.h"
#include <logongate/strlist.h>

enum lg_asks {
	LG_ASKS_NO = 0, /* a lock does not close it */
	LG_ASKS_YES,
	LG_ASKS_PARTLY,     /* some of its paths do not */
	LG_ASKS_NOT_NEEDED, /* delivery or administration: stays open */
	LG_ASKS_UNKNOWN     /* not all of it was read; the note says what */
};

/* What the door does while the gate does not answer. */
enum lg_when_down {
	LG_WHEN_DOWN_NOT_ASKED = 0,
	LG_WHEN_DOWN_OPEN,
	LG_WHEN_DOWN_CLOSED,    /* refuses; may look like a password */
	LG_WHEN_DOWN_TEMPORARY, /* refuses with "try again" */
	LG_WHEN_DOWN_UNKNOWN
};

/* "no", "yes", "partly", "not-needed", "unknown". */
const char *lg_asks_name(enum lg_asks asks);
/* "not-asked", "open", "closed", "temporary-error", "unknown". */
const char *lg_when_down_name(enum lg_when_down when_down);

/* One way in. Texts lie in the arena of the list; the last five may be NULL. */
struct lg_way {
	const char *door; /* "dovecot", "postfix", "nginx", ... */
	const char *way;  /* "imap", "submission inet", "frontend fe" */
	enum lg_asks asks;
	enum lg_when_down when_down;
	const char *add;      /* what to add so that it asks */
	const char *note;     /* what an administrator must know */
	const char *url;      /* where a logon can be tried, ... */
	const char *peer;     /* ... at which address (PAM: of which folder);
			   * NULL: that of the url */
	const char *protocol; /* as which the gate judges it; NULL: the url's */
};

struct lg_ways {
	struct lg_way *way;
	size_t count;
	size_t capacity;
	struct lg_strlist arena;
	struct lg_strlist behind; /* HOST:PORT behind proxies that ask */
};

enum lg_status lg_ways_add(struct lg_ways *ways, const struct lg_way *way,
			   struct lg_error *err);
/* The same, called as the name says, which is released. */
enum lg_status lg_ways_add_named(struct lg_ways *ways, const struct lg_way *way,
				 struct lg_buffer *name, struct lg_error *err);
void lg_ways_release(struct lg_ways *ways);

/*
 * Where this gate can be asked: the absolute socket paths and HOST:PORT of its
 * listeners. A server that asks somewhere else does not ask this gate.
 */
struct lg_gate_addresses {
	struct lg_strlist http;
	struct lg_strlist postfix;
	struct lg_strlist spop;
	struct lg_strlist dict;
};
void lg_gate_addresses_release(struct lg_gate_addresses *addresses);

/* Fetches a file that a configuration names and appends it to out_text;
 * LG_ERR_IO where it cannot be read, LG_ERR_DENIED where this user may not. */
struct lg_doors_files {
	void *context;
	enum lg_status (*read)(void *context, const char *path,
			       struct lg_buffer *out_text,
			       struct lg_error *err);
};

/* `doveconf -n`; the dict files that its passdbs name are fetched. */
enum lg_status lg_doors_dovecot(const char *doveconf, size_t len,
				const struct lg_gate_addresses *gate,
				const struct lg_doors_files *files,
				struct lg_ways *ways, struct lg_error *err);

/* `postconf` (all parameters, or -n) and `postconf -M` of one instance; folder
 * is that of its configuration where it is not the first, else NULL. */
enum lg_status lg_doors_postfix(const char *main_cf, size_t main_len,
				const char *master_cf, size_t master_len,
				const char *folder,
				const struct lg_gate_addresses *gate,
				struct lg_ways *ways, struct lg_error *err);

/* The folders of the other instances that `postconf` of the first names. */
enum lg_status lg_doors_postfix_instances(const char *main_cf, size_t len,
					  struct lg_strlist *out_folders,
					  struct lg_error *err);

/* `nginx -T`. */
enum lg_status lg_doors_nginx(const char *text, size_t len,
			      const struct lg_gate_addresses *gate,
			      struct lg_ways *ways, struct lg_error *err);

/* haproxy.cfg; the SPOE files that its filters name are fetched. */
enum lg_status lg_doors_haproxy(const char *text, size_t len,
				const struct lg_gate_addresses *gate,
				const struct lg_doors_files *files,
				struct lg_ways *ways, struct lg_error *err);

/* One file of /etc/pam.d; included files are fetched from folder. */
enum lg_status lg_doors_pam(const char *service, const char *text, size_t len,
			    const char *folder,
			    const struct lg_gate_addresses *gate,
			    const struct lg_doors_files *files,
			    struct lg_ways *ways, struct lg_error *err);

/*
 * Mail ports whose program none of the others spoke for are ways in of their
 * own; a server behind a proxy that listens on more than loopback bypasses it.
 */
enum lg_status lg_doors_listening(const struct lg_listening_socket *listening,
				  size_t count, struct lg_ways *ways,
				  struct lg_error *err);

#endif
