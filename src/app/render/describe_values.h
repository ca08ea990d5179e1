/* SPDX-License-Identifier: ISC */
/*
 * describe_values.h - what registry values would do on a store, in words
 *
 * Layer: app.
 * Source: contract 4 "registry explain"; conformance L2, L4, L10, L13.
 */
#ifndef LOGONGATE_APP_RENDER_DESCRIBE_VALUES_H
#define LOGONGATE_APP_RENDER_DESCRIBE_VALUES_H

#include <logongate/policy.h>

/* Zero-initialise. */
struct lg_description {
	enum lg_gate_state gate;
	int fails_open;          /* or would, for all anybody knows */
	struct lg_strlist line;  /* the verdict; the trap first */
	struct lg_strlist wrong; /* values that do not parse */
	struct lg_warnings warnings;
};

/*
 * Describes what a store of the dialect does with the values after it has read
 * them at a start. facts LG_FACTS_NOT_ASKED: nobody was asked, and the words
 * say what would come of either answer.
 * Returns: LG_OK; LG_ERR_NO_MEMORY.
 */
enum lg_status lg_describe_values(enum lg_dialect dialect,
				  const struct lg_registry *values,
				  enum lg_facts facts,
				  const struct lg_findings *findings,
				  struct lg_description *out_description,
				  struct lg_error *err);
void lg_description_release(struct lg_description *description);

#endif
