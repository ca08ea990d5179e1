/* SPDX-License-Identifier: ISC */
/*
 * ldap_follow.c - a fleet's directory, followed from provider to provider
 *
 * Two connections to one provider: one that news comes over, and one for
 * requests that are waited for, heartbeats among them, because libldap gives
 * messages of the one to who waits for the other. Each step has an end of its
 * own; between steps interrupt is looked at. After a failure the next provider
 * is tried at once, and after all of them have failed there is a pause.
 */
#include "ldap_follow.h"

#include "adapters/system/steady.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "ldap_sigpipe.h"

/* Messages of one round, between two looks at the clock. */
#define BATCH 256
#define PAUSE_FIRST_MS 500
#define PAUSE_LAST_MS 10000
/* Connecting takes more than one answer. */
#define CONNECT_TIMES 2
/* The first provider has so long to answer while another one does. */
#define FIRST_MS 1000
/* How often at most it is said that a provider was heard. */
#define HEARD_MS 50

static enum lg_status tell(struct lg_ldap_fleet *fleet,
			   const struct lg_fleet_sink *sink,
			   const struct lg_fleet_news *news,
			   struct lg_error *err)
{
	enum lg_status status = lg_fleet_tell(sink, news, err);

	fleet->told += sink->hears >> news->kind & 1u;
	if (status != LG_OK)
		fleet->sink_failed = 1;
	return status;
}

enum lg_status lg_ldap_follow_tell(struct lg_ldap_fleet *fleet,
				   const struct lg_ldap_fleet_read *read,
				   const struct lg_fleet_sink *sink,
				   struct lg_error *err)
{
	struct lg_fleet_news news = {.entry = &read->entry,
				     .gate = &read->gate};

	switch (read->class) {
	case LG_LDAP_FLEET_EVENT:
		news.kind = LG_FLEET_NEWS_ENTRY;
		return tell(fleet, sink, &news, err);
	case LG_LDAP_FLEET_GATE:
		news.kind = LG_FLEET_NEWS_GATE;
		return tell(fleet, sink, &news, err);
	case LG_LDAP_FLEET_NEITHER:
		break;
	}
	return LG_OK;
}

enum lg_status lg_ldap_follow_heard(struct lg_ldap_fleet *fleet,
				    const struct lg_fleet_sink *sink,
				    struct lg_error *err)
{
	const struct lg_fleet_news news = {.kind = LG_FLEET_NEWS_HEARD};

	fleet->beat_at = lg_steady_ms() + fleet->heartbeat_ms;
	return tell(fleet, sink, &news, err);
}

enum lg_status lg_ldap_follow_id(struct lg_ldap_fleet *fleet,
				 const unsigned char *uuid, int vanished,
				 const struct lg_fleet_sink *sink,
				 struct lg_error *err)
{
	struct lg_fleet_id id;
	const struct lg_fleet_news news = {
		.kind = vanished ? LG_FLEET_NEWS_VANISHED
				 : LG_FLEET_NEWS_PRESENT,
		.id = &id};

	memcpy(id.byte, uuid, sizeof(id.byte));
	return tell(fleet, sink, &news, err);
}

enum lg_status lg_ldap_follow_refreshed(struct lg_ldap_fleet *fleet,
					enum lg_fleet_refresh what,
					const struct lg_fleet_sink *sink,
					struct lg_error *err)
{
	const struct lg_fleet_news news = {.kind = LG_FLEET_NEWS_REFRESHED,
					   .refresh = what};
	enum lg_status status = tell(fleet, sink, &news, err);

	return status == LG_OK ? lg_ldap_follow_heard(fleet, sink, err)
			       : status;
}

void lg_ldap_follow_drop(struct lg_ldap_fleet *fleet, int cookie_too)
{
	lg_ldap_disconnect(&fleet->follow);
	fleet->beat_id = 0;
	fleet->late_id = 0;
	if (!cookie_too)
		return;
	ber_memfree(fleet->cookie.bv_val);
	fleet->cookie = (struct berval){0, NULL};
}

static enum lg_status tell_lost(struct lg_ldap_fleet *fleet,
				const struct lg_fleet_sink *sink,
				const struct lg_error *why,
				struct lg_error *err)
{
	const struct lg_fleet_news news = {.kind = LG_FLEET_NEWS_LOST,
					   .why = why};

	if (fleet->lost_told)
		return LG_OK;
	fleet->lost_told = 1;
	return tell(fleet, sink, &news, err);
}

static const struct lg_ldap_follow_way *
way_of(const struct lg_ldap_fleet *fleet)
{
	return fleet->seat.dialect == LG_LDAP_FLEET_AD
		       ? &lg_ldap_follow_ad
		       : &lg_ldap_follow_openldap;
}

/* Another second for each gate, so that not all come back at once. */
static int64_t spread(int64_t ms)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return ms / 2 + (now.tv_nsec / 1000) % (ms / 2 + 1);
}

/* Why a provider was not taken, or is not kept. */
static enum lg_status give_up(struct lg_ldap_fleet *fleet,
			      const struct lg_fleet_sink *sink,
			      int was_followed, const struct lg_error *why,
			      struct lg_error *err)
{
	size_t count = fleet->seat.settings.uri.count;
	int all = ++fleet->tried >= count;

	lg_ldap_follow_drop(fleet, 0);
	lg_ldap_seat_leave(&fleet->seat);
	if (all) {
		fleet->tried = 0;
		fleet->pause_ms =
			fleet->pause_ms ? fleet->pause_ms * 2 : PAUSE_FIRST_MS;
		if (fleet->pause_ms > PAUSE_LAST_MS)
			fleet->pause_ms = PAUSE_LAST_MS;
		fleet->try_at = lg_steady_ms() + spread(fleet->pause_ms);
	}
	return all || was_followed ? tell_lost(fleet, sink, why, err) : LG_OK;
}

/* Connects to the provider at hand and asks it for news. */
static enum lg_status connect_one(struct lg_ldap_fleet *fleet,
				  struct lg_error *why)
{
	struct lg_ldap_seat *seat = &fleet->seat;
	enum lg_ldap_fleet_dialect dialect;
	enum lg_status status = LG_OK;

	if (!seat->calls.ld)
		status =
			lg_ldap_seat_connect(&seat->settings, seat->at,
					     &seat->calls, &seat->dialect, why);
	if (status == LG_OK)
		status = lg_ldap_seat_connect(&seat->settings, seat->at,
					      &fleet->follow, &dialect, why);
	if (status == LG_OK)
		status = way_of(fleet)->begin(fleet, why);
	return status;
}

static enum lg_status try_one(struct lg_ldap_fleet *fleet,
			      const struct lg_fleet_sink *sink,
			      struct lg_error *err)
{
	struct lg_error why = {0};
	enum lg_status status;

	/* The last of all has all the time, and each once all have failed. */
	if (!fleet->pause_ms &&
	    fleet->tried + 1 < fleet->seat.settings.uri.count)
		lg_ldap_seat_hurry(&fleet->seat, CONNECT_TIMES);
	status = connect_one(fleet, &why);
	lg_ldap_seat_hurry(&fleet->seat, 0);
	if (status == LG_ERR_NO_MEMORY) {
		lg_ldap_follow_drop(fleet, 0);
		return lg_no_memory(err);
	}
	if (status != LG_OK)
		return give_up(fleet, sink, 0, &why, err);
	fleet->tried = 0;
	fleet->pause_ms = 0;
	fleet->lost_told = 0;
	fleet->seat_left = fleet->seat.left;
	fleet->beat_at = lg_steady_ms() + fleet->heartbeat_ms;
	fleet->return_at = lg_steady_ms() + fleet->return_ms;
	return tell(fleet, sink,
		    &(struct lg_fleet_news){.kind = LG_FLEET_NEWS_CONNECTED,
					    .uri = fleet->follow.uri},
		    err);
}

/* The first provider is tried again now and then; until it answers, the one
 * in use is kept. */
static enum lg_status try_first(struct lg_ldap_fleet *fleet,
				const struct lg_fleet_sink *sink,
				struct lg_error *err)
{
	struct lg_ldap_seat *seat = &fleet->seat;
	struct lg_ldap_connection first = {0};
	enum lg_ldap_fleet_dialect dialect;
	struct lg_error why;
	enum lg_status status;

	fleet->return_at = lg_steady_ms() + fleet->return_ms;
	if (seat->timeout_ms > FIRST_MS)
		seat->settings.timeout_ms = FIRST_MS;
	status = lg_ldap_seat_connect(&seat->settings, 0, &first, &dialect,
				      &why);
	lg_ldap_seat_hurry(seat, 0);
	if (status != LG_OK)
		return LG_OK;
	lg_ldap_follow_drop(fleet, 0);
	lg_ldap_disconnect(&seat->calls);
	seat->at = 0;
	seat->calls = first;
	seat->dialect = dialect;
	return try_one(fleet, sink, err);
}

/* What has come, without waiting. */
static enum lg_status take(struct lg_ldap_fleet *fleet,
			   const struct lg_fleet_sink *sink,
			   struct lg_error *err)
{
	struct timeval at_once = {0, 0};
	enum lg_status status = LG_OK;
	size_t count = 0;

	for (; status == LG_OK && count < BATCH; count++) {
		LDAPMessage *message = NULL;
		int type = ldap_result(fleet->follow.ld, LDAP_RES_ANY,
				       LDAP_MSG_ONE, &at_once, &message);

		if (type == 0)
			break;
		if (type < 0)
			return lg_ldap_lost(&fleet->follow, err);
		status = ldap_msgid(message) == 0
				 ? lg_ldap_failed(
					   &fleet->follow, LDAP_SERVER_DOWN,
					   "it closed the connection", err)
				 : way_of(fleet)->take(fleet, message, sink,
						       err);
		ldap_msgfree(message);
	}
	fleet->more = count == BATCH;
	/* Whatever it says, it is there. */
	if (status == LG_OK && count > 0 &&
	    fleet->beat_at - lg_steady_ms() < fleet->heartbeat_ms - HEARD_MS)
		status = lg_ldap_follow_heard(fleet, sink, err);
	return status;
}

/* The answer to a report that was not waited for to the end. */
static enum lg_status take_late(struct lg_ldap_fleet *fleet,
				const struct lg_fleet_sink *sink,
				struct lg_error *err)
{
	struct timeval at_once = {0, 0};
	LDAPMessage *message = NULL;

	if (!fleet->late_id ||
	    ldap_result(fleet->seat.calls.ld, fleet->late_id, LDAP_MSG_ONE,
			&at_once, &message) == 0)
		return LG_OK;
	ldap_msgfree(message);
	fleet->late_id = 0;
	return tell(fleet, sink,
		    &(struct lg_fleet_news){.kind = LG_FLEET_NEWS_LATE}, err);
}

/* One round over the provider that is followed. */
static enum lg_status follow(struct lg_ldap_fleet *fleet,
			     const struct lg_fleet_sink *sink,
			     int64_t *out_next_at, struct lg_error *err)
{
	struct lg_error why = {0};
	enum lg_status status = LG_OK;

	*out_next_at = fleet->beat_at;
	if (fleet->seat_left != fleet->seat.left)
		status = lg_error_set(&why, LG_ERR_DIRECTORY, fleet->follow.uri,
				      "the directory did not answer another "
				      "request");
	if (status == LG_OK)
		status = take(fleet, sink, &why);
	if (status == LG_OK)
		status = take_late(fleet, sink, &why);
	if (status == LG_OK)
		status = way_of(fleet)->due(fleet, sink, out_next_at, &why);
	if (status == LG_OK && fleet->seat.at != 0) {
		if (lg_steady_ms() >= fleet->return_at)
			return try_first(fleet, sink, err);
		if (fleet->return_at < *out_next_at)
			*out_next_at = fleet->return_at;
	}
	if (status == LG_OK)
		return LG_OK;
	if (fleet->sink_failed || status == LG_ERR_NO_MEMORY) {
		/* What it was not told is told again, with the rest. */
		lg_ldap_follow_drop(fleet, 1);
		if (err)
			*err = why;
		return status;
	}
	if (fleet->seat_left != fleet->seat.left) {
		lg_ldap_follow_drop(fleet, 0);
		return tell_lost(fleet, sink, &why, err);
	}
	return give_up(fleet, sink, 1, &why, err);
}

static int is_interrupted(struct lg_ldap_fleet *fleet)
{
	uint64_t count;

	if (!atomic_exchange(&fleet->interrupted, 0))
		return 0;
	while (read(fleet->wake, &count, sizeof(count)) < 0 && errno == EINTR)
		;
	return 1;
}

static void wait_for_more(struct lg_ldap_fleet *fleet, int64_t until)
{
	int64_t left = until - lg_steady_ms();
	struct pollfd fds[3] = {{.fd = fleet->wake, .events = POLLIN},
				{.fd = -1, .events = POLLIN},
				{.fd = -1, .events = POLLIN}};

	if (left <= 0 || fleet->more)
		return;
	/* What follows on this at once is taken with it. */
	if (fleet->follow.ld && fleet->gather_ms > 0 &&
	    poll(fds, 1,
		 left < fleet->gather_ms ? (int)left : (int)fleet->gather_ms) !=
		    0)
		return;
	left = until - lg_steady_ms();
	if (left < 0)
		left = 0;
	if (fleet->follow.ld)
		ldap_get_option(fleet->follow.ld, LDAP_OPT_DESC, &fds[1].fd);
	if (fleet->follow.ld && (fleet->beat_id || fleet->late_id))
		ldap_get_option(fleet->seat.calls.ld, LDAP_OPT_DESC,
				&fds[2].fd);
	poll(fds, 3, left > 60000 ? 60000 : (int)left);
}

static enum lg_status pump(struct lg_ldap_fleet *fleet, int64_t end,
			   const struct lg_fleet_sink *sink,
			   struct lg_error *err)
{
	for (;;) {
		int64_t next_at = fleet->try_at;
		enum lg_status status = LG_OK;

		if (is_interrupted(fleet))
			return LG_OK;
		if (fleet->follow.ld)
			status = follow(fleet, sink, &next_at, err);
		else if (lg_steady_ms() >= fleet->try_at)
			status = try_one(fleet, sink, err);
		if (status != LG_OK || fleet->told > 0 || lg_steady_ms() >= end)
			return status;
		wait_for_more(fleet, next_at < end ? next_at : end);
	}
}

enum lg_status lg_ldap_fleet_poll(void *self, unsigned int timeout_ms,
				  const struct lg_fleet_sink *sink,
				  struct lg_error *err)
{
	struct lg_ldap_fleet *fleet = self;
	struct lg_ldap_sigpipe sigpipe = lg_ldap_sigpipe_hold_off();
	enum lg_status status;

	fleet->told = 0;
	fleet->sink_failed = 0;
	status = pump(fleet, lg_steady_ms() + timeout_ms, sink, err);
	lg_ldap_sigpipe_let_be(&sigpipe);
	return status;
}
