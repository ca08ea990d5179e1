/* SPDX-License-Identifier: ISC */
/*
 * registry_keys.h - where values stand in a file, and where stores look
 *
 * Layer: app.
 * Source: conformance L1, L2; contract 9 "Windows, older and newer".
 */
#ifndef LOGONGATE_APP_RENDER_REGISTRY_KEYS_H
#define LOGONGATE_APP_RENDER_REGISTRY_KEYS_H

#include <logongate/registry.h>
#include <logongate/warning.h>

/*
 * The values where a store looks: those under the other key that one source
 * prints (L2) are read too, and those of ControlSet001 to 003, which are
 * copies of the current control set, unless ParametersSystem has them.
 * *out_moved is 1 where there were any under the other key. warnings (may be
 * NULL) get unread-key for control sets and for values that no store reads
 * though they look like ones it does, and dn-malformed for a blank string
 * within a list. Owns: lg_registry_free.
 */
enum lg_status lg_registry_keys_gather(const struct lg_registry *values,
				       struct lg_registry **out_values,
				       int *out_moved,
				       struct lg_warnings *warnings,
				       struct lg_error *err);

#endif
