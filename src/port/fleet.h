/* SPDX-License-Identifier: ISC */
/*
 * port/fleet.h - the replicated directory that the gates of a fleet share
 *
 * Layer: port; implemented by adapters for OpenLDAP and Active Directory and
 * by the in-memory directory of the contract tests.
 * Flow: the gate's follower and the administrator's commands poll it and
 * publish; what an entry is worth (signature, order) is core/fleet's to say.
 * Source: contract 10, 12, 13; facts/directory.md C, D.
 */
#ifndef LOGONGATE_PORT_FLEET_H
#define LOGONGATE_PORT_FLEET_H

#include <stdint.h>

#include <logongate/error.h>
#include "core/fleet/fleet_id.h"

/* A longer value is withheld: LG_FLEET_FAULT_TOO_LONG. */
#define LG_FLEET_BODY_MAX ((size_t)1 << 20)
/* Likewise for every other attribute. */
#define LG_FLEET_TEXT_MAX ((size_t)1024)
/* A gate's report. */
#define LG_FLEET_REPORT_MAX ((size_t)64 << 10)

/* What is wrong with an entry before anybody reads it. */
enum lg_fleet_fault {
	LG_FLEET_FAULT_NONE = 0,
	LG_FLEET_FAULT_TOO_LONG, /* a value over its limit; it is NULL here */
	LG_FLEET_FAULT_MANY      /* an attribute with several values */
};

/*
 * One entry below ou=locks, as it stands there; all good during the call.
 * Shape: number is decimal; signature is base64 of the 64 bytes; body is JSON.
 * The adapter puts together and takes apart what its directory cannot hold in
 * one attribute.
 */
struct lg_fleet_entry {
	struct lg_fleet_id id; /* publish ignores it */
	enum lg_fleet_fault fault;
	struct lg_fleet_text cn;        /* "ID.N.KEYNAME" */
	struct lg_fleet_text lock;      /* logongateLock */
	struct lg_fleet_text number;    /* logongateNumber */
	struct lg_fleet_text kind;      /* logongateKind */
	struct lg_fleet_text body;      /* logongateBody */
	struct lg_fleet_text key;       /* logongateKey */
	struct lg_fleet_text signature; /* logongateSignature */
};

/*
 * One entry below ou=gates. Units: modified_ms is the directory's own time of
 * the last change (modifyTimestamp, whenChanged; entryCSN where it can be
 * read), since 1970 in UTC; 0 where it could not be read.
 * report: logongateReport, JSON; NULL where the gate wrote none yet.
 */
struct lg_fleet_gate_entry {
	struct lg_fleet_id id;
	enum lg_fleet_fault fault;
	struct lg_fleet_text name; /* cn */
	struct lg_fleet_text report;
	int64_t modified_ms;
};

/* What a look at everything means for entries that it did not name. */
enum lg_fleet_refresh {
	/* Deletions were told one by one: the others are as they were. */
	LG_FLEET_REFRESH_CHANGES = 0,
	/* All that is there was given by entry, gate or present since
	 * connected; what was not is gone or may not be seen. */
	LG_FLEET_REFRESH_WHOLE
};

/* What is told, in the order in which the directory said it. */
enum lg_fleet_news_kind {
	/* A provider (uri) answers from now on; a refresh follows. */
	LG_FLEET_NEWS_CONNECTED = 0,
	/* It does not any more, or none could be reached, and why; said once
	 * until the next CONNECTED. Nothing that was told before is undone. */
	LG_FLEET_NEWS_LOST,
	/* An answer to the heartbeat; also after each refresh. */
	LG_FLEET_NEWS_HEARD,
	/* An entry below ou=locks, new or changed or told again. Repeats are
	 * allowed and common; order among entries means nothing. */
	LG_FLEET_NEWS_ENTRY,
	LG_FLEET_NEWS_GATE, /* likewise below ou=gates */
	/* An entry (id) of any branch was deleted, or moved out of sight. */
	LG_FLEET_NEWS_VANISHED,
	/* An entry (id) is there and unchanged; its values are not given. */
	LG_FLEET_NEWS_PRESENT,
	/* The look at everything since CONNECTED is complete. */
	LG_FLEET_NEWS_REFRESHED,
	/* A report was written of which LG_ERR_TIMEOUT was said. */
	LG_FLEET_NEWS_LATE
};

/* All good during the call; what the kind does not need is NULL. */
struct lg_fleet_news {
	enum lg_fleet_news_kind kind;
	const char *uri;
	const struct lg_error *why;
	const struct lg_fleet_entry *entry;
	const struct lg_fleet_gate_entry *gate;
	const struct lg_fleet_id *id;
	enum lg_fleet_refresh refresh;
};

/* Who is told, on the thread of the call, and of what: LG_FLEET_HEARS of each
 * kind. A status other than LG_OK ends the call and is its status. */
#define LG_FLEET_HEARS(kind) (1u << LG_FLEET_NEWS_##kind)
struct lg_fleet_sink {
	void *context;
	unsigned int hears;
	enum lg_status (*tell)(void *context, const struct lg_fleet_news *news,
			       struct lg_error *err);
};

static inline enum lg_status lg_fleet_tell(const struct lg_fleet_sink *sink,
					   const struct lg_fleet_news *news,
					   struct lg_error *err)
{
	return sink->hears & 1u << news->kind
		       ? sink->tell(sink->context, news, err)
		       : LG_OK;
}

/* What poll follows; said when it is opened. */
enum lg_fleet_branch {
	LG_FLEET_LOCKS = 1, /* ou=locks */
	LG_FLEET_GATES = 2  /* ou=gates */
};

/*
 * One connection to the fleet's directory. All calls but interrupt on one
 * thread, which they may block: never the loop that decides. What poll keeps
 * (where it is connected, the cookie, the heartbeat, when the first provider
 * is tried again) stands in self; it knows nothing about single entries.
 *
 * poll: does what is due, tells sink, and waits for more until timeout_ms are
 * over, something was told, or interrupt was called. timeout_ms 0 does what
 * can be done without waiting. It connects, fails over, sends heartbeats and
 * begins again by itself; a directory that cannot be reached is told as LOST,
 * and is LG_OK. No single provider keeps it longer than the settings'
 * timeout, and other calls no longer than their patience while there is
 * another one to ask. LG_ERR_NO_MEMORY, or what the sink said.
 *
 * events: every entry below ou=locks of one lock (lock NULL: of all), now, by
 * as ENTRY. gates: every entry below ou=gates, as GATE.
 * Returns: LG_OK, the directory answered to the end (none is an answer, and
 * the branch is there); LG_ERR_UNKNOWN_KEY, the branch is not there or may not
 * be seen; LG_ERR_DENIED, the directory says that we may not; LG_ERR_DIRECTORY
 * or LG_ERR_TIMEOUT, it could not be asked: what was given is no basis for
 * anything.
 *
 * publish: adds an entry below ou=locks. LG_OK: it is there, also when the
 * very same was there before; LG_ERR_CONFLICT: another one has that cn;
 * LG_ERR_DENIED; LG_ERR_LIMIT: longer than this directory holds;
 * LG_ERR_UNKNOWN_KEY: there is no ou=locks; LG_ERR_DIRECTORY: no provider took
 * it; LG_ERR_TIMEOUT: it may be there or not, and the same publish may be
 * called again.
 *
 * report: replaces the report of the entry cn=NAME below ou=gates. LG_OK;
 * LG_ERR_UNKNOWN_KEY: there is no such entry (join makes it); the others as
 * publish. patience_ms not 0: a provider that is silent for so long is kept,
 * and LG_ERR_TIMEOUT is said at once; poll tells LATE when it was written
 * after all, which may be over a newer one.
 *
 * interrupt: from any thread; the poll that waits, or the next one, returns
 * LG_OK at once. It does not cut short other calls.
 *
 * describe: the provider in use or to be tried, for people.
 */
struct lg_fleet {
	void *self;
	enum lg_status (*poll)(void *self, unsigned int timeout_ms,
			       const struct lg_fleet_sink *sink,
			       struct lg_error *err);
	enum lg_status (*events)(void *self, const char *lock,
				 const struct lg_fleet_sink *sink,
				 struct lg_error *err);
	enum lg_status (*gates)(void *self, const struct lg_fleet_sink *sink,
				struct lg_error *err);
	enum lg_status (*publish)(void *self,
				  const struct lg_fleet_entry *entry,
				  struct lg_error *err);
	enum lg_status (*report)(void *self, const char *name,
				 const char *report, size_t len,
				 unsigned int patience_ms,
				 struct lg_error *err);
	void (*interrupt)(void *self);
	const char *(*describe)(void *self);
	void (*close)(void *self);
};

#endif
