/* SPDX-License-Identifier: ISC */
/*
 * fleet_suite.h - what every implementation of port/fleet must do
 */
#ifndef LOGONGATE_TESTS_CONTRACT_FLEET_SUITE_H
#define LOGONGATE_TESTS_CONTRACT_FLEET_SUITE_H

#include "port/fleet.h"

/* The one entry below ou=gates, without a report. */
#define FLEET_SUITE_GATE "gate1.example.org"

/*
 * A fleet's directory. open gives another connection to it. forget deletes the
 * entry cn=CN below ou=locks as an administrator would. away(1) makes it
 * silent, away(0) brings it back.
 * timeout_ms: how long one provider may take to be found silent; late_ms: how
 * late news may come; providers: how many there are to try.
 */
struct fleet_place {
	void *context;
	enum lg_status (*open)(void *context, unsigned int branches,
			       struct lg_fleet *out_fleet,
			       struct lg_error *err);
	void (*forget)(void *context, const char *cn);
	void (*away)(void *context, int away);
	unsigned int timeout_ms, late_ms, providers;
};

/* Returns what main returns. */
int fleet_suite_run(const struct fleet_place *place);

#endif
