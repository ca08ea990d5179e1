/* SPDX-License-Identifier: ISC */
/*
 * logongate check - would this logon be admitted
 *
 * Under what is in force the gate is asked, or state_dir where none is to run;
 * under a profile the directory is asked and a policy is made that nobody
 * applies. The verdict is the exit code.
 */
#include <string.h>

#include "base/local_time.h"
#include "core/policy/message.h"

#include "adapters/system/system_clock.h"
#include "app/change/plan.h"
#include "app/records/check_record.h"
#include "app/records/json_member.h"
#include "cli/commands.h"
#include "cli/open/open.h"
#include "cli/output.h"
#include "cli/text/times.h"

/* What the options say of the logon. */
static int read_attempt(struct lg_cli *cli, struct lg_attempt *out_attempt)
{
	const char *version = lg_cli_option(cli, "client-version");
	const char *protocol = lg_cli_option(cli, "protocol");
	struct lg_error err;

	*out_attempt = (struct lg_attempt){
		.dn = lg_cli_option(cli, "dn"),
		.user = lg_cli_option(cli, "user"),
		.process = lg_cli_option(cli, "process"),
	};
	if (out_attempt->dn != NULL)
		out_attempt->dn_len = strlen(out_attempt->dn);
	if (out_attempt->user != NULL)
		out_attempt->user_len = strlen(out_attempt->user);
	if (out_attempt->process != NULL)
		out_attempt->process_len = strlen(out_attempt->process);
	if (version != NULL &&
	    lg_version_parse(version, strlen(version), &out_attempt->version,
			     &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	if (protocol != NULL &&
	    !lg_protocol_from_name(protocol, strlen(protocol),
				   &out_attempt->protocol))
		return lg_cli_usage(cli,
				    "there is no protocol %s; there are mapi, "
				    "http, imap, pop3, smtp, login",
				    protocol);
	return LG_EXIT_DONE;
}

/* What a message may say of the lock that speaks, and whose it is. */
struct speaker {
	char until[LG_TIME_SIZE];
	char since[LG_TIME_SIZE];
	struct lg_message_facts facts;
	const char *id;
	const char *profile;
	const char *language; /* of the doors here */
};

/* The contract's object; speaker is the lock that refuses. */
static cJSON *decide(struct lg_cli *cli, const struct lg_policy *policy,
		     const struct lg_attempt *attempt,
		     const struct lg_decision *decision,
		     const struct speaker *speaker)
{
	const struct lg_policy_layer_info *layer =
		lg_policy_layer_at(policy, decision->lock);
	struct lg_check check = {
		.policy = policy,
		.decision = *decision,
		.generation = lg_policy_generation(policy),
		.lock = speaker->id,
		.profile = speaker->profile,
		.explain =
			lg_cli_option(cli, "explain") != NULL ? attempt : NULL,
	};
	struct lg_message_choice choice;
	struct lg_buffer message = {0};
	cJSON *object = NULL;

	lg_message_choose(layer, NULL, speaker->language, &choice);
	if (lg_message_refusal(choice.message, decision->reason,
			       &speaker->facts, &message, NULL) == LG_OK) {
		check.message = message.data;
		object = lg_check_object(&check);
	}
	lg_buffer_release(&message);
	return object;
}

static enum lg_colour colour_of(const char *outcome)
{
	if (strcmp(outcome, "refuses") == 0 || strcmp(outcome, "refuse") == 0)
		return LG_RED;
	if (strcmp(outcome, "not-set") == 0)
		return LG_DIM;
	return LG_GREEN;
}

/* Whose rules follow; nothing for the standing values, which come first. */
static void print_whose(struct lg_cli *cli,
			const struct lg_check_rule_said *rule,
			const char **last)
{
	if (strcmp(rule->lock, *last) == 0)
		return;
	*last = rule->lock;
	lg_cli_print(cli, LG_PLAIN, "  ");
	lg_cli_text(cli, rule->profile);
	lg_cli_print(cli, LG_PLAIN, " (%s):\n", rule->lock);
}

static void print_answer(struct lg_cli *cli, const struct lg_check_said *said)
{
	struct lg_check_rule_said rule;
	const char *last = "";
	const cJSON *item;

	lg_cli_print(cli, colour_of(said->verdict), "%s", said->verdict);
	if (said->is_refused) {
		lg_cli_print(cli, LG_PLAIN, ": %s: ", said->reason);
		lg_cli_text(cli, said->message);
	} else if (*said->reason != '\0' && strcmp(said->reason, "none") != 0) {
		lg_cli_print(cli, LG_PLAIN, ": %s", said->reason);
	}
	lg_cli_print(cli, LG_PLAIN, "\n");
	cJSON_ArrayForEach(item, said->rules) {
		lg_check_rule_read(item, &rule);
		print_whose(cli, &rule, &last);
		lg_cli_print(cli, LG_PLAIN, "  %-30s ", rule.rule);
		lg_cli_print(cli, colour_of(rule.outcome), "%-8s ",
			     rule.outcome);
		lg_cli_line(cli, LG_PLAIN, "", rule.detail);
	}
}

/* Prints the object, deletes it and gives the exit code of its verdict. */
static int show(struct lg_cli *cli, cJSON *object)
{
	struct lg_check_said said;
	int code = LG_EXIT_DONE;
	int refused;

	lg_check_read(object, &said);
	refused = said.is_refused;
	if (cli->json) {
		code = lg_cli_json(cli, object);
	} else {
		if (!cli->quiet)
			print_answer(cli, &said);
		cJSON_Delete(object);
	}
	if (code == LG_EXIT_DONE && refused)
		code = LG_EXIT_REFUSED;
	return code;
}

/* Under a profile alone, which nobody applied: it has no id. */
static cJSON *judge_profile(struct lg_cli *cli, const struct lg_policy *policy,
			    const struct lg_attempt *attempt,
			    const char *profile, const char *language)
{
	struct lg_decision decision = lg_policy_decide(policy, attempt);
	struct speaker speaker = {.facts = {.profile = profile},
				  .profile = profile,
				  .language = language};

	return decide(cli, policy, attempt, &decision, &speaker);
}

static int check_profile(struct lg_cli *cli, const struct lg_attempt *attempt)
{
	const char *name = lg_cli_option(cli, "profile");
	const struct lg_settings *settings;
	struct lg_plan_server server = {.name = "gate",
					.backend = LG_BACKEND_GATE};
	struct lg_plan_input input = {.server = &server, .server_count = 1};
	struct lg_progress progress = lg_cli_progress(cli);
	struct lg_profile *profile = NULL;
	struct lg_plan *plan = NULL;
	struct lg_error err;
	int code;

	if (lg_cli_settings(cli, &settings, &err) != LG_OK ||
	    lg_cli_directory(cli, &input.directory, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	code = lg_cli_profile(cli, name, &profile);
	if (code != LG_EXIT_DONE)
		return code;
	server.render.dialect = settings->dialect;
	server.render.is_gate = 1;
	server.render.has_process_hotfix = 1;
	server.render.skip_unsupported =
		lg_cli_option(cli, "skip-unsupported") != NULL;
	input.profile = profile;
	input.break_glass = &settings->break_glass;
	input.default_domain = settings->default_domain;
	input.progress = &progress;
	input.now_s = lg_cli_now();
	if (lg_plan_new(&input, &plan, &err) != LG_OK) {
		code = lg_cli_fail(cli, &err);
	} else if (plan->target[0].policy == NULL) {
		code = lg_cli_fail_as(cli, LG_EXIT_DIRECTORY,
				      &plan->directory_error);
	} else {
		code = show(cli,
			    judge_profile(cli, plan->target[0].policy, attempt,
					  profile->name, settings->language));
	}
	lg_plan_free(&plan);
	lg_profile_free(&profile);
	return code;
}

/* The lock of the state that refuses; where it is the standing values all is
 * NULL. */
static void find_speaker(const struct lg_state *state,
			 const struct lg_policy *policy,
			 const struct lg_decision *decision,
			 struct speaker *speaker)
{
	const struct lg_policy_layer_info *layer =
		lg_policy_layer_at(policy, decision->lock);
	const struct lg_lock *lock = NULL;
	struct lg_zone zone = lg_system_zone();

	if (state != NULL && layer != NULL && layer->id != NULL)
		lock = lg_state_lock(state, layer->id);
	if (lock == NULL)
		return;
	lg_time_format(lock->until.wall_s + 59, lock->since_s, &zone,
		       speaker->until);
	lg_time_format(lock->since_s, lock->until.wall_s, &zone,
		       speaker->since);
	speaker->facts.until = lock->until.wall_s > 0 ? speaker->until : NULL;
	speaker->facts.since = speaker->since;
	speaker->facts.profile = lock->profile;
	speaker->facts.reason = lock->reason;
	speaker->id = lock->id;
	speaker->profile = lock->profile;
}

static int check_state(struct lg_cli *cli, const struct lg_attempt *attempt)
{
	const struct lg_settings *settings;
	struct lg_decision decision;
	struct speaker speaker = {0};
	struct lg_policy *policy = NULL;
	struct lg_state *state = NULL;
	struct lg_error err;
	int code;

	if (lg_cli_settings(cli, &settings, &err) != LG_OK ||
	    lg_cli_state(cli, LG_STATE_READ, &state, &err) != LG_OK ||
	    lg_cli_policy(settings, state, &policy, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	speaker.language = settings->language;
	decision = lg_policy_decide(policy, attempt);
	find_speaker(state, policy, &decision, &speaker);
	code = show(cli, decide(cli, policy, attempt, &decision, &speaker));
	lg_policy_free(&policy);
	return code;
}

static int check_gate(struct lg_cli *cli, struct lg_control *control)
{
	static const char *const names[][2] = {
		{"dn", "dn"},
		{"user", "user"},
		{"client-version", "version"},
		{"process", "process"},
		{"protocol", "protocol"},
		{"address", "address"},
	};
	struct lg_control_answer answer = {0};
	cJSON *request = lg_cli_request("check");
	int code;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = lg_cli_option(cli, names[i][0]);

		if (value != NULL)
			lg_json_text(request, names[i][1], value);
	}
	if (lg_cli_option(cli, "explain") != NULL)
		lg_json_bool(request, "explain", 1);
	code = lg_cli_ask(cli, control, request, &answer);
	if (code == LG_EXIT_DONE)
		code = show(cli, cJSON_DetachItemFromObjectCaseSensitive(
					 answer.object, "check"));
	lg_control_release(&answer);
	return code;
}

int lg_cmd_check(struct lg_cli *cli)
{
	struct lg_control *control = NULL;
	struct lg_attempt attempt;
	struct lg_error err;
	int code = read_attempt(cli, &attempt);

	if (code != LG_EXIT_DONE)
		return code;
	if (lg_cli_option(cli, "profile") != NULL)
		return check_profile(cli, &attempt);
	if (lg_cli_gate(cli, &control, &err) != LG_OK)
		return lg_cli_no_gate(cli, &err);
	if (control != NULL)
		return check_gate(cli, control);
	return check_state(cli, &attempt);
}
