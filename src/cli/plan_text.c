/* SPDX-License-Identifier: ISC */
/*
 * plan_text.c - a plan in words
 *
 * The first line is the answer: a lock, or none and why. Then who stays in,
 * who goes, what is written, what to mind. Long lists are cut here, never in
 * the JSON, and say how much they leave out.
 */
#include <string.h>

#include <logongate/account_values.h>

#include "cli/output.h"
#include "cli/plan_text.h"

#define SHOWN_MAX 40

enum lg_exit lg_plan_exit(const struct lg_plan *plan)
{
	switch (plan->answer) {
	case LG_PLAN_GO:
		return LG_EXIT_DONE;
	case LG_PLAN_WARNINGS:
	case LG_PLAN_OPEN:
	case LG_PLAN_NOTHING:
		return LG_EXIT_WOULD_NOT_LOCK;
	case LG_PLAN_DIRECTORY:
		return LG_EXIT_DIRECTORY;
	}
	return LG_EXIT_SOFTWARE;
}

static size_t count_listed(const struct lg_plan *plan, enum lg_finding finding,
			   int exactly)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->findings->account_count; i++) {
		const struct lg_account *account = &plan->findings->account[i];

		if (lg_plan_is_listed(account) &&
		    (account->finding == finding) == exactly)
			count++;
	}
	return count;
}

static void print_answer(struct lg_cli *cli, const struct lg_plan *plan,
			 const struct lg_plan_target *target)
{
	size_t found = count_listed(plan, LG_FINDING_ONE, 1);
	size_t others = count_listed(plan, LG_FINDING_ONE, 0);

	lg_cli_print(cli, LG_BOLD, "%s", target->name);
	lg_cli_print(cli, LG_PLAIN,
		     " (%s): ", lg_dialect_name(target->dialect));
	if (target->policy == NULL) {
		lg_cli_print(cli, LG_RED,
			     "NO LOCK: the directory could not be asked.\n");
		return;
	}
	if (!target->engages) {
		lg_cli_print(cli, LG_RED,
			     "NO LOCK: nobody would be locked out.\n");
		return;
	}
	switch (target->gate) {
	case LG_GATE_OFF:
		lg_cli_print(cli, LG_GREEN, "LOCK");
		lg_cli_print(cli, LG_PLAIN,
			     " for some clients; nobody is refused by name.\n");
		break;
	case LG_GATE_LISTED:
		lg_cli_print(cli, LG_GREEN, "LOCK");
		if (plan->facts == LG_FACTS_FINDINGS)
			lg_cli_print(cli, LG_PLAIN,
				     ": %zu %s in, everybody else is "
				     "refused.\n",
				     found,
				     found == 1 ? "account stays"
						: "accounts stay");
		else
			lg_cli_print(cli, LG_PLAIN,
				     ": the %zu listed stay in, everybody else "
				     "is refused.\n",
				     others);
		break;
	case LG_GATE_NOBODY:
		lg_cli_print(cli, LG_RED, "LOCK: NOBODY gets in.\n");
		break;
	}
}

static void print_effect(struct lg_cli *cli,
			 const struct lg_plan_target *target)
{
	switch (target->takes_effect) {
	case LG_TAKES_EFFECT_AT_ONCE:
		lg_cli_print(cli, LG_DIM, "  takes effect at once\n");
		break;
	case LG_TAKES_EFFECT_POLL:
		lg_cli_print(cli, LG_DIM,
			     "  takes effect when the store reads its values, "
			     "within %d minutes\n",
			     LG_POLL_INTERVAL_S / 60);
		break;
	case LG_TAKES_EFFECT_RESTART:
		lg_cli_print(
			cli, LG_DIM,
			target->restarts
				? "  takes effect by a restart of the store, "
				  "which apply does and which ends every "
				  "session\n"
				: "  takes effect when somebody restarts "
				  "the store: apply does not\n");
		break;
	}
}

static const char *name_of(const struct lg_plan *plan,
			   const struct lg_account *account)
{
	if (account->asked != NULL)
		return account->asked;
	if (account->dn != NULL)
		return account->dn;
	if (account->login_count > 0)
		return plan->findings->login[account->login_first].name;
	return account->entry;
}

static void print_more(struct lg_cli *cli, size_t left_out)
{
	if (left_out > 0)
		lg_cli_print(cli, LG_DIM, "  and %zu more (--json lists all)\n",
			     left_out);
}

static int print_staying(struct lg_cli *cli, const struct lg_plan *plan)
{
	static const char *const head[] = {"  NAME", "LISTED AS", "ENTRY",
					   NULL};
	struct lg_table table;
	struct lg_buffer name = {0};
	size_t shown = 0, left_out = 0;
	int code;

	lg_table_begin(&table, head);
	for (size_t i = 0; i < plan->findings->account_count; i++) {
		const struct lg_account *account = &plan->findings->account[i];

		if (account->finding != LG_FINDING_ONE ||
		    account->asked_as == LG_ASKED_CALLER)
			continue;
		if (shown++ >= SHOWN_MAX) {
			left_out++;
			continue;
		}
		lg_buffer_clear(&name);
		lg_buffer_format(&name, "  %s%s",
				 account->display != NULL ? account->display
							  : "-",
				 account->asked_as == LG_ASKED_BREAK_GLASS
					 ? " (break-glass)"
					 : "");
		lg_table_cell(&table, name.data);
		lg_table_cell(&table, name_of(plan, account));
		lg_table_cell(&table, account->entry);
	}
	lg_buffer_release(&name);
	if (shown > 0)
		lg_cli_print(cli, LG_BOLD, "\nWho stays in:\n");
	code = lg_cli_table(cli, &table);
	print_more(cli, left_out);
	return code;
}

static const char *in_words(enum lg_finding finding)
{
	switch (finding) {
	case LG_FINDING_UNASKED:
		return "the directory was not asked";
	case LG_FINDING_ONE:
		return "found";
	case LG_FINDING_NONE:
		return "no such account";
	case LG_FINDING_MANY:
		return "more than one account";
	case LG_FINDING_MALFORMED:
		return "not a legacyExchangeDN";
	}
	return "";
}

static void print_missing(struct lg_cli *cli, const struct lg_plan *plan)
{
	size_t shown = 0, left_out = 0;

	for (size_t i = 0; i < plan->findings->account_count; i++) {
		const struct lg_account *account = &plan->findings->account[i];

		if (account->finding == LG_FINDING_ONE ||
		    account->asked_as == LG_ASKED_CALLER)
			continue;
		if (shown == 0)
			lg_cli_print(cli, LG_BOLD, "\nListed, but:\n");
		if (shown++ >= SHOWN_MAX) {
			left_out++;
			continue;
		}
		lg_cli_print(cli, LG_PLAIN, "  ");
		lg_cli_text(cli, name_of(plan, account));
		lg_cli_print(cli,
			     account->finding == LG_FINDING_UNASKED ? LG_YELLOW
								    : LG_RED,
			     ": %s\n", in_words(account->finding));
	}
	print_more(cli, left_out);
}

static int print_leaving(struct lg_cli *cli, const struct lg_plan *plan,
			 const struct lg_plan_input *input)
{
	static const char *const head[] = {"  USER",  "DOOR", "PROTOCOL",
					   "ADDRESS", "WHY",  NULL};
	struct lg_buffer user = {0};
	struct lg_table table;
	size_t shown = 0;
	int code;

	if (input->session_control == LG_SESSIONS_UNKNOWN)
		return LG_EXIT_DONE;
	lg_cli_print(cli, LG_BOLD, "\nOpen sessions: %zu; %zu would be cut",
		     plan->session_count, plan->cut_count);
	lg_cli_print(cli, LG_PLAIN, "%s\n", plan->cut_count > 0 ? ":" : ".");
	lg_table_begin(&table, head);
	for (size_t i = 0; i < plan->session_count; i++) {
		const struct lg_session *session = &input->session[i];
		enum lg_reason reason = plan->decision[i].reason;

		if (!plan->cut[i] || shown++ >= SHOWN_MAX)
			continue;
		lg_buffer_clear(&user);
		lg_buffer_format(&user, "  %s",
				 session->user != NULL ? session->user
				 : session->dn != NULL ? session->dn
						       : "-");
		lg_table_cell(&table, user.data);
		lg_table_cell(&table, session->door);
		lg_table_cell(&table, lg_protocol_name(session->protocol));
		lg_table_cell(&table, session->address);
		lg_table_cell(&table, reason == LG_REASON_NONE
					      ? "restart"
					      : lg_reason_name(reason));
	}
	lg_buffer_release(&user);
	code = lg_cli_table(cli, &table);
	print_more(cli, shown > SHOWN_MAX ? shown - SHOWN_MAX : 0);
	return code;
}

static void print_data(struct lg_cli *cli, const struct lg_value *value)
{
	if (value == NULL) {
		lg_cli_print(cli, LG_DIM, "nothing");
	} else if (value->type == LG_REG_SZ) {
		lg_cli_print(cli, LG_PLAIN, "\"");
		lg_cli_text(cli, value->text != NULL ? value->text : "");
		lg_cli_print(cli, LG_PLAIN, "\"");
	} else if (value->type == LG_REG_MULTI_SZ) {
		if (value->list.count == 0) {
			lg_cli_print(cli, LG_DIM, "blank");
		} else if (value->list.count == 1) {
			lg_cli_print(cli, LG_PLAIN, "\"");
			lg_cli_text(cli, value->list.item[0]);
			lg_cli_print(cli, LG_PLAIN, "\"");
		} else {
			lg_cli_print(cli, LG_PLAIN, "%zu lines",
				     value->list.count);
		}
	} else if (value->type == LG_REG_DWORD) {
		lg_cli_print(cli, LG_PLAIN, "%lu", (unsigned long)value->dword);
	} else {
		lg_cli_print(cli, LG_PLAIN, "%zu bytes", value->bytes_len);
	}
}

/* The texts of one value that another does not have. */
static void print_texts(struct lg_cli *cli, const char *sign,
			const struct lg_value *value,
			const struct lg_value *other)
{
	for (size_t i = 0; value != NULL && i < value->list.count; i++) {
		if (lg_account_values_has(other, value->list.item[i]))
			continue;
		lg_cli_print(cli, LG_PLAIN, "    %s ", sign);
		lg_cli_text(cli, value->list.item[i]);
		lg_cli_print(cli, LG_PLAIN, "\n");
	}
}

/* Per account what goes and what comes. */
static void print_accounts(struct lg_cli *cli,
			   const struct lg_plan_target *target)
{
	size_t count = lg_registry_count(target->values);

	lg_cli_print(cli, LG_BOLD, "\nAccounts that change in %s: %zu\n",
		     target->name, count);
	for (size_t i = 0; i < count && i < SHOWN_MAX; i++) {
		const struct lg_value *value =
			lg_registry_at(target->values, i);
		const struct lg_value *before = lg_registry_find(
			target->before, value->key, value->name);

		lg_cli_print(cli, LG_PLAIN, "  ");
		lg_cli_text(cli, value->name);
		lg_cli_print(cli, LG_PLAIN, "\n");
		print_texts(cli, "-", before, value);
		print_texts(cli, "+", value, before);
	}
	print_more(cli, count > SHOWN_MAX ? count - SHOWN_MAX : 0);
}

static void print_values(struct lg_cli *cli,
			 const struct lg_plan_target *target)
{
	size_t count = lg_registry_count(target->values);

	if (target->seen != NULL) {
		print_accounts(cli, target);
		return;
	}

	lg_cli_print(cli, LG_BOLD, "\nValues for %s%s:\n", target->name,
		     count == 0 ? ": none" : "");
	for (size_t i = 0; i < count; i++) {
		const struct lg_value *value =
			lg_registry_at(target->values, i);
		const struct lg_value *before =
			target->before == NULL
				? NULL
				: lg_registry_find(target->before, value->key,
						   value->name);

		lg_cli_print(cli, LG_PLAIN, "  %s = ", value->name);
		print_data(cli, value);
		if (before != NULL && lg_value_equal(before, value)) {
			lg_cli_print(cli, LG_DIM, "  (as it is now)\n");
			continue;
		}
		lg_cli_print(cli, LG_DIM, "  (now: ");
		print_data(cli, before);
		lg_cli_print(cli, LG_DIM, ")\n");
	}
}

static void print_warnings(struct lg_cli *cli, const struct lg_plan *plan,
			   const struct lg_plan_input *input)
{
	if (plan->warnings.text.count > 0)
		lg_cli_print(cli, LG_BOLD, "\nMind:\n");
	for (size_t i = 0; i < plan->warnings.text.count && i < SHOWN_MAX;
	     i++) {
		int stops = lg_plan_must_accept(plan, input, i);

		lg_cli_print(cli, stops ? LG_RED : LG_YELLOW,
			     "  %s: ", lg_warning_name(plan->warnings.code[i]));
		lg_cli_text(cli, plan->warnings.text.item[i]);
		lg_cli_print(cli, LG_PLAIN, "\n");
	}
	if (plan->warnings.text.count > SHOWN_MAX)
		print_more(cli, plan->warnings.text.count - SHOWN_MAX);
}

static void print_times(struct lg_cli *cli, const struct lg_plan *plan)
{
	struct lg_buffer text = {0};

	if (plan->starts_s > plan->now_s) {
		lg_buffer_text(&text, "  from ");
		lg_text_clock(plan->now_s, plan->starts_s, &text);
		lg_buffer_char(&text, '\n');
	}
	if (plan->until_s > 0) {
		lg_buffer_text(&text, "  until ");
		lg_text_clock(plan->now_s, plan->until_s, &text);
		lg_buffer_text(&text, " (");
		lg_text_ago(plan->now_s, plan->until_s, &text);
		lg_buffer_text(&text, ")\n");
	}
	if (text.data != NULL)
		lg_cli_print(cli, LG_DIM, "%s", text.data);
	lg_buffer_release(&text);
}

int lg_plan_text(struct lg_cli *cli, const struct lg_plan *plan,
		 const struct lg_plan_input *input)
{
	int code;

	for (size_t i = 0; i < plan->target_count; i++) {
		print_answer(cli, plan, &plan->target[i]);
		print_effect(cli, &plan->target[i]);
	}
	print_times(cli, plan);
	print_warnings(cli, plan, input);
	code = print_staying(cli, plan);
	print_missing(cli, plan);
	if (code == LG_EXIT_DONE)
		code = print_leaving(cli, plan, input);
	for (size_t i = 0; i < plan->target_count; i++)
		print_values(cli, &plan->target[i]);
	return code;
}

int lg_plan_refusal(struct lg_cli *cli, const struct lg_plan *plan)
{
	enum lg_exit code = lg_plan_exit(plan);

	switch (plan->answer) {
	case LG_PLAN_GO:
		break;
	case LG_PLAN_DIRECTORY:
		lg_cli_fail_as(cli, code, &plan->directory_error);
		break;
	case LG_PLAN_NOTHING:
		lg_cli_say(cli, code, NULL,
			   "%s has nothing that this server can hold: the lock "
			   "would not lock",
			   plan->profile);
		break;
	case LG_PLAN_OPEN:
	case LG_PLAN_WARNINGS:
		for (size_t i = 0; i < plan->unaccepted.count && i < SHOWN_MAX;
		     i++)
			lg_cli_say(cli, code, NULL, "%s",
				   plan->unaccepted.item[i]);
		if (plan->unaccepted.count > SHOWN_MAX)
			lg_cli_say(cli, code, NULL, "and %zu more",
				   plan->unaccepted.count - SHOWN_MAX);
		lg_cli_say(cli, code, NULL, "%s",
			   plan->answer == LG_PLAN_OPEN
				   ? "the lock would not engage; apply does it "
				     "with --accept-open"
				   : "apply does it with --accept-warnings");
		break;
	}
	return code;
}
