/* SPDX-License-Identifier: ISC */
/*
 * logongate refused - who was turned away, for the help desk
 *
 * One line for each refusal as the gate keeps them (the same person at the
 * same door is counted rather than repeated), or with --by one line for each
 * user, reason, client or door with how often, first and last.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "core/values/name.h"

#include "app/records/logon_log.h"
#include "cli/text/address.h"
#include "cli/commands.h"
#include "cli/open/open.h"
#include "cli/output.h"
#include "cli/table.h"
#include "cli/open/gate_records.h"

/* One line of --by. Texts lie in the arena of the list. */
struct sum {
	const char *key;
	int64_t count;
	const char *first;
	const char *last;
};

struct refused {
	struct lg_cli *cli;
	const char *by; /* member to add up by, NULL: none */
	const struct lg_cli_network *network; /* only from there; or NULL */
	const struct lg_buffer *user;         /* only this name; or NULL */
	size_t shown;
	struct lg_table table;
	struct sum *sum;
	size_t count;
	size_t capacity;
	struct lg_strlist arena;
	int code;
};

static const char *text_of(const cJSON *object, const char *name)
{
	return cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(object, name));
}

/* The profile of the lock that refused; NULL: the standing values did. */
static const char *lock_of(const cJSON *object)
{
	const cJSON *lock = cJSON_GetObjectItemCaseSensitive(object, "lock");

	return text_of(lock, "profile");
}

static int64_t count_of(const cJSON *object)
{
	const cJSON *count = cJSON_GetObjectItemCaseSensitive(object, "count");

	return cJSON_IsNumber(count) && count->valuedouble > 0
		       ? (int64_t)count->valuedouble
		       : 1;
}

/* A copy that lives as long as the sums. */
static const char *keep(struct refused *refused, const char *text)
{
	if (lg_strlist_add(&refused->arena, text, strlen(text), NULL) != LG_OK)
		return NULL;
	return refused->arena.item[refused->arena.count - 1];
}

static struct sum *sum_of(struct refused *refused, const char *key)
{
	struct sum *sum;
	size_t capacity;

	for (size_t i = 0; i < refused->count; i++) {
		if (strcmp(refused->sum[i].key, key) == 0)
			return &refused->sum[i];
	}
	if (refused->count == refused->capacity) {
		capacity = refused->capacity > 0 ? refused->capacity * 2 : 64;
		sum = reallocarray(refused->sum, capacity, sizeof(*sum));
		if (sum == NULL)
			return NULL;
		refused->sum = sum;
		refused->capacity = capacity;
	}
	sum = &refused->sum[refused->count];
	*sum = (struct sum){.key = keep(refused, key)};
	if (sum->key == NULL)
		return NULL;
	refused->count++;
	return sum;
}

static void add_up(struct refused *refused, const cJSON *object)
{
	const char *key = strcmp(refused->by, "lock") == 0
				  ? lock_of(object)
				  : text_of(object, refused->by);
	const char *at = text_of(object, "at");
	const char *last = text_of(object, "last");
	struct sum *sum;

	if (key == NULL && strcmp(refused->by, "user") == 0)
		key = text_of(object, "dn");
	sum = sum_of(refused, key != NULL ? key : "-");
	if (at == NULL)
		at = "";
	if (last == NULL)
		last = at;
	if (sum == NULL) {
		refused->code = LG_EXIT_SOFTWARE;
		return;
	}
	sum->count += count_of(object);
	/* Times in UTC of one length: text order is their order. */
	if (sum->first == NULL || strcmp(at, sum->first) < 0)
		sum->first = keep(refused, at);
	if (sum->last == NULL || strcmp(last, sum->last) > 0)
		sum->last = keep(refused, last);
}

static void add_row(struct refused *refused, const cJSON *object)
{
	static const char *const names[] = {"at",       "user",    "door",
					    "protocol", "address", "client",
					    "reason"};
	struct lg_buffer count = {0};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *text = text_of(object, names[i]);

		if (text == NULL && i == 1)
			text = text_of(object, "dn");
		lg_table_cell(&refused->table, text);
	}
	lg_buffer_format(&count, "%lld", (long long)count_of(object));
	lg_table_cell(&refused->table, count.data);
	lg_buffer_release(&count);
}

/* Whether the line is one of those that were asked for. */
static int is_wanted(const struct refused *refused, const cJSON *object)
{
	const char *user = text_of(object, "user");

	if (refused->network != NULL &&
	    !lg_cli_network_has(refused->network, text_of(object, "address")))
		return 0;
	return refused->user == NULL ||
	       (user != NULL &&
		lg_name_equals_folded(user, strlen(user), refused->user->data,
				      refused->user->len));
}

/* Takes the object over. */
static void add(void *context, cJSON *object)
{
	struct refused *refused = context;

	if (!is_wanted(refused, object)) {
		cJSON_Delete(object);
		return;
	}
	refused->shown++;
	if (refused->cli->quiet) {
		cJSON_Delete(object);
		return;
	}
	if (refused->by != NULL)
		add_up(refused, object);
	else if (!refused->cli->json)
		add_row(refused, object);
	else if (refused->code == LG_EXIT_DONE) {
		refused->code = lg_cli_json(refused->cli, object);
		return;
	}
	cJSON_Delete(object);
}

static int visit(void *context, const struct lg_logon *logon)
{
	cJSON *object = cJSON_CreateObject();

	lg_json_time(object, "at", logon->at_s);
	lg_json_text(object, "user", logon->user);
	lg_json_text(object, "dn", logon->dn);
	lg_json_text(object, "client", logon->client);
	lg_json_text(object, "protocol",
		     logon->protocol == LG_PROTOCOL_UNKNOWN
			     ? NULL
			     : lg_protocol_name(logon->protocol));
	lg_json_text(object, "address", logon->address);
	lg_json_text(object, "reason", lg_reason_name(logon->reason));
	lg_json_lock(object, "lock", logon->lock, logon->profile);
	lg_json_text(object, "door", logon->door);
	lg_json_number(object, "count", (int64_t)logon->count);
	lg_json_time(object, "last", logon->last_s);
	add(context, object);
	return 0;
}

static enum lg_status read_log(void *context, const struct lg_files *files,
			       int64_t since_s, size_t *out_damaged,
			       struct lg_error *err)
{
	return lg_logon_log_read(files, LG_REFUSED_FOLDER, since_s, visit,
				 context, out_damaged, err);
}

static int more_first(const void *a, const void *b)
{
	const struct sum *left = a, *right = b;

	if (left->count != right->count)
		return left->count < right->count ? 1 : -1;
	return strcmp(left->key, right->key);
}

static int print_sums(struct refused *refused)
{
	static const char *const head[] = {"COUNT", "FIRST", "LAST", "WHAT",
					   NULL};
	struct lg_cli *cli = refused->cli;
	struct lg_buffer count = {0};
	int code = LG_EXIT_DONE;

	if (refused->count > 0)
		qsort(refused->sum, refused->count, sizeof(*refused->sum),
		      more_first);
	if (!cli->json)
		lg_table_begin(&refused->table, head);
	for (size_t i = 0; i < refused->count && code == LG_EXIT_DONE; i++) {
		const struct sum *sum = &refused->sum[i];
		cJSON *object;

		if (!cli->json) {
			lg_buffer_clear(&count);
			lg_buffer_format(&count, "%lld", (long long)sum->count);
			lg_table_cell(&refused->table, count.data);
			lg_table_cell(&refused->table, sum->first);
			lg_table_cell(&refused->table, sum->last);
			lg_table_cell(&refused->table, sum->key);
			continue;
		}
		object = cJSON_CreateObject();
		lg_json_text(object, refused->by, sum->key);
		lg_json_number(object, "count", sum->count);
		lg_json_text(object, "first", sum->first);
		lg_json_text(object, "last", sum->last);
		code = lg_cli_json(cli, object);
	}
	lg_buffer_release(&count);
	if (!cli->json)
		code = lg_cli_table(cli, &refused->table);
	return code;
}

/* --address and --user. */
static int read_filters(struct lg_cli *cli, struct refused *refused,
			struct lg_cli_network *network, struct lg_buffer *user)
{
	const char *address = lg_cli_option(cli, "address");
	const char *name = lg_cli_option(cli, "user");
	struct lg_error err;

	if (address != NULL && !lg_cli_network_parse(address, network))
		return lg_cli_usage(cli,
				    "--address \"%s\" is not an address; write "
				    "192.0.2.7, 192.0.2.0/24 or 2001:db8::7",
				    address);
	if (name != NULL &&
	    (lg_name_fold(name, strlen(name), user, &err) != LG_OK ||
	     user->len == 0))
		return lg_cli_usage(cli, "--user \"%s\" is not a logon name",
				    name);
	refused->network = address != NULL ? network : NULL;
	refused->user = name != NULL ? user : NULL;
	return LG_EXIT_DONE;
}

int lg_cmd_refused(struct lg_cli *cli)
{
	static const char *const head[] = {"AT",       "USER",    "DOOR",
					   "PROTOCOL", "ADDRESS", "CLIENT",
					   "REASON",   "COUNT",   NULL};
	struct refused refused = {.cli = cli, .by = lg_cli_option(cli, "by")};
	struct lg_cli_network network;
	struct lg_buffer user = {0};
	const struct lg_cli_records records = {
		.op = "refused",
		.place = LG_REFUSED_FOLDER,
		.add = add,
		.read = read_log,
		.context = &refused,
		.since_lock = 1,
	};
	int64_t since_s;
	int code = lg_cli_since(cli, &since_s);

	if (code != LG_EXIT_DONE)
		return code;
	if (refused.by != NULL && strcmp(refused.by, "user") != 0 &&
	    strcmp(refused.by, "reason") != 0 &&
	    strcmp(refused.by, "client") != 0 &&
	    strcmp(refused.by, "door") != 0 && strcmp(refused.by, "lock") != 0)
		return lg_cli_usage(cli, "--by adds up by user, reason, "
					 "client, door or lock");
	code = read_filters(cli, &refused, &network, &user);
	if (code != LG_EXIT_DONE)
		goto out;
	if (refused.by == NULL && !cli->json)
		lg_table_begin(&refused.table, head);
	code = lg_cli_records(cli, &records, since_s);
	if (code == LG_EXIT_DONE && refused.code == LG_EXIT_SOFTWARE)
		code = lg_cli_say(cli, LG_EXIT_SOFTWARE, NULL, "out of memory");
	if (code == LG_EXIT_DONE)
		code = refused.code;
	/* For scripts: whether anybody was turned away. */
	if (code == LG_EXIT_DONE && cli->quiet)
		code = refused.shown > 0 ? LG_EXIT_DONE : LG_EXIT_REFUSED;
	else if (code == LG_EXIT_DONE && refused.by != NULL)
		code = print_sums(&refused);
	else if (code == LG_EXIT_DONE && !cli->json)
		code = lg_cli_table(cli, &refused.table);
out:
	lg_buffer_release(&user);
	lg_strlist_release(&refused.table.cell);
	lg_strlist_release(&refused.arena);
	free(refused.sum);
	return code;
}
