/* SPDX-License-Identifier: ISC */
/*
 * survey_stacks.c - the stacks of PAM on this machine, and who uses them
 */
#include "app/doors/survey_inside.h"
#include "base/listed.h"

#include <string.h>

#define PAM_DIR "/etc/pam.d"
#define PAM_VENDOR_DIR "/usr/lib/pam.d"

enum lg_status lg_survey_read_named(void *context, const char *path,
				    struct lg_buffer *out_text,
				    struct lg_error *err)
{
	const struct lg_machine *machine = context;
	struct lg_buffer other = {0};
	enum lg_status status;

	status = machine->read(machine->self, path, out_text, err);
	if (status == LG_ERR_UNKNOWN_KEY &&
	    strncmp(path, PAM_DIR "/", sizeof(PAM_DIR)) == 0) {
		lg_buffer_format(&other, "%s%s", PAM_VENDOR_DIR,
				 path + sizeof(PAM_DIR) - 1);
		if (lg_buffer_status(&other, err) == LG_OK)
			status = machine->read(machine->self, other.data,
					       out_text, err);
		lg_buffer_release(&other);
	}
	return status;
}

static enum lg_status survey_stack(struct survey *survey, const char *folder,
				   const char *name)
{
	struct lg_buffer path = {0};
	struct lg_buffer text = {0};
	struct lg_error why;
	enum lg_status status;

	lg_buffer_format(&path, "%s/%s", folder, name);
	status = lg_buffer_status(&path, survey->err);
	/* a folder entry that is no file is no stack */
	if (status == LG_OK &&
	    survey->machine->read(survey->machine->self, path.data, &text,
				  &why) == LG_OK)
		status =
			lg_doors_pam(name, text.data ? text.data : "", text.len,
				     folder, survey->gate, &survey->files,
				     survey->ways, survey->err);
	lg_buffer_release(&path);
	lg_buffer_release(&text);
	return lg_survey_settle(survey, "pam", status);
}

enum lg_status lg_survey_pam(struct survey *survey, const char *place)
{
	const char *folder[] = {place ? place : PAM_DIR,
				place ? NULL : PAM_VENDOR_DIR};
	struct lg_strlist names[2] = {{0}, {0}};
	enum lg_status status = LG_OK;

	for (size_t f = 0; f < 2 && folder[f] && status == LG_OK; f++) {
		status = survey->machine->list(survey->machine->self, folder[f],
					       &names[f], survey->err);
		for (size_t i = 0; status == LG_OK && i < names[f].count; i++) {
			const char *name = names[f].item[i];

			/* the drop-ins are no services of their own */
			if (strncmp(name, "logongate-", 10) != 0 &&
			    (f == 0 || !lg_listed(&names[0], name)))
				status = survey_stack(survey, folder[f], name);
		}
	}
	lg_strlist_release(&names[0]);
	lg_strlist_release(&names[1]);
	return status;
}

static struct lg_way *find_way(struct lg_ways *ways, const char *door,
			       const char *name)
{
	for (size_t i = 0; i < ways->count; i++) {
		if (strcmp(ways->way[i].door, door) == 0 &&
		    strcmp(ways->way[i].way, name) == 0)
			return &ways->way[i];
	}
	return NULL;
}

void lg_survey_settle_dovecot(struct lg_ways *ways)
{
	struct lg_way *stack = find_way(ways, "pam", "dovecot");
	int asks = 0;

	for (size_t i = 0; i < ways->count; i++) {
		struct lg_way *way = &ways->way[i];

		if (strcmp(way->door, "dovecot") == 0 &&
		    way->asks != LG_ASKS_NOT_NEEDED) {
			if (way->asks != LG_ASKS_YES)
				return;
			asks = 1;
		}
	}
	if (!asks || !stack || stack->asks != LG_ASKS_NO)
		return;
	stack->asks = LG_ASKS_NOT_NEEDED;
	stack->add = NULL;
	stack->note = "Dovecot asks the gate itself";
}

void lg_survey_settle_sshd(struct survey *survey)
{
	const char *const argv[] = {"sshd", "-T", NULL};
	struct lg_way *stack = find_way(survey->ways, "pam", "sshd");
	struct lg_buffer text = {0};
	struct lg_error why;

	if (!stack || stack->asks == LG_ASKS_NO)
		return;
	if (survey->machine->prints(survey->machine->self, argv, &text, &why) ==
		    LG_OK &&
	    text.len && strstr(text.data, "\nusepam no\n")) {
		stack->asks = LG_ASKS_NO;
		stack->when_down = LG_WHEN_DOWN_NOT_ASKED;
		stack->note = "sshd does not use this stack (UsePAM no)";
		stack->add = "UsePAM yes in sshd_config";
	}
	lg_buffer_release(&text);
}
