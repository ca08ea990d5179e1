/* SPDX-License-Identifier: ISC */
/*
 * logongate dialects - what each generation of stores can express
 *
 * A table of the traits that decide, then what else is known, with the row of
 * the conformance table and its source. --dialect shows one.
 */
#include <string.h>

#include "app/render/dialect_facts.h"
#include "cli/commands.h"
#include "cli/open/open.h"
#include "cli/output.h"
#include "cli/table.h"

static void add_facts(cJSON *object, enum lg_dialect dialect)
{
	cJSON *array = cJSON_CreateArray();
	size_t count;
	const struct lg_dialect_fact *fact = lg_dialect_facts(&count);

	for (size_t i = 0; i < count; i++) {
		cJSON *item;

		if (!(fact[i].dialects >> dialect & 1))
			continue;
		item = cJSON_CreateObject();
		lg_json_text(item, "row", fact[i].row);
		lg_json_text(item, "status",
			     lg_fact_status_name(fact[i].status));
		lg_json_text(item, "text", fact[i].text);
		lg_json_text(item, "source",
			     strcmp(fact[i].source, "-") ? fact[i].source
							 : NULL);
		lg_json_append(array, item);
	}
	lg_json_add(object, "facts", array);
}

static cJSON *dialect_object(enum lg_dialect dialect)
{
	static const char *const forms[] = {"none", "single", "list"};
	const struct lg_dialect_traits *traits = lg_dialect_traits(dialect);
	cJSON *object = cJSON_CreateObject();
	cJSON *system = cJSON_CreateArray();

	lg_json_text(object, "name", traits->name);
	lg_json_text(object, "product", traits->product);
	lg_json_text(object, "logon_only_as", forms[traits->logon_only_as]);
	lg_json_text(object, "when_invalid",
		     traits->logon_only_as == LG_LOA_NONE             ? NULL
		     : traits->when_invalid == LG_WHEN_INVALID_CLOSED ? "closed"
								      : "open");
	lg_json_bool(object, "reads_when_invalid", traits->reads_when_invalid);
	lg_json_bool(object, "versions", traits->versions);
	lg_json_bool(object, "processes", traits->processes);
	lg_json_bool(object, "protocols", traits->reads_gate_values);
	lg_json_bool(object, "system_attendant_exempt",
		     traits->system_attendant_exempt);
	lg_json_text(object, "takes_effect",
		     lg_takes_effect_name(traits->takes_effect));
	for (size_t i = 0; i < 3 && traits->system_major[i]; i++)
		lg_json_append(system,
			       cJSON_CreateNumber(traits->system_major[i]));
	lg_json_add(object, "system_versions", system);
	add_facts(object, dialect);
	return object;
}

static int print_json(struct lg_cli *cli, unsigned int first, unsigned int last)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *array = cJSON_CreateArray();

	for (unsigned int i = first; i <= last; i++)
		lg_json_append(array, dialect_object((enum lg_dialect)i));
	lg_json_add(object, "dialects", array);
	return lg_cli_json(cli, object);
}

static const char *yes(int value)
{
	return value ? "yes" : "no";
}

static int print_table(struct lg_cli *cli, unsigned int first,
		       unsigned int last)
{
	static const char *const head[] = {
		"DIALECT",   "LOGON ONLY AS", "VERSIONS", "PROCESSES",
		"PROTOCOLS", "TAKES EFFECT",  "FAILS",    NULL};
	struct lg_table table;

	lg_table_begin(&table, head);
	for (unsigned int i = first; i <= last; i++) {
		const struct lg_dialect_traits *traits =
			lg_dialect_traits((enum lg_dialect)i);

		lg_table_cell(&table, traits->name);
		lg_table_cell(&table, lg_dialect_names_text(traits));
		lg_table_cell(&table, yes(traits->versions));
		lg_table_cell(&table, yes(traits->processes));
		lg_table_cell(&table, yes(traits->reads_gate_values));
		lg_table_cell(&table,
			      lg_takes_effect_name(traits->takes_effect));
		lg_table_cell(&table, lg_dialect_fails_text(traits));
	}
	return lg_cli_table(cli, &table);
}

static void print_facts(struct lg_cli *cli, enum lg_dialect dialect)
{
	size_t count;
	const struct lg_dialect_fact *fact = lg_dialect_facts(&count);

	lg_cli_print(cli, LG_BOLD, "\n%s\n",
		     lg_dialect_traits(dialect)->product);
	for (size_t i = 0; i < count; i++) {
		if (!(fact[i].dialects >> dialect & 1))
			continue;
		fprintf(cli->out, "  %-3s  %s", fact[i].row, fact[i].text);
		if (fact[i].status == LG_FACT_DOC)
			fprintf(cli->out, " [%s]\n", fact[i].source);
		else
			fprintf(cli->out, " [%s]\n",
				fact[i].status == LG_FACT_UNKNOWN
					? "UNKNOWN"
					: "this project's choice");
	}
}

int lg_cmd_dialects(struct lg_cli *cli)
{
	struct lg_error err = {0};
	enum lg_dialect dialect;
	unsigned int first = 0;
	unsigned int last = LG_DIALECT_COUNT - 1;
	int code;

	if (lg_cli_option(cli, "dialect")) {
		if (lg_cli_dialect(cli, &dialect, &err) != LG_OK)
			return lg_cli_fail(cli, &err);
		first = last = (unsigned int)dialect;
	}
	if (cli->json)
		return print_json(cli, first, last);
	code = print_table(cli, first, last);
	for (unsigned int i = first; i <= last && !code; i++)
		print_facts(cli, (enum lg_dialect)i);
	fputs("\nS0: Microsoft's topic on disabling MAPI access, Exchange 2007."
	      " S2: Blocking Client Access to\nExchange Servers (5.5, 2000). "
	      "Q and KB numbers: Microsoft Knowledge Base.\n",
	      cli->out);
	return code;
}
