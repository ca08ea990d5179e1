/* SPDX-License-Identifier: ISC */
/*
 * setup_run.h - carrying a plan out, or putting everything back
 *
 * Layer: app: core and ports.
 * Flow: write, let the gate and the server test what they would read, restart
 * them, prove that the gate is asked, keep the record. When a step fails, or
 * somebody stops it, all files are as they were and the servers run with them.
 * A server that does not run is not set up, and undoing does not start it.
 * Source: contract 13 "Packages and setup".
 */
#ifndef LOGONGATE_APP_SETUP_RUN_H
#define LOGONGATE_APP_SETUP_RUN_H

#include "port/machine_setup.h"
#include "port/machine.h"

#include "app/setup/setup_plan.h"

enum lg_setup_end {
	LG_SETUP_DONE = 0,
	LG_SETUP_REFUSED,  /* the server's own test; all is as it was */
	LG_SETUP_UNDONE,   /* a later step failed; all is as it was */
	LG_SETUP_NOT_BACK, /* and not everything could be put back */
};

/*
 * prove: asks the server itself and waits until the gate was asked; LG_OK when
 * it was. NULL: nothing is asked.
 * gate_answers: LG_OK once the gate that was restarted answers.
 * says: the next step, for whoever watches.
 * stopped: 1 when it is not to go on; NULL: nobody stops it.
 */
struct lg_setup_hands {
	const struct lg_machine *machine;
	const struct lg_change *change;
	void *context;
	enum lg_status (*prove)(void *context, const struct lg_setup_plan *plan,
				struct lg_error *err);
	enum lg_status (*gate_answers)(void *context, struct lg_error *err);
	void (*says)(void *context, const char *step);
	int (*stopped)(void *context);
};

/* record NULL: none is kept; undoing: it goes, and who joined leaves. */
enum lg_status lg_setup_run(const struct lg_setup_plan *plan,
			    const struct lg_setup_hands *hands,
			    const char *record, int is_undo,
			    enum lg_setup_end *out_end, struct lg_error *err);

#endif
