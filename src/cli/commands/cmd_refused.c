/* SPDX-License-Identifier: ISC */
/*
 * logongate refused - who was turned away, for the help desk
 *
 * One line for each refusal as the gate keeps them (the same person at the
 * same door is counted rather than repeated), or with --by one line for each
 * user, reason, client or door with how often, first and last.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/listed.h"
#include "base/grow.h"
#include "base/instant.h"
#include "core/values/name.h"

#include "app/records/logon_record.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/table.h"
#include "cli/open/gate_records.h"
#include "cli/text/times.h"

/* As IPv6: an IPv4 address is one of ::ffff:0:0/96, however it is written. */
struct network {
	unsigned char bytes[16];
	unsigned int bits;
};

/* One line of --by. Texts lie in the arena of the list. */
struct sum {
	const char *key;
	uint64_t count;
	int64_t first_s;
	int64_t last_s;
};

struct refused {
	struct lg_cli *cli;
	const char *by;                /* member to add up by, NULL: none */
	const struct network *network; /* only from there; or NULL */
	const struct lg_buffer *user;  /* only this name; or NULL */
	size_t shown;
	struct lg_table table;
	struct sum *sum;
	size_t count;
	size_t capacity;
	struct lg_strlist arena;
	int code;
};

/* One address of len bytes of text. Gives how many of the bits stand before
 * those of its own family, or -1. */
static int read_address(const char *text, size_t len, unsigned char bytes[16])
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
	char copy[INET6_ADDRSTRLEN];

	if (len >= sizeof(copy))
		return -1;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (inet_pton(AF_INET6, copy, bytes) == 1)
		return 0;
	if (inet_pton(AF_INET, copy, bytes + 12) != 1)
		return -1;
	memcpy(bytes, mapped, sizeof(mapped));
	return 96;
}

/* Shape: ADDRESS or ADDRESS/BITS. Gives 0 when text is neither. */
static int network_parse(const char *text, struct network *out_network)
{
	struct network network = {.bits = 0};
	size_t len = strcspn(text, "/");
	const char *digit = text + len;
	int before = read_address(text, len, network.bytes);

	if (before < 0)
		return 0;
	network.bits = 128;
	if (*digit == '/') {
		if (!*++digit || strlen(digit) > 3)
			return 0;
		for (network.bits = 0; *digit; digit++) {
			if (*digit < '0' || *digit > '9')
				return 0;
			network.bits = network.bits * 10 +
				       (unsigned int)(*digit - '0');
		}
		network.bits += (unsigned int)before;
		if (network.bits > 128)
			return 0;
	}
	*out_network = network;
	return 1;
}

/* 1 when address is one that lies in the network. NULL lies nowhere. */
static int network_has(const struct network *network, const char *address)
{
	unsigned char bytes[16];
	unsigned int whole = network->bits / 8;
	unsigned int rest = network->bits % 8;
	unsigned char mask = (unsigned char)(0xff00u >> rest);

	if (address == NULL ||
	    read_address(address, strlen(address), bytes) < 0)
		return 0;
	if (memcmp(bytes, network->bytes, whole) != 0)
		return 0;
	return rest == 0 ||
	       (bytes[whole] & mask) == (network->bytes[whole] & mask);
}

static struct sum *sum_of(struct refused *refused, const char *key)
{
	struct sum *sum;

	for (size_t i = 0; i < refused->count; i++) {
		if (strcmp(refused->sum[i].key, key) == 0)
			return &refused->sum[i];
	}
	if (lg_grow(&refused->sum, &refused->capacity, refused->count,
		    sizeof(*refused->sum), NULL) != LG_OK)
		return NULL;
	sum = &refused->sum[refused->count];
	*sum = (struct sum){0};
	if (lg_list_keep_text(&refused->arena, key, &sum->key, NULL) != LG_OK)
		return NULL;
	refused->count++;
	return sum;
}

/* What --by adds up by. */
static const char *key_of(const char *by, const struct lg_logon *logon)
{
	if (strcmp(by, "lock") == 0)
		return logon->profile;
	if (strcmp(by, "reason") == 0)
		return lg_reason_name(logon->reason);
	if (strcmp(by, "client") == 0)
		return logon->client;
	if (strcmp(by, "door") == 0)
		return logon->door;
	return logon->user != NULL ? logon->user : logon->dn;
}

static void add_up(struct refused *refused, const struct lg_logon *logon)
{
	const char *key = key_of(refused->by, logon);
	struct sum *sum = sum_of(refused, key != NULL ? key : "-");

	if (sum == NULL) {
		refused->code = LG_EXIT_SOFTWARE;
		return;
	}
	if (sum->count == 0 || logon->at_s < sum->first_s)
		sum->first_s = logon->at_s;
	if (logon->last_s > sum->last_s)
		sum->last_s = logon->last_s;
	sum->count += logon->count > 0 ? logon->count : 1;
}

static void add_time(struct lg_table *table, int64_t time_s)
{
	char text[LG_INSTANT_SIZE];

	lg_instant_format(time_s, text);
	lg_table_cell(table, text);
}

static void add_count(struct lg_table *table, uint64_t count)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, count);
	lg_table_cell(table, text);
}

static void add_row(struct lg_table *table, const struct lg_logon *logon)
{
	const char *protocol = lg_protocol_name(logon->protocol);

	add_time(table, logon->at_s);
	lg_table_cell(table, logon->user != NULL ? logon->user : logon->dn);
	lg_table_cell(table, logon->door);
	lg_table_cell(table, *protocol != '\0' ? protocol : NULL);
	lg_table_cell(table, logon->address);
	lg_table_cell(table, logon->client);
	lg_table_cell(table, lg_reason_name(logon->reason));
	add_count(table, logon->count > 0 ? logon->count : 1);
}

/* Whether the line is one of those that were asked for. */
static int is_wanted(const struct refused *refused,
		     const struct lg_logon *logon)
{
	if (refused->network != NULL &&
	    !network_has(refused->network, logon->address))
		return 0;
	return refused->user == NULL ||
	       (logon->user != NULL &&
		lg_name_equals_folded(logon->user, strlen(logon->user),
				      refused->user->data, refused->user->len));
}

static int visit(void *context, const struct lg_logon *logon)
{
	struct refused *refused = context;

	if (!is_wanted(refused, logon))
		return 0;
	refused->shown++;
	if (refused->cli->quiet)
		return 0;
	if (refused->by != NULL)
		add_up(refused, logon);
	else if (!refused->cli->json)
		add_row(&refused->table, logon);
	else
		refused->code =
			lg_cli_json(refused->cli, lg_logon_object(logon));
	return refused->code != LG_EXIT_DONE;
}

static void add(void *context, const cJSON *object)
{
	struct refused *refused = context;
	struct lg_logon logon;

	if (refused->code == LG_EXIT_DONE && lg_logon_read(object, &logon))
		visit(refused, &logon);
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
			add_count(&refused->table, sum->count);
			add_time(&refused->table, sum->first_s);
			add_time(&refused->table, sum->last_s);
			lg_table_cell(&refused->table, sum->key);
			continue;
		}
		object = cJSON_CreateObject();
		lg_json_text(object, refused->by, sum->key);
		lg_json_number(object, "count", (int64_t)sum->count);
		lg_json_time(object, "first", sum->first_s);
		lg_json_time(object, "last", sum->last_s);
		code = lg_cli_json(cli, object);
	}
	if (!cli->json)
		code = lg_cli_table(cli, &refused->table);
	return code;
}

/* --address and --user. */
static int read_filters(struct lg_cli *cli, struct refused *refused,
			struct network *network, struct lg_buffer *user)
{
	const char *address = lg_cli_option(cli, "address");
	const char *name = lg_cli_option(cli, "user");
	struct lg_error err;

	if (address != NULL && !network_parse(address, network))
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
	static const char *const keys[] = {"user", "reason", "client", "door",
					   "lock"};
	static const char *const head[] = {"AT",       "USER",    "DOOR",
					   "PROTOCOL", "ADDRESS", "CLIENT",
					   "REASON",   "COUNT",   NULL};
	struct refused refused = {.cli = cli, .by = lg_cli_option(cli, "by")};
	struct network network;
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
	if (refused.by != NULL &&
	    lg_word_index(keys, 5, refused.by, strlen(refused.by)) < 0)
		return lg_cli_usage(cli, "--by adds up by user, reason, "
					 "client, door or lock");
	code = read_filters(cli, &refused, &network, &user);
	if (code != LG_EXIT_DONE)
		goto out;
	if (refused.by == NULL && !cli->json)
		lg_table_begin(&refused.table, head);
	code = lg_cli_records(cli, &records, since_s);
	if (code == LG_EXIT_DONE && refused.code == LG_EXIT_SOFTWARE)
		code = lg_cli_no_memory(cli);
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
