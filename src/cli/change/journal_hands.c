/* SPDX-License-Identifier: ISC */
/*
 * journal_hands.c - the file of the journal of changes, held and read
 *
 * It lies in state_dir, which may be a gate's: what is made there belongs to
 * whom the folder belongs to.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "adapters/system/state_dir.h"
#include "app/change/change_now.h"
#include "port/json_of.h"
#include "cli/change/servers_hands.h"
#include "cli/open/open.h"

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

static enum lg_status place(void *self, struct lg_buffer *out_path,
			    struct lg_error *err)
{
	const struct lg_cli_hands *hands = self;

	return lg_cli_servers_path(hands->cli, LG_SERVERS_BOOK_FILE, out_path,
				   err);
}

static enum lg_status hold(void *self, struct lg_error *err)
{
	struct lg_cli_hands *hands = self;
	const struct lg_settings *settings;
	struct lg_buffer path = {0};
	enum lg_status status = lg_cli_settings(hands->cli, &settings, err);

	/* beside who holds it; what is made belongs to whom it belongs to */
	if (status == LG_OK)
		status = lg_state_dir_open(settings->state_dir,
					   LG_STATE_DIR_BESIDE, &hands->files,
					   err);
	if (status != LG_OK)
		return status;
	status = place(self, &path, err);
	if (status == LG_OK)
		status = lg_journal_file_open(path.data, &hands->file, err);
	if (status != LG_OK)
		hands->files.close(hands->files.self);
	lg_buffer_release(&path);
	return status;
}

static void let_go(void *self)
{
	struct lg_cli_hands *hands = self;

	hands->files.close(hands->files.self);
	lg_journal_file_close(&hands->file);
}

/* Who may administer the gate need not be let into its state directory: then
 * the gate says what stands there. */
static enum lg_status ask_gate(struct lg_cli *cli,
			       struct lg_control_answer *out_answer)
{
	struct lg_control *control = NULL;
	struct lg_error unsaid;
	enum lg_status status = lg_cli_gate(cli, &control, &unsaid);
	int code;

	if (status == LG_OK && control == NULL)
		status = LG_ERR_DENIED;
	return status == LG_OK
		       ? lg_control_ask(control, lg_cli_request("servers"),
					NULL, 0, JOURNAL_MS, NULL, out_answer,
					&code, &unsaid)
		       : status;
}

static int is_held(void *self)
{
	const struct lg_cli_hands *hands = self;
	struct lg_control_answer answer = {0};
	struct lg_buffer path = {0};
	int held = 0;

	if (place(self, &path, NULL) == LG_OK)
		held = lg_journal_file_is_held(path.data);
	if (!held && path.data != NULL && access(path.data, R_OK) != 0 &&
	    errno == EACCES && ask_gate(hands->cli, &answer) == LG_OK)
		held = lg_json_is_true(answer.object, "held");
	lg_control_release(&answer);
	lg_buffer_release(&path);
	return held;
}

static enum lg_status read_file(void *self, const char *name,
				struct lg_buffer *out_text,
				struct lg_error *err)
{
	const struct lg_cli_hands *hands = self;
	size_t block = strcmp(name, LG_SERVERS_BOOK_FILE) != 0;
	struct lg_control_answer answer = {0};
	struct lg_buffer path = {0};
	enum lg_status status =
		lg_cli_servers_path(hands->cli, name, &path, err);

	if (status == LG_OK)
		status = lg_journal_file_read(path.data, out_text, err);
	/* what stopped this user is what he is told */
	if (status == LG_ERR_DENIED && ask_gate(hands->cli, &answer) == LG_OK) {
		if (answer.block_count > block)
			lg_buffer_append(out_text, answer.block[block].data,
					 answer.block[block].len);
		status = lg_buffer_status(out_text, err);
	}
	lg_control_release(&answer);
	lg_buffer_release(&path);
	return status;
}

static enum lg_status append(void *self, const char *line, size_t len,
			     struct lg_error *err)
{
	const struct lg_cli_hands *hands = self;

	return lg_journal_file_append(hands->file, line, len, err);
}

static enum lg_status replace(void *self, const char *text, size_t len,
			      struct lg_error *err)
{
	const struct lg_cli_hands *hands = self;

	return lg_journal_file_replace(hands->file, text, len, err);
}

struct lg_change_journal lg_cli_journal(struct lg_cli_hands *self)
{
	return (struct lg_change_journal){
		.self = self,
		.hold = hold,
		.let_go = let_go,
		.is_held = is_held,
		.place = place,
		.read = read_file,
		.append = append,
		.replace = replace,
	};
}

enum lg_status lg_cli_servers_book(struct lg_cli *cli,
				   struct lg_servers_book *out_book,
				   struct lg_error *err)
{
	struct lg_cli_hands base = {.cli = cli};
	const struct lg_change_hands hands = lg_cli_hands(&base);

	return lg_change_book(&hands, out_book, err);
}
