/* SPDX-License-Identifier: ISC */
/*
 * found_dns.h - accounts that are listed otherwise than by their DN
 *
 * Layer: app.
 * Flow: whoever lists accounts by a filter or by name asks through this: the
 * legacyExchangeDN of each is asked about once more, and one that another
 * entry has too, or that is no DN (ADCDisabledMail), is left out of the
 * findings. The account keeps its names.
 * Source: conformance L15, D2.
 */
#ifndef LOGONGATE_APP_CHANGE_FOUND_DNS_H
#define LOGONGATE_APP_CHANGE_FOUND_DNS_H

#include <logongate/warning.h>

#include "port/directory.h"

/* As ask of lg_directory; what is left out is told, warnings may be NULL. */
enum lg_status lg_found_ask(const struct lg_directory *directory,
			    const struct lg_ask *ask,
			    const struct lg_progress *progress,
			    struct lg_findings **out_findings,
			    struct lg_warnings *warnings, struct lg_error *err);

#endif
