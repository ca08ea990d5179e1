/* SPDX-License-Identifier: ISC */
/*
 * setup_sites.c - which of a server's sites are meant
 *
 * A server in front of mail may be in front of other things too, which a lock
 * is not to close: where there are several the administrator says which.
 */
#include "app/setup/setup_sites.h"
#include "base/listed.h"

#include <string.h>

int lg_setup_sites_has(const struct lg_setup_sites *sites, const char *name)
{
	return lg_listed(&sites->names, name);
}

enum lg_status lg_setup_sites_add(struct lg_setup_sites *sites,
				  const char *name, struct lg_error *err)
{
	if (lg_setup_sites_has(sites, name))
		return LG_OK;
	return lg_strlist_add(&sites->names, name, strlen(name), err);
}

static enum lg_status several(const struct lg_setup_sites *sites,
			      const char *door, struct lg_error *err)
{
	struct lg_buffer names = {0};
	enum lg_status status;

	for (size_t i = 0; i < sites->names.count; i++)
		lg_buffer_format(&names, "%s%s", i ? ", " : "",
				 sites->names.item[i]);
	status = lg_buffer_status(&names, err);
	if (status == LG_OK)
		status = lg_error_set(err, LG_ERR_CONFLICT, door,
				      "has more than one %s that leads on "
				      "(%s): name those that lead to mail, "
				      "--site NAME,NAME, or --site all",
				      sites->what, names.data);
	lg_buffer_release(&names);
	return status;
}

/* Of all only those whose names stand in the list. */
static enum lg_status keep_named(const char *list, struct lg_setup_sites *sites,
				 const char *door, struct lg_error *err)
{
	struct lg_setup_sites named = {.what = sites->what};
	struct lg_buffer name = {0};
	enum lg_status status = LG_OK;
	size_t len;

	for (; status == LG_OK && *list; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		lg_buffer_clear(&name);
		lg_buffer_append(&name, list, len);
		status = lg_buffer_status(&name, err);
		if (status == LG_OK && len &&
		    !lg_setup_sites_has(sites, name.data))
			status = lg_error_set(err, LG_ERR_SYNTAX, door,
					      "has no %s %s that leads on and "
					      "does not ask",
					      sites->what, name.data);
		if (status == LG_OK && len)
			status = lg_setup_sites_add(&named, name.data, err);
	}
	lg_buffer_release(&name);
	lg_strlist_release(&sites->names);
	sites->names = named.names;
	return status;
}

enum lg_status lg_setup_sites_choose(const struct lg_setup_ask *ask,
				     struct lg_setup_sites *sites,
				     const char *door, struct lg_error *err)
{
	if (sites->names.count + sites->asking == 0)
		return lg_error_set(err, LG_ERR_CONFLICT, door,
				    "has no %s that leads on to a server: "
				    "there is nothing to ask about",
				    sites->what);
	if (ask->sites != NULL && strcmp(ask->sites, "all") == 0)
		return LG_OK;
	if (ask->sites != NULL)
		return keep_named(ask->sites, sites, door, err);
	/* a second run changes nothing */
	if (sites->asking)
		lg_strlist_release(&sites->names);
	return sites->names.count > 1 ? several(sites, door, err) : LG_OK;
}

enum lg_status lg_setup_note_unnamed(const struct lg_setup_ask *ask)
{
	return lg_setup_note(
		ask,
		"Nobody has a name at this door yet: while names are limited "
		"it lets nobody in. Once you know who checks passwords there, "
		"undo this and say so with --variant (%s).",
		LG_SETUP_IDENTITIES);
}
