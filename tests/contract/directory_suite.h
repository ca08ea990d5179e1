/* SPDX-License-Identifier: ISC */
/*
 * directory_suite.h - what every implementation of port/directory must do
 */
#ifndef LOGONGATE_TESTS_DIRECTORY_SUITE_H
#define LOGONGATE_TESTS_DIRECTORY_SUITE_H

#include "port/directory.h"

/*
 * An implementation under test, serving entries_table below ENTRIES_BASE.
 * take_away makes it unreachable for good; it is the last thing called.
 */
struct directory_subject {
	struct lg_directory directory;
	void (*take_away)(void *context);
	void *context;
};

/* Runs all rows; 0 or 1, as main returns it. */
int directory_suite_run(struct directory_subject *subject);

#endif
