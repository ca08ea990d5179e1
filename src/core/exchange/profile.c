/* SPDX-License-Identifier: ISC */
/*
 * The life of a profile. Reading one is the work of adapters/ini, what becomes
 * of it that of profile_render.c.
 */
#include <stdlib.h>

#include <logongate/profile.h>

void lg_profile_free(struct lg_profile **profile)
{
	struct lg_profile *p = *profile;

	if (!p)
		return;
	free(p->name);
	free(p->path);
	free(p->description);
	lg_strlist_release(&p->allow);
	lg_strlist_release(&p->allow_user);
	free(p->allow_filter);
	free(p->single);
	free(p->versions);
	free(p->processes);
	free(p->refused_message);
	free(p->message_language);
	lg_strlist_release(&p->messages);
	lg_strlist_release(&p->applies_domain);
	lg_strlist_release(&p->applies_user);
	lg_strlist_release(&p->applies_dn);
	free(p->applies_filter);
	free(p);
	*profile = NULL;
}
