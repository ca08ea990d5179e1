/* SPDX-License-Identifier: ISC */
/*
 * logon_log.c - lines while there are few, counts when there are many
 *
 * Keys stand in a table of open addressing by hash. A key has its lines of a
 * window written as they come; what is over is counted in its slot. A token
 * bucket bounds the lines of all keys; when the table is full, or a key has no
 * memory, the logon is counted in one slot for its door and reason.
 */
#include "app/records/logon_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/kept.h"

#include "app/records/logon_budget.h"
#include "app/records/logon_record.h"

#define SLOTS 4096u
#define SLOTS_USED (SLOTS / 4 * 3)
#define WAITING_MAX (4u << 20)

/* Days are removed by a clock that has gone on evenly for so long: one that
 * is years ahead until somebody sets it right must not cost the record. */
#define STEADY_S 3600
#define STEP_S 600

/* Slots looked at for one that can be given to somebody else. */
#define LOOKS 64u
/* Sums of a door and a reason that name nobody are no flood's to hurry. */
#define OTHERS_FLUSH_S 60

/* Counts that become lines in one go. All of a full table are 7 ms, in which
 * nobody is answered: what is over waits for the next second. */
#define COUNTS_AT_ONCE 512u

struct slot {
	uint64_t hash;      /* 0: free */
	int64_t window_s;   /* when the window began */
	unsigned int lines; /* of this window */
	uint64_t count;     /* over, not written */
	int64_t first_s;
	int64_t last_s;
	struct lg_logon logon; /* texts lie in text */
	char *text;            /* NULL: others of a door and reason */
	unsigned int source;
};

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
	struct slot slot[SLOTS];
	size_t used;
	size_t counts; /* slots whose count is not written */
	size_t turn;   /* the slot whose count is looked at next */
	size_t hand;   /* the slot that is looked at next to be given up */
	struct lg_logon_budget budget;
	int64_t flushed_s;
	int64_t steady_s; /* since when the clock has gone on evenly */
	struct lg_buffer waiting;
	struct batch batch;
	int64_t pruned_day;
};

struct lg_logon_limits lg_logon_limits_refused(unsigned int keep_days)
{
	struct lg_logon_limits limits = {.lines = 10,
					 .window_s = 60,
					 .flush_s = 5,
					 .per_s = 50,
					 .burst = 1000,
					 .day_bytes = 256u << 20,
					 .keep_days = keep_days};

	return limits;
}

struct lg_logon_limits lg_logon_limits_admitted(unsigned int keep_days)
{
	struct lg_logon_limits limits = {.lines = 1,
					 .window_s = 3600,
					 .flush_s = 3600,
					 .per_s = 50,
					 .burst = 5000,
					 .day_bytes = 256u << 20,
					 .keep_days = keep_days};

	return limits;
}

enum lg_status lg_logon_log_new(const struct lg_files *files,
				const char *folder,
				const struct lg_logon_limits *limits,
				struct lg_logon_log **out_log,
				struct lg_error *err)
{
	struct lg_logon_log *log = calloc(1, sizeof(*log));

	if (!log)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL,
				    "out of memory");
	log->files = files;
	log->folder = folder;
	log->limits = *limits;
	lg_logon_budget_begin(&log->budget, limits);
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
	size_t i;

	if (!log || !*log)
		return;
	for (i = 0; i < SLOTS; i++)
		free((*log)->slot[i].text);
	lg_buffer_release(&(*log)->waiting);
	lg_buffer_release(&(*log)->batch.text);
	free(*log);
	*log = NULL;
}

static struct slot *find(struct lg_logon_log *log, uint64_t hash)
{
	size_t at = hash % SLOTS;

	while (log->slot[at].hash && log->slot[at].hash != hash)
		at = (at + 1) % SLOTS;
	return &log->slot[at];
}

#define TEXTS 8

/* Copies the texts of a logon into one allocation of the slot. */
static int keep(struct slot *slot, const struct lg_logon *logon)
{
	const char *const from[] = {
		logon->user,    logon->dn,      logon->client, logon->version,
		logon->process, logon->address, logon->lock,   logon->profile};
	const char **const to[] = {&slot->logon.user,    &slot->logon.dn,
				   &slot->logon.client,  &slot->logon.version,
				   &slot->logon.process, &slot->logon.address,
				   &slot->logon.lock,    &slot->logon.profile};
	size_t size = 1;
	size_t i;
	char *at;

	for (i = 0; i < TEXTS; i++)
		size += from[i] ? lg_kept_text_len(from[i]) + 1 : 0;
	at = malloc(size);
	if (!at)
		return 0;
	slot->text = at;
	slot->logon = *logon;
	for (i = 0; i < TEXTS; i++) {
		size_t len = lg_kept_text_len(from[i]);

		if (!from[i])
			continue;
		memcpy(at, from[i], len);
		at[len] = '\0';
		*to[i] = at;
		at += len + 1;
	}
	return 1;
}

static void free_slot(struct lg_logon_log *log, size_t at)
{
	size_t next = at;

	free(log->slot[at].text);
	log->slot[at] = (struct slot){0};
	log->used--;
	/* Closes the gap, so that no later one is lost from its chain. */
	for (;;) {
		size_t home;

		next = (next + 1) % SLOTS;
		if (!log->slot[next].hash)
			return;
		home = log->slot[next].hash % SLOTS;
		if ((next > at && (home <= at || home > next)) ||
		    (next < at && home <= at && home > next)) {
			log->slot[at] = log->slot[next];
			log->slot[next] = (struct slot){0};
			at = next;
		}
	}
}

/* The one slot of all others of a door and reason; NULL: no room. */
static struct slot *others_slot(struct lg_logon_log *log,
				const struct lg_logon *logon)
{
	uint64_t together = lg_logon_others_key(logon);
	struct slot *slot = find(log, together);

	if (slot->hash)
		return slot;
	if (log->used >= SLOTS - 1)
		return NULL;
	slot->hash = together;
	slot->logon = (struct lg_logon){.door = logon->door,
					.reason = logon->reason,
					.rule = logon->rule,
					.generation = logon->generation};
	log->used++;
	return slot;
}

/* Counts what a slot holds with the others, where its lines have no room. */
static void fold(struct lg_logon_log *log, struct slot *slot)
{
	struct slot *others = others_slot(log, &slot->logon);

	if (!others)
		return;
	if (!others->count) {
		others->first_s = others->window_s = slot->first_s;
		others->last_s = slot->last_s;
		log->counts++;
	}
	if (slot->first_s < others->first_s)
		others->first_s = slot->first_s;
	if (slot->last_s > others->last_s)
		others->last_s = slot->last_s;
	others->count += slot->count;
	slot->count = 0;
	log->counts--;
}

/* A table full of a flood has room for others: one whose lines are written
 * goes, or one whose source has used up its hour. */
static void make_room(struct lg_logon_log *log)
{
	size_t looked;

	for (looked = 0; looked < LOOKS; looked++) {
		struct slot *slot = &log->slot[log->hand];

		log->hand = (log->hand + 1) % SLOTS;
		if (!slot->hash || !slot->text)
			continue;
		if (slot->count &&
		    lg_logon_budget_is_spent(&log->budget, slot->source))
			fold(log, slot);
		if (slot->count)
			continue;
		free_slot(log, (size_t)(slot - log->slot));
		return;
	}
}

/* The slot for a logon: its own, or the one of its door and reason. */
static struct slot *slot_for(struct lg_logon_log *log,
			     const struct lg_logon *logon)
{
	unsigned int source = lg_logon_source(logon->address);
	struct slot *slot;
	uint64_t hash;

	if (lg_logon_budget_is_spent(&log->budget, source))
		return others_slot(log, logon);
	hash = lg_logon_key(logon, lg_logon_others_key(logon));
	slot = find(log, hash);
	if (slot->hash)
		return slot;
	if (log->used >= SLOTS_USED) {
		make_room(log);
		slot = find(log, hash);
	}
	if (log->used < SLOTS_USED && keep(slot, logon)) {
		slot->hash = hash;
		slot->source = source;
		log->used++;
		return slot;
	}
	return others_slot(log, logon);
}

/* Adds a line that names somebody, where the day's record has room for it. */
static int add_named(struct lg_logon_log *log, const struct slot *slot,
		     const struct lg_logon *logon, int64_t now_s)
{
	size_t before = log->waiting.len;

	if (before + log->batch.text.len > WAITING_MAX)
		return 0;
	lg_logon_write_line(&log->waiting, logon);
	if (lg_logon_budget_take(&log->budget, now_s, slot->source,
				 log->waiting.len - before))
		return 1;
	log->waiting.len = before;
	if (log->waiting.data)
		log->waiting.data[before] = '\0';
	return 0;
}

void lg_logon_log_add(struct lg_logon_log *log, const struct lg_logon *logon)
{
	struct slot *slot = slot_for(log, logon);
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
	if (slot->text && !slot->count && slot->lines < log->limits.lines &&
	    lg_logon_budget_has_line(&log->budget, logon->at_s) &&
	    add_named(log, slot, &line, logon->at_s)) {
		log->budget.lines -= 1;
		slot->lines++;
		return;
	}
	if (!slot->count) {
		slot->first_s = logon->at_s;
		log->counts++;
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
	return log->counts;
}

static int64_t flush_s(const struct lg_logon_log *log, const struct slot *slot)
{
	return slot->text || log->limits.flush_s > OTHERS_FLUSH_S
		       ? log->limits.flush_s
		       : OTHERS_FLUSH_S;
}

/* Counts that are due become lines; slots nobody used for a window go. */
static void write_counts(struct lg_logon_log *log, int64_t now_s,
			 enum lg_logon_flush flush)
{
	size_t left = flush == LG_LOGON_FLUSH_ALL ? SLOTS : COUNTS_AT_ONCE;
	size_t looked;
	size_t at;

	for (looked = 0; looked < SLOTS && left; looked++) {
		struct slot *slot = &log->slot[log->turn];

		log->turn = (log->turn + 1) % SLOTS;
		if (slot->hash && slot->count &&
		    (flush != LG_LOGON_FLUSH_DUE || now_s < slot->first_s ||
		     now_s - slot->first_s >= flush_s(log, slot))) {
			struct lg_logon line = slot->logon;

			line.at_s = slot->first_s;
			line.last_s = slot->last_s;
			line.count = slot->count;
			left--;
			if (!slot->text) {
				lg_logon_write_line(&log->waiting, &line);
			} else if (!add_named(log, slot, &line, now_s)) {
				fold(log, slot);
				continue;
			}
			slot->count = 0;
			log->counts--;
		}
	}
	for (at = 0; at < SLOTS;) {
		struct slot *slot = &log->slot[at];

		if (slot->hash && !slot->count &&
		    (now_s < slot->window_s ||
		     now_s - slot->window_s >= log->limits.window_s))
			free_slot(log, at);
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
	size_t i;

	lg_instant_format(log->batch.now_s - (int64_t)log->batch.prunes * 86400,
			  oldest);
	files->list(files->self, log->folder, &names, NULL);
	for (i = 0; i < names.count; i++) {
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
	return batch->prunes || batch->text.len || batch->text.status;
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
	if (!batch->text.len && !batch->text.status)
		return LG_OK;
	lg_instant_format(batch->now_s, day);
	snprintf(path, sizeof(path), "%s/%.10s.jsonl", log->folder, day);
	if (batch->size_day != today) {
		status = files->size(files->self, path, &batch->size, err);
		if (status)
			return status;
		batch->size_day = today;
	}
	status = lg_buffer_status(&batch->text, err);
	if (!status)
		status = files->append(files->self, path, batch->text.data,
				       batch->text.len, LG_FILES_LATER, err);
	return status;
}

void lg_logon_log_wrote(struct lg_logon_log *log, enum lg_status status)
{
	struct batch *batch = &log->batch;
	size_t len = batch->text.len;

	if (status && len + log->waiting.len <= WAITING_MAX &&
	    !batch->text.status) {
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
