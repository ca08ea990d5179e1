/* SPDX-License-Identifier: ISC */
/*
 * gate_hears.c - at which of its addresses the gate that runs can be asked
 *
 * The kernel lists who listens: TCP by the port, so that an address that is
 * meant for all of the machine's counts, unix sockets by their path.
 */
#include "app/doors/gate_hears.h"

#include <stdlib.h>
#include <string.h>

#define UNIX_SOCKETS "/proc/net/unix"
#define LISTENS " 00010000 " /* __SO_ACCEPTON among a socket's flags */

/* 1 where a line of the kernel's list says that somebody listens there. */
static int is_listed(const struct lg_buffer *list, const char *path)
{
	size_t len = strlen(path);

	for (const char *line = list->len ? list->data : ""; *line;) {
		size_t line_len = strcspn(line, "\n");
		const char *flags = strstr(line, LISTENS);

		if (flags != NULL && flags < line + line_len &&
		    line_len > len + 1 && line[line_len - len - 1] == ' ' &&
		    strncmp(line + line_len - len, path, len) == 0)
			return 1;
		line += line_len + (line[line_len] == '\n');
	}
	return 0;
}

static int listens(const struct lg_listening_sockets *sockets,
		   const struct lg_buffer *list, const char *address)
{
	const char *colon = strrchr(address, ':');

	if (*address == '/')
		return is_listed(list, address);
	for (size_t i = 0; colon != NULL && i < sockets->count; i++) {
		if (sockets->socket[i].port == strtoul(colon + 1, NULL, 10))
			return 1;
	}
	return colon == NULL;
}

static enum lg_status keep(const struct lg_listening_sockets *sockets,
			   const struct lg_buffer *list,
			   struct lg_strlist *addresses, size_t *taken,
			   struct lg_error *err)
{
	struct lg_strlist kept = {0};
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < addresses->count; i++) {
		const char *address = addresses->item[i];

		if (listens(sockets, list, address))
			status = lg_strlist_add(&kept, address, strlen(address),
						err);
		else
			(*taken)++;
	}
	lg_strlist_release(addresses);
	*addresses = kept;
	return status;
}

enum lg_status lg_gate_hears(const struct lg_machine *machine,
			     const char *run_dir,
			     const struct lg_listening_sockets *sockets,
			     struct lg_gate_addresses *gate, size_t *out_taken,
			     struct lg_error *err)
{
	struct lg_strlist *const lists[] = {&gate->http, &gate->postfix,
					    &gate->spop, &gate->dict};
	struct lg_buffer control = {0};
	struct lg_buffer list = {0};
	struct lg_error ignored;
	enum lg_status status;

	*out_taken = 0;
	lg_buffer_format(&control, "%s/control.sock", run_dir ? run_dir : "");
	status = lg_buffer_status(&control, err);
	if (status == LG_OK && (machine->read(machine->self, UNIX_SOCKETS,
					      &list, &ignored) != LG_OK ||
				!is_listed(&list, control.data)))
		goto out;
	for (size_t i = 0;
	     status == LG_OK && i < sizeof(lists) / sizeof(lists[0]); i++)
		status = keep(sockets, &list, lists[i], out_taken, err);
out:
	lg_buffer_release(&control);
	lg_buffer_release(&list);
	return status;
}

static int asks(const struct lg_way *way)
{
	return way->asks == LG_ASKS_YES || way->asks == LG_ASKS_PARTLY;
}

void lg_gate_does_not_hear(struct lg_ways *ways, const struct lg_ways *heard)
{
	for (size_t i = 0; i < ways->count && i < heard->count; i++) {
		struct lg_way *way = &ways->way[i];

		if (!asks(way) || asks(&heard->way[i]))
			continue;
		way->asks = LG_ASKS_NO;
		way->when_down = LG_WHEN_DOWN_NOT_ASKED;
		way->note = "asks where the gate should listen by its "
			    "settings, and does not: it has not been started "
			    "anew since they say so";
		way->add = "systemctl restart logongated";
	}
}
