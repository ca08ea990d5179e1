/* SPDX-License-Identifier: ISC */
/*
 * logon_log.c - lines while there are few, counts when there are many
 *
 * A key has its lines of a window written as they come; what is over is counted
 * in its slot (logon_slots.h). A token bucket bounds the lines of all keys.
 */
#include "app/records/logon_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/kept.h"

#include "app/records/logon_record.h"
#include "app/records/logon_slots.h"

#define WAITING_MAX (4u << 20)

/* Days are removed by a clock that has gone on evenly for so long: one that
 * is years ahead until somebody sets it right must not cost the record. */
#define STEADY_S 3600
#define STEP_S 600

/* Sums of a door and a reason that name nobody are no flood's to hurry. */
#define OTHERS_FLUSH_S 60

/* Counts that become lines in one go. All of a full table are 7 ms, in which
 * nobody is answered: what is over waits for the next second. */
#define COUNTS_AT_ONCE 512u

/* What lg_logon_log_write has to do. Between take and wrote it is the
 * writer's; text is only read. */
struct batch {
	struct lg_buffer text;
	int64_t now_s;
	unsigned int prunes; /* days to keep; 0: none is removed */
	int64_t size_day;    /* whose size is known */
	uint64_t size;       /* before text */
};

struct lg_logon_log {
	const struct lg_files *files;
	const char *folder;
	struct lg_logon_limits limits;
	struct lg_logon_slots slots;
	size_t turn; /* the slot whose count is looked at next */
	int64_t flushed_s;
	int64_t steady_s; /* since when the clock has gone on evenly */
	struct lg_buffer waiting;
	struct batch batch;
	int64_t pruned_day;
};

struct lg_logon_limits lg_logon_limits_refused(unsigned int keep_days)
{
	return (struct lg_logon_limits){.lines = 10,
					.window_s = 60,
					.flush_s = 5,
					.per_s = 50,
					.burst = 1000,
					.day_bytes = 256u << 20,
					.keep_days = keep_days};
}

struct lg_logon_limits lg_logon_limits_admitted(unsigned int keep_days)
{
	return (struct lg_logon_limits){.lines = 1,
					.window_s = 3600,
					.flush_s = 3600,
					.per_s = 50,
					.burst = 5000,
					.day_bytes = 256u << 20,
					.keep_days = keep_days};
}

enum lg_status lg_logon_log_new(const struct lg_files *files,
				const char *folder,
				const struct lg_logon_limits *limits,
				struct lg_logon_log **out_log,
				struct lg_error *err)
{
	struct lg_logon_log *log = calloc(1, sizeof(*log));

	if (!log)
		return lg_no_memory(err);
	log->files = files;
	log->folder = folder;
	log->limits = *limits;
	lg_logon_budget_begin(&log->slots.budget, limits);
	log->batch.size_day = -1;
	log->pruned_day = -1;
	*out_log = log;
	return LG_OK;
}

void lg_logon_log_keep_days(struct lg_logon_log *log, unsigned int keep_days)
{
	log->limits.keep_days = keep_days;
	log->pruned_day = -1;
}

void lg_logon_log_free(struct lg_logon_log **log)
{
	if (!log || !*log)
		return;
	for (size_t i = 0; i < LG_LOGON_SLOTS; i++)
		free((*log)->slots.slot[i].kept);
	lg_buffer_release(&(*log)->waiting);
	lg_buffer_release(&(*log)->batch.text);
	free(*log);
	*log = NULL;
}

/* Adds a line that names somebody, where the day's record has room for it. */
static int add_named(struct lg_logon_log *log, const struct lg_logon_slot *slot,
		     const struct lg_logon *logon, int64_t now_s)
{
	size_t before = log->waiting.len;

	if (before + log->batch.text.len > WAITING_MAX)
		return 0;
	lg_logon_write_line(&log->waiting, logon);
	if (lg_logon_budget_take(&log->slots.budget, now_s, slot->source,
				 log->waiting.len - before))
		return 1;
	log->waiting.len = before;
	if (log->waiting.data)
		log->waiting.data[before] = '\0';
	return 0;
}

void lg_logon_log_add(struct lg_logon_log *log, const struct lg_logon *logon)
{
	struct lg_logon_slot *slot = lg_logon_slot_for(&log->slots, logon);
	struct lg_logon line = *logon;

	if (!slot)
		return;
	if (logon->at_s - slot->window_s >= log->limits.window_s ||
	    logon->at_s < slot->window_s) {
		slot->window_s = logon->at_s;
		slot->lines = 0;
	}
	line.count = 1;
	line.last_s = line.at_s;
	if (slot->kept && !slot->count && slot->lines < log->limits.lines &&
	    lg_logon_budget_has_line(&log->slots.budget, logon->at_s) &&
	    add_named(log, slot, &line, logon->at_s)) {
		log->slots.budget.lines -= 1;
		slot->lines++;
		return;
	}
	if (!slot->count) {
		slot->first_s = logon->at_s;
		log->slots.counts++;
	}
	slot->count++;
	slot->last_s = logon->at_s;
	slot->logon.generation = logon->generation;
}

int lg_logon_log_waits(const struct lg_logon_log *log)
{
	return log->waiting.len > 0;
}

size_t lg_logon_log_counts(const struct lg_logon_log *log)
{
	return log->slots.counts;
}

static int64_t flush_s(const struct lg_logon_log *log,
		       const struct lg_logon_slot *slot)
{
	return slot->kept || log->limits.flush_s > OTHERS_FLUSH_S
		       ? log->limits.flush_s
		       : OTHERS_FLUSH_S;
}

/* Counts that are due become lines; slots nobody used for a window go. */
static void write_counts(struct lg_logon_log *log, int64_t now_s,
			 enum lg_logon_flush flush)
{
	size_t left =
		flush == LG_LOGON_FLUSH_ALL ? LG_LOGON_SLOTS : COUNTS_AT_ONCE;

	for (size_t looked = 0; looked < LG_LOGON_SLOTS && left; looked++) {
		struct lg_logon_slot *slot = &log->slots.slot[log->turn];

		log->turn = (log->turn + 1) % LG_LOGON_SLOTS;
		if (slot->hash && slot->count &&
		    (flush != LG_LOGON_FLUSH_DUE || now_s < slot->first_s ||
		     now_s - slot->first_s >= flush_s(log, slot))) {
			struct lg_logon line = slot->logon;

			line.at_s = slot->first_s;
			line.last_s = slot->last_s;
			line.count = slot->count;
			left--;
			if (!slot->kept) {
				lg_logon_write_line(&log->waiting, &line);
			} else if (!add_named(log, slot, &line, now_s)) {
				lg_logon_slot_fold(&log->slots, slot);
				continue;
			}
			slot->count = 0;
			log->slots.counts--;
		}
	}
	for (size_t at = 0; at < LG_LOGON_SLOTS;) {
		struct lg_logon_slot *slot = &log->slots.slot[at];

		if (slot->hash && !slot->count &&
		    (now_s < slot->window_s ||
		     now_s - slot->window_s >= log->limits.window_s))
			lg_logon_slot_free(&log->slots, at);
		else
			at++;
	}
}

/* Text compares as time: the names are dates. */
static void prune(const struct lg_logon_log *log)
{
	const struct lg_files *files = log->files;
	struct lg_strlist names = {0};
	char oldest[LG_INSTANT_SIZE];
	char path[320];

	lg_instant_format(log->batch.now_s - (int64_t)log->batch.prunes * 86400,
			  oldest);
	files->list(files->self, log->folder, &names, NULL);
	for (size_t i = 0; i < names.count; i++) {
		if (strlen(names.item[i]) != strlen("YYYY-MM-DD.jsonl") ||
		    strncmp(names.item[i], oldest, 10) >= 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", log->folder,
			 names.item[i]);
		files->remove(files->self, path, NULL);
	}
	lg_strlist_release(&names);
}

/* Whether days that are too old are to be looked for now. */
static int may_prune(struct lg_logon_log *log, int64_t now_s)
{
	if (now_s < log->flushed_s || now_s - log->flushed_s > STEP_S)
		log->steady_s = now_s;
	log->flushed_s = now_s;
	if (!log->limits.keep_days || log->pruned_day == now_s / 86400 ||
	    now_s - log->steady_s < STEADY_S)
		return 0;
	log->pruned_day = now_s / 86400;
	return 1;
}

int lg_logon_log_take(struct lg_logon_log *log, int64_t now_s,
		      enum lg_logon_flush flush)
{
	struct batch *batch = &log->batch;
	struct lg_buffer text = batch->text;

	if (flush != LG_LOGON_FLUSH_DUE || log->flushed_s != now_s)
		write_counts(log, now_s, flush);
	batch->prunes = may_prune(log, now_s) ? log->limits.keep_days : 0;
	batch->now_s = now_s;
	batch->text = log->waiting;
	log->waiting = text;
	return batch->prunes || batch->text.len || batch->text.status != LG_OK;
}

enum lg_status lg_logon_log_write(struct lg_logon_log *log,
				  struct lg_error *err)
{
	const struct lg_files *files = log->files;
	struct batch *batch = &log->batch;
	int64_t today = batch->now_s / 86400;
	char day[LG_INSTANT_SIZE];
	char path[320];
	enum lg_status status;

	if (batch->prunes)
		prune(log);
	if (!batch->text.len && batch->text.status == LG_OK)
		return LG_OK;
	lg_instant_format(batch->now_s, day);
	snprintf(path, sizeof(path), "%s/%.10s.jsonl", log->folder, day);
	if (batch->size_day != today) {
		status = files->size(files->self, path, &batch->size, err);
		if (status != LG_OK)
			return status;
		batch->size_day = today;
	}
	status = lg_buffer_status(&batch->text, err);
	if (status == LG_OK)
		status = files->append(files->self, path, batch->text.data,
				       batch->text.len, LG_FILES_LATER, err);
	return status;
}

void lg_logon_log_wrote(struct lg_logon_log *log, enum lg_status status)
{
	struct batch *batch = &log->batch;
	size_t len = batch->text.len;

	if (status != LG_OK && len + log->waiting.len <= WAITING_MAX &&
	    batch->text.status == LG_OK) {
		/* Waits on, before what came meanwhile. */
		lg_buffer_append(&batch->text, log->waiting.data,
				 log->waiting.len);
		lg_buffer_release(&log->waiting);
		log->waiting = batch->text;
		batch->text = (struct lg_buffer){0};
		return;
	}
	batch->size += len;
	lg_buffer_clear(&batch->text);
}

enum lg_status lg_logon_log_flush(struct lg_logon_log *log, int64_t now_s,
				  enum lg_logon_flush flush,
				  struct lg_error *err)
{
	enum lg_status status;

	if (!lg_logon_log_take(log, now_s, flush))
		return LG_OK;
	status = lg_logon_log_write(log, err);
	lg_logon_log_wrote(log, status);
	return status;
}
