/* SPDX-License-Identifier: ISC */
/*
 * setup_parts.c - the pieces that every door's plan is put together from
 */
#include "app/setup/setup_parts.h"

#include <string.h>

#include "app/doors/running.h"
#include "app/setup/setup_record.h"
#include "app/setup/setup_settings.h"

#define DOOR_GROUP "logongate-door"
#define GATE_USER "logongate"
#define RUN_DIR "/run/logongate"

static enum lg_status replace(struct lg_buffer *text, const char *what,
			      const char *by, struct lg_error *err)
{
	struct lg_buffer whole = {0};
	const char *at = text->data ? text->data : "";
	const char *found;
	enum lg_status status;

	while ((found = strstr(at, what)) != NULL) {
		lg_buffer_append(&whole, at, (size_t)(found - at));
		lg_buffer_text(&whole, by);
		at = found + strlen(what);
	}
	lg_buffer_text(&whole, at);
	status = lg_buffer_status(&whole, err);
	if (status == LG_OK) {
		lg_buffer_clear(text);
		lg_buffer_append(text, whole.data, whole.len);
		status = lg_buffer_status(text, err);
	}
	lg_buffer_release(&whole);
	return status;
}

enum lg_status lg_setup_swap(struct lg_buffer *text,
			     const struct lg_setup_swap *swaps,
			     struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (; status == LG_OK && swaps && swaps->what; swaps++)
		status = replace(text, swaps->what, swaps->by, err);
	return status;
}

enum lg_status lg_setup_dropin(const struct lg_setup_ask *ask, const char *name,
			       const struct lg_setup_swap *swaps,
			       struct lg_buffer *out_text, struct lg_error *err)
{
	struct lg_buffer path = {0};
	enum lg_status status;

	lg_buffer_format(&path, "%s/%s", ask->datadir, name);
	status = lg_buffer_status(&path, err);
	if (status == LG_OK)
		status = ask->machine->read(ask->machine->self, path.data,
					    out_text, err);
	if (status == LG_OK && ask->settings->run_dir)
		status =
			replace(out_text, RUN_DIR, ask->settings->run_dir, err);
	if (status == LG_OK)
		status = lg_setup_swap(out_text, swaps, err);
	lg_buffer_release(&path);
	return status;
}

void lg_setup_insert_at(struct lg_setup_insert *insert, size_t at,
			const char *what)
{
	struct lg_buffer *out = &insert->out;

	lg_buffer_append(out, insert->text + insert->done, at - insert->done);
	if (out->len && out->data[out->len - 1] != '\n')
		lg_buffer_char(out, '\n');
	lg_buffer_text(out, what);
	insert->done = at;
}

enum lg_status lg_setup_insert_end(struct lg_setup_insert *insert,
				   struct lg_error *err)
{
	lg_buffer_text(&insert->out, insert->text + insert->done);
	return lg_buffer_status(&insert->out, err);
}

enum lg_status lg_setup_his_file(struct lg_setup_plan *plan, const char *path,
				 const char *before, const char *after,
				 struct lg_error *err)
{
	struct lg_setup_file file = {.path = path,
				     .before = before ? before : "",
				     .after = after ? after : "",
				     .mode = 0644};

	return lg_setup_add(plan, &file, err);
}

static enum lg_status own_file(const struct lg_setup_ask *ask, const char *path,
			       const char *text, struct lg_setup_plan *plan,
			       struct lg_error *err)
{
	const struct lg_setup_file *was = lg_setup_find(ask->record, path);
	struct lg_setup_file file = {.path = path, .after = text, .mode = 0644};
	struct lg_buffer now = {0};
	enum lg_status status;

	status = ask->machine->read(ask->machine->self, path, &now, err);
	if (status == LG_ERR_UNKNOWN_KEY) {
		status = lg_setup_add(plan, &file, err);
	} else if (status == LG_OK) {
		file.before = now.data ? now.data : "";
		if (strcmp(file.before, text) == 0)
			status = LG_OK;
		else if (was == NULL)
			status = lg_error_set(err, LG_ERR_CONFLICT, path,
					      "is there already and is not "
					      "what setup would write; nothing "
					      "is overwritten: move it away "
					      "first");
		else if (was->after && strcmp(file.before, was->after) != 0)
			status = lg_setup_note(plan, err,
					       "%s was changed since and is "
					       "left as it is",
					       path);
		else
			status = lg_setup_add(plan, &file, err);
	}
	lg_buffer_release(&now);
	return status;
}

enum lg_status lg_setup_own_file(const struct lg_setup_ask *ask,
				 const char *folder, const char *place,
				 const char *text, struct lg_setup_plan *plan,
				 struct lg_error *err)
{
	struct lg_buffer path = {0};
	enum lg_status status;

	lg_buffer_format(&path, "%s/%s", folder, place);
	status = lg_buffer_status(&path, err);
	if (status == LG_OK)
		status = own_file(ask, path.data, text, plan, err);
	lg_buffer_release(&path);
	return status;
}

enum lg_status lg_setup_own_dropin(const struct lg_setup_ask *ask,
				   const char *name,
				   const struct lg_setup_swap *swaps,
				   const char *folder, const char *place,
				   struct lg_setup_plan *plan,
				   struct lg_error *err)
{
	struct lg_buffer text = {0};
	enum lg_status status = lg_setup_dropin(ask, name, swaps, &text, err);

	if (status == LG_OK)
		status = lg_setup_own_file(ask, folder, place,
					   text.data ? text.data : "", plan,
					   err);
	lg_buffer_release(&text);
	return status;
}

enum lg_status lg_setup_main_file(const struct lg_setup_ask *ask,
				  const char *program, const char *name,
				  struct lg_buffer *out_path,
				  struct lg_error *err)
{
	struct lg_strlist files = {0};
	enum lg_status status;

	if (ask->config_dir != NULL) {
		lg_buffer_format(out_path, "%s/%s", ask->config_dir, name);
		return lg_buffer_status(out_path, err);
	}
	status = lg_running_configurations(ask->machine, program, &files, err);
	if (status == LG_OK && files.count > 1)
		status = lg_error_set(err, LG_ERR_CONFLICT, program,
				      "runs several times; name the folder of "
				      "the one that is meant with "
				      "--config-dir");
	if (status == LG_OK && files.count)
		lg_buffer_text(out_path, files.item[0]);
	lg_strlist_release(&files);
	return status == LG_OK ? lg_buffer_status(out_path, err) : status;
}

enum lg_status lg_setup_folder_of(const char *path,
				  struct lg_buffer *out_folder,
				  struct lg_error *err)
{
	const char *slash = strrchr(path, '/');

	if (slash != NULL)
		lg_buffer_append(out_folder, path, (size_t)(slash - path));
	else
		lg_buffer_char(out_folder, '.');
	return lg_buffer_status(out_folder, err);
}

enum lg_status lg_setup_join(const struct lg_setup_ask *ask, const char *user,
			     struct lg_setup_plan *plan, struct lg_error *err)
{
	if (ask->change->is_member(ask->change->self, user, DOOR_GROUP))
		return LG_OK;
	plan->joins = lg_setup_keep(plan, user);
	return plan->joins ? LG_OK : lg_no_memory(err);
}

enum lg_status lg_setup_gate_user(const struct lg_setup_ask *ask,
				  struct lg_buffer *out_user,
				  struct lg_error *err)
{
	struct lg_error ignored;

	if (ask->change->owner(ask->change->self, ask->settings->state_dir,
			       out_user, &ignored) != LG_OK)
		lg_buffer_text(out_user, GATE_USER);
	return lg_buffer_status(out_user, err);
}

enum lg_status lg_setup_no_key(const struct lg_setup_ask *ask,
			       struct lg_error *err)
{
	if (ask->settings->listen[LG_LISTEN_HTTP].key_file == NULL)
		return LG_OK;
	return lg_error_set(err, LG_ERR_CONFLICT, ask->settings->path,
			    "has a key_file in [listen.http], and setup writes "
			    "no secret into other servers' configuration");
}

enum lg_status lg_setup_socket(const struct lg_setup_ask *ask,
			       enum lg_listener listener,
			       struct lg_buffer *out_usual,
			       struct lg_buffer *out_here, struct lg_error *err)
{
	const struct lg_strlist *address =
		&ask->settings->listen[listener].address;
	const char *run_dir = ask->settings->run_dir;
	const char *here = NULL;
	enum lg_status status;

	if (run_dir == NULL)
		run_dir = RUN_DIR;
	lg_buffer_format(out_usual, "unix:%s/%s.sock", run_dir,
			 lg_listener_name(listener));
	for (size_t i = 0; i < address->count && !here; i++) {
		if (strncmp(address->item[i], "unix:", 5) == 0)
			here = address->item[i] + 5;
	}
	if (here != NULL)
		lg_buffer_format(out_here, "unix:%s%s%s",
				 *here == '/' ? "" : run_dir,
				 *here == '/' ? "" : "/", here);
	else if (address->count)
		lg_buffer_text(out_here, address->item[0]);
	else
		lg_buffer_text(out_here,
			       out_usual->data ? out_usual->data : "");
	status = lg_buffer_status(out_usual, err);
	return status == LG_OK ? lg_buffer_status(out_here, err) : status;
}

enum lg_status lg_setup_draft_begin(const struct lg_setup_ask *ask,
				    struct lg_setup_draft *out_draft,
				    struct lg_error *err)
{
	struct lg_setup_draft draft = {.ask = ask};
	enum lg_status status;

	if (ask->settings->path == NULL)
		return lg_error_set(err, LG_ERR_SYNTAX, "logongate.conf",
				    "is not there; the gate needs settings of "
				    "its own (%s/settings/logongate.conf is a "
				    "sample)",
				    ask->datadir);
	status = ask->machine->read(ask->machine->self, ask->settings->path,
				    &draft.before, err);
	lg_buffer_text(&draft.before, "");
	if (status == LG_OK)
		lg_buffer_text(&draft.after,
			       draft.before.data ? draft.before.data : "");
	if (status == LG_OK)
		status = lg_buffer_status(&draft.after, err);
	if (status == LG_OK)
		*out_draft = draft;
	else
		lg_setup_draft_release(&draft);
	return status;
}

enum lg_status lg_setup_draft_tcp(struct lg_setup_draft *draft,
				  enum lg_listener listener,
				  const char *otherwise, const char **out_tcp,
				  struct lg_error *err)
{
	const struct lg_strlist *address =
		&draft->ask->settings->listen[listener].address;
	enum lg_status status;

	for (size_t i = 0; i < address->count; i++) {
		if (strncmp(address->item[i], "unix:", 5) != 0) {
			*out_tcp = address->item[i];
			return LG_OK;
		}
	}
	status = lg_setup_add_address(&draft->after, lg_listener_name(listener),
				      otherwise, "refuse", err);
	if (status == LG_OK)
		*out_tcp = otherwise;
	return status;
}

enum lg_status lg_setup_draft_socket(struct lg_setup_draft *draft,
				     enum lg_listener listener,
				     struct lg_error *err)
{
	const char *name = lg_listener_name(listener);
	struct lg_buffer socket = {0};
	enum lg_status status;

	if (draft->ask->settings->listen[listener].present)
		return LG_OK;
	lg_buffer_format(&socket, "unix:%s.sock", name);
	status = lg_buffer_status(&socket, err);
	if (status == LG_OK)
		status = lg_setup_add_address(&draft->after, name, socket.data,
					      "refuse", err);
	lg_buffer_release(&socket);
	return status;
}

enum lg_status lg_setup_draft_end(const struct lg_setup_draft *draft,
				  struct lg_setup_plan *plan,
				  struct lg_error *err)
{
	struct lg_setup_file file = {
		.path = draft->ask->settings->path,
		.before = draft->before.data ? draft->before.data : "",
		.after = draft->after.data ? draft->after.data : "",
		.mode = 0644};

	plan->gate_conf = lg_setup_keep(plan, file.path);
	return lg_setup_add(plan, &file, err);
}

void lg_setup_draft_release(struct lg_setup_draft *draft)
{
	lg_buffer_release(&draft->before);
	lg_buffer_release(&draft->after);
}
