/* SPDX-License-Identifier: ISC */
/*
 * Rows for lg_session_list of src/port/door.h.
 */
#include <stdio.h>
#include <string.h>

#include "allocation.h"
#include "suite.h"

#include "port/door.h"

static void keeps_texts_of_its_own(void **state)
{
	struct lg_session_list list = {0};
	char user[16];
	int i;

	for (i = 0; i < 1000; i++) {
		struct lg_session session = {.id = user,
					     .door = "dovecot",
					     .user = user,
					     .protocol = LG_PROTOCOL_IMAP};

		snprintf(user, sizeof(user), "user%d", i);
		assert_int_equal(lg_session_list_add(&list, &session, NULL),
				 LG_OK);
	}
	assert_int_equal(list.count, 1000);
	assert_string_equal(list.session[0].user, "user0");
	assert_string_equal(list.session[999].id, "user999");
	assert_null(list.session[5].dn);
	lg_session_list_release(&list);
	assert_int_equal(list.count, 0);
}

static enum lg_status add_some(void *context, struct lg_error *err)
{
	struct lg_session session = {.id = "1", .user = "a", .address = "::1"};
	struct lg_session_list list = {0};
	enum lg_status status = LG_OK;
	int i;

	for (i = 0; status == LG_OK && i < 40; i++)
		status = lg_session_list_add(&list, &session, err);
	lg_session_list_release(&list);
	return status;
}

static void survives_failing_allocations(void **state)
{
	assert_true(allocation_survive(add_some, NULL) > 3);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("sessions keep texts of their own",
			  keeps_texts_of_its_own),
		suite_row("each allocation may fail",
			  survives_failing_allocations),
	};

	return suite_run(rows);
}
