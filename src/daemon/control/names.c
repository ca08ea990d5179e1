/* SPDX-License-Identifier: ISC */
/*
 * names.c - users and groups, asked for on a lane of their own
 *
 * They may come from a directory that does not answer. Root and the gate's own
 * user are known by their numbers and never wait for one.
 */
#include "daemon/control/names.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/work.h"

#define GROUPS_MAX 1024
/* A group of ten thousand has its members in it. */
#define TEXT_MAX ((size_t)4 << 20)

struct look {
	struct gate_job job;
	struct gate_conn *conn;
	uid_t uid;
	gid_t group[GROUPS_MAX];
	size_t count;
	char *admin_group;
	int is_admin;
	char *name;
};

/* "uid N" where nobody has a name for it. */
static char *name_of_uid(uid_t uid)
{
	struct lg_buffer name = {0};
	struct passwd found;
	struct passwd *result = NULL;
	char text[16384];
	char *taken = NULL;

	if (!getpwuid_r(uid, &found, text, sizeof(text), &result) && result)
		return strdup(found.pw_name);
	lg_buffer_format(&name, "uid %d", (int)uid);
	if (lg_buffer_take(&name, &taken, NULL) != LG_OK)
		taken = NULL;
	lg_buffer_release(&name);
	return taken;
}

/* 1 when there is such a group. */
static int find_group(const char *name, gid_t *out_gid)
{
	size_t size = 16384;
	struct group found;
	struct group *result = NULL;
	char *text = NULL;
	int failed = ERANGE;

	while (failed == ERANGE && size <= TEXT_MAX) {
		free(text);
		text = malloc(size);
		if (!text)
			return 0;
		failed = getgrnam_r(name, &found, text, size, &result);
		size *= 4;
	}
	if (!failed && result)
		*out_gid = found.gr_gid;
	free(text);
	return !failed && result;
}

static void run_look(void *context)
{
	struct look *look = context;
	gid_t gid = 0;

	look->name = name_of_uid(look->uid);
	if (!look->admin_group || !find_group(look->admin_group, &gid))
		return;
	for (size_t i = 0; i < look->count; i++)
		if (look->group[i] == gid)
			look->is_admin = 1;
}

static void looked(void *context)
{
	struct look *look = context;
	struct gate_conn *conn = look->conn;

	conn->is_admin = look->is_admin;
	conn->name = look->name;
	free(look->admin_group);
	free(look);
	gate_stream_done(conn);
	gate_stream_let_go(conn);
}

void gate_names_look(struct gate_conn *conn)
{
	const struct gate_peer *peer = &conn->peer;
	const char *admin_group = conn->gate->settings->admin_group;
	socklen_t len = (GROUPS_MAX - 1) * sizeof(gid_t);
	struct look *look;

	if (!peer->is_unix)
		return;
	if (peer->uid == 0 || peer->uid == geteuid()) {
		conn->is_admin = 1;
		conn->name =
			strdup(peer->uid == 0 ? "root" : conn->gate->own_name);
		return;
	}
	/* Without memory he may ask for the status. */
	look = calloc(1, sizeof(*look));
	if (!look)
		return;
	look->conn = conn;
	look->uid = peer->uid;
	look->admin_group = admin_group ? strdup(admin_group) : NULL;
	look->group[0] = peer->gid;
	look->count = 1;
	if (!getsockopt(conn->fd, SOL_SOCKET, SO_PEERGROUPS, look->group + 1,
			&len))
		look->count += len / sizeof(gid_t);
	look->job.run = run_look;
	look->job.done = looked;
	look->job.context = look;
	conn->busy = 1;
	gate_stream_hold(conn);
	gate_work_add(conn->gate, GATE_LANE_NAMES, &look->job);
}

void gate_names_start(struct gate *gate)
{
	gate->own_name = name_of_uid(geteuid());
}
