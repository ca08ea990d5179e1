/* SPDX-License-Identifier: ISC */
/*
 * fleet_pair.c - two ways to one fleet's directory, as one
 */
#include "app/fleet/fleet_pair.h"

#include <stdlib.h>

#include "app/fleet/fleet_copy.h"

/* How long one is waited for before it is the other's turn. */
#define TURN_MS 5
/* Where the first says nothing for so long while a change is waited for, the
 * second is looked at, too. What was written at one provider is at the other by
 * then, or does not come there; written at both before, the directory would
 * have two of it to make one of. */
#define SLOW_MS 500

struct pair {
	struct lg_fleet one[2];
	const struct lg_fleet_sink *sink;
	size_t polled; /* which one is */
	int told;
	struct lg_fleet_entry *last; /* still to be written once more */
	int64_t slow_ms;             /* from then on, boot time */
	int second_is_gone;          /* it did not answer a question */
	const struct lg_clock *clock;
};

static int64_t boot_ms(const struct pair *pair)
{
	return lg_clock_now(pair->clock).boot_ms;
}

static enum lg_status hear(void *context, const struct lg_fleet_news *news,
			   struct lg_error *err)
{
	struct pair *pair = context;

	pair->told = 1;
	if (pair->polled == 0 && pair->slow_ms != INT64_MAX)
		pair->slow_ms = boot_ms(pair) + SLOW_MS;
	return lg_fleet_tell(pair->sink, news, err);
}

/* One that took it and stands still since then may have told nobody: the same
 * entry is the same, wherever it is written. */
static void spread(struct pair *pair)
{
	struct lg_fleet *second = &pair->one[1];

	if (pair->last)
		second->publish(second->self, pair->last, NULL);
	free(pair->last);
	pair->last = NULL;
}

static enum lg_status poll_both(void *self, unsigned int timeout_ms,
				const struct lg_fleet_sink *sink,
				struct lg_error *err)
{
	struct pair *pair = self;
	const struct lg_fleet_sink both = {.context = pair,
					   .hears = LG_FLEET_HEARS(ENTRY) |
						    LG_FLEET_HEARS(GATE) |
						    LG_FLEET_HEARS(VANISHED),
					   .tell = hear};
	enum lg_status status = LG_OK;
	int64_t end_ms = boot_ms(pair) + timeout_ms;

	pair->sink = sink;
	pair->told = 0;
	do {
		int is_slow = boot_ms(pair) >= pair->slow_ms;
		size_t count = is_slow ? 2 : 1;

		if (is_slow)
			spread(pair);
		for (size_t i = 0; i < count && status == LG_OK; i++) {
			pair->polled = i;
			status = pair->one[i].poll(pair->one[i].self,
						   timeout_ms ? TURN_MS : 0,
						   &both, err);
		}
	} while (status == LG_OK && !pair->told && boot_ms(pair) < end_ms);
	return status;
}

static enum lg_status ask(const struct lg_fleet *one,
			  enum lg_fleet_branch branch, const char *lock,
			  const struct lg_fleet_sink *sink,
			  struct lg_error *err)
{
	return branch == LG_FLEET_GATES
		       ? one->gates(one->self, sink, err)
		       : one->events(one->self, lock, sink, err);
}

/*
 * What one provider has the other may lack while they are apart: both are
 * asked. The second is done without where it does not answer, and not asked
 * again.
 */
static enum lg_status ask_both(struct pair *pair, enum lg_fleet_branch branch,
			       const char *lock,
			       const struct lg_fleet_sink *sink,
			       struct lg_error *err)
{
	enum lg_status status = ask(&pair->one[0], branch, lock, sink, err);
	struct lg_error why = {0};

	if (status != LG_OK || pair->second_is_gone)
		return status;
	status = ask(&pair->one[1], branch, lock, sink, &why);
	if (status == LG_ERR_NO_MEMORY)
		return lg_no_memory(err);
	pair->second_is_gone = status != LG_OK;
	return LG_OK;
}

static enum lg_status events(void *self, const char *lock,
			     const struct lg_fleet_sink *sink,
			     struct lg_error *err)
{
	return ask_both(self, LG_FLEET_LOCKS, lock, sink, err);
}

static enum lg_status gates(void *self, const struct lg_fleet_sink *sink,
			    struct lg_error *err)
{
	return ask_both(self, LG_FLEET_GATES, NULL, sink, err);
}

static enum lg_status publish(void *self, const struct lg_fleet_entry *told,
			      struct lg_error *err)
{
	struct pair *pair = self;
	struct lg_fleet *first = &pair->one[0];
	enum lg_status status = first->publish(first->self, told, err);

	free(pair->last);
	pair->last = status == LG_OK ? lg_fleet_copy(told) : NULL;
	pair->slow_ms = boot_ms(pair) + SLOW_MS;
	return status;
}

static enum lg_status report(void *self, const char *name, const char *text,
			     size_t len, unsigned int patience_ms,
			     struct lg_error *err)
{
	struct lg_fleet *first = &((struct pair *)self)->one[0];

	return first->report(first->self, name, text, len, patience_ms, err);
}

static void interrupt(void *self)
{
	struct pair *pair = self;

	for (size_t i = 0; i < 2; i++)
		pair->one[i].interrupt(pair->one[i].self);
}

static const char *describe(void *self)
{
	struct lg_fleet *first = &((struct pair *)self)->one[0];

	return first->describe(first->self);
}

static void close_both(void *self)
{
	struct pair *pair = self;

	for (size_t i = 0; i < 2; i++)
		pair->one[i].close(pair->one[i].self);
	free(pair->last);
	free(pair);
}

enum lg_status lg_fleet_pair(const struct lg_fleet *first,
			     const struct lg_fleet *second,
			     const struct lg_clock *clock,
			     struct lg_fleet *out_fleet, struct lg_error *err)
{
	struct pair *pair = calloc(1, sizeof(*pair));

	if (!pair) {
		first->close(first->self);
		second->close(second->self);
		return lg_no_memory(err);
	}
	pair->clock = clock;
	pair->slow_ms = INT64_MAX;
	pair->one[0] = *first;
	pair->one[1] = *second;
	*out_fleet = (struct lg_fleet){.self = pair,
				       .poll = poll_both,
				       .events = events,
				       .gates = gates,
				       .publish = publish,
				       .report = report,
				       .interrupt = interrupt,
				       .describe = describe,
				       .close = close_both};
	return LG_OK;
}
