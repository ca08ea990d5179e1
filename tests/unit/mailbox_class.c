/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/core/exchange/directory_entry.h.
 */
#include <string.h>

#include "suite.h"

#include "core/exchange/directory_entry.h"

static void classes(void **state)
{
	static const struct {
		const char *name;
		enum lg_mailbox_class says;
	} row[] = {
		{"person", LG_MAILBOX_CLASS_PERSON},
		{"INETORGPERSON", LG_MAILBOX_CLASS_PERSON},
		{"user", LG_MAILBOX_CLASS_PERSON},
		{"contact", LG_MAILBOX_CLASS_OTHER},
		{"Group", LG_MAILBOX_CLASS_OTHER},
		{"top", LG_MAILBOX_CLASS_NONE},
		{"users", LG_MAILBOX_CLASS_NONE},
		{"", LG_MAILBOX_CLASS_NONE},
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		assert_int_equal(
			lg_mailbox_class(row[i].name, strlen(row[i].name)),
			row[i].says);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("people are told from groups and contacts", classes),
	};

	return suite_run(rows);
}
