/* SPDX-License-Identifier: ISC */
/*
 * ldif_answers.h - what an export says of the names of an ask
 *
 * Layer: adapter ldif.
 */
#ifndef LOGONGATE_ADAPTERS_LDIF_ANSWERS_H
#define LOGONGATE_ADAPTERS_LDIF_ANSWERS_H

#include "port/directory.h"

#include "ldif_entries.h"
#include "ldif_filter.h"

/*
 * Adds an account for each name of the ask to findings, in the order of the
 * port. filter is ask->filter, parsed; NULL where there is none.
 */
enum lg_status lg_ldif_answer(const struct lg_ldif_entries *entries,
			      const struct lg_strlist *login_attributes,
			      const struct lg_ask *ask,
			      const struct lg_ldif_filter *filter,
			      const struct lg_progress *progress,
			      struct lg_findings *findings,
			      struct lg_error *err);

#endif
