/* SPDX-License-Identifier: ISC */
/*
 * servers_due.c - a lock on other servers ends too when its time is over
 *
 * The journal is looked at by a job, and read again only when the file
 * changed. A command that could
 * not put everything back is tried again after a minute, loudly.
 */
#include "daemon/servers_due.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/system/journal_file.h"
#include "adapters/system/program.h"
#include "app/change/servers_book.h"
#include "app/records/json_member.h"
#include "daemon/control/control.h"
#include "daemon/work.h"

#define JOURNAL LG_SERVERS_BOOK_FILE
#define COMMAND "logongate"
#define RETRY_S 60

struct gate_servers {
	uv_process_t process;
	int running;
	struct gate *gate;
	struct gate_job job; /* looking at the journal */
	int looking;
	struct stat seen;
	struct lg_servers_record found; /* by the job */
	enum lg_status status;
	int damaged;
	struct lg_error err;
	struct lg_servers_record lock; /* when it ends; no texts or targets */
	int64_t not_before_s;
	char *path;
	char *command;
};

/* Beside this program as built, in ../bin as installed. */
static enum lg_status find_command(struct gate_servers *servers,
				   struct lg_error *err)
{
	static const char *const places[] = {COMMAND, "../bin/" COMMAND};
	struct lg_buffer path = {0};
	enum lg_status status = lg_program_beside(places, 2, &path, err);

	/* Whether it is there is told when it is to run. */
	if (status == LG_OK || status == LG_ERR_UNKNOWN_KEY)
		status = lg_buffer_take(&path, &servers->command, err);
	lg_buffer_release(&path);
	return status;
}

static void free_servers(struct gate_servers *servers)
{
	free(servers->path);
	free(servers->command);
	free(servers);
}

enum lg_status gate_servers_open(struct gate *gate, struct lg_error *err)
{
	struct gate_servers *servers = calloc(1, sizeof(*servers));
	struct lg_buffer path = {0};
	enum lg_status status;

	if (!servers)
		return lg_no_memory(err);
	servers->gate = gate;
	lg_buffer_format(&path, "%s/" JOURNAL, gate->settings->state_dir);
	status = lg_buffer_take(&path, &servers->path, err);
	if (status == LG_OK)
		status = find_command(servers, err);
	lg_buffer_release(&path);
	if (status != LG_OK)
		free_servers(servers);
	else
		gate->servers = servers;
	return status;
}

/* The first of them to end; by this boot's clock where it is of this boot. */
static int ends_sooner(const struct lg_servers_record *a,
		       const struct lg_servers_record *b)
{
	if (*a->boot_id && strcmp(a->boot_id, b->boot_id) == 0)
		return a->until_boot_ms < b->until_boot_ms;
	return a->lock.until_s < b->lock.until_s;
}

static void take_end(struct gate_servers *servers,
		     const struct lg_servers_record *record)
{
	if (record->phase == LG_SERVERS_LOST ||
	    (servers->found.phase == LG_SERVERS_APPLIED &&
	     !ends_sooner(record, &servers->found)))
		return;
	servers->found.phase = LG_SERVERS_APPLIED;
	servers->found.lock.until_s = record->lock.until_s;
	servers->found.until_boot_ms = record->until_boot_ms;
	memcpy(servers->found.boot_id, record->boot_id,
	       sizeof(record->boot_id));
}

/* When the first lock ends, as the journal says now. */
static void read_journal(struct gate_servers *servers)
{
	const struct lg_files *files = &servers->gate->files;
	struct lg_servers_book book = {0};
	struct lg_buffer text = {0};

	servers->found = (struct lg_servers_record){0};
	servers->status =
		files->read(files->self, JOURNAL, &text, &servers->err);
	if (servers->status == LG_OK)
		servers->status = lg_servers_book_parse(
			text.data ? text.data : "", text.len, servers->path,
			&book, &servers->err);
	for (size_t i = 0; servers->status == LG_OK && i < book.count; i++)
		take_end(servers, &book.record[i]);
	/* what could be read counts all the same */
	servers->damaged = book.damaged > 0;
	if (servers->damaged)
		servers->err = book.damage;
	lg_servers_book_release(&book);
	lg_buffer_release(&text);
}

struct telling {
	struct gate_job job;
	struct control_call *call;
	enum lg_status status;
	int held;
	struct lg_error err;
};

static void read_to_tell(void *context)
{
	struct telling *telling = context;
	struct control_call *call = telling->call;
	const struct lg_files *files = &call->gate->files;

	telling->status = files->read(files->self, JOURNAL, &call->attach[0],
				      &telling->err);
	/* in this order: what was read of one that is free is no longer
	 * written */
	telling->held = lg_journal_file_is_held(call->gate->servers->path);
	files->read(files->self, LG_CHANGE_SIGNATURE_FILE, &call->attach[1],
		    NULL);
}

static void tell(void *context)
{
	struct telling *telling = context;

	telling->call->attach_count = 2;
	lg_json_bool(telling->call->answer, "held", telling->held);
	if (telling->status != LG_OK && telling->status != LG_ERR_UNKNOWN_KEY)
		control_fail_as(telling->call, &telling->err);
	else
		control_finish(telling->call);
	free(telling);
}

/* An administrator may have no right to the state directory itself. */
void control_servers(struct control_call *call)
{
	struct telling *telling = calloc(1, sizeof(*telling));

	if (!telling) {
		control_no_memory(call);
		return;
	}
	telling->call = call;
	telling->job = (struct gate_job){
		.run = read_to_tell, .done = tell, .context = telling};
	gate_work_add(call->gate, GATE_LANE_RECORDS, &telling->job);
}

static void on_closed(uv_handle_t *handle)
{
	struct gate *gate = handle->data;

	gate->servers->running = 0;
}

static void on_exit_of_command(uv_process_t *process, int64_t code, int signal)
{
	struct gate *gate = process->data;

	if (code || signal) {
		gate->servers->not_before_s = gate_store_s(gate) + RETRY_S;
		gate_loud(gate, GATE_ATTENTION_SERVERS,
			  "the lock on other servers is over and could "
			  "not be lifted everywhere; logongate status "
			  "tells which, logongate recover tries again");
	} else {
		gate_quiet(gate, "the lock on other servers is over");
		gate_quiet(gate, gate->servers->command);
		gate_log("the lock on other servers was lifted: its time is "
			 "over");
	}
	uv_close((uv_handle_t *)process, on_closed);
}

static void run_command(struct gate *gate)
{
	struct gate_servers *servers = gate->servers;
	char config[] = "--config";
	char recover[] = "recover";
	char over[] = "--over";
	char quiet[] = "--quiet";
	char *argv[] = {servers->command,
			config,
			(char *)gate->config,
			recover,
			over,
			quiet,
			NULL};
	uv_stdio_container_t stdio[3] = {
		{.flags = UV_IGNORE},
		{.flags = UV_IGNORE},
		{.flags = UV_INHERIT_FD, .data.fd = 2},
	};
	uv_process_options_t options = {
		.file = servers->command,
		.args = argv,
		.exit_cb = on_exit_of_command,
		.stdio = stdio,
		.stdio_count = 3,
	};
	int result;

	servers->process.data = gate;
	servers->running = 1;
	result = uv_spawn(&gate->loop, &servers->process, &options);
	if (!result)
		return;
	servers->not_before_s = gate_store_s(gate) + RETRY_S;
	gate_loud(gate, GATE_ATTENTION_SERVERS,
		  "%s cannot be run: %s; a lock on other servers stays",
		  servers->command, uv_strerror(result));
	uv_close((uv_handle_t *)&servers->process, on_closed);
}

/* On the lane that reads. */
static void look(void *context)
{
	struct gate_servers *servers = context;
	struct stat found = {0};

	if (stat(servers->path, &found))
		found = (struct stat){0};
	if (found.st_ino == servers->seen.st_ino &&
	    found.st_size == servers->seen.st_size &&
	    found.st_mtim.tv_sec == servers->seen.st_mtim.tv_sec &&
	    found.st_mtim.tv_nsec == servers->seen.st_mtim.tv_nsec)
		return;
	servers->seen = found;
	read_journal(servers);
}

static void looked(void *context)
{
	struct gate_servers *servers = context;
	struct gate *gate = servers->gate;
	struct lg_now now = gate_now(gate);

	servers->looking = 0;
	if (gate->stopping)
		return;
	servers->lock = servers->found;
	if (servers->damaged ||
	    (servers->status != LG_OK && servers->status != LG_ERR_UNKNOWN_KEY))
		gate_loud(gate, GATE_ATTENTION_SERVERS,
			  "whether a lock is on other servers cannot be read: "
			  "%s: %s",
			  servers->err.place, servers->err.text);
	else
		gate_quiet(gate, "whether a lock is on other servers");
	if (servers->lock.phase == LG_SERVERS_APPLIED &&
	    lg_servers_record_is_over(&servers->lock, &now) &&
	    servers->not_before_s <= gate_store_s(gate))
		run_command(gate);
}

void gate_servers_tick(struct gate *gate)
{
	struct gate_servers *servers = gate->servers;

	if (servers->running || servers->looking)
		return;
	servers->looking = 1;
	servers->job.run = look;
	servers->job.done = looked;
	servers->job.context = servers;
	gate_work_add(gate, GATE_LANE_RECORDS, &servers->job);
}

void gate_servers_close(struct gate *gate)
{
	struct gate_servers *servers = gate->servers;

	if (!servers->running)
		return;
	/* the command goes on; the loop must not wait for it */
	uv_unref((uv_handle_t *)&servers->process);
}

void gate_servers_free(struct gate *gate)
{
	if (gate->servers)
		free_servers(gate->servers);
	gate->servers = NULL;
}
