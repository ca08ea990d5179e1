/* SPDX-License-Identifier: ISC */
/*
 * setup_run.c - carrying a plan out, or putting everything back
 */
#include "app/setup/setup_run.h"

#include <string.h>

#include "app/setup/setup_diff.h"
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
	int joined;
	int gate_touched;
	int server_touched;
	struct lg_buffer old_record;
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
		status = run_words(run, &run->plan->start);
		if (status == LG_ERR_IO)
			change->wait(change->self, TRY_MS);
	}
	return status;
}

static enum lg_status restart_server(struct run *run)
{
	const struct lg_setup_plan *plan = run->plan;
	const struct lg_change *change = run->hands->change;
	enum lg_status status;

	if (plan->service == NULL && plan->start.word[0] == NULL)
		return LG_OK;
	say(run, plan->reloads ? "having the server read its configuration"
			       : "restarting the server");
	run->server_touched = 1;
	if (plan->service != NULL && change->has_init(change->self))
		return restart_unit(run, plan->service, plan->reloads);
	status = run_words(run, &plan->stop);
	return status == LG_OK ? start_again(run) : status;
}

static enum lg_status membership(struct run *run, int joins)
{
	const struct lg_setup_words join = {
		{"usermod", "-aG", DOOR_GROUP, run->plan->joins, NULL}};
	const struct lg_setup_words leave = {
		{"gpasswd", "-d", run->plan->joins, DOOR_GROUP, NULL}};

	if (run->plan->joins == NULL ||
	    !joins == !run->hands->change->is_member(run->hands->change->self,
						     run->plan->joins,
						     DOOR_GROUP))
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

/* Before the first change, so that a set-up that is killed can be undone. */
static enum lg_status keep_record(struct run *run)
{
	const struct lg_machine *machine = run->hands->machine;
	struct lg_setup_plan old = {0};
	struct lg_setup_plan whole = {0};
	struct lg_buffer text = {0};
	enum lg_status status = LG_OK;

	if (run->record == NULL || run->is_undo)
		return LG_OK;
	status = machine->read(machine->self, run->record, &run->old_record,
			       run->err);
	if (status == LG_ERR_UNKNOWN_KEY)
		status = LG_OK;
	if (status == LG_OK && run->old_record.data)
		status = lg_setup_record_parse(run->old_record.data,
					       run->record, &old, run->err);
	if (status == LG_OK)
		status = lg_setup_record_merge(&old, run->plan, &whole,
					       run->err);
	if (status == LG_OK)
		status = lg_setup_record_print(&whole, &text, run->err);
	lg_buffer_char(&text, '\n');
	if (status == LG_OK)
		status = write_record(run, text.data);
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
	if (status == LG_OK && !run->is_undo &&
	    write_record(run, run->old_record.data) != LG_OK)
		status = LG_ERR_IO;
	*run->err = first;
	return status == LG_OK ? end : LG_SETUP_NOT_BACK;
}

/* The gate first: the server finds it with what it needs. Undoing: last. */
static enum lg_status take_effect(struct run *run)
{
	enum lg_status status = LG_OK;
	int gate = touches_gate(run->plan);

	if (gate && !run->is_undo)
		status = restart_gate(run);
	if (status == LG_OK)
		status = restart_server(run);
	if (status == LG_OK && gate && run->is_undo)
		status = restart_gate(run);
	return status;
}

enum lg_status lg_setup_run(const struct lg_setup_plan *plan,
			    const struct lg_setup_hands *hands,
			    const char *record, int is_undo,
			    enum lg_setup_end *out_end, struct lg_error *err)
{
	struct run run = {plan, hands, record, is_undo, err, 0, 0, 0, {0}};
	enum lg_setup_end end = LG_SETUP_UNDONE;
	enum lg_status status = keep_record(&run);
	size_t i;

	for (i = 0; i < plan->file_count && status == LG_OK; i++)
		status = write_text(&run, &plan->file[i], plan->file[i].after,
				    err);
	if (status == LG_OK && plan->joins) {
		status = membership(&run, !is_undo);
		run.joined = status == LG_OK;
	}
	if (status == LG_OK) {
		say(&run, "asking the server whether it takes that");
		status = test_gate(&run);
		if (status == LG_OK)
			status = run_words(&run, &plan->test);
		if (status != LG_OK)
			end = LG_SETUP_REFUSED;
	}
	if (status == LG_OK)
		status = take_effect(&run);
	if (status == LG_OK && hands->prove && !is_undo) {
		say(&run, "proving that the gate is asked");
		status = hands->prove(hands->context, plan, err);
	}
	if (status == LG_OK && is_undo)
		status = write_record(&run, NULL);
	*out_end = status == LG_OK ? LG_SETUP_DONE : put_back(&run, i, end);
	lg_buffer_release(&run.old_record);
	return status;
}

/* Appends what a file is now; *out_is_there. */
static enum lg_status read_now(const struct lg_machine *machine,
			       const char *path, struct lg_buffer *out_text,
			       int *out_is_there, struct lg_error *err)
{
	enum lg_status status =
		machine->read(machine->self, path, out_text, err);

	*out_is_there = status == LG_OK;
	if (status == LG_OK)
		lg_buffer_text(out_text, "");
	return status == LG_ERR_UNKNOWN_KEY ? LG_OK : status;
}

static enum lg_status undo_file(const struct lg_setup_file *was,
				const struct lg_machine *machine,
				struct lg_setup_plan *plan,
				struct lg_error *err)
{
	struct lg_setup_file file = *was;
	struct lg_buffer now = {0};
	struct lg_buffer text = {0};
	int is_there;
	enum lg_status status =
		read_now(machine, was->path, &now, &is_there, err);

	file.after = was->before;
	file.before = now.data ? now.data : "";
	if (status == LG_OK && is_there && !was->is_secret &&
	    strcmp(file.before, was->after) != 0 &&
	    (was->before == NULL || strcmp(file.before, was->before) != 0)) {
		status =
			lg_setup_take_back(was->before ? was->before : "",
					   was->after, file.before, &text, err);
		file.after = text.data ? text.data : "";
		if (status != LG_OK) {
			struct lg_error why = *err;

			status = lg_error_set(err, why.status, was->path, "%s",
					      why.text);
		}
	}
	if (status == LG_OK && is_there)
		status = lg_setup_add(plan, &file, err);
	lg_buffer_release(&now);
	lg_buffer_release(&text);
	return status;
}

enum lg_status lg_setup_plan_undo(const struct lg_setup_plan *record,
				  const struct lg_machine *machine,
				  struct lg_setup_plan *out_plan,
				  struct lg_error *err)
{
	enum lg_status status = LG_OK;

	/* the last first, so that a folder's file goes before it */
	for (size_t i = record->file_count; i-- > 0 && status == LG_OK;)
		status = undo_file(&record->file[i], machine, out_plan, err);
	out_plan->door = lg_setup_keep(out_plan, record->door);
	out_plan->variant = lg_setup_keep(out_plan, record->variant);
	out_plan->joins = lg_setup_keep(out_plan, record->joins);
	out_plan->gate_conf = lg_setup_keep(out_plan, record->gate_conf);
	return status;
}
