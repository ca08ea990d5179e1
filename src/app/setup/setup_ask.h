/* SPDX-License-Identifier: ISC */
/*
 * setup_ask.h - what is to be set up, and what all doors find in one way
 *
 * Layer: app, private to the set-up but for lg_setup_door_find.
 */
#ifndef LOGONGATE_APP_SETUP_ASK_H
#define LOGONGATE_APP_SETUP_ASK_H

#include "port/machine_setup.h"
#include "port/machine.h"
#include "core/settings/settings.h"

#include "app/setup/setup_plan.h"

struct lg_setup_ask {
	const struct lg_settings *settings;
	const struct lg_machine *machine;
	const struct lg_change *change;
	const char *datadir;    /* where the drop-ins lie */
	const char *config_dir; /* the server's; NULL: its own */
	const char *variant;    /* NULL: the recommended one */
	const char *listen; /* HOST:PORT of a new TCP listener; NULL: usual */
	const char *sites;  /* which of the server's are meant; NULL: all */
	/* What an earlier set-up did; no files where there was none. */
	const struct lg_setup_plan *record;
	void *own;                  /* of who brings the door */
	struct lg_setup_plan *plan; /* where the answer goes */
	struct lg_error *err;
};

/*
 * Makes the plan of a door. Returns: LG_OK, also with no files when nothing is
 * to be changed; LG_ERR_UNKNOWN_KEY, the server is not here; LG_ERR_CONFLICT,
 * the administrator wrote what would have to be changed, or it is set up as
 * another variant; LG_ERR_SYNTAX, LG_ERR_IO, its configuration cannot be used.
 */
struct lg_setup_door {
	const char *name;
	const char *
		variants; /* "combined dict policy", the recommended one first */
	enum lg_status (*plan)(const struct lg_setup_ask *ask);
};
extern const struct lg_setup_door lg_setup_doors[];
extern const size_t lg_setup_door_count;

/* NULL where there is no such door. */
const struct lg_setup_door *lg_setup_door_find(const char *name);

/* The door's variant: the one asked for, which must be one of them, else the
 * one of the record, else otherwise. */
enum lg_status lg_setup_variant(const struct lg_setup_ask *ask,
				const struct lg_setup_door *door,
				const char *otherwise,
				const char **out_variant);

/* What the plan of every door but Dovecot's begins with: its name, and the
 * variant, which the plan keeps. */
enum lg_status lg_setup_begin(const struct lg_setup_ask *ask, const char *door,
			      const char *otherwise, const char **out_variant);

/* A sentence for the administrator. */
enum lg_status lg_setup_note(const struct lg_setup_ask *ask, const char *format,
			     ...) __attribute__((format(printf, 2, 3)));

/* Who verified the names of web requests. */
#define LG_SETUP_IDENTITIES                                                    \
	"nobody basic-checked-by-backend basic-checked-on-every-request "      \
	"basic-checked-here client-certificate"

/* The doors' own. */
enum lg_status lg_setup_dovecot(const struct lg_setup_ask *ask);
enum lg_status lg_setup_postfix(const struct lg_setup_ask *ask);
enum lg_status lg_setup_nginx(const struct lg_setup_ask *ask);
enum lg_status lg_setup_haproxy(const struct lg_setup_ask *ask);
enum lg_status lg_setup_pam(const struct lg_setup_ask *ask);

#endif
