/* SPDX-License-Identifier: ISC */
/*
 * survey_pam.c - what a PAM stack says about asking the gate
 *
 * Only the account lines count; included files are followed. What the stack
 * does with PAM_AUTHINFO_UNAVAIL is what happens while the gate is down
 * (facts/enforcement.md 5).
 */
#include <string.h>
#include <strings.h>

#include "app/doors/block_text.h"
#include "app/doors/doors.h"

#define INCLUDE_DEPTH 8

struct stack {
	const char *folder;
	const struct lg_doors_files *files;
	int authenticates;
	int sufficient_before;
	int found;
	enum lg_asks asks;
	enum lg_when_down when_down;
	const char *note;
};

static int has_gate(const struct lg_block *line, size_t from)
{
	size_t i;

	for (i = from; i < line->word_count; i++) {
		if (strstr(line->word[i], "pam_logongate"))
			return 1;
	}
	return 0;
}

/* The controls that hear a refusal, and what they make of no answer. */
static void judge(struct stack *stack, const struct lg_block *line)
{
	const char *control = line->word[1];
	size_t i;

	stack->found = 1;
	stack->asks = LG_ASKS_YES;
	stack->when_down = LG_WHEN_DOWN_CLOSED;
	if (strcasecmp(control, "optional") == 0 ||
	    strcasecmp(control, "sufficient") == 0) {
		stack->asks = LG_ASKS_NO;
		stack->when_down = LG_WHEN_DOWN_NOT_ASKED;
		stack->note = "asks the gate and does not listen: the control "
			      "must be required or "
			      "[success=ok authinfo_unavail=... default=bad]";
		return;
	}
	/* a bracket is split at blanks like everything else */
	for (i = 1; i < line->word_count && *control == '['; i++) {
		if (strstr(line->word[i], "authinfo_unavail=ignore"))
			stack->when_down = LG_WHEN_DOWN_OPEN;
		if (strchr(line->word[i], ']'))
			break;
	}
	if (stack->sufficient_before) {
		stack->asks = LG_ASKS_PARTLY;
		stack->note = "a sufficient line stands before it and ends "
			      "the stack without asking";
	}
}

static enum lg_status read_stack(struct stack *stack, const char *text,
				 size_t len, int depth, struct lg_error *err);

static enum lg_status follow(struct stack *stack, const char *name, int depth,
			     struct lg_error *err)
{
	struct lg_buffer path = {0};
	struct lg_buffer text = {0};
	enum lg_status status;

	if (depth == 0)
		return LG_OK;
	if (*name != '/')
		lg_buffer_format(&path, "%s/", stack->folder);
	lg_buffer_text(&path, name);
	status = lg_buffer_status(&path, err);
	/* a file that cannot be read adds no line that asks */
	if (status == LG_OK &&
	    stack->files->read(stack->files->context, path.data, &text, err) ==
		    LG_OK)
		status = read_stack(stack, text.data ? text.data : "", text.len,
				    depth - 1, err);
	lg_buffer_release(&path);
	lg_buffer_release(&text);
	return status;
}

static enum lg_status read_line(struct stack *stack,
				const struct lg_block *line, int depth,
				struct lg_error *err)
{
	const char *type = line->word[0];

	if (strcmp(type, "@include") == 0 && line->word_count > 1)
		return follow(stack, line->word[1], depth, err);
	if (*type == '-')
		type++;
	if (line->word_count < 3)
		return LG_OK;
	if (strcasecmp(type, "auth") == 0)
		stack->authenticates = 1;
	if (strcasecmp(type, "account") != 0)
		return LG_OK;
	if (strcasecmp(line->word[1], "include") == 0 ||
	    strcasecmp(line->word[1], "substack") == 0)
		return follow(stack, line->word[2], depth, err);
	if (has_gate(line, 2) && !stack->found)
		judge(stack, line);
	else if (strcasecmp(line->word[1], "sufficient") == 0 && !stack->found)
		stack->sufficient_before = 1;
	return LG_OK;
}

static enum lg_status read_stack(struct stack *stack, const char *text,
				 size_t len, int depth, struct lg_error *err)
{
	struct lg_block_text *tree = NULL;
	const struct lg_block *line;
	enum lg_status status;

	status = lg_block_text_lines(text, len, &tree, err);
	if (status != LG_OK)
		return status;
	for (line = lg_block_root(tree)->child; status == LG_OK && line;
	     line = line->next)
		status = read_line(stack, line, depth, err);
	lg_block_text_free(&tree);
	return status;
}

enum lg_status lg_doors_pam(const char *service, const char *text, size_t len,
			    const char *folder,
			    const struct lg_doors_files *files,
			    struct lg_ways *ways, struct lg_error *err)
{
	static const char *const logons[] = {
		"sshd", "login", "dovecot", "imap", "imaps", "pop",
		"pop3", "smtp",  "sieve",   "http", "cyrus", "webmail"};
	struct stack stack = {.folder = folder, .files = files};
	struct lg_way way = {.door = "pam", .way = service};
	enum lg_status status;
	size_t i;

	status = read_stack(&stack, text, len, INCLUDE_DEPTH, err);
	if (status != LG_OK)
		return status;
	for (i = 0; i < sizeof(logons) / sizeof(*logons); i++) {
		if (strcmp(service, logons[i]) == 0)
			break;
	}
	if (!stack.found && i == sizeof(logons) / sizeof(*logons))
		return LG_OK;
	way.asks = stack.asks;
	way.when_down = stack.when_down;
	way.note = stack.note;
	if (way.asks == LG_ASKS_NO)
		way.add = "an account line of the drop-in pam/logongate-closed";
	return lg_ways_add(ways, &way, err);
}
