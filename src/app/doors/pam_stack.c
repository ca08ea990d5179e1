/* SPDX-License-Identifier: ISC */
/*
 * pam_stack.c - the account lines of a PAM service, one after the other
 *
 * Included files stand where they are included; a substack's lines know how
 * deep they are. What is not understood is kept as a sentence, so that nothing
 * is concluded from a stack that was read in part.
 */
#include "app/doors/pam_stack.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/grow.h"

#include "app/doors/block_text.h"

#define ANSWERS LG_PAM_ANSWERS
#define INCLUDE_DEPTH 8
#define INCLUDES_MAX 200
#define LINES_MAX 1000
#define JUMP_MAX 1000

/* The answers that a control can name (pam.conf(5)), and the rest. */
static const char *const answers[ANSWERS] = {
	"success",
	"new_authtok_reqd",
	"ignore",
	"perm_denied",
	"authinfo_unavail",
	"open_err",
	"symbol_err",
	"service_err",
	"system_err",
	"buf_err",
	"auth_err",
	"cred_insufficient",
	"user_unknown",
	"maxtries",
	"acct_expired",
	"session_err",
	"cred_unavail",
	"cred_expired",
	"cred_err",
	"no_module_data",
	"conv_err",
	"authtok_err",
	"authtok_recover_err",
	"authtok_lock_busy",
	"authtok_disable_aging",
	"try_again",
	"abort",
	"authtok_expired",
	"module_unknown",
	"bad_item",
	"conv_again",
	"incomplete",
};

struct reader {
	struct lg_pam_stack *stack;
	const char *folder;
	const struct lg_doors_files *files;
	unsigned int level;
	unsigned int includes;
	struct lg_error *err;
};

static void note_unread(struct reader *reader, const char *what,
			const char *why)
{
	if (reader->stack->unread.len == 0)
		lg_buffer_format(&reader->stack->unread, "%s%s", what, why);
}

static enum lg_status add_line(struct reader *reader,
			       const struct lg_pam_line *line)
{
	struct lg_pam_stack *stack = reader->stack;
	enum lg_status status;

	if (stack->count == LINES_MAX)
		return lg_error_set(reader->err, LG_ERR_LIMIT, "pam",
				    "a service of more than %d lines",
				    LINES_MAX);
	status = lg_grow(&stack->line, &stack->capacity, stack->count,
			 sizeof(*stack->line), reader->err);
	if (status == LG_OK)
		stack->line[stack->count++] = *line;
	return status;
}

static void set_all(struct lg_pam_line *line, int action)
{
	for (size_t i = 0; i < ANSWERS; i++)
		line->action[i] = action;
}

static int word_control(struct lg_pam_line *line, const char *word)
{
	int otherwise = LG_PAM_BAD;
	int success = LG_PAM_OK;

	if (strcasecmp(word, "requisite") == 0)
		otherwise = LG_PAM_DIE;
	else if (strcasecmp(word, "sufficient") == 0)
		success = LG_PAM_DONE;
	else if (strcasecmp(word, "required") != 0 &&
		 strcasecmp(word, "optional") != 0)
		return 0;
	if (success == LG_PAM_DONE || strcasecmp(word, "optional") == 0)
		otherwise = LG_PAM_IGNORE;
	set_all(line, otherwise);
	line->action[LG_PAM_SUCCESS] = success;
	line->action[LG_PAM_NEW_AUTHTOK_REQD] = success;
	line->action[LG_PAM_IGNORED] = LG_PAM_IGNORE;
	return 1;
}

static int read_action(const char *word, size_t len, int *out_action)
{
	static const char *const names[] = {"ignore", "ok",  "done",
					    "bad",    "die", "reset"};
	int jump = 0;

	for (int i = 0; i < 6; i++) {
		if (strlen(names[i]) == len &&
		    strncmp(word, names[i], len) == 0) {
			*out_action = -i;
			return 1;
		}
	}
	for (size_t i = 0; i < len; i++) {
		if (word[i] < '0' || word[i] > '9' || jump > JUMP_MAX)
			return 0;
		jump = 10 * jump + (word[i] - '0');
	}
	*out_action = jump;
	return jump > 0;
}

/* One "answer=action" of a bracket; what it says of "default" is kept. */
static int read_pair(struct lg_pam_line *line, const char *pair, size_t len,
		     int set[ANSWERS], int *otherwise)
{
	const char *equals = memchr(pair, '=', len);
	size_t name = equals ? (size_t)(equals - pair) : 0;
	int action;

	if (!equals || !read_action(equals + 1, len - name - 1, &action))
		return 0;
	if (name == 7 && strncmp(pair, "default", 7) == 0) {
		*otherwise = action;
		return 1;
	}
	for (size_t i = 0; i < ANSWERS; i++) {
		if (strlen(answers[i]) == name &&
		    strncmp(pair, answers[i], name) == 0) {
			line->action[i] = action;
			set[i] = 1;
			return 1;
		}
	}
	return 0;
}

/* "[a=b c=d]", which blanks split; *at is behind it then. */
static int bracket_control(struct lg_pam_line *line,
			   const struct lg_block *text, size_t *at)
{
	int set[ANSWERS] = {0};
	int otherwise = LG_PAM_BAD;
	int is_end = 0;

	for (size_t n = *at; n < text->word_count && !is_end; n++) {
		const char *word = text->word[n] + (n == *at);
		size_t len = strcspn(word, "]");

		is_end = word[len] == ']';
		if (len && !read_pair(line, word, len, set, &otherwise))
			return 0;
		if (is_end)
			*at = n + 1;
	}
	for (size_t i = 0; i < ANSWERS; i++) {
		if (!set[i])
			line->action[i] = otherwise;
	}
	return is_end;
}

static int has_words(const struct lg_block *text, size_t from, const char *a,
		     const char *b, const char *c)
{
	for (size_t i = from; i + 2 < text->word_count; i++) {
		if (strcmp(text->word[i], a) == 0 &&
		    strcmp(text->word[i + 1], b) == 0 &&
		    strcmp(text->word[i + 2], c) == 0)
			return 1;
	}
	return 0;
}

/* What a module says of an ordinary user: root is not who a lock is for. */
static enum lg_pam_says module_says(const struct lg_block *text, size_t at)
{
	const char *path = at < text->word_count ? text->word[at] : "";
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	if (strstr(name, "pam_logongate"))
		return LG_PAM_SAYS_GATE;
	if (strcmp(name, "pam_permit.so") == 0)
		return LG_PAM_SAYS_SUCCESS;
	if (strcmp(name, "pam_deny.so") == 0 ||
	    strcmp(name, "pam_rootok.so") == 0)
		return LG_PAM_SAYS_FAILURE;
	if (strcmp(name, "pam_succeed_if.so") != 0)
		return LG_PAM_SAYS_ANYTHING;
	if (has_words(text, at, "uid", "=", "0") ||
	    has_words(text, at, "uid", "eq", "0") ||
	    has_words(text, at, "user", "=", "root"))
		return LG_PAM_SAYS_FAILURE;
	return LG_PAM_SAYS_ANYTHING;
}

/* The last one of a line counts. */
static const char *argument(const struct lg_block *text, size_t at,
			    const char *name, const char *otherwise)
{
	size_t len = strlen(name);

	for (; at < text->word_count; at++) {
		if (strncmp(text->word[at], name, len) == 0)
			otherwise = text->word[at] + len;
	}
	return otherwise;
}

static void note_gate(struct lg_pam_stack *stack, const struct lg_block *text,
		      size_t at)
{
	lg_buffer_format(
		&stack->sockets, "%s\n",
		argument(text, at, "socket=", "/run/logongate/http.sock"));
	lg_buffer_clear(&stack->protocol);
	lg_buffer_text(&stack->protocol,
		       argument(text, at, "protocol=", "login"));
}

static enum lg_status read_text(struct reader *reader, const char *text,
				size_t len, int depth);

static enum lg_status follow(struct reader *reader, const char *name, int depth)
{
	struct lg_buffer path = {0};
	struct lg_buffer text = {0};
	struct lg_error why;
	enum lg_status status;

	if (*name != '/')
		lg_buffer_format(&path, "%s/", reader->folder);
	lg_buffer_text(&path, name);
	status = lg_buffer_status(&path, reader->err);
	if (status != LG_OK)
		goto out;
	if (depth == 0 || ++reader->includes > INCLUDES_MAX) {
		note_unread(reader, path.data, ": too many includes");
		goto out;
	}
	status = reader->files->read(reader->files->context, path.data, &text,
				     &why);
	if (status == LG_OK)
		status = read_text(reader, text.data ? text.data : "", text.len,
				   depth - 1);
	else if (status == LG_ERR_NO_MEMORY)
		*reader->err = why;
	else {
		note_unread(reader, path.data,
			    status == LG_ERR_DENIED
				    ? " may not be read: run as root"
				    : " cannot be read");
		status = LG_OK;
	}
out:
	lg_buffer_release(&path);
	lg_buffer_release(&text);
	return status;
}

static enum lg_status substack(struct reader *reader, const char *name,
			       int depth)
{
	const struct lg_pam_line begin = {.says = LG_PAM_SAYS_NOTHING,
					  .level = reader->level};
	enum lg_status status = add_line(reader, &begin);

	reader->level++;
	if (status == LG_OK)
		status = follow(reader, name, depth);
	reader->level--;
	return status;
}

static enum lg_status read_line(struct reader *reader,
				const struct lg_block *text, int depth)
{
	const char *type = text->word_count ? text->word[0] : "";
	struct lg_pam_line line = {.level = reader->level};
	size_t at = 1;

	if (strcmp(type, "@include") == 0 && text->word_count > 1)
		return follow(reader, text->word[1], depth);
	type += *type == '-';
	if (strcasecmp(type, "account") != 0 || text->word_count < 3)
		return LG_OK;
	if (strcasecmp(text->word[1], "include") == 0)
		return follow(reader, text->word[2], depth);
	if (strcasecmp(text->word[1], "substack") == 0)
		return substack(reader, text->word[2], depth);
	if (*text->word[1] == '[' ? !bracket_control(&line, text, &at)
				  : !word_control(&line, text->word[at++]))
		note_unread(reader,
			    "a control that is not known: ", text->word[1]);
	line.says = module_says(text, at);
	if (line.says == LG_PAM_SAYS_GATE)
		note_gate(reader->stack, text, at);
	return add_line(reader, &line);
}

static enum lg_status read_text(struct reader *reader, const char *text,
				size_t len, int depth)
{
	struct lg_block_text *tree = NULL;
	struct lg_buffer joined = {0};
	enum lg_status status;

	/* a backslash at its end lets a line go on */
	for (size_t i = 0; i < len; i++) {
		int goes_on =
			text[i] == '\\' && i + 1 < len && text[i + 1] == '\n';

		lg_buffer_char(&joined, goes_on ? ' ' : text[i]);
		i += (size_t)goes_on;
	}
	status = lg_buffer_status(&joined, reader->err);
	if (status == LG_OK)
		status = lg_block_text_lines(joined.data ? joined.data : "",
					     joined.len, &tree, reader->err);
	if (status != LG_OK)
		goto out;
	for (const struct lg_block *line = lg_block_root(tree)->child;
	     status == LG_OK && line; line = line->next)
		status = read_line(reader, line, depth);
out:
	lg_block_text_free(&tree);
	lg_buffer_release(&joined);
	return status;
}

enum lg_status lg_pam_stack_read(const char *text, size_t len,
				 const char *folder,
				 const struct lg_doors_files *files,
				 struct lg_pam_stack **out_stack,
				 struct lg_error *err)
{
	struct lg_pam_stack *stack = calloc(1, sizeof(*stack));
	struct reader reader = {
		.stack = stack, .folder = folder, .files = files, .err = err};
	enum lg_status status;

	if (!stack)
		return lg_no_memory(err);
	status = read_text(&reader, text, len, INCLUDE_DEPTH);
	if (status == LG_OK)
		status = lg_buffer_status(&stack->unread, err);
	if (status == LG_OK)
		status = lg_buffer_status(&stack->sockets, err);
	if (status == LG_OK)
		status = lg_buffer_status(&stack->protocol, err);
	if (status == LG_OK)
		*out_stack = stack;
	else
		lg_pam_stack_free(&stack);
	return status;
}

void lg_pam_stack_free(struct lg_pam_stack **stack)
{
	if (!*stack)
		return;
	lg_buffer_release(&(*stack)->unread);
	lg_buffer_release(&(*stack)->sockets);
	lg_buffer_release(&(*stack)->protocol);
	free((*stack)->line);
	free(*stack);
	*stack = NULL;
}
