/* SPDX-License-Identifier: ISC */
/*
 * facts.c - asking the directory from a worker
 *
 * A job carries copies of everything it needs, settings included, and comes
 * back with findings. The directory is opened and closed by the job: libldap's
 * handles belong to one thread, and a gate asks seldom.
 */
#include "daemon/facts.h"

#include <stdlib.h>

#include "app/change/accounts_ask.h"
#include "base/listed.h"
#include "daemon/inside_facts.h"
#include "daemon/turn.h"
#include "daemon/enforce.h"
#include "daemon/work.h"
#include "wiring/directory_open.h"

#define RETRY_MS 10000

struct gate_facts {
	struct gate *gate;
	uv_timer_t retry;
	int asking; /* a job for the values in force is at work */
};

struct job {
	struct gate_job work;
	struct gate *gate; /* NULL after gate_facts_close */
	struct lg_directory_settings settings;
	struct gate_facts_names names;
	struct lg_strlist break_glass;
	struct lg_strlist login_attributes; /* of settings, and its texts */
	struct lg_strlist texts;
	struct lg_findings *findings;
	enum lg_status status;
	struct lg_error err;
	gate_facts_done done;
	void *context;
};

void gate_facts_names_release(struct gate_facts_names *names)
{
	lg_strlist_release(&names->dn);
	lg_strlist_release(&names->user);
}

static void free_job(struct job *job)
{
	if (!job)
		return;
	gate_facts_names_release(&job->names);
	lg_strlist_release(&job->break_glass);
	lg_strlist_release(&job->login_attributes);
	lg_strlist_release(&job->texts);
	lg_findings_free(&job->findings);
	free(job);
}

static void work_on(void *context)
{
	struct job *job = context;
	struct lg_ask ask = {
		.dn = &job->names.dn,
		.user = &job->names.user,
		.break_glass = &job->break_glass,
	};
	struct lg_directory directory = {0};

	if (!job->names.dn.count && !job->names.user.count)
		return;
	job->status = lg_directory_open(&job->settings, &directory, &job->err);
	if (job->status != LG_OK)
		return;
	job->status = lg_found_ask(&directory, &ask, NULL, &job->findings, NULL,
				   &job->err);
	directory.close(directory.self);
	/* A million names are not given back by the loop. */
	gate_facts_names_release(&job->names);
}

static void work_done(void *context)
{
	struct job *job = context;

	job->done(job->context, job->status, job->findings, &job->err);
	job->findings = NULL;
	free_job(job);
}

/* The settings that asking needs, as a value of the job's own. */
static enum lg_status copy_settings(const struct lg_settings *from,
				    struct job *job, struct lg_error *err)
{
	struct lg_directory_settings *own = &job->settings;
	const char **const text[] = {&own->uri, &own->base, &own->bind_dn,
				     &own->password_file, &own->ca_file};
	enum lg_status status = lg_strlist_add_all(
		&job->login_attributes, &from->login_attributes, err);

	*own = lg_settings_directory(from);
	own->login_attributes = &job->login_attributes;
	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++)
		if (status == LG_OK && *text[i])
			status = lg_list_keep_text(&job->texts, *text[i],
						   text[i], err);
	return status;
}

enum lg_status gate_facts_ask_once(struct gate *gate,
				   struct gate_facts_names *names,
				   gate_facts_done done, void *context,
				   struct lg_error *err)
{
	struct job *job = calloc(1, sizeof(*job));
	enum lg_status status;

	if (!job)
		return lg_no_memory(err);
	job->work = (struct gate_job){work_on, work_done, job, NULL};
	job->gate = gate;
	job->done = done;
	job->context = context;
	status = copy_settings(gate->settings, job, err);
	/* Break-glass accounts may log on by their names too. */
	if (status == LG_OK)
		status = lg_strlist_add_all(&job->break_glass,
					    &gate->settings->break_glass, err);
	if (status == LG_OK) {
		job->names = *names;
		*names = (struct gate_facts_names){0};
	}
	if (status != LG_OK)
		free_job(job);
	else
		gate_work_add(gate, GATE_LANE_DIRECTORY, &job->work);
	return status;
}

static void on_retry(uv_timer_t *timer)
{
	gate_facts_ask(timer->data);
}

void gate_facts_ask_later(struct gate *gate)
{
	uv_timer_start(&gate->facts->retry, on_retry, RETRY_MS, 0);
}

void gate_facts_over(struct gate *gate)
{
	gate_quiet(gate, "the directory could not be asked");
	gate_quiet(gate, "the directory's answers");
}

static void not_asked(struct gate *gate, const struct lg_error *err)
{
	gate_loud(gate, GATE_ATTENTION_DIRECTORY,
		  "the directory could not be asked: %s: %s", err->place,
		  err->text);
	gate_facts_ask_later(gate);
}

static void came(void *context, enum lg_status status,
		 struct lg_findings *findings, const struct lg_error *err)
{
	struct gate *gate = context;

	gate->facts->asking = 0;
	if (gate->stopping) {
		lg_findings_free(&findings);
	} else if (status != LG_OK) {
		not_asked(gate, err);
	} else {
		gate_quiet(gate, "the directory could not be asked");
		gate_enforce_findings(gate, findings);
	}
}

static enum lg_status find_names(const struct gate_inside *inside,
				 void *context, struct lg_error *err)
{
	struct gate_facts_names *names = context;

	return gate_inside_names(inside, &names->dn, &names->user, err);
}

static void names_found(struct gate *gate, void *context, enum lg_status status,
			const struct lg_error *err)
{
	struct gate_facts_names *names = context;
	struct lg_error failed = *err;

	if (status == LG_OK && !gate->stopping &&
	    (names->dn.count || names->user.count))
		status = gate_facts_ask_once(gate, names, came, gate, &failed);
	else
		gate->facts->asking = 0;
	if (status != LG_OK && !gate->stopping) {
		gate->facts->asking = 0;
		not_asked(gate, &failed);
	}
	gate_facts_names_release(names);
	free(names);
}

void gate_facts_ask(struct gate *gate)
{
	struct gate_facts_names *names;

	if (gate->facts->asking)
		return;
	names = calloc(1, sizeof(*names));
	if (!names) {
		gate_facts_ask_later(gate);
		return;
	}
	gate->facts->asking = 1;
	gate_look(gate, find_names, names_found, names);
}

enum lg_status gate_facts_open(struct gate *gate, struct lg_error *err)
{
	struct gate_facts *facts = calloc(1, sizeof(*facts));

	if (!facts)
		return lg_no_memory(err);
	facts->gate = gate;
	if (uv_timer_init(&gate->loop, &facts->retry)) {
		free(facts);
		return lg_error_set(err, LG_ERR_BUG, NULL,
				    "timers cannot be set up");
	}
	facts->retry.data = gate;
	gate->facts = facts;
	return LG_OK;
}

void gate_facts_close(struct gate *gate)
{
	if (gate->facts)
		uv_close((uv_handle_t *)&gate->facts->retry, NULL);
}
