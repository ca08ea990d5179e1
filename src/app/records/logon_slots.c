/* SPDX-License-Identifier: ISC */
/*
 * logon_slots.c - a table of open addressing by hash, and who has to leave it
 */
#include "app/records/logon_slots.h"

#include <stdlib.h>
#include <string.h>

#include "base/kept.h"

#include "core/values/name.h"

#define HOUR_S 3600
#define DAY_S 86400.0

#define SLOTS_USED (LG_LOGON_SLOTS / 4 * 3)

/* Slots looked at for one that can be given to somebody else. */
#define LOOKS 64u

/* A bucket of bytes for all, and an hour's worth for each: who floods a door
 * from some addresses uses up what those addresses have, and what comes from
 * others is still written. */
void lg_logon_budget_begin(struct lg_logon_budget *budget,
			   const struct lg_logon_limits *limits)
{
	uint64_t day_bytes = limits->day_bytes;

	*budget = (struct lg_logon_budget){
		.lines = limits->burst,
		.lines_max = limits->burst,
		.lines_per_s = limits->per_s,
		.bytes = (double)day_bytes / 4,
		.bytes_max = (double)day_bytes / 4,
		.bytes_per_s = (double)day_bytes * 3 / 4 / DAY_S,
		.source_max = (uint32_t)(day_bytes / 64),
	};
}

/* Which count an address has; NULL has one, too. */
static unsigned int source_of(const char *address)
{
	if (!address)
		return 0;
	return (unsigned int)(lg_name_hash(address, lg_kept_text_len(address)) %
			      LG_LOGON_SOURCES);
}

static void go_on(struct lg_logon_budget *budget, int64_t now_s)
{
	if (now_s == budget->at_s)
		return;
	/* Less: the clock was stepped back. */
	if (budget->at_s && now_s > budget->at_s) {
		double passed_s = (double)(now_s - budget->at_s);

		budget->lines += passed_s * budget->lines_per_s;
		budget->bytes += passed_s * budget->bytes_per_s;
	}
	if (budget->lines > budget->lines_max)
		budget->lines = budget->lines_max;
	if (budget->bytes > budget->bytes_max)
		budget->bytes = budget->bytes_max;
	budget->at_s = now_s;
	if (budget->hour != now_s / HOUR_S) {
		budget->hour = now_s / HOUR_S;
		memset(budget->source, 0, sizeof(budget->source));
	}
}

int lg_logon_budget_has_line(struct lg_logon_budget *budget, int64_t now_s)
{
	go_on(budget, now_s);
	return budget->lines >= 1;
}

/* 1 when that source has used up its hour. */
static int is_spent(const struct lg_logon_budget *budget, unsigned int source)
{
	return budget->source[source] >= budget->source_max;
}

int lg_logon_budget_take(struct lg_logon_budget *budget, int64_t now_s,
			 unsigned int source, size_t bytes)
{
	go_on(budget, now_s);
	if (is_spent(budget, source) || budget->bytes < (double)bytes)
		return 0;
	budget->bytes -= (double)bytes;
	budget->source[source] += (uint32_t)bytes;
	return 1;
}

static uint64_t mix(uint64_t hash, const char *text)
{
	uint64_t other =
		text ? lg_name_hash(text, lg_kept_text_len(text)) : 0x9e37u;

	hash ^= other + UINT64_C(0x9e3779b97f4a7c15) + (hash << 6) +
		(hash >> 2);
	return hash * UINT64_C(0xff51afd7ed558ccd);
}

/* Of all that share a door and a reason; never 0. */
static uint64_t others_key(const struct lg_logon *logon)
{
	uint64_t hash = mix((uint64_t)logon->reason * 7 + 1, logon->door);

	return hash ? hash : 1;
}

/* Of one person, program and address there; others is that of the door and
 * reason. Never 0. */
static uint64_t own_key(const struct lg_logon *logon, uint64_t others)
{
	uint64_t hash = others + (uint64_t)logon->protocol * 31 + 1;

	hash = mix(hash, logon->user);
	hash = mix(hash, logon->dn);
	hash = mix(hash, logon->client);
	hash = mix(hash, logon->process);
	hash = mix(hash, logon->address);
	hash = mix(hash, logon->lock);
	return hash ? hash : 1;
}

static struct lg_logon_slot *find(struct lg_logon_slots *slots, uint64_t hash)
{
	size_t at = hash % LG_LOGON_SLOTS;

	while (slots->slot[at].hash && slots->slot[at].hash != hash)
		at = (at + 1) % LG_LOGON_SLOTS;
	return &slots->slot[at];
}

/* clang-format off */
#define KEPT(member)                                                           \
	{                                                                      \
		offsetof(struct lg_logon, member),                             \
			lg_kept_text_len(logon->member)                        \
	}
/* clang-format on */

/* Copies the logon and its texts into one allocation of the slot. */
static int keep(struct lg_logon_slot *slot, const struct lg_logon *logon)
{
	const struct lg_kept_text text[] = {
		KEPT(user),    KEPT(dn),      KEPT(client), KEPT(version),
		KEPT(process), KEPT(address), KEPT(lock),   KEPT(profile)};
	size_t size = 0;
	struct lg_logon *kept =
		lg_kept_value(logon, sizeof(*logon), text,
			      sizeof(text) / sizeof(*text), &size);

	if (!kept)
		return 0;
	slot->kept = kept;
	slot->logon = *kept;
	return 1;
}

void lg_logon_slot_free(struct lg_logon_slots *slots, size_t at)
{
	size_t next = at;

	free(slots->slot[at].kept);
	slots->slot[at] = (struct lg_logon_slot){0};
	slots->used--;
	/* Closes the gap, so that no later one is lost from its chain. */
	for (;;) {
		size_t home;

		next = (next + 1) % LG_LOGON_SLOTS;
		if (!slots->slot[next].hash)
			return;
		home = slots->slot[next].hash % LG_LOGON_SLOTS;
		if ((next > at && (home <= at || home > next)) ||
		    (next < at && home <= at && home > next)) {
			slots->slot[at] = slots->slot[next];
			slots->slot[next] = (struct lg_logon_slot){0};
			at = next;
		}
	}
}

/* The one slot of all others of a door and reason; NULL: no room. */
static struct lg_logon_slot *others_slot(struct lg_logon_slots *slots,
					 const struct lg_logon *logon)
{
	uint64_t together = others_key(logon);
	struct lg_logon_slot *slot = find(slots, together);

	if (slot->hash)
		return slot;
	if (slots->used >= LG_LOGON_SLOTS - 1)
		return NULL;
	slot->hash = together;
	slot->logon = (struct lg_logon){.door = logon->door,
					.reason = logon->reason,
					.rule = logon->rule,
					.generation = logon->generation};
	slots->used++;
	return slot;
}

void lg_logon_slot_fold(struct lg_logon_slots *slots,
			struct lg_logon_slot *slot)
{
	struct lg_logon_slot *others = others_slot(slots, &slot->logon);

	if (!others)
		return;
	if (!others->count) {
		others->first_s = others->window_s = slot->first_s;
		others->last_s = slot->last_s;
		slots->counts++;
	}
	if (slot->first_s < others->first_s)
		others->first_s = slot->first_s;
	if (slot->last_s > others->last_s)
		others->last_s = slot->last_s;
	others->count += slot->count;
	slot->count = 0;
	slots->counts--;
}

/* A table full of a flood has room for others: one whose lines are written
 * goes, or one whose source has used up its hour. */
static void make_room(struct lg_logon_slots *slots)
{
	for (size_t looked = 0; looked < LOOKS; looked++) {
		struct lg_logon_slot *slot = &slots->slot[slots->hand];

		slots->hand = (slots->hand + 1) % LG_LOGON_SLOTS;
		if (!slot->hash || !slot->kept)
			continue;
		if (slot->count && is_spent(&slots->budget, slot->source))
			lg_logon_slot_fold(slots, slot);
		if (slot->count)
			continue;
		lg_logon_slot_free(slots, (size_t)(slot - slots->slot));
		return;
	}
}

struct lg_logon_slot *lg_logon_slot_for(struct lg_logon_slots *slots,
					const struct lg_logon *logon)
{
	unsigned int source = source_of(logon->address);
	struct lg_logon_slot *slot;
	uint64_t hash;

	if (is_spent(&slots->budget, source))
		return others_slot(slots, logon);
	hash = own_key(logon, others_key(logon));
	slot = find(slots, hash);
	if (slot->hash)
		return slot;
	if (slots->used >= SLOTS_USED) {
		make_room(slots);
		slot = find(slots, hash);
	}
	if (slots->used < SLOTS_USED && keep(slot, logon)) {
		slot->hash = hash;
		slot->source = source;
		slots->used++;
		return slot;
	}
	return others_slot(slots, logon);
}
