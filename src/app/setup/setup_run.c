/* SPDX-License-Identifier: ISC */
/*
 * setup_run.c - carrying a plan out, or putting everything back
 */
#include "app/setup/setup_run.h"

#include <string.h>

#include "app/setup/setup_lives.h"
#include "app/setup/setup_record.h"

#define DOOR_GROUP "logongate-door"
#define TRIES 100
#define TRY_MS 100

struct run {
	const struct lg_setup_plan *plan;
	const struct lg_setup_hands *hands;
	const char *record;
	int is_undo;
	struct lg_error *err;
	int lives; /* the server runs */
	int joined;
	int gate_needed; /* its settings change, or changed halfway */
	int gate_touched;
	int server_touched;
	struct lg_buffer old_record;
	struct lg_buffer new_record; /* when all is done; none: it goes */
};

static void say(const struct run *run, const char *step)
{
	if (run->hands->says)
		run->hands->says(run->hands->context, step);
}

/* Without bytes it goes. */
static enum lg_status write_file(const struct run *run,
				 const struct lg_new_file *file,
				 struct lg_error *err)
{
	const struct lg_change *change = run->hands->change;

	if (file->bytes == NULL)
		return change->remove(change->self, file->path, err);
	return change->write(change->self, file, err);
}

static enum lg_status write_text(const struct run *run,
				 const struct lg_setup_file *file,
				 const char *text, struct lg_error *err)
{
	const struct lg_new_file new_file = {file->path, text,
					     text ? strlen(text) : 0,
					     file->mode, file->owner};

	return write_file(run, &new_file, err);
}

/* What a program printed, on one line and cut to what an error holds. */
static enum lg_status failed(const struct run *run, const char *program,
			     const struct lg_buffer *text)
{
	struct lg_buffer line = {0};
	enum lg_status status;

	for (size_t i = 0; i < text->len && i < 300; i++) {
		char c = text->data[i];

		if (c != '\n' && c != '\r')
			lg_buffer_char(&line, c == '\t' ? ' ' : c);
		else if (i + 1 < text->len)
			lg_buffer_text(&line, "; ");
	}
	status = lg_error_set(run->err, LG_ERR_IO, program, "%s",
			      line.len ? line.data : "fails without a word");
	lg_buffer_release(&line);
	return status;
}

static enum lg_status run_words(const struct run *run,
				const struct lg_setup_words *words)
{
	const struct lg_change *change = run->hands->change;
	struct lg_buffer text = {0};
	enum lg_status status;
	int code = 0;

	if (words->word[0] == NULL)
		return LG_OK;
	status = change->run(change->self, words->word, &text, &code, run->err);
	if (status == LG_OK && code != 0)
		status = failed(run, words->word[0], &text);
	lg_buffer_release(&text);
	return status;
}

static enum lg_status restart_unit(const struct run *run, const char *unit,
				   int reloads)
{
	struct lg_setup_words words = {
		{"systemctl", reloads ? "reload" : "restart", unit, NULL}};

	return run_words(run, &words);
}

static enum lg_status restart_gate(struct run *run)
{
	const struct lg_change *change = run->hands->change;
	enum lg_status status;

	if (!change->has_init(change->self))
		return lg_error_set(run->err, LG_ERR_IO, "logongated",
				    "must be started again for its new "
				    "settings, and no systemd runs here to do "
				    "it: add them by hand, start it again, and "
				    "run setup once more");
	say(run, "restarting the gate");
	run->gate_touched = 1;
	status = restart_unit(run, "logongated", 0);
	if (status == LG_OK)
		status =
			run->hands->gate_answers(run->hands->context, run->err);
	return status;
}

/* A server that was stopped takes a while to be gone. */
static enum lg_status start_again(const struct run *run)
{
	const struct lg_change *change = run->hands->change;
	enum lg_status status = LG_ERR_IO;

	for (int i = 0; i < TRIES && status == LG_ERR_IO; i++) {
		status = run_words(run, &run->plan->server.start);
		if (status == LG_ERR_IO)
			change->wait(change->self, TRY_MS);
	}
	return status;
}

static enum lg_status restart_server(struct run *run)
{
	const struct lg_setup_server *server = &run->plan->server;
	const struct lg_change *change = run->hands->change;
	enum lg_status status;

	if (server->service == NULL && server->start.word[0] == NULL)
		return LG_OK;
	say(run, server->reloads ? "having the server read its configuration"
				 : "restarting the server");
	run->server_touched = 1;
	if (server->service != NULL && change->has_init(change->self))
		return restart_unit(run, server->service, server->reloads);
	status = run_words(run, &server->stop);
	return status == LG_OK ? start_again(run) : status;
}

static int is_user(const struct run *run, const char *name)
{
	const struct lg_change *change = run->hands->change;
	const struct lg_setup_words words = {{"getent", "passwd", name}};
	struct lg_buffer text = {0};
	struct lg_error ignored;
	int code = 0;
	enum lg_status status =
		change->run(change->self, words.word, &text, &code, &ignored);

	lg_buffer_release(&text);
	return status != LG_OK || code == 0;
}

/* Who is gone, as with his server's package, has left. */
static enum lg_status membership(struct run *run, int joins)
{
	const struct lg_setup_words join = {
		{"usermod", "-aG", DOOR_GROUP, run->plan->joins, NULL}};
	const struct lg_setup_words leave = {
		{"gpasswd", "-d", run->plan->joins, DOOR_GROUP, NULL}};

	if (run->plan->joins == NULL ||
	    !joins == !run->hands->change->is_member(run->hands->change->self,
						     run->plan->joins,
						     DOOR_GROUP) ||
	    !(joins || is_user(run, run->plan->joins)))
		return LG_OK;
	return run_words(run, joins ? &join : &leave);
}

static int touches_gate(const struct lg_setup_plan *plan)
{
	for (size_t i = 0; plan->gate_conf && i < plan->file_count; i++) {
		if (strcmp(plan->file[i].path, plan->gate_conf) == 0)
			return 1;
	}
	return 0;
}

static enum lg_status test_gate(const struct run *run)
{
	const struct lg_setup_words check = {{"logongated", "--check",
					      "--config", run->plan->gate_conf,
					      NULL}};

	return touches_gate(run->plan) ? run_words(run, &check) : LG_OK;
}

static enum lg_status write_record(struct run *run, const char *text)
{
	const struct lg_new_file file = {run->record, text,
					 text ? strlen(text) : 0, 0600, NULL};

	return run->record != NULL ? write_file(run, &file, run->err) : LG_OK;
}

/* The record as it is when all is done, and until then. */
static enum lg_status print_records(struct run *run,
				    struct lg_setup_plan *whole,
				    struct lg_buffer *out_until)
{
	enum lg_status status = LG_OK;

	whole->is_unfinished = 1;
	status = lg_setup_record_print(whole, out_until, run->err);
	lg_buffer_char(out_until, '\n');
	whole->is_unfinished = 0;
	if (status == LG_OK && !run->is_undo) {
		status = lg_setup_record_print(whole, &run->new_record,
					       run->err);
		lg_buffer_char(&run->new_record, '\n');
	}
	return status;
}

/* Before the first change, so that what is killed can be finished or undone. */
static enum lg_status keep_record(struct run *run)
{
	static const struct lg_setup_plan nothing = {0};
	const struct lg_machine *machine = run->hands->machine;
	struct lg_setup_plan old = {0};
	struct lg_setup_plan whole = {0};
	struct lg_buffer text = {0};
	enum lg_status status = LG_OK;

	if (run->record == NULL)
		return LG_OK;
	status = machine->read(machine->self, run->record, &run->old_record,
			       run->err);
	if (status == LG_ERR_UNKNOWN_KEY)
		status = LG_OK;
	if (status == LG_OK && run->old_record.data)
		status = lg_setup_record_parse(run->old_record.data,
					       run->record, &old, run->err);
	if (status == LG_OK)
		status = lg_setup_record_merge(run->is_undo ? &nothing : &old,
					       run->is_undo ? &old : run->plan,
					       &whole, run->err);
	if (status == LG_OK)
		status = print_records(run, &whole, &text);
	if (status == LG_OK)
		status = write_record(run, text.data);
	run->gate_needed = touches_gate(run->plan) ||
			   (old.is_unfinished && touches_gate(&old));
	lg_buffer_release(&text);
	lg_setup_plan_release(&old);
	lg_setup_plan_release(&whole);
	return status;
}

/* Everything as it was; the error of what failed first stays. */
static enum lg_setup_end put_back(struct run *run, size_t written,
				  enum lg_setup_end end)
{
	struct lg_error first = *run->err;
	enum lg_status status = LG_OK;

	say(run, "putting everything back");
	while (written-- > 0) {
		const struct lg_setup_file *file = &run->plan->file[written];

		if (write_text(run, file, file->before, run->err) != LG_OK)
			status = LG_ERR_IO;
	}
	if (run->joined && membership(run, run->is_undo) != LG_OK)
		status = LG_ERR_IO;
	if (run->gate_touched && restart_gate(run) != LG_OK)
		status = LG_ERR_IO;
	if (run->server_touched && restart_server(run) != LG_OK)
		status = LG_ERR_IO;
	if (status == LG_OK && write_record(run, run->old_record.data) != LG_OK)
		status = LG_ERR_IO;
	*run->err = first;
	return status == LG_OK ? end : LG_SETUP_NOT_BACK;
}

/* The gate first: the server finds it with what it needs. Undoing: last. */
static enum lg_status take_effect(struct run *run)
{
	enum lg_status status = LG_OK;

	if (run->gate_needed && !run->is_undo)
		status = restart_gate(run);
	if (status == LG_OK && run->lives)
		status = restart_server(run);
	if (status == LG_OK && run->gate_needed && run->is_undo)
		status = restart_gate(run);
	return status;
}

/* Whoever stopped a service does not want it started by this. */
static enum lg_status need_server(struct run *run)
{
	run->lives = lg_setup_lives(&run->plan->server, run->hands->machine,
				    run->hands->change);
	if (run->lives || run->is_undo)
		return LG_OK;
	return lg_error_set(run->err, LG_ERR_IO, run->plan->door,
			    "is not running, and a logon there has to prove "
			    "that the gate is asked: start it first");
}

/* Between two steps: whether somebody wants it stopped. */
static enum lg_status go_on(const struct run *run)
{
	const struct lg_setup_hands *hands = run->hands;

	if (hands->stopped == NULL || !hands->stopped(hands->context))
		return LG_OK;
	return lg_error_set(run->err, LG_ERR_IO, run->plan->door,
			    "was stopped");
}

/* Somebody may have written there while the change was shown. */
static enum lg_status still_as_planned(const struct run *run,
				       const struct lg_setup_file *file)
{
	const struct lg_machine *machine = run->hands->machine;
	struct lg_buffer now = {0};
	enum lg_status status =
		machine->read(machine->self, file->path, &now, run->err);
	int is_same = status == LG_ERR_UNKNOWN_KEY ? file->before == NULL : 0;

	if (status == LG_OK)
		is_same = file->before != NULL &&
			  strcmp(now.len ? now.data : "", file->before) == 0;
	lg_buffer_release(&now);
	if (is_same)
		return LG_OK;
	if (status != LG_OK && status != LG_ERR_UNKNOWN_KEY)
		return status;
	return lg_error_set(run->err, LG_ERR_CONFLICT, file->path,
			    "was changed by somebody just now; run this once "
			    "more");
}

static enum lg_status carry_out(struct run *run, size_t *out_written,
				enum lg_setup_end *out_end)
{
	const struct lg_setup_plan *plan = run->plan;
	const struct lg_setup_hands *hands = run->hands;
	enum lg_status status = LG_OK;

	while (status == LG_OK && *out_written < plan->file_count) {
		const struct lg_setup_file *file = &plan->file[*out_written];

		status = still_as_planned(run, file);
		if (status == LG_OK)
			status = write_text(run, file, file->after, run->err);
		if (status == LG_OK) {
			(*out_written)++;
			status = go_on(run);
		}
	}
	if (status == LG_OK && plan->joins) {
		status = membership(run, !run->is_undo);
		run->joined = status == LG_OK;
	}
	if (status == LG_OK) {
		say(run, "asking the server whether it takes that");
		status = test_gate(run);
		/* one that does not run is tested by whoever starts it */
		if (status == LG_OK && run->lives)
			status = run_words(run, &plan->server.test);
		if (status != LG_OK)
			*out_end = LG_SETUP_REFUSED;
	}
	if (status == LG_OK)
		status = go_on(run);
	if (status == LG_OK)
		status = take_effect(run);
	if (status == LG_OK)
		status = go_on(run);
	if (status == LG_OK && hands->prove && !run->is_undo) {
		say(run, "proving that the gate is asked");
		status = hands->prove(hands->context, plan, run->err);
	}
	return status;
}

enum lg_status lg_setup_run(const struct lg_setup_plan *plan,
			    const struct lg_setup_hands *hands,
			    const char *record, int is_undo,
			    enum lg_setup_end *out_end, struct lg_error *err)
{
	struct run run = {.plan = plan,
			  .hands = hands,
			  .record = record,
			  .is_undo = is_undo,
			  .err = err};
	enum lg_setup_end end = LG_SETUP_UNDONE;
	enum lg_status status = need_server(&run);
	size_t written = 0;

	*out_end = end;
	if (status != LG_OK)
		return status;
	status = keep_record(&run);
	if (status == LG_OK)
		status = carry_out(&run, &written, &end);
	if (status == LG_OK)
		status = write_record(&run, run.new_record.data);
	*out_end =
		status == LG_OK ? LG_SETUP_DONE : put_back(&run, written, end);
	lg_buffer_release(&run.old_record);
	lg_buffer_release(&run.new_record);
	return status;
}
