/* SPDX-License-Identifier: ISC */
/*
 * setup_diff.c - in which lines two texts differ
 *
 * Settings are short: the longest common subsequence is found in the plain
 * way, by a table of all pairs of lines between what both begin and end with.
 */
#include "app/setup/setup_diff.h"

#include <stdlib.h>
#include <string.h>

#define CONTEXT 3
#define LINES_MAX 20000
#define PAIRS_MAX ((size_t)4 << 20)

struct line {
	const char *text;
	size_t len; /* with its line end, where it has one */
};

struct text {
	struct line *line;
	size_t count;
};

/* One line of the difference: ' ', '-' or '+'. */
struct edit {
	char kind;
	struct line line;
};

struct script {
	struct text before;
	struct text after;
	struct edit *edit;
	size_t count;
};

static int same(const struct line *one, const struct line *other)
{
	return one->len == other->len &&
	       memcmp(one->text, other->text, one->len) == 0;
}

static int split(const char *text, struct text *out)
{
	size_t lines = 1;

	for (const char *at = text; *at; at++)
		lines += *at == '\n';
	out->line = calloc(lines, sizeof(*out->line));
	if (out->line == NULL)
		return 0;
	while (*text) {
		size_t len = strcspn(text, "\n");

		len += text[len] == '\n';
		out->line[out->count++] = (struct line){text, len};
		text += len;
	}
	return 1;
}

static void push(struct script *script, char kind, const struct line *line)
{
	script->edit[script->count++] = (struct edit){kind, *line};
}

/* The middle of both, where they differ: a and b lines from begin on. */
static int compare(struct script *script, size_t begin, size_t a, size_t b)
{
	const struct line *from = script->before.line + begin;
	const struct line *to = script->after.line + begin;
	size_t width = b + 1;
	unsigned short *longest;
	size_t i = 0;
	size_t j = 0;

	if (a > LINES_MAX || b > LINES_MAX || (a + 1) * width > PAIRS_MAX)
		return 0;
	longest = calloc((a + 1) * width, sizeof(*longest));
	if (longest == NULL)
		return 0;
	for (i = a; i-- > 0;) {
		for (j = b; j-- > 0;) {
			unsigned short *cell = &longest[i * width + j];

			if (same(&from[i], &to[j]))
				*cell = (unsigned short)(cell[width + 1] + 1);
			else
				*cell = cell[width] >= cell[1] ? cell[width]
							       : cell[1];
		}
	}
	for (i = 0, j = 0; i < a || j < b;) {
		const unsigned short *cell = &longest[i * width + j];

		if (i < a && j < b && same(&from[i], &to[j])) {
			push(script, ' ', &from[i]);
			i++;
			j++;
		} else if (j == b || (i < a && cell[width] >= cell[1])) {
			push(script, '-', &from[i++]);
		} else {
			push(script, '+', &to[j++]);
		}
	}
	free(longest);
	return 1;
}

static void script_release(struct script *script)
{
	free(script->before.line);
	free(script->after.line);
	free(script->edit);
}

static enum lg_status script_make(const char *before, const char *after,
				  struct script *out, struct lg_error *err)
{
	struct text *from = &out->before;
	struct text *to = &out->after;
	size_t begin = 0;
	size_t end = 0;

	if (!split(before, from) || !split(after, to))
		return lg_no_memory(err);
	out->edit = calloc(from->count + to->count + 1, sizeof(*out->edit));
	if (out->edit == NULL)
		return lg_no_memory(err);
	while (begin < from->count && begin < to->count &&
	       same(&from->line[begin], &to->line[begin]))
		begin++;
	while (end < from->count - begin && end < to->count - begin &&
	       same(&from->line[from->count - end - 1],
		    &to->line[to->count - end - 1]))
		end++;
	for (size_t i = 0; i < begin; i++)
		push(out, ' ', &from->line[i]);
	if (!compare(out, begin, from->count - begin - end,
		     to->count - begin - end))
		return lg_error_set(err, LG_ERR_LIMIT, NULL,
				    "too long to be compared");
	for (size_t i = from->count - end; i < from->count; i++)
		push(out, ' ', &from->line[i]);
	return LG_OK;
}

static void print_line(const struct edit *edit, struct lg_buffer *out)
{
	lg_buffer_char(out, edit->kind);
	lg_buffer_append(out, edit->line.text, edit->line.len);
	if (edit->line.text[edit->line.len - 1] != '\n')
		lg_buffer_text(out, "\n\\ No newline at end of file\n");
}

/* The end of the hunk that begins with the change at edit[i]. */
static size_t hunk_end(const struct script *script, size_t i)
{
	size_t last = i;

	for (; i < script->count && i <= last + 2 * CONTEXT; i++) {
		if (script->edit[i].kind != ' ')
			last = i;
	}
	last += 1 + CONTEXT;
	return last < script->count ? last : script->count;
}

static void print_hunks(const struct script *script, struct lg_buffer *out)
{
	size_t from = 1;
	size_t to = 1;
	size_t done = 0;

	for (size_t i = 0; i < script->count; i++) {
		size_t begin = i > done + CONTEXT ? i - CONTEXT : done;
		size_t lines[2] = {0, 0};
		size_t end;

		if (script->edit[i].kind == ' ')
			continue;
		end = hunk_end(script, i);
		for (size_t j = done; j < begin; j++) {
			from++;
			to++;
		}
		for (size_t j = begin; j < end; j++) {
			lines[0] += script->edit[j].kind != '+';
			lines[1] += script->edit[j].kind != '-';
		}
		lg_buffer_format(out, "@@ -%zu,%zu +%zu,%zu @@\n",
				 lines[0] ? from : from - 1, lines[0],
				 lines[1] ? to : to - 1, lines[1]);
		for (size_t j = begin; j < end; j++)
			print_line(&script->edit[j], out);
		from += lines[0];
		to += lines[1];
		done = end;
		i = end - 1;
	}
}

enum lg_status lg_setup_diff(const struct lg_setup_file *file,
			     struct lg_buffer *out_text, struct lg_error *err)
{
	struct script script = {0};
	enum lg_status status = LG_OK;

	if (file->is_secret) {
		lg_buffer_format(
			out_text, "%s: %s\n", file->path,
			file->after ? "a new secret, readable by its owner only"
				    : "the secret goes");
		return lg_buffer_status(out_text, err);
	}
	status = script_make(file->before ? file->before : "",
			     file->after ? file->after : "", &script, err);
	if (status == LG_OK) {
		lg_buffer_format(out_text, "--- %s\n+++ %s\n",
				 file->before ? file->path : "/dev/null",
				 file->after ? file->path : "/dev/null");
		print_hunks(&script, out_text);
		status = lg_buffer_status(out_text, err);
	}
	script_release(&script);
	return status;
}

/* What came into before, and what of it is where in now. */
struct taking {
	struct script done;  /* from before to after */
	struct script since; /* from after to now */
	size_t *place;       /* of each line of after in now, or NOWHERE */
	struct lg_buffer out;
	size_t copied; /* lines of now */
};

#define NOWHERE ((size_t)-1)

static enum lg_status find_places(struct taking *taking, struct lg_error *err)
{
	const struct script *since = &taking->since;
	size_t line = 0;
	size_t now = 0;

	taking->place = calloc(since->before.count + 1, sizeof(*taking->place));
	if (taking->place == NULL)
		return lg_no_memory(err);
	for (size_t i = 0; i < since->count; i++) {
		char kind = since->edit[i].kind;

		if (kind != '+')
			taking->place[line++] = kind == ' ' ? now : NOWHERE;
		now += kind != '-';
	}
	return LG_OK;
}

static void copy_to(struct taking *taking, size_t end)
{
	const struct text *now = &taking->since.after;

	for (; taking->copied < end; taking->copied++)
		lg_buffer_append(&taking->out, now->line[taking->copied].text,
				 now->line[taking->copied].len);
}

/* Takes count lines of after out of now, which stand there together. */
static enum lg_status take_out(struct taking *taking, size_t line, size_t count,
			       struct lg_error *err)
{
	const size_t *place = &taking->place[line];

	for (size_t i = 0; i < count; i++) {
		if (place[i] == NOWHERE || place[i] != place[0] + i)
			count = 0;
	}
	if (count == 0)
		return lg_error_set(err, LG_ERR_CONFLICT, NULL,
				    "was changed since, just where setup "
				    "wrote");
	copy_to(taking, place[0]);
	taking->copied += count;
	return LG_OK;
}

static enum lg_status take_all(struct taking *taking, struct lg_error *err)
{
	const struct script *done = &taking->done;
	enum lg_status status = find_places(taking, err);
	size_t line = 0;

	for (size_t i = 0; status == LG_OK && i < done->count;) {
		size_t begin = i;
		size_t come = 0;

		if (done->edit[i].kind == ' ') {
			line++;
			i++;
			continue;
		}
		for (; i < done->count && done->edit[i].kind != ' '; i++)
			come += done->edit[i].kind == '+';
		status = take_out(taking, line, come, err);
		line += come;
		for (; status == LG_OK && begin < i; begin++) {
			if (done->edit[begin].kind == '-')
				lg_buffer_append(&taking->out,
						 done->edit[begin].line.text,
						 done->edit[begin].line.len);
		}
	}
	if (status == LG_OK)
		copy_to(taking, taking->since.after.count);
	return status;
}

enum lg_status lg_setup_take_back(const char *before, const char *after,
				  const char *now, struct lg_buffer *out_text,
				  struct lg_error *err)
{
	struct taking taking = {0};
	enum lg_status status = script_make(before, after, &taking.done, err);

	if (status == LG_OK)
		status = script_make(after, now, &taking.since, err);
	if (status == LG_OK)
		status = take_all(&taking, err);
	if (status == LG_OK)
		status = lg_buffer_status(&taking.out, err);
	if (status == LG_OK) {
		lg_buffer_append(out_text, taking.out.data, taking.out.len);
		status = lg_buffer_status(out_text, err);
	}
	lg_buffer_release(&taking.out);
	free(taking.place);
	script_release(&taking.done);
	script_release(&taking.since);
	return status;
}
