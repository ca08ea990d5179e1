/* SPDX-License-Identifier: ISC */
/*
 * servers_lift.c - ending locks: the hands and the words
 *
 * The steps and their order are app/change/change_end's.
 */
#include <string.h>

#include "app/change/change_end.h"
#include "cli/change/apply.h"
#include "cli/change/effect_words.h"
#include "cli/change/servers_hands.h"
#include "cli/open/open.h"
#include "cli/open/targets.h"

/* What one command holds. */
struct holding {
	struct lg_cli_hands base;
	struct lg_lift *lift; /* NULL: nobody asks */
	int code;             /* the worst, which is printed */
	int gate_code;        /* of the gate here */
};

/* Values that were put back where nothing reads them now: a line each. */
static void tell_idle(struct lg_cli *cli, const struct lg_servers *servers,
		      const struct lg_cli_targets *targets)
{
	struct lg_buffer text = {0};

	for (size_t i = 0; i < servers->count && !cli->quiet; i++) {
		if (!lg_servers_service_idle(servers->member[i].service) ||
		    servers->member[i].left_behind)
			continue;
		lg_buffer_clear(&text);
		lg_cli_service_words(targets->settings[i],
				     servers->member[i].service, &text);
		if (lg_buffer_status(&text, NULL) == LG_OK)
			lg_cli_say(cli, LG_EXIT_DONE, servers->member[i].name,
				   "%s", text.data);
	}
	lg_buffer_release(&text);
}

/* What damage took: whose back-ups can be put back, is told for each server. */
static int tell_lost(struct lg_cli *cli, const struct lg_servers_record *record)
{
	for (size_t i = 0; i < record->count; i++) {
		const char *name = record->target[i].name;

		if (!lg_servers_step_locks(record->target[i].step))
			continue;
		lg_cli_say(
			cli, LG_EXIT_NOT_PUT_BACK, name,
			"what the lock %s wrote there is lost with the "
			"damaged journal: logongate registry restore "
			"puts its back-up back (TIME.%s.reg in " LG_STATE_BACKUPS
			" below state_dir), and logongate recover "
			"--forget %s ends this",
			record->lock.profile != NULL ? record->lock.profile
			: record->lock.id != NULL    ? record->lock.id
						     : "of an earlier version",
			name, name);
	}
	return LG_EXIT_NOT_PUT_BACK;
}

/* Words for what became of a lift that did not go well. */
static int tell_failed(struct lg_cli *cli, const struct lg_change_came *ended)
{
	const struct lg_error *err = ended->err;
	int code = err->status == LG_ERR_CONFLICT &&
				   ended->outcome == LG_SERVERS_NOTHING_WRITTEN
			   ? LG_EXIT_WOULD_NOT_LOCK
			   : lg_cli_servers_exit(ended->outcome, err->status);

	lg_cli_fail_as(cli, (enum lg_exit)code, err);
	lg_cli_servers_tell(cli, ended->servers);
	if (ended->outcome == LG_SERVERS_NOTHING_WRITTEN &&
	    err->status != LG_ERR_CONFLICT)
		lg_cli_say(cli, (enum lg_exit)code, NULL,
			   "nothing was lifted; lift --force lifts what can be "
			   "reached, and recover the rest later; logongate "
			   "recover --forget NAME gives up one that will not "
			   "return");
	return code;
}

static int failed_to_begin(struct lg_cli *cli, const struct lg_error *err)
{
	return err->status == LG_ERR_CONFLICT
		       ? lg_cli_fail_as(cli, LG_EXIT_PUT_BACK, err)
		       : lg_cli_fail(cli, err);
}

static void add_names(const struct lg_strlist *from, struct lg_strlist *to)
{
	for (size_t i = 0; i < from->count; i++)
		lg_strlist_add(to, from->item[i], strlen(from->item[i]), NULL);
}

/* What came of it at the gate here. */
static void tell_gate(struct holding *holding,
		      const struct lg_servers_member *gate,
		      const struct lg_servers_record *record)
{
	struct lg_cli *cli = holding->base.cli;
	struct lg_lift *lift = holding->lift;
	int code;

	lg_cli_gate_says(cli, gate);
	if (lift != NULL) {
		lift->gate = gate->told.ended;
		add_names(&gate->told.restored, &lift->restored);
		add_names(&gate->told.changed, &lift->changed);
	}
	if (gate->status == LG_OK)
		return;
	code = lg_cli_fail_as(cli, lg_cli_gate_exit(gate), &gate->error);
	if (lift == NULL && gate->told.unreached)
		lg_cli_say(cli, (enum lg_exit)code, "gate",
			   "it does not say whether it holds the lock %s; when "
			   "it runs: logongate status, and logongate lift",
			   record->lock.profile != NULL ? record->lock.profile
							: "");
	if (holding->gate_code == LG_EXIT_DONE)
		holding->gate_code = code;
}

static void tell_ended(void *self, const struct lg_change_came *ended)
{
	struct holding *holding = self;
	struct lg_cli *cli = holding->base.cli;
	int code = LG_EXIT_DONE;

	if (ended->servers == NULL)
		code = failed_to_begin(cli, ended->err);
	else if (ended->record == NULL && ended->status != LG_OK)
		code = lg_cli_fail(cli, ended->err);
	else if (ended->record != NULL &&
		 ended->record->phase == LG_SERVERS_LOST)
		code = tell_lost(cli, ended->record);
	else if (ended->status != LG_OK)
		code = tell_failed(cli, ended);
	if (ended->servers != NULL)
		tell_idle(cli, ended->servers, &holding->base.targets);
	if (holding->code == LG_EXIT_DONE || code == LG_EXIT_NOT_PUT_BACK)
		holding->code = code;
	if (ended->servers != NULL && ended->servers->last != NULL &&
	    ended->outcome != LG_SERVERS_NOTHING_WRITTEN)
		tell_gate(holding, ended->servers->last, ended->record);
}

static struct lg_change_hands hands_of(struct holding *holding)
{
	struct lg_change_hands hands = lg_cli_hands(&holding->base);

	hands.ended = tell_ended;
	return hands;
}

int lg_cli_servers_lift(struct lg_cli *cli, struct lg_change_lift *what,
			struct lg_lift *lift)
{
	struct holding holding = {.base = {.cli = cli}, .lift = lift};
	const struct lg_change_hands hands = hands_of(&holding);
	struct lg_error err;
	int code = LG_EXIT_DONE;

	what->mode = lg_cli_option(cli, "force") != NULL
			     ? LG_SERVERS_LIFT_FORCE
			     : LG_SERVERS_LIFT_CAREFUL;
	lift->gate = 0;
	if (lg_change_lift(&hands, what, &lift->count, &err) != LG_OK &&
	    holding.code == LG_EXIT_DONE && holding.gate_code == LG_EXIT_DONE)
		code = lg_cli_fail(cli, &err);
	if (code == LG_EXIT_DONE)
		code = holding.code;
	if (code == LG_EXIT_DONE && lift->count > 0 && !cli->quiet &&
	    !cli->json)
		fprintf(cli->err, "%zu server%s the earlier values again\n",
			lift->count, lift->count == 1 ? " has" : "s have");
	return code != LG_EXIT_DONE ? code : holding.gate_code;
}

/* Nobody can be asked: what was changed by hand is kept and told, and keeps no
 * other server locked. */
static enum lg_servers_lift_mode mode_of(const struct lg_cli *cli)
{
	return lg_cli_option(cli, "force") == NULL ? LG_SERVERS_LIFT_EACH
						   : LG_SERVERS_LIFT_FORCE;
}

int lg_cli_servers_recover(struct lg_cli *cli,
			   struct lg_change_recovered *out_recovered)
{
	struct holding holding = {.base = {.cli = cli}};
	const struct lg_change_hands hands = hands_of(&holding);
	int over_alone = lg_cli_option(cli, "over") != NULL;
	struct lg_error err;
	int code;

	if (lg_change_recover(&hands, mode_of(cli), !over_alone, out_recovered,
			      &err) != LG_OK)
		return failed_to_begin(cli, &err);
	code = holding.code != LG_EXIT_DONE ? holding.code : holding.gate_code;
	if (out_recovered->damaged > 0 && !over_alone && code == LG_EXIT_DONE)
		code = lg_cli_say(
			cli, LG_EXIT_NOT_PUT_BACK, NULL,
			"what the damaged lines said is lost, perhaps "
			"also about locks on other servers: "
			"logongate targets test NAME shows what a "
			"server holds, logongate registry restore "
			"puts its back-up back");
	return code;
}

void lg_cli_servers_end_over(struct lg_cli *cli)
{
	struct holding holding = {.base = {.cli = cli}};
	const struct lg_change_hands hands = hands_of(&holding);
	struct lg_change_recovered over;

	lg_change_end_over(&hands, mode_of(cli), &over);
	if (over.done > 0 && !cli->quiet)
		lg_cli_say(cli, LG_EXIT_DONE, NULL,
			   "a lock on servers was over: %zu server%s the "
			   "earlier values again",
			   over.done, over.done == 1 ? " has" : "s have");
}

int lg_cli_move(struct lg_cli *cli, struct lg_change_move *move)
{
	struct holding holding = {.base = {.cli = cli}};
	const struct lg_change_hands hands = hands_of(&holding);
	struct lg_error err;
	enum lg_status status = lg_change_move(&hands, move, &err);

	if (status == LG_OK)
		return LG_EXIT_DONE;
	if (move->half) {
		lg_cli_fail_as(cli, LG_EXIT_NOT_PUT_BACK, &err);
		return lg_cli_say(cli, LG_EXIT_NOT_PUT_BACK, NULL,
				  "the earlier end could NOT be put back "
				  "everywhere: logongate recover does when it "
				  "can");
	}
	if (move->gate_exit != 0)
		return lg_cli_fail_as(cli, (enum lg_exit)move->gate_exit, &err);
	if (status == LG_ERR_RANGE && move->gate_id == NULL)
		return lg_cli_usage(cli, "%s", err.text);
	/* a server, or who changes servers right now */
	if (move->id != NULL && err.code == NULL &&
	    (status == LG_ERR_DENIED || status == LG_ERR_CONFLICT))
		return lg_cli_fail_as(cli, LG_EXIT_PUT_BACK, &err);
	return lg_cli_fail_as(cli, lg_cli_change_exit(status), &err);
}
