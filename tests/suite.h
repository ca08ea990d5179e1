/* SPDX-License-Identifier: ISC */
/*
 * suite.h - cmocka with the headers it wants before it
 */
#ifndef LOGONGATE_TESTS_SUITE_H
#define LOGONGATE_TESTS_SUITE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* A row with its own sentence for a name. */
/* clang-format off */
#define suite_row(sentence, function)                                          \
	{                                                                      \
		sentence, function, NULL, NULL, NULL                           \
	}
/* clang-format on */

/* As suite_row; the function finds value in *state. */
/* clang-format off */
#define suite_row_with(sentence, function, value)                              \
	{                                                                      \
		sentence, function, NULL, NULL, (void *)(value)                \
	}
/* clang-format on */

/*
 * What main returns: 0 or 1. cmocka's count of failures would wrap at 256,
 * and 77 would read as skipped.
 */
#define suite_run(rows) (cmocka_run_group_tests(rows, NULL, NULL) ? 1 : 0)

#endif
