/* SPDX-License-Identifier: ISC */
/*
 * check_rules.c - which answers of `check --explain` are worth a line
 */
#include "app/records/check_rules.h"

int lg_rules_say_nothing(const struct lg_rule_answer *answer, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (answer[i].rule != LG_RULE_BREAK_GLASS &&
		    answer[i].outcome != LG_OUTCOME_NOT_SET)
			return 0;
	return 1;
}
