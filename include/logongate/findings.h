/* SPDX-License-Identifier: ISC */
/*
 * findings.h - what the directory said of the names a lock is made of
 *
 * Layer: core.
 * Flow: app collects an lg_ask, port/directory answers with an lg_findings,
 * lg_policy_compile and lg_store use it; the gate saves it in state_dir.
 * Source: conformance L10, L14-L17, D1-D5; contract 7 "Names".
 *
 * "Could not ask" is never "not there": a directory that did not answer is
 * LG_ERR_DIRECTORY or LG_ERR_TIMEOUT of the port and yields no findings at
 * all. Only for lists that may go on without facts (closed semantics) and for
 * `verify` does the port hand back LG_FINDING_UNASKED items.
 */
#ifndef LOGONGATE_FINDINGS_H
#define LOGONGATE_FINDINGS_H

#include <logongate/buffer.h>
#include <logongate/strlist.h>

enum lg_finding {
	LG_FINDING_UNASKED = 0, /* the directory could not be asked */
	LG_FINDING_ONE,         /* exactly one entry */
	LG_FINDING_NONE,        /* the directory answered: no such entry */
	LG_FINDING_MANY,        /* more than one entry (L15) */
	LG_FINDING_MALFORMED    /* not a legacyExchangeDN (D2); never asked */
};

/* Through which attribute an entry was found; JSON words of the contract. */
enum lg_via {
	LG_VIA_NOTHING = 0,        /* not found */
	LG_VIA_LEGACY_EXCHANGE_DN, /* "legacyExchangeDN" */
	LG_VIA_X500,               /* "x500": X500: proxyAddress (D3) */
	LG_VIA_FILTER,             /* "filter": allow_filter returned it */
	LG_VIA_LOGIN               /* "login": allow_user */
};

/* Why an account was asked about. */
enum lg_asked_as {
	LG_ASKED_DN = 0,      /* a listed legacyExchangeDN */
	LG_ASKED_USER,        /* a listed logon name (allow_user) */
	LG_ASKED_FILTER,      /* returned by allow_filter */
	LG_ASKED_BREAK_GLASS, /* a DN of [gate] break_glass */
	LG_ASKED_CALLER,      /* the logon name of the one who applies */
	LG_ASKED_KNOWN        /* not named: only its logon names count, for
				 * a lock that concerns domains */
};

/*
 * One asked name and what the directory said. Every text is UTF-8 and lies in
 * the arena of the findings that hold the account; absent texts are NULL.
 */
struct lg_account {
	enum lg_asked_as asked_as;
	enum lg_finding finding;
	enum lg_via via;
	const char *asked;   /* the DN or name as asked; NULL for FILTER */
	const char *entry;   /* the entry's own DN in the directory */
	const char *display; /* displayName, else cn */
	const char *dn;      /* its legacyExchangeDN */
	size_t login_first;  /* its logon names: login[first .. +count) */
	size_t login_count;
};

/*
 * One logon name of an account. shared: an entry that is not among the found
 * accounts answers to the same name (contract 7: admits nobody, warned).
 * The port sets it; it is a fact of the directory.
 */
struct lg_login {
	const char *name;
	int shared;
};

struct lg_findings {
	struct lg_account *account;
	size_t account_count;
	size_t account_capacity;
	struct lg_login *login;
	size_t login_count;
	size_t login_capacity;
	struct lg_strlist arena;
	char *filter; /* the allow_filter asked, or NULL */
};

/*
 * What to ask. All borrowed; lists may be NULL. Malformed DNs (lg_dn_check)
 * may stand in dn: they come back as LG_FINDING_MALFORMED without being asked.
 */
struct lg_ask {
	const struct lg_strlist *dn;
	const struct lg_strlist *user;
	const struct lg_strlist *break_glass;
	const char *filter; /* NULL: none */
	const char *caller; /* NULL: nobody */
};

/* Owns: free with lg_findings_free. */
enum lg_status lg_findings_new(struct lg_findings **out_findings,
			       struct lg_error *err);
void lg_findings_free(struct lg_findings **findings);

/*
 * Adds one account; texts are copied, NULL stays NULL. login[0..login_count)
 * are its names. The account's login_first/login_count are set here.
 */
enum lg_status lg_findings_add(struct lg_findings *findings,
			       const struct lg_account *account,
			       const struct lg_login *login, size_t login_count,
			       struct lg_error *err);

/* Looks up by asked DN (any ASCII case, L16) among LG_ASKED_DN; NULL: never
 * asked. Linear; lg_policy_compile builds its own index. */
const struct lg_account *lg_findings_dn(const struct lg_findings *findings,
					const char *dn);

/*
 * The file `findings` of state_dir: UTF-8 lines, one account a line, tabs
 * between fields, first line "logongate findings 1", last line
 * "end COUNT XXH3-64 of all before". parse is all or nothing.
 * Shape: asked_as TAB finding TAB via TAB asked TAB entry TAB display TAB dn
 * { TAB "+"|"!" name } with \\ \t \n \r escaped, an absent text is \-.
 * "!" marks a shared name. A line "filter TAB text" may follow the first.
 * asked_as is dn, user, filtered, break-glass, caller or known; finding and via
 * are the words below, "nothing" for LG_VIA_NOTHING.
 */
enum lg_status lg_findings_parse(const char *text, size_t len,
				 const char *place,
				 struct lg_findings **out_findings,
				 struct lg_error *err);
enum lg_status lg_findings_render(const struct lg_findings *findings,
				  struct lg_buffer *out_text,
				  struct lg_error *err);

/* The contract's words: "one", "none", "many", "malformed", "unasked". */
const char *lg_finding_name(enum lg_finding finding);
/* "legacyExchangeDN", "x500", "filter", "login"; NULL for NOTHING. */
const char *lg_via_name(enum lg_via via);

#endif
