/* SPDX-License-Identifier: ISC */
/*
 * peer_groups.c - which users are the doors' own
 */
#include "daemon/net/peer_groups.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include "daemon/gate.h"

#define TEXT_SIZE 65536

const char *gate_group_of(const struct lg_settings *settings,
			  enum lg_listener listener)
{
	if (settings->listen[listener].group)
		return settings->listen[listener].group;
	return listener == LG_LISTEN_CONTROL ? settings->admin_group
					     : GATE_DOOR_GROUP;
}

int gate_peer_uids_have(const struct gate_peer_uids *uids, uid_t uid)
{
	if (uid == (uid_t)-1)
		return 0;
	for (size_t i = 0; i < uids->count; i++)
		if (uids->uid[i] == uid)
			return 1;
	return 0;
}

static void add(struct gate_peer_uids *uids, uid_t uid)
{
	if (uids->count < GATE_PEER_UIDS_MAX && !gate_peer_uids_have(uids, uid))
		uids->uid[uids->count++] = uid;
}

static uid_t uid_of(const char *name)
{
	char text[TEXT_SIZE];
	struct passwd found;
	struct passwd *result = NULL;

	if (getpwnam_r(name, &found, text, sizeof(text), &result) || !result)
		return (uid_t)-1;
	return found.pw_uid;
}

static void add_user(struct gate_peer_uids *uids, const char *name)
{
	uid_t uid = uid_of(name);

	if (uid != (uid_t)-1)
		add(uids, uid);
}

static void add_members(struct gate_peer_uids *uids, const char *group)
{
	char text[TEXT_SIZE];
	struct group found;
	struct group *result = NULL;

	if (getgrnam_r(group, &found, text, sizeof(text), &result) || !result)
		return;
	for (char **member = found.gr_mem; member && *member; member++)
		add_user(uids, *member);
	/* Whose own group it is stands among no members. */
	add_user(uids, group);
}

/* A server's user that may lift: who breaks into the server opens the doors. */
static void say_mixed(const struct lg_settings *settings,
		      const struct gate_peer_uids *doors)
{
	char text[TEXT_SIZE];
	struct group found;
	struct group *result = NULL;

	if (!settings->admin_group ||
	    getgrnam_r(settings->admin_group, &found, text, sizeof(text),
		       &result) ||
	    !result)
		return;
	for (char **member = found.gr_mem; member && *member; member++) {
		uid_t uid = uid_of(*member);

		if (uid != 0 && uid != geteuid() &&
		    gate_peer_uids_have(doors, uid))
			gate_warn("%s is in the group %s, which may apply and "
				  "lift, and asks for a server: take it out "
				  "(gpasswd -d %s %s)",
				  *member, settings->admin_group, *member,
				  settings->admin_group);
	}
}

void gate_peer_uids_read(const struct lg_settings *settings,
			 struct gate_peer_uids *out_uids)
{
	out_uids->count = 0;
	add(out_uids, 0);
	add(out_uids, geteuid());
	for (int listener = 0; listener < LG_LISTEN_CONTROL; listener++)
		if (settings->listen[listener].present)
			add_members(out_uids,
				    gate_group_of(settings,
						  (enum lg_listener)listener));
	say_mixed(settings, out_uids);
}
