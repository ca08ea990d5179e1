/* SPDX-License-Identifier: ISC */
/*
 * plan_text.c - a plan in words
 *
 * The first line is the answer: a lock, or none and why. Then who stays in,
 * who goes, what is written, what to mind. Long lists are cut here, never in
 * the JSON, and say how much they leave out.
 */
#include <string.h>

#include "cli/output.h"
#include "app/records/plan_json.h"
#include "cli/table.h"
#include "cli/text/plan_text.h"

/* The exit code of a plan's answer. */
static enum lg_exit exit_of(const struct lg_plan *plan)
{
	static const enum lg_exit exits[] = {
		[LG_PLAN_GO] = LG_EXIT_DONE,
		[LG_PLAN_WARNINGS] = LG_EXIT_WOULD_NOT_LOCK,
		[LG_PLAN_OPEN] = LG_EXIT_WOULD_NOT_LOCK,
		[LG_PLAN_NOTHING] = LG_EXIT_WOULD_NOT_LOCK,
		[LG_PLAN_DIRECTORY] = LG_EXIT_DIRECTORY,
	};

	return exits[plan->answer];
}

/* Whether the values of this target let the account in by name: a store that
 * takes one DN does not let in all that are listed. */
static int stays_in(const struct lg_plan *plan,
		    const struct lg_plan_target *target,
		    const struct lg_account *account)
{
	struct lg_attempt attempt = {.dn = account->dn};
	struct lg_decision decision;

	if (attempt.dn == NULL && account->asked_as == LG_ASKED_DN)
		attempt.dn = account->asked;
	if (attempt.dn == NULL && account->login_count > 0)
		attempt.user = plan->findings->login[account->login_first].name;
	else if (attempt.dn == NULL)
		attempt.user = account->asked;
	attempt.dn_len = attempt.dn != NULL ? strlen(attempt.dn) : 0;
	attempt.user_len = attempt.user != NULL ? strlen(attempt.user) : 0;
	decision = lg_policy_decide(target->policy, &attempt);
	return decision.reason != LG_REASON_NOT_LISTED &&
	       decision.reason != LG_REASON_NOBODY;
}

static int stays_anywhere(const struct lg_plan *plan,
			  const struct lg_account *account)
{
	for (size_t i = 0; i < plan->target_count; i++) {
		if (plan->target[i].policy == NULL ||
		    stays_in(plan, &plan->target[i], account))
			return 1;
	}
	return plan->target_count == 0;
}

static size_t count_listed(const struct lg_plan *plan,
			   const struct lg_plan_target *target, int found)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->findings->account_count; i++) {
		const struct lg_account *account = &plan->findings->account[i];

		if (lg_plan_is_listed(account) &&
		    (account->finding == LG_FINDING_ONE) == found &&
		    stays_in(plan, target, account))
			count++;
	}
	return count;
}

static void print_answer(struct lg_cli *cli, const struct lg_plan *plan,
			 const struct lg_plan_target *target)
{
	size_t found, others;

	lg_cli_print(cli, LG_BOLD, "%s", target->name);
	lg_cli_print(cli, LG_PLAIN,
		     " (%s): ", lg_dialect_name(target->dialect));
	if (target->policy == NULL) {
		lg_cli_print(cli, LG_RED,
			     "NO LOCK: the directory could not be asked.\n");
		return;
	}
	found = count_listed(plan, target, 1);
	others = count_listed(plan, target, 0);
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
		if (!target->restarts) {
			lg_cli_print(cli, LG_DIM,
				     "  takes effect when the store reads its "
				     "values, within %d minutes\n",
				     LG_POLL_INTERVAL_S / 60);
			break;
		}
		/* fall through */
	case LG_TAKES_EFFECT_RESTART:
		lg_cli_print(
			cli, LG_DIM,
			target->restarts
				? "  takes effect by a restart of the store, "
				  "which apply does and which ends every "
				  "session\n"
				: "  takes effect when you restart the store; "
				  "apply does not restart it\n");
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

void lg_plan_more_text(struct lg_cli *cli, size_t count)
{
	if (count > LG_PLAN_SHOWN_MAX)
		lg_cli_print(cli, LG_DIM, "  and %zu more (--json lists all)\n",
			     count - LG_PLAN_SHOWN_MAX);
}

static int print_staying(struct lg_cli *cli, const struct lg_plan *plan)
{
	static const char *const head[] = {"  NAME", "LISTED AS", "ENTRY",
					   NULL};
	struct lg_table table;
	struct lg_buffer name = {0};
	size_t shown = 0;
	int code;

	lg_table_begin(&table, head);
	for (size_t i = 0; i < plan->findings->account_count; i++) {
		const struct lg_account *account = &plan->findings->account[i];

		if (account->finding != LG_FINDING_ONE ||
		    account->asked_as == LG_ASKED_CALLER)
			continue;
		if (!stays_anywhere(plan, account))
			continue;
		if (shown++ >= LG_PLAN_SHOWN_MAX)
			continue;
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
	lg_plan_more_text(cli, shown);
	return code;
}

static const char *in_words(enum lg_finding finding)
{
	static const char *const words[] = {
		[LG_FINDING_UNASKED] = "the directory was not asked",
		[LG_FINDING_ONE] = "found",
		[LG_FINDING_NONE] = "no such account",
		[LG_FINDING_MANY] = "more than one account",
		[LG_FINDING_MALFORMED] = "not a legacyExchangeDN",
	};

	return words[finding];
}

static void print_missing(struct lg_cli *cli, const struct lg_plan *plan)
{
	size_t shown = 0;

	for (size_t i = 0; i < plan->findings->account_count; i++) {
		const struct lg_account *account = &plan->findings->account[i];

		if (account->finding == LG_FINDING_ONE ||
		    account->asked_as == LG_ASKED_CALLER)
			continue;
		if (shown == 0)
			lg_cli_print(cli, LG_BOLD, "\nListed, but:\n");
		if (shown++ >= LG_PLAN_SHOWN_MAX)
			continue;
		lg_cli_print(cli, LG_PLAIN, "  ");
		lg_cli_text(cli, name_of(plan, account));
		lg_cli_print(cli,
			     account->finding == LG_FINDING_UNASKED ? LG_YELLOW
								    : LG_RED,
			     ": %s\n", in_words(account->finding));
	}
	lg_plan_more_text(cli, shown);
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

		if (!plan->cut[i] || shown++ >= LG_PLAN_SHOWN_MAX)
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
	lg_plan_more_text(cli, shown);
	return code;
}

static void print_warnings(struct lg_cli *cli, const struct lg_plan *plan,
			   const struct lg_plan_input *input)
{
	if (plan->warnings.text.count > 0)
		lg_cli_print(cli, LG_BOLD, "\nMind:\n");
	for (size_t i = 0;
	     i < plan->warnings.text.count && i < LG_PLAN_SHOWN_MAX; i++) {
		int stops = lg_plan_must_accept(plan, input, i);

		lg_cli_print(cli, stops ? LG_RED : LG_YELLOW,
			     "  %s: ", lg_warning_name(plan->warnings.code[i]));
		lg_cli_line(cli, LG_PLAIN, "", plan->warnings.text.item[i]);
	}
	lg_plan_more_text(cli, plan->warnings.text.count);
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
		lg_plan_values_text(cli, &plan->target[i]);
	return code;
}

/* The first warning that is in the way; its code tells a script what to
 * accept. */
static const char *first_unaccepted(const struct lg_plan *plan)
{
	for (size_t i = 0;
	     plan->unaccepted.count > 0 && i < plan->warnings.text.count; i++) {
		if (strcmp(plan->warnings.text.item[i],
			   plan->unaccepted.item[0]) == 0)
			return lg_warning_name(plan->warnings.code[i]);
	}
	return NULL;
}

static void tell_unaccepted(struct lg_cli *cli, const struct lg_plan *plan,
			    enum lg_exit code)
{
	const char *first = first_unaccepted(plan);
	struct lg_error err;
	size_t told = 0;

	for (size_t i = 0;
	     i < plan->warnings.text.count && told < plan->unaccepted.count &&
	     told < LG_PLAN_SHOWN_MAX;
	     i++) {
		if (strcmp(plan->warnings.text.item[i],
			   plan->unaccepted.item[told]) != 0)
			continue;
		lg_cli_say(cli, code, NULL, "%s: %s",
			   lg_warning_name(plan->warnings.code[i]),
			   plan->unaccepted.item[told++]);
	}
	if (plan->unaccepted.count > LG_PLAN_SHOWN_MAX)
		lg_cli_say(cli, code, NULL, "and %zu more",
			   plan->unaccepted.count - LG_PLAN_SHOWN_MAX);
	lg_error_set(&err, LG_ERR_CONFLICT, NULL,
		     plan->answer == LG_PLAN_OPEN
			     ? "the lock would not engage; %s does it with "
			       "--accept-open"
			     : "%s does it with --accept-warnings",
		     strcmp(cli->command->name, "plan") == 0
			     ? "apply"
			     : cli->command->name);
	lg_error_code(&err, plan->answer == LG_PLAN_OPEN ? "fails-open"
							 : "needs-accepting");
	lg_cli_fail_as(cli, code, &err);
	cli->failed_warning = first;
}

int lg_plan_refusal(struct lg_cli *cli, const struct lg_plan *plan)
{
	enum lg_exit code = exit_of(plan);

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
		tell_unaccepted(cli, plan, code);
		break;
	}
	return code;
}
