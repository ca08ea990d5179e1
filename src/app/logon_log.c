/* SPDX-License-Identifier: ISC */
/*
 * logon_log.c - lines while there are few, counts when there are many
 *
 * Keys stand in a table of open addressing by hash. A key has its lines of a
 * window written as they come; what is over is counted in its slot. A token
 * bucket bounds the lines of all keys; when the table is full, or a key has no
 * memory, the logon is counted in one slot for its door and reason.
 */
#include "app/logon_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <logongate/instant.h>
#include <logongate/message.h>
#include <logongate/name.h>

#define SLOTS 4096u
#define SLOTS_USED (SLOTS / 4 * 3)
#define WAITING_MAX (4u << 20)

/* Days are removed by a clock that has gone on evenly for so long: one that
 * is years ahead until somebody sets it right must not cost the record. */
#define STEADY_S 3600
#define STEP_S 600

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
	char *text;
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
	double tokens;
	int64_t tokens_s;
	int64_t flushed_s;
	int64_t steady_s; /* since when the clock has gone on evenly */
	struct lg_buffer waiting;
	struct batch batch;
	uint64_t size; /* of the day's file */
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
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
	log->files = files;
	log->folder = folder;
	log->limits = *limits;
	log->tokens = limits->burst;
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

static void add_text(struct lg_buffer *line, const char *key, const char *text)
{
	struct lg_buffer clean = {0};
	size_t i;

	lg_buffer_format(line, ",\"%s\":", key);
	if (!text) {
		lg_buffer_text(line, "null");
		return;
	}
	lg_message_clean(text, strlen(text), &clean);
	lg_buffer_char(line, '"');
	for (i = 0; i < clean.len; i++) {
		if (clean.data[i] == '"' || clean.data[i] == '\\')
			lg_buffer_char(line, '\\');
		lg_buffer_char(line, clean.data[i]);
	}
	lg_buffer_char(line, '"');
	lg_buffer_release(&clean);
}

static void add_line(struct lg_buffer *line, const struct lg_logon *logon)
{
	const char *protocol = lg_protocol_name(logon->protocol);
	char at[LG_INSTANT_SIZE];
	char last[LG_INSTANT_SIZE];

	lg_instant_format(logon->at_s, at);
	lg_instant_format(logon->last_s, last);
	lg_buffer_format(line, "{\"at\":\"%s\"", at);
	add_text(line, "user", logon->user);
	add_text(line, "dn", logon->dn);
	add_text(line, "client", logon->client);
	add_text(line, "version", logon->version);
	add_text(line, "process", logon->process);
	add_text(line, "protocol", *protocol ? protocol : NULL);
	add_text(line, "address", logon->address);
	add_text(line, "door", logon->door);
	add_text(line, "reason", lg_reason_name(logon->reason));
	add_text(line, "rule", logon->rule ? lg_rule_name(logon->rule) : NULL);
	lg_buffer_format(line,
			 ",\"generation\":%llu,\"count\":%llu,"
			 "\"last\":\"%s\"}\n",
			 (unsigned long long)logon->generation,
			 (unsigned long long)logon->count, last);
}

static uint64_t mix(uint64_t hash, const char *text)
{
	uint64_t other = text ? lg_name_hash(text, strlen(text)) : 0x9e37u;

	hash ^= other + UINT64_C(0x9e3779b97f4a7c15) + (hash << 6) +
		(hash >> 2);
	return hash * UINT64_C(0xff51afd7ed558ccd);
}

/* Of all that share a door and a reason. */
static uint64_t others_key(const struct lg_logon *logon)
{
	uint64_t hash = mix((uint64_t)logon->reason * 7 + 1, logon->door);

	return hash ? hash : 1;
}

static uint64_t key_of(const struct lg_logon *logon, uint64_t others)
{
	uint64_t hash = others + (uint64_t)logon->protocol * 31 + 1;

	hash = mix(hash, logon->user);
	hash = mix(hash, logon->dn);
	hash = mix(hash, logon->client);
	hash = mix(hash, logon->process);
	hash = mix(hash, logon->address);
	return hash ? hash : 1;
}

static struct slot *find(struct lg_logon_log *log, uint64_t hash)
{
	size_t at = hash % SLOTS;

	while (log->slot[at].hash && log->slot[at].hash != hash)
		at = (at + 1) % SLOTS;
	return &log->slot[at];
}

/* Copies the texts of a logon into one allocation of the slot. */
static int keep(struct slot *slot, const struct lg_logon *logon)
{
	const char *const from[] = {logon->user,    logon->dn,
				    logon->client,  logon->version,
				    logon->process, logon->address};
	const char **const to[] = {&slot->logon.user,    &slot->logon.dn,
				   &slot->logon.client,  &slot->logon.version,
				   &slot->logon.process, &slot->logon.address};
	size_t size = 1;
	size_t i;
	char *at;

	for (i = 0; i < 6; i++)
		size += from[i] ? strlen(from[i]) + 1 : 0;
	at = malloc(size);
	if (!at)
		return 0;
	slot->text = at;
	slot->logon = *logon;
	for (i = 0; i < 6; i++) {
		if (!from[i])
			continue;
		memcpy(at, from[i], strlen(from[i]) + 1);
		*to[i] = at;
		at += strlen(at) + 1;
	}
	return 1;
}

/* The slot for a logon: its own, or the one of its door and reason. */
static struct slot *slot_for(struct lg_logon_log *log,
			     const struct lg_logon *logon)
{
	struct lg_logon others = {.door = logon->door,
				  .reason = logon->reason,
				  .rule = logon->rule,
				  .generation = logon->generation};
	uint64_t together = others_key(logon);
	uint64_t hash = key_of(logon, together);
	struct slot *slot = find(log, hash);

	if (slot->hash)
		return slot;
	if (log->used < SLOTS_USED && keep(slot, logon)) {
		slot->hash = hash;
		log->used++;
		return slot;
	}
	slot = find(log, together);
	if (!slot->hash) {
		if (log->used >= SLOTS - 1)
			return NULL;
		slot->hash = together;
		slot->logon = others;
		log->used++;
	}
	return slot;
}

static int has_token(struct lg_logon_log *log, int64_t now_s)
{
	if (now_s != log->tokens_s) {
		/* Less: the clock was stepped back. */
		if (log->tokens_s && now_s > log->tokens_s)
			log->tokens += (double)(now_s - log->tokens_s) *
				       log->limits.per_s;
		if (log->tokens > log->limits.burst)
			log->tokens = log->limits.burst;
		log->tokens_s = now_s;
	}
	if (log->tokens < 1 || log->size >= log->limits.day_bytes ||
	    log->waiting.len + log->batch.text.len > WAITING_MAX)
		return 0;
	log->tokens -= 1;
	return 1;
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
	    has_token(log, logon->at_s)) {
		slot->lines++;
		add_line(&log->waiting, &line);
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
		     now_s - slot->first_s >= log->limits.flush_s)) {
			struct lg_logon line = slot->logon;

			line.at_s = slot->first_s;
			line.last_s = slot->last_s;
			line.count = slot->count;
			add_line(&log->waiting, &line);
			slot->count = 0;
			log->counts--;
			left--;
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
	log->size = batch->size;
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
