/* SPDX-License-Identifier: ISC */
/*
 * setup_sites.h - which of a server's sites are meant
 *
 * Layer: app, private to the set-up.
 */
#ifndef LOGONGATE_APP_SETUP_SITES_H
#define LOGONGATE_APP_SETUP_SITES_H

#include "app/setup/setup_ask.h"

/*
 * Servers have sites (frontends, server blocks, stacks) that lead to mail and
 * others. names: those that do not ask; asking: how many do.
 */
struct lg_setup_sites {
	const char *what; /* "frontend" */
	struct lg_strlist names;
	size_t asking;
};

enum lg_status lg_setup_sites_add(struct lg_setup_sites *sites,
				  const char *name, struct lg_error *err);

/*
 * Which of them are meant: those that were named, else the only one, else
 * nothing more than what asks already.
 * Returns: LG_OK; LG_ERR_CONFLICT, there are several, or none; LG_ERR_SYNTAX,
 * one that was named is not there.
 */
enum lg_status lg_setup_sites_choose(const struct lg_setup_ask *ask,
				     struct lg_setup_sites *sites,
				     const char *door, struct lg_error *err);

/* 1 when the name is among them. */
int lg_setup_sites_has(const struct lg_setup_sites *sites, const char *name);

/* Nobody has a name there before somebody verifies it. */
enum lg_status lg_setup_note_unnamed(const struct lg_setup_ask *ask);

#endif
