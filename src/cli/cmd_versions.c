/* SPDX-License-Identifier: ISC */
/*
 * logongate versions explain|test|normalize
 *
 * What a setting means is lg_explanation's business and its lines by
 * generation app/versions_picture's; here both are printed, for programs as
 * JSON and for people as a picture.
 */
#include <stdlib.h>
#include <string.h>

#include <logongate/explain.h>

#include "adapters/system/atomic_file.h"
#include "app/versions_picture.h"
#include "cli/commands.h"
#include "cli/open.h"
#include "cli/output.h"

enum {
	CLIENTS_SHOWN = 6, /* of a generation that is blocked in part */
	RANGES_SHOWN = 6,
	NAME_SHOWN = 52
};

static enum lg_version_form form_of(const struct lg_cli *cli)
{
	return lg_cli_option(cli, "four-part") ? LG_VERSION_FORM_FOUR_PART
					       : LG_VERSION_FORM_REGISTRY;
}

/* --- test --------------------------------------------------------------- */

/* The setting read last: a batch asks many versions of one. */
struct batch_setting {
	char *spec;
	size_t len;
	struct lg_version_setting *setting; /* NULL: it does not read */
};

static enum lg_status batch_use(struct batch_setting *batch, const char *spec,
				size_t len, enum lg_version_form form,
				struct lg_error *err)
{
	enum lg_status status;

	if (batch->spec && batch->len == len &&
	    memcmp(batch->spec, spec, len) == 0)
		return LG_OK;
	lg_version_setting_free(&batch->setting);
	free(batch->spec);
	batch->spec = malloc(len ? len : 1);
	if (!batch->spec)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
	memcpy(batch->spec, spec, len);
	batch->len = len;
	status = lg_version_setting_parse(spec, len, form, NULL,
					  &batch->setting, err);
	return status == LG_ERR_NO_MEMORY ? status : LG_OK;
}

static enum lg_status batch_line(struct batch_setting *batch, const char *line,
				 size_t len, enum lg_version_form form,
				 const char **out_word, struct lg_error *err)
{
	struct lg_version version;
	size_t spec_len = len;
	enum lg_status status;

	*out_word = "invalid";
	/* Split at the last TAB: one before it is the setting's. */
	while (spec_len > 0 && line[spec_len - 1] != '\t')
		spec_len--;
	if (!spec_len || lg_version_parse(line + spec_len, len - spec_len,
					  &version, NULL) != LG_OK)
		return LG_OK;
	spec_len--;
	status = batch_use(batch, line, spec_len, form, err);
	if (!status && batch->setting)
		*out_word = lg_version_setting_blocks(batch->setting, &version)
				    ? "block"
				    : "allow";
	return status;
}

static int test_batch(struct lg_cli *cli)
{
	struct batch_setting batch = {0};
	struct lg_error err = {0};
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int code = LG_EXIT_DONE;

	while (code == LG_EXIT_DONE &&
	       (len = getline(&line, &size, stdin)) >= 0) {
		const char *word;

		if (len > 0 && line[len - 1] == '\n')
			len--;
		if (batch_line(&batch, line, (size_t)len, form_of(cli), &word,
			       &err) != LG_OK)
			code = lg_cli_fail(cli, &err);
		else
			fprintf(cli->out, "%s\n", word);
	}
	if (code == LG_EXIT_DONE && !feof(stdin))
		code = lg_cli_say(cli, LG_EXIT_SOFTWARE, NULL,
				  "standard input could not be read");
	lg_version_setting_free(&batch.setting);
	free(batch.spec);
	free(line);
	return code;
}

static int test_answer(struct lg_cli *cli, const char *word)
{
	cJSON *object;

	if (cli->quiet)
		return LG_EXIT_DONE;
	if (!cli->json) {
		fprintf(cli->out, "%s\n", word);
		return LG_EXIT_DONE;
	}
	object = cJSON_CreateObject();
	lg_json_text(object, "spec", cli->operand[0]);
	lg_json_text(object, "version", cli->operand[1]);
	lg_json_text(object, "answer", word);
	return lg_cli_json(cli, object);
}

int lg_cmd_versions_test(struct lg_cli *cli)
{
	struct lg_version_setting *setting = NULL;
	struct lg_version version;
	struct lg_error err = {0};
	enum lg_status status;
	int blocks;
	int code;

	if (lg_cli_option(cli, "batch")) {
		if (cli->operand_count)
			return lg_cli_usage(cli, "--batch reads settings and "
						 "versions from standard "
						 "input, not from the command "
						 "line");
		return test_batch(cli);
	}
	if (cli->operand_count != 2)
		return lg_cli_usage(cli, "versions test needs SPEC VERSION, "
					 "or --batch");
	status = lg_version_setting_parse(cli->operand[0],
					  strlen(cli->operand[0]), form_of(cli),
					  NULL, &setting, &err);
	if (!status)
		status = lg_version_parse(cli->operand[1],
					  strlen(cli->operand[1]), &version,
					  &err);
	if (status) {
		lg_version_setting_free(&setting);
		if (status != LG_ERR_NO_MEMORY &&
		    test_answer(cli, "invalid") != LG_EXIT_DONE)
			return LG_EXIT_SOFTWARE;
		return lg_cli_fail(cli, &err);
	}
	blocks = lg_version_setting_blocks(setting, &version);
	lg_version_setting_free(&setting);
	code = test_answer(cli, blocks ? "block" : "allow");
	if (code != LG_EXIT_DONE)
		return code;
	return blocks ? LG_EXIT_REFUSED : LG_EXIT_DONE;
}

/* --- normalize ---------------------------------------------------------- */

int lg_cmd_versions_normalize(struct lg_cli *cli)
{
	const char *text = cli->operand[0];
	struct lg_version version;
	struct lg_buffer four = {0};
	struct lg_buffer three = {0};
	struct lg_error err = {0};
	enum lg_status status;
	int code = LG_EXIT_DONE;
	int named;

	if (strchr(text, ','))
		status = lg_version_parse_words(text, strlen(text), &version,
						&err);
	else
		status = lg_version_parse(text, strlen(text), &version, &err);
	if (status)
		return lg_cli_fail(cli, &err);
	lg_version_format(&version, &four);
	named = lg_version_format_three(&version, &three);
	if (lg_buffer_status(&four, &err) || lg_buffer_status(&three, &err)) {
		code = lg_cli_fail(cli, &err);
	} else if (cli->json) {
		cJSON *object = cJSON_CreateObject();

		lg_json_text(object, "four_part", four.data);
		lg_json_text(object, "three_part", named ? three.data : NULL);
		code = lg_cli_json(cli, object);
	} else {
		fprintf(cli->out, "%s\n", four.data);
		if (named)
			fprintf(cli->out, "%s\n", three.data);
		else
			lg_cli_say(cli, LG_EXIT_DONE, NULL,
				   "no three parts name %s; a range of X.Y.Z "
				   "may contain it",
				   four.data);
	}
	lg_buffer_release(&four);
	lg_buffer_release(&three);
	return code;
}

/* --- explain, for programs ----------------------------------------------- */

static void json_version(cJSON *object, const char *name,
			 const struct lg_version *version)
{
	struct lg_buffer text = {0};

	lg_version_format(version, &text);
	lg_json_text(object, name, text.len ? text.data : NULL);
	lg_buffer_release(&text);
}

static void json_ranges(cJSON *object, const char *name,
			const struct lg_version_range *range, size_t count)
{
	cJSON *array = cJSON_AddArrayToObject(object, name);
	size_t i;

	for (i = 0; i < count; i++) {
		cJSON *item = cJSON_CreateObject();

		json_version(item, "from", &range[i].from);
		json_version(item, "to", &range[i].to);
		cJSON_AddItemToArray(array, item);
	}
}

static void json_blocked(cJSON *object, const struct lg_explanation *found)
{
	cJSON *array = cJSON_AddArrayToObject(object, "blocked");
	size_t i;

	for (i = 0; found && i < found->blocked_count; i++) {
		cJSON *item = cJSON_CreateObject();

		lg_json_text(item, "client", found->blocked[i]->name);
		lg_json_text(item, "provider_version",
			     found->blocked[i]->provider);
		lg_json_text(item, "registry_version",
			     found->blocked[i]->registry);
		cJSON_AddItemToArray(array, item);
	}
}

static void json_traps(cJSON *object, const struct lg_explanation *found)
{
	cJSON *array = cJSON_AddArrayToObject(object, "missed_traps");
	size_t i;

	for (i = 0; found && i < found->traps.text.count; i++) {
		cJSON *item = cJSON_CreateObject();

		lg_json_text(item, "code",
			     lg_warning_name(found->traps.code[i]));
		lg_json_text(item, "text", found->traps.text.item[i]);
		cJSON_AddItemToArray(array, item);
	}
}

/* found is NULL for a setting that does not read. */
static int explain_json(struct lg_cli *cli, const struct lg_explanation *found)
{
	cJSON *object = cJSON_CreateObject();
	const struct lg_version_range *item = NULL;
	cJSON *system;
	size_t count = 0;

	if (found)
		item = lg_version_setting_items(found->setting, &count);
	lg_json_text(object, "spec", cli->operand[0]);
	lg_json_bool(object, "valid", found != NULL);
	json_ranges(object, "ranges", item, count);
	json_blocked(object, found);
	json_traps(object, found);
	system = cJSON_AddObjectToObject(object, "system");
	lg_json_bool(system, "hit", found && found->system.count);
	json_ranges(system, "ranges", found ? found->system.item : NULL,
		    found ? found->system.count : 0);
	lg_json_text(object, "safe_spec", found ? found->safe_spec : NULL);
	json_ranges(object, "safe_releases",
		    found ? found->released.item : NULL,
		    found ? found->released.count : 0);
	return lg_cli_json(cli, object);
}

/* --- explain, for people -------------------------------------------------- */

static void print_ranges(struct lg_cli *cli, const struct lg_version_range *at,
			 size_t count)
{
	struct lg_buffer text = {0};
	size_t i;

	for (i = 0; i < count && i < RANGES_SHOWN; i++) {
		lg_buffer_clear(&text);
		lg_version_range_words(&at[i], &text);
		lg_cli_print(cli, LG_PLAIN, "  %s%s\n",
			     i ? "          " : "reads as: ",
			     text.data ? text.data : "");
	}
	if (count > RANGES_SHOWN)
		lg_cli_print(cli, LG_PLAIN, "            and %zu more\n",
			     count - RANGES_SHOWN);
	if (!count)
		lg_cli_print(cli, LG_PLAIN, "  reads as: no version at all\n");
	lg_buffer_release(&text);
}

/* A name of the table, as much as a line of 80 columns has room for. */
static void print_name(struct lg_cli *cli, const char *name)
{
	struct lg_buffer shown = {0};
	size_t len = strlen(name);

	if (len > NAME_SHOWN) {
		len = NAME_SHOWN - 3;
		while (len > 0 && ((unsigned char)name[len] & 0xc0) == 0x80)
			len--;
	}
	lg_buffer_append(&shown, name, len);
	if (name[len])
		lg_buffer_text(&shown, "...");
	lg_cli_text(cli, shown.data ? shown.data : "");
	lg_buffer_release(&shown);
}

/* The known clients of a generation, those of one fate; gives how many. */
static size_t print_clients(struct lg_cli *cli,
			    const struct lg_generation_fate *generation,
			    const struct lg_explanation *found,
			    const struct lg_clients *clients, int blocked,
			    size_t most)
{
	const struct lg_client *client;
	size_t at = 0;
	size_t count = 0;

	while ((client = lg_generation_next_client(generation, clients, &at))) {
		if (lg_version_setting_blocks(found->setting,
					      &client->version) != blocked)
			continue;
		if (count++ >= most)
			continue;
		lg_cli_print(cli, blocked ? LG_RED : LG_GREEN, "    %-8s",
			     blocked ? "blocked" : "stays");
		lg_cli_print(cli, LG_PLAIN, "%-16s",
			     client->registry ? client->registry
					      : client->provider);
		print_name(cli, client->name);
		lg_cli_print(cli, LG_PLAIN, "\n");
	}
	if (count > most)
		lg_cli_print(cli, LG_PLAIN, "    %-8sand %zu more (--json)\n",
			     blocked ? "blocked" : "stays", count - most);
	return count;
}

static void print_generation(struct lg_cli *cli,
			     const struct lg_generation_fate *generation,
			     const struct lg_explanation *found,
			     const struct lg_clients *clients)
{
	static const struct {
		const char *bar;
		const char *word;
		enum lg_colour colour;
	} look[] = {
		[LG_FATE_STAYS] = {"....", "stays", LG_GREEN},
		[LG_FATE_PART] = {"##..", "blocked in part", LG_YELLOW},
		[LG_FATE_BLOCKED] = {"####", "blocked", LG_RED},
	};
	size_t known;

	lg_cli_print(cli, LG_PLAIN, "  %-29s %-26s ", generation->name,
		     generation->numbers);
	lg_cli_print(cli, look[generation->fate].colour, "%s %s%s\n",
		     look[generation->fate].bar, look[generation->fate].word,
		     generation->system && generation->fate != LG_FATE_STAYS
			     ? " (!)"
			     : "");
	if (generation->fate != LG_FATE_PART || generation->system)
		return;
	known = print_clients(cli, generation, found, clients, 0,
			      CLIENTS_SHOWN);
	known += print_clients(cli, generation, found, clients, 1,
			       known < CLIENTS_SHOWN ? CLIENTS_SHOWN - known
						     : 1);
	if (!known)
		lg_cli_print(cli, LG_DIM, "    no known client\n");
}

static void print_components(struct lg_cli *cli,
			     const struct lg_explanation *found)
{
	struct lg_buffer text = {0};
	size_t i;

	if (!found->system.count)
		return;
	lg_explanation_components(found->dialect, &text);
	lg_cli_print(cli, LG_RED,
		     "\n(!) It blocks the server's own components (%s): the "
		     "System Attendant stops.\n",
		     text.data ? text.data : "");
	if (!found->safe_spec) {
		lg_cli_print(cli, LG_PLAIN,
			     "    Without them nothing would remain.\n");
		lg_buffer_release(&text);
		return;
	}
	lg_cli_print(cli, LG_PLAIN, "    Write instead:  ");
	lg_cli_print(cli, LG_BOLD, "%s\n", found->safe_spec);
	for (i = 0; i < found->released.count; i++) {
		lg_buffer_clear(&text);
		lg_version_range_words(&found->released.item[i], &text);
		lg_cli_print(cli, LG_DIM, "    which no longer blocks %s\n",
			     text.data ? text.data : "");
	}
	lg_buffer_release(&text);
}

static void explain_text(struct lg_cli *cli, const struct lg_explanation *found,
			 const struct lg_clients *clients)
{
	struct lg_generation_fate generation[LG_GENERATIONS_MAX];
	const struct lg_version_range *item;
	size_t count;
	size_t i;

	lg_cli_print(cli, LG_BOLD, "Disable MAPI Clients = \"");
	lg_cli_text(cli, cli->operand[0]);
	lg_cli_print(cli, LG_BOLD, "\" (%s)\n",
		     lg_dialect_name(found->dialect));
	item = lg_version_setting_items(found->setting, &count);
	print_ranges(cli, item, count);
	lg_cli_print(cli, LG_PLAIN, "\n");
	count = lg_versions_picture(found, generation);
	for (i = 0; i < count; i++)
		print_generation(cli, &generation[i], found, clients);
	print_components(cli, found);
	for (i = 0; i < found->traps.text.count; i++) {
		lg_cli_print(cli, LG_YELLOW, "\n(!) ");
		lg_cli_text(cli, found->traps.text.item[i]);
		lg_cli_print(cli, LG_PLAIN, "\n");
	}
}

/* The compiled-in clients and those of the settings' clients_file. */
static enum lg_status open_clients(struct lg_cli *cli,
				   struct lg_clients **out_clients,
				   struct lg_error *err)
{
	const struct lg_settings *settings;
	struct lg_clients *clients = NULL;
	struct lg_buffer text = {0};
	enum lg_status status = lg_cli_settings(cli, &settings, err);

	if (status == LG_OK)
		status = lg_clients_new(&clients, err);
	if (status == LG_OK && settings->clients_file) {
		status = lg_file_read(settings->clients_file, &text, err);
		/* Contract 7: a named file that cannot be read is a 3. */
		if (status == LG_ERR_DENIED)
			err->status = status = LG_ERR_IO;
		if (status == LG_OK)
			status = lg_clients_add(clients, text.data, text.len,
						settings->clients_file, err);
	}
	lg_buffer_release(&text);
	if (status == LG_OK)
		*out_clients = clients;
	else
		lg_clients_free(&clients);
	return status;
}

int lg_cmd_versions_explain(struct lg_cli *cli)
{
	struct lg_clients *clients = NULL;
	struct lg_explanation *found = NULL;
	struct lg_error err = {0};
	enum lg_dialect dialect;
	enum lg_status status = lg_cli_dialect(cli, &dialect, &err);
	int code = LG_EXIT_DONE;

	if (status == LG_OK)
		status = open_clients(cli, &clients, &err);
	if (status != LG_OK)
		return lg_cli_fail(cli, &err);
	status = lg_explanation_new(cli->operand[0], strlen(cli->operand[0]),
				    form_of(cli), NULL, dialect, clients,
				    &found, &err);
	if (status) {
		if (cli->json && status != LG_ERR_NO_MEMORY)
			explain_json(cli, NULL);
		code = lg_cli_fail(cli, &err);
	} else if (cli->json) {
		code = explain_json(cli, found);
	} else if (!cli->quiet) {
		explain_text(cli, found, clients);
	}
	lg_explanation_free(&found);
	lg_clients_free(&clients);
	return code;
}
