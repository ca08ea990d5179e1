/* SPDX-License-Identifier: ISC */
/*
 * plan_values_text.c - what would be written to a target, and what is there
 */
#include "core/values/account_values.h"

#include "cli/output.h"
#include "cli/text/plan_text.h"

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
		lg_cli_line(cli, LG_PLAIN, "", value->list.item[i]);
	}
}

/* Per account what goes and what comes. */
static void print_accounts(struct lg_cli *cli,
			   const struct lg_plan_target *target)
{
	size_t count = lg_registry_count(target->values);

	lg_cli_print(cli, LG_BOLD, "\nAccounts that change in %s: %zu\n",
		     target->name, count);
	for (size_t i = 0; i < count && i < LG_PLAN_SHOWN_MAX; i++) {
		const struct lg_value *value =
			lg_registry_at(target->values, i);
		const struct lg_value *before = lg_registry_find(
			target->before, value->key, value->name);

		lg_cli_line(cli, LG_PLAIN, "  ", value->name);
		print_texts(cli, "-", before, value);
		print_texts(cli, "+", value, before);
	}
	lg_plan_more_text(cli, count);
}

void lg_plan_values_text(struct lg_cli *cli,
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
