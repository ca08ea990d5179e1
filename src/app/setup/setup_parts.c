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

enum lg_status lg_setup_read(const struct lg_setup_ask *ask, const char *path,
			     const char **out_text)
{
	struct lg_buffer text = {0};
	enum lg_status status =
		ask->machine->read(ask->machine->self, path, &text, ask->err);

	if (status == LG_OK)
		*out_text = lg_setup_take(ask->plan, &text);
	lg_buffer_release(&text);
	return status;
}

enum lg_status lg_setup_prints(const struct lg_setup_ask *ask,
			       const char *server, const char *const argv[],
			       struct lg_buffer *out_text)
{
	enum lg_status status = ask->machine->prints(ask->machine->self, argv,
						     out_text, ask->err);

	if (status == LG_ERR_UNKNOWN_KEY)
		return lg_error_set(ask->err, LG_ERR_UNKNOWN_KEY, server,
				    "is not installed here");
	return status;
}

int lg_setup_has_name(const struct lg_setup_ask *ask, const char *folder,
		      const char *part)
{
	struct lg_strlist names = {0};
	struct lg_error ignored;
	int found = 0;

	if (ask->machine->list(ask->machine->self, folder, &names, &ignored) !=
	    LG_OK)
		return 0;
	for (size_t i = 0; i < names.count; i++)
		found |= strstr(names.item[i], part) != NULL;
	lg_strlist_release(&names);
	return found;
}

static const char *replaced(struct lg_setup_plan *plan, const char *text,
			    const char *what, const char *by)
{
	struct lg_buffer whole = {0};
	const char *found;

	for (; (found = strstr(text, what)) != NULL;
	     text = found + strlen(what)) {
		lg_buffer_append(&whole, text, (size_t)(found - text));
		lg_buffer_text(&whole, by);
	}
	lg_buffer_text(&whole, text);
	return lg_setup_take(plan, &whole);
}

enum lg_status lg_setup_dropin(const struct lg_setup_ask *ask, const char *name,
			       const struct lg_setup_swap *swaps,
			       const char **out_text)
{
	const char *path =
		lg_setup_text(ask->plan, "%s/%s", ask->datadir, name);
	enum lg_status status = lg_setup_read(ask, path, out_text);

	if (status == LG_OK && ask->settings->run_dir)
		*out_text = replaced(ask->plan, *out_text, RUN_DIR,
				     ask->settings->run_dir);
	for (; status == LG_OK && swaps && swaps->what; swaps++)
		*out_text =
			replaced(ask->plan, *out_text, swaps->what, swaps->by);
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

enum lg_status lg_setup_his_file(const struct lg_setup_ask *ask,
				 const char *path, const char *before,
				 const char *after)
{
	struct lg_setup_file file = {.path = path,
				     .before = before ? before : "",
				     .after = after ? after : "",
				     .mode = 0644};

	return lg_setup_add(ask->plan, &file, ask->err);
}

static enum lg_status own_file(const struct lg_setup_ask *ask, const char *path,
			       const char *text)
{
	const struct lg_setup_file *was = lg_setup_find(ask->record, path);
	struct lg_setup_file file = {.path = path, .after = text, .mode = 0644};
	enum lg_status status = lg_setup_read(ask, path, &file.before);

	if (status == LG_ERR_UNKNOWN_KEY)
		return lg_setup_add(ask->plan, &file, ask->err);
	if (status != LG_OK || strcmp(file.before, text) == 0)
		return status;
	if (was == NULL)
		return lg_error_set(ask->err, LG_ERR_CONFLICT, path,
				    "is there already and is not what setup "
				    "would write; nothing is overwritten: move "
				    "it away first");
	if (was->after && strcmp(file.before, was->after) != 0)
		return lg_setup_note(ask,
				     "%s was changed since and is left as it "
				     "is",
				     path);
	return lg_setup_add(ask->plan, &file, ask->err);
}

enum lg_status lg_setup_own_dropin(const struct lg_setup_ask *ask,
				   const char *name,
				   const struct lg_setup_swap *swaps,
				   const char *folder, const char *place)
{
	const char *text = NULL;
	enum lg_status status = lg_setup_dropin(ask, name, swaps, &text);

	if (status != LG_OK)
		return status;
	return own_file(ask, lg_setup_text(ask->plan, "%s/%s", folder, place),
			text);
}

enum lg_status lg_setup_main_file(const struct lg_setup_ask *ask,
				  const char *program, const char *name,
				  const char **out_path)
{
	struct lg_strlist files = {0};
	enum lg_status status;

	*out_path = NULL;
	if (ask->config_dir != NULL) {
		*out_path = lg_setup_text(ask->plan, "%s/%s", ask->config_dir,
					  name);
		return LG_OK;
	}
	status = lg_running_configurations(ask->machine, program, &files,
					   ask->err);
	if (status == LG_OK && files.count > 1)
		status = lg_error_set(ask->err, LG_ERR_CONFLICT, program,
				      "runs several times; name the folder of "
				      "the one that is meant with "
				      "--config-dir");
	if (status == LG_OK && files.count && *files.item[0])
		*out_path = lg_setup_keep(ask->plan, files.item[0]);
	lg_strlist_release(&files);
	return status;
}

const char *lg_setup_folder_of(struct lg_setup_plan *plan, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL
		       ? "."
		       : lg_setup_text(plan, "%.*s", (int)(slash - path), path);
}

enum lg_status lg_setup_join(const struct lg_setup_ask *ask, const char *user)
{
	if (ask->change->is_member(ask->change->self, user, DOOR_GROUP))
		return LG_OK;
	ask->plan->joins = lg_setup_keep(ask->plan, user);
	return lg_setup_plan_status(ask->plan, ask->err);
}

const char *lg_setup_gate_user(const struct lg_setup_ask *ask)
{
	struct lg_buffer user = {0};
	struct lg_error ignored;

	if (ask->change->owner(ask->change->self, ask->settings->state_dir,
			       &user, &ignored) != LG_OK)
		lg_buffer_text(&user, GATE_USER);
	return lg_setup_take(ask->plan, &user);
}

enum lg_status lg_setup_no_key(const struct lg_setup_ask *ask)
{
	if (ask->settings->listen[LG_LISTEN_HTTP].key_file == NULL)
		return LG_OK;
	return lg_error_set(ask->err, LG_ERR_CONFLICT, ask->settings->path,
			    "has a key_file in [listen.http], and setup writes "
			    "no secret into other servers' configuration");
}

enum lg_status lg_setup_draft_begin(const struct lg_setup_ask *ask,
				    struct lg_setup_draft *out_draft)
{
	struct lg_setup_draft draft = {.ask = ask};
	enum lg_status status;

	if (ask->settings->path == NULL)
		return lg_error_set(ask->err, LG_ERR_SYNTAX, "logongate.conf",
				    "is not there; the gate needs settings of "
				    "its own (%s/settings/logongate.conf is a "
				    "sample)",
				    ask->datadir);
	status = lg_setup_read(ask, ask->settings->path, &draft.before);
	if (status != LG_OK)
		return status;
	lg_buffer_text(&draft.after, draft.before);
	*out_draft = draft;
	return lg_buffer_status(&out_draft->after, ask->err);
}

static int is_unix(const char *address)
{
	return strncmp(address, "unix:", 5) == 0;
}

enum lg_status lg_setup_draft_tcp(struct lg_setup_draft *draft,
				  enum lg_listener listener,
				  const char *otherwise, const char **out_tcp)
{
	const struct lg_strlist *address =
		&draft->ask->settings->listen[listener].address;
	enum lg_status status;

	for (size_t i = 0; i < address->count; i++) {
		if (!is_unix(address->item[i])) {
			*out_tcp = address->item[i];
			return LG_OK;
		}
	}
	status = lg_setup_add_address(&draft->after, lg_listener_name(listener),
				      otherwise, "refuse", draft->ask->err);
	if (status == LG_OK)
		*out_tcp = otherwise;
	return status;
}

enum lg_status lg_setup_draft_socket(struct lg_setup_draft *draft,
				     enum lg_listener listener)
{
	const char *name = lg_listener_name(listener);

	if (draft->ask->settings->listen[listener].present)
		return LG_OK;
	return lg_setup_add_address(
		&draft->after, name,
		lg_setup_text(draft->ask->plan, "unix:%s.sock", name), "refuse",
		draft->ask->err);
}

enum lg_status lg_setup_draft_end(const struct lg_setup_draft *draft)
{
	const char *path = draft->ask->settings->path;

	draft->ask->plan->gate_conf = lg_setup_keep(draft->ask->plan, path);
	return lg_setup_his_file(draft->ask, path, draft->before,
				 draft->after.data);
}

void lg_setup_draft_release(struct lg_setup_draft *draft)
{
	lg_buffer_release(&draft->after);
}

/* Its first unix socket, else its first address, else the usual one. */
static const char *asked_here(const struct lg_strlist *address,
			      const char *run_dir, const char *usual,
			      struct lg_setup_plan *plan)
{
	for (size_t i = 0; i < address->count; i++) {
		const char *path = address->item[i] + strlen("unix:");

		if (is_unix(address->item[i]))
			return *path == '/' ? address->item[i]
					    : lg_setup_text(plan, "unix:%s/%s",
							    run_dir, path);
	}
	return address->count ? address->item[0] : usual;
}

enum lg_status lg_setup_http_socket(const struct lg_setup_ask *ask,
				    struct lg_setup_swap *out_swap)
{
	const struct lg_settings *settings = ask->settings;
	const char *run_dir = settings->run_dir ? settings->run_dir : RUN_DIR;
	struct lg_setup_draft draft = {0};
	enum lg_status status = lg_setup_draft_begin(ask, &draft);

	if (status == LG_OK)
		status = lg_setup_draft_socket(&draft, LG_LISTEN_HTTP);
	if (status == LG_OK)
		status = lg_setup_draft_end(&draft);
	lg_setup_draft_release(&draft);
	out_swap->what = lg_setup_text(ask->plan, "unix:%s/%s.sock", run_dir,
				       lg_listener_name(LG_LISTEN_HTTP));
	out_swap->by = asked_here(&settings->listen[LG_LISTEN_HTTP].address,
				  run_dir, out_swap->what, ask->plan);
	return status;
}
