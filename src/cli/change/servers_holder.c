/* SPDX-License-Identifier: ISC */
/*
 * servers_holder.c - what the journal of changes says, and who writes it now
 *
 * Whoever changes servers holds the journal and says in fleet.holder who that
 * is; that file means nothing once the journal is free. A journal that is
 * unfinished and free was left by a command that is gone.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "app/records/json_member.h"
#include "base/instant.h"

#include "adapters/system/atomic_file.h"
#include "adapters/system/journal_file.h"
#include "app/change/servers_journal.h"
#include "cli/change/servers_hands.h"
#include "cli/output.h"
#include "cli/text/times.h"

#define JOURNAL LG_SERVERS_BOOK_FILE
#define HOLDER "fleet.holder"
/* A journal that moves under the reader is one that somebody writes. */
#define LOOKS 5
#define JOURNAL_MS 5000

enum lg_status lg_cli_servers_path(struct lg_cli *cli, const char *name,
				   struct lg_buffer *out_path,
				   struct lg_error *err)
{
	const struct lg_settings *settings;
	enum lg_status status = lg_cli_settings(cli, &settings, err);

	if (status != LG_OK)
		return status;
	lg_buffer_format(out_path, "%s/%s", settings->state_dir, name);
	return lg_buffer_status(out_path, err);
}

/* Only for people: what cannot be written is not told. */
static void write_holder(struct lg_cli *cli, const struct lg_files *files)
{
	cJSON *object = cJSON_CreateObject();
	struct lg_buffer text = {0};

	lg_json_text(object, "command", cli->command->name);
	lg_json_text(object, "by", lg_cli_by(cli));
	lg_json_number(object, "pid", getpid());
	lg_json_time(object, "since", lg_cli_now());
	if (lg_json_print(object, &text, NULL) == LG_OK)
		lg_files_put(files, HOLDER, &text, NULL);
	lg_buffer_release(&text);
}

/* One that a crash left behind names a process that is gone. */
static cJSON *read_holder(struct lg_cli *cli)
{
	struct lg_buffer path = {0}, text = {0};
	const cJSON *pid;
	cJSON *object = NULL;

	if (lg_cli_servers_path(cli, HOLDER, &path, NULL) == LG_OK &&
	    lg_file_read(path.data, &text, NULL) == LG_OK && text.len > 0)
		object = cJSON_ParseWithLength(text.data, text.len);
	pid = lg_json_of(object, "pid");
	if (!cJSON_IsNumber(pid) || pid->valuedouble < 1 ||
	    (kill((pid_t)pid->valuedouble, 0) != 0 && errno == ESRCH)) {
		cJSON_Delete(object);
		object = NULL;
	}
	lg_buffer_release(&path);
	lg_buffer_release(&text);
	return object;
}

void lg_cli_servers_holder_words(const cJSON *holder, struct lg_buffer *text)
{
	const char *command = lg_json_text_of(holder, "command");
	const char *by = lg_json_text_of(holder, "by");
	const char *since = lg_json_text_of(holder, "since");
	int64_t since_s = 0;

	if (command == NULL) {
		lg_buffer_text(text, "another command");
		return;
	}
	lg_buffer_format(text, "logongate %s", command);
	if (by != NULL)
		lg_buffer_format(text, " of %s", by);
	lg_buffer_format(text, " (process %.0f",
			 cJSON_GetNumberValue(lg_json_of(holder, "pid")));
	if (since != NULL &&
	    lg_instant_parse(since, strlen(since), &since_s, NULL) == LG_OK) {
		lg_buffer_text(text, ", since ");
		lg_text_clock(lg_cli_now(), since_s, text);
	}
	lg_buffer_char(text, ')');
}

/* Who it is that changes servers right now. */
static enum lg_status is_held(struct lg_cli *cli, const char *path,
			      struct lg_error *err)
{
	struct lg_buffer who = {0};
	cJSON *holder = read_holder(cli);
	enum lg_status status;

	lg_cli_servers_holder_words(holder, &who);
	status = lg_error_set(
		err, LG_ERR_CONFLICT, path,
		"%s is changing servers right now; try again when it is done",
		who.len > 0 ? who.data : "another command");
	cJSON_Delete(holder);
	lg_buffer_release(&who);
	return status;
}

/* What could not be read is kept, and told. */
static enum lg_status settle(struct lg_cli *cli, const struct lg_files *files,
			     const struct lg_servers_journal *journal,
			     const struct lg_servers_book *book,
			     const struct lg_buffer *text, struct lg_error *err)
{
	struct lg_buffer kept = {0};
	enum lg_status status = lg_servers_journal_settle(
		journal, files, book, text, lg_cli_now(), &kept, err);

	if (status == LG_OK && kept.len > 0) {
		lg_cli_fail_as(cli, LG_EXIT_DONE, &book->damage);
		lg_cli_say(cli, LG_EXIT_DONE, NULL,
			   "%zu line%s of it could not be read; the damaged "
			   "file is kept as %s below state_dir",
			   book->damaged, book->damaged == 1 ? "" : "s",
			   kept.data);
	}
	lg_buffer_release(&kept);
	return status;
}

/* Who may administer the gate need not be let into its state directory: then
 * the gate says what stands there. */
static enum lg_status ask_journal(struct lg_cli *cli, struct lg_buffer *text,
				  struct lg_error *err)
{
	struct lg_control_answer answer = {0};
	struct lg_control *control = NULL;
	cJSON *request = NULL;
	enum lg_status status = lg_cli_gate(cli, &control, err);
	int code = LG_EXIT_SOFTWARE;

	if (status == LG_OK && control == NULL)
		status = LG_ERR_DENIED;
	if (status != LG_OK)
		return status;
	request = lg_cli_request("servers");
	status = lg_control_ask(control, request, NULL, 0, JOURNAL_MS, NULL,
				&answer, &code, err);
	if (status == LG_OK && answer.block_count > 0)
		lg_buffer_append(text, answer.block[0].data,
				 answer.block[0].len);
	if (status == LG_OK)
		status = lg_buffer_status(text, err);
	lg_control_release(&answer);
	return status;
}

static enum lg_status read_journal(struct lg_cli *cli, const char *path,
				   struct lg_buffer *text, struct lg_error *err)
{
	struct lg_error unsaid = {0};
	enum lg_status status = lg_journal_file_read(path, text, err);

	if (status != LG_ERR_DENIED)
		return status;
	/* what stopped this user is what he is told */
	return ask_journal(cli, text, &unsaid) == LG_OK ? LG_OK : status;
}

static enum lg_status read_book(struct lg_cli *cli, const char *path,
				struct lg_buffer *text,
				struct lg_servers_book *out_book,
				struct lg_error *err)
{
	enum lg_status status = read_journal(cli, path, text, err);

	if (status == LG_OK)
		status = lg_servers_book_parse(text->data ? text->data : "",
					       text->len, path, out_book, err);
	return status;
}

enum lg_status lg_cli_servers_begin(struct lg_cli *cli,
				    const struct lg_files *files,
				    struct lg_servers_journal *out_journal,
				    struct lg_servers_book *out_book,
				    struct lg_error *err)
{
	struct lg_servers_journal journal = {
		.append = lg_journal_file_append,
		.replace = lg_journal_file_replace,
	};
	struct lg_journal_file *file = NULL;
	struct lg_servers_book book = {0};
	struct lg_buffer path = {0}, text = {0};
	enum lg_status status = lg_cli_servers_path(cli, JOURNAL, &path, err);

	if (status == LG_OK) {
		status = lg_journal_file_open(path.data, &file, err);
		if (status == LG_ERR_CONFLICT)
			status = is_held(cli, path.data, err);
	}
	journal.self = file;
	if (status == LG_OK) {
		write_holder(cli, files);
		status = read_book(cli, path.data, &text, &book, err);
	}
	if (status == LG_OK)
		status = settle(cli, files, &journal, &book, &text, err);
	if (status == LG_OK) {
		*out_journal = journal;
		*out_book = book;
	} else {
		lg_servers_book_release(&book);
		lg_journal_file_close(&file);
	}
	lg_buffer_release(&text);
	lg_buffer_release(&path);
	return status;
}

void lg_cli_servers_finish(struct lg_servers_journal *journal)
{
	struct lg_journal_file *file = journal->self;

	lg_journal_file_close(&file);
}

enum lg_status lg_cli_servers_book(struct lg_cli *cli,
				   struct lg_servers_book *out_book,
				   struct lg_error *err)
{
	struct lg_buffer path = {0}, text = {0};
	enum lg_status status = lg_cli_servers_path(cli, JOURNAL, &path, err);

	if (status == LG_OK)
		status = read_book(cli, path.data, &text, out_book, err);
	lg_buffer_release(&path);
	lg_buffer_release(&text);
	return status;
}

static int is_unfinished(const struct lg_servers_book *book)
{
	for (size_t i = 0; i < book->count; i++) {
		if (lg_servers_is_unfinished(&book->record[i]) ||
		    book->record[i].moving)
			return 1;
	}
	return 0;
}

/*
 * One look: 1 in *out_sure where it is known. An unfinished journal that was
 * free between two readings of the same text was left behind; one whose text
 * moved is looked at again.
 */
static enum lg_status look(struct lg_cli *cli, const char *path,
			   struct lg_servers_now *now, int *out_sure,
			   struct lg_error *err)
{
	struct lg_buffer text = {0}, again = {0};
	enum lg_status status = read_book(cli, path, &text, &now->book, err);

	*out_sure = 1;
	if (status == LG_OK && lg_journal_file_is_held(path)) {
		now->state = LG_SERVERS_CHANGING;
		now->holder = read_holder(cli);
	} else if (status == LG_OK && is_unfinished(&now->book)) {
		now->state = LG_SERVERS_INTERRUPTED;
		status = read_journal(cli, path, &again, err);
		*out_sure = status != LG_OK ||
			    (text.len == again.len &&
			     memcmp(text.data, again.data, text.len) == 0);
	}
	lg_buffer_release(&text);
	lg_buffer_release(&again);
	return status;
}

enum lg_status lg_cli_servers_now(struct lg_cli *cli,
				  struct lg_servers_now *out_now,
				  struct lg_error *err)
{
	struct lg_buffer path = {0};
	struct lg_servers_now now = {0};
	enum lg_status status = lg_cli_servers_path(cli, JOURNAL, &path, err);
	int sure = 0;

	for (int i = 0; status == LG_OK && !sure && i < LOOKS; i++) {
		lg_servers_now_release(&now);
		status = look(cli, path.data, &now, &sure, err);
	}
	if (status == LG_OK && !sure)
		now.state = LG_SERVERS_CHANGING;
	if (status == LG_OK)
		*out_now = now;
	else
		lg_servers_now_release(&now);
	lg_buffer_release(&path);
	return status;
}

void lg_servers_now_release(struct lg_servers_now *now)
{
	lg_servers_book_release(&now->book);
	cJSON_Delete(now->holder);
	*now = (struct lg_servers_now){0};
}
