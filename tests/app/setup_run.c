/* SPDX-License-Identifier: ISC */
/*
 * Rows for app/setup/setup_run.h: what is left of two files and a server when
 * some step of a set-up, or of its undoing, comes to nothing.
 */
#include "suite.h"

#include <string.h>

#include "app/setup/setup_run.h"

#define RECORD "/record"

/* A machine with these files, on which one thing may go wrong. */
static struct {
	const char *text[3]; /* of /a, /b, RECORD; NULL: there is none */
	char kept[3][2048];
	const char *fails; /* the path that cannot be written or removed */
	const char *says;  /* the program that fails */
	const char *stops; /* the program during which somebody stops it */
	int is_stopped;
	int lives;
	int restarts;
} it;

static const char *const paths[] = {"/a", "/b", RECORD};

static size_t index_of(const char *path)
{
	for (size_t i = 0; i < 3; i++) {
		if (strcmp(path, paths[i]) == 0)
			return i;
	}
	fail_msg("no file %s", path);
	return 0;
}

static enum lg_status read_file(void *self, const char *path,
				struct lg_buffer *out_text,
				struct lg_error *err)
{
	const char *text = it.text[index_of(path)];

	if (text == NULL)
		return lg_error_set(err, LG_ERR_UNKNOWN_KEY, path, "none");
	lg_buffer_text(out_text, text);
	return lg_buffer_status(out_text, err);
}

static enum lg_status write_file(void *self, const struct lg_new_file *file,
				 struct lg_error *err)
{
	size_t i = index_of(file->path);

	if (it.fails && strcmp(it.fails, file->path) == 0)
		return lg_error_set(err, LG_ERR_IO, file->path, "read-only");
	assert_true(file->len < sizeof(it.kept[i]));
	memcpy(it.kept[i], file->bytes, file->len + 1);
	it.text[i] = it.kept[i];
	return LG_OK;
}

static enum lg_status remove_file(void *self, const char *path,
				  struct lg_error *err)
{
	if (it.fails && strcmp(it.fails, path) == 0)
		return lg_error_set(err, LG_ERR_IO, path, "read-only");
	it.text[index_of(path)] = NULL;
	return LG_OK;
}

static enum lg_status run(void *self, const char *const argv[],
			  struct lg_buffer *out_text, int *out_exit,
			  struct lg_error *err)
{
	*out_exit = it.says && strcmp(it.says, argv[0]) == 0;
	if (strcmp(argv[0], "lives") == 0)
		*out_exit = !it.lives;
	it.restarts += strcmp(argv[0], "start") == 0;
	it.is_stopped |= it.stops && strcmp(it.stops, argv[0]) == 0;
	return LG_OK;
}

static int has_init(void *self)
{
	return 0;
}

static void wait_ms(void *self, unsigned int ms)
{
}

static int stopped(void *context)
{
	return it.is_stopped;
}

static enum lg_setup_end carry_out(int is_undo, struct lg_error *err)
{
	const struct lg_machine machine = {.read = read_file};
	const struct lg_change change = {.write = write_file,
					 .remove = remove_file,
					 .run = run,
					 .has_init = has_init,
					 .wait = wait_ms};
	const struct lg_setup_hands hands = {
		.machine = &machine, .change = &change, .stopped = stopped};
	static const struct lg_setup_file done[] = {
		{.path = "/a", .before = "his", .after = "his and ours"},
		{.path = "/b", .after = "ours"}};
	struct lg_setup_plan plan = {.door = "server",
				     .server = {.test = {{"test"}},
						.lives = {{"lives"}},
						.start = {{"start"}}}};
	enum lg_setup_end end = LG_SETUP_DONE;

	for (size_t i = 0; i < 2; i++) {
		struct lg_setup_file file = done[i];

		if (is_undo) {
			file.before = done[i].after;
			file.after = done[i].before;
		}
		assert_int_equal(lg_setup_add(&plan, &file, err), LG_OK);
	}
	lg_setup_run(&plan, &hands, RECORD, is_undo, &end, err);
	lg_setup_plan_release(&plan);
	return end;
}

static void ends(void **state)
{
	static const struct {
		const char *what;
		const char *changed; /* /a is this by now */
		const char *fails, *says, *stops;
		int is_stopped_server;
		enum lg_setup_end end;
		int restarts;
		int undo_restarts;
		enum lg_setup_end undo_end;
	} row[] = {
		{.what = "", .restarts = 1, .undo_restarts = 1},
		{.what = "is not running",
		 .is_stopped_server = 1,
		 .end = LG_SETUP_UNDONE},
		{.what = "by somebody",
		 .changed = "his, anew",
		 .end = LG_SETUP_UNDONE,
		 .undo_end = LG_SETUP_UNDONE},
		{.what = "read-only",
		 .fails = "/b",
		 .end = LG_SETUP_UNDONE,
		 .undo_end = LG_SETUP_UNDONE},
		{.what = "fails",
		 .says = "test",
		 .end = LG_SETUP_REFUSED,
		 .undo_end = LG_SETUP_REFUSED},
		{.what = "was stopped",
		 .stops = "test",
		 .end = LG_SETUP_UNDONE,
		 .undo_end = LG_SETUP_UNDONE},
		{.what = "was stopped",
		 .stops = "start",
		 .end = LG_SETUP_UNDONE,
		 .undo_end = LG_SETUP_UNDONE,
		 .restarts = 2,
		 .undo_restarts = 2},
	};

	for (size_t i = 0; i < 2 * sizeof(row) / sizeof(row[0]); i++) {
		size_t at = i / 2;
		int is_undo = (int)(i % 2);
		enum lg_setup_end end =
			is_undo ? row[at].undo_end : row[at].end;
		const char *texts[3] = {"his", NULL, NULL};
		struct lg_error err = {0};

		memset(&it, 0, sizeof(it));
		if (is_undo) {
			texts[0] = "his and ours";
			texts[1] = "ours";
			texts[2] = "{\"door\":\"server\",\"files\":[]}";
		}
		if (row[at].changed)
			texts[0] = row[at].changed;
		memcpy(it.text, texts, sizeof(texts));
		it.fails = row[at].fails;
		it.says = row[at].says;
		it.stops = row[at].stops;
		it.lives = !row[at].is_stopped_server;
		assert_int_equal(carry_out(is_undo, &err), end);
		assert_int_equal(it.restarts, is_undo ? row[at].undo_restarts
						      : row[at].restarts);
		if (end != LG_SETUP_DONE) {
			assert_non_null(strstr(err.text, row[at].what));
			for (size_t f = 0; f < 3; f++) {
				if (texts[f] == NULL)
					assert_null(it.text[f]);
				else
					assert_string_equal(it.text[f],
							    texts[f]);
			}
			continue;
		}
		assert_string_equal(it.text[0],
				    is_undo ? "his" : "his and ours");
		assert_int_equal(it.text[1] == NULL, is_undo);
		assert_int_equal(it.text[2] == NULL, is_undo);
		assert_true(is_undo ||
			    !strstr(it.text[2], "\"unfinished\":true"));
	}
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("whatever comes to nothing leaves all as it was",
			  ends),
	};

	return suite_run(rows);
}
