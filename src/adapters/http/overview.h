/* SPDX-License-Identifier: ISC */
/*
 * http/overview.h - the status page and the help desk's page
 *
 * Layer: adapter, core only.
 * Flow: the daemon fills what it knows; pages/status.html and pages/help.html
 * say where it stands.
 * Source: contract 11 Pages.
 */
#ifndef LG_ADAPTERS_HTTP_OVERVIEW_H
#define LG_ADAPTERS_HTTP_OVERVIEW_H

#include <stdint.h>

#include <logongate/buffer.h>

#define LG_OVERVIEW_MINUTES 60

/* A lock, as people read it; absent texts are NULL. */
struct lg_overview_lock {
	const char *profile;
	const char *words;    /* the profile's, for those it keeps out */
	const char *language; /* of words; NULL or "": not known */
	const char *reason;
	const char *since;
	const char *until;
	const char *starts;   /* scheduled: not in force before */
	const char *concerns; /* NULL: everybody */
	const char *by;       /* for the help desk */
	const char *id;       /* for the help desk */
};

struct lg_overview_door {
	const char *name;
	const char *without_policy; /* NULL: has no listener of its own */
	uint64_t admitted;
	uint64_t refused;
	uint64_t connections;
};

/* One minute of the last hour. */
struct lg_overview_minute {
	uint64_t admitted;
	uint64_t refused;
};

struct lg_overview {
	const struct lg_overview_lock *lock;
	size_t lock_count;
	const struct lg_overview_door *door;
	size_t door_count;
	const char *const *attention; /* sentences, for the help desk */
	size_t attention_count;
	struct lg_overview_minute
		minute[LG_OVERVIEW_MINUTES]; /* oldest first */
	int no_policy;
	const char *until; /* when all are let in again; NULL: not known */
	uint64_t sessions;
	uint64_t refused;
	const char *host;
	const char *now;
	const char *version;
};

/* One refused logon, as the help desk's table shows it; texts may be NULL. */
struct lg_overview_refusal {
	const char *at;
	const char *user;
	const char *client;
	const char *address;
	const char *door;
	const char *reason;
	uint64_t count;
};
void lg_overview_row(const struct lg_overview_refusal *refusal,
		     struct lg_buffer *out_html);

/* What the help desk looked for, and the rows of lg_overview_row. */
struct lg_overview_search {
	const char *user;
	const char *client;
	const char *rows;
	size_t shown;
	uint64_t found;
	const char *failed; /* why it could not be read */
};

/* Each appends a page. Returns: LG_OK; LG_ERR_NO_MEMORY. */
enum lg_status lg_overview_status(const struct lg_overview *overview,
				  struct lg_buffer *out_html,
				  struct lg_error *err);
enum lg_status lg_overview_help(const struct lg_overview *overview,
				const struct lg_overview_search *search,
				struct lg_buffer *out_html,
				struct lg_error *err);

#endif
