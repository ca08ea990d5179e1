/* SPDX-License-Identifier: ISC */
/*
 * profile_render_inside.h - a profile while it becomes registry values
 *
 * Layer: core, private to profile_render*.c.
 */
#ifndef LOGONGATE_CORE_EXCHANGE_PROFILE_RENDER_INSIDE_H
#define LOGONGATE_CORE_EXCHANGE_PROFILE_RENDER_INSIDE_H

#include <logongate/profile.h>

struct render {
	const struct lg_profile *profile;
	const struct lg_render_target *target;
	const struct lg_dialect_traits *traits;
	const struct lg_findings *findings;
	const struct lg_findings *concerned;
	struct lg_registry *values;
	struct lg_strlist unsupported;
	struct lg_warnings *warnings;
	struct lg_error *err;
};

enum lg_status lg_render_text(struct render *r, const char *name,
			      const char *text);
enum lg_status lg_render_list(struct render *r, const char *name,
			      const struct lg_strlist *list);
/* Notes what the dialect has no value for. */
enum lg_status lg_render_cannot(struct render *r, const char *what,
				const char *why);
enum lg_status lg_render_names(struct render *r);
/* What a gate says that concerns some. The list of DNs is there in any case,
 * so that nobody found never reads as everybody. */
enum lg_status lg_render_concerned(struct render *r);

#endif
